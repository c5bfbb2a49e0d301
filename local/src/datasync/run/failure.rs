//! What goes wrong with one item, and what ends an execution.

use std::io;

use crate::access::Denied;
use crate::upstream::UpstreamError;

/// Why one item was not listed, transferred, verified or deleted. The execution goes on without it.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{reason}")]
pub(super) struct Failure {
    /// The sentence of logs and task reports.
    pub(super) reason: String,
    /// The service's code where an S3 action was refused.
    pub(super) code: Option<&'static str>,
}

impl Failure {
    /// A failure told by a sentence.
    pub(super) fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), code: None }
    }

    /// An operation of this machine's file system that failed on `path`.
    pub(super) fn io(action: &str, path: &str, error: &io::Error) -> Self {
        let why = if error.kind() == io::ErrorKind::NotFound {
            "No such file or directory".to_owned()
        } else if error.kind() == io::ErrorKind::PermissionDenied {
            "Permission denied".to_owned()
        } else {
            error.to_string()
        };
        Self::new(format!("Failed to {action} {path}: {why}"))
    }

    /// An S3 action that was refused or failed on `path`.
    pub(super) fn s3(action: &'static str, path: &str, denied: &Denied) -> Self {
        let (name, code) = named(action);
        let status = match denied {
            Denied::Action { .. } | Denied::Assume { .. } => "403: Access Denied".to_owned(),
            Denied::NoBucket { .. } => "404: NoSuchBucket".to_owned(),
            Denied::Upstream(UpstreamError::Refused { status, code, .. }) => format!("{status}: {code}"),
            Denied::Upstream(error) => error.to_string(),
        };
        Self {
            reason: format!("{name} Failed on {path}: op={} code={status}", action.trim_start_matches("s3:")),
            code: Some(code),
        }
    }
}

/// The service's name and code of a failed S3 action.
pub(super) fn named(action: &str) -> (&'static str, &'static str) {
    match action {
        "s3:ListBucket" => ("S3 Head Bucket", "FsS3HeadBucketFailed"),
        "s3:HeadObject" => ("S3 Head Object", "FsS3HeadObjectFailed"),
        "s3:GetObject" | "s3:GetObjectVersion" => ("S3 Get Object", "FsS3GetObjectFailed"),
        "s3:PutObject" => ("S3 Put Object", "FsS3PutObjectFailed"),
        "s3:DeleteObject" => ("S3 Delete Object", "FsS3DeleteObjectFailed"),
        "s3:GetObjectTagging" => ("S3 Get Object Tagging", "FsS3GetObjectTaggingFailed"),
        "s3:PutObjectTagging" => ("S3 Put Object Tagging", "FsS3PutObjectTaggingFailed"),
        _ => ("S3 Request", "FsS3RequestFailed"),
    }
}

/// Why an execution ends before its phases do.
#[derive(Debug, Clone, thiserror::Error)]
pub(super) enum Stop {
    /// Somebody cancelled it.
    #[error("cancelled")]
    Cancelled,
    /// It cannot go on.
    #[error("{code}: {detail}")]
    Failed {
        /// `Result.ErrorCode`.
        code: String,
        /// `Result.ErrorDetail`.
        detail: String,
    },
}

impl Stop {
    /// A location that cannot be reached or listed.
    pub(super) fn location(location: &str, action: &str, denied: &Denied) -> Self {
        let code = match denied {
            Denied::Assume { .. } => "SyncTaskErrorLocationNotAdded",
            Denied::Action { .. } => named(action).1,
            Denied::NoBucket { .. } | Denied::Upstream(_) => "FsS3UnableToConnectToEndpoint",
        };
        Self::Failed { code: code.to_owned(), detail: format!("Task failed to access location {location}: {denied}") }
    }
}
