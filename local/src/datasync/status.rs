//! The states of an execution and of its phases.

/// Where an execution is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    /// Waits for another execution of its task.
    Queued,
    /// Gets its network interfaces and workers.
    Launching,
    /// Lists and compares.
    Preparing,
    /// Moves bytes.
    Transferring,
    /// Compares what was moved.
    Verifying,
    /// Ended well.
    Success,
    /// Ended badly.
    Error,
    /// Ends because somebody said so.
    Cancelling,
}

impl Status {
    /// The word on the wire.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Queued => "QUEUED",
            Self::Launching => "LAUNCHING",
            Self::Preparing => "PREPARING",
            Self::Transferring => "TRANSFERRING",
            Self::Verifying => "VERIFYING",
            Self::Success => "SUCCESS",
            Self::Error => "ERROR",
            Self::Cancelling => "CANCELLING",
        }
    }

    /// Whether nothing comes after it.
    pub(super) fn is_end(self) -> bool {
        matches!(self, Self::Success | Self::Error)
    }

    /// Whether it occupies its task.
    pub(super) fn is_running(self) -> bool {
        !self.is_end() && self != Self::Queued
    }
}

/// How a phase went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Phase {
    /// Not ended yet.
    #[default]
    Pending,
    /// Ended well.
    Success,
    /// Ended badly.
    Error,
}

impl Phase {
    /// The word on the wire.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Success => "SUCCESS",
            Self::Error => "ERROR",
        }
    }
}
