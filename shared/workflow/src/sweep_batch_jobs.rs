//! Batch jobs that wait for a confirmation and get none: our own that were left behind, and other people's.

use nightferry_domain::batch::ListedBatchJob;
use nightferry_domain::batch::order::{attempt_of, is_of};
use nightferry_domain::ids::RunId;
use nightferry_domain::job::Job;
use nightferry_domain::limits::FOREIGN_WAIT_SECS;
use nightferry_domain::plan::JobName;

use crate::error::WorkflowError;
use crate::evidence::is_overdue;
use crate::ports::{BatchJobs, Clock, RunTable, Versioned, World};
use crate::step::{load_job, save_job};
use crate::sweep_runs::Swept;

/// Waiting batch jobs that one sweep looks at; what is beyond is the next sweep's.
pub(crate) const WAITING_MAX: usize = 200;

/// Looks at every batch job of the account that waits, once a sweep in which a replicated bucket's job is open.
pub(crate) async fn look_at_waiting<W: World>(
    world: &W,
    open: &[(RunId, JobName)],
    swept: &mut Swept,
) -> Result<(), WorkflowError> {
    let waiting = world.batch_jobs().suspended().await?;
    swept.is_cut_off |= waiting.len() > WAITING_MAX;
    let now = world.clock().now();
    let mut forgotten: Vec<ListedBatchJob> = vec![];
    for listed in waiting.into_iter().take(WAITING_MAX) {
        match owner(world, &listed).await? {
            Some(job) => end_if_left_behind(world, job, &listed, swept).await?,
            None if is_overdue(listed.created_at, FOREIGN_WAIT_SECS, now) => forgotten.push(listed),
            None => {}
        }
    }
    swept.foreign_waiting_count = u64::try_from(forgotten.len()).unwrap_or(u64::MAX);
    tell_of_forgotten(world, open, &forgotten).await
}

/// The job whose attempt ordered it, if it is one of this stack's.
async fn owner<W: World>(world: &W, listed: &ListedBatchJob) -> Result<Option<Versioned<Job>>, WorkflowError> {
    let Some(description) = listed.description.as_deref() else { return Ok(None) };
    let Some(attempt) = attempt_of(description) else { return Ok(None) };
    let job = world.table().load_job(&attempt.run, &attempt.job).await?;
    let is_its = |job: &Versioned<Job>| {
        job.record.spec.work.replication().is_some_and(|replication| is_of(description, replication))
    };
    Ok(job.filter(is_its))
}

/// A job that nobody will confirm: its night is over, or its attempt has another one.
async fn end_if_left_behind<W: World>(
    world: &W,
    mut job: Versioned<Job>,
    listed: &ListedBatchJob,
    swept: &mut Swept,
) -> Result<(), WorkflowError> {
    let attempt = listed.description.as_deref().and_then(attempt_of);
    let known = attempt.and_then(|id| job.record.attempt(id.number)?.execution.clone());
    let is_settled = job.record.settlement().is_some();
    let is_duplicate = known.is_some_and(|known| known != listed.execution);
    if !is_settled && !is_duplicate {
        return Ok(());
    }
    if !is_settled {
        let text = format!("DuplicateExecution: {} was cancelled", listed.execution.id());
        job.record.note(world.clock().now(), text);
        save_job(world, &mut job, None).await?;
    }
    world.batch_jobs().cancel(&listed.execution, "Nightferry: nobody waits for this job any more").await?;
    tracing::error!(execution.arn = %listed.execution, "cancelled a batch job that was left behind");
    swept.duplicate_count += 1;
    Ok(())
}

/// S3 fails them after 30 days without telling anybody: the report of a night that is open says so.
async fn tell_of_forgotten<W: World>(
    world: &W,
    open: &[(RunId, JobName)],
    forgotten: &[ListedBatchJob],
) -> Result<(), WorkflowError> {
    let Some(first) = forgotten.iter().min_by_key(|job| (job.created_at, job.execution.clone())) else { return Ok(()) };
    tracing::warn!(count = forgotten.len(), first = %first.execution, "foreign batch jobs await a confirmation");
    let text = format!(
        "batch job {} is not Nightferry's and has waited for its confirmation for more than a day; S3 fails it after 30",
        first.execution.id()
    );
    for (run, name) in open {
        let mut job = load_job(world, run, name).await?;
        let is_told = job.record.notes.iter().any(|note| note.text == text);
        if !is_told && job.record.settlement().is_none() {
            job.record.note(world.clock().now(), text.clone());
            save_job(world, &mut job, None).await?;
        }
    }
    Ok(())
}
