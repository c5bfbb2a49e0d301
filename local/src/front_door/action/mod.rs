//! Which operation a request is, and what IAM asks of the one who makes it: actions, resources and the conditions' context.

mod backup;
mod datasync;
mod dynamodb;
mod ec2;
mod json;
mod query;
mod rest;
mod s3;
mod s3control;
#[cfg(test)]
mod tests;

use hyper::http::request::Parts;
use serde::{Deserialize, Serialize};

use super::heading::{Heading, S3_CONTROL};

/// One permission that a call needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Need {
    /// For example `dynamodb:PutItem`.
    pub action: String,
    /// An ARN, or `*` where the action knows no resource.
    pub resource: String,
    /// Keys that a policy's conditions may ask about, with their values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub context: Vec<(String, Vec<String>)>,
}

impl Need {
    fn new(action: impl Into<String>, resource: impl Into<String>) -> Self {
        Self { action: action.into(), resource: resource.into(), context: Vec::new() }
    }

    fn with(mut self, key: &str, values: Vec<String>) -> Self {
        self.context.push((key.to_owned(), values));
        self
    }
}

/// A request that is understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    /// The operation as its API names it; method and path where that is not known.
    pub operation: String,
    /// Everything that IAM would check, in the order in which it does.
    pub needs: Vec<Need>,
}

/// Where a resource lives that a request names only by its short name.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    /// Twelve digits.
    pub account: String,
    /// For example `ap-northeast-1`.
    pub region: String,
}

impl Place {
    fn arn(&self, service: &str, rest: &str) -> String {
        format!("arn:aws:{service}:{}:{}:{rest}", self.region, self.account)
    }
}

/// Whether an S3 request's body is read before it is decided: a replication configuration hands a role over.
pub(crate) fn is_read_for(parts: &Parts) -> bool {
    s3::is_replication(parts)
}

/// Understands a request. `body` is empty for S3, whose bodies stream by unread.
pub(crate) fn understand(heading: &Heading, parts: &Parts, body: &[u8], place: &Place) -> Asked {
    match heading.service.as_str() {
        "s3" => s3::handing_over(s3::understand(parts), body),
        S3_CONTROL => s3control::understand(parts, body, place),
        "backup" => backup::understand(parts, body, place),
        "lambda" => rest::lambda(parts, place),
        "scheduler" => rest::scheduler(parts, place),
        _ => spoken(heading, parts, body, place),
    }
}

/// Services that name their operation: in the target header, in the path of the CBOR protocol, or in a form.
fn spoken(heading: &Heading, parts: &Parts, body: &[u8], place: &Place) -> Asked {
    let document = || serde_json::from_slice(body).unwrap_or_default();
    if let Some(operation) = heading.target.as_deref().or_else(|| cbor_operation(parts.uri.path())) {
        let needs = match heading.service.as_str() {
            "datasync" => datasync::needs(operation, &document()),
            "dynamodb" => dynamodb::needs(operation, &document(), place),
            service => json::needs(service, operation, &document(), place),
        };
        return Asked { operation: operation.to_owned(), needs };
    }
    let form = String::from_utf8_lossy(body);
    query::understand(&heading.service, &form, parts, place)
}

/// `/service/GraniteServiceVersion20100801/operation/PutMetricData`
fn cbor_operation(path: &str) -> Option<&str> {
    path.strip_prefix("/service/")?.split_once("/operation/").map(|(_, operation)| operation)
}

/// The prefix of a service's IAM actions, where it is not the name that it signs with.
fn prefix(service: &str) -> &str {
    match service {
        "monitoring" => "cloudwatch",
        "tagging" => "tag",
        other => other,
    }
}

/// An operation for which no rule says better: the same name, on everything. A role that names its resources is denied here, so a gap shows.
fn plain(service: &str, operation: &str) -> Need {
    Need::new(format!("{}:{operation}", prefix(service)), "*")
}
