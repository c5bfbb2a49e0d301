//! A state-change event arrived: look at the execution that it names, and wake whoever waits for it.
//!
//! An event is a hint. Nothing in it is believed but the name of an execution, and that only if it is in our account.

use nightferry_domain::ids::{AttemptId, ExecutionArn};
use nightferry_domain::job::Job;
use nightferry_domain::observation::ExecutionState;
use nightferry_domain::run::Trigger;
use nightferry_domain::state_change::{Hint, Ignored};

use crate::error::{PortError, WorkflowError};
use crate::open_run::{self, Opened};
use crate::ports::{Records, RunTable, TaskToken, Transfers, Versioned, Woken, Workflows, World};

/// What an event led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recorded {
    /// Nothing of ours, and why.
    Ignored(Ignored),
    /// The execution goes on.
    InProgress,
    /// The attempt's workflow was woken, or had gone on already.
    Woken(Woken),
    /// The attempt is over already; the event came late.
    Late,
    /// An execution that no run started has ended well: nothing to do.
    Foreign,
    /// An execution that no run started has failed: its job is run again.
    Rerun(Opened),
}

/// Follows one event.
///
/// # Errors
/// When something outside does not answer. EventBridge delivers the event again.
#[tracing::instrument(skip_all)]
pub async fn record_state<W: World>(world: &W, hint: Hint) -> Result<Recorded, WorkflowError> {
    let execution = match hint {
        Hint::LookAt(execution) => execution,
        Hint::Ignore(why) => {
            tracing::info!(%why, "ignored an event");
            return Ok(Recorded::Ignored(why));
        }
    };
    let state = match world.transfers().observe(&execution).await {
        Ok(seen) => seen.state,
        Err(PortError::Missing { .. }) => return Ok(Recorded::Ignored(Ignored::NoExecution)),
        Err(error) => return Err(error.into()),
    };
    if !state.is_end() {
        return Ok(Recorded::InProgress);
    }
    match attempt_of(world, &execution).await? {
        Some(attempt) => wake(world, &attempt).await,
        None => foreign(world, execution, &state).await,
    }
}

/// By the pointer, or, when the event overtook the pointer, by the execution's own tag.
async fn attempt_of<W: World>(world: &W, execution: &ExecutionArn) -> Result<Option<AttemptId>, WorkflowError> {
    if let Some(attempt) = world.table().attempt_of(execution).await? {
        return Ok(Some(attempt));
    }
    Ok(world.transfers().tagged_attempt(execution).await?)
}

async fn wake<W: World>(world: &W, attempt: &AttemptId) -> Result<Recorded, WorkflowError> {
    let job = world.table().load_job(&attempt.run, &attempt.job).await?;
    let Some(job) = job.filter(|job| job.record.current_attempt() == Some(attempt.number)) else {
        tracing::info!(attempt.id = %attempt, "a late event: the attempt is over");
        return Ok(Recorded::Late);
    };
    Ok(match wake_job(world, &job).await? {
        Some(woken) => Recorded::Woken(woken),
        // The attempt is being started at this moment: whoever starts it looks whether it has ended.
        None => Recorded::InProgress,
    })
}

/// Wakes the workflow that waits for the job's current attempt; `None` when no token of that attempt is stored.
pub(crate) async fn wake_job<W: World>(world: &W, job: &Versioned<Job>) -> Result<Option<Woken>, WorkflowError> {
    let token = world.table().task_token(&job.record.run, &job.record.spec.name).await?;
    let is_current = |token: &TaskToken| job.record.current_attempt() == Some(token.attempt);
    match token.filter(is_current) {
        Some(token) => Ok(Some(world.workflows().wake(&token).await?)),
        None => Ok(None),
    }
}

/// Somebody started a planned task by hand and it failed: a night's worth of retries for it.
async fn foreign<W: World>(
    world: &W,
    execution: ExecutionArn,
    state: &ExecutionState,
) -> Result<Recorded, WorkflowError> {
    if *state != ExecutionState::Error {
        return Ok(Recorded::Foreign);
    }
    let (_, plan) = world.records().current_plan().await?;
    let Some(job) = plan.job_with_task(&execution.task()) else { return Ok(Recorded::Foreign) };
    tracing::warn!(execution.arn = %execution, job.name = %job.name, "a failed execution that no run started");
    let trigger = Trigger::ForeignFailure { execution, job: job.name.clone() };
    Ok(Recorded::Rerun(open_run::open(world, trigger).await?))
}
