//! Judges an attempt that is said to have ended: the only place where an execution becomes an outcome.

use jiff::Timestamp;
use nightferry_domain::backup::expected::expected_until;
use nightferry_domain::batch::judge::NOTHING_LISTED;
use nightferry_domain::ids::{ExecutionArn, RunId};
use nightferry_domain::job::{Job, Phase};
use nightferry_domain::judge::{Ruling, could_not_be_verified};
use nightferry_domain::limits::{COPIES_LOOK_SECS, LOOK_AGAIN_SECS, REPLICAS_LOOK_SECS};
use nightferry_domain::outcome::{Judgement, Outcome, Retry};
use nightferry_domain::plan::JobName;
use nightferry_domain::restore::command::Awaited;
use nightferry_domain::restore::drill::Content;
use serde::{Deserialize, Serialize};

use crate::engine::{adopt, cancel, has_ended};
use crate::error::{PortError, WorkflowError};
use crate::evidence::{count_of_ended, rule};
use crate::ports::{Clock, Dice, RunTable, Versioned, World};
use crate::step::{Step, load_job, save_job};

/// What the state machine asks for. Whatever it believes of the end, the truth is asked of the service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The night.
    pub run_id: RunId,
    /// Its item.
    pub job: JobName,
    /// A look was refused for good, and so was a second one: if this one is refused too, the job ends unverified.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub gives_up: bool,
}

/// Judges the job's current attempt, and says what the state machine does next.
///
/// # Errors
/// When something outside does not answer. Nothing is decided then, and calling again is safe.
#[tracing::instrument(skip_all, fields(run.id = %request.run_id, job.name = %request.job))]
pub async fn verify_job<W: World>(world: &W, request: &Request) -> Result<Step, WorkflowError> {
    let mut job = load_job(world, &request.run_id, &request.job).await?;
    match look(world, &mut job).await {
        Ok(step) => Ok(step),
        Err(Unjudged::Unseen(refusal @ PortError::Rejected { .. })) if request.gives_up => {
            end_unverified(world, &mut job, refusal).await
        }
        Err(Unjudged::Unseen(refusal)) => end_unseen(world, &mut job, refusal).await,
        Err(Unjudged::Failed(error)) => Err(error),
    }
}

/// Why a look came to nothing.
enum Unjudged {
    /// The service did not let itself be looked at, or did not take the cancelling.
    Unseen(PortError),
    /// Something of our own failed.
    Failed(WorkflowError),
}

impl From<WorkflowError> for Unjudged {
    fn from(error: WorkflowError) -> Self {
        Self::Failed(error)
    }
}

async fn look<W: World>(world: &W, job: &mut Versioned<Job>) -> Result<Step, Unjudged> {
    let now = world.clock().now();
    match job.record.phase.clone() {
        Phase::Settled(_) => Ok(Step::of(&job.record, now)),
        Phase::Running { attempt, execution } => judge_running(world, job, attempt, &execution).await,
        Phase::Starting { attempt, .. } => find_started(world, job, attempt).await,
        Phase::Blocked { by, .. } => wait_for(world, job, &by).await,
        Phase::Opened | Phase::Ready { .. } => Ok(end_if_due(world, job).await?),
    }
}

/// A service that refuses every look, or gives no answer any more, must not keep a job open for ever: once even the
/// grace is over, the job ends unproved, and its report quotes the service.
async fn end_unseen<W: World>(world: &W, job: &mut Versioned<Job>, refusal: PortError) -> Result<Step, WorkflowError> {
    let now = world.clock().now();
    let is_overdue = match &refusal {
        PortError::Rejected { .. } | PortError::Missing { .. } => job.record.grace_is_over(now),
        PortError::Retryable { .. } | PortError::Ambiguous { .. } => job.record.is_unseen_too_long(now),
    };
    match job.record.current_attempt() {
        Some(attempt) if is_overdue => {
            let mut cause = job.record.end_cause(Some(refusal.to_string()));
            cause.what.push_str(
                "; but the service gave no usable answer, so what was started may still run, or have ended unseen",
            );
            conclude(world, job, attempt, Judgement::failed(cause, Retry::Useless)).await
        }
        Some(_) | None => Err(refusal.into()),
    }
}

