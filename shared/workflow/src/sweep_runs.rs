//! Every five minutes: finds what the events missed, and what died on the way.
//!
//! It reads the sparse index of what is open, asks the services for the truth, and wakes who waits. Where nobody waits
//! any more it does itself what the workflow would have done.

use nightferry_domain::backup::expected::expected_until;
use nightferry_domain::ids::{Engine, ExecutionArn, RunId};
use nightferry_domain::job::{Job, Phase};
use nightferry_domain::job_spec::Work;
use nightferry_domain::limits::{CLOSING_GRACE_SECS, OPENING_GRACE_SECS};
use nightferry_domain::outcome::{Cause, Judgement, Retry};
use nightferry_domain::plan::JobName;
use nightferry_domain::restore::drill::Content;
use nightferry_domain::run::RunPhase;
use serde::Serialize;

use crate::check_restore::{self, Checked};
use crate::confirm_batch_job::{carry_out, running};
use crate::engine::{Standing, find, has_ended, stand};
use crate::error::{PortError, WorkflowError};
use crate::ports::{Clock, RunTable, Transfers, Versioned, Woken, World};
use crate::record_state::wake_job;
use crate::step::{Next, load_job, save_job};
use crate::sweep_batch_jobs::look_at_waiting;
use crate::sweep_copy_drills::tell_if_lost;
use crate::sweep_open::{Fates, Open, is_older, worth_a_look};
use crate::verify_job::verify_job;
use crate::write_report::write_report;
use crate::{open_run, tidy_restore, verify_job as verify, write_report as write};

pub use crate::sweep_open::PAGES_MAX;

/// What one sweep did. A failure with one record never keeps it from the others.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Swept {
    /// Open records that were looked at.
    pub seen_count: u64,
    /// Workflows that were woken.
    pub woken_count: u64,
    /// Jobs and runs that were carried on without their workflow.
    pub carried_count: u64,
    /// Duplicate executions that were cancelled.
    pub duplicate_count: u64,
    /// Batch jobs that Nightferry did not create and that have waited for a confirmation for too long.
    pub foreign_waiting_count: u64,
    /// Records that could not be looked at now.
    pub failed_count: u64,
    /// Whether records were left for the next sweep.
    pub is_cut_off: bool,
}

/// Looks at everything that is open.
///
/// # Errors
/// When the index can't be read. A failure with a single record is counted, logged, and left to the next sweep.
#[tracing::instrument(skip_all)]
pub async fn sweep_runs<W: World>(world: &W, stack: &str) -> Result<Swept, WorkflowError> {
    let open = Open::read(world).await?;
    let (mut swept, mut fates) = (Swept::default(), Fates::default());
    (swept.seen_count, swept.is_cut_off) = (open.seen_count, open.is_cut_off);
    for drill in &open.copy_drills {
        let looked = tell_if_lost(world, drill).await.map(|told| swept.carried_count += u64::from(told));
        swept.note(looked, drill);
    }
    let batch_jobs = look_at_jobs(world, &open, &mut fates, &mut swept).await;
    if !batch_jobs.is_empty() {
        let looked = look_at_waiting(world, &batch_jobs, &mut swept).await;
        swept.note(looked, &"batch jobs that wait");
    }
    look_at_runs(world, stack, &open, &mut fates, &mut swept).await;
    Ok(swept)
}

/// Returns those of replicated buckets.
async fn look_at_jobs<W: World>(world: &W, open: &Open, fates: &mut Fates, swept: &mut Swept) -> Vec<(RunId, JobName)> {
    let mut batch_jobs = vec![];
    for (run, names) in &open.jobs {
        let names = worth_a_look(world, run, names.clone(), fates).await.unwrap_or_else(|error| {
            swept.note(Err(error), run);
            vec![]
        });
        for name in names {
            let looked = look_at_job(world, run, &name, fates, swept).await;
            swept.note(looked.as_ref().map(drop).map_err(Clone::clone), &format_args!("{run}/{name}"));
            if looked == Ok(Some(Engine::Batch)) {
                batch_jobs.push((run.clone(), name));
            }
        }
    }
    batch_jobs
}

impl Swept {
    fn note(&mut self, looked: Result<(), WorkflowError>, record: &impl std::fmt::Display) {
        if let Err(error) = looked {
            tracing::warn!(%record, %error, "left to the next sweep");
            self.failed_count += 1;
        }
    }
}

