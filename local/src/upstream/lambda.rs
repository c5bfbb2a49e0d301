//! Functions: their roles, and calling them without waiting.

use bytes::Bytes;
use hyper::Method;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::{Ask, Upstream, UpstreamError};

/// The role of a function; `None` when there is no such function.
pub async fn role_arn(lambda: &Upstream, function: &str) -> Result<Option<String>, UpstreamError> {
    let path = format!("/2015-03-31/functions/{}/configuration", encoded(function));
    let request = format!("lambda {path}");
    let body = match lambda.read(Ask::new(Method::GET, "lambda", path)).await {
        Ok(body) => body,
        Err(error) if error.is_missing() => return Ok(None),
        Err(error) => return Err(error),
    };
    let configuration: Value = serde_json::from_slice(&body)
        .map_err(|error| UpstreamError::Unreadable { request, reason: error.to_string() })?;
    Ok(configuration.get("Role").and_then(Value::as_str).map(str::to_owned))
}

/// The function's own policy, which says who may call it; `None` when it has none.
pub async fn policy(lambda: &Upstream, function: &str) -> Result<Option<Value>, UpstreamError> {
    let path = format!("/2015-03-31/functions/{}/policy", encoded(function));
    let request = format!("lambda {path}");
    let body = match lambda.read(Ask::new(Method::GET, "lambda", path)).await {
        Ok(body) => body,
        Err(error) if error.is_missing() => return Ok(None),
        Err(error) => return Err(error),
    };
    let unreadable = |error: serde_json::Error| UpstreamError::Unreadable { request, reason: error.to_string() };
    let answer: Value = serde_json::from_slice(&body).map_err(unreadable)?;
    let policy = answer.get("Policy").and_then(Value::as_str).unwrap_or("null");
    Ok(serde_json::from_str(policy).ok())
}

/// The function's tags; none when there is no such function.
pub async fn tags(lambda: &Upstream, function: &str) -> Result<Vec<(String, String)>, UpstreamError> {
    let path = format!("/2017-03-31/tags/{}", encoded(function));
    let request = format!("lambda {path}");
    let body = match lambda.read(Ask::new(Method::GET, "lambda", path)).await {
        Ok(body) => body,
        Err(error) if error.is_missing() => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let answer: Value = serde_json::from_slice(&body)
        .map_err(|error| UpstreamError::Unreadable { request, reason: error.to_string() })?;
    let tags = answer.get("Tags").and_then(Value::as_object).into_iter().flatten();
    Ok(tags.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect())
}

/// Hands a payload to a function's asynchronous queue, as EventBridge and Scheduler do. The answer says only that it is queued.
pub async fn invoke_async(lambda: &Upstream, function: &str, payload: impl Into<Bytes>) -> Result<(), UpstreamError> {
    let path = format!("/2015-03-31/functions/{}/invocations", encoded(function));
    let ask = Ask::new(Method::POST, "lambda", path)
        .header("x-amz-invocation-type", "Event")
        .header("content-type", "application/json")
        .body(payload);
    let _ = lambda.read(ask).await?;
    Ok(())
}

fn encoded(function: &str) -> String {
    utf8_percent_encode(function, NON_ALPHANUMERIC).to_string()
}
