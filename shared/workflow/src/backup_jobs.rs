//! Backup jobs of AWS Backup, as every engine's moves: looked for, started, kept from each other.
//!
//! `StartBackupJob` takes the attempt's id as its token, so a start may be sent again. Of a job that is there already AWS
//! Backup tells no token: it is known by machine, vault, role and time, and by no other attempt having it.

use jiff::{SignedDuration, Timestamp};
use nightferry_domain::backup::BackupWork;
use nightferry_domain::backup::expected::{created_since, is_at_work, is_of_attempt};
use nightferry_domain::backup::order::BackupOrder;
use nightferry_domain::ids::{AttemptId, ExecutionArn};
use nightferry_domain::job::Job;
use nightferry_domain::limits::BACKUP_LONGEST_SECS;

use crate::error::PortError;
use crate::ports::{Backups, RunTable, StartRefusal, World};

/// The attempt's backup job; the oldest, should there be more.
pub(crate) async fn find<W: World>(world: &W, job: &Job, id: &AttemptId) -> Result<Option<ExecutionArn>, PortError> {
    let Some(machine) = job.spec.work.backup().and_then(|work| work.machine.as_ref()) else { return Ok(None) };
    let listed = world.backups().jobs_of(&machine.arn, created_since(job, id.number)).await?;
    for seen in listed.iter().filter(|seen| is_of_attempt(job, id.number, seen)) {
        let owner = world.table().attempt_of(&seen.execution).await?;
        if owner.is_none_or(|owner| &owner == id) {
            return Ok(Some(seen.execution.clone()));
        }
    }
    Ok(None)
}

pub(crate) async fn start<W: World>(world: &W, job: &Job, id: &AttemptId) -> Result<ExecutionArn, StartRefusal> {
    let order = BackupOrder::of(job, id.number).ok_or_else(|| not_an_order(id))?;
    if blocker(world, job, id).await?.is_some() {
        return Err(StartRefusal::Busy);
    }
    Ok(world.backups().start(&order).await?)
}

fn not_an_order(id: &AttemptId) -> PortError {
    PortError::Rejected {
        service: "Nightferry",
        operation: "StartBackupJob",
        code: "NotAnOrder".to_owned(),
        message: format!("attempt {id} backs up no machine"),
    }
}

/// Another job that AWS Backup is at work on for the same machine: a second one would be dropped.
pub(crate) async fn blocker<W: World>(world: &W, job: &Job, id: &AttemptId) -> Result<Option<ExecutionArn>, PortError> {
    let Some(BackupWork { machine: Some(machine), .. }) = job.spec.work.backup() else { return Ok(None) };
    let listed = world.backups().jobs_of(&machine.arn, longest_ago(job.opened_at)).await?;
    let mut others = listed.iter().filter(|seen| is_at_work(seen) && !is_of_attempt(job, id.number, seen));
    Ok(others.next().map(|seen| seen.execution.clone()))
}

fn longest_ago(at: Timestamp) -> Timestamp {
    at.saturating_sub(SignedDuration::from_secs(BACKUP_LONGEST_SECS)).unwrap_or(Timestamp::MIN)
}
