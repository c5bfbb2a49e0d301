//! The state machine of a night: nothing waits for ever, nothing fails unheard, and every name it matches exists.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::stack::{Findings, Stack, items, text, words};

/// Errors of ours that the state machine may name: those that the functions raise, and the two it ends a night with.
const ERRORS: &[&str] = &[
    "Nightferry.Retryable",
    "Nightferry.AttemptClaimed",
    "Nightferry.Rejected",
    "Nightferry.NotFound",
    "Nightferry.ReportFailed",
    "Nightferry.ReportOverdue",
];

/// The definition.
pub(crate) fn definition() -> Value {
    serde_json::from_str(&text("statemachines/nightly-run.asl.json")).unwrap()
}

/// The states of the night, and those of one job inside it.
pub(crate) fn machines(definition: &Value) -> [&Map<String, Value>; 2] {
    let night = definition["States"].as_object().unwrap();
    [night, night["RunJobs"]["ItemProcessor"]["States"].as_object().unwrap()]
}

fn states(definition: &Value) -> impl Iterator<Item = (&String, &Value)> {
    machines(definition).into_iter().flatten()
}

fn every_wait_ends_and_every_failure_is_caught(definition: &Value) -> Findings {
    let tasks = states(definition).filter(|(_, state)| state["Type"] == "Task" || state["Type"] == "Map");
    let mut findings: Findings = tasks
        .flat_map(|(name, state)| open_ends(state).into_iter().map(move |what| format!("{name}: {what}")))
        .collect();
    if !definition["TimeoutSeconds"].is_u64() {
        findings.push("the night has no end".to_owned());
    }
    findings
}

fn open_ends(state: &Value) -> Vec<&'static str> {
    // A map ends with its items, each of which ends by itself, and with the night's own timeout.
    let is_bounded =
        state["Type"] == "Map" || state["TimeoutSeconds"].is_u64() || state["TimeoutSecondsPath"].is_string();
    let catches_all =
        items(&state["Catch"]).into_iter().any(|catcher| words(&catcher["ErrorEquals"]) == ["States.ALL"]);
    let checks = [(is_bounded, "waits for ever"), (catches_all, "a failure ends its whole execution")];
    checks.into_iter().filter_map(|(is_so, what)| (!is_so).then_some(what)).collect()
}

fn error_names(definition: &Value) -> BTreeSet<String> {
    let lists =
        states(definition).flat_map(|(_, state)| items(&state["Retry"]).into_iter().chain(items(&state["Catch"])));
    let matched = lists.flat_map(|list| words(&list["ErrorEquals"]));
    let raised = states(definition).filter_map(|(_, state)| state["Error"].as_str());
    matched.chain(raised).filter(|name| !name.starts_with("States.")).map(str::to_owned).collect()
}

#[test]
fn nothing_waits_for_ever_and_no_job_ends_the_night() {
    let definition = definition();
    assert_eq!(every_wait_ends_and_every_failure_is_caught(&definition), Findings::new());
    let mut endless = definition.clone();
    drop(endless["States"]["WriteReport"].as_object_mut().unwrap().remove("TimeoutSeconds"));
    drop(endless["States"]["RunJobs"].as_object_mut().unwrap().remove("Catch"));
    assert_eq!(every_wait_ends_and_every_failure_is_caught(&endless).len(), 2);
}

#[test]
fn every_error_that_is_matched_or_raised_is_one_that_exists() {
    let named = error_names(&definition());
    let unknown: Vec<_> = named.iter().filter(|name| !ERRORS.contains(&name.as_str())).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
    assert!(named.contains("Nightferry.AttemptClaimed"));
}

#[test]
fn only_jsonpath_is_spoken() {
    let text = text("statemachines/nightly-run.asl.json");
    for word in ["QueryLanguage", "\"Assign\"", "{%"] {
        assert!(!text.contains(word), "{word}: the local interpreter does not know it");
    }
}

#[test]
fn a_job_timed_out_by_the_clock_is_not_started_again_by_a_retry() {
    let definition = definition();
    let retriers = items(&machines(&definition)[1]["StartJob"]["Retry"]);
    let first_match = |error: &str| {
        retriers
            .iter()
            .find(|retrier| words(&retrier["ErrorEquals"]).iter().any(|name| [error, "States.ALL"].contains(name)))
            .unwrap()["MaxAttempts"]
            .as_u64()
    };
    assert_eq!(first_match("States.Timeout"), Some(0));
    assert_eq!(first_match("Nightferry.Rejected"), Some(0));
    assert_eq!(first_match("Nightferry.AttemptClaimed"), Some(8));
    assert_eq!(first_match("Nightferry.Retryable"), Some(4));
}

#[test]
fn the_template_fills_in_every_placeholder() {
    let text = text("statemachines/nightly-run.asl.json");
    let asked: BTreeSet<&str> = text.split("${").skip(1).filter_map(|rest| rest.split('}').next()).collect();
    let ours = Stack::ours();
    let filled: BTreeSet<&str> = ours.properties("NightlyRunStateMachine")["DefinitionSubstitutions"]
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(asked, filled);
}
