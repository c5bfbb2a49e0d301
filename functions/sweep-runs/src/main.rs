//! Every few minutes: finds what the events missed, and carries it on.

use lambda_runtime::service_fn;
use nightferry_aws::{AwsWorld, connect};
use nightferry_lambda::{Config, answer, start_telemetry};
use nightferry_workflow::sweep_runs::sweep_runs;
use serde::de::IgnoredAny;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    start_telemetry();
    let variables = connect::environment();
    let Config { place, .. } = Config::read(&variables)?;
    let stack = place.stack.name.clone();
    let world = AwsWorld::connect(&connect::for_function(&variables)?, place);
    let use_case = async |_: IgnoredAny| sweep_runs(&world, &stack).await;
    lambda_runtime::run(service_fn(|event| answer(event, use_case))).await
}
