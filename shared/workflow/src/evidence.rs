//! What the service says of a job's execution, and what follows for the job.

use jiff::{SignedDuration, Timestamp};
use nightferry_domain::ids::{Engine, ExecutionArn};
use nightferry_domain::job::Job;
use nightferry_domain::judge::{Ruling, judge};
use nightferry_domain::limits::{SERVICE_DELAY_MAX_SECS, TASK_REPORT_GRACE_SECS};
use nightferry_domain::observation::{ReportDelivery, TransferObservation};
use nightferry_domain::outcome::{Cause, Judgement, Retry};

use crate::engine::transfer_of;
use crate::error::PortError;
use crate::evidence_backup::rule_backup_job;
use crate::evidence_batch::rule_batch_job;
use crate::evidence_restore::rule_restore;
use crate::ports::{BatchJobs, Clock, Records, Transfers, World};

/// Asks the service how the execution stands and judges it. A vanished execution is an end without proof.
pub(crate) async fn rule<W: World>(world: &W, job: &Job, execution: &ExecutionArn) -> Result<Ruling, PortError> {
    let ruled = match execution.engine() {
        Engine::DataSync => rule_transfer(world, job, execution).await,
        Engine::Batch => rule_batch_job(world, job, execution).await,
        Engine::Backup => rule_backup_job(world, job, execution).await,
        Engine::Restore => rule_restore(world, job, execution).await,
    };
    match ruled {
        // Right after its creation a service may not know a job yet.
        Err(PortError::Missing { .. }) if is_just_created(job, execution, world.clock().now()) => {
            Ok(Ruling::AwaitsReport)
        }
        Err(PortError::Missing { service, message, .. }) => Ok(Ruling::Ended(vanished(service, execution, &message))),
        ruled => ruled,
    }
}

fn is_just_created(job: &Job, execution: &ExecutionArn, now: Timestamp) -> bool {
    let of_execution = job.attempts.iter().find(|attempt| attempt.execution.as_ref() == Some(execution));
    let claimed_at = of_execution.map(|attempt| attempt.claimed_at);
    let is_by_token = matches!(execution.engine(), Engine::Batch | Engine::Backup);
    is_by_token && claimed_at.is_some() && !is_overdue(claimed_at, SERVICE_DELAY_MAX_SECS, now)
}

async fn rule_transfer<W: World>(world: &W, job: &Job, execution: &ExecutionArn) -> Result<Ruling, PortError> {
    let mut seen = world.transfers().observe(execution).await?;
    if !seen.state.is_end() {
        warn_of_unknown(&seen);
        return Ok(Ruling::InProgress);
    }
    let transfer = transfer_of(job, execution)?;
    let failures = world.records().failures(transfer, execution).await?;
    settle_report(&mut seen, failures.is_some(), world.clock().now());
    Ok(judge(transfer, &seen, failures.as_ref()))
}

/// Files or objects that the service itself counts as copied by an execution that it says has ended; `None` where it says
/// neither, or does not let itself be asked.
pub(crate) async fn count_of_ended<W: World>(world: &W, execution: &ExecutionArn) -> Option<u64> {
    match execution.engine() {
        Engine::DataSync => {
            let seen = world.transfers().observe(execution).await.ok().filter(|seen| seen.state.is_end())?;
            u64::try_from(seen.counts.files_transferred?).ok()
        }
        Engine::Batch => {
            let seen = world.batch_jobs().observe(execution).await.ok().filter(|seen| seen.state.is_end())?;
            seen.counts.succeeded
        }
        // What a machine's backup or restore is worth is seen at what it made, not counted.
        Engine::Backup | Engine::Restore => None,
    }
}

/// A report that is there has been delivered, whatever Describe still says; one that is long overdue never comes.
fn settle_report(seen: &mut TransferObservation, is_there: bool, now: Timestamp) {
    match &seen.report {
        ReportDelivery::Pending if is_there => seen.report = ReportDelivery::Delivered,
        ReportDelivery::Pending if is_overdue(seen.ended_at, TASK_REPORT_GRACE_SECS, now) => {
            seen.report = ReportDelivery::Failed("it did not come within five minutes of the end".to_owned());
        }
        // Delivered by its own word, but lists may lag: look again before doubting.
        ReportDelivery::Delivered if !is_there && !is_overdue(seen.ended_at, TASK_REPORT_GRACE_SECS, now) => {
            seen.report = ReportDelivery::Pending;
        }
        ReportDelivery::NotAsked | ReportDelivery::Pending | ReportDelivery::Delivered | ReportDelivery::Failed(_) => {}
    }
}

/// Whether so many seconds have passed since an end; of an end without a time, always.
pub(crate) fn is_overdue(ended_at: Option<Timestamp>, grace_secs: i64, now: Timestamp) -> bool {
    let grace = SignedDuration::from_secs(grace_secs);
    ended_at.is_none_or(|ended_at| now.duration_since(ended_at) > grace)
}

fn warn_of_unknown(seen: &TransferObservation) {
    if let nightferry_domain::observation::ExecutionState::Unrecognised(word) = &seen.state {
        tracing::warn!(execution.arn = %seen.execution, execution.state = %word, "unknown state: not an end");
    }
}

fn vanished(service: &str, execution: &ExecutionArn, said: &str) -> Judgement {
    let cause = Cause {
        id: "execution-gone".into(),
        what: format!("{service} does not know execution {} any more, so nothing proves how it ended", execution.id()),
        fix: "`nightferry rerun`; DataSync keeps executions for 30 days, a deleted task loses them at once; S3 keeps batch jobs for 90; AWS Backup keeps jobs for 30.".into(),
        said: Some(said.to_owned()),
    };
    let mut judgement = Judgement::failed(cause, Retry::Sensible);
    judgement.tally.uncounted_attempts = 1;
    judgement
}
