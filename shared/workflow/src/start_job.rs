//! Starts an attempt, or adopts the execution that an earlier, cut-off invocation started.
//!
//! DataSync's start takes no idempotency token. So: claim the attempt with a conditional save, look for an execution
//! with its tag, start once without any retry, save what came of it. Whoever comes second looks, and adopts.

use nightferry_domain::back::hold::under_way;
use nightferry_domain::backup::expected::{expected_until, not_started};
use nightferry_domain::diagnosis::Evidence;
use nightferry_domain::ids::{AttemptId, Engine, ExecutionArn, RunId};
use nightferry_domain::job::{Claim, Job, Phase};
use nightferry_domain::job_spec::Overlap;
use nightferry_domain::outcome::{Cause, Judgement, Retry};
use nightferry_domain::plan::JobName;
use serde::Deserialize;

use crate::engine::{adopt, explain, has_ended, latest, needs_somebody, start, starts_repeatedly};
use crate::error::{PortError, WorkflowError};
use crate::hold::{holder, writer};
use crate::ports::{Clock, Dice, RunTable, StartRefusal, TaskToken, Versioned, Workflows, World};
use crate::step::{load_job, save_job};

/// What the state machine asks for.
#[derive(Debug, Clone, Deserialize)]
#[serde(from = "Asked")]
pub struct Request {
    /// The night.
    pub run_id: RunId,
    /// Its item.
    pub job: JobName,
    /// With the number of the attempt.
    pub token: TaskToken,
}

/// The request as the state machine writes it. Without `Debug`, for the token must not be printed.
#[derive(Deserialize)]
struct Asked {
    run_id: RunId,
    job: JobName,
    attempt: u32,
    task_token: String,
}

impl From<Asked> for Request {
    fn from(asked: Asked) -> Self {
        let token = TaskToken { attempt: asked.attempt, secret: asked.task_token.into() };
        Self { run_id: asked.run_id, job: asked.job, token }
    }
}

/// What became of it. In each case the token is stored or answered, so that the workflow goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Started {
    /// The attempt's execution, started or adopted; its end wakes the workflow.
    Running(ExecutionArn),
    /// The task is busy with another execution; its end wakes the workflow.
    Blocked(ExecutionArn),
    /// AWS Backup's own schedule is to start it until then; whoever sees that it did, or that the time is over, wakes the
    /// workflow.
    Expected(jiff::Timestamp),
    /// There is nothing to wait for, or nothing yet: the workflow was woken at once.
    Over,
}

/// Starts or adopts the attempt's execution.
///
/// # Errors
/// When it is not known whether anything was started, or another invocation is at it. Calling again is safe.
#[tracing::instrument(skip_all, fields(run.id = %request.run_id, job.name = %request.job, attempt = request.token.attempt))]
pub async fn start_job<W: World>(world: &W, request: &Request) -> Result<Started, WorkflowError> {
    let mut job = load_job(world, &request.run_id, &request.job).await?;
    let number = request.token.attempt;
    let now = world.clock().now();
    if is_to_end_now(&job.record, now) {
        return wake(world, &request.token).await;
    }
    match job.record.claim(number, now) {
        Claim::Over => wake(world, &request.token).await,
        Claim::Granted => {
            save_job(world, &mut job, Some(&request.token)).await?;
            look_then_start(world, &mut job, request).await
        }
        Claim::Leased { .. } if starts_repeatedly(&job.record, number) && !job.record.must_end(now) => {
            job.record.renew_lease(number, now);
            save_job(world, &mut job, Some(&request.token)).await?;
            look_then_start(world, &mut job, request).await
        }
        Claim::Leased { until } => {
            save_job(world, &mut job, Some(&request.token)).await?;
            let attempt = job.record.attempt_id(number);
            match adopt(world, &job.record, &attempt).await? {
                Some(execution) => running(world, &mut job, request, execution).await,
                None if expected_until(&job.record, number).is_some() => Ok(Started::Expected(until)),
                None => Err(WorkflowError::AttemptClaimed { attempt: attempt.to_string(), until }),
            }
        }
        Claim::Running(execution) => {
            save_job(world, &mut job, Some(&request.token)).await?;
            wake_if_needed(world, request, execution).await
        }
    }
}

