//! What each function of each adapter sends, to the letter: committed, so that a change is seen by whoever reviews it.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::fixture::REGION;
use super::wire::{Asked, Fault, Wire};
use super::{scenes, sites};

/// Headers that say nothing of the request: signatures, times, ids, and the SDK about itself.
const UNTOLD: [&str; 11] = [
    "amz-sdk-invocation-id",
    "amz-sdk-request",
    "authorization",
    "content-length",
    "host",
    "user-agent",
    "x-amz-content-sha256",
    "x-amz-date",
    "x-amz-security-token",
    "x-amz-user-agent",
    "accept-encoding",
];

#[tokio::test(start_paused = true)]
async fn every_function_asks_exactly_this() {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    for scene in scenes::all() {
        let wire = Wire::default();
        assert_eq!((scene.play)(wire.config(REGION)).await, Ok(()), "{}", scene.name);
        let told = wire.asked().iter().map(told).collect::<Vec<_>>().join("\n");
        settings.bind(|| insta::assert_snapshot!(scene.name.to_ascii_lowercase(), told));
    }
}

/// Else the second try of a call whose reply got lost would be refused as a name that is taken.
#[tokio::test(start_paused = true)]
async fn every_try_of_a_call_carries_the_same_token() {
    let with_token = [
        scenes::CREATE_BATCH_JOB,
        scenes::CREATE_SCHEDULE,
        scenes::CREATE_VAULT,
        scenes::DELETE_SCHEDULE,
        scenes::START_BACKUP,
        scenes::START_COPY,
        scenes::START_RESTORE,
        scenes::UPDATE_SCHEDULE,
    ];
    for scene in with_token {
        let operation = sites::all().find(|site| site.scene.name == scene.name).unwrap().operation;
        let wire = Wire::that_breaks(operation, Fault::Broken);
        assert!((scene.play)(wire.config("token-1")).await.is_err());
        let asked = wire.asked();
        assert!(asked.len() > 1, "{}", scene.name);
        let tries = asked.iter().map(|asked| (asked.uri.as_str(), asked.body.as_str()));
        assert_eq!(tries.collect::<BTreeSet<_>>().len(), 1, "{}: {asked:?}", scene.name);
    }
}

fn told(asked: &Asked) -> String {
    let mut text = format!("{} {}\n", asked.method, uri(&asked.uri));
    let mut headers: Vec<_> = asked.headers.iter().filter(|(name, _)| !UNTOLD.contains(&name.as_str())).collect();
    headers.sort();
    for (name, value) in headers {
        let _ = writeln!(text, "{name}: {value}");
    }
    if !asked.body.is_empty() {
        let _ = writeln!(text, "\n{}", body(&asked.body));
    }
    text
}

/// Without what is new each time.
fn uri(uri: &str) -> String {
    match uri.split_once("clientToken=") {
        Some((start, token)) if is_uuid(token) => format!("{start}clientToken=[a new UUID]"),
        _ => uri.to_owned(),
    }
}

fn body(text: &str) -> String {
    if let Ok(Value::Object(document)) = serde_json::from_str(text) {
        return serde_json::to_string_pretty(&plain(Value::Object(document))).unwrap();
    }
    if text.starts_with("Action=") {
        let decoded = |part: &str| {
            let spaced = part.replace('+', " ");
            percent_encoding::percent_decode_str(&spaced).decode_utf8().unwrap().into_owned()
        };
        return text.split('&').map(decoded).collect::<Vec<_>>().join("\n");
    }
    text.to_owned()
}

/// Members in order, because the SDK keeps maps without one; what is new each time is replaced by what it is.
fn plain(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut members: Vec<(String, Value)> = members.into_iter().collect();
            members.sort_by(|(a, _), (b, _)| a.cmp(b));
            let told = |(name, value): (String, Value)| {
                let value = variable(&name, &value).unwrap_or_else(|| plain(value));
                (name, value)
            };
            Value::Object(members.into_iter().map(told).collect::<Map<_, _>>())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(plain).collect()),
        simple @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => simple,
    }
}

fn is_uuid(text: &str) -> bool {
    text.split('-').map(str::len).eq([8, 4, 4, 4, 12])
}

fn variable(name: &str, value: &Value) -> Option<Value> {
    match name {
        "ClientToken" | "CreatorRequestId" if value.as_str().is_some_and(is_uuid) => Some("[a new UUID]".into()),
        "expires_at" if value["N"].is_string() => Some("[keep_records_days from now]".into()),
        _ => None,
    }
}
