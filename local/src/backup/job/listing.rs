//! `ListBackupJobs`, with its filters.

use std::cmp::Reverse;

use serde_json::Value;

use super::super::Backup;
use super::super::page::page;
use super::super::read::Asked;
use super::super::refusal::Refusal;
use super::Job;
use super::status::Status;

/// `ListBackupJobs`: newest first.
pub(in crate::backup) fn list(backup: &Backup, asked: &Asked) -> Result<Value, Refusal> {
    if let Some(state) = asked.queried("state").filter(|state| Status::read(state).is_none()) {
        return Err(Refusal::value(format!("Invalid job state: {state}")));
    }
    let times = Times::read(asked)?;
    let state = backup.store.open();
    let mut jobs: Vec<&Job> = state
        .jobs
        .iter()
        .filter(|job| job.home == asked.home && passes(asked, job) && times.admit(job) && !backup.is_too_new(job))
        .collect();
    jobs.sort_by_key(|job| Reverse(job.created));
    page(asked, "BackupJobs", jobs.into_iter().map(|job| backup.faults_of(job).disguised(job.shown())).collect())
}

fn passes(asked: &Asked, job: &Job) -> bool {
    let shown = job.shown();
    let filters = [
        ("resourceArn", "ResourceArn"),
        ("state", "State"),
        ("backupVaultName", "BackupVaultName"),
        ("resourceType", "ResourceType"),
        ("accountId", "AccountId"),
        ("parentJobId", "ParentJobId"),
        ("messageCategory", "MessageCategory"),
    ];
    filters.into_iter().all(|(asked_for, member)| {
        asked.queried(asked_for).is_none_or(|wanted| {
            wanted == "*" || shown.get(member).and_then(Value::as_str).is_some_and(|found| found == wanted)
        })
    })
}

/// Bounds of times.
struct Times {
    created: (Option<jiff::Timestamp>, Option<jiff::Timestamp>),
    ended: (Option<jiff::Timestamp>, Option<jiff::Timestamp>),
}

impl Times {
    fn read(asked: &Asked) -> Result<Self, Refusal> {
        Ok(Self {
            created: (asked.queried_time("createdAfter")?, asked.queried_time("createdBefore")?),
            ended: (asked.queried_time("completeAfter")?, asked.queried_time("completeBefore")?),
        })
    }

    fn admit(&self, job: &Job) -> bool {
        is_within(Some(job.created), self.created) && is_within(job.ended, self.ended)
    }
}

/// Whether a time lies between two others; what never was lies between none.
pub(in crate::backup) fn is_within(
    time: Option<jiff::Timestamp>,
    (after, before): (Option<jiff::Timestamp>, Option<jiff::Timestamp>),
) -> bool {
    after.is_none_or(|after| time.is_some_and(|time| time >= after))
        && before.is_none_or(|before| time.is_some_and(|time| time <= before))
}
