//! Lists of restore jobs.

use std::cmp::Reverse;

use serde_json::Value;

use super::super::Backup;
use super::super::job::listing::is_within;
use super::super::page::page;
use super::super::read::Asked;
use super::super::refusal::Refusal;
use super::{Restore, Status};

/// `ListRestoreJobs`: newest first.
pub(in crate::backup) fn list(backup: &Backup, asked: &Asked) -> Result<Value, Refusal> {
    let created = (asked.queried_time("createdAfter")?, asked.queried_time("createdBefore")?);
    let ended = (asked.queried_time("completeAfter")?, asked.queried_time("completeBefore")?);
    listed(backup, asked, |job| {
        is_within(Some(job.created), created)
            && is_within(job.ended, ended)
            && asked.queried("accountId").is_none_or(|wanted| wanted == "*" || wanted == job.home.account)
            && asked.queried("resourceType").is_none_or(|wanted| wanted == "EC2")
            && asked.queried("parentJobId").is_none()
            && asked
                .queried("restoreTestingPlanArn")
                .is_none_or(|wanted| job.testing.as_ref().is_some_and(|testing| testing.plan_arn == wanted))
    })
}

/// `ListRestoreJobsByProtectedResource`.
pub(in crate::backup) fn by_resource(backup: &Backup, asked: &Asked) -> Result<Value, Refusal> {
    let after = asked.queried_time("recoveryPointCreationDateAfter")?;
    let before = asked.queried_time("recoveryPointCreationDateBefore")?;
    listed(backup, asked, |job| {
        job.point.resource_arn == asked.route.part("resource") && is_within(Some(job.point.created), (after, before))
    })
}

fn listed(backup: &Backup, asked: &Asked, passes: impl Fn(&Restore) -> bool) -> Result<Value, Refusal> {
    let status = asked.queried("status");
    if let Some(wrong) = status.filter(|word| Status::read(word).is_none()) {
        return Err(Refusal::value(format!("Invalid restore job status: {wrong}")));
    }
    let state = backup.store.open();
    let own = state.restores.iter().filter(|job| job.home == asked.home && passes(job));
    let mut jobs: Vec<&Restore> = own.filter(|job| status.is_none_or(|wanted| wanted == job.status.word())).collect();
    jobs.sort_by_key(|job| Reverse(job.created));
    page(asked, "RestoreJobs", jobs.into_iter().map(|job| backup.faults_of(job).disguised(job.shown())).collect())
}
