//! A person wants a run, or one job of it, to end now.

use nightferry_domain::ids::RunId;
use nightferry_domain::job::{Cancellation, Phase};
use nightferry_domain::plan::JobName;

use crate::engine::cancel;
use crate::error::WorkflowError;
use crate::ports::{Clock, RunTable, Versioned, World};
use crate::record_state::wake_job;
use crate::step::save_job;

/// What to end, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The night.
    pub run_id: RunId,
    /// Only this job; all of them if none is named.
    pub job: Option<JobName>,
    /// For the report.
    pub reason: String,
}

/// Writes the wish down, asks the service to end what runs, and wakes what waits. Returns the jobs that were still open.
///
/// # Errors
/// When something outside does not answer; what was written down stays, and the sweep carries it out.
pub async fn cancel_run<W: World>(world: &W, request: &Request) -> Result<Vec<JobName>, WorkflowError> {
    let jobs = world.table().jobs_of(&request.run_id).await?;
    if jobs.is_empty() {
        return Err(WorkflowError::NotFound { record: format!("run `{}`", request.run_id) });
    }
    let mut open = vec![];
    for mut job in jobs {
        let is_meant = request.job.as_ref().is_none_or(|name| name.means(&job.record.spec.name));
        if is_meant && job.record.settlement().is_none() {
            wish(world, &mut job, &request.reason).await?;
            open.push(job.record.spec.name);
        }
    }
    Ok(open)
}

async fn wish<W: World>(
    world: &W,
    job: &mut Versioned<nightferry_domain::job::Job>,
    reason: &str,
) -> Result<(), WorkflowError> {
    if job.record.cancel.is_none() {
        job.record.cancel = Some(Cancellation { at: world.clock().now(), reason: reason.to_owned() });
        save_job(world, job, None).await?;
    }
    if let Phase::Running { execution, .. } = &job.record.phase {
        cancel(world, execution, reason).await?;
    } else {
        let _ = wake_job(world, job).await?;
    }
    Ok(())
}
