//! From what the service says to what is true: the outcome of one execution.
//!
//! Sources: the documented meaning of DataSync's counters. In Basic mode there is no counter of failed files, so the
//! estimate is held against what was transferred and verified, and the task report names what failed.

use crate::back::nothing_restored;
use crate::diagnosis::{self, Evidence};
use crate::job_spec::{Transfer, Verify};
use crate::observation::{
    ExecutionState, PhaseStatus, ReportDelivery, TransferCounts, TransferFailures, TransferObservation,
};
use crate::outcome::{Cause, Judgement, Outcome, Retry, Tally};

/// What an observation amounts to.
#[expect(clippy::large_enum_variant, reason = "one is made for each look, and taken apart at once")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ruling {
    /// Still in progress, or in a state that this version does not know.
    InProgress,
    /// Its objects are listed; it waits for a confirmation.
    AwaitsConfirmation,
    /// Ended, but the task report is still on its way.
    AwaitsReport,
    /// Ended, but copied objects are still on their way.
    AwaitsReplicas,
    /// Ended, but copies of its recovery point are under way.
    AwaitsCopies,
    /// A restored machine is there; what is on it is still to be checked.
    AwaitsCheck {
        /// `i-...`
        machine: String,
    },
    /// Ended.
    Ended(Judgement),
}

/// Judges one execution. `failures` is what the task report names; `None` if it could not be read.
#[must_use]
pub fn judge(transfer: &Transfer, seen: &TransferObservation, failures: Option<&TransferFailures>) -> Ruling {
    match &seen.state {
        ExecutionState::InProgress(_) | ExecutionState::Unrecognised(_) => Ruling::InProgress,
        ExecutionState::Success | ExecutionState::Error if seen.report == ReportDelivery::Pending => {
            Ruling::AwaitsReport
        }
        ExecutionState::Error => Ruling::Ended(judge_error(seen, failures)),
        ExecutionState::Success => {
            let back = transfer.back.as_deref().filter(|_| first_doubt(transfer, seen, failures).is_none());
            let nothing = back.and_then(|back| nothing_restored(back, &seen.counts));
            nothing.unwrap_or_else(|| Ruling::Ended(judge_success(transfer, seen, failures)))
        }
    }
}

fn judge_error(seen: &TransferObservation, failures: Option<&TransferFailures>) -> Judgement {
    let evidence = Evidence {
        code: seen.error_code.as_deref().unwrap_or_default(),
        message: seen.error_detail.as_deref().unwrap_or_default(),
    };
    let diagnosis = diagnosis::diagnose(&evidence);
    let tally = tally(seen, failures);
    // An execution that ends in ERROR may have carried nearly everything: what arrived is safe, the rest is not.
    let outcome = if tally.files > 0 && diagnosis.leaves_a_partial_copy { Outcome::Partial } else { Outcome::Failed };
    Judgement {
        outcome,
        retry: diagnosis.retry(),
        cause: Some(diagnosis.cause(&evidence)),
        tally,
        failed_items: failures.map(|f| f.named.clone()).unwrap_or_default(),
        point: None,
    }
}

fn judge_success(transfer: &Transfer, seen: &TransferObservation, failures: Option<&TransferFailures>) -> Judgement {
    let tally = tally(seen, failures);
    let doubt = first_doubt(transfer, seen, failures);
    let outcome = match &doubt {
        Some(_) => Outcome::Partial,
        None if tally.files == 0 && tally.deleted == 0 => Outcome::NothingToDo,
        None => Outcome::Succeeded,
    };
    let (cause, retry) = doubt.map_or((None, Retry::Useless), |(cause, retry)| (Some(cause), retry));
    let failed_items = failures.map(|f| f.named.clone()).unwrap_or_default();
    Judgement { outcome, cause, retry, tally, failed_items, point: None }
}

/// The first reason why a `SUCCESS` is not one. The order is from the surest to the vaguest.
fn first_doubt(
    transfer: &Transfer,
    seen: &TransferObservation,
    failures: Option<&TransferFailures>,
) -> Option<(Cause, Retry)> {
    failed_items(failures)
        .or_else(|| failed_phase(seen))
        .or_else(|| failed_count(&seen.counts))
        .or_else(|| missing_counts(&seen.counts))
        .or_else(|| too_few_transferred(&seen.counts))
        .or_else(|| unverified(transfer, &seen.counts))
        .or_else(|| report_missing(seen, failures))
}

fn failed_items(failures: Option<&TransferFailures>) -> Option<(Cause, Retry)> {
    let failures = failures.filter(|f| f.count > 0)?;
    let first = failures.named.first();
    let (path, reason) = first.map_or(("", ""), |item| (item.path.as_str(), item.reason.as_str()));
    let what = format!("{} item(s) failed; the first is `{path}`: {reason}", failures.count);
    Some((
        cause("items-failed", what, "Mend what the listed items have in common, then `nightferry rerun`."),
        Retry::Sensible,
    ))
}

fn failed_phase(seen: &TransferObservation) -> Option<(Cause, Retry)> {
    let phase = seen.phases.failed()?;
    let what = format!("DataSync says SUCCESS, but its {phase} phase says ERROR");
    Some((
        cause("phase-failed", what, "Read the execution's log in CloudWatch, then `nightferry rerun`."),
        Retry::Sensible,
    ))
}

fn failed_count(counts: &TransferCounts) -> Option<(Cause, Retry)> {
    let failed = counts.files_failed.filter(|n| *n > 0)?;
    let what = format!("DataSync counts {failed} failed file(s)");
    Some((
        cause("files-failed", what, "Read the task report for their names, then `nightferry rerun`."),
        Retry::Sensible,
    ))
}

