//! What became of the new objects of replicated buckets: asks S3 for the rule and CloudWatch for its figures.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use nightferry_domain::batch::new_objects::{NewObjects, Seen, judge};
use nightferry_domain::job::Job;
use nightferry_domain::job_spec::DeployedPlan;
use nightferry_domain::plan::JobName;

use crate::coverage::promise_secs;
use crate::error::PortError;
use crate::ports::{BatchJobs, Clock, World};

/// How long all buckets together may be asked about, in seconds. The report waits for it, and one that waits for ever is
/// worse than one that does not know: `write-report` has a minute.
const ASKING_SECS_MAX: i64 = 15;

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
            let since = now.saturating_sub(SignedDuration::from_secs(promise_secs)).unwrap_or(now);
            let rules = in_time(world, now, world.batch_jobs().rules(&replication.bucket)).await;
            let figures = in_time(world, now, world.batch_jobs().figures(replication, since, now)).await;
            let seen = Seen {
                replication,
                rules: rules.as_ref().map_err(String::as_str),
                figures: figures.as_ref().map_err(String::as_str),
                since,
                promise_secs,
                carried_until: carried_until(job),
            };
            let _ = told.insert(job.spec.name.clone(), judge(&seen));
        }
    }
    told
}

/// What the service answers, unless the others took all the time.
async fn in_time<W: World, T>(
    world: &W,
    since: Timestamp,
    question: impl Future<Output = Result<T, PortError>>,
) -> Result<T, String> {
    if world.clock().now().duration_since(since).as_secs() >= ASKING_SECS_MAX {
        return Err(format!("not asked: earlier answers about new objects took longer than {ASKING_SECS_MAX} s"));
    }
    question.await.map_err(|refusal| refusal.to_string())
}

/// A batch job that carried everything had on its list whatever failed before its attempt was claimed.
fn carried_until(job: &Job) -> Option<Timestamp> {
    let is_safe = job.settlement().is_some_and(|end| end.outcome.is_safe());
    job.attempts.last().filter(|_| is_safe).map(|attempt| attempt.claimed_at)
}
