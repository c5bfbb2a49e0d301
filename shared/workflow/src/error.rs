//! What can go wrong outside, in the three kinds that callers tell apart.

use serde::Serialize;

/// A port's refusal. Three kinds, because a caller does three different things.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum PortError {
    /// The request was not carried out: try again.
    #[error("{service} is busy with {operation}: {code}")]
    Retryable {
        /// For example `DataSync`.
        service: &'static str,
        /// For example `StartTaskExecution`.
        operation: &'static str,
        /// The service's code.
        code: String,
    },
    /// No usable reply came, so the request may have been carried out: look before trying again.
    #[error("{service} gave no reply to {operation}: {code}")]
    Ambiguous {
        /// For example `DataSync`.
        service: &'static str,
        /// For example `StartTaskExecution`.
        operation: &'static str,
        /// What was seen of the failure.
        code: String,
    },
    /// The request can't succeed as it is.
    #[error("{service} refused {operation}: {code}: {message}")]
    Rejected {
        /// For example `DataSync`.
        service: &'static str,
        /// For example `StartTaskExecution`.
        operation: &'static str,
        /// The service's code.
        code: String,
        /// The service's words.
        message: String,
    },
    /// What was asked for is not there.
    #[error("{service} does not know what {operation} asked for: {message}")]
    Missing {
        /// For example `DataSync`.
        service: &'static str,
        /// For example `DescribeTaskExecution`.
        operation: &'static str,
        /// The service's words.
        message: String,
    },
}

/// Why a use case could not be carried out now. Calling it again is always safe.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WorkflowError {
    /// Something outside did not answer as needed.
    #[error(transparent)]
    Port(#[from] PortError),
    /// Another invocation changed the record at the same time: read it again and go on.
    #[error("{record} was changed by another invocation at the same time")]
    Conflict {
        /// Which record.
        record: String,
    },
    /// Another invocation claimed the attempt and may still be starting it.
    #[error("attempt {attempt} is claimed by another invocation until {until}")]
    AttemptClaimed {
        /// The attempt.
        attempt: String,
        /// The end of its lease.
        until: jiff::Timestamp,
    },
    /// There is no such record.
    #[error("{record} is not in the run table")]
    NotFound {
        /// Which record.
        record: String,
    },
    /// The input or a stored document does not make sense.
    #[error("{what}")]
    Invalid {
        /// What is wrong, with the field.
        what: String,
    },
}

impl WorkflowError {
    /// The error's name for the state machine. `statemachines/nightly-run.asl.json` matches these, a test compares them.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Port(PortError::Retryable { .. } | PortError::Ambiguous { .. }) | Self::Conflict { .. } => {
                "Nightferry.Retryable"
            }
            Self::AttemptClaimed { .. } => "Nightferry.AttemptClaimed",
            Self::NotFound { .. } | Self::Port(PortError::Missing { .. }) => "Nightferry.NotFound",
            Self::Port(PortError::Rejected { .. }) | Self::Invalid { .. } => "Nightferry.Rejected",
        }
    }

    /// Every name that [`Self::name`] can give.
    pub const NAMES: [&'static str; 4] =
        ["Nightferry.Retryable", "Nightferry.AttemptClaimed", "Nightferry.NotFound", "Nightferry.Rejected"];
}
