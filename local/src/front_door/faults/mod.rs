//! Faults on order: which calls and events to break, how, and how often it was done.

mod call;
mod count;
mod event;

use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

pub(crate) use call::Seen;
pub use call::{CallEffect, CallFault, CallMatch, Refusal};
pub use count::Often;
pub use event::{EventEffect, EventFault, EventMatch};

/// What can be ordered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// Something happens to calls.
    Call(CallFault),
    /// Something happens to events.
    Event(EventFault),
}

/// An ordered fault and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderedFault {
    /// Its number, from 1.
    pub id: u64,
    /// What was ordered.
    pub fault: Fault,
    /// How many calls or events it matched.
    pub seen: u64,
    /// How many of these it struck.
    pub injected: u64,
}

impl OrderedFault {
    /// Counts one match; true when this one is to be struck.
    fn strikes(&mut self, often: Often) -> bool {
        self.seen += 1;
        let strikes = often.strikes(self.seen, self.injected);
        self.injected += u64::from(strikes);
        strikes
    }
}

/// All ordered faults.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    ordered: Mutex<Vec<OrderedFault>>,
}

impl Faults {
    /// Orders one.
    pub(crate) fn order(&self, fault: Fault) -> OrderedFault {
        let mut ordered = self.ordered.lock().unwrap_or_else(PoisonError::into_inner);
        let id = ordered.last().map_or(1, |last| last.id + 1);
        let fault = OrderedFault { id, fault, seen: 0, injected: 0 };
        ordered.push(fault.clone());
        fault
    }

    /// All of them with their counters.
    pub(crate) fn all(&self) -> Vec<OrderedFault> {
        self.ordered.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Calls the whole thing off.
    pub(crate) fn clear(&self) {
        self.ordered.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// What happens to this call: the effect of the first fault that strikes. Every matching fault counts it.
    pub(crate) fn on_call(&self, seen: &Seen<'_>) -> Option<CallEffect> {
        let mut ordered = self.ordered.lock().unwrap_or_else(PoisonError::into_inner);
        let mut effect = None;
        for one in ordered.iter_mut() {
            let Fault::Call(fault) = &one.fault else { continue };
            if fault.matches.is_met_by(seen) {
                let (often, its) = (fault.often, fault.effect.clone());
                if one.strikes(often) {
                    effect = effect.or(Some(its));
                }
            }
        }
        effect
    }

    /// What happens to this event.
    pub(crate) fn on_event(&self, event: &serde_json::Value) -> Option<EventEffect> {
        let mut ordered = self.ordered.lock().unwrap_or_else(PoisonError::into_inner);
        let mut effect = None;
        for one in ordered.iter_mut() {
            let Fault::Event(fault) = &one.fault else { continue };
            if fault.matches.is_met_by(event) {
                let (often, its) = (fault.often, fault.effect);
                if one.strikes(often) {
                    effect = effect.or(Some(its));
                }
            }
        }
        effect
    }
}
