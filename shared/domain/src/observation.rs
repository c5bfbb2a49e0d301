//! What a service says of an execution, in our words. An adapter fills it in; nothing here is guessed.

use serde::{Deserialize, Serialize};

use crate::ids::ExecutionArn;

/// DataSync's answer to `DescribeTaskExecution`, as far as an outcome depends on it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TransferObservation {
    /// The execution.
    pub execution: ExecutionArn,
    /// Where it stands.
    pub state: ExecutionState,
    /// Every count the service gave; a count that it did not give is `None`, never zero.
    pub counts: TransferCounts,
    /// `Result.TransferStatus` and the other phases.
    pub phases: PhaseResults,
    /// `Result.ErrorCode`.
    pub error_code: Option<String>,
    /// `Result.ErrorDetail`.
    pub error_detail: Option<String>,
    /// Whether and how the task report was delivered.
    pub report: ReportDelivery,
    /// When it really began.
    pub launched_at: Option<jiff::Timestamp>,
    /// When it ended.
    pub ended_at: Option<jiff::Timestamp>,
}

/// The state of an execution. Only two of them are ends; one that we do not know never is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ExecutionState {
    /// Queued, launching, preparing, transferring, verifying or cancelling; the service's own word for it.
    InProgress(String),
    /// `SUCCESS`
    Success,
    /// `ERROR`
    Error,
    /// A state that this version does not know. It stays in progress until the job's deadline.
    Unrecognised(String),
}

impl ExecutionState {
    /// Reads DataSync's `Status`, in any case of letters.
    #[must_use]
    pub fn of_datasync(status: &str) -> Self {
        match status.to_ascii_uppercase().as_str() {
            "SUCCESS" => Self::Success,
            "ERROR" => Self::Error,
            "QUEUED" | "LAUNCHING" | "LAUNCHED" | "PREPARING" | "TRANSFERRING" | "VERIFYING" | "CANCELLING" => {
                Self::InProgress(status.to_ascii_uppercase())
            }
            _ => Self::Unrecognised(status.chars().take(40).collect()),
        }
    }

    /// Whether nothing more can happen to the execution.
    #[must_use]
    pub fn is_end(&self) -> bool {
        match self {
            Self::Success | Self::Error => true,
            Self::InProgress(_) | Self::Unrecognised(_) => false,
        }
    }
}

/// Counts of one execution. In Basic mode a directory counts as a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransferCounts {
    /// `EstimatedFilesToTransfer`
    pub files_estimated: Option<i64>,
    /// `EstimatedFilesToDelete`. In Basic mode the estimate above contains these, too.
    #[serde(default)]
    pub files_to_delete_estimated: Option<i64>,
    /// `FilesTransferred`
    pub files_transferred: Option<i64>,
    /// `FilesVerified`
    pub files_verified: Option<i64>,
    /// `FilesSkipped`
    pub files_skipped: Option<i64>,
    /// `FilesDeleted`
    pub files_deleted: Option<i64>,
    /// Sum of `FilesFailed`, Enhanced mode only.
    pub files_failed: Option<i64>,
    /// `EstimatedBytesToTransfer`
    pub bytes_estimated: Option<i64>,
    /// `BytesWritten`
    pub bytes_written: Option<i64>,
    /// `BytesTransferred`
    pub bytes_transferred: Option<i64>,
}

/// `Result.*Status`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhaseResults {
    /// `PrepareStatus`
    pub prepare: Option<PhaseStatus>,
    /// `TransferStatus`
    pub transfer: Option<PhaseStatus>,
    /// `VerifyStatus`
    pub verify: Option<PhaseStatus>,
}

impl PhaseResults {
    /// The first phase that the service says failed.
    #[must_use]
    pub fn failed(&self) -> Option<&'static str> {
        [("prepare", &self.prepare), ("transfer", &self.transfer), ("verify", &self.verify)]
            .into_iter()
            .find(|(_, status)| **status == Some(PhaseStatus::Error))
            .map(|(phase, _)| phase)
    }
}

/// DataSync's `PhaseStatus`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PhaseStatus {
    /// `PENDING`
    Pending,
    /// `SUCCESS`
    Success,
    /// `ERROR`
    Error,
    /// A word that this version does not know.
    Unrecognised(String),
}

/// `ReportResult`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReportDelivery {
    /// The execution writes none.
    NotAsked,
    /// Asked for, not delivered yet.
    Pending,
    /// Delivered.
    Delivered,
    /// Could not be delivered: the service's words.
    Failed(String),
}

/// What the task report names, at the level of errors.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransferFailures {
    /// All failed items, also those that are not named.
    pub count: u64,
    /// The first of them, at most [`crate::limits::FAILED_ITEMS_NAMED_MAX`].
    pub named: Vec<FailedItem>,
}

/// One file, directory or object that the service could not carry.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FailedItem {
    /// Path relative to the location.
    pub path: String,
    /// `transfer`, `verify`, `delete` or `skip`.
    pub phase: String,
    /// The service's code.
    pub code: String,
    /// The service's words.
    pub reason: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_known_in_any_case_of_letters() {
        assert_eq!(ExecutionState::of_datasync("Success"), ExecutionState::Success);
        assert_eq!(ExecutionState::of_datasync("error"), ExecutionState::Error);
        for word in ["QUEUED", "LAUNCHING", "LAUNCHED", "PREPARING", "TRANSFERRING", "VERIFYING", "CANCELLING"] {
            assert_eq!(ExecutionState::of_datasync(word), ExecutionState::InProgress(word.into()));
        }
        assert_eq!(ExecutionState::of_datasync("DONE"), ExecutionState::Unrecognised("DONE".into()));
    }

    #[test]
    fn only_success_and_error_are_ends() {
        for (word, is_end) in [("SUCCESS", true), ("ERROR", true), ("VERIFYING", false), ("DONE", false)] {
            assert_eq!(ExecutionState::of_datasync(word).is_end(), is_end, "{word}");
        }
    }

    #[test]
    fn the_first_phase_that_failed_is_named() {
        let failed = Some(PhaseStatus::Error);
        let mut phases = PhaseResults { transfer: failed.clone(), verify: failed, ..PhaseResults::default() };
        assert_eq!(phases.failed(), Some("transfer"));
        phases.transfer = Some(PhaseStatus::Success);
        assert_eq!(phases.failed(), Some("verify"));
    }
}
