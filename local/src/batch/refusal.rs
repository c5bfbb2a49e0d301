//! S3 Control's errors.

use bytes::Bytes;

use super::{Call, xml};
use crate::stand_in::Answer;
use crate::upstream::UpstreamError;

/// Why a call was not served.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{code}: {message}")]
pub(crate) struct Refusal {
    status: u16,
    code: &'static str,
    message: String,
}

impl Refusal {
    fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into() }
    }

    /// `BadRequestException`: the caller's side.
    pub(super) fn bad(message: impl Into<String>) -> Self {
        Self::new(400, "BadRequestException", message)
    }

    /// `InvalidRequestException`, which only listing has.
    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self::new(400, "InvalidRequestException", message)
    }

    /// `InvalidNextTokenException`.
    pub(super) fn token(token: &str) -> Self {
        Self::new(400, "InvalidNextTokenException", format!("The token {token} is not one that ListJobs gave."))
    }

    /// `IdempotencyException`: the token belongs to another request.
    pub(super) fn idempotency() -> Self {
        let message = "The ClientRequestToken was used before with different request parameters.";
        Self::new(400, "IdempotencyException", message)
    }

    /// `JobStatusException`: not from this state.
    pub(super) fn status(message: impl Into<String>) -> Self {
        Self::new(400, "JobStatusException", message)
    }

    /// `TooManyTagsException`.
    pub(super) fn tags(most: usize) -> Self {
        Self::new(400, "TooManyTagsException", format!("A job may have at most {most} tags."))
    }

    /// `NotFoundException`.
    pub(super) fn missing(job: &str) -> Self {
        Self::new(404, "NotFoundException", format!("The specified job does not exist: {job}"))
    }

    /// A call for another account's jobs.
    pub(super) fn denied(call: &Call, account: &str) -> Self {
        let (operation, caller) = (call.route.operation, &call.account);
        Self::new(403, "AccessDenied", format!("Access Denied: {operation} of account {account} by account {caller}"))
    }

    /// The answer on the wire.
    pub(super) fn answer(&self) -> Answer {
        let inner = [xml::element("Code", self.code), xml::element("Message", &self.message)].concat();
        let body = format!("{}<ErrorResponse><Error>{inner}</Error></ErrorResponse>", xml::DECLARATION);
        Answer { status: self.status, content_type: xml::XML, body: Bytes::from(body) }
    }
}

impl From<UpstreamError> for Refusal {
    fn from(error: UpstreamError) -> Self {
        Self::new(500, "InternalServiceException", error.to_string())
    }
}
