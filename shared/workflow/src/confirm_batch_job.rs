//! Lets a listed batch job through, refuses it, or waits for a person.
//!
//! What is decided is saved before the service is told, and marked once it took it. Whoever comes second, or after a
//! crash, looks again: a yes that was not told yet may still become a no, a no never becomes a yes.

use nightferry_domain::batch::confirm::{Awaited, Confirmation, Facts, Verdict, decide};
use nightferry_domain::batch::order::{BatchOrder, is_of};
use nightferry_domain::batch::{BatchObservation, BatchState};
use nightferry_domain::ids::ExecutionArn;
use nightferry_domain::job::{Job, Phase};
use nightferry_domain::limits::SUMMED_OBJECTS_MAX;
use nightferry_domain::outcome::Cause;
use nightferry_domain::replication::Replication;

use crate::engine::{needs_somebody, replication_of};
use crate::error::{PortError, WorkflowError};
use crate::ports::{BatchJobs, Clock, Versioned, Workflows, World};
use crate::start_job::Request;
use crate::step::{load_job, save_job};

/// Most characters of `StatusUpdateReason`.
pub const REASON_CHARS_MAX: usize = 256;

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Confirmed {
    /// It was let through, now or before; its end wakes the workflow.
    Yes,
    /// It was refused; its end wakes the workflow.
    No(Cause),
    /// A person is to say.
    AwaitsPerson(Awaited),
    /// It does not wait for anybody.
    NotWaiting,
}

/// Stores the token of the waiting workflow, then decides about the attempt's batch job.
///
/// # Errors
/// When something outside does not answer. Calling again is safe.
#[tracing::instrument(skip_all, fields(run.id = %request.run_id, job.name = %request.job, attempt = request.token.attempt))]
pub async fn confirm_batch_job<W: World>(world: &W, request: &Request) -> Result<Confirmed, WorkflowError> {
    let mut job = load_job(world, &request.run_id, &request.job).await?;
    let Some((number, execution)) = running(&job.record).filter(|(number, _)| *number == request.token.attempt) else {
        let _ = world.workflows().wake(&request.token).await?;
        return Ok(Confirmed::NotWaiting);
    };
    save_job(world, &mut job, Some(&request.token)).await?;
    let confirmed = carry_out(world, &mut job, number, &execution).await?;
    // It may have ended, and its event come, before the token was stored. What is let through is not asked about again
    // here: Describe may lag, and the sweep finds what it hides.
    if confirmed == Confirmed::NotWaiting && needs_somebody(world, &execution).await? {
        let _ = world.workflows().wake(&request.token).await?;
    }
    Ok(confirmed)
}

/// The attempt that runs, and its batch job.
pub(crate) fn running(job: &Job) -> Option<(u32, ExecutionArn)> {
    match &job.phase {
        Phase::Running { attempt, execution } => Some((*attempt, execution.clone())),
        Phase::Opened | Phase::Ready { .. } | Phase::Starting { .. } | Phase::Blocked { .. } | Phase::Settled(_) => {
            None
        }
    }
}

/// Decides, and does it; the sweep does the same where no workflow waits any more.
pub(crate) async fn carry_out<W: World>(
    world: &W,
    job: &mut Versioned<Job>,
    number: u32,
    execution: &ExecutionArn,
) -> Result<Confirmed, WorkflowError> {
    let seen = world.batch_jobs().observe(execution).await?;
    let is_refused = refusal_of(&job.record, number).is_some();
    // What we refused is ended even if somebody else let it through in between.
    if seen.state != BatchState::Suspended && !(is_refused && seen.state.is_let_through() && !seen.state.is_end()) {
        return Ok(Confirmed::NotWaiting);
    }
    let (verdict, bytes) = verdict(world, &job.record, number, &seen).await?;
    let listed = Listed { objects: seen.counts.total, bytes };
    match verdict {
        Verdict::NotWaiting => Ok(Confirmed::NotWaiting),
        Verdict::AwaitPerson { until, why } => await_person(world, job, number, (until, why), listed).await,
        Verdict::Confirm { by } => {
            intend(world, job, number, (by, None), listed).await?;
            tell(world, job, number, execution).await
        }
        Verdict::Cancel { by, cause } => {
            intend(world, job, number, (by, Some(cause)), listed).await?;
            tell(world, job, number, execution).await
        }
    }
}

/// How much a job listed, as far as it is known.
#[derive(Debug, Clone, Copy)]
struct Listed {
    objects: Option<u64>,
    bytes: Option<u64>,
}

/// By whom the attempt's job was refused, and why.
fn refusal_of(job: &Job, number: u32) -> Option<(String, Cause)> {
    let saved = job.attempt(number)?.confirmation.as_ref()?;
    Some((saved.by.clone(), saved.refused.clone()?))
}

/// Gathers what the decision depends on. What was refused stays refused, and a job that must end is not let through.
async fn verdict<W: World>(
    world: &W,
    job: &Job,
    number: u32,
    seen: &BatchObservation,
) -> Result<(Verdict, Option<u64>), WorkflowError> {
    let replication = replication_of(job, &seen.execution)?;
    if let Some((by, cause)) = refusal_of(job, number) {
        return Ok((Verdict::Cancel { by, cause }, None));
    }
    let now = world.clock().now();
    if job.must_end(now) {
        return Ok((Verdict::Cancel { by: "deadline".to_owned(), cause: job.end_cause(None) }, None));
    }
    let Some(order) = BatchOrder::of(job, number) else { return Ok((Verdict::NotWaiting, None)) };
    let rules = world.batch_jobs().rules(&replication.bucket).await?;
    let bytes = listed_bytes(world, replication, seen).await?;
    let facts = Facts {
        replication,
        order: &order,
        seen,
        rules: &rules,
        bytes,
        largest: largest(world, replication, &order.description).await?,
        decision: job.decision_about(number),
        asked_until: job.attempt(number).and_then(|attempt| Some(attempt.awaited.as_ref()?.until)),
        now,
    };
    Ok((decide(&facts), bytes))
}

