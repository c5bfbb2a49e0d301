//! DataSync's two error shapes. Every cause is told by message and errorCode only, as with the service.

use bytes::Bytes;
use serde_json::json;

use crate::stand_in::Answer;
use crate::upstream::UpstreamError;

/// The protocol's content type.
pub(super) const JSON: &str = "application/x-amz-json-1.1";

/// Why a call was not served.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Refusal {
    /// `InvalidRequestException`: the caller's side.
    #[error("{message}")]
    Invalid {
        /// What the service says.
        message: String,
        /// The service's error code.
        code: &'static str,
    },
    /// `InternalException`: our side, such as an emulator that is down.
    #[error("{message}")]
    Internal {
        /// What happened.
        message: String,
    },
}

impl Refusal {
    /// An `InvalidRequestException` with the general code.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::coded("InvalidRequest", message)
    }

    /// An `InvalidRequestException` with a code of its own.
    pub fn coded(code: &'static str, message: impl Into<String>) -> Self {
        Self::Invalid { message: message.into(), code }
    }

    /// The answer on the wire.
    #[must_use]
    pub fn answer(&self) -> Answer {
        let (status, body) = match self {
            Self::Invalid { message, code } => {
                (400, json!({"__type": "InvalidRequestException", "message": message, "errorCode": code}))
            }
            Self::Internal { message } => {
                (500, json!({"__type": "InternalException", "message": message, "errorCode": "InternalError"}))
            }
        };
        Answer { status, content_type: JSON, body: Bytes::from(body.to_string()) }
    }
}

impl From<UpstreamError> for Refusal {
    fn from(error: UpstreamError) -> Self {
        Self::Internal { message: error.to_string() }
    }
}
