//! Answers that the front door writes itself, in the shape in which the asked service would have written them.

use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, combinators::UnsyncBoxBody};
use hyper::{Response, StatusCode, body::Incoming, header};
use serde::Serialize;
use serde_json::json;

/// What goes wrong while a body streams.
pub(crate) type BodyError = Box<dyn std::error::Error + Send + Sync>;
/// A body that streams, or one that is there already.
pub(crate) type Body = UnsyncBoxBody<Bytes, BodyError>;

/// A body from bytes.
pub(crate) fn full(bytes: impl Into<Bytes>) -> Body {
    Full::new(bytes.into()).map_err(|never| match never {}).boxed_unsync()
}

/// A body that streams through.
pub(crate) fn streaming(body: Incoming) -> Body {
    body.map_err(Into::into).boxed_unsync()
}

/// A whole answer.
pub(crate) fn answer(status: u16, content_type: &str, body: impl Into<Bytes>) -> Response<Body> {
    let mut response = Response::new(full(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in [("content-type", content_type), ("x-amzn-requestid", &request_id())] {
        if let Ok(value) = header::HeaderValue::from_str(value) {
            let _ = response.headers_mut().insert(name, value);
        }
    }
    response
}

/// Every answer of AWS has one, and moto's interpreter stumbles over an error without.
fn request_id() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    format!("00000000-0000-4000-8000-{:012x}", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// A JSON document for whoever speaks to the admin endpoint.
pub(crate) fn document(status: u16, document: &impl Serialize) -> Response<Body> {
    match serde_json::to_vec(document) {
        Ok(body) => answer(status, "application/json", body),
        Err(error) => answer(500, "text/plain", error.to_string()),
    }
}

/// How a service writes its errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// `__type` in a JSON body, always with the same status for a client's fault.
    Json,
    /// The type in a header.
    RestJson,
    /// XML around a form's answer.
    Query,
    /// S3's own XML.
    S3,
    /// EC2's own XML.
    Ec2,
}

fn shape(service: &str, form: bool) -> Shape {
    match service {
        "s3" => Shape::S3,
        "ec2" => Shape::Ec2,
        "lambda" | "scheduler" | "elasticfilesystem" | "backup" => Shape::RestJson,
        "s3control" => Shape::Query,
        _ if form => Shape::Query,
        _ => Shape::Json,
    }
}

/// An error of a service. `form` says whether the request was a form, because SNS and SQS speak both.
pub(crate) fn error(service: &str, form: bool, status: u16, code: &str, message: &str) -> Response<Body> {
    let (code_xml, message_xml) = (escaped(code), escaped(message));
    let (content_type, body) = match shape(service, form) {
        Shape::Json => {
            ("application/x-amz-json-1.1", json!({"__type": code, "message": message, "Message": message}).to_string())
        }
        Shape::RestJson => {
            ("application/json", json!({"Message": message, "message": message, "Type": "User"}).to_string())
        }
        Shape::S3 => (
            "application/xml",
            format!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code_xml}</Code><Message>{message_xml}</Message></Error>"
            ),
        ),
        Shape::Query => (
            "text/xml",
            format!(
                "<ErrorResponse><Error><Type>Sender</Type><Code>{code_xml}</Code><Message>{message_xml}</Message></Error><RequestId>local</RequestId></ErrorResponse>"
            ),
        ),
        Shape::Ec2 => (
            "text/xml",
            format!(
                "<Response><Errors><Error><Code>{code_xml}</Code><Message>{message_xml}</Message></Error></Errors><RequestID>local</RequestID></Response>"
            ),
        ),
    };
    named(answer(status, content_type, body), Some(code))
}

/// An answer with its error's name in the header in which SDKs look for it.
pub(crate) fn named(mut response: Response<Body>, code: Option<&str>) -> Response<Body> {
    if let Some(Ok(value)) = code.map(header::HeaderValue::from_str) {
        let _ = response.headers_mut().insert("x-amzn-errortype", value);
    }
    response
}

/// AWS's own words for a call that no policy allows, with the service's own code and status.
pub(crate) fn access_denied(service: &str, form: bool, message: &str) -> Response<Body> {
    let (status, code) = match (service, shape(service, form)) {
        ("sns", Shape::Query) => (403, "AuthorizationError"),
        (_, Shape::Json) => (400, "AccessDeniedException"),
        (_, Shape::RestJson) => (403, "AccessDeniedException"),
        (_, Shape::Ec2) => (403, "UnauthorizedOperation"),
        (_, Shape::Query | Shape::S3) => (403, "AccessDenied"),
    };
    error(service, form, status, code, message)
}

/// STS's answer to `DecodeAuthorizationMessage`.
pub(crate) fn decoded_message(message: &str) -> Response<Body> {
    let body = format!(
        "<DecodeAuthorizationMessageResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><DecodeAuthorizationMessageResult><DecodedMessage>{}\
         </DecodedMessage></DecodeAuthorizationMessageResult></DecodeAuthorizationMessageResponse>",
        escaped(message)
    );
    answer(200, "text/xml", body)
}

/// The code with which a service says "slow down".
pub(crate) fn throttled(service: &str, form: bool) -> Response<Body> {
    let (status, code) = match service {
        "s3" => (503, "SlowDown"),
        "lambda" | "s3control" => (429, "TooManyRequestsException"),
        "ec2" => (503, "RequestLimitExceeded"),
        "sns" | "iam" | "sts" | "cloudformation" => (400, "Throttling"),
        "scheduler" | "backup" => (429, "ThrottlingException"),
        _ => (400, "ThrottlingException"),
    };
    error(service, form, status, code, "Rate exceeded")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn body_of(response: Response<Body>) -> String {
        String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
    }

    #[tokio::test]
    async fn a_denial_has_the_shape_of_its_service() {
        let response = access_denied("datasync", false, "no <way>");
        assert_eq!(response.status(), 400);
        assert!(body_of(response).await.contains(r#""__type":"AccessDeniedException""#));
        let response = access_denied("s3", false, "no <way>");
        assert_eq!(response.status(), 403);
        assert!(body_of(response).await.contains("<Code>AccessDenied</Code><Message>no &lt;way&gt;</Message>"));
        let response = access_denied("sns", true, "no");
        assert!(body_of(response).await.contains("<Code>AuthorizationError</Code>"));
        let response = access_denied("s3control", false, "no");
        assert_eq!(response.status(), 403);
        assert!(body_of(response).await.starts_with("<ErrorResponse><Error>"));
        let response = access_denied("lambda", false, "no");
        assert_eq!(response.headers()["x-amzn-errortype"], "AccessDeniedException");
    }

    #[test]
    fn every_service_slows_down_in_its_own_words() {
        assert_eq!(throttled("s3", false).headers()["x-amzn-errortype"], "SlowDown");
        assert_eq!(throttled("lambda", false).status(), 429);
        assert_eq!(throttled("s3control", false).headers()["x-amzn-errortype"], "TooManyRequestsException");
        assert_eq!(throttled("datasync", false).headers()["x-amzn-errortype"], "ThrottlingException");
    }
}