/// The sum of what was listed. Where the plan limits it, the decision hangs on it; where not, only a figure of the
/// report does, for which no confirmation fails and no long list is read.
async fn listed_bytes<W: World>(
    world: &W,
    replication: &Replication,
    seen: &BatchObservation,
) -> Result<Option<u64>, PortError> {
    let Some(manifest) = &seen.manifest else { return Ok(None) };
    if replication.guardrails.bytes_max.is_some() {
        return world.batch_jobs().listed_bytes(manifest).await;
    }
    if seen.counts.total.is_none_or(|listed| listed > SUMMED_OBJECTS_MAX) {
        return Ok(None);
    }
    let summed = world.batch_jobs().listed_bytes(manifest).await;
    Ok(summed
        .inspect_err(|error| tracing::warn!(%error, "the sizes that were listed stay unknown"))
        .unwrap_or_default())
}

/// Objects of the largest of this bucket's finished batch jobs, as far back as the service lists them: 90 days.
async fn largest<W: World>(world: &W, replication: &Replication, own: &str) -> Result<Option<u64>, PortError> {
    let listed = world.batch_jobs().listed().await?;
    let is_earlier = |description: &str| description != own && is_of(description, replication);
    let earlier = listed.iter().filter(|job| job.description.as_deref().is_some_and(is_earlier));
    Ok(earlier.filter(|job| job.state == BatchState::Complete).filter_map(|job| job.total).max())
}

async fn await_person<W: World>(
    world: &W,
    job: &mut Versioned<Job>,
    number: u32,
    (until, why): (jiff::Timestamp, String),
    listed: Listed,
) -> Result<Confirmed, WorkflowError> {
    let awaited = Awaited { until, why, objects: listed.objects, bytes: listed.bytes };
    if let Some(attempt) = job.record.attempt_mut(number).filter(|attempt| attempt.awaited.as_ref() != Some(&awaited)) {
        attempt.awaited = Some(awaited.clone());
        save_job(world, job, None).await?;
    }
    tracing::warn!(until = %awaited.until, why = %awaited.why, "a batch job waits for `nightferry confirm`");
    Ok(Confirmed::AwaitsPerson(awaited))
}

/// Writes down what is about to be told to the service.
async fn intend<W: World>(
    world: &W,
    job: &mut Versioned<Job>,
    number: u32,
    (by, refused): (String, Option<Cause>),
    listed: Listed,
) -> Result<(), WorkflowError> {
    let at = world.clock().now();
    let fresh = Confirmation { at, refused, by, objects: listed.objects, bytes: listed.bytes, told_at: None };
    let Some(attempt) = job.record.attempt_mut(number) else { return Ok(()) };
    let is_known = attempt.confirmation.as_ref().is_some_and(|saved| saved.refused == fresh.refused);
    if is_known {
        return Ok(());
    }
    let is_yes = fresh.refused.is_none();
    attempt.confirmation = Some(fresh);
    if let Some(listed) = listed.objects.filter(|_| is_yes && number == 1) {
        job.record.note(
            at,
            format!("{listed} object(s) were not replicated when the night began; its batch job carries them"),
        );
    }
    save_job(world, job, None).await
}

/// Tells the service, and marks that it took it. A status that does not allow it any more is looked at again.
async fn tell<W: World>(
    world: &W,
    job: &mut Versioned<Job>,
    number: u32,
    execution: &ExecutionArn,
) -> Result<Confirmed, WorkflowError> {
    let saved = job.record.attempt(number).and_then(|attempt| attempt.confirmation.clone());
    let Some(saved) = saved else { return Ok(Confirmed::NotWaiting) };
    let id = job.record.attempt_id(number);
    let told = match &saved.refused {
        None => {
            world
                .batch_jobs()
                .confirm(execution, &reason(&format!("Nightferry, {id}: let through by {}", saved.by)))
                .await
        }
        Some(cause) => {
            world.batch_jobs().cancel(execution, &reason(&format!("Nightferry, {id}: {}", cause.what))).await
        }
    };
    match told {
        Ok(()) => {}
        Err(refusal @ PortError::Rejected { .. }) => {
            let state = world.batch_jobs().observe(execution).await?.state;
            if matches!(
                state,
                BatchState::Failed | BatchState::Cancelled | BatchState::Failing | BatchState::Cancelling
            ) {
                return Ok(Confirmed::NotWaiting);
            }
            if !state.is_let_through() || saved.refused.is_some() {
                return Err(refusal.into());
            }
        }
        Err(error) => return Err(error.into()),
    }
    tracing::info!(execution.arn = %execution, is_confirmed = saved.refused.is_none(), by = %saved.by, "told the batch job");
    mark(world, job, number).await?;
    Ok(saved.refused.map_or(Confirmed::Yes, Confirmed::No))
}

async fn mark<W: World>(world: &W, job: &mut Versioned<Job>, number: u32) -> Result<(), WorkflowError> {
    let now = world.clock().now();
    let confirmation = job.record.attempt_mut(number).and_then(|attempt| attempt.confirmation.as_mut());
    let Some(confirmation) = confirmation.filter(|confirmation| confirmation.told_at.is_none()) else { return Ok(()) };
    confirmation.told_at = Some(now);
    save_job(world, job, None).await
}

/// Within what the service takes, in plain letters.
fn reason(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii() && !c.is_ascii_control()).take(REASON_CHARS_MAX).collect()
}
