//! What an execution will do: drawn from the seed and its own name, so that the order of things makes no difference.

use fastrand::Rng;
use jiff::Timestamp;
use nightferry_domain::observation::{
    ExecutionState, FailedItem, PhaseStatus, ReportDelivery, TransferFailures, TransferObservation,
};

use crate::faults::{Chance, Kind};

/// The life of one execution.
#[derive(Debug, Clone)]
pub struct Script {
    /// Seconds until it ends by itself; `None` if it never does.
    pub lasts_secs: Option<i64>,
    /// In which way.
    pub ending: Ending,
    /// A word for a state that nobody knows, from these seconds on until its end.
    pub unknown_from_secs: Option<i64>,
    /// Its history goes away this many seconds after its end.
    pub vanishes_after_secs: Option<i64>,
    /// Seconds from its end until the task report is there; `None` for never.
    pub report_after_secs: Option<i64>,
    /// Seconds from a cancellation to the end.
    pub cancel_takes_secs: i64,
    /// Files to carry.
    pub files: i64,
}

/// How an execution ends when nobody cancels it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Everything was carried and verified.
    Good,
    /// There was nothing to carry.
    NothingToDo,
    /// SUCCESS, with fewer files than estimated; the task report names them.
    LeftBehind,
    /// SUCCESS, counts complete, but the task report names a file.
    NamedInReport,
    /// SUCCESS, with `FilesFailed`.
    CountedFailed,
    /// SUCCESS, with files that were not verified; in a batch job, a replica or a row of the report that is not there.
    Unverified,
    /// SUCCESS, with a phase that failed.
    PhaseFailed,
    /// SUCCESS, without a count.
    CountMissing,
    /// ERROR that may pass.
    Broken,
    /// ERROR for want of a permission.
    Denied,
}

impl Script {
    /// Draws the life of an execution; `name` is its tag or its ARN.
    pub fn draw(seed: u64, name: &str, chance: &mut Chance) -> Self {
        let mut rng = Rng::with_seed(seed ^ hash(name));
        let lasts_secs = (!chance.strikes_by(Kind::ExecutionHangs, &mut rng)).then(|| rng.i64(20..3_000));
        let unknown_from_secs = chance.strikes_by(Kind::UnknownState, &mut rng).then(|| rng.i64(1..600));
        let vanishes_after_secs = chance.strikes_by(Kind::ExecutionVanishes, &mut rng).then(|| rng.i64(0..600));
        let report_after_secs = if chance.strikes_by(Kind::ReportNever, &mut rng) {
            None
        } else if chance.strikes_by(Kind::ReportLate, &mut rng) {
            Some(rng.i64(1..290))
        } else {
            Some(0)
        };
        let is_slow = chance.strikes_by(Kind::CancelSlow, &mut rng);
        Self {
            lasts_secs,
            ending: ending(&mut rng, chance),
            unknown_from_secs,
            vanishes_after_secs,
            report_after_secs,
            cancel_takes_secs: if is_slow { rng.i64(600..3_000) } else { rng.i64(1..120) },
            files: rng.i64(1..1_000),
        }
    }
}

/// FNV-1a: the seed's only hash, the same on every machine.
fn hash(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

fn ending(rng: &mut Rng, chance: &mut Chance) -> Ending {
    if chance.strikes_by(Kind::ExecutionFails, rng) {
        return if rng.f64() < 0.2 { Ending::Denied } else { Ending::Broken };
    }
    if chance.strikes_by(Kind::CountsMissing, rng) {
        return Ending::CountMissing;
    }
    if chance.strikes_by(Kind::CountsWrong, rng) {
        let wrong =
            [Ending::LeftBehind, Ending::NamedInReport, Ending::CountedFailed, Ending::Unverified, Ending::PhaseFailed];
        return wrong[rng.usize(0..wrong.len())];
    }
    if rng.f64() < 0.15 { Ending::NothingToDo } else { Ending::Good }
}

/// Ends an execution as its script says. Returns what its task report names.
pub fn end(script: &Script, seen: &mut TransferObservation, now: Timestamp) -> TransferFailures {
    let files = if script.ending == Ending::NothingToDo { 0 } else { script.files };
    seen.state = ExecutionState::Success;
    seen.ended_at = Some(now);
    seen.counts.files_estimated = Some(files);
    seen.counts.files_transferred = Some(files);
    seen.counts.files_verified = Some(files);
    seen.counts.bytes_written = Some(files * 1_000);
    match script.ending {
        Ending::Good | Ending::NothingToDo => TransferFailures::default(),
        Ending::LeftBehind => {
            seen.counts.files_transferred = Some(files - 1);
            seen.counts.files_verified = Some(files - 1);
            one_failed()
        }
        Ending::NamedInReport => one_failed(),
        Ending::CountedFailed => {
            seen.counts.files_failed = Some(1);
            TransferFailures::default()
        }
        Ending::Unverified => {
            seen.counts.files_verified = Some(files - 1);
            TransferFailures::default()
        }
        Ending::PhaseFailed => {
            seen.phases.verify = Some(PhaseStatus::Error);
            TransferFailures::default()
        }
        Ending::CountMissing => {
            match script.files % 3 {
                0 => seen.counts.files_estimated = None,
                1 => seen.counts.files_transferred = None,
                _ => seen.counts.bytes_written = None,
            }
            TransferFailures::default()
        }
        Ending::Broken => broken(seen, "Input/output error"),
        Ending::Denied => broken(seen, "Task failed to access location: Access Denied (Service: S3, Status Code: 403)"),
    }
}

/// Ends an execution that somebody cancelled.
pub fn end_cancelled(seen: &mut TransferObservation, now: Timestamp) {
    seen.ended_at = Some(now);
    let _ = broken(seen, "Task execution was cancelled");
}

fn broken(seen: &mut TransferObservation, words: &str) -> TransferFailures {
    seen.state = ExecutionState::Error;
    seen.error_code = Some("Failure".into());
    seen.error_detail = Some(words.into());
    seen.counts.files_transferred = Some(0);
    seen.counts.files_verified = Some(0);
    seen.counts.bytes_written = Some(0);
    TransferFailures::default()
}

fn one_failed() -> TransferFailures {
    let item = FailedItem {
        path: "ledger/2026.csv".into(),
        phase: "transfer".into(),
        code: "13".into(),
        reason: "Permission denied".into(),
    };
    TransferFailures { count: 1, named: vec![item] }
}

/// The report came, or it can't be delivered any more.
pub fn deliver(seen: &mut TransferObservation) {
    seen.report = ReportDelivery::Delivered;
}
