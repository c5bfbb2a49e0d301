//! Proves that a job can work tonight, or ends it with what stands in its way.

use lambda_runtime::service_fn;
use nightferry_aws::{AwsWorld, connect};
use nightferry_lambda::{Config, answer, start_telemetry};
use nightferry_workflow::check_job::{Request, check_job};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    start_telemetry();
    let variables = connect::environment();
    let config = Config::read(&variables)?;
    let world = AwsWorld::connect(&connect::for_function(&variables)?, config.place);
    let use_case = async |request: Request| check_job(&world, &request).await;
    lambda_runtime::run(service_fn(|event| answer(event, use_case))).await
}
