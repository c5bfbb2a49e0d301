//! CloudWatch Logs of the emulator: streams, events, and the resource policies that let a service write.

use hyper::Method;
use serde_json::{Value, json};

use super::{Ask, Upstream, UpstreamError};

/// One log event: when, in milliseconds since 1970, and what.
#[derive(Debug, Clone)]
pub struct Line {
    /// Milliseconds since 1970-01-01 UTC.
    pub at_ms: i64,
    /// The text.
    pub text: String,
}

/// Every resource policy of the account and region; documents that do not parse are left out.
pub async fn resource_policies(logs: &Upstream) -> Result<Vec<Value>, UpstreamError> {
    let answer = call(logs, "DescribeResourcePolicies", &json!({})).await?;
    let listed = answer.get("resourcePolicies").and_then(Value::as_array).cloned().unwrap_or_default();
    Ok(listed
        .iter()
        .filter_map(|policy| policy.get("policyDocument").and_then(Value::as_str))
        .filter_map(|text| serde_json::from_str(text).ok())
        .collect())
}

/// Makes the stream unless it is there already.
pub async fn ensure_stream(logs: &Upstream, group: &str, stream: &str) -> Result<(), UpstreamError> {
    match call(logs, "CreateLogStream", &json!({"logGroupName": group, "logStreamName": stream})).await {
        Ok(_) => Ok(()),
        Err(UpstreamError::Refused { code, .. }) if code.contains("ResourceAlreadyExists") => Ok(()),
        Err(error) => Err(error),
    }
}

/// Appends lines to a stream, in their order.
pub async fn put(logs: &Upstream, group: &str, stream: &str, lines: &[Line]) -> Result<(), UpstreamError> {
    let events: Vec<Value> = lines.iter().map(|line| json!({"timestamp": line.at_ms, "message": line.text})).collect();
    let body = json!({"logGroupName": group, "logStreamName": stream, "logEvents": events});
    let _ = call(logs, "PutLogEvents", &body).await?;
    Ok(())
}

async fn call(logs: &Upstream, operation: &str, body: &Value) -> Result<Value, UpstreamError> {
    let ask = Ask::new(Method::POST, "logs", "/")
        .header("content-type", "application/x-amz-json-1.1")
        .header("x-amz-target", format!("Logs_20140328.{operation}"))
        .body(body.to_string());
    let answer = logs.read(ask).await?;
    if answer.is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_slice(&answer)
        .map_err(|error| UpstreamError::Unreadable { request: format!("logs {operation}"), reason: error.to_string() })
}
