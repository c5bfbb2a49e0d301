//! A state-change event arrived: look at the execution that it names, and wake whoever waits for it; or at the agent.
//!
//! An event is a hint. Nothing in it is believed but the name of an execution or an agent, and that only if it is in our
//! account.

use nightferry_domain::backup::expected::expected_until;
use nightferry_domain::backup::foreign::{expecting_run, planned};
use nightferry_domain::ids::{AttemptId, Engine, ExecutionArn};
use nightferry_domain::job::Job;
use nightferry_domain::plan::JobName;
use nightferry_domain::run::Trigger;
use nightferry_domain::state_change::{Hint, Ignored};

use crate::engine::{Standing, stand, tagged_attempt};
use crate::error::{PortError, WorkflowError};
use crate::open_run::{self, Opened};
use crate::ports::{Backups, Records, RunTable, TaskToken, Versioned, Woken, Workflows, World};
use crate::watch_agent::{Watched, watch_agent};

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
    /// An agent's: what became of it.
    Agent(Watched),
}

/// Follows one event, and says in one log line what it led to. The stack's name is what its metrics carry.
///
/// # Errors
/// When something outside does not answer. EventBridge delivers the event again.
#[tracing::instrument(skip_all)]
pub async fn record_state<W: World>(world: &W, stack: &str, hint: Hint) -> Result<Recorded, WorkflowError> {
    match hint {
        Hint::LookAt(execution) => {
            let recorded = look(world, execution.clone()).await?;
            tell(&execution, &recorded);
            Ok(recorded)
        }
        Hint::LookAtAgent(agent) => Ok(Recorded::Agent(watch_agent(world, stack, &agent).await?)),
        Hint::Ignore(why) => {
            tracing::info!(%why, "ignored an event");
            Ok(Recorded::Ignored(why))
        }
    }
}

/// Whoever asks in the morning why an event changed nothing finds the answer under the execution's name.
fn tell(execution: &ExecutionArn, recorded: &Recorded) {
    let what = match recorded {
        Recorded::Ignored(why) => return tracing::info!(execution.arn = %execution, %why, "ignored an event"),
        Recorded::InProgress => "the execution goes on, or its attempt is being started: nothing to do yet",
        Recorded::Woken(Woken::Yes) => {
            "the execution has ended, or waits to be confirmed: woke the workflow that waits for it"
        }
        Recorded::Woken(Woken::Gone) => "the execution has ended: the workflow has gone on already",
        Recorded::Late => "a late event: the attempt is over",
        Recorded::Foreign => "an execution that no run started has ended: nothing to do",
        Recorded::Rerun(_) => "an execution that no run started has failed: its job is run again",
        Recorded::Agent(_) => return,
    };
    tracing::info!(execution.arn = %execution, "{what}");
}

async fn look<W: World>(world: &W, execution: ExecutionArn) -> Result<Recorded, WorkflowError> {
    let standing = match stand(world, &execution).await {
        Ok(standing) => standing,
        Err(PortError::Missing { .. }) => return Ok(Recorded::Ignored(Ignored::Unknown)),
        Err(error) => return Err(error.into()),
    };
    match standing {
        Standing::GoesOn => Ok(Recorded::InProgress),
        Standing::AwaitsConfirmation => follow(world, execution, false).await,
        Standing::Ended { has_failed } => follow(world, execution, has_failed).await,
    }
}

/// Wakes whom the pointer names, and whom the execution's own tag names: the pointer may lead to an attempt of a later
/// night that only waits for this execution to end, and an event may have overtaken the pointer.
async fn follow<W: World>(world: &W, execution: ExecutionArn, has_failed: bool) -> Result<Recorded, WorkflowError> {
    let Some(pointed) = world.table().attempt_of(&execution).await? else {
        return match tagged_attempt(world, &execution).await? {
            Some(attempt) => Ok(wake(world, &attempt, &execution).await?.0),
            None => foreign(world, execution, has_failed).await,
        };
    };
    let (recorded, is_its_own) = wake(world, &pointed, &execution).await?;
    if is_its_own {
        return Ok(recorded);
    }
    match tagged_attempt(world, &execution).await? {
        Some(attempt) if attempt != pointed => Ok(wake(world, &attempt, &execution).await?.0),
        Some(_) | None => Ok(recorded),
    }
}

