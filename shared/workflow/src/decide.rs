//! A person's word about a listed batch job: saved with who and when, then carried out by whoever waits.

use nightferry_domain::batch::confirm::Decision;
use nightferry_domain::ids::RunId;
use nightferry_domain::plan::JobName;

use crate::confirm_batch_job::running;
use crate::error::WorkflowError;
use crate::ports::{Clock, World};
use crate::record_state::wake_job;
use crate::step::{load_job, save_job};

/// What was decided, about which job of which night.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The night.
    pub run_id: RunId,
    /// Its item.
    pub job: JobName,
    /// Let it through, or cancel it.
    pub is_yes: bool,
    /// Who.
    pub by: String,
    /// Why, for the report.
    pub reason: String,
}

/// Saves the word and wakes the workflow; the sweep finds it where nobody waits.
///
/// # Errors
/// When the job has no attempt under way, or was let through or refused already, or something outside does not answer.
pub async fn decide<W: World>(world: &W, request: &Request) -> Result<Decision, WorkflowError> {
    let mut job = load_job(world, &request.run_id, &request.job).await?;
    let name = &request.job;
    let refused = |what: String| WorkflowError::Invalid { what };
    if job.record.spec.work.replication().is_none() {
        return Err(refused(format!("job `{name}` is no batch job, so there is nothing to confirm")));
    }
    let Some((number, _)) = running(&job.record) else {
        return Err(refused(format!("job `{name}` has no batch job that waits: `nightferry show {}`", request.run_id)));
    };
    if job.record.attempt(number).is_some_and(|attempt| attempt.confirmation.is_some()) {
        return Err(refused(format!("the batch job of `{name}` was let through, or cancelled, already")));
    }
    let at = world.clock().now();
    let (by, reason) = (request.by.clone(), request.reason.clone());
    let decision = Decision { attempt: number, is_yes: request.is_yes, by, at, reason };
    job.record.decision = Some(decision.clone());
    save_job(world, &mut job, None).await?;
    let _ = wake_job(world, &job).await?;
    Ok(decision)
}
