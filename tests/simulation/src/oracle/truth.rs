//! An independent recount: what is safe by the service's own last word.

use nightferry_domain::job_spec::{Transfer, Verify};
use nightferry_domain::observation::{
    ExecutionState, PhaseStatus, ReportDelivery, TransferFailures, TransferObservation,
};

/// Whether everything that was to be carried was carried and verified, and nothing speaks against it.
pub(super) fn is_safe(transfer: &Transfer, seen: &TransferObservation, named: Option<&TransferFailures>) -> bool {
    let counts = &seen.counts;
    let (Some(estimated), Some(carried), Some(_)) =
        (counts.files_estimated, counts.files_transferred, counts.bytes_written)
    else {
        return false;
    };
    let verified = counts.files_verified.unwrap_or(0);
    let phases = [&seen.phases.prepare, &seen.phases.transfer, &seen.phases.verify];
    seen.state == ExecutionState::Success
        && carried >= estimated
        && (carried == 0 || (transfer.verify != Verify::None && verified >= carried))
        && counts.files_failed.unwrap_or(0) == 0
        && phases.iter().all(|phase| **phase != Some(PhaseStatus::Error))
        && seen.report == ReportDelivery::Delivered
        && named.is_some_and(|named| named.count == 0)
}