/// What is refused for good is refused until a person mends it: the person should not have to wait for the deadline.
async fn end_unverified<W: World>(
    world: &W,
    job: &mut Versioned<Job>,
    refusal: PortError,
) -> Result<Step, WorkflowError> {
    let Some(attempt) = job.record.current_attempt() else { return Err(refusal.into()) };
    let counted = match &job.record.phase {
        Phase::Running { execution, .. } => count_of_ended(world, execution).await,
        Phase::Opened | Phase::Ready { .. } | Phase::Starting { .. } | Phase::Blocked { .. } | Phase::Settled(_) => {
            None
        }
    };
    conclude(world, job, attempt, could_not_be_verified(&refusal.to_string(), counted)).await
}

async fn judge_running<W: World>(
    world: &W,
    job: &mut Versioned<Job>,
    attempt: u32,
    execution: &ExecutionArn,
) -> Result<Step, Unjudged> {
    match rule(world, &job.record, execution).await.map_err(Unjudged::Unseen)? {
        Ruling::Ended(judgement) => Ok(conclude(world, job, attempt, judgement).await?),
        Ruling::AwaitsReport => Ok(look_again(&job.record, world.clock().now(), LOOK_AGAIN_SECS)),
        Ruling::AwaitsReplicas => Ok(look_again(&job.record, world.clock().now(), REPLICAS_LOOK_SECS)),
        Ruling::AwaitsCopies => Ok(look_again(&job.record, world.clock().now(), COPIES_LOOK_SECS)),
        Ruling::InProgress | Ruling::AwaitsConfirmation if job.record.must_end(world.clock().now()) => {
            cut_off(world, job, attempt, execution).await
        }
        Ruling::AwaitsCheck { .. } if job.record.must_end(world.clock().now()) => {
            let content = Content::broke("the job had to end before the check was made");
            Ok(with_content(world, job, attempt, execution, content).await?)
        }
        Ruling::AwaitsCheck { machine } if is_by_command(&job.record) => {
            await_command(world, job, attempt, execution, machine).await
        }
        Ruling::AwaitsCheck { machine } => Ok(Step::to_check(&job.record, attempt, machine, world.clock().now())),
        Ruling::InProgress => Ok(Step::of(&job.record, world.clock().now())),
        Ruling::AwaitsConfirmation => Ok(Step::to_confirm(&job.record, attempt, world.clock().now())),
    }
}

async fn conclude<W: World>(
    world: &W,
    job: &mut Versioned<Job>,
    attempt: u32,
    judgement: Judgement,
) -> Result<Step, WorkflowError> {
    let now = world.clock().now();
    tracing::info!(attempt, outcome = judgement.outcome.word(), "the attempt has ended");
    if judgement.outcome == Outcome::NothingToDo && job.record.spec.work.replication().is_some() {
        job.record.note(now, NOTHING_LISTED.to_owned());
    }
    job.record.conclude(attempt, judgement, now, world.dice().roll());
    save_job(world, job, None).await?;
    Ok(Step::of(&job.record, now))
}

fn is_by_command(job: &Job) -> bool {
    let drill = job.spec.work.restore().and_then(|restore| restore.drill.as_ref());
    drill.is_some_and(|drill| !drill.check_command.is_empty())
}

/// The command is run where the person is who rehearses, and its word comes from there: the record tells that it is time.
/// Whoever is not there any more is not waited for.
async fn await_command<W: World>(
    world: &W,
    job: &mut Versioned<Job>,
    attempt: u32,
    execution: &ExecutionArn,
    machine: String,
) -> Result<Step, Unjudged> {
    let now = world.clock().now();
    match &job.record.drill.awaited {
        Some(awaited) if awaited.is_given_up(now) => {
            let why = "nobody told what the command said: `nightferry drill` has to stay until the drill is over";
            return with_content(world, job, attempt, execution, Content::broke(why)).await;
        }
        Some(_) => {}
        None => {
            job.record.drill.awaited = Some(Awaited { machine, since: now });
            save_job(world, job, None).await?;
        }
    }
    Ok(look_again(&job.record, now, LOOK_AGAIN_SECS))
}

