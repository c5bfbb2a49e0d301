//! What a service answered: its document, or its refusal in one of three shapes.

use std::fmt;

use aws_smithy_runtime_api::client::orchestrator::{HttpResponse, OrchestratorError};
use aws_smithy_types::error::ErrorMetadata;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use serde_json::Value;

/// A service's refusal, with its code and words where it gives them.
#[derive(Debug)]
pub(super) struct Refusal(ErrorMetadata);

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Refusal {}

impl ProvideErrorMetadata for Refusal {
    fn meta(&self) -> &ErrorMetadata {
        &self.0
    }
}

/// The body of a reply, or the refusal that it is.
pub(super) fn read(reply: &HttpResponse) -> Result<String, OrchestratorError<Refusal>> {
    let body = reply.body().bytes().unwrap_or_default();
    if !reply.status().is_success() {
        return Err(OrchestratorError::operation(refusal(&String::from_utf8_lossy(body))));
    }
    String::from_utf8(body.to_vec()).map_err(OrchestratorError::other)
}

fn refusal(body: &str) -> Refusal {
    let (code, message) = of_json(body).or_else(|| of_xml(body)).unwrap_or_default();
    let mut told = ErrorMetadata::builder();
    if let Some(code) = code {
        told = told.code(code);
    }
    if let Some(message) = message {
        told = told.message(message);
    }
    Refusal(told.build())
}

type Told = (Option<String>, Option<String>);

/// `{"__type": "com.amazonaws.kms#NotFoundException", "message": ...}`; some services write `Message`, EFS writes `ErrorCode`.
fn of_json(body: &str) -> Option<Told> {
    let told: Value = serde_json::from_str(body).ok()?;
    let text = |name: &str| told.get(name)?.as_str();
    let plain = |code: &str| code.rsplit('#').next().unwrap_or(code).split(':').next().unwrap_or(code).to_owned();
    let code = text("__type").or_else(|| text("code")).or_else(|| text("ErrorCode")).map(plain);
    Some((code, text("message").or_else(|| text("Message")).map(str::to_owned)))
}

/// `<Response><Errors><Error><Code>`, as EC2 writes it, or `<ErrorResponse><Error><Code>`, as the others do.
fn of_xml(body: &str) -> Option<Told> {
    let document = roxmltree::Document::parse(body).ok()?;
    let error = document.descendants().find(|node| node.has_tag_name("Error") || node.tag_name().name() == "Error")?;
    let text = |name: &str| {
        let node = error.children().find(|node| node.tag_name().name() == name)?;
        node.text().map(str::to_owned)
    };
    Some((text("Code"), text("Message")))
}
