//! A call as it goes over the wire.

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What RFC 3986 leaves as it is.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// What is asked for, in one of the ways that AWS's protocols know.
#[derive(Debug)]
pub(super) enum Asked {
    /// A JSON document.
    Json {
        /// The operation, as the header names it.
        target: &'static str,
        /// The document.
        body: String,
    },
    /// A form.
    Query {
        /// Already encoded.
        form: String,
    },
    /// Nothing but a path, with what follows its question mark.
    Get {
        /// Already encoded.
        path: String,
    },
}

/// A value as it stands in a form or behind a path.
pub(crate) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// The operation and its parameters as a form.
pub(super) fn form(action: &str, version: &str, parameters: &[(String, String)]) -> String {
    let named = parameters.iter().map(|(name, value)| format!("&{}={}", encoded(name), encoded(value)));
    format!("Action={action}&Version={version}{}", named.collect::<String>())
}

/// The request, before it is signed.
pub(super) fn build(asked: Asked) -> Result<HttpRequest, BoxError> {
    match asked {
        Asked::Json { target, body } => posted("application/x-amz-json-1.1", Some(target), body),
        Asked::Query { form } => posted("application/x-www-form-urlencoded", None, form),
        Asked::Get { path } => {
            let mut request = HttpRequest::new(SdkBody::empty());
            request.set_method("GET")?;
            request.set_uri(path)?;
            Ok(request)
        }
    }
}

fn posted(media_type: &'static str, target: Option<&'static str>, body: String) -> Result<HttpRequest, BoxError> {
    let length = body.len().to_string();
    let mut request = HttpRequest::new(SdkBody::from(body));
    request.set_method("POST")?;
    request.set_uri("/")?;
    let headers = request.headers_mut();
    let _ = headers.try_insert("content-type", media_type)?;
    let _ = headers.try_insert("content-length", length)?;
    if let Some(target) = target {
        let _ = headers.try_insert("x-amz-target", target)?;
    }
    Ok(request)
}
