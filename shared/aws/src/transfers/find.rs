//! Finding an attempt's execution again: the task's latest first, then its whole history.

use aws_sdk_datasync::Client;
use aws_sdk_datasync::types::TaskExecutionListEntry;
use nightferry_domain::ids::{ATTEMPT_TAG, AttemptId, ExecutionArn, TaskArn};
use nightferry_domain::observation::ExecutionState;
use nightferry_workflow::error::PortError;

use super::{EXECUTION_PAGES_MAX, EXECUTIONS_PER_PAGE, observe};
use crate::sdk_error::Call;

const DESCRIBE: Call = Call::read("DataSync", "DescribeTask");
const LIST: Call = Call::read("DataSync", "ListTaskExecutions");
const TAGS: Call = Call::read("DataSync", "ListTagsForResource");

pub(super) async fn latest(client: &Client, task: &TaskArn) -> Result<Option<ExecutionArn>, PortError> {
    let told = client.describe_task().task_arn(task.as_str()).send().await;
    let told = told.map_err(|error| DESCRIBE.refused(&error))?;
    told.current_task_execution_arn().map(|arn| execution(DESCRIBE, arn)).transpose()
}

pub(super) async fn find(
    client: &Client,
    task: &TaskArn,
    attempt: &AttemptId,
) -> Result<Option<ExecutionArn>, PortError> {
    let latest = latest(client, task).await?;
    if let Some(latest) = &latest
        && is_of(client, latest, attempt).await?
    {
        return Ok(Some(latest.clone()));
    }
    let mut listed = list(client, task).await?;
    // The order of the list is not promised; what still runs is the likelier find.
    listed.sort_by_key(|(_, state)| state.is_end());
    for (execution, _) in listed.into_iter().filter(|(execution, _)| Some(execution) != latest.as_ref()) {
        if is_of(client, &execution, attempt).await? {
            return Ok(Some(execution));
        }
    }
    Ok(None)
}

pub(super) async fn in_progress(
    client: &Client,
    task: &TaskArn,
    attempt: &AttemptId,
) -> Result<Vec<ExecutionArn>, PortError> {
    let mut found = vec![];
    for (execution, state) in list(client, task).await? {
        if !state.is_end() && is_of(client, &execution, attempt).await? {
            found.push(execution);
        }
    }
    if found.len() < 2 {
        return Ok(found);
    }
    let mut by_age = vec![];
    for execution in found {
        by_age.push((observe::requested_at(client, &execution).await?, execution));
    }
    by_age.sort();
    Ok(by_age.into_iter().map(|(_, execution)| execution).collect())
}

pub(super) async fn tagged_attempt(client: &Client, arn: &ExecutionArn) -> Result<Option<AttemptId>, PortError> {
    let told = client.list_tags_for_resource().resource_arn(arn.as_str()).send().await;
    let told = told.map_err(|error| TAGS.refused(&error))?;
    let tag = told.tags().iter().find(|tag| tag.key() == ATTEMPT_TAG).and_then(|tag| tag.value());
    // A tag that is no attempt id was not written by this program.
    Ok(tag.and_then(|value| value.parse().ok()))
}

async fn is_of(client: &Client, execution: &ExecutionArn, attempt: &AttemptId) -> Result<bool, PortError> {
    match tagged_attempt(client, execution).await {
        Ok(tagged) => Ok(tagged.as_ref() == Some(attempt)),
        // Its history went away between the list and this look.
        Err(PortError::Missing { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}

async fn list(client: &Client, task: &TaskArn) -> Result<Vec<(ExecutionArn, ExecutionState)>, PortError> {
    let mut listed = vec![];
    let mut next = None;
    for _ in 0..EXECUTION_PAGES_MAX {
        let page = client
            .list_task_executions()
            .task_arn(task.as_str())
            .max_results(EXECUTIONS_PER_PAGE)
            .set_next_token(next)
            .send()
            .await
            .map_err(|error| LIST.refused(&error))?;
        for entry in page.task_executions() {
            listed.push(listed_execution(entry)?);
        }
        next = page.next_token;
        if next.as_deref().is_none_or(str::is_empty) {
            return Ok(listed);
        }
    }
    let what = format!("{task} has more than {EXECUTION_PAGES_MAX} pages of executions");
    Err(LIST.rejected("TooManyPages", &what))
}

fn listed_execution(entry: &TaskExecutionListEntry) -> Result<(ExecutionArn, ExecutionState), PortError> {
    let arn = execution(LIST, entry.task_execution_arn().unwrap_or_default())?;
    let status = entry.status().map_or("", |status| status.as_str());
    Ok((arn, ExecutionState::of_datasync(status)))
}

fn execution(call: Call, arn: &str) -> Result<ExecutionArn, PortError> {
    arn.parse().map_err(|error| call.rejected("UnreadableAnswer", &format!("{error}")))
}
