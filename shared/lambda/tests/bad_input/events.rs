//! Every file in `events/`, broken in every way, in the middle of a night.

use nightferry_domain::ids::ExecutionArn;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::lines::Lines;
use crate::mutation::{Path, any_damage, damage, damage_again, every_damage, paths};
use crate::world::{Heard, Night};

/// Longest answer, in characters.
const ANSWER_CHARS_MAX: usize = 600;

fn files() -> Vec<(String, Value)> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let event = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
            (path.file_name().unwrap().to_string_lossy().into_owned(), event)
        })
        .collect();
    files.sort_by(|a, b| a.0.cmp(&b.0));
    assert!(files.len() >= 78);
    files
}

fn is_of_an_execution(name: &str) -> bool {
    name.starts_with("datasync-task-execution-")
}

/// The event as if it had come for this execution.
fn aimed(event: &Value, execution: &ExecutionArn) -> Value {
    let mut event = event.clone();
    event["resources"] = json!([execution]);
    event
}

/// What has to hold of each payload: an answer, one line, and nothing else.
fn changes_nothing(night: &Night, lines: &Lines, payload: &[u8], shown: &str) {
    let before = night.snapshot();
    let heard = night.hears(payload);
    assert_eq!(before, night.snapshot(), "{shown}");
    let said = lines.take(&night.secrets());
    match heard {
        Heard::NotJson => assert!(said.is_empty(), "{shown}: {said:?}"),
        Heard::Answered(Err(refusal)) => panic!("{shown}: {refusal:?}"),
        Heard::Answered(Ok(answer)) => {
            let recorded = answer["recorded"].as_str().unwrap();
            assert!(recorded.chars().count() <= ANSWER_CHARS_MAX, "{shown}: {recorded}");
            let [line] = said.as_slice() else { panic!("{shown}: {said:?}") };
            assert_eq!(line["level"], "INFO", "{shown}: {line}");
            let is_ignored = recorded.starts_with("Ignored(");
            assert_eq!(line["message"] == "ignored an event", is_ignored, "{shown}: {line}");
            assert_eq!(line["why"].as_str().is_some_and(|why| why.len() > 20), is_ignored, "{shown}: {line}");
        }
    }
}

#[test]
fn an_event_that_is_whole_settles_nothing_whatever_state_it_claims() {
    let (night, lines) = (Night::under_way(), Lines::catch());
    for (name, event) in files() {
        changes_nothing(&night, &lines, event.to_string().as_bytes(), &name);
        for execution in night.executions.iter().filter(|_| is_of_an_execution(&name)) {
            for state in ["SUCCESS", "ERROR", "LAUNCHING", "CANCELLED", "SOMETHING NEW", ""] {
                let mut event = aimed(&event, execution);
                event["detail"]["State"] = json!(state);
                changes_nothing(&night, &lines, event.to_string().as_bytes(), &format!("{name} {state} {execution}"));
            }
        }
    }
    assert_eq!(night.world.state.borrow().woken.len(), 1, "only the attempt that has ended is woken, and once");
}

#[test]
fn every_event_with_one_thing_broken_settles_nothing_and_says_why() {
    let (night, lines) = (Night::under_way(), Lines::catch());
    for (name, event) in files() {
        let aims = night.executions.iter().filter(|_| is_of_an_execution(&name)).map(|aim| aimed(&event, aim));
        for event in std::iter::once(event.clone()).chain(aims) {
            for path in paths(&event) {
                for how in every_damage() {
                    let mut broken = event.clone();
                    damage(&mut broken, &path, &how);
                    let shown = || format!("{name} {path:?} {:.80}", format!("{how:?}"));
                    changes_nothing(&night, &lines, broken.to_string().as_bytes(), &shown());
                }
            }
        }
    }
    assert_eq!(night.world.state.borrow().woken.len(), 1);
}

