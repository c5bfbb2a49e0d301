//! What became of the new objects of replicated buckets: asks S3 for the rule and CloudWatch for its figures.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use nightferry_domain::batch::confirm::RulesNow;
use nightferry_domain::batch::new_objects::{NewObjects, RuleFigures, Seen, judge};
use nightferry_domain::job::Job;
use nightferry_domain::job_spec::DeployedPlan;
use nightferry_domain::plan::JobName;
use nightferry_domain::replication::Replication;

use crate::coverage::promise_secs;
use crate::ports::{BatchJobs, World};

/// Of each job that replicates, by name. What can't be found out is said in its place.
pub(crate) async fn new_objects<W: World>(
    world: &W,
    plan: &DeployedPlan,
    jobs: &[Job],
    now: Timestamp,
) -> BTreeMap<JobName, NewObjects> {
    let mut told = BTreeMap::new();
    for job in jobs {
        if let Some(replication) = job.spec.work.replication() {
            let promise_secs = promise_secs(plan, &job.spec, now);
            let _ = told.insert(job.spec.name.clone(), of_job(world, job, replication, promise_secs, now).await);
        }
    }
    told
}

async fn of_job<W: World>(
    world: &W,
    job: &Job,
    replication: &Replication,
    promise_secs: i64,
    now: Timestamp,
) -> NewObjects {
    let since = now.saturating_sub(SignedDuration::from_secs(promise_secs)).unwrap_or(now);
    let rules: Result<RulesNow, String> =
        world.batch_jobs().rules(&replication.bucket).await.map_err(|refusal| refusal.to_string());
    let figures: Result<RuleFigures, String> =
        world.batch_jobs().figures(replication, since, now).await.map_err(|refusal| refusal.to_string());
    judge(&Seen {
        replication,
        rules: rules.as_ref().map_err(String::as_str),
        figures: figures.as_ref().map_err(String::as_str),
        since,
        promise_secs,
        carried_until: carried_until(job),
    })
}

/// A batch job that carried everything had on its list whatever failed before its attempt was claimed.
fn carried_until(job: &Job) -> Option<Timestamp> {
    let is_safe = job.settlement().is_some_and(|end| end.outcome.is_safe());
    job.attempts.last().filter(|_| is_safe).map(|attempt| attempt.claimed_at)
}
