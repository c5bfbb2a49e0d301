//! AWS Backup: backup and copy jobs, which carry their token so that starting again gives the same job, and vaults.

mod list;
mod observe;
mod start;
#[cfg(test)]
mod tests;
mod told;

use jiff::Timestamp;
use nightferry_domain::backup::BackupState;
use nightferry_domain::backup::order::{BackupOrder, CopyOrder};
use nightferry_domain::backup::seen::{BackupObservation, CopyObservation, RecoveryPoint};
use nightferry_domain::ids::ExecutionArn;
use nightferry_domain::stack::Stack;
use nightferry_workflow::error::PortError;
use nightferry_workflow::ports::Backups;

use crate::sdk_error::Call;

/// Pages of one list that are read.
pub const PAGES_MAX: usize = 50;
/// Entries in one page: the service's own limit.
pub const PER_PAGE: i32 = 1_000;

const STOP: Call = Call::write("AWS Backup", "StopBackupJob");

/// [`Backups`] over AWS Backup.
#[derive(Debug, Clone)]
pub struct BackupJobs {
    client: aws_sdk_backup::Client,
    stack: Stack,
}

impl BackupJobs {
    /// The jobs and vaults of the stack's account and Region.
    #[must_use]
    pub fn new(client: aws_sdk_backup::Client, stack: Stack) -> Self {
        Self { client, stack }
    }
}

impl Backups for BackupJobs {
    async fn start(&self, order: &BackupOrder) -> Result<ExecutionArn, PortError> {
        start::start(&self.client, &self.stack, order).await
    }

    async fn jobs_of(&self, resource: &str, since: Timestamp) -> Result<Vec<BackupObservation>, PortError> {
        list::jobs(&self.client, &self.stack, resource, since).await
    }

    async fn observe(&self, job: &ExecutionArn) -> Result<BackupObservation, PortError> {
        observe::job(&self.client, job).await
    }

    async fn stop(&self, job: &ExecutionArn) -> Result<(), PortError> {
        let asked = self.client.stop_backup_job().backup_job_id(job.id()).send().await;
        match asked.map(drop).map_err(|error| STOP.refused(&error)) {
            // It has ended, or is about to: nothing is left to be asked for.
            Err(refusal @ PortError::Rejected { .. }) => {
                let state = observe::job(&self.client, job).await?.state;
                if state.is_end() || state == BackupState::Aborting { Ok(()) } else { Err(refusal) }
            }
            Err(PortError::Missing { .. }) => Ok(()),
            told => told,
        }
    }

    async fn point(&self, vault: &str, recovery_point: &str) -> Result<RecoveryPoint, PortError> {
        observe::point(&self.client, vault, recovery_point).await
    }

    async fn points_in(&self, vault: &str) -> Result<Vec<RecoveryPoint>, PortError> {
        list::points(&self.client, vault).await
    }

    async fn copies_of(&self, recovery_point: &str) -> Result<Vec<CopyObservation>, PortError> {
        list::copies(&self.client, recovery_point).await
    }

    async fn copy(&self, order: &CopyOrder) -> Result<String, PortError> {
        start::copy(&self.client, order).await
    }
}

/// The form in which our records name a backup job.
fn job_arn(call: Call, stack: &Stack, id: Option<&str>) -> Result<ExecutionArn, PortError> {
    execution(call, stack, "backup-job", id)
}

/// An ARN of our own for a job that AWS Backup names by its id alone. A reply without one says nothing of the call: a job
/// may be on, and asking again with the same token gives its name.
pub(crate) fn execution(call: Call, stack: &Stack, kind: &str, id: Option<&str>) -> Result<ExecutionArn, PortError> {
    let Some(id) = id.filter(|id| !id.is_empty()) else { return Err(call.unreadable("it names no job")) };
    stack.arn("backup", &format!("{kind}:{id}")).parse().map_err(|error| call.unreadable(&format!("{error}")))
}

/// AWS Backup's times, to the millisecond.
pub(crate) fn time(at: Option<&aws_sdk_backup::primitives::DateTime>) -> Option<Timestamp> {
    at.and_then(|at| Timestamp::from_millisecond(at.to_millis().ok()?).ok())
}

pub(crate) fn count(number: Option<i64>) -> Option<u64> {
    number.and_then(|number| u64::try_from(number).ok())
}

pub(crate) fn text(told: Option<&str>) -> Option<String> {
    told.filter(|told| !told.is_empty()).map(str::to_owned)
}
