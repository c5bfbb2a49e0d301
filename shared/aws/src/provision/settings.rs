//! What several services' answers have in common: tags that say whose a thing is, and documents as text.

use nightferry_domain::plan::JobName;
use nightferry_domain::provision::names;
use nightferry_domain::stack::Stack;
use percent_encoding::percent_decode_str;
use serde_json::Value;

/// The job that a thing was made for, if the stack's `apply` made it.
pub(super) fn job_of<'a>(stack: &Stack, tags: impl Iterator<Item = (&'a str, &'a str)>) -> Option<JobName> {
    let (mut is_ours, mut job) = (false, None);
    for (key, value) in tags {
        match key {
            names::STACK_TAG => is_ours = value == stack.name,
            names::JOB_TAG => job = value.parse().ok(),
            _ => {}
        }
    }
    if is_ours { job } else { None }
}

/// A policy document as a service gives it back: JSON, by IAM percent-encoded. What is neither becomes a text, which
/// differs from every document and so gets replaced.
pub(super) fn document(text: &str) -> Value {
    let decoded = percent_decode_str(text).decode_utf8_lossy();
    serde_json::from_str(text)
        .or_else(|_| serde_json::from_str(&decoded))
        .unwrap_or_else(|_| Value::from(decoded.into_owned()))
}
