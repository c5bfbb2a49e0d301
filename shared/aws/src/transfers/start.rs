//! The one call that must not be sent twice.

use aws_sdk_datasync::Client;
use aws_sdk_datasync::config::retry::RetryConfig;
use aws_sdk_datasync::types::{Options, TagListEntry, TaskQueueing, TransferMode};
use nightferry_domain::ids::{ATTEMPT_TAG, AttemptId, ExecutionArn};
use nightferry_domain::job_spec::Transfer;
use nightferry_workflow::error::PortError;
use nightferry_workflow::ports::StartRefusal;

use crate::sdk_error::Call;

const START: Call = Call::start("DataSync", "StartTaskExecution");

pub(super) async fn start(
    client: &Client,
    transfer: &Transfer,
    attempt: &AttemptId,
) -> Result<ExecutionArn, StartRefusal> {
    let tag = TagListEntry::builder().key(ATTEMPT_TAG).value(attempt.to_string()).build();
    let tag = tag.map_err(|error| START.rejected("RequestNotBuilt", &error.to_string()))?;
    let one_try = aws_sdk_datasync::config::Builder::new().retry_config(RetryConfig::disabled());
    let request = client
        .start_task_execution()
        .task_arn(transfer.task.as_str())
        .override_options(options(transfer, attempt))
        .tags(tag)
        .customize()
        .config_override(one_try);
    let answer = request.send().await.map_err(|error| refusal(START.refused(&error)))?;
    let execution = answer.task_execution_arn().unwrap_or_default();
    // It runs, but under a name that can't be used: whoever looks for the tag finds it.
    execution.parse().map_err(|error| StartRefusal::Port(unnamed(&format!("{error}"))))
}

/// Options that are not named here stay as the task has them. Later attempts carry only what is missing or differs, except
/// of a restore: comparing would pass over a file that was spoiled without a change of its size and time.
///
/// An agent runs one task at a time. DataSync keeps the order among all tasks of an agent, other people's too, and a
/// queued execution costs nothing: so only there a start may queue.
fn options(transfer: &Transfer, attempt: &AttemptId) -> Options {
    let queueing = if transfer.agent.is_some() { TaskQueueing::Enabled } else { TaskQueueing::Disabled };
    let options = Options::builder().task_queueing(queueing);
    let compares = attempt.number > 1 && transfer.back.is_none();
    if compares { options.transfer_mode(TransferMode::Changed).build() } else { options.build() }
}

fn unnamed(why: &str) -> PortError {
    PortError::Ambiguous { service: "DataSync", operation: "StartTaskExecution", code: why.to_owned() }
}

fn refusal(error: PortError) -> StartRefusal {
    match &error {
        PortError::Rejected { code, message, .. } if says_busy(code, message) => StartRefusal::Busy,
        PortError::Rejected { .. }
        | PortError::Retryable { .. }
        | PortError::Ambiguous { .. }
        | PortError::Missing { .. } => StartRefusal::Port(error),
    }
}

/// DataSync has no code of its own for a task that runs already, so its words are read generously.
fn says_busy(code: &str, message: &str) -> bool {
    let words = format!("{code} {message}").to_ascii_lowercase();
    let is_about_running =
        ["running", "in progress", "executing", "being executed"].iter().any(|word| words.contains(word));
    is_about_running && ["already", "currently", "another", "concurrent"].iter().any(|word| words.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_wording_of_already_running_means_busy() {
        for message in [
            "Task is already running",
            "The task task-0a1b2c3d4e5f60718 is currently running.",
            "There is already a task execution in progress for this task",
            "Another task execution is running",
        ] {
            assert!(says_busy("InvalidRequestException", message), "{message}");
        }
        for message in ["Task is not available", "The agent is not running", "Too many tasks"] {
            assert!(!says_busy("InvalidRequestException", message), "{message}");
        }
    }
}