#[test]
fn a_broken_envelope_is_ignored_for_the_field_that_is_broken() {
    let (night, lines) = (Night::under_way(), Lines::catch());
    let (_, event) = files().into_iter().find(|(name, _)| name == "datasync-task-execution-success.json").unwrap();
    let rows = [
        ("source", json!(null), "not an event: `source` is missing or not text"),
        ("detail-type", json!(["x"]), "not an event: `detail-type` is missing or not text"),
        ("account", json!(123_456_789_012_u64), "not an event: `account` is missing or not text"),
        ("region", json!({}), "not an event: `region` is missing or not text"),
        ("resources", json!("arn"), "not an event: `resources` is missing or not a list"),
        ("account", json!("210987654321"), "it is about account 210987654321, Region ap-northeast-1, not ours"),
        ("region", json!("us-east-1\n"), "it is about account 123456789012, Region us-east-1, not ours"),
        ("source", json!("aws.s3\u{202e}"), "`DataSync Task Execution State Change` from `aws.s3` is not watched"),
        ("resources", json!([7]), "it does not name one execution of its service"),
        (
            "resources",
            json!([night.executions[0], night.executions[0]]),
            "it does not name one execution of its service",
        ),
        ("resources", json!([night.executions[5]]), "the service does not know this execution"),
    ];
    for (field, value, why) in rows {
        let mut event = event.clone();
        event[field] = value;
        let Heard::Answered(Ok(_)) = night.hears(event.to_string().as_bytes()) else { panic!("{field}") };
        assert_eq!(lines.take(&[])[0]["why"], why);
    }
}

#[test]
fn an_event_as_large_as_lambda_takes_leaves_one_short_line() {
    let (night, lines) = (Night::under_way(), Lines::catch());
    let (_, event) = files().into_iter().find(|(name, _)| name == "datasync-task-execution-success.json").unwrap();
    for field in ["source", "detail-type", "account", "region", "resources", "detail", "other"] {
        let mut event = event.clone();
        event[field] = json!("\u{1b}x\u{202e}".repeat(1 << 18));
        changes_nothing(&night, &lines, event.to_string().as_bytes(), field);
        event[field] = json!(vec!["arn"; 100_000]);
        changes_nothing(&night, &lines, event.to_string().as_bytes(), field);
    }
}

/// How the bytes of a payload are broken.
fn any_edit() -> impl Strategy<Value = (prop::sample::Index, usize, Vec<u8>)> {
    (any::<prop::sample::Index>(), 0..40_usize, prop::collection::vec(any::<u8>(), 0..12))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn an_event_broken_several_times_settles_nothing(
        pick in any::<prop::sample::Index>(),
        aim in any::<prop::sample::Index>(),
        damages in prop::collection::vec((any::<prop::sample::Index>(), any_damage()), 1..5),
    ) {
        let (night, lines) = (Night::under_way(), Lines::catch());
        let files = files();
        let (name, event) = pick.get(&files);
        let mut event = if is_of_an_execution(name) { aimed(event, aim.get(&night.executions)) } else { event.clone() };
        for (at, how) in &damages {
            let paths = paths(&event);
            damage_again(&mut event, at.get::<Path>(&paths), how);
        }
        changes_nothing(&night, &lines, event.to_string().as_bytes(), name);
    }

    #[test]
    fn an_event_whose_bytes_are_broken_settles_nothing(
        pick in any::<prop::sample::Index>(),
        aim in any::<prop::sample::Index>(),
        edits in prop::collection::vec(any_edit(), 1..4),
    ) {
        let (night, lines) = (Night::under_way(), Lines::catch());
        let files = files();
        let (name, event) = pick.get(&files);
        let event = if is_of_an_execution(name) { aimed(event, aim.get(&night.executions)) } else { event.clone() };
        let mut bytes = event.to_string().into_bytes();
        for (at, gone, put) in edits {
            let at = at.index(bytes.len());
            let end = bytes.len().min(at + gone);
            drop(bytes.splice(at..end, put));
            bytes.push(b' ');
        }
        changes_nothing(&night, &lines, &bytes, name);
    }
}
