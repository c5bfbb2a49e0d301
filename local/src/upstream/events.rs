//! EventBridge's rules: which of them want an event, and what they call.

use hyper::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Ask, Upstream, UpstreamError};

/// Pages of rules or targets that are read before the answer is called endless.
const MAX_PAGES: usize = 100;

/// A rule of the default bus that is switched on and has a pattern.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Rule {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// `ENABLED` or `DISABLED`.
    #[serde(default)]
    state: String,
    /// The pattern, JSON in a text; schedules have none.
    #[serde(default)]
    event_pattern: Option<String>,
}

/// What a rule calls.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Target {
    /// Its id within the rule.
    pub id: String,
    /// What is called.
    pub arn: String,
    /// A constant to hand over instead of the event.
    #[serde(default)]
    pub input: Option<String>,
    /// The part of the event to hand over.
    #[serde(default)]
    pub input_path: Option<String>,
    /// A rewritten event, which the local delivery does not do.
    #[serde(default)]
    pub input_transformer: Option<Value>,
}

/// The rules of the default bus that match the event.
pub async fn matching_rules(events: &Upstream, event: &Value) -> Result<Vec<Rule>, UpstreamError> {
    let mut matching = Vec::new();
    for rule in pages::<Rule>(events, "ListRules", "Rules", &json!({})).await? {
        let Some(pattern) = rule.event_pattern.as_deref().filter(|_| rule.state != "DISABLED") else { continue };
        let question = json!({"EventPattern": pattern, "Event": event.to_string()});
        let answer = call(events, "TestEventPattern", &question).await?;
        if answer.get("Result").and_then(Value::as_bool) == Some(true) {
            matching.push(rule);
        }
    }
    Ok(matching)
}

/// What a rule calls.
pub async fn targets(events: &Upstream, rule: &str) -> Result<Vec<Target>, UpstreamError> {
    pages(events, "ListTargetsByRule", "Targets", &json!({"Rule": rule})).await
}

async fn pages<T: for<'a> Deserialize<'a>>(
    events: &Upstream,
    operation: &str,
    list: &str,
    question: &Value,
) -> Result<Vec<T>, UpstreamError> {
    let mut question = question.clone();
    let mut all = Vec::new();
    for _ in 0..MAX_PAGES {
        let mut answer = call(events, operation, &question).await?;
        let page = answer.get_mut(list).map(Value::take).unwrap_or_default();
        let page: Vec<T> = serde_json::from_value(page).map_err(|error| unreadable(operation, &error.to_string()))?;
        all.extend(page);
        match answer.get("NextToken").filter(|token| token.is_string()) {
            Some(token) => set(&mut question, "NextToken", token.clone()),
            None => return Ok(all),
        }
    }
    Err(unreadable(operation, "the list does not end"))
}

fn set(question: &mut Value, key: &str, value: Value) {
    if let Some(fields) = question.as_object_mut() {
        let _ = fields.insert(key.to_owned(), value);
    }
}

async fn call(events: &Upstream, operation: &str, question: &Value) -> Result<Value, UpstreamError> {
    let ask = Ask::new(Method::POST, "events", "/")
        .header("content-type", "application/x-amz-json-1.1")
        .header("x-amz-target", format!("AWSEvents.{operation}"))
        .body(question.to_string());
    let body = events.read(ask).await?;
    serde_json::from_slice(&body).map_err(|error| unreadable(operation, &error.to_string()))
}

fn unreadable(operation: &str, reason: &str) -> UpstreamError {
    UpstreamError::Unreadable { request: format!("events {operation}"), reason: reason.to_owned() }
}