/// A job that must end starts nothing more; what runs already is for `verify-job` to cancel.
fn is_to_end_now(job: &Job, now: jiff::Timestamp) -> bool {
    match job.phase {
        Phase::Opened | Phase::Ready { .. } | Phase::Blocked { .. } => job.must_end(now),
        Phase::Starting { .. } | Phase::Running { .. } | Phase::Settled(_) => false,
    }
}

async fn wake<W: World>(world: &W, token: &TaskToken) -> Result<Started, WorkflowError> {
    let _ = world.workflows().wake(token).await?;
    Ok(Started::Over)
}

async fn look_then_start<W: World>(
    world: &W,
    job: &mut Versioned<Job>,
    request: &Request,
) -> Result<Started, WorkflowError> {
    let attempt = job.record.attempt_id(request.token.attempt);
    match adopt(world, &job.record, &attempt).await {
        Ok(Some(execution)) => {
            tracing::info!(execution.arn = %execution, "adopted an execution that was started before");
            return running(world, job, request, execution).await;
        }
        Ok(None) => {}
        // A task that is gone starts nothing more, and of what it may once have started nothing will ever be proved: not safe.
        Err(gone @ PortError::Missing { .. }) if job.record.spec.work.transfer().is_some() => {
            return refused(world, job, request, &attempt, gone).await;
        }
        Err(error) => return Err(error.into()),
    }
    let now = world.clock().now();
    if job.record.must_end(now) {
        // An old claim's lease may end after the job's own time: nothing came of it, and nothing more may.
        job.record.release(request.token.attempt, now);
        save_job(world, job, Some(&request.token)).await?;
        return wake(world, &request.token).await;
    }
    if let Some(until) = expected_until(&job.record, attempt.number) {
        return expect(world, job, request, until).await;
    }
    if let Some(restore) = holder(world, &job.record).await? {
        return held(world, job, request, &restore).await;
    }
    if let Some(writer) = writer(world, &job.record).await? {
        job.record.note(now, format!("waited for {}, which still wrote the copy", writer.id()));
        return give_back(world, job, request, "the copy is still being written").await;
    }
    match start(world, &job.record, &attempt).await {
        Ok(execution) => running(world, job, request, execution).await,
        Err(StartRefusal::Busy) => busy(world, job, request, &attempt).await,
        Err(StartRefusal::Port(refusal)) => refused(world, job, request, &attempt, refusal).await,
    }
}

/// What the job copies is being brought back: it comes after that, or not at all tonight.
async fn held<W: World>(
    world: &W,
    job: &mut Versioned<Job>,
    request: &Request,
    restore: &RunId,
) -> Result<Started, WorkflowError> {
    if job.record.spec.overlap == Overlap::Skip {
        return conclude(world, job, request, Judgement::failed(under_way(restore), Retry::Useless)).await;
    }
    tracing::warn!(restore.id = %restore, "not started while a restore is under way");
    job.record.held(request.token.attempt, restore, world.clock().now(), world.dice().roll());
    save_job(world, job, Some(&request.token)).await?;
    wake(world, &request.token).await
}

/// The attempt is AWS Backup's to start. The job's record says until when, so the wait costs nothing.
async fn expect<W: World>(
    world: &W,
    job: &mut Versioned<Job>,
    request: &Request,
    until: jiff::Timestamp,
) -> Result<Started, WorkflowError> {
    if world.clock().now() < until {
        return Ok(Started::Expected(until));
    }
    conclude(world, job, request, Judgement::failed(not_started(&job.record), Retry::Sensible)).await
}

/// Saves the execution, and the pointer by which its events find the attempt.
async fn running<W: World>(
    world: &W,
    job: &mut Versioned<Job>,
    request: &Request,
    execution: ExecutionArn,
) -> Result<Started, WorkflowError> {
    let number = request.token.attempt;
    world.table().point(&execution, &job.record.attempt_id(number)).await?;
    job.record.started(number, &execution);
    save_job(world, job, Some(&request.token)).await?;
    tracing::info!(execution.arn = %execution, "the attempt runs");
    wake_if_needed(world, request, execution).await
}

