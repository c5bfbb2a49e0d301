//! After a drill: its verdict is said, and what it made is removed, whatever came before.
//!
//! The intent stands in the job's record from its first day: a run with a drill is not told, and stays in the index of
//! what is open, until its machine is gone. Whoever dies here is followed by the state machine, or by the sweep.

use nightferry_domain::back::drill::verdict as copy_verdict;
use nightferry_domain::ids::{ExecutionArn, RunId};
use nightferry_domain::job::{Attempt, Job};
use nightferry_domain::limits::TIDY_LOOK_SECS;
use nightferry_domain::plan::JobName;
use nightferry_domain::restore::Restore;
use nightferry_domain::restore::compare::compare;
use nightferry_domain::restore::drill::{Verdict, verdict};
use nightferry_domain::restore::id_of;
use nightferry_domain::restore::machine::Machine;
use nightferry_domain::restore::tidy::{Tidied, Tidying, earliest, is_given_up, next, sum, unrecorded};
use serde::{Deserialize, Serialize};

use crate::error::{PortError, WorkflowError};
use crate::ports::{Clock, Restores, Versioned, World};
use crate::step::{load_job, save_job};
use crate::tidy_copy::tidy_copy;

/// Which job of which run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The night.
    pub run_id: RunId,
    /// Its item.
    pub job: JobName,
}

/// What the state machine does next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "next", rename_all = "lowercase")]
pub enum Tidy {
    /// Something is still there, or may still be made: come again.
    Wait {
        /// After so many seconds.
        wait_secs: i64,
    },
    /// Nothing is to be removed (any more).
    Done,
}

const WAIT: Tidy = Tidy::Wait { wait_secs: TIDY_LOOK_SECS };

/// Says a settled drill's verdict, once, and removes what it made. A machine that was restored in earnest is left alone; of a
/// copy that came back, the way by which it came is removed.
///
/// # Errors
/// When something outside does not answer. Calling again is safe, and is what removes the rest.
#[tracing::instrument(skip_all, fields(run.id = %request.run_id, job.name = %request.job))]
pub async fn tidy_restore<W: World>(world: &W, request: &Request) -> Result<Tidy, WorkflowError> {
    let mut job = load_job(world, &request.run_id, &request.job).await?;
    if !job.record.is_untidy() {
        return Ok(Tidy::Done);
    }
    let Some(end) = job.record.settlement().cloned() else { return Ok(WAIT) };
    let Some(restore) = job.record.spec.work.restore().cloned() else {
        say_of_copy(world, &mut job).await?;
        return match tidy_copy(world, &job.record, end.at).await? {
            Some(tidied) => close(world, &mut job, tidied).await,
            None => Ok(WAIT),
        };
    };
    if job.record.drill.verdict.is_none() {
        say(world, &mut job, &restore).await?;
    }
    let now = world.clock().now();
    let tidied = match tidy_all(world, &job.record, &restore).await {
        Ok(done) => sum(&done, now),
        Err(refusal @ (PortError::Rejected { .. } | PortError::Missing { .. })) if is_given_up(end.at, now) => {
            Some(Tidied::LeftBehind { what: refusal.to_string(), at: now })
        }
        Err(refusal) => return Err(refusal.into()),
    };
    match tidied {
        Some(tidied) => close(world, &mut job, tidied).await,
        None if is_given_up(end.at, now) => {
            let what = format!(
                "after a day the restore jobs of {} had not all ended, or not all made machines were gone",
                job.record.run
            );
            close(world, &mut job, Tidied::LeftBehind { what, at: now }).await
        }
        None => Ok(WAIT),
    }
}

async fn close<W: World>(world: &W, job: &mut Versioned<Job>, tidied: Tidied) -> Result<Tidy, WorkflowError> {
    tracing::info!(?tidied, "tidied up");
    job.record.drill.tidied = Some(tidied);
    save_job(world, job, None).await?;
    Ok(Tidy::Done)
}

