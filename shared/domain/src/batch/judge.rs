//! How an ended batch job ended. `Complete` only says that every object was tried.

use super::completion::CompletionReport;
use super::confirm::{RulesNow, rule_difference};
use super::{BatchCounts, BatchObservation, BatchState, ReplicaState, Sample};
use crate::diagnosis::{Diagnosis, Evidence, Speaker, diagnose_from};
use crate::outcome::{Cause, Judgement, Outcome, Retry, Tally};
use crate::replication::Replication;

/// S3's words for a list that came out empty.
const NO_KEYS: &str = "no keys";
/// S3's words for a report that it could not write.
const NO_REPORT: &str = "report could not be written";
/// Causes told in one sentence; the others are in the report.
const CAUSES_TOLD_MAX: usize = 3;

/// What there is to judge by.
#[derive(Debug, Clone, Copy)]
pub struct Evidences<'a> {
    /// The plan's settings.
    pub replication: &'a Replication,
    /// What the service says.
    pub seen: &'a BatchObservation,
    /// The completion report; `None` if there is none, or none that can be read.
    pub report: Option<&'a CompletionReport>,
    /// What a look at some of the copied objects showed.
    pub sample: &'a Sample,
    /// The bucket's replication configuration, where it was asked for.
    pub rules: Option<&'a RulesNow>,
    /// Why we cancelled it ourselves, if we did.
    pub refused: Option<&'a Cause>,
}

/// Whether S3 says that there was nothing to list.
#[must_use]
pub fn lists_nothing(seen: &BatchObservation) -> bool {
    seen.state == BatchState::Failed && says(seen, NO_KEYS)
}

/// Judges a job; `None` while it has not ended.
#[must_use]
pub fn judge(evidences: &Evidences<'_>) -> Option<Judgement> {
    match evidences.seen.state {
        BatchState::Complete => Some(judge_complete(evidences)),
        BatchState::Failed => Some(judge_failed(evidences)),
        BatchState::Cancelled => Some(judge_cancelled(evidences)),
        BatchState::New
        | BatchState::Preparing
        | BatchState::Suspended
        | BatchState::Ready
        | BatchState::Active
        | BatchState::Pausing
        | BatchState::Paused
        | BatchState::Completing
        | BatchState::Failing
        | BatchState::Cancelling
        | BatchState::Unrecognised(_) => None,
    }
}

fn judge_complete(evidences: &Evidences<'_>) -> Judgement {
    let tally = tally(evidences);
    let doubt = failed_objects(evidences)
        .or_else(|| doubtful_counts(evidences.seen))
        .or_else(|| unreported(evidences))
        .or_else(|| unproved(evidences.sample));
    let Some((cause, retry)) = doubt else {
        let outcome = if tally.files == 0 { Outcome::NothingToDo } else { Outcome::Succeeded };
        return Judgement { outcome, cause: None, retry: Retry::Useless, tally, failed_items: vec![], point: None };
    };
    // With no object known to be copied, and some known not to be, nothing of this attempt is safe.
    let outcome = if tally.files == 0 && tally.failed > 0 { Outcome::Failed } else { Outcome::Partial };
    Judgement { outcome, cause: Some(cause), retry, tally, failed_items: failed_items(evidences), point: None }
}

fn failed_items(evidences: &Evidences<'_>) -> Vec<crate::observation::FailedItem> {
    evidences.report.map(CompletionReport::failed_items).unwrap_or_default()
}

/// The service's own count, and the report's, whichever is larger.
fn failed_count(evidences: &Evidences<'_>) -> u64 {
    let reported = evidences.report.map_or(0, |report| report.failed);
    evidences.seen.counts.failed.unwrap_or_default().max(reported)
}