/// A short execution may have ended, or a short list be ready, and its event come, before the token was stored.
async fn wake_if_needed<W: World>(
    world: &W,
    request: &Request,
    execution: ExecutionArn,
) -> Result<Started, WorkflowError> {
    if needs_somebody(world, &execution).await? {
        return wake(world, &request.token).await;
    }
    Ok(Started::Running(execution))
}

/// The task runs: ours after all, or somebody else's.
async fn busy<W: World>(
    world: &W,
    job: &mut Versioned<Job>,
    request: &Request,
    attempt: &AttemptId,
) -> Result<Started, WorkflowError> {
    if let Some(execution) = adopt(world, &job.record, attempt).await? {
        return running(world, job, request, execution).await;
    }
    let latest = latest(world, &job.record, attempt).await?;
    let Some(blocker) = latest else {
        return give_back(world, job, request, "the task is busy, but shows no execution").await;
    };
    if has_ended(world, &blocker).await? {
        return give_back(world, job, request, "the execution that kept the task busy has just ended").await;
    }
    if job.record.spec.overlap == Overlap::Skip {
        return conclude(world, job, request, Judgement::failed(skipped(&blocker), Retry::Useless)).await;
    }
    // A backup job tells no tag: its pointer is the only word on whose it is, and never that of who waits for its end. The
    // sweep sees that end.
    if blocker.engine() != Engine::Backup {
        world.table().point(&blocker, attempt).await?;
    }
    job.record.blocked(request.token.attempt, blocker.clone(), world.clock().now());
    save_job(world, job, Some(&request.token)).await?;
    if has_ended(world, &blocker).await? {
        return wake(world, &request.token).await;
    }
    Ok(Started::Blocked(blocker))
}

fn skipped(blocker: &ExecutionArn) -> Cause {
    Cause {
        id: "skipped-by-overlap".into(),
        what: format!("Left out: {} still kept its task busy, and the plan says `overlap: skip`", blocker.id()),
        fix: "Allow the earlier run to end before this one starts, or set `overlap: wait`.".into(),
        said: None,
    }
}

/// The workflow goes on at once, and comes back when the wait is over: its own quick retries would ask a service that
/// stays busy hundreds of times an hour.
async fn give_back<W: World>(
    world: &W,
    job: &mut Versioned<Job>,
    request: &Request,
    why: &str,
) -> Result<Started, WorkflowError> {
    tracing::warn!(why, "not started for now");
    job.record.refused_for_now(request.token.attempt, world.clock().now(), world.dice().roll());
    save_job(world, job, Some(&request.token)).await?;
    wake(world, &request.token).await
}

async fn refused<W: World>(
    world: &W,
    job: &mut Versioned<Job>,
    request: &Request,
    attempt: &AttemptId,
    refusal: PortError,
) -> Result<Started, WorkflowError> {
    match refusal {
        PortError::Retryable { code, .. } => give_back(world, job, request, &code).await,
        PortError::Ambiguous { .. } => match adopt(world, &job.record, attempt).await? {
            Some(execution) => running(world, job, request, execution).await,
            // It may still appear: the lease keeps everybody from starting until it must have.
            None => Err(refusal.into()),
        },
        PortError::Rejected { code, message, .. } => {
            let evidence = Evidence { code: &code, message: &message };
            let diagnosis = explain(&job.record, &evidence);
            let judgement = Judgement::failed(diagnosis.cause(&evidence), diagnosis.retry());
            conclude(world, job, request, judgement).await
        }
        PortError::Missing { message, .. } => {
            let evidence = Evidence { code: "task not found", message: &message };
            let judgement = Judgement::failed(explain(&job.record, &evidence).cause(&evidence), Retry::Useless);
            conclude(world, job, request, judgement).await
        }
    }
}

async fn conclude<W: World>(
    world: &W,
    job: &mut Versioned<Job>,
    request: &Request,
    judgement: Judgement,
) -> Result<Started, WorkflowError> {
    let now = world.clock().now();
    job.record.conclude(request.token.attempt, judgement, now, world.dice().roll());
    save_job(world, job, Some(&request.token)).await?;
    wake(world, &request.token).await
}
