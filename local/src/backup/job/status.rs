//! The states of a backup job, and which may follow which.

/// Where a backup job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::backup) enum Status {
    Created,
    Pending,
    Running,
    Aborting,
    Aborted,
    Completed,
    Failed,
    Expired,
    Partial,
}

/// All of them.
pub(in crate::backup) const ALL: [Status; 9] = [
    Status::Created,
    Status::Pending,
    Status::Running,
    Status::Aborting,
    Status::Aborted,
    Status::Completed,
    Status::Failed,
    Status::Expired,
    Status::Partial,
];

impl Status {
    /// As the API spells it.
    pub(in crate::backup) fn word(self) -> &'static str {
        match self {
            Self::Created => "CREATED",
            Self::Pending => "PENDING",
            Self::Running => "RUNNING",
            Self::Aborting => "ABORTING",
            Self::Aborted => "ABORTED",
            Self::Completed => "COMPLETED",
            Self::Failed => "FAILED",
            Self::Expired => "EXPIRED",
            Self::Partial => "PARTIAL",
        }
    }

    /// The state of that spelling.
    pub(in crate::backup) fn read(word: &str) -> Option<Self> {
        ALL.into_iter().find(|status| status.word() == word)
    }

    /// Whether nothing comes after it.
    pub(in crate::backup) fn is_end(self) -> bool {
        matches!(self, Self::Aborted | Self::Completed | Self::Failed | Self::Expired | Self::Partial)
    }

    /// Whether it holds its resource, so that no other job of the same one runs.
    pub(in crate::backup) fn holds_resource(self) -> bool {
        matches!(self, Self::Pending | Self::Running | Self::Aborting)
    }

    /// Whether a job may go on to that state.
    pub(in crate::backup) fn may_become(self, next: Self) -> bool {
        match next {
            Self::Created => false,
            Self::Pending => self == Self::Created,
            Self::Running => self == Self::Pending,
            Self::Aborting => matches!(self, Self::Created | Self::Pending | Self::Running),
            Self::Aborted => self == Self::Aborting,
            Self::Completed | Self::Partial => self == Self::Running,
            Self::Failed | Self::Expired => matches!(self, Self::Created | Self::Pending | Self::Running),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ended_job_goes_nowhere_and_a_stopped_one_only_ends_stopped() {
        for end in ALL.into_iter().filter(|status| status.is_end()) {
            assert!(ALL.into_iter().all(|next| !end.may_become(next)), "{}", end.word());
        }
        let after: Vec<_> = ALL.into_iter().filter(|next| Status::Aborting.may_become(*next)).collect();
        assert_eq!(after, [Status::Aborted]);
        assert_eq!(Status::read("EXPIRED"), Some(Status::Expired));
    }
}
