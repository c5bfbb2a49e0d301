//! The state machine of a restore: whatever happens in it, what a drill made is removed before anything is told.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::stack::{Stack, items, text, words};

fn definition() -> Value {
    serde_json::from_str(&text("statemachines/restore.asl.json")).unwrap()
}

fn states(definition: &Value) -> &Map<String, Value> {
    definition["States"].as_object().unwrap()
}

/// Where a state may go: on, by choice, or by a failure.
fn ways_on(state: &Value) -> BTreeSet<&str> {
    let choices = items(&state["Choices"]).into_iter().map(|choice| &choice["Next"]);
    let catches = items(&state["Catch"]).into_iter().map(|catcher| &catcher["Next"]);
    let plain = [&state["Next"], &state["Default"]];
    choices.chain(catches).chain(plain).filter_map(Value::as_str).collect()
}

/// What can be reached from the first state without going through that one.
fn reached_without<'a>(definition: &'a Value, forbidden: &str) -> BTreeSet<&'a str> {
    let mut seen = BTreeSet::new();
    let mut open = vec![definition["StartAt"].as_str().unwrap()];
    while let Some(name) = open.pop() {
        if name != forbidden && seen.insert(name) {
            open.extend(ways_on(&states(definition)[name]));
        }
    }
    seen
}

#[test]
fn no_way_leads_to_the_report_past_the_clean_up() {
    let definition = definition();
    let reached = reached_without(&definition, "TidyRestore");
    assert!(!reached.contains("WriteReport"), "{reached:?}");
    assert!(reached_without(&definition, "").contains("WriteReport"));
    let mut hasty = definition.clone();
    hasty["States"]["CheckJob"]["Catch"][0]["Next"] = "WriteReport".into();
    assert!(reached_without(&hasty, "TidyRestore").contains("WriteReport"));
}

#[test]
fn every_state_is_reached_and_every_way_leads_to_a_state() {
    let definition = definition();
    let reached: BTreeSet<&str> = reached_without(&definition, "");
    let there: BTreeSet<&str> = states(&definition).keys().map(String::as_str).collect();
    assert_eq!(reached, there);
}

#[test]
fn nothing_waits_for_ever_and_every_failure_is_caught() {
    let definition = definition();
    assert!(definition["TimeoutSeconds"].is_u64());
    for (name, state) in states(&definition).iter().filter(|(_, state)| state["Type"] == "Task") {
        assert!(state["TimeoutSeconds"].is_u64() || state["TimeoutSecondsPath"].is_string(), "{name} waits for ever");
        let mut catches = items(&state["Catch"]).into_iter();
        assert!(catches.any(|catcher| words(&catcher["ErrorEquals"]) == ["States.ALL"]), "{name} ends all");
    }
}

#[test]
fn a_check_that_breaks_is_told_of_as_a_check_that_breaks() {
    let definition = definition();
    let states = states(&definition);
    assert_eq!(states["CallCheck"]["Catch"][0]["Next"], "CheckBroke");
    assert_eq!(states["CheckBroke"]["Parameters"]["Payload"]["error.$"], "$.checked");
    assert_eq!(states["CheckRestore"]["Parameters"]["Payload"]["answer.$"], "$.checked.answer");
    // A function of the user's that answers no is not asked again until it says yes.
    let retried: Vec<&str> =
        items(&states["CallCheck"]["Retry"]).iter().flat_map(|retry| words(&retry["ErrorEquals"])).collect();
    assert!(retried.iter().all(|error| error.starts_with("Lambda.")), "{retried:?}");
}

#[test]
fn the_template_fills_in_every_placeholder() {
    let text = text("statemachines/restore.asl.json");
    let asked: BTreeSet<&str> = text.split("${").skip(1).filter_map(|rest| rest.split('}').next()).collect();
    let filled = Stack::ours().properties("RestoreStateMachine")["DefinitionSubstitutions"].as_object().unwrap();
    assert_eq!(asked, filled.keys().map(String::as_str).collect());
    for word in ["QueryLanguage", "\"Assign\"", "{%"] {
        assert!(!text.contains(word), "{word}: the local interpreter does not know it");
    }
}

#[test]
fn a_machine_is_removed_only_by_its_mark() {
    for role in ["TidyRestoreRole", "SweepRunsRole"] {
        let policy = &Stack::ours().properties(role)["Policies"][0]["PolicyDocument"]["Statement"];
        let of = |action: &str| {
            let found = items(policy).into_iter().find(|statement| words(&statement["Action"]).contains(&action));
            found.unwrap_or_else(|| panic!("{role} has no {action}"))
        };
        let (remove, mark) = (of("ec2:TerminateInstances"), of("ec2:CreateTags"));
        assert_eq!(remove["Condition"]["Null"]["aws:ResourceTag/nightferry:drill"], "false");
        assert_eq!(mark["Condition"]["Null"]["aws:RequestTag/nightferry:drill"], "false");
        assert_eq!(words(&mark["Condition"]["ForAllValues:StringEquals"]["aws:TagKeys"]), ["nightferry:drill"]);
    }
}
