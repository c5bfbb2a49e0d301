//! The thirteen states of a job and the ways between them.

/// A job's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    New,
    Preparing,
    Suspended,
    Ready,
    Active,
    Pausing,
    Paused,
    Completing,
    Complete,
    Cancelling,
    Cancelled,
    Failing,
    Failed,
}

/// All of them.
pub(super) const ALL: [Status; 13] = [
    Status::New,
    Status::Preparing,
    Status::Suspended,
    Status::Ready,
    Status::Active,
    Status::Pausing,
    Status::Paused,
    Status::Completing,
    Status::Complete,
    Status::Cancelling,
    Status::Cancelled,
    Status::Failing,
    Status::Failed,
];

impl Status {
    /// As the API spells it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::New => "New",
            Self::Preparing => "Preparing",
            Self::Suspended => "Suspended",
            Self::Ready => "Ready",
            Self::Active => "Active",
            Self::Pausing => "Pausing",
            Self::Paused => "Paused",
            Self::Completing => "Completing",
            Self::Complete => "Complete",
            Self::Cancelling => "Cancelling",
            Self::Cancelled => "Cancelled",
            Self::Failing => "Failing",
            Self::Failed => "Failed",
        }
    }

    /// Whether nothing comes after it.
    pub(super) fn is_end(self) -> bool {
        matches!(self, Self::Complete | Self::Cancelled | Self::Failed)
    }

    /// Whether a caller may cancel.
    pub(super) fn may_be_cancelled(self) -> bool {
        self.may_become(Self::Cancelling)
    }

    /// Whether the job may go on to that state.
    pub(super) fn may_become(self, next: Self) -> bool {
        match next {
            Self::New => false,
            Self::Preparing => self == Self::New,
            Self::Suspended => self == Self::Preparing,
            Self::Ready => matches!(self, Self::Preparing | Self::Suspended),
            Self::Active => matches!(self, Self::Ready | Self::Paused),
            Self::Pausing => self == Self::Active,
            Self::Paused => self == Self::Pausing,
            Self::Completing => self == Self::Active,
            Self::Complete => self == Self::Completing,
            Self::Cancelling => !self.is_end() && !matches!(self, Self::Cancelling | Self::Failing | Self::Completing),
            Self::Cancelled => self == Self::Cancelling,
            Self::Failing => !self.is_end() && !matches!(self, Self::Cancelling | Self::Failing),
            Self::Failed => self == Self::Failing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ended_job_goes_nowhere_and_nobody_comes_back_to_suspended() {
        for end in ALL.into_iter().filter(|status| status.is_end()) {
            assert!(ALL.into_iter().all(|next| !end.may_become(next)), "{}", end.word());
        }
        let into_suspended: Vec<_> = ALL.into_iter().filter(|from| from.may_become(Status::Suspended)).collect();
        assert_eq!(into_suspended, [Status::Preparing]);
    }
}
