//! `UpdateJobStatus` and `UpdateJobPriority`.

use std::sync::Arc;

use super::asked::REPLICATE;
use super::job::Job;
use super::list::values;
use super::refusal::Refusal;
use super::shown::AWAITING;
use super::status::Status;
use super::{Batch, Call, xml};
use crate::front_door::Need;

const REASON_MAX: usize = 256;
const PRIORITY_MAX: i64 = 2_147_483_647;

/// Confirms or cancels a job, where its state lets that happen.
pub(super) async fn status(batch: &Arc<Batch>, call: &Call) -> Result<String, Refusal> {
    let job = batch.known(call)?;
    let wanted = values(&call.query, "requestedJobStatus").pop().unwrap_or_default();
    let reason = values(&call.query, "statusUpdateReason").pop();
    if reason.as_ref().is_some_and(|reason| reason.is_empty() || reason.chars().count() > REASON_MAX) {
        return Err(Refusal::bad(format!("statusUpdateReason has to have 1 to {REASON_MAX} characters.")));
    }
    let next = match wanted.as_str() {
        "Ready" if job.status == Status::Suspended => Status::Ready,
        "Cancelled" if job.status.may_be_cancelled() => Status::Cancelling,
        "Ready" | "Cancelled" => return Err(not_from_here(&job, &wanted)),
        other => return Err(Refusal::bad(format!("requestedJobStatus has to be Ready or Cancelled: {other}"))),
    };
    let _ = batch.store.change(&job.id, |job| job.reason.clone_from(&reason));
    if !batch.enter(&job.id, next).await {
        return Err(not_from_here(&batch.known(call)?, &wanted));
    }
    let _ = batch.store.change(&job.id, |job| {
        job.orders.send_modify(|orders| {
            orders.is_confirmed |= next == Status::Ready;
            orders.is_over |= next == Status::Cancelling;
        });
    });
    batch.reschedule();
    let shown = xml::element("JobId", &job.id) + &xml::element("Status", next.word());
    Ok(xml::document("UpdateJobStatusResult", &(shown + &xml::optional("StatusUpdateReason", reason.as_deref()))))
}

fn not_from_here(job: &Job, wanted: &str) -> Refusal {
    Refusal::status(format!("The job {} is {} and cannot become {wanted}.", job.id, job.status.word()))
}

/// Moves a job up or down.
pub(super) fn priority(batch: &Arc<Batch>, call: &Call) -> Result<String, Refusal> {
    let job = batch.known(call)?;
    let asked = values(&call.query, "priority").pop().unwrap_or_default();
    let priority = asked.parse().ok().filter(|priority| (0..=PRIORITY_MAX).contains(priority));
    let priority = priority
        .ok_or_else(|| Refusal::bad(format!("priority has to be a number from 0 to {PRIORITY_MAX}: {asked}")))?;
    if job.status.is_end() {
        return Err(Refusal::bad(format!("The job {} is {} and has no priority any more.", job.id, job.status.word())));
    }
    let _ = batch.store.change(&job.id, |job| job.priority = priority);
    batch.reschedule();
    let shown = xml::element("JobId", &job.id) + &xml::element("Priority", &priority.to_string());
    Ok(xml::document("UpdateJobPriorityResult", &shown))
}

impl Batch {
    /// Adds what conditions may ask about an existing job to the needs of a call about it.
    pub(crate) fn circumstances(&self, needs: &mut [Need]) {
        for need in needs.iter_mut().filter(|need| need.resource.contains(":job/")) {
            let id = need.resource.rsplit('/').next().unwrap_or_default();
            let Some(job) = self.store.job(id) else { continue };
            let suspended = (job.status == Status::Suspended).then(|| AWAITING.to_owned());
            let known = [
                ("s3:ExistingJobPriority", Some(job.priority.to_string())),
                ("s3:ExistingJobOperation", Some(REPLICATE.to_owned())),
                ("s3:JobSuspendedCause", suspended),
            ];
            let known = known.into_iter().filter_map(|(key, value)| Some((key.to_owned(), vec![value?])));
            need.context.extend(known);
        }
    }
}
