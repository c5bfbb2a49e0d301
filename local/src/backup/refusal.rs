//! AWS Backup's errors: a name in a header, and `Code`, `Message`, `Type` and `Context` in the body.

use serde_json::{Value, json};

use super::ids::put;
use crate::upstream::UpstreamError;

/// Why a call was not served.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{name}: {message}")]
pub(crate) struct Refusal {
    status: u16,
    name: &'static str,
    message: String,
    /// What is there already.
    arn: Option<String>,
}

impl Refusal {
    fn new(status: u16, name: &'static str, message: impl Into<String>) -> Self {
        Self { status, name, message: message.into(), arn: None }
    }

    /// `InvalidParameterValueException`: a value that the service does not take.
    pub(super) fn value(message: impl Into<String>) -> Self {
        Self::new(400, "InvalidParameterValueException", message)
    }

    /// `MissingParameterValueException`.
    pub(super) fn absent(name: &str) -> Self {
        Self::new(400, "MissingParameterValueException", format!("{name} is a required parameter."))
    }

    /// `InvalidRequestException`: not in these circumstances.
    pub(super) fn request(message: impl Into<String>) -> Self {
        Self::new(400, "InvalidRequestException", message)
    }

    /// `InvalidResourceStateException`: not from this state.
    pub(super) fn state(message: impl Into<String>) -> Self {
        Self::new(400, "InvalidResourceStateException", message)
    }

    /// `ResourceNotFoundException`.
    pub(super) fn missing(message: impl Into<String>) -> Self {
        Self::new(400, "ResourceNotFoundException", message)
    }

    /// `LimitExceededException`.
    pub(super) fn limit(message: impl Into<String>) -> Self {
        Self::new(400, "LimitExceededException", message)
    }

    /// `AlreadyExistsException`, which names what is there.
    pub(super) fn exists(message: impl Into<String>, arn: impl Into<String>) -> Self {
        Self { arn: Some(arn.into()), ..Self::new(400, "AlreadyExistsException", message) }
    }

    /// `AccessDeniedException`: a vault's own policy, or another account's thing.
    pub(super) fn denied(message: impl Into<String>) -> Self {
        Self::new(403, "AccessDeniedException", message)
    }

    /// The HTTP status.
    pub(super) fn status(&self) -> u16 {
        self.status
    }

    /// The error's name.
    pub(super) fn name(&self) -> &'static str {
        self.name
    }

    /// The body. The service's own values of `Code` are numbers that it doesn't publish, so ours is the name.
    pub(super) fn body(&self, operation: &str) -> Value {
        let side = if self.status >= 500 { "Server" } else { "Client" };
        let mut body = json!({"Code": self.name, "Message": self.message, "Type": side, "Context": operation});
        if let Some(arn) = &self.arn {
            put(&mut body, "Arn", json!(arn));
        }
        body
    }
}

impl From<UpstreamError> for Refusal {
    fn from(error: UpstreamError) -> Self {
        Self::new(500, "ServiceUnavailableException", error.to_string())
    }
}