/// The machine is looked at once more before it goes, for the record. A look that fails keeps no verdict back.
async fn say<W: World>(world: &W, job: &mut Versioned<Job>, restore: &Restore) -> Result<(), WorkflowError> {
    let last = job.record.attempts.iter().rev().find_map(|attempt| attempt.execution.clone());
    let machine = match last {
        Some(execution) => look(world, &execution).await.ok().flatten(),
        None => None,
    };
    let compared = machine.as_ref().map(|machine| compare(restore, machine)).unwrap_or_default();
    let id = machine.as_ref().map(|machine| machine.id.as_str());
    let said: Verdict = verdict(&job.record, restore, id, compared, world.clock().now());
    tracing::info!(drill.came_out = ?said.came_out, "{}", said.shown());
    job.record.drill.verdict = Some(said);
    save_job(world, job, None).await
}

/// Once, and before its way is taken away: whatever comes of that, the verdict stands.
async fn say_of_copy<W: World>(world: &W, job: &mut Versioned<Job>) -> Result<(), WorkflowError> {
    let drill = job.record.spec.work.back().filter(|back| back.is_drill && job.record.drill.verdict.is_none());
    let Some(back) = drill else { return Ok(()) };
    let said = copy_verdict(&job.record, back, world.clock().now());
    tracing::info!(drill.came_out = ?said.came_out, "{}", said.shown());
    job.record.drill.verdict = Some(said);
    save_job(world, job, None).await
}

async fn look<W: World>(world: &W, execution: &ExecutionArn) -> Result<Option<Machine>, PortError> {
    let seen = world.restores().restored(execution).await?;
    match seen.created.as_deref() {
        Some(created) => world.restores().machine(id_of(created)).await,
        None => Ok(None),
    }
}

/// One move for each attempt's restore job. What a move set going is seen at the next look.
async fn tidy_all<W: World>(world: &W, job: &Job, restore: &Restore) -> Result<Vec<Tidying>, PortError> {
    let mut done = vec![];
    for attempt in &job.attempts {
        match &attempt.execution {
            Some(execution) => done.push(tidy_one(world, job, restore, attempt, execution).await?),
            // Refused in so many words: nothing was started.
            None if attempt.judgement.is_some() => {}
            None => done.push(look_for(world, job, restore, attempt).await?),
        }
    }
    Ok(done)
}

/// The start's reply was lost, and nobody asked again before the job had to end.
async fn look_for<W: World>(world: &W, job: &Job, restore: &Restore, attempt: &Attempt) -> Result<Tidying, PortError> {
    let listed = world.restores().begun_since(earliest(attempt.claimed_at)).await?;
    let recorded: Vec<&ExecutionArn> = job.attempts.iter().filter_map(|attempt| attempt.execution.as_ref()).collect();
    let tidying = unrecorded(restore, attempt.claimed_at, &recorded, &listed);
    if let Tidying::Refuse(why) = &tidying {
        tracing::error!(%why, "not removed");
    }
    Ok(tidying)
}

async fn tidy_one<W: World>(
    world: &W,
    job: &Job,
    restore: &Restore,
    attempt: &Attempt,
    execution: &ExecutionArn,
) -> Result<Tidying, PortError> {
    let seen = world.restores().restored(execution).await?;
    let machine = match seen.created.as_deref() {
        Some(created) => world.restores().machine(id_of(created)).await?,
        None => None,
    };
    let tidying = next(restore, &job.run, attempt.claimed_at, &seen, machine.as_ref(), world.clock().now());
    match &tidying {
        Tidying::Mark(id) => world.restores().mark(id, &job.run).await?,
        Tidying::Remove(id) => world.restores().remove(id).await?,
        Tidying::Refuse(why) => tracing::error!(%why, "not removed"),
        Tidying::Wait | Tidying::NothingMade | Tidying::Removing(_) | Tidying::Removed(_) => {}
    }
    Ok(tidying)
}