/// Failed objects, grouped by cause; the most frequent one decides what a person does.
fn failed_objects(evidences: &Evidences<'_>) -> Option<(Cause, Retry)> {
    let failed = failed_count(evidences);
    if failed == 0 {
        return None;
    }
    let all = evidences.seen.counts.total.map_or_else(|| "some".to_owned(), |total| total.to_string());
    let told = format!("{failed} of {all} objects were not copied");
    let groups = evidences.report.map(CompletionReport::causes_by_count).unwrap_or_default();
    let Some((_, group)) = groups.first() else {
        let what = format!("{told}, and the completion report that would say why can't be read");
        let fix = "Look at the job's report folder in the records bucket, then `nightferry rerun`.";
        return Some((cause("batch-report-missing", what, fix), Retry::Sensible));
    };
    let counted: Vec<String> =
        groups.iter().take(CAUSES_TOLD_MAX).map(|(name, group)| format!("{} {name}", group.count)).collect();
    let evidence = group
        .first
        .first()
        .map_or(Evidence { code: "", message: "" }, |item| Evidence { code: &item.code, message: &item.reason });
    let diagnosis = of_object(&evidence);
    let mut cause = diagnosis.cause(&evidence);
    cause.what = format!("{told}: {}. The most frequent: {}", counted.join(", "), cause.what);
    Some((cause, diagnosis.retry()))
}

/// What S3 replication says of one object.
fn of_object(evidence: &Evidence<'_>) -> Diagnosis {
    diagnose_from(Speaker::Replication, evidence)
}

/// What S3 Batch Operations says of a job, or of a request.
#[must_use]
pub fn of_job(evidence: &Evidence<'_>) -> Diagnosis {
    diagnose_from(Speaker::BatchOperations, evidence)
}

fn doubtful_counts(seen: &BatchObservation) -> Option<(Cause, Retry)> {
    let BatchCounts { total, succeeded, failed } = seen.counts;
    let what = match (total, succeeded, failed) {
        (Some(total), Some(succeeded), Some(failed)) if succeeded.saturating_add(failed) == total => return None,
        (Some(total), Some(succeeded), Some(failed)) => {
            format!("S3 says Complete, but counts {succeeded} copied and {failed} failed of {total} objects")
        }
        _ => "S3 says Complete but leaves counts of objects away".to_owned(),
    };
    Some((
        cause("batch-counts-doubtful", what, "`nightferry rerun` lists whatever is not replicated yet."),
        Retry::Sensible,
    ))
}

fn unreported(evidences: &Evidences<'_>) -> Option<(Cause, Retry)> {
    let listed = evidences.seen.counts.total.unwrap_or_default();
    (listed > 0 && evidences.report.is_none()).then(|| {
        let what = format!("S3 counts {listed} objects as copied, but its completion report can't be read, so none of them was looked at");
        let fix = "Look at the job's report folder in the records bucket, then `nightferry rerun`.";
        (cause("batch-report-missing", what, fix), Retry::Useless)
    })
}

/// Some of the copied objects are looked at where they come from: S3 says there whether each has arrived.
fn unproved(sample: &Sample) -> Option<(Cause, Retry)> {
    let find = |wanted: fn(&ReplicaState) -> bool| sample.looked_at.iter().find(|(_, state)| wanted(state));
    let failed = find(|state| matches!(state, ReplicaState::Failed));
    let failed = failed.map(|(object, _)| (object, "FAILED".to_owned()));
    let pending = find(|state| matches!(state, ReplicaState::Pending));
    let pending = pending.map(|(object, _)| (object, "still PENDING".to_owned()));
    let strange = sample.looked_at.iter().find_map(|(object, state)| match state {
        ReplicaState::Unproved(word) => Some((object, format!("`{word}`"))),
        ReplicaState::Completed
        | ReplicaState::Pending
        | ReplicaState::Failed
        | ReplicaState::Gone
        | ReplicaState::Marker => None,
    });
    let (object, word) = failed.or(pending).or(strange)?;
    let what = format!("The batch job counts `{}` as copied, but its replication status is {word}", shown(&object.key));
    let fix = "Look at the object's replication status in S3; `nightferry rerun` lists whatever is not replicated.";
    Some((cause("replica-unproved", what, fix), Retry::Sensible))
}

