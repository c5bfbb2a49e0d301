//! What S3 says of a batch job, and what follows for the job: counts, completion report, and a look at what was copied.

use nightferry_domain::batch::completion::CompletionReport;
use nightferry_domain::batch::judge::{Evidences, judge, lists_nothing};
use nightferry_domain::batch::{BatchObservation, BatchState, ReplicaState, Sample};
use nightferry_domain::ids::ExecutionArn;
use nightferry_domain::job::Job;
use nightferry_domain::judge::Ruling;
use nightferry_domain::limits::{REPLICAS_GRACE_SECS, TASK_REPORT_GRACE_SECS};

use crate::engine::replication_of;
use crate::error::PortError;
use crate::evidence::is_overdue;
use crate::ports::{BatchJobs, Clock, World};

pub(crate) async fn rule_batch_job<W: World>(
    world: &W,
    job: &Job,
    execution: &ExecutionArn,
) -> Result<Ruling, PortError> {
    let seen = world.batch_jobs().observe(execution).await?;
    if seen.state == BatchState::Suspended {
        return Ok(Ruling::AwaitsConfirmation);
    }
    if !seen.state.is_end() {
        warn_of_unknown(&seen);
        return Ok(Ruling::InProgress);
    }
    rule_ended(world, job, &seen).await
}

async fn rule_ended<W: World>(world: &W, job: &Job, seen: &BatchObservation) -> Result<Ruling, PortError> {
    let replication = replication_of(job, &seen.execution)?;
    let is_empty = lists_nothing(seen);
    let rules = if is_empty { Some(world.batch_jobs().rules(&replication.bucket).await?) } else { None };
    let report = if is_empty { None } else { world.batch_jobs().report(&replication.reports, &seen.execution).await? };
    if awaits_report(seen, report.as_ref(), world.clock().now()) {
        return Ok(Ruling::AwaitsReport);
    }
    let sample = look_at_some(world, &replication.bucket, seen, report.as_ref()).await?;
    let now = world.clock().now();
    let is_on_its_way = sample.looked_at.iter().any(|(_, state)| *state == ReplicaState::Pending);
    if is_on_its_way && !job.must_end(now) && !is_overdue(seen.ended_at, REPLICAS_GRACE_SECS, now) {
        return Ok(Ruling::AwaitsReplicas);
    }
    let of_execution = job.attempts.iter().find(|attempt| attempt.execution.as_ref() == Some(&seen.execution));
    let confirmation = of_execution.and_then(|attempt| attempt.confirmation.as_ref());
    let refused = confirmation.and_then(|confirmation| confirmation.refused.as_ref());
    let listed_bytes = confirmation.and_then(|confirmation| confirmation.bytes);
    let (report, rules) = (report.as_ref(), rules.as_ref());
    let judgement = judge(&Evidences { replication, seen, report, sample: &sample, rules, refused, listed_bytes });
    Ok(judgement.map_or(Ruling::InProgress, Ruling::Ended))
}

/// It is written before the job is complete, but what was just written may not be found at once.
fn awaits_report(seen: &BatchObservation, report: Option<&CompletionReport>, now: jiff::Timestamp) -> bool {
    let is_due = seen.state == BatchState::Complete && seen.counts.total != Some(0);
    is_due && report.is_none() && !is_overdue(seen.ended_at, TASK_REPORT_GRACE_SECS, now)
}

/// A job with failed objects is in doubt already: nothing more is looked at.
async fn look_at_some<W: World>(
    world: &W,
    bucket: &str,
    seen: &BatchObservation,
    report: Option<&CompletionReport>,
) -> Result<Sample, PortError> {
    let mut sample = Sample::default();
    let report = report.filter(|report| seen.state == BatchState::Complete && report.failed == 0);
    for object in report.map(CompletionReport::sample).unwrap_or_default() {
        let state = world.batch_jobs().replica_state(bucket, &object).await?;
        sample.looked_at.push((object, state));
    }
    Ok(sample)
}

fn warn_of_unknown(seen: &BatchObservation) {
    if let BatchState::Unrecognised(word) = &seen.state {
        tracing::warn!(execution.arn = %seen.execution, execution.state = %word, "unknown state: not an end");
    }
}
