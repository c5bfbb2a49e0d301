//! Which backup job is an attempt's own, where AWS Backup tells no token: by whom it was made, of what, and when.

use jiff::Timestamp;

use super::seen::BackupObservation;
use super::{BackupState, Starter};
use crate::ids::ExecutionArn;
use crate::job::{Job, after};
use crate::limits::{BACKUP_CLOCK_SKEW_SECS, EXPECTED_EARLY_SECS, EXPECTED_MARGIN_SECS, LEASE_SECS};
use crate::outcome::Cause;

/// Until when AWS Backup's own schedule may still make this attempt's job; `None` for an attempt that we start.
#[must_use]
pub fn expected_until(job: &Job, number: u32) -> Option<Timestamp> {
    let work = job.spec.work.backup()?;
    match &work.start {
        Starter::AwsBackup { .. } if number == 1 => {
            let window_secs = i64::from(work.start_within_mins).saturating_mul(60);
            Some(after(job.opened_at, window_secs.saturating_add(EXPECTED_MARGIN_SECS)))
        }
        Starter::AwsBackup { .. } | Starter::Nightferry => None,
    }
}

/// AWS Backup's own schedule made no job in its time.
#[must_use]
pub fn not_started(job: &Job) -> Cause {
    let window_mins = job.spec.work.backup().map_or(0, |work| work.start_within_mins);
    Cause {
        id: "backup-not-started".into(),
        what: format!("AWS Backup's own schedule made no backup job for this machine within {window_mins} minutes"),
        fix: "See that the backup plan and its selection are there (`nightferry plan`), and that EC2 is turned on in the account's AWS Backup settings.".into(),
        said: None,
    }
}

/// The end of a claim's lease: an attempt that is expected belongs to nobody else until it can't come any more.
pub(crate) fn lease_until(job: &Job, number: u32, now: Timestamp) -> Timestamp {
    expected_until(job, number).filter(|until| *until > now).unwrap_or_else(|| after(now, LEASE_SECS))
}

/// From when on the attempt's job may have been created.
#[must_use]
pub fn created_since(job: &Job, number: u32) -> Timestamp {
    if expected_until(job, number).is_some() {
        return after(job.opened_at, -EXPECTED_EARLY_SECS);
    }
    let claimed_at = job.attempt(number).map_or(job.opened_at, |attempt| attempt.claimed_at);
    after(claimed_at, -BACKUP_CLOCK_SKEW_SECS)
}

/// Whether a job in the list is this attempt's: that of our plan where one is expected, else one of no plan by our role;
/// of our machine, in our vault, from the attempt's time, and no other attempt's.
#[must_use]
pub fn is_of_attempt(job: &Job, number: u32, seen: &BackupObservation) -> bool {
    let Some(work) = job.spec.work.backup() else { return false };
    let is_of_machine = work.machine.as_ref().map(|machine| &machine.arn) == seen.resource.as_ref();
    let is_by_us = match &work.start {
        Starter::AwsBackup { plan_id } if number == 1 => seen.plan_id.as_ref() == Some(plan_id),
        Starter::AwsBackup { .. } | Starter::Nightferry => {
            seen.plan_id.is_none() && seen.role.as_ref() == Some(&work.role)
        }
    };
    let is_in_time = seen.created_at.is_some_and(|at| at >= created_since(job, number));
    let is_in_vault = seen.vault.as_ref() == Some(&work.vault);
    is_of_machine && is_by_us && is_in_time && is_in_vault && !is_of_another(job, number, &seen.execution)
}

fn is_of_another(job: &Job, number: u32, execution: &ExecutionArn) -> bool {
    job.attempts.iter().any(|attempt| attempt.number != number && attempt.execution.as_ref() == Some(execution))
}

/// Whether AWS Backup is at work on the machine: it then drops any other job of it.
#[must_use]
pub fn is_at_work(seen: &BackupObservation) -> bool {
    match seen.state {
        BackupState::Pending | BackupState::Running | BackupState::Aborting => true,
        // One that waits within its window may wait for hours, and gives way as ours would.
        BackupState::Created
        | BackupState::Aborted
        | BackupState::Completed
        | BackupState::Failed
        | BackupState::Expired
        | BackupState::Partial
        | BackupState::Unrecognised(_) => false,
    }
}