fn missing_counts(counts: &TransferCounts) -> Option<(Cause, Retry)> {
    let asked = [
        ("EstimatedFilesToTransfer", counts.files_estimated),
        ("FilesTransferred", counts.files_transferred),
        ("BytesWritten", counts.bytes_written),
    ];
    let missing: Vec<&str> = asked.into_iter().filter(|(_, n)| n.is_none()).map(|(name, _)| name).collect();
    if missing.is_empty() {
        return None;
    }
    let what = format!("DataSync says SUCCESS but gives no {}", missing.join(", "));
    Some((
        cause("counts-missing", what, "Compare source and destination by hand; the copy may be whole."),
        Retry::Sensible,
    ))
}

/// `FilesTransferred` may exceed the estimate, by the API's own words; below it, something was left behind.
fn too_few_transferred(counts: &TransferCounts) -> Option<(Cause, Retry)> {
    let (estimated, transferred) = (to_transfer(counts)?, counts.files_transferred?);
    if transferred >= estimated {
        return None;
    }
    let what = format!("{transferred} of {estimated} files were transferred");
    Some((cause("files-left-behind", what, "Files vanished or were unreadable; see the task report."), Retry::Sensible))
}

/// In Basic mode the estimate counts what is to be deleted as well, and that is never transferred.
fn to_transfer(counts: &TransferCounts) -> Option<i64> {
    Some(counts.files_estimated?.saturating_sub(counts.files_to_delete_estimated.unwrap_or_default()))
}

fn unverified(transfer: &Transfer, counts: &TransferCounts) -> Option<(Cause, Retry)> {
    let transferred = counts.files_transferred.unwrap_or_default();
    if transferred == 0 {
        return None;
    }
    match transfer.verify {
        Verify::None => Some((
            cause(
                "verification-off",
                "The plan says `verify: none`, so nothing proves what was copied".to_owned(),
                "Set `verify: transferred` in the plan and apply it.",
            ),
            Retry::Useless,
        )),
        Verify::Transferred | Verify::PointInTime => {
            let verified = counts.files_verified.unwrap_or_default();
            (verified < transferred).then(|| {
                let what = format!("{verified} of {transferred} transferred files were verified");
                (
                    cause("files-unverified", what, "Run the job again; DataSync verifies what it transfers."),
                    Retry::Sensible,
                )
            })
        }
    }
}

fn report_missing(seen: &TransferObservation, failures: Option<&TransferFailures>) -> Option<(Cause, Retry)> {
    let said = match &seen.report {
        ReportDelivery::NotAsked | ReportDelivery::Pending => {
            "the execution wrote no task report, so failed files would not show".to_owned()
        }
        ReportDelivery::Failed(said) => format!("the task report could not be delivered: {said}"),
        ReportDelivery::Delivered if failures.is_none() => "the task report could not be read".to_owned(),
        ReportDelivery::Delivered => return None,
    };
    let fix = "Check the task report role and bucket with `nightferry check`, then `nightferry rerun`.";
    Some((cause("report-missing", said, fix), Retry::Useless))
}

fn tally(seen: &TransferObservation, failures: Option<&TransferFailures>) -> Tally {
    let counts = &seen.counts;
    let count = |n: Option<i64>| n.and_then(|n| u64::try_from(n).ok()).unwrap_or_default();
    let behind = count(to_transfer(counts)).saturating_sub(count(counts.files_transferred));
    Tally {
        files: count(counts.files_transferred),
        bytes: count(counts.bytes_written),
        deleted: count(counts.files_deleted),
        failed: count(counts.files_failed).max(failures.map_or(0, |f| f.count)).max(behind),
        unverified: count(counts.files_transferred).saturating_sub(count(counts.files_verified)),
        uncounted_attempts: u64::from(counts.files_transferred.is_none() && may_have_copied(seen)),
    }
}

/// The end of an attempt whose end, or whose proof, nobody is allowed to look at. Whatever it copied, it is not green.
///
/// `counted` is what the service itself counts as copied, where it said so and that the execution has ended.
#[must_use]
pub fn could_not_be_verified(refusal: &str, counted: Option<u64>) -> Judgement {
    let still = if counted.is_none() { "; what was started may still run, or have ended unseen" } else { "" };
    let files = counted.unwrap_or_default();
    let cause = Cause {
        id: "could-not-be-verified".into(),
        what: format!("The attempt could not be verified: {refusal}{still}"),
        fix: "Let the role that the refusal names make this call (a policy of a bucket, a key or the organization may deny it), then `nightferry rerun`.".into(),
        said: Some(refusal.to_owned()),
    };
    let mut judgement = Judgement::failed(cause, Retry::Useless);
    judgement.outcome = if files > 0 { Outcome::Partial } else { Outcome::Failed };
    judgement.tally =
        Tally { files, unverified: files, uncounted_attempts: u64::from(counted.is_none()), ..Tally::default() };
    judgement
}

/// An execution that ended before its transfer began has copied nothing, and may well leave the count away.
fn may_have_copied(seen: &TransferObservation) -> bool {
    let has_begun = seen.phases.transfer.as_ref().is_some_and(|status| *status != PhaseStatus::Pending);
    seen.state == ExecutionState::Success || has_begun
}

fn cause(id: &str, what: String, fix: &str) -> Cause {
    Cause { id: id.to_owned(), what, fix: fix.to_owned(), said: None }
}

#[cfg(test)]
#[path = "judge_tests.rs"]
mod tests;
