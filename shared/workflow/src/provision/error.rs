//! Why `plan`, `apply` or `destroy` stopped, with cause and fix.

use nightferry_domain::diagnosis::{Evidence, diagnose_change};
use nightferry_domain::outcome::Cause;
use nightferry_domain::provision::{Change, Kind, Refusal, Step};

use crate::error::PortError;

/// Why it stopped.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProvisionError {
    /// Nothing was done, and nothing will be while these stand.
    #[error("nothing was changed: {}", list(.0))]
    Refused(Vec<Refusal>),
    /// The account could not be looked at, so nothing was changed.
    #[error("nothing was changed, because the account could not be looked at: {refusal}")]
    Unseen {
        /// What the service said.
        refusal: Box<PortError>,
        /// Why and what to do, where the catalogue knows it.
        cause: Box<Cause>,
    },
    /// A step failed. What was done before stands; `apply` (or `destroy`) again goes on from there.
    #[error(
        "could not {words} {name} (step {number} of {of}): {refusal}; what was done before stands, run it again to go on"
    )]
    Step {
        /// For example `create the role`.
        words: &'static str,
        /// What kind of thing.
        kind: Kind,
        /// Its name.
        name: String,
        /// 1 for the first.
        number: usize,
        /// Steps in all.
        of: usize,
        /// What the service said.
        refusal: Box<PortError>,
        /// Why and what to do, where the catalogue knows it.
        cause: Box<Cause>,
    },
}

impl ProvisionError {
    pub(super) const fn refused(refusals: Vec<Refusal>) -> Self {
        Self::Refused(refusals)
    }

    pub(super) fn unseen(refusal: PortError) -> Self {
        Self::Unseen { cause: Box::new(cause(&refusal)), refusal: Box::new(refusal) }
    }

    pub(super) fn step(change: &Change, step: &Step, (taken, of): (usize, usize), refusal: PortError) -> Self {
        Self::Step {
            words: step.words(),
            kind: change.kind,
            name: change.name.clone(),
            number: taken + 1,
            of,
            cause: Box::new(cause(&refusal)),
            refusal: Box::new(refusal),
        }
    }

    /// Why it happened and what to do, where a service refused.
    #[must_use]
    pub fn cause(&self) -> Option<&Cause> {
        match self {
            Self::Refused(_) => None,
            Self::Unseen { cause, .. } | Self::Step { cause, .. } => Some(cause),
        }
    }
}

fn cause(refusal: &PortError) -> Cause {
    let (code, message) = match refusal {
        PortError::Retryable { code, .. } | PortError::Ambiguous { code, .. } => (code.as_str(), ""),
        PortError::Rejected { code, message, .. } => (code.as_str(), message.as_str()),
        PortError::Missing { message, .. } => ("", message.as_str()),
    };
    let evidence = Evidence { code, message };
    diagnose_change(&evidence).cause(&evidence)
}

fn list(refusals: &[Refusal]) -> String {
    refusals.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
