//! How a service puts a refusal on the wire.

/// The protocols of the services that we call.
#[derive(Debug, Clone, Copy)]
pub(in crate::wire_tests) enum Protocol {
    /// JSON whose `__type` is the code.
    Json,
    /// JSON whose `ErrorCode` is the code.
    Rest,
    /// XML, one element.
    S3,
    /// XML in an `ErrorResponse`.
    Query,
    /// XML in a `Response` with a list of errors.
    Ec2,
}

impl Protocol {
    /// The body of a refusal.
    pub(in crate::wire_tests) fn refusal(self, code: &str, message: &str) -> String {
        let error = format!("<Code>{code}</Code><Message>{message}</Message>");
        match self {
            Self::Json => serde_json::json!({"__type": code, "message": message}).to_string(),
            Self::Rest => serde_json::json!({"ErrorCode": code, "Message": message}).to_string(),
            Self::S3 => format!("<Error>{error}<RequestId>1</RequestId></Error>"),
            Self::Ec2 => {
                format!("<Response><Errors><Error>{error}</Error></Errors><RequestID>1</RequestID></Response>")
            }
            Self::Query => {
                format!(
                    "<ErrorResponse><Error><Type>Sender</Type>{error}</Error><RequestId>1</RequestId></ErrorResponse>"
                )
            }
        }
    }
}

/// The protocol that the service speaks.
pub(in crate::wire_tests) fn protocol_of(service: &str) -> Protocol {
    super::service(service).protocol
}