/// Runs come after all jobs: one of which no job is open is ready to be told.
async fn look_at_runs<W: World>(world: &W, stack: &str, open: &Open, fates: &mut Fates, swept: &mut Swept) {
    for run in &open.runs {
        let is_done = !swept.is_cut_off && !open.is_at_work(run);
        let looked = look_at_run(world, stack, run, is_done, fates, swept).await;
        swept.note(looked, run);
    }
}

/// The engine of a job that is open.
async fn look_at_job<W: World>(
    world: &W,
    run: &RunId,
    name: &JobName,
    fates: &mut Fates,
    swept: &mut Swept,
) -> Result<Option<Engine>, WorkflowError> {
    let Some(mut job) = world.table().load_job(run, name).await? else { return Ok(None) };
    if job.record.settlement().is_some() {
        return Ok(None);
    }
    let engine = match &job.record.spec.work {
        Work::DataSync(_) => Engine::DataSync,
        Work::Replicate(_) => Engine::Batch,
        Work::Backup(_) => Engine::Backup,
        Work::Restore(_) => Engine::Restore,
    };
    let searched = cancel_duplicates(world, &mut job, swept).await;
    if needs_attention(world, &job.record, fates).await? {
        match wake_job(world, &job).await? {
            Some(Woken::Yes) => swept.woken_count += 1,
            Some(Woken::Gone) | None => carry(world, run, name, fates, swept).await?,
        }
    }
    // A failed search for duplicates is told, but does not keep the job from its end.
    searched.map(|()| Some(engine))
}

/// Whether what the job waits for has happened, or will not happen any more.
async fn needs_attention<W: World>(world: &W, job: &Job, fates: &mut Fates) -> Result<bool, WorkflowError> {
    let now = world.clock().now();
    if job.must_end(now) {
        return Ok(true);
    }
    match &job.phase {
        Phase::Running { attempt, execution } => needs_workflow(world, job, *attempt, execution).await,
        Phase::Blocked { by, .. } => Ok(has_ended(world, by).await?),
        // Whoever claimed it is gone. What was started must be listed by now, and may even have ended.
        Phase::Starting { lease_until, .. } if now >= *lease_until => Ok(true),
        Phase::Starting { attempt, .. } if has_come(world, job, *attempt).await? => Ok(true),
        Phase::Ready { .. } if job.is_silent(now) => Ok(true),
        Phase::Opened | Phase::Ready { .. } | Phase::Starting { .. } => fates.is_abandoned(world, &job.run).await,
        Phase::Settled(_) => Ok(false),
    }
}

/// Whether AWS Backup's own schedule has made the job that the attempt expects.
async fn has_come<W: World>(world: &W, job: &Job, number: u32) -> Result<bool, WorkflowError> {
    if expected_until(job, number).is_none() {
        return Ok(false);
    }
    Ok(find(world, job, &job.attempt_id(number)).await?.is_some())
}

/// Whether the attempt's execution has ended, or waits to be let through by somebody else than a person.
async fn needs_workflow<W: World>(
    world: &W,
    job: &Job,
    number: u32,
    execution: &ExecutionArn,
) -> Result<bool, WorkflowError> {
    match stand(world, execution).await {
        Ok(Standing::GoesOn) => Ok(false),
        Ok(Standing::AwaitsConfirmation) => Ok(!job.is_a_persons_turn(number, world.clock().now())),
        // What is refused to us may be allowed to verify-job; if it is not, that one ends the job and says so.
        Ok(Standing::Ended { .. }) | Err(PortError::Missing { .. } | PortError::Rejected { .. }) => Ok(true),
        Err(error) => Err(error.into()),
    }
}

/// Does what the workflow would do. Where the workflow, or the job's branch of it, has ended, nobody starts a further
/// attempt: then the job ends.
async fn carry<W: World>(
    world: &W,
    run: &RunId,
    name: &JobName,
    fates: &mut Fates,
    swept: &mut Swept,
) -> Result<(), WorkflowError> {
    let request = verify::Request { run_id: run.clone(), job: name.clone(), gives_up: false };
    let step = verify_job(world, &request).await?;
    swept.carried_count += 1;
    match step.next {
        Next::Settled => return Ok(()),
        Next::Confirm => return confirm(world, run, name).await,
        Next::Check | Next::Start => {}
    }
    let is_abandoned = fates.is_abandoned(world, run).await?;
    if step.next == Next::Check && is_abandoned {
        return without_check(world, run, name).await;
    }
    let Some(mut job) = world.table().load_job(run, name).await? else { return Ok(()) };
    let is_silent = job.record.is_silent(world.clock().now());
    let may_appear = matches!(job.record.phase, Phase::Running { .. } | Phase::Starting { .. });
    if !is_silent && (may_appear || !is_abandoned) {
        return Ok(());
    }
    let last = job.record.attempts.last().and_then(|attempt| attempt.judgement.clone());
    let judgement = last.unwrap_or_else(|| Judgement::failed(workflow_lost(), Retry::Useless));
    let now = world.clock().now();
    job.record.note(now, "its workflow had ended, so no further attempt was started".to_owned());
    job.record.settle(judgement, now);
    save_job(world, &mut job, None).await
}

