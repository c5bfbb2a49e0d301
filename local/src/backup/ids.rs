//! Ids and times as AWS Backup writes them.

use jiff::Timestamp;
use serde_json::{Value, json};

/// An id of a plan, selection or version.
pub(super) fn uuid() -> String {
    let (high, low) = (fastrand::u64(..), fastrand::u64(..));
    format!(
        "{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
        high >> 32,
        high & 0xffff,
        high >> 16 & 0xfff,
        low >> 52,
        low & 0xffff_ffff_ffff
    )
}

/// An id of a job, which has capitals.
pub(super) fn job_id() -> String {
    uuid().to_uppercase()
}

/// Epoch seconds with their milliseconds, as the API has them.
pub(super) fn epoch(time: Timestamp) -> Value {
    json!(time.as_duration().as_secs_f64())
}

/// The same, or nothing.
pub(super) fn maybe_epoch(time: Option<Timestamp>) -> Value {
    time.map_or(Value::Null, epoch)
}

/// `2026-11-20T21:00:05.214Z`, as events have it.
pub(super) fn iso(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// A document without its empty members, as the service leaves them out.
pub(super) fn lean(mut document: Value) -> Value {
    if let Some(members) = document.as_object_mut() {
        members.retain(|_, value| !value.is_null());
    }
    document
}

/// Sets a member of an object.
pub(super) fn put(document: &mut Value, member: &str, value: Value) {
    if let Some(members) = document.as_object_mut() {
        let _ = members.insert(member.to_owned(), value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_milliseconds_in_both_spellings() {
        let time: Timestamp = "2026-11-20T21:00:05.214Z".parse().unwrap();
        assert_eq!(epoch(time).to_string(), "1795208405.214");
        assert_eq!(iso(time), "2026-11-20T21:00:05.214Z");
    }

    #[test]
    fn what_is_empty_is_left_out() {
        assert_eq!(lean(json!({"a": 1, "b": null})), json!({"a": 1}));
    }
}
