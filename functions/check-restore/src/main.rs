//! Keeps what a user's function said of a drill's machine, and judges the drill by it.

use lambda_runtime::service_fn;
use nightferry_aws::{AwsWorld, connect};
use nightferry_lambda::{Config, answer, start_telemetry};
use nightferry_workflow::check_restore::{Request, check_restore};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    start_telemetry();
    let variables = connect::environment();
    let config = Config::read(&variables)?;
    let world = AwsWorld::connect(&connect::for_function(&variables)?, config.place);
    let use_case = async |request: Request| check_restore(&world, &request).await;
    lambda_runtime::run(service_fn(|event| answer(event, use_case))).await
}
