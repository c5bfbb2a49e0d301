//! Starts one attempt of a job, or adopts the execution that an earlier, cut-off call started.

use lambda_runtime::service_fn;
use nightferry_aws::{AwsWorld, connect};
use nightferry_domain::ids::RunId;
use nightferry_domain::plan::JobName;
use nightferry_lambda::{Config, answer, start_telemetry};
use nightferry_workflow::ports::TaskToken;
use nightferry_workflow::start_job::{Request, Started, start_job};
use serde::Deserialize;
use serde_json::{Value, json};

/// What the state machine sends. Without `Debug`, for the token must not be printed.
#[derive(Deserialize)]
struct Event {
    run_id: RunId,
    job: JobName,
    attempt: u32,
    task_token: String,
}

impl From<Event> for Request {
    fn from(event: Event) -> Self {
        let token = TaskToken { attempt: event.attempt, secret: event.task_token.into() };
        Self { run_id: event.run_id, job: event.job, token }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    start_telemetry();
    let variables = connect::environment();
    let config = Config::read(&variables)?;
    let world = AwsWorld::connect(&connect::for_function(&variables)?, config.place);
    let use_case = async |event: Event| start_job(&world, &event.into()).await.map(|started| told(&started));
    lambda_runtime::run(service_fn(|event| answer(event, use_case))).await
}

/// For the log and for a person's `sam local invoke`: the state machine waits for its token instead.
fn told(started: &Started) -> Value {
    match started {
        Started::Running(execution) => json!({ "started": "running", "execution": execution }),
        Started::Blocked(execution) => json!({ "started": "blocked", "by": execution }),
        Started::Over => json!({ "started": "over" }),
    }
}
