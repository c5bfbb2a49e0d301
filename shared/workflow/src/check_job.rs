//! Preflight: a job that can't work fails here, with its cause, before anything is started.

use jiff::SignedDuration;
use nightferry_domain::backup::expand::lacks_machine;
use nightferry_domain::ids::RunId;
use nightferry_domain::job::{Job, Phase};
use nightferry_domain::outcome::{Cause, Judgement, Retry};
use nightferry_domain::plan::JobName;
use serde::{Deserialize, Serialize};

use crate::error::WorkflowError;
use crate::ports::{Clock, Obstacle, Preflight, Versioned, World};
use crate::step::{Step, load_job, save_job};

/// Which job of which run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The night.
    pub run_id: RunId,
    /// Its item.
    pub job: JobName,
    /// The item as it stands in the run's manifest.
    #[serde(default)]
    pub item: Item,
}

/// What the manifest says of a job besides its name; a restore, and a manifest of an earlier version, say nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Its first attempt is for so many seconds later: see [`nightferry_domain::turn`].
    #[serde(default)]
    pub turn_secs: u32,
}

/// Checks a job; settles it when something stands in its way, makes its first attempt ready when nothing does.
///
/// # Errors
/// When something outside does not answer. Nothing is decided then, and calling again is safe.
#[tracing::instrument(skip_all, fields(run.id = %request.run_id, job.name = %request.job))]
pub async fn check_job<W: World>(world: &W, request: &Request) -> Result<Step, WorkflowError> {
    let mut job = load_job(world, &request.run_id, &request.job).await?;
    if job.record.phase == Phase::Opened && settle_without_machine(world, &mut job).await? {
        return Ok(Step::of(&job.record, world.clock().now()));
    }
    if job.record.phase == Phase::Opened {
        let obstacles = world.preflight().obstacles(&job.record.spec).await?;
        let now = world.clock().now();
        match obstacles.first() {
            None => job.record.ready(now.saturating_add(turn(request)).unwrap_or(now)),
            Some(first) => {
                tracing::warn!(obstacle.id = %first.id, obstacle.count = obstacles.len(), "the job can't work tonight");
                job.record.settle(Judgement::failed(cause(first, &obstacles), Retry::Useless), now);
            }
        }
        save_job(world, &mut job, None).await?;
    }
    Ok(Step::of(&job.record, world.clock().now()))
}

fn turn(request: &Request) -> SignedDuration {
    SignedDuration::from_secs(i64::from(request.item.turn_secs))
}

/// A job that was to back machines up, and has none, ends with the reason.
async fn settle_without_machine<W: World>(world: &W, job: &mut Versioned<Job>) -> Result<bool, WorkflowError> {
    let spec = &job.record.spec;
    let Some(cause) = spec.work.backup().and_then(|work| lacks_machine(&spec.name, work)) else { return Ok(false) };
    tracing::warn!(obstacle.id = %cause.id, "there is no machine to back up");
    job.record.settle(Judgement::failed(cause, Retry::Useless), world.clock().now());
    save_job(world, job, None).await?;
    Ok(true)
}

/// The first obstacle is the cause; the others are told with it, so that one morning mends them all.
fn cause(first: &Obstacle, all: &[Obstacle]) -> Cause {
    let others: Vec<&str> = all.iter().skip(1).map(|obstacle| obstacle.what.as_str()).collect();
    let what = match others.as_slice() {
        [] => first.what.clone(),
        _ => format!("{}. Also: {}", first.what, others.join(". ")),
    };
    let said = first.patch.as_ref().map(|statement| format!("missing statement: {statement}"));
    Cause { id: first.id.clone(), what, fix: first.fix.clone(), said }
}
