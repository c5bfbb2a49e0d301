//! Task executions in DataSync. A start can't be repeated safely, so it is sent once; the tag is how it is found again.

mod counts;
mod find;
mod observe;
mod start;
#[cfg(test)]
mod tests;

use aws_sdk_datasync::Client;
use nightferry_domain::ids::{AttemptId, ExecutionArn, TaskArn};
use nightferry_domain::job_spec::Transfer;
use nightferry_domain::observation::TransferObservation;
use nightferry_workflow::error::PortError;
use nightferry_workflow::ports::{StartRefusal, Transfers};

use crate::sdk_error::Call;

/// Pages of a task's executions that are read. DataSync forgets executions after 30 days.
pub const EXECUTION_PAGES_MAX: usize = 10;
/// Executions in one page.
pub const EXECUTIONS_PER_PAGE: i32 = 100;

/// [`Transfers`] over DataSync.
#[derive(Debug, Clone)]
pub struct DataSyncTransfers {
    client: Client,
}

impl DataSyncTransfers {
    /// All tasks that the client may see.
    #[must_use]
    pub fn new(client: Client) -> Self {
        Self { client }
    }
}

impl Transfers for DataSyncTransfers {
    async fn start(&self, transfer: &Transfer, attempt: &AttemptId) -> Result<ExecutionArn, StartRefusal> {
        start::start(&self.client, transfer, attempt).await
    }

    async fn find(&self, task: &TaskArn, attempt: &AttemptId) -> Result<Option<ExecutionArn>, PortError> {
        find::find(&self.client, task, attempt).await
    }

    async fn in_progress(&self, task: &TaskArn, attempt: &AttemptId) -> Result<Vec<ExecutionArn>, PortError> {
        find::in_progress(&self.client, task, attempt).await
    }

    async fn latest(&self, task: &TaskArn) -> Result<Option<ExecutionArn>, PortError> {
        find::latest(&self.client, task).await
    }

    async fn observe(&self, execution: &ExecutionArn) -> Result<TransferObservation, PortError> {
        observe::observe(&self.client, execution).await
    }

    async fn tagged_attempt(&self, execution: &ExecutionArn) -> Result<Option<AttemptId>, PortError> {
        find::tagged_attempt(&self.client, execution).await
    }

    async fn cancel(&self, execution: &ExecutionArn) -> Result<(), PortError> {
        const CANCEL: Call = Call::write("DataSync", "CancelTaskExecution");
        let asked = self.client.cancel_task_execution().task_execution_arn(execution.as_str()).send().await;
        let Err(error) = asked else { return Ok(()) };
        match CANCEL.refused(&error) {
            // There is nothing left to end, and DataSync has no code that says so: ask for the state instead.
            refusal @ PortError::Rejected { .. } => {
                let has_ended = observe::observe(&self.client, execution).await?.state.is_end();
                if has_ended { Ok(()) } else { Err(refusal) }
            }
            PortError::Missing { .. } => Ok(()),
            refusal @ (PortError::Retryable { .. } | PortError::Ambiguous { .. }) => Err(refusal),
        }
    }

    async fn delete_task(&self, task: &TaskArn) -> Result<(), PortError> {
        const DELETE: Call = Call::write("DataSync", "DeleteTask");
        let deleted = self.client.delete_task().task_arn(task.as_str()).send().await;
        deleted.map(drop).map_err(|error| DELETE.refused(&error))
    }

    async fn delete_location(&self, arn: &str) -> Result<(), PortError> {
        const DELETE: Call = Call::write("DataSync", "DeleteLocation");
        let deleted = self.client.delete_location().location_arn(arn).send().await;
        deleted.map(drop).map_err(|error| DELETE.refused(&error))
    }
}
