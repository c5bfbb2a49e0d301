//! Writes the run's report and sends the morning message, once.

use lambda_runtime::service_fn;
use nightferry_aws::{AwsWorld, connect};
use nightferry_lambda::{Config, answer, start_telemetry};
use nightferry_workflow::write_report::{Request, write_report};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    start_telemetry();
    let variables = connect::environment();
    let Config { place, .. } = Config::read(&variables)?;
    let stack = place.stack.name.clone();
    let world = AwsWorld::connect(&connect::for_function(&variables)?, place);
    let use_case = async |request: Request| write_report(&world, &stack, &request).await;
    lambda_runtime::run(service_fn(|event| answer(event, use_case))).await
}
