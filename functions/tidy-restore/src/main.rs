//! Says a drill's verdict, and removes what the drill made, whatever came before.

use lambda_runtime::service_fn;
use nightferry_aws::{AwsWorld, connect};
use nightferry_lambda::{Config, answer, start_telemetry};
use nightferry_workflow::tidy_restore::{Request, tidy_restore};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    start_telemetry();
    let variables = connect::environment();
    let config = Config::read(&variables)?;
    let world = AwsWorld::connect(&connect::for_function(&variables)?, config.place);
    let use_case = async |request: Request| tidy_restore(&world, &request).await;
    lambda_runtime::run(service_fn(|event| answer(event, use_case))).await
}
