//! Why a version was not replicated, by the codes that notifications and completion reports carry.

use crate::access::Denied;

/// Why a version was not replicated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub(crate) struct Failure {
    /// Such as `DstPutObjectNotPermitted`.
    pub(crate) code: String,
    /// The HTTP status beside it in a report.
    pub(crate) status: u16,
    /// For a person.
    pub(crate) message: String,
}

impl Failure {
    /// A failure with its words.
    pub(crate) fn new(code: &str, status: u16, message: impl Into<String>) -> Self {
        Self { code: code.to_owned(), status, message: message.into() }
    }

    /// What a denied access means where `code` names the missing permission and `gone` the missing bucket.
    pub(crate) fn denied(code: &str, gone: &str, denied: &Denied) -> Self {
        let (code, status) = match denied {
            Denied::Assume { .. } => ("AssumeRoleNotPermitted", 403),
            Denied::Action { .. } => (code, 403),
            Denied::NoBucket { .. } => (gone, 404),
            Denied::Upstream(_) => ("InternalError", 500),
        };
        Self::new(code, status, denied.to_string())
    }

    /// At the source's side.
    pub(crate) fn source(code: &str, denied: &Denied) -> Self {
        Self::denied(code, "SrcBucketNotFound", denied)
    }

    /// At the destination's side.
    pub(crate) fn destination(code: &str, denied: &Denied) -> Self {
        Self::denied(code, "DstBucketNotFound", denied)
    }

    /// No rule takes the version.
    pub(crate) fn not_eligible(key: &str) -> Self {
        Self::new("SrcObjectNotEligible", 400, format!("no enabled rule of the replication configuration takes {key}"))
    }
}
