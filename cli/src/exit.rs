//! What the program's end says: the exit codes, and how every error becomes one.

use std::fmt;

use nightferry_aws::connect::ConnectError;
use nightferry_domain::outcome::Outcome;
use nightferry_workflow::WorkflowError;
use nightferry_workflow::error::PortError;

/// The documented exit codes. A code that is not in this list means failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Everything asked for is done, and safe.
    Ok = 0,
    /// Something failed.
    Failed = 1,
    /// The command line, the plan file or the configuration is wrong.
    Usage = 2,
    /// Some things are safe, some are not.
    Partial = 3,
    /// What was copied is not what was to be copied.
    Mismatch = 4,
    /// A service did not answer; trying again may help.
    Temporary = 5,
    /// A permission or another precondition is missing.
    Preflight = 6,
    /// There is no such run, job or report.
    NotFound = 10,
    /// It runs already.
    AlreadyRunning = 11,
    /// A promised run did not happen, or is late.
    Missed = 12,
    /// Interrupted by the person.
    Interrupted = 130,
}

impl Exit {
    /// The code of a night that ended so.
    pub(crate) fn of_outcome(outcome: Outcome) -> Self {
        match outcome {
            Outcome::NothingToDo | Outcome::Succeeded => Self::Ok,
            Outcome::Partial => Self::Partial,
            Outcome::Failed => Self::Failed,
        }
    }
}

/// An error on its way to the person, with the exit code that it means.
#[derive(Debug)]
pub(crate) struct Failure {
    /// The program's exit code.
    pub(crate) exit: Exit,
    /// What happened, to what, why, and what to do.
    pub(crate) error: anyhow::Error,
}

impl Failure {
    /// A failure in words of our own.
    pub(crate) fn new(exit: Exit, words: impl fmt::Display) -> Self {
        Self { exit, error: anyhow::anyhow!("{words}") }
    }

    /// Something that is not there.
    pub(crate) fn not_found(words: impl fmt::Display) -> Self {
        Self::new(Exit::NotFound, words)
    }

    /// Wrong usage.
    pub(crate) fn usage(words: impl fmt::Display) -> Self {
        Self::new(Exit::Usage, words)
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self { exit: Exit::Failed, error }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self { exit: Exit::Failed, error: error.into() }
    }
}

impl From<ConnectError> for Failure {
    fn from(error: ConnectError) -> Self {
        Self { exit: Exit::Usage, error: error.into() }
    }
}

impl From<PortError> for Failure {
    fn from(error: PortError) -> Self {
        Self { exit: exit_of(&error), error: error.into() }
    }
}

impl From<WorkflowError> for Failure {
    fn from(error: WorkflowError) -> Self {
        let exit = match &error {
            WorkflowError::Port(port) => exit_of(port),
            WorkflowError::Conflict { .. } | WorkflowError::AttemptClaimed { .. } => Exit::Temporary,
            WorkflowError::NotFound { .. } => Exit::NotFound,
            WorkflowError::Invalid { .. } => Exit::Usage,
        };
        Self { exit, error: error.into() }
    }
}

fn exit_of(error: &PortError) -> Exit {
    match error {
        PortError::Retryable { .. } | PortError::Ambiguous { .. } => Exit::Temporary,
        PortError::Missing { .. } => Exit::NotFound,
        PortError::Rejected { code, message, .. } => {
            let is_denied = [code, message].iter().any(|text| {
                let text = text.to_lowercase();
                text.contains("accessdenied") || text.contains("not authorized") || text.contains("denied")
            });
            if is_denied { Exit::Preflight } else { Exit::Failed }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rejected(code: &str) -> Failure {
        PortError::Rejected { service: "DataSync", operation: "CreateTask", code: code.into(), message: "words".into() }
            .into()
    }

    #[test]
    fn each_kind_of_error_has_its_documented_code() {
        assert_eq!(rejected("AccessDeniedException").exit, Exit::Preflight);
        assert_eq!(rejected("InvalidRequestException").exit, Exit::Failed);
        let busy = PortError::Retryable { service: "S3", operation: "PutObject", code: "SlowDown".into() };
        assert_eq!(Failure::from(busy).exit, Exit::Temporary);
        assert_eq!(Failure::from(WorkflowError::NotFound { record: "run".into() }).exit, Exit::NotFound);
        assert_eq!(Failure::from(WorkflowError::Invalid { what: "x".into() }).exit, Exit::Usage);
    }

    #[test]
    fn a_night_says_by_its_code_what_kind_it_was() {
        assert_eq!(Exit::of_outcome(Outcome::NothingToDo) as u8, 0);
        assert_eq!(Exit::of_outcome(Outcome::Partial) as u8, 3);
        assert_eq!(Exit::of_outcome(Outcome::Failed) as u8, 1);
    }
}