/// What became of the attempt's workflow, and whether the execution is known to be that attempt's own.
async fn wake<W: World>(
    world: &W,
    attempt: &AttemptId,
    execution: &ExecutionArn,
) -> Result<(Recorded, bool), WorkflowError> {
    let job = world.table().load_job(&attempt.run, &attempt.job).await?;
    let is_its_own = job.as_ref().is_some_and(|job| owns(&job.record, attempt, execution));
    let Some(job) = job.filter(|job| job.record.current_attempt() == Some(attempt.number)) else {
        return Ok((Recorded::Late, is_its_own));
    };
    let recorded = match wake_job(world, &job).await? {
        Some(woken) => Recorded::Woken(woken),
        // The attempt is being started at this moment: whoever starts it looks whether it has ended.
        None => Recorded::InProgress,
    };
    Ok((recorded, is_its_own))
}

fn owns(job: &Job, attempt: &AttemptId, execution: &ExecutionArn) -> bool {
    let mut attempts = job.attempts.iter();
    attempts.any(|known| known.number == attempt.number && known.execution.as_ref() == Some(execution))
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

/// Somebody started a planned task by hand and it failed: a night's worth of retries for it. The same for a job of AWS
/// Backup's own schedule that no night expects.
async fn foreign<W: World>(world: &W, execution: ExecutionArn, has_failed: bool) -> Result<Recorded, WorkflowError> {
    if execution.engine() == Engine::Backup {
        return foreign_backup(world, execution, has_failed).await;
    }
    if !has_failed {
        return Ok(Recorded::Foreign);
    }
    let (_, plan) = world.records().current_plan().await?;
    let Some(job) = execution.task().and_then(|task| plan.job_with_task(&task)) else { return Ok(Recorded::Foreign) };
    rerun(world, execution, job.name.clone()).await
}

async fn rerun<W: World>(world: &W, execution: ExecutionArn, job: JobName) -> Result<Recorded, WorkflowError> {
    tracing::warn!(execution.arn = %execution, job.name = %job, "a failed execution that no run started");
    Ok(Recorded::Rerun(open_run::open(world, Trigger::ForeignFailure { execution, job }).await?))
}

/// A job that somebody made by hand is theirs. One of our backup plan belongs to the night that expects it, if there is
/// one with that machine.
async fn foreign_backup<W: World>(
    world: &W,
    execution: ExecutionArn,
    has_failed: bool,
) -> Result<Recorded, WorkflowError> {
    let seen = world.backups().observe(&execution).await?;
    if seen.plan_id.is_none() {
        return Ok(Recorded::Foreign);
    }
    let (_, plan) = world.records().current_plan().await?;
    let Some((spec, name)) = planned(&plan, &seen) else { return Ok(Recorded::Foreign) };
    if let Some(night) = seen.created_at.and_then(|at| expecting_run(&plan, spec, at))
        && let Some(job) = world.table().load_job(&night, &name).await?
    {
        return expected(world, &job, &execution).await;
    }
    if has_failed { rerun(world, execution, name).await } else { Ok(Recorded::Foreign) }
}

/// The night waits for this job, unless it has given up waiting, or has gone on to an attempt of its own.
async fn expected<W: World>(
    world: &W,
    job: &Versioned<Job>,
    execution: &ExecutionArn,
) -> Result<Recorded, WorkflowError> {
    let waits = job.record.current_attempt().is_some_and(|number| expected_until(&job.record, number).is_some());
    if !waits {
        tracing::info!(execution.arn = %execution, "the night has gone on without it");
        return Ok(Recorded::Late);
    }
    Ok(wake_job(world, job).await?.map_or(Recorded::InProgress, Recorded::Woken))
}