fn judge_failed(evidences: &Evidences<'_>) -> Judgement {
    let seen = evidences.seen;
    if lists_nothing(seen) {
        return nothing_listed(evidences);
    }
    let tally = tally(evidences);
    let evidence = first_reason(seen);
    let diagnosis = of_job(&evidence);
    let (cause, retry) = if says(seen, NO_REPORT) {
        let what = "The batch job ran, but S3 could not write its report, so nothing proves what was copied".to_owned();
        let fix = "Let the batch role write to the report folder, and keep the bucket without a default Object Lock retention; `nightferry apply` does. Then `nightferry rerun`: what was copied is not copied again.";
        let unwritten = cause("batch-report-unwritten", what, fix);
        (Cause { said: diagnosis.cause(&evidence).said, ..unwritten }, Retry::Useless)
    } else if let Some((mut cause, retry)) = failed_objects(evidences) {
        cause.said = diagnosis.cause(&evidence).said.or(cause.said);
        (cause, retry)
    } else {
        (diagnosis.cause(&evidence), diagnosis.retry())
    };
    let outcome = if tally.files > 0 { Outcome::Partial } else { Outcome::Failed };
    Judgement { outcome, cause: Some(cause), retry, tally, failed_items: failed_items(evidences), point: None }
}

/// An empty list is a good night only if what was listed is what the plan means.
fn nothing_listed(evidences: &Evidences<'_>) -> Judgement {
    let differs = match evidences.rules {
        Some(rules) => rule_difference(evidences.replication, rules),
        None => Some("S3 listed no object, and the bucket's replication rule could not be read".to_owned()),
    };
    let Some(what) = differs else {
        return Judgement {
            outcome: Outcome::NothingToDo,
            cause: None,
            retry: Retry::Useless,
            tally: Tally::default(),
            failed_items: vec![],
            point: None,
        };
    };
    let fix = "`nightferry apply` restores the plan's rule; then `nightferry rerun`.";
    Judgement::failed(cause("replication-rule-differs", what, fix), Retry::Useless)
}

fn judge_cancelled(evidences: &Evidences<'_>) -> Judgement {
    let tally = tally(evidences);
    let cause = evidences.refused.cloned().unwrap_or_else(|| Cause {
        id: "batch-job-cancelled".into(),
        what: "Somebody outside of Nightferry cancelled the batch job".into(),
        fix: "Ask who did: CloudTrail has UpdateJobStatus with the caller. `nightferry rerun` starts it again.".into(),
        said: evidences.seen.update_reason.clone(),
    });
    let outcome = if tally.files > 0 { Outcome::Partial } else { Outcome::Failed };
    Judgement {
        outcome,
        cause: Some(cause),
        retry: Retry::Useless,
        tally,
        failed_items: failed_items(evidences),
        point: None,
    }
}

fn tally(evidences: &Evidences<'_>) -> Tally {
    let counts = &evidences.seen.counts;
    let has_run = !matches!(evidences.seen.state, BatchState::Cancelled) || counts.succeeded.is_some();
    let pending = evidences.sample.looked_at.iter().filter(|(_, state)| *state != ReplicaState::Completed);
    let unproved = pending.filter(|(_, state)| !matches!(state, ReplicaState::Gone | ReplicaState::Marker)).count();
    let known = counts.succeeded.or_else(|| evidences.report.map(|report| report.succeeded));
    let left = counts.total.unwrap_or_default().saturating_sub(known.unwrap_or_default());
    let is_cut_short = evidences.seen.state != BatchState::Complete && known.is_some();
    Tally {
        files: counts.succeeded.unwrap_or_default(),
        bytes: 0,
        deleted: 0,
        failed: failed_count(evidences).max(if is_cut_short { left } else { 0 }),
        unverified: u64::try_from(unproved).unwrap_or(u64::MAX),
        uncounted_attempts: u64::from(
            counts.succeeded.is_none() && counts.total != Some(0) && has_run && has_begun(evidences),
        ),
    }
}

/// A job that failed before it copied anything may well leave its counts away.
fn has_begun(evidences: &Evidences<'_>) -> bool {
    evidences.seen.state == BatchState::Complete || evidences.report.is_some()
}

fn says(seen: &BatchObservation, words: &str) -> bool {
    seen.failures.iter().any(|failure| failure.reason.to_lowercase().contains(words))
}

fn first_reason(seen: &BatchObservation) -> Evidence<'_> {
    seen.failures.first().map_or(Evidence { code: "", message: "" }, |failure| Evidence {
        code: &failure.code,
        message: &failure.reason,
    })
}

fn shown(text: &str) -> String {
    crate::printable::quoted(text)
}

fn cause(id: &str, what: String, fix: &str) -> Cause {
    Cause { id: id.to_owned(), what, fix: fix.to_owned(), said: None }
}
