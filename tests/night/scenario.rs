//! Scenarios on one shared stage: each is played once in a process, whoever asks for it first, and its end is remembered.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::OnceLock;

use nightferry_local::front_door::{
    CallEffect, CallFault, CallMatch, EventEffect, EventFault, EventMatch, Fault, Often, OrderedFault,
};
use nightferry_local::{backup, batch};
use serde_json::json;

use crate::dead_nights::DeadNights;
use crate::program::turn;
use crate::stage::Stage;

static SET: OnceLock<Set> = OnceLock::new();

/// What scenarios of one kind share.
pub(crate) trait Shared: 'static {
    /// The one of this process, made when the first scenario asks.
    fn shared() -> &'static Self;
    /// Its stage.
    fn stage(&self) -> &Stage;
    /// Waits until nothing is under way that the next scenario's faults would strike.
    fn rest(&self) {}
}

impl Shared for Stage {
    fn shared() -> &'static Self {
        &set().stage
    }

    fn stage(&self) -> &Stage {
        self
    }

    fn rest(&self) {
        if let Ok(dead) = dead_nights() {
            dead.rest(self);
        }
    }
}

/// The shared stage, and the nights on it that were left to the sweep before the first scenario.
struct Set {
    stage: Stage,
    dead: Result<DeadNights, String>,
}

fn set() -> &'static Set {
    SET.get_or_init(|| {
        let jobs = ["homes", "mail", "papers"].map(str::to_owned);
        let stage = Stage::up("under-faults", &jobs, 40);
        let dead = caught(|| DeadNights::begin(&stage));
        calm(&stage);
        Set { stage, dead }
    })
}

/// The nights that were left to the sweep, or why there are none.
pub(crate) fn dead_nights() -> &'static Result<DeadNights, String> {
    &set().dead
}

/// One scenario.
pub(crate) struct Scenario<S: Shared = Stage> {
    name: &'static str,
    act: fn(&S),
    end: OnceLock<Result<(), String>>,
}

impl<S: Shared> Scenario<S> {
    /// What happens, and what has to hold afterwards.
    pub(crate) const fn new(name: &'static str, act: fn(&S)) -> Self {
        Self { name, act, end: OnceLock::new() }
    }

    /// Plays it unless it was played, and fails as it did.
    pub(crate) fn holds(&self) -> &'static Stage {
        let end = self.end.get_or_init(|| {
            let _turn = turn();
            let shared = S::shared();
            let end = caught(|| (self.act)(shared));
            calm(shared.stage());
            let rested = caught(|| shared.rest());
            end.and(rested)
        });
        assert!(end.is_ok(), "{}: {}", self.name, end.as_ref().err().map_or("", String::as_str));
        S::shared().stage()
    }
}

/// What the act gives, or the words that it panicked with.
pub(crate) fn caught<T>(act: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(act)).map_err(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        text.or_else(|| panic.downcast_ref::<&str>().map(|&text| text.to_owned())).unwrap_or_default()
    })
}

/// No fault outlives its scenario.
fn calm(stage: &Stage) {
    stage.wait(stage.local.admin().clear_faults()).unwrap();
    stage.wait(stage.local.admin().break_batch(&batch::Faults::default())).unwrap();
    stage.wait(stage.local.admin().break_backup(&backup::Faults::default())).unwrap();
    hold(stage, None);
}

/// Holds every execution of DataSync in this state; `None` lets them go on.
pub(crate) fn hold(stage: &Stage, held_in: Option<&str>) {
    stage.wait(stage.local.admin().break_datasync(&json!({"hang_in": held_in}))).unwrap();
}

/// Orders a fault for calls of one function; it is counted by [`struck`].
pub(crate) fn break_call(stage: &Stage, verb: &str, operation: &str, often: Often, effect: CallEffect) {
    let matches = CallMatch {
        caller: Some(format!("nightferry-{verb}")),
        operation: Some(operation.to_owned()),
        ..CallMatch::default()
    };
    let _ = stage.wait(stage.local.admin().break_calls(CallFault { matches, often, effect })).unwrap();
}

/// The same, only for calls about what this ARN ends in.
pub(crate) fn break_call_about(stage: &Stage, verb: &str, resource: &str, often: Often, effect: CallEffect) {
    let matches = CallMatch {
        caller: Some(format!("nightferry-{verb}")),
        resource: Some(resource.to_owned()),
        ..CallMatch::default()
    };
    let _ = stage.wait(stage.local.admin().break_calls(CallFault { matches, often, effect })).unwrap();
}

/// Orders that every event of DataSync is struck.
pub(crate) fn break_events(stage: &Stage, effect: EventEffect) {
    break_events_of(stage, "aws.datasync", effect);
}

/// The same of another service.
pub(crate) fn break_events_of(stage: &Stage, source: &str, effect: EventEffect) {
    let matches = EventMatch { source: Some(source.to_owned()), ..EventMatch::default() };
    let fault = EventFault { matches, often: Often::default(), effect };
    let _ = stage.wait(stage.local.admin().break_events(fault)).unwrap();
}

/// How often the ordered faults have struck.
pub(crate) fn struck(stage: &Stage) -> u64 {
    faults(stage).iter().map(|fault| fault.injected).sum()
}

fn faults(stage: &Stage) -> Vec<OrderedFault> {
    stage.wait(stage.local.admin().faults()).unwrap()
}

/// Each of the ordered faults has to have struck, or a night proves nothing about it.
pub(crate) fn assert_all_struck(stage: &Stage) {
    let faults = faults(stage);
    assert!(!faults.is_empty(), "no fault was ordered");
    let idle: Vec<_> = faults.iter().filter(|fault| fault.injected == 0).collect();
    assert!(idle.is_empty(), "these faults never struck: {idle:#?}");
}

/// How often functions were killed, and calls struck otherwise.
pub(crate) fn struck_calls(stage: &Stage) -> u64 {
    faults(stage).iter().filter(|fault| matches!(fault.fault, Fault::Call(_))).map(|fault| fault.injected).sum()
}
