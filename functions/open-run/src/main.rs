//! Opens one run, for a schedule or for a person.

use lambda_runtime::service_fn;
use nightferry_aws::{AwsWorld, connect};
use nightferry_lambda::{Config, answer, start_telemetry};
use nightferry_workflow::open_run::{Request, open_run};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    start_telemetry();
    let variables = connect::environment();
    let config = Config::read(&variables)?;
    let world = AwsWorld::connect(&connect::for_function(&variables)?, config.place);
    let use_case = async |request: Request| open_run(&world, &request).await;
    lambda_runtime::run(service_fn(|event| answer(event, use_case))).await
}
