//! The confirm-batch-job function.

use lambda_runtime::service_fn;
use nightferry_aws::{AwsWorld, connect};
use nightferry_lambda::{Config, answer, start_telemetry};
use nightferry_workflow::confirm_batch_job::{Confirmed, confirm_batch_job};
use nightferry_workflow::start_job::Request;
use serde_json::{Value, json};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    start_telemetry();
    let variables = connect::environment();
    let config = Config::read(&variables)?;
    let world = AwsWorld::connect(&connect::for_function(&variables)?, config.place);
    let use_case = async |request: Request| confirm_batch_job(&world, &request).await.map(|confirmed| told(&confirmed));
    lambda_runtime::run(service_fn(|event| answer(event, use_case))).await
}

/// For the log and for a person's `sam local invoke`: the state machine waits for its token instead.
fn told(confirmed: &Confirmed) -> Value {
    match confirmed {
        Confirmed::Yes => json!({ "confirmed": "yes" }),
        Confirmed::No(cause) => json!({ "confirmed": "no", "cause": cause }),
        Confirmed::AwaitsPerson(awaited) => {
            json!({ "confirmed": "awaits-person", "until": awaited.until, "why": awaited.why })
        }
        Confirmed::NotWaiting => json!({ "confirmed": "not-waiting" }),
    }
}
