//! The night's workflow in Step Functions: one execution a run, under the run's name.

use aws_sdk_sfn::Client;
use aws_sdk_sfn::operation::send_task_success::SendTaskSuccessError;
use aws_sdk_sfn::operation::start_execution::StartExecutionError;
use aws_sdk_sfn::types::ExecutionStatus;
use nightferry_domain::ids::RunId;
use nightferry_domain::run::Run;
use nightferry_workflow::error::PortError;
use nightferry_workflow::ports::{TaskToken, Woken, Workflows};
use secrecy::ExposeSecret;

use crate::sdk_error::Call;

/// What a waiter is woken with: only that there is something to look at.
const WAKE_UP: &str = r#"{"ended":"observed"}"#;

/// The name makes a second start harmless.
const START: Call = Call::write("Step Functions", "StartExecution");
const DESCRIBE: Call = Call::read("Step Functions", "DescribeExecution");
/// A second answer to a token finds nobody waiting.
const WAKE: Call = Call::write("Step Functions", "SendTaskSuccess");

/// [`Workflows`] over two state machines.
#[derive(Debug, Clone)]
pub struct NightlyRuns {
    client: Client,
    nightly_run_arn: String,
    restore_arn: String,
}

impl NightlyRuns {
    /// The state machines of these ARNs: that of nights, and that of restores.
    #[must_use]
    pub fn new(client: Client, nightly_run_arn: String, restore_arn: String) -> Self {
        Self { client, nightly_run_arn, restore_arn }
    }

    fn state_machine_arn(&self, run: &RunId) -> &str {
        if run.is_restore() { &self.restore_arn } else { &self.nightly_run_arn }
    }

    fn execution_arn(&self, run: &RunId) -> String {
        format!("{}:{run}", self.state_machine_arn(run).replacen(":stateMachine:", ":execution:", 1))
    }
}

impl Workflows for NightlyRuns {
    async fn start(&self, run: &Run, input: &serde_json::Value) -> Result<(), PortError> {
        let request = self
            .client
            .start_execution()
            .state_machine_arn(self.state_machine_arn(&run.id))
            .name(run.id.as_str())
            .input(input.to_string());
        match request.send().await {
            Ok(_) => Ok(()),
            Err(error) if error.as_service_error().is_some_and(StartExecutionError::is_execution_already_exists) => {
                Ok(())
            }
            Err(error) => Err(START.refused(&error)),
        }
    }

    async fn is_going_on(&self, run: &RunId) -> Result<Option<bool>, PortError> {
        let told = self.client.describe_execution().execution_arn(self.execution_arn(run)).send().await;
        let told = match told {
            Ok(told) => told,
            Err(error) => match DESCRIBE.refused(&error) {
                PortError::Missing { .. } => return Ok(None),
                refusal @ (PortError::Retryable { .. } | PortError::Ambiguous { .. } | PortError::Rejected { .. }) => {
                    return Err(refusal);
                }
            },
        };
        Ok(Some(is_going_on(told.status())))
    }

    async fn wake(&self, token: &TaskToken) -> Result<Woken, PortError> {
        let request = self.client.send_task_success().task_token(token.secret.expose_secret()).output(WAKE_UP);
        match request.send().await {
            Ok(_) => Ok(Woken::Yes),
            Err(error) if error.as_service_error().is_some_and(nobody_waits) => Ok(Woken::Gone),
            Err(error) => Err(WAKE.refused(&error)),
        }
    }
}

/// A status that this version does not know is not an end.
fn is_going_on(status: &ExecutionStatus) -> bool {
    !matches!(status.as_str(), "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "ABORTED")
}

fn nobody_waits(error: &SendTaskSuccessError) -> bool {
    error.is_task_does_not_exist() || error.is_task_timed_out() || error.is_invalid_token()
}

#[cfg(test)]
#[path = "workflows_tests.rs"]
mod tests;
