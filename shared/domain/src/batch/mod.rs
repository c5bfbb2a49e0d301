//! S3 Batch Operations: what a job is ordered to do, what the service says of it, what lets it through, how it ended.

pub mod completion;
pub mod confirm;
pub mod judge;
pub mod listing;
pub mod new_objects;
pub mod order;
#[cfg(test)]
mod tests;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::ExecutionArn;
use order::BatchTerms;

/// S3 Control's answer to `DescribeJob`, as far as anything depends on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchObservation {
    /// The job.
    pub execution: ExecutionArn,
    /// Where it stands.
    pub state: BatchState,
    /// `Description`: who ordered it, in [`order::BatchOrder`]'s words.
    pub description: Option<String>,
    /// What it was created to do, as far as the service repeats it.
    pub terms: BatchTerms,
    /// Every count the service gave; a count that it did not give is `None`, never zero.
    pub counts: BatchCounts,
    /// `FailureReasons`
    pub failures: Vec<FailureReason>,
    /// `SuspendedCause`
    pub suspended_cause: Option<String>,
    /// `StatusUpdateReason`: the words of whoever changed its status last.
    pub update_reason: Option<String>,
    /// Where the list of its objects lies, once it is made.
    pub manifest: Option<ManifestPlace>,
    /// `CreationTime`
    pub created_at: Option<Timestamp>,
    /// `TerminationDate`
    pub ended_at: Option<Timestamp>,
}

/// `ProgressSummary`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BatchCounts {
    /// `TotalNumberOfTasks`: objects that were listed.
    pub total: Option<u64>,
    /// `NumberOfTasksSucceeded`
    pub succeeded: Option<u64>,
    /// `NumberOfTasksFailed`
    pub failed: Option<u64>,
}

/// One of `FailureReasons`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailureReason {
    /// `FailureCode`
    pub code: String,
    /// `FailureReason`
    pub reason: String,
}

/// The object that lists a job's objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManifestPlace {
    /// Its bucket.
    pub bucket: String,
    /// Its key.
    pub key: String,
}

macro_rules! states {
    ($($(#[$doc:meta])* $state:ident $word:literal),+ $(,)?) => {
        /// `JobStatus`. Only three of them are ends; one that we do not know never is.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(from = "String", into = "String")]
        pub enum BatchState {
            $($(#[$doc])* $state,)+
            /// A state that this version does not know. It stays in progress until the job's deadline.
            Unrecognised(String),
        }

        impl BatchState {
            /// Every state that the service documents.
            pub const KNOWN: &'static [Self] = &[$(Self::$state),+];

            /// Reads `Status`, in any case of letters.
            #[must_use]
            pub fn of(status: &str) -> Self {
                $(if status.eq_ignore_ascii_case($word) { return Self::$state; })+
                Self::Unrecognised(status.chars().take(40).collect())
            }

            /// The service's word.
            #[must_use]
            pub fn word(&self) -> &str {
                match self {
                    $(Self::$state => $word,)+
                    Self::Unrecognised(word) => word,
                }
            }
        }
    };
}

states! {
    /// Created; nothing was looked at yet.
    New "New",
    /// The list of its objects is being made.
    Preparing "Preparing",
    /// The list is there; it waits to be confirmed, for 30 days at most.
    Suspended "Suspended",
    /// Confirmed; waits for its turn.
    Ready "Ready",
    /// Copies.
    Active "Active",
    /// Gives way to a job of a higher priority.
    Pausing "Pausing",
    /// Has given way.
    Paused "Paused",
    /// Every object was tried; the report is being written.
    Completing "Completing",
    /// Every object was tried. Not: every object was copied.
    Complete "Complete",
    /// Is about to fail.
    Failing "Failing",
    /// Could not begin, or gave up.
    Failed "Failed",
    /// Is about to be cancelled.
    Cancelling "Cancelling",
    /// Somebody cancelled it.
    Cancelled "Cancelled",
}

impl From<String> for BatchState {
    fn from(word: String) -> Self {
        Self::of(&word)
    }
}

impl From<BatchState> for String {
    fn from(state: BatchState) -> Self {
        state.word().to_owned()
    }
}

impl BatchState {
    /// Whether nothing more can happen to the job.
    #[must_use]
    pub fn is_end(&self) -> bool {
        match self {
            Self::Complete | Self::Failed | Self::Cancelled => true,
            Self::New
            | Self::Preparing
            | Self::Suspended
            | Self::Ready
            | Self::Active
            | Self::Pausing
            | Self::Paused
            | Self::Completing
            | Self::Failing
            | Self::Cancelling
            | Self::Unrecognised(_) => false,
        }
    }

    /// Whether somebody has let it through: it can't wait for a confirmation any more.
    #[must_use]
    pub fn is_let_through(&self) -> bool {
        match self {
            Self::Ready | Self::Active | Self::Pausing | Self::Paused | Self::Completing | Self::Complete => true,
            Self::New
            | Self::Preparing
            | Self::Suspended
            | Self::Failing
            | Self::Failed
            | Self::Cancelling
            | Self::Cancelled
            | Self::Unrecognised(_) => false,
        }
    }
}

/// A job as `ListJobs` shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedBatchJob {
    /// The job.
    pub execution: ExecutionArn,
    /// Its description, by which ours are known.
    pub description: Option<String>,
    /// Where it stands; lists may lag behind Describe.
    pub state: BatchState,
    /// How many objects it listed.
    pub total: Option<u64>,
    /// When it was created.
    pub created_at: Option<Timestamp>,
}

/// What S3 says of an object's replication, on a HEAD of the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReplicaState {
    /// `COMPLETED`: it is at its destination.
    Completed,
    /// `PENDING`: on its way.
    Pending,
    /// `FAILED`: it is not at its destination.
    Failed,
    /// The version is not there any more.
    Gone,
    /// It is a delete marker, and of those S3 tells no status.
    Marker,
    /// No status, or one that this version does not know.
    Unproved(String),
}

/// What looking at some of the copied objects showed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sample {
    /// Each object that was looked at, with what S3 says of it.
    pub looked_at: Vec<(completion::ObjectVersion, ReplicaState)>,
}