/// Keeps what a user's check came to, before it is judged by: the first word counts.
async fn with_content<W: World>(
    world: &W,
    job: &mut Versioned<Job>,
    attempt: u32,
    execution: &ExecutionArn,
    content: Content,
) -> Result<Step, Unjudged> {
    let _ = job.record.drill.content.get_or_insert(content);
    save_job(world, job, None).await?;
    match rule(world, &job.record, execution).await.map_err(Unjudged::Unseen)? {
        Ruling::Ended(judgement) => Ok(conclude(world, job, attempt, judgement).await?),
        Ruling::InProgress
        | Ruling::AwaitsConfirmation
        | Ruling::AwaitsReport
        | Ruling::AwaitsReplicas
        | Ruling::AwaitsCopies
        | Ruling::AwaitsCheck { .. } => Ok(look_again(&job.record, world.clock().now(), LOOK_AGAIN_SECS)),
    }
}

fn look_again(job: &Job, now: Timestamp, wait_secs: i64) -> Step {
    Step { wait_secs, ..Step::of(job, now) }
}

/// Past the deadline, or cancelled: ask the service to end it, and settle without it if it does not.
async fn cut_off<W: World>(
    world: &W,
    job: &mut Versioned<Job>,
    attempt: u32,
    execution: &ExecutionArn,
) -> Result<Step, Unjudged> {
    let now = world.clock().now();
    let why = job.record.end_cause(None).what;
    cancel(world, execution, &why).await.map_err(Unjudged::Unseen)?;
    if !job.record.grace_is_over(now) {
        return Ok(look_again(&job.record, now, LOOK_AGAIN_SECS));
    }
    let said = Some(format!("{} had not ended ten minutes after it was cancelled", execution.id()));
    Ok(conclude(world, job, attempt, Judgement::failed(job.record.end_cause(said), Retry::Useless)).await?)
}

/// The start was cut off: adopt what it started, if anything.
async fn find_started<W: World>(world: &W, job: &mut Versioned<Job>, attempt: u32) -> Result<Step, Unjudged> {
    let id = job.record.attempt_id(attempt);
    if let Some(execution) = adopt(world, &job.record, &id).await.map_err(Unjudged::Unseen)? {
        world.table().point(&execution, &id).await.map_err(WorkflowError::from)?;
        job.record.started(attempt, &execution);
        save_job(world, job, None).await?;
        return judge_running(world, job, attempt, &execution).await;
    }
    let now = world.clock().now();
    let may_still_appear = matches!(&job.record.phase, Phase::Starting { lease_until, .. } if now < *lease_until);
    // What AWS Backup may still start by its own schedule is not ours to wait for once the job must end.
    let is_given_up = expected_until(&job.record, attempt).is_some() && job.record.must_end(now);
    if may_still_appear && !is_given_up {
        return Ok(Step::of(&job.record, now));
    }
    Ok(end_if_due(world, job).await?)
}

async fn wait_for<W: World>(world: &W, job: &mut Versioned<Job>, blocker: &ExecutionArn) -> Result<Step, Unjudged> {
    let now = world.clock().now();
    if job.record.must_end(now) {
        return Ok(end_if_due(world, job).await?);
    }
    if has_ended(world, blocker).await.map_err(Unjudged::Unseen)? {
        job.record.unblocked(now);
        save_job(world, job, None).await?;
    }
    Ok(Step::of(&job.record, now))
}

/// Nothing of the job runs: settle it if it must end, else let its attempt be started.
async fn end_if_due<W: World>(world: &W, job: &mut Versioned<Job>) -> Result<Step, WorkflowError> {
    let now = world.clock().now();
    if job.record.must_end(now) {
        let judgement = Judgement::failed(job.record.end_cause(None), Retry::Useless);
        job.record.settle(judgement, now);
        save_job(world, job, None).await?;
    } else if job.record.phase == Phase::Opened {
        // The preflight itself could not be carried out; the service's own refusal will name the cause.
        job.record.ready(now);
        job.record.note(now, "the preflight could not be carried out".to_owned());
        save_job(world, job, None).await?;
    }
    Ok(Step::of(&job.record, now))
}
