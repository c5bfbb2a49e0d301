//! Every file in `events/` is read as the functions read it.

use std::collections::BTreeSet;

use nightferry_domain::state_change::{Hint, Ignored, read};
use nightferry_workflow::open_run::Request;
use proptest::prelude::*;
use serde_json::{Value, json};

const ACCOUNT: &str = "123456789012";
const REGION: &str = "ap-northeast-1";

/// The states of a task execution, as documented; `LAUNCHED` stands in the guide only.
const STATES: [&str; 9] =
    ["queued", "launching", "launched", "preparing", "transferring", "verifying", "success", "error", "cancelling"];

fn files() -> Vec<(String, Value)> {
    let folder = crate::tidy::root().join("events");
    let mut files: Vec<(String, Value)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let event =
                serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap_or_else(|e| panic!("{name}: {e}"));
            (name, event)
        })
        .collect();
    files.sort_by(|a, b| a.0.cmp(&b.0));
    files
}

fn named(start: &str) -> Vec<(String, Value)> {
    files().into_iter().filter(|(name, _)| name.starts_with(start)).collect()
}

#[test]
fn there_is_a_file_for_every_state_of_a_task_execution() {
    let there: BTreeSet<String> = named("datasync-task-execution-").into_iter().map(|(name, _)| name).collect();
    let wanted = STATES.map(|state| format!("datasync-task-execution-{state}.json")).into();
    assert_eq!(there, wanted);
}

#[test]
fn every_task_execution_event_names_its_execution() {
    for (name, event) in named("datasync-task-execution-") {
        let hint = read(&event, ACCOUNT, REGION);
        let Hint::LookAt(execution) = hint else { panic!("{name}: {hint:?}") };
        assert_eq!(event["resources"][0], execution.as_str(), "{name}");
    }
}

#[test]
fn every_batch_job_event_names_its_job() {
    let events = named("s3batch-job-");
    assert!(events.len() >= 13);
    for (name, event) in events {
        let hint = read(&event, ACCOUNT, REGION);
        let Hint::LookAt(job) = hint else { panic!("{name}: {hint:?}") };
        assert_eq!(event["detail"]["serviceEventDetails"]["jobArn"], job.as_str(), "{name}");
    }
}

#[test]
fn every_event_of_a_backup_or_a_restore_names_its_job_by_account_and_region() {
    for (start, field, kind) in
        [("backup-job-", "backupJobId", "backup-job"), ("backup-restore-", "restoreJobId", "restore-job")]
    {
        let events = named(start);
        assert!(events.len() >= 7, "{start}");
        for (name, event) in events {
            let hint = read(&event, ACCOUNT, REGION);
            let Hint::LookAt(job) = hint else { panic!("{name}: {hint:?}") };
            let id = event["detail"][field].as_str().unwrap();
            assert_eq!(job.as_str(), format!("arn:aws:backup:{REGION}:{ACCOUNT}:{kind}:{id}"), "{name}");
        }
    }
}

#[test]
fn every_other_event_is_ignored_with_a_reason() {
    let watched = ["datasync-task-execution-", "datasync-agent-", "s3batch-job-", "backup-job-", "backup-restore-"];
    let is_other = |(name, _): &(String, Value)| !watched.iter().any(|start| name.starts_with(start));
    for (name, event) in files().into_iter().filter(is_other) {
        assert!(matches!(read(&event, ACCOUNT, REGION), Hint::Ignore(_)), "{name}");
    }
}

#[test]
fn every_agent_event_names_its_agent() {
    let events = named("datasync-agent-");
    assert_eq!(events.len(), 2);
    for (name, event) in events {
        let hint = read(&event, ACCOUNT, REGION);
        let Hint::LookAtAgent(agent) = hint else { panic!("{name}: {hint:?}") };
        assert_eq!(event["resources"][0], agent.as_str(), "{name}");
    }
}

#[test]
fn location_and_task_events_are_known_not_to_be_watched() {
    for kind in ["location", "task-a", "task-q", "task-r", "task-u"] {
        for (name, event) in named(&format!("datasync-{kind}")) {
            assert!(matches!(read(&event, ACCOUNT, REGION), Hint::Ignore(Ignored::Unwatched { .. })), "{name}");
        }
    }
}

#[test]
fn a_schedule_delivered_again_asks_for_the_same_run() {
    let run = |name: &str| {
        let (_, input) = named(name).pop().unwrap();
        serde_json::from_value::<Request>(input).unwrap().run()
    };
    assert_eq!(run("scheduler-custom-input-delivered"), run("scheduler-custom-input-retry"));
    assert_eq!(run("scheduler-custom-input-delivered").0.as_str(), "nightly-2026-11-20T21-00-00Z");
}

#[test]
fn a_schedule_without_our_input_is_refused() {
    for name in ["scheduler-default-payload", "eventbridge-scheduled-rule", "scheduler-custom-input-template"] {
        let (_, input) = named(name).pop().unwrap();
        assert!(serde_json::from_value::<Request>(input).is_err(), "{name}");
    }
}

/// One way of breaking a JSON document.
#[derive(Debug, Clone)]
enum Damage {
    Drop,
    Replace(Value),
}

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        Just(Damage::Drop),
        Just(Damage::Replace(Value::Null)),
        Just(Damage::Replace(json!(7))),
        Just(Damage::Replace(json!([]))),
        Just(Damage::Replace(json!({"a": 1}))),
        Just(Damage::Replace(json!("x".repeat(300_000)))),
        Just(Damage::Replace(json!("line\nbreak\u{0}\u{202e}"))),
        Just(Damage::Replace(json!("210987654321"))),
        any::<String>().prop_map(|text| Damage::Replace(json!(text))),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    /// Whatever is broken, an event is a hint that names an execution or an agent of ours, or it is ignored.
    #[test]
    fn a_broken_event_never_names_what_is_not_ours(pick in any::<prop::sample::Index>(), field in any::<prop::sample::Index>(), damage in damage()) {
        let files = files();
        let (_, mut event) = files[pick.index(files.len())].clone();
        if let Some(object) = event.as_object_mut() {
            let names: Vec<String> = object.keys().cloned().collect();
            let name = &names[field.index(names.len())];
            match damage {
                Damage::Drop => { let _ = object.remove(name); }
                Damage::Replace(value) => { let _ = object.insert(name.clone(), value); }
            }
        }
        match read(&event, ACCOUNT, REGION) {
            Hint::LookAt(execution) => {
                let ours = ["datasync:R:task/", "s3:R:job/", "backup:R:backup-job:", "backup:R:restore-job:"]
                    .map(|start| format!(":{}", start.replace('R', &format!("{REGION}:{ACCOUNT}"))));
                prop_assert!(ours.iter().any(|ours| execution.as_str().contains(ours)));
            }
            Hint::LookAtAgent(agent) => {
                let home = format!(":datasync:{REGION}:{ACCOUNT}:agent/agent-");
                prop_assert!(agent.as_str().contains(&home));
            }
            Hint::Ignore(why) => {
                let line = why.to_string();
                prop_assert!(line.len() < 600 && !line.chars().any(char::is_control));
            }
        }
    }
}
