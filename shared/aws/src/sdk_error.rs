//! The one place where an SDK's error becomes ours.

use std::error::Error;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::{DispatchFailure, SdkError};
use aws_smithy_types::error::display::DisplayErrorContext;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use nightferry_workflow::error::PortError;

/// Codes by which a service says: not now.
const BUSY: [&str; 23] = [
    "BandwidthLimitExceeded",
    "Busy",
    "ConcurrentModification",
    "ConditionalRequestConflict",
    "ExecutionLimitExceeded",
    "KMSThrottling",
    "KmsThrottlingException",
    "OperationAborted",
    "OperationAbortedException",
    "ProvisionedThroughputExceededException",
    "ReplicatedWriteConflictException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "Throttled",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequests",
    "TooManyRequestsException",
    "TransactionConflictException",
    "TransactionInProgressException",
];
/// Codes by which a service says: it went wrong here. Some services send them with a status below 500.
const BROKEN: [&str; 12] = [
    "InternalError",
    "InternalException",
    "InternalFailure",
    "InternalServerError",
    "InternalServerException",
    "InternalServiceException",
    "RequestAbortedException",
    "RequestTimeout",
    "RequestTimeoutException",
    "ServiceFailure",
    "ServiceUnavailable",
    "ServiceUnavailableException",
];
/// Codes by which a service says: there is no such thing.
const MISSING: [&str; 21] = [
    "AccessPointNotFound",
    "ExecutionDoesNotExist",
    "FileSystemNotFound",
    "MountTargetNotFound",
    "NoSuchBucket",
    "NoSuchBucketPolicy",
    "NoSuchEntity",
    "NoSuchEntityException",
    "NoSuchJob",
    "NoSuchKey",
    "NoSuchPublicAccessBlockConfiguration",
    "NoSuchVersion",
    "NotFound",
    "NotFoundException",
    "ObjectLockConfigurationNotFoundError",
    "OwnershipControlsNotFoundError",
    "ReplicationConfigurationNotFoundError",
    "ResourceNotFoundException",
    "ServerSideEncryptionConfigurationNotFoundError",
    "StateMachineDoesNotExist",
    "TaskDoesNotExist",
];

/// What sending a call a second time would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Nothing: it only looks.
    Read,
    /// Nothing more than sending it once.
    IdempotentWrite,
    /// Perhaps begin the same thing twice.
    Start,
}

/// One call of one service, named as the service names it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Call {
    service: &'static str,
    operation: &'static str,
    kind: Kind,
}

impl Call {
    /// A call that only looks.
    pub(crate) const fn read(service: &'static str, operation: &'static str) -> Self {
        Self { service, operation, kind: Kind::Read }
    }

    /// A call that may be sent again.
    pub(crate) const fn write(service: &'static str, operation: &'static str) -> Self {
        Self { service, operation, kind: Kind::IdempotentWrite }
    }

    /// A call that must not be sent again without looking first.
    pub(crate) const fn start(service: &'static str, operation: &'static str) -> Self {
        Self { service, operation, kind: Kind::Start }
    }

