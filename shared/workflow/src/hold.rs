//! Which restore a job's nights wait for: written down by the restore, asked by the night just before it would start.

use nightferry_domain::back::hold::{Hold, waits};
use nightferry_domain::ids::{ExecutionArn, RunId};
use nightferry_domain::job::Job;
use nightferry_domain::plan::JobName;

use crate::engine::has_ended;
use crate::error::{PortError, WorkflowError};
use crate::ports::{Clock, RunTable, Saved, Transfers, Versioned, World};

/// The restore that this job of a night has to wait for.
pub(crate) async fn holder<W: World>(world: &W, job: &Job) -> Result<Option<RunId>, PortError> {
    if !waits(&job.spec.work) {
        return Ok(None);
    }
    let Some(hold) = world.table().load_hold(&job.spec.name).await? else { return Ok(None) };
    Ok(is_on(world, &hold.record).await?.then_some(hold.record.by))
}

/// The execution that still writes the copy which this job of a scheduled drill is to bring back. Nobody is there to be refused, as a
/// person is, so the drill waits.
pub(crate) async fn writer<W: World>(world: &W, job: &Job) -> Result<Option<ExecutionArn>, PortError> {
    let Some(task) = job.spec.work.back().and_then(|back| back.standing.as_ref()) else { return Ok(None) };
    let latest = match world.transfers().latest(task).await {
        // A task that is gone writes nothing any more.
        Err(PortError::Missing { .. }) => None,
        latest => latest?,
    };
    let Some(latest) = latest else { return Ok(None) };
    Ok((!has_ended(world, &latest).await?).then_some(latest))
}

async fn is_on<W: World>(world: &W, hold: &Hold) -> Result<bool, PortError> {
    let job = world.table().load_job(&hold.by, &hold.job).await?.map(|job| job.record);
    let run = match job {
        Some(_) => None,
        None => world.table().load_run(&hold.by).await?.map(|run| run.record),
    };
    Ok(hold.is_on(run.as_ref(), job.as_ref(), world.clock().now()))
}

/// Lets the nights of these jobs wait for a restore.
///
/// # Errors
/// `Invalid` while another restore holds one of them.
pub(crate) async fn take<W: World>(
    world: &W,
    held: &[JobName],
    by: &RunId,
    job: &JobName,
) -> Result<(), WorkflowError> {
    for held in held {
        let known = world.table().load_hold(held).await?;
        if let Some(other) = known.as_ref().map(|known| &known.record).filter(|hold| hold.by != *by)
            && is_on(world, other).await?
        {
            return Err(refused(held, other));
        }
        let version = known.map_or(0, |known| known.version);
        let record = Hold::of(held.clone(), by.clone(), job.clone(), world.clock().now());
        if world.table().save_hold(&Versioned { record, version }).await? == Saved::Conflict {
            return Err(WorkflowError::Conflict { record: format!("the restore that `{held}` waits for") });
        }
    }
    Ok(())
}

fn refused(held: &JobName, other: &Hold) -> WorkflowError {
    let by = &other.by;
    let what = format!(
        "{by} is bringing back what `{held}` copies: `nightferry show {by}` tells how far it is. A restore that was cut off before its \
         run was opened holds the job until {}",
        other.until
    );
    WorkflowError::Invalid { what }
}

/// Lets the nights go on that waited for a restore which has come to nothing. Where that can't be written they go on by
/// themselves, after `HOLD_OPENS_SECS`.
pub(crate) async fn release<W: World>(world: &W, held: &[JobName], by: &RunId) {
    for held in held {
        if let Err(error) = try_to_release(world, held, by).await {
            tracing::warn!(%error, job.name = %held, run.id = %by, "the job's nights wait for a restore that is none");
        }
    }
}

async fn try_to_release<W: World>(world: &W, held: &JobName, by: &RunId) -> Result<(), PortError> {
    let known = world.table().load_hold(held).await?;
    let Some(own) = known.filter(|known| known.record.by == *by) else { return Ok(()) };
    let given_up = Versioned { record: own.record.given_up(), version: own.version };
    // Of a conflict comes another restore's hold, which stays.
    world.table().save_hold(&given_up).await.map(drop)
}
