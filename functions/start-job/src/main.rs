//! Starts one attempt of a job, or adopts the execution that an earlier, cut-off call started.

use lambda_runtime::service_fn;
use nightferry_aws::{AwsWorld, connect};
use nightferry_lambda::{Config, answer, start_telemetry};
use nightferry_workflow::start_job::{Request, Started, start_job};
use serde_json::{Value, json};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    start_telemetry();
    let variables = connect::environment();
    let config = Config::read(&variables)?;
    let world = AwsWorld::connect(&connect::for_function(&variables)?, config.place);
    let use_case = async |request: Request| start_job(&world, &request).await.map(|started| told(&started));
    lambda_runtime::run(service_fn(|event| answer(event, use_case))).await
}

/// For the log and for a person's `sam local invoke`: the state machine waits for its token instead.
fn told(started: &Started) -> Value {
    match started {
        Started::Running(execution) => json!({ "started": "running", "execution": execution }),
        Started::Blocked(execution) => json!({ "started": "blocked", "by": execution }),
        Started::Expected(until) => json!({ "started": "expected", "until": until }),
        Started::Over => json!({ "started": "over" }),
    }
}
