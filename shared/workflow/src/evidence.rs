//! What the service says of a job's execution, and what follows for the job.

use jiff::{SignedDuration, Timestamp};
use nightferry_domain::ids::ExecutionArn;
use nightferry_domain::job::Job;
use nightferry_domain::job_spec::{Transfer, Work};
use nightferry_domain::judge::{Ruling, judge};
use nightferry_domain::limits::TASK_REPORT_GRACE_SECS;
use nightferry_domain::observation::{ReportDelivery, TransferObservation};
use nightferry_domain::outcome::{Cause, Judgement, Retry};

use crate::error::PortError;
use crate::ports::{Clock, Records, Transfers, World};

/// The DataSync task of a job.
pub(crate) fn transfer(job: &Job) -> Result<&Transfer, PortError> {
    match &job.spec.work {
        Work::DataSync(transfer) => Ok(transfer),
        Work::Replicate(_) => Err(PortError::Rejected {
            service: "Nightferry",
            operation: "StartJob",
            code: "NotCarried".to_owned(),
            message: "this version starts no batch jobs".to_owned(),
        }),
    }
}

/// Asks the service how the execution stands and judges it. A vanished execution is an end without proof.
pub(crate) async fn rule<W: World>(world: &W, job: &Job, execution: &ExecutionArn) -> Result<Ruling, PortError> {
    let mut seen = match world.transfers().observe(execution).await {
        Ok(seen) => seen,
        Err(PortError::Missing { message, .. }) => return Ok(Ruling::Ended(vanished(execution, &message))),
        Err(error) => return Err(error),
    };
    if !seen.state.is_end() {
        warn_of_unknown(&seen);
        return Ok(Ruling::InProgress);
    }
    let failures = world.records().failures(transfer(job)?, execution).await?;
    settle_report(&mut seen, failures.is_some(), world.clock().now());
    Ok(judge(transfer(job)?, &seen, failures.as_ref()))
}

/// A report that is there has been delivered, whatever Describe still says; one that is long overdue never comes.
fn settle_report(seen: &mut TransferObservation, is_there: bool, now: Timestamp) {
    match &seen.report {
        ReportDelivery::Pending if is_there => seen.report = ReportDelivery::Delivered,
        ReportDelivery::Pending if is_overdue(seen.ended_at, now) => {
            seen.report = ReportDelivery::Failed("it did not come within five minutes of the end".to_owned());
        }
        // Delivered by its own word, but lists may lag: look again before doubting.
        ReportDelivery::Delivered if !is_there && !is_overdue(seen.ended_at, now) => {
            seen.report = ReportDelivery::Pending;
        }
        ReportDelivery::NotAsked | ReportDelivery::Pending | ReportDelivery::Delivered | ReportDelivery::Failed(_) => {}
    }
}

fn is_overdue(ended_at: Option<Timestamp>, now: Timestamp) -> bool {
    let grace = SignedDuration::from_secs(TASK_REPORT_GRACE_SECS);
    ended_at.is_none_or(|ended_at| now.duration_since(ended_at) > grace)
}

fn warn_of_unknown(seen: &TransferObservation) {
    if let nightferry_domain::observation::ExecutionState::Unrecognised(word) = &seen.state {
        tracing::warn!(execution.arn = %seen.execution, execution.state = %word, "unknown state: not an end");
    }
}

fn vanished(execution: &ExecutionArn, said: &str) -> Judgement {
    let cause = Cause {
        id: "execution-gone".into(),
        what: format!("DataSync does not know execution {} any more, so nothing proves how it ended", execution.id()),
        fix: "`nightferry rerun`; DataSync keeps executions for 30 days, a deleted task loses them at once.".into(),
        said: Some(said.to_owned()),
    };
    let mut judgement = Judgement::failed(cause, Retry::Sensible);
    judgement.tally.uncounted_attempts = 1;
    judgement
}
