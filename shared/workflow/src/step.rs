//! What the state machine does next with a job, and the small moves that several use cases share.

use jiff::Timestamp;
use nightferry_domain::ids::RunId;
use nightferry_domain::job::{Job, Phase};
use nightferry_domain::limits::CANCEL_GRACE_SECS;
use nightferry_domain::plan::JobName;
use nightferry_domain::run::Run;
use serde::{Deserialize, Serialize};

use crate::error::WorkflowError;
use crate::ports::{RunTable, Saved, TaskToken, Versioned, World};

/// The answer of `check-job` and `verify-job`. `statemachines/nightly-run.asl.json` reads exactly these members.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Whether the item of the map goes on or ends.
    pub next: Next,
    /// The attempt to start, or that was the last.
    pub attempt: u32,
    /// Wait so long before it, in seconds; 0 for at once.
    pub wait_secs: i64,
    /// How long the workflow waits for its end, in seconds; at least 1.
    pub timeout_secs: i64,
    /// The check to make, with `next: check`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<CheckOrder>,
}

/// A user's check of a restored machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckOrder {
    /// ARN of the user's function.
    pub function: String,
    /// The machine that was made: `i-...`
    pub machine: String,
    /// The machine that was backed up: `i-...`
    pub original: String,
    /// ARN of the point.
    pub recovery_point: String,
}

/// Where the state machine goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Next {
    /// Back off, then start (or go on waiting for) the attempt.
    Start,
    /// Decide about the attempt's listed batch job, then wait for its end.
    Confirm,
    /// Let the user's function look into the restored machine, then tell what it said.
    Check,
    /// The job has ended.
    Settled,
}

impl Step {
    /// What follows from where the job stands.
    #[must_use]
    pub fn of(job: &Job, now: Timestamp) -> Self {
        let last = job.attempts.last().map_or(1, |attempt| attempt.number);
        let wait_secs = match &job.phase {
            Phase::Settled(_) => return Self::settled(last),
            Phase::Ready { not_before, .. } => secs_between(now, *not_before),
            Phase::Starting { lease_until, .. } => secs_between(now, *lease_until),
            Phase::Opened | Phase::Blocked { .. } | Phase::Running { .. } => 0,
        };
        let attempt = job.current_attempt().unwrap_or(last);
        let timeout_secs = timeout_secs(job, now, wait_secs);
        Self { next: Next::Start, attempt, wait_secs, timeout_secs, check: None }
    }

    fn settled(attempt: u32) -> Self {
        Self { next: Next::Settled, attempt, wait_secs: 0, timeout_secs: 1, check: None }
    }

    /// A drill's machine is there: what is on it is for the user's function to say.
    #[must_use]
    pub fn to_check(job: &Job, number: u32, machine: String, now: Timestamp) -> Self {
        let restore = job.spec.work.restore();
        let check = restore.and_then(|restore| {
            Some(CheckOrder {
                function: restore.drill.as_ref()?.check_function.clone()?,
                machine,
                original: restore.machine_id().to_owned(),
                recovery_point: restore.recovery_point.clone(),
            })
        });
        Self { next: Next::Check, attempt: number, wait_secs: 0, timeout_secs: timeout_secs(job, now, 0), check }
    }

    /// The attempt's batch job waits to be let through: at once, or by a person, until the plan's default counts.
    #[must_use]
    pub fn to_confirm(job: &Job, number: u32, now: Timestamp) -> Self {
        let asked_until = job.attempt(number).and_then(|attempt| Some(attempt.awaited.as_ref()?.until));
        let timeout_secs = timeout_secs(job, now, 0);
        let left_secs = asked_until.map(|until| secs_between(now, until)).filter(|secs| *secs > 0);
        let timeout_secs = left_secs.map_or(timeout_secs, |left| left.min(timeout_secs));
        Self { next: Next::Confirm, attempt: number, wait_secs: 0, timeout_secs, check: None }
    }
}

/// Until the deadline; once it is over, until the grace for a cancelled execution is over.
fn timeout_secs(job: &Job, now: Timestamp, wait_secs: i64) -> i64 {
    let until_deadline = secs_between(now, job.deadline).saturating_sub(wait_secs);
    if job.must_end(now) { CANCEL_GRACE_SECS / 10 } else { until_deadline.max(1) }
}

/// Whole seconds from `now` to `then`, rounded up; 0 if `then` is over.
fn secs_between(now: Timestamp, then: Timestamp) -> i64 {
    let left_ms = then.as_millisecond().saturating_sub(now.as_millisecond());
    left_ms.max(0).saturating_add(999) / 1_000
}

/// Reads a job that has to be there.
pub(crate) async fn load_job<W: World>(
    world: &W,
    run: &RunId,
    name: &JobName,
) -> Result<Versioned<Job>, WorkflowError> {
    let job = world.table().load_job(run, name).await?;
    job.ok_or_else(|| WorkflowError::NotFound { record: format!("job `{name}` of run `{run}`") })
}

/// Reads a run that has to be there.
pub(crate) async fn load_run<W: World>(world: &W, id: &RunId) -> Result<Versioned<Run>, WorkflowError> {
    let run = world.table().load_run(id).await?;
    run.ok_or_else(|| WorkflowError::NotFound { record: format!("run `{id}`") })
}

/// Saves a changed job, or says that somebody else did.
pub(crate) async fn save_job<W: World>(
    world: &W,
    job: &mut Versioned<Job>,
    token: Option<&TaskToken>,
) -> Result<(), WorkflowError> {
    match world.table().save_job(job, token).await? {
        Saved::At(version) => {
            job.version = version;
            Ok(())
        }
        Saved::Conflict => {
            let record = format!("job `{}` of run `{}`", job.record.spec.name, job.record.run);
            Err(WorkflowError::Conflict { record })
        }
    }
}

/// Saves a changed run, or says that somebody else did.
pub(crate) async fn save_run<W: World>(world: &W, run: &mut Versioned<Run>) -> Result<(), WorkflowError> {
    match world.table().save_run(run).await? {
        Saved::At(version) => {
            run.version = version;
            Ok(())
        }
        Saved::Conflict => Err(WorkflowError::Conflict { record: format!("run `{}`", run.record.id) }),
    }
}