/// Nobody waits for the job with a token; its batch job is let through, or refused, all the same.
async fn confirm<W: World>(world: &W, run: &RunId, name: &JobName) -> Result<(), WorkflowError> {
    let mut job = load_job(world, run, name).await?;
    let Some((number, execution)) = running(&job.record) else { return Ok(()) };
    let _ = carry_out(world, &mut job, number, &execution).await?;
    Ok(())
}

/// Nobody is left who would call the user's check: that is said, and the drill goes on to its end.
async fn without_check<W: World>(world: &W, run: &RunId, name: &JobName) -> Result<(), WorkflowError> {
    let content = Content::broke("its workflow had ended before the check was made");
    let request = check_restore::Request { run_id: run.clone(), job: name.clone(), checked: Checked::Broke(content) };
    check_restore::check_restore(world, &request).await.map(drop)
}

fn workflow_lost() -> Cause {
    Cause {
        id: "workflow-lost".into(),
        what: "Nobody was left to start the job: its workflow, or the job's branch of it, had ended".into(),
        fix: "Look at the workflow's history in Step Functions, then `nightferry rerun`.".into(),
        said: None,
    }
}

/// More than one execution of an attempt should be impossible; if the outside made one all the same, the younger goes.
async fn cancel_duplicates<W: World>(
    world: &W,
    job: &mut Versioned<Job>,
    swept: &mut Swept,
) -> Result<(), WorkflowError> {
    let Phase::Running { attempt, execution } = job.record.phase.clone() else { return Ok(()) };
    // A duplicate batch job would wait for a confirmation: those are looked at together.
    let Some(transfer) = job.record.spec.work.transfer() else { return Ok(()) };
    let id = job.record.attempt_id(attempt);
    let going_on = world.transfers().in_progress(&transfer.task, &id).await?;
    for duplicate in going_on.iter().filter(|other| **other != execution) {
        // Noted first: once it has ended, no later sweep would find it, and nobody would be told.
        let text = format!("DuplicateExecution: {} was cancelled", duplicate.id());
        job.record.note(world.clock().now(), text);
        save_job(world, job, None).await?;
        world.transfers().cancel(duplicate).await?;
        tracing::error!(execution.arn = %duplicate, attempt.id = %id, "cancelled a duplicate execution");
        swept.duplicate_count += 1;
    }
    Ok(())
}

/// Where no job is open any more the report is due, whatever a branch of the workflow may still wait for.
async fn look_at_run<W: World>(
    world: &W,
    stack: &str,
    id: &RunId,
    is_done: bool,
    fates: &mut Fates,
    swept: &mut Swept,
) -> Result<(), WorkflowError> {
    let Some(run) = world.table().load_run(id).await? else { return Ok(()) };
    let now = world.clock().now();
    match &run.record.phase {
        RunPhase::Opening if is_older(run.record.opened_at, now, OPENING_GRACE_SECS) => {
            swept.carried_count += 1;
            let _ = open_run::resume(world, run, false).await?;
            Ok(())
        }
        RunPhase::Opening | RunPhase::Closed { .. } => Ok(()),
        RunPhase::Open | RunPhase::Telling { .. } => {
            let is_due = is_older(run.record.opened_at, now, CLOSING_GRACE_SECS);
            if is_due && (is_done || fates.is_abandoned(world, id).await?) {
                swept.carried_count += 1;
                tidy_drills(world, id).await?;
                let _ = write_report(world, stack, &write::Request { run_id: id.clone() }).await?;
            }
            Ok(())
        }
    }
}

/// What a drill made is removed, also when its workflow is gone; its run is told only afterwards.
async fn tidy_drills<W: World>(world: &W, run: &RunId) -> Result<(), WorkflowError> {
    if !run.is_restore() {
        return Ok(());
    }
    for job in world.table().jobs_of(run).await? {
        let request = tidy_restore::Request { run_id: run.clone(), job: job.record.spec.name };
        let _ = tidy_restore::tidy_restore(world, &request).await?;
    }
    Ok(())
}
