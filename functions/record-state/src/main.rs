//! Looks at the execution that an event names, and wakes the workflow that waits for it; or at the agent, and tells of it.

use lambda_runtime::service_fn;
use nightferry_aws::{AwsWorld, connect};
use nightferry_domain::state_change;
use nightferry_lambda::{Config, answer, start_telemetry};
use nightferry_workflow::record_state::record_state;
use serde_json::{Value, json};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    start_telemetry();
    let variables = connect::environment();
    let Config { place, .. } = Config::read(&variables)?;
    let stack = place.stack.clone();
    let world = AwsWorld::connect(&connect::for_function(&variables)?, place);
    // Whatever comes is taken: what can't be read as an event is logged and answered, for sending it again can't help.
    let use_case = async |event: Value| {
        let recorded =
            record_state(&world, &stack.name, state_change::read(&event, &stack.account, &stack.region)).await?;
        Ok(json!({ "recorded": format!("{recorded:?}") }))
    };
    lambda_runtime::run(service_fn(|event| answer(event, use_case))).await
}