    /// The operation, as the service names it.
    pub(crate) const fn operation(self) -> &'static str {
        self.operation
    }

    /// A reply that can't be read: nothing is known of the call.
    pub(crate) fn unreadable(self, why: &str) -> PortError {
        tracing::warn!(call.service = self.service, call.operation = self.operation, why, "unreadable reply");
        self.silence("the reply could not be read")
    }

    /// What the SDK's error means to a use case.
    pub(crate) fn refused<E: ProvideErrorMetadata + Error + 'static>(
        self,
        error: &SdkError<E, HttpResponse>,
    ) -> PortError {
        match error {
            SdkError::ConstructionFailure(_) => {
                self.rejected("RequestNotBuilt", &DisplayErrorContext(error).to_string())
            }
            SdkError::DispatchFailure(failure) if was_never_sent(failure) => {
                self.retryable("no connection to the service")
            }
            SdkError::DispatchFailure(failure) if failure.is_user() => {
                self.rejected("RequestNotSent", &DisplayErrorContext(error).to_string())
            }
            SdkError::DispatchFailure(_) => self.silence("the connection broke"),
            SdkError::TimeoutError(_) => self.silence("the reply took too long"),
            // An SDK that reads codes from the body can't read a refusal without one.
            SdkError::ResponseError(reply) if !reply.raw().status().is_success() => {
                self.told_without_code(reply.raw().status().as_u16(), "the service gave no reason")
            }
            SdkError::ResponseError(_) => self.silence("the reply could not be read"),
            SdkError::ServiceError(told) => {
                let status = told.raw().status().as_u16();
                self.told(status, told.err().code(), told.err().message())
            }
            _ => self.silence("a failure that this version does not know"),
        }
    }

    fn told(self, status: u16, code: Option<&str>, message: Option<&str>) -> PortError {
        let message = message.unwrap_or("the service gave no reason");
        let Some(code) = code else { return self.told_without_code(status, message) };
        if BUSY.contains(&code) || status == 429 || self.is_at_its_limit(code) {
            return self.retryable(code);
        }
        if BROKEN.contains(&code) || is_failure(status) {
            return self.silence(code);
        }
        if MISSING.contains(&code) || self.is_missing_by_words(code, message) {
            return self.missing(message);
        }
        self.rejected(code, message)
    }

    /// What stands between us and a service answers so, and S3 where it is asked for the head of a thing. Only S3 names
    /// things by address, so only there does 404 mean that the thing is not there.
    fn told_without_code(self, status: u16, message: &str) -> PortError {
        match status {
            404 if self.service == "S3" => self.missing(message),
            412 => self.rejected("PreconditionFailed", message),
            429 => self.retryable(&format!("status {status}")),
            // It was carried out, and only its reply makes no sense.
            ..300 => self.silence("the reply could not be read"),
            _ if is_failure(status) => self.silence(&format!("status {status}")),
            _ => self.rejected(&format!("status {status}"), message),
        }
    }

    /// AWS Backup limits what runs at once, and says so as other services say what they will never have. What it says so
    /// of plans and vaults, which nobody ends, is a quota.
    fn is_at_its_limit(self, code: &str) -> bool {
        self.service == "AWS Backup" && code == "LimitExceededException" && self.operation.starts_with("Start")
    }

    /// DataSync has one exception for everything that is wrong with a request; only its words tell what.
    fn is_missing_by_words(self, code: &str, message: &str) -> bool {
        let words = message.to_ascii_lowercase();
        self.service == "DataSync"
            && code == "InvalidRequestException"
            && ["not found", "does not exist", "doesn't exist", "no such"]
                .iter()
                .any(|words_of| words.contains(words_of))
    }

    /// No usable reply: harmless for a call that may be sent again, a doubt for one that may not.
    fn silence(self, code: &str) -> PortError {
        match self.kind {
            Kind::Read | Kind::IdempotentWrite => self.retryable(code),
            Kind::Start => {
                PortError::Ambiguous { service: self.service, operation: self.operation, code: code.to_owned() }
            }
        }
    }

    /// The request was not carried out: try again.
    pub(crate) fn retryable(self, code: &str) -> PortError {
        PortError::Retryable { service: self.service, operation: self.operation, code: code.to_owned() }
    }

    /// What was asked for is not there.
    pub(crate) fn missing(self, message: &str) -> PortError {
        PortError::Missing { service: self.service, operation: self.operation, message: message.to_owned() }
    }

    /// The request can't succeed, or its answer makes no sense.
    pub(crate) fn rejected(self, code: &str, message: &str) -> PortError {
        PortError::Rejected {
            service: self.service,
            operation: self.operation,
            code: code.to_owned(),
            message: message.to_owned(),
        }
    }
}

/// Whether the status says that it went wrong on the service's side. 501 says that it never will go right.
const fn is_failure(status: u16) -> bool {
    status >= 500 && status != 501
}

/// Whether the failure came while connecting, so that the service can't have seen the request.
///
/// The connector's own type for this is private; its words are held by a test that is really refused.
fn was_never_sent(failure: &DispatchFailure) -> bool {
    let connector = failure.as_connector_error().map(|error| error as &(dyn Error + 'static));
    std::iter::successors(connector, |&error| error.source()).any(|error| error.to_string() == "client error (Connect)")
}

#[cfg(test)]
#[path = "sdk_error_tests.rs"]
mod tests;
