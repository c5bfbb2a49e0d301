//! AWS Backup's states in our types. Which of them are ends is said once, here; one that we do not know never is.

use serde::{Deserialize, Serialize};

macro_rules! states {
    ($(#[$doc:meta])* $name:ident { $($(#[$state_doc:meta])* $state:ident $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(from = "String", into = "String")]
        pub enum $name {
            $($(#[$state_doc])* $state,)+
            /// A state that this version does not know.
            Unrecognised(String),
        }

        impl $name {
            /// Every state that the service documents.
            pub const KNOWN: &'static [Self] = &[$(Self::$state),+];

            /// Reads the service's word, in any case of letters.
            #[must_use]
            pub fn of(word: &str) -> Self {
                $(if word.eq_ignore_ascii_case($word) { return Self::$state; })+
                Self::Unrecognised(word.chars().take(40).collect())
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

        impl From<String> for $name {
            fn from(word: String) -> Self {
                Self::of(&word)
            }
        }

        impl From<$name> for String {
            fn from(state: $name) -> Self {
                state.word().to_owned()
            }
        }
    };
}

states! {
    /// `State` of a backup job.
    BackupState {
        /// Waits within its start window.
        Created "CREATED",
        /// Is about to begin.
        Pending "PENDING",
        /// Takes the snapshots.
        Running "RUNNING",
        /// Somebody stopped it.
        Aborting "ABORTING",
        /// It was stopped.
        Aborted "ABORTED",
        /// There is a recovery point; a message may say what is wrong with it.
        Completed "COMPLETED",
        /// There is none.
        Failed "FAILED",
        /// It did not begin, or not end, within its window.
        Expired "EXPIRED",
        /// Parts of it failed.
        Partial "PARTIAL",
    }
}

states! {
    /// `State` of a copy job.
    CopyState {
        /// Waits.
        Created "CREATED",
        /// Copies.
        Running "RUNNING",
        /// Is about to end well.
        Completing "COMPLETING",
        /// The copy is there.
        Completed "COMPLETED",
        /// Is about to fail.
        Failing "FAILING",
        /// There is no copy.
        Failed "FAILED",
        /// Somebody stopped it.
        Aborting "ABORTING",
        /// It was stopped.
        Aborted "ABORTED",
        /// Parts of it are missing.
        Partial "PARTIAL",
    }
}

states! {
    /// `Status` of a recovery point.
    PointStatus {
        /// Is being made.
        Creating "CREATING",
        /// Whole.
        Completed "COMPLETED",
        /// In use by a continuous backup.
        Available "AVAILABLE",
        /// Nested points are missing.
        Partial "PARTIAL",
        /// Is being deleted.
        Deleting "DELETING",
        /// Past its time, but AWS Backup may not delete it: it costs money.
        Expired "EXPIRED",
        /// A continuous backup was interrupted.
        Stopped "STOPPED",
    }
}

impl BackupState {
    /// Whether nothing more can happen to the job.
    #[must_use]
    pub fn is_end(&self) -> bool {
        match self {
            Self::Aborted | Self::Completed | Self::Failed | Self::Expired | Self::Partial => true,
            Self::Created | Self::Pending | Self::Running | Self::Aborting | Self::Unrecognised(_) => false,
        }
    }
}

impl CopyState {
    /// Whether nothing more can happen to the copy job.
    #[must_use]
    pub fn is_end(&self) -> bool {
        match self {
            Self::Completed | Self::Failed | Self::Aborted | Self::Partial => true,
            Self::Created
            | Self::Running
            | Self::Completing
            | Self::Failing
            | Self::Aborting
            | Self::Unrecognised(_) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_states_of_a_backup_job_are_ends_and_an_unknown_one_is_not() {
        let ends: Vec<&str> = BackupState::KNOWN.iter().filter(|state| state.is_end()).map(BackupState::word).collect();
        assert_eq!(ends, ["ABORTED", "COMPLETED", "FAILED", "EXPIRED", "PARTIAL"]);
        assert!(!BackupState::of("DONE").is_end());
    }

    #[test]
    fn a_copy_that_is_completing_has_not_ended() {
        assert!(!CopyState::of("completing").is_end());
        assert!(CopyState::of("completed").is_end());
        assert!(!CopyState::of("COPIED").is_end());
    }

    #[test]
    fn a_state_is_stored_as_the_services_word() {
        for state in PointStatus::KNOWN {
            let stored = serde_json::to_string(state).unwrap();
            assert_eq!(serde_json::from_str::<PointStatus>(&stored).unwrap(), *state);
        }
    }
}
