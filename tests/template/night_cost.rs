//! What a night costs in state transitions and Lambda calls, counted by walking the definition.

use nightferry_domain::cost::steps::{NIGHT, Steps};
use serde_json::{Map, Value};

use crate::{
    night::{definition, machines},
    stack::items,
};

/// Most state transitions that an eight-hour job may cost.
const TRANSITIONS_MAX: usize = 30;
/// Most Lambda calls that it may cost.
const CALLS_MAX: usize = 20;
/// Invocations beside the state machine's own: one `open-run`.
const OPENING_CALLS: usize = 1;

/// What one walk passed.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Cost {
    transitions: usize,
    calls: usize,
}

impl std::ops::Add for Cost {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { transitions: self.transitions + other.transitions, calls: self.calls + other.calls }
    }
}

/// Walks from `start` to an end. Where the definition chooses, the next of `choices` is taken, which must be one that it offers.
fn walk(states: &Map<String, Value>, start: &str, choices: &[&str]) -> Cost {
    let mut choices = choices.iter();
    let mut cost = Cost { transitions: 1, calls: 0 }; // into the first state
    let mut name = start;
    loop {
        let state = &states[name];
        cost.transitions += 1;
        cost.calls += usize::from(state["Type"] == "Task");
        name = match state["Type"].as_str().unwrap() {
            "Succeed" | "Fail" => break,
            "Choice" => offered(state, choices.next().unwrap()),
            _ => state["Next"].as_str().unwrap(),
        };
    }
    assert_eq!(choices.next(), None, "the walk ended before its choices did");
    cost
}

fn offered<'a>(state: &Value, choice: &'a str) -> &'a str {
    let is_offered =
        items(&state["Choices"]).into_iter().any(|rule| rule["Next"] == choice) || state["Default"] == choice;
    assert!(is_offered, "{choice} is not among the choices");
    choice
}

/// A whole night of one job; each started attempt also costs the `record-state` call of its event.
fn night_of_one_job(choices: &[&str]) -> Cost {
    let definition = definition();
    let [night, job] = machines(&definition);
    let started = choices.iter().filter(|choice| ["StartJob", "BackOff", "ConfirmBatchJob"].contains(choice)).count();
    walk(night, "OpenNight", &["NightClosed"])
        + walk(job, "CheckJob", choices)
        + Cost { transitions: 0, calls: OPENING_CALLS + started }
}

#[test]
fn an_eight_hour_job_costs_the_same_as_a_short_one() {
    assert_eq!(night_of_one_job(&["StartJob", "JobSettled"]), Cost { transitions: 13, calls: 6 });
}

#[test]
fn a_job_that_succeeds_at_its_third_attempt_stays_within_the_budget() {
    let cost = night_of_one_job(&["StartJob", "BackOff", "BackOff", "JobSettled"]);
    assert!(cost.transitions <= TRANSITIONS_MAX && cost.calls <= CALLS_MAX, "{cost:?}");
}

#[test]
fn a_job_refused_by_its_check_is_never_started() {
    assert_eq!(night_of_one_job(&["JobSettled"]), Cost { transitions: 10, calls: 3 });
}

#[test]
fn a_batch_job_that_is_confirmed_and_tried_twice_stays_within_the_budget() {
    let cost = night_of_one_job(&["StartJob", "ConfirmBatchJob", "BackOff", "ConfirmBatchJob", "JobSettled"]);
    assert!(cost.transitions <= TRANSITIONS_MAX && cost.calls <= CALLS_MAX, "{cost:?}");
}

#[test]
fn what_the_cost_model_counts_is_what_the_definition_has() {
    let modelled = |attempts, confirmations| {
        let steps = Steps::of_job(attempts, confirmations).and(NIGHT);
        Cost { transitions: steps.transitions as usize, calls: steps.calls as usize }
    };
    assert_eq!(night_of_one_job(&["JobSettled"]), modelled(0, 0));
    assert_eq!(night_of_one_job(&["StartJob", "JobSettled"]), modelled(1, 0));
    assert_eq!(night_of_one_job(&["StartJob", "BackOff", "BackOff", "JobSettled"]), modelled(3, 0));
    assert_eq!(night_of_one_job(&["StartJob", "ConfirmBatchJob", "JobSettled"]), modelled(1, 1));
}
