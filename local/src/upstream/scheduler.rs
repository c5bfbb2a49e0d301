//! Schedules, as far as firing one needs.

use hyper::Method;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;

use super::{Ask, Upstream, UpstreamError};

/// What a name must not bring into a path as it is. A drill's schedule has a dot in its name.
const RESERVED: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_');

/// A schedule of EventBridge Scheduler.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Schedule {
    /// Its ARN.
    pub arn: String,
    /// What it calls.
    pub target: ScheduleTarget,
}

/// What a schedule calls.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ScheduleTarget {
    /// What is called.
    pub arn: String,
    /// The role with which it is called.
    pub role_arn: String,
    /// What is handed over, with context keywords in it.
    #[serde(default)]
    pub input: Option<String>,
}

/// Reads a schedule; `None` when there is none of this name in the group.
pub async fn schedule(scheduler: &Upstream, group: &str, name: &str) -> Result<Option<Schedule>, UpstreamError> {
    let encoded = |text: &str| utf8_percent_encode(text, &RESERVED).to_string();
    let path = format!("/schedules/{}?groupName={}", encoded(name), encoded(group));
    let request = format!("scheduler {path}");
    let body = match scheduler.read(Ask::new(Method::GET, "scheduler", path)).await {
        Ok(body) => body,
        Err(error) if error.is_missing() => return Ok(None),
        Err(error) => return Err(error),
    };
    serde_json::from_slice(&body)
        .map(Some)
        .map_err(|error| UpstreamError::Unreadable { request, reason: error.to_string() })
}
