//! Backup jobs of AWS Backup, as every engine's moves: looked for, started, kept from each other.
//!
//! `StartBackupJob` takes the attempt's id as its token, so a start may be sent again. Of a job that is there already AWS
//! Backup tells no token: it is known by machine, vault, role and time, and by no other attempt having it.

use jiff::{SignedDuration, Timestamp};
use nightferry_domain::backup::BackupWork;
use nightferry_domain::backup::expected::{created_since, expected_until, is_at_work, is_of_attempt};
use nightferry_domain::backup::order::BackupOrder;
use nightferry_domain::ids::{AttemptId, ExecutionArn};
use nightferry_domain::job::Job;
use nightferry_domain::limits::{BACKUP_LONGEST_SECS, LEASE_SECS};

use crate::error::PortError;
use crate::ports::{Backups, Clock, RunTable, StartRefusal, World};

/// A backup job that may be the attempt's; the oldest, should there be more. It is nobody's before it is [`adopt`]ed.
pub(crate) async fn find<W: World>(world: &W, job: &Job, id: &AttemptId) -> Result<Option<ExecutionArn>, PortError> {
    let Some(machine) = job.spec.work.backup().and_then(|work| work.machine.as_ref()) else { return Ok(None) };
    let listed = world.backups().jobs_of(&machine.arn, created_since(job, id.number)).await?;
    for seen in listed.iter().filter(|seen| is_of_attempt(job, id.number, seen)) {
        if !is_known_of_another(world, &seen.execution, id).await? {
            return Ok(Some(seen.execution.clone()));
        }
    }
    Ok(None)
}

/// Takes a backup job that may be the attempt's for its own, so that no other attempt can.
///
/// Of one that we started ourselves no list tells whose it is, and two runs may back one machine up within a moment. As
/// long as AWS Backup remembers the attempt's token, asking again with it is the better way; it surely remembers it for as
/// long as a claim is held.
pub(crate) async fn adopt<W: World>(world: &W, job: &Job, id: &AttemptId) -> Result<Option<ExecutionArn>, PortError> {
    let Some(machine) = job.spec.work.backup().and_then(|work| work.machine.as_ref()) else { return Ok(None) };
    if expected_until(job, id.number).is_none() && token_is_remembered(job, id, world.clock().now()) {
        return Ok(None);
    }
    let listed = world.backups().jobs_of(&machine.arn, created_since(job, id.number)).await?;
    for seen in listed.iter().filter(|seen| is_of_attempt(job, id.number, seen)) {
        if world.table().claim_execution(&seen.execution, id).await? {
            return Ok(Some(seen.execution.clone()));
        }
    }
    Ok(None)
}

/// An attempt that waited for another's job has asked for nothing that came about before that one ended.
fn token_is_remembered(job: &Job, id: &AttemptId, now: Timestamp) -> bool {
    let asked_since = job.attempt(id.number).map(|attempt| attempt.unblocked_at.unwrap_or(attempt.claimed_at));
    asked_since.is_some_and(|since| now.duration_since(since).as_secs() < LEASE_SECS) && !job.must_end(now)
}

async fn is_known_of_another<W: World>(world: &W, execution: &ExecutionArn, id: &AttemptId) -> Result<bool, PortError> {
    Ok(world.table().attempt_of(execution).await?.is_some_and(|owner| &owner != id))
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
    for seen in listed.iter().filter(|seen| is_at_work(seen)) {
        if !is_of_attempt(job, id.number, seen) || is_known_of_another(world, &seen.execution, id).await? {
            return Ok(Some(seen.execution.clone()));
        }
    }
    Ok(None)
}

fn longest_ago(at: Timestamp) -> Timestamp {
    at.saturating_sub(SignedDuration::from_secs(BACKUP_LONGEST_SECS)).unwrap_or(Timestamp::MIN)
}
