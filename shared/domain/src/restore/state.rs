//! What AWS Backup says of a restore job.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::ExecutionArn;
use crate::printable::quoted;

/// `DescribeRestoreJob`, as far as an outcome depends on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestoreObservation {
    /// The job.
    pub execution: ExecutionArn,
    /// Where it stands.
    pub state: RestoreState,
    /// `StatusMessage`, without the quotes that it is sometimes wrapped in.
    pub message: Option<String>,
    /// `CreatedResourceArn`: the new machine.
    pub created: Option<String>,
    /// `RecoveryPointArn`
    pub recovery_point: Option<String>,
    /// `BackupSizeInBytes`
    pub bytes: Option<u64>,
    /// `CreationDate`
    pub created_at: Option<Timestamp>,
    /// `CompletionDate`
    pub ended_at: Option<Timestamp>,
}

/// `Status` of a restore job. A word that we do not know is never an end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RestoreState {
    /// `CREATED` (events only), `PENDING` or `RUNNING`.
    InProgress(String),
    /// `COMPLETED`
    Completed,
    /// `ABORTED`
    Aborted,
    /// `FAILED`
    Failed,
    /// A state that this version does not know.
    Unrecognised(String),
}

impl RestoreState {
    /// Reads AWS Backup's word, in any case of letters.
    #[must_use]
    pub fn of(status: &str) -> Self {
        match status.to_ascii_uppercase().as_str() {
            "COMPLETED" => Self::Completed,
            "ABORTED" => Self::Aborted,
            "FAILED" => Self::Failed,
            word @ ("CREATED" | "PENDING" | "RUNNING") => Self::InProgress(word.to_owned()),
            _ => Self::Unrecognised(quoted(status)),
        }
    }

    /// Whether nothing more can happen to the job.
    #[must_use]
    pub fn is_end(&self) -> bool {
        match self {
            Self::Completed | Self::Aborted | Self::Failed => true,
            Self::InProgress(_) | Self::Unrecognised(_) => false,
        }
    }
}

/// A message without the pair of literal quotes that AWS Backup's events wrap it in; `None` where nothing is left.
#[must_use]
pub fn unquoted(message: &str) -> Option<String> {
    let plain = message.trim();
    let inner = plain.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(plain).trim();
    (!inner.is_empty()).then(|| inner.to_owned())
}
