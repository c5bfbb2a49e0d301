//! `CloudTrail`, as far as one question goes: is anybody recording management events?

use hyper::Method;
use nightferry_domain::preflight::Selectors;
use serde_json::{Value, json};

use super::{Ask, Upstream, UpstreamError};

/// Whether a trail of the account and region is logging what S3 tells of batch jobs.
pub async fn is_logging(aws: &Upstream) -> Result<bool, UpstreamError> {
    let trails = call(aws, "DescribeTrails", &json!({})).await?;
    let arns = trails.get("trailList").and_then(Value::as_array).into_iter().flatten();
    for arn in arns.filter_map(|trail| trail.get("TrailARN")) {
        let status = call(aws, "GetTrailStatus", &json!({"Name": arn})).await?;
        let is_on = status.get("IsLogging").and_then(Value::as_bool) == Some(true);
        if is_on && takes_batch_jobs(aws, arn).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

async fn takes_batch_jobs(aws: &Upstream, arn: &Value) -> Result<bool, UpstreamError> {
    let told = call(aws, "GetEventSelectors", &json!({"TrailName": arn})).await?;
    Ok(serde_json::from_value::<Selectors>(told).is_ok_and(|selectors| selectors.take_batch_jobs()))
}

async fn call(aws: &Upstream, operation: &str, question: &Value) -> Result<Value, UpstreamError> {
    let ask = Ask::new(Method::POST, "cloudtrail", "/")
        .header("content-type", "application/x-amz-json-1.1")
        .header("x-amz-target", format!("com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.{operation}"))
        .body(question.to_string());
    let body = aws.read(ask).await?;
    let unreadable = |reason: serde_json::Error| UpstreamError::Unreadable {
        request: format!("cloudtrail {operation}"),
        reason: reason.to_string(),
    };
    serde_json::from_slice(&body).map_err(unreadable)
}
