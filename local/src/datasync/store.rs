//! Everything the stand-in remembers, behind one lock that is never held across an await.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::Value;

use super::agents::Agent;
use super::ids;
use super::record::{Execution, Location, Tags, Task};
use super::refusal::Refusal;
use super::status::Status;

/// The tables, by ARN.
#[derive(Debug, Default)]
pub(super) struct Tables {
    /// Locations.
    pub(super) locations: BTreeMap<String, Location>,
    /// Agents.
    pub(super) agents: BTreeMap<String, Agent>,
    /// Tasks.
    pub(super) tasks: BTreeMap<String, Task>,
    /// Executions.
    pub(super) executions: BTreeMap<String, Execution>,
    /// In which order executions were asked for, oldest first.
    pub(super) order: Vec<String>,
    /// Tags of anything.
    pub(super) tags: BTreeMap<String, Tags>,
}

/// The tables and their lock.
#[derive(Debug, Default)]
pub(super) struct Store(Mutex<Tables>);

impl Store {
    /// The tables, until the guard goes.
    pub(super) fn open(&self) -> MutexGuard<'_, Tables> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes an execution; nothing happens when there is none.
    pub(super) fn change<T>(&self, arn: &str, change: impl FnOnce(&mut Execution) -> T) -> Option<T> {
        self.open().executions.get_mut(arn).map(change)
    }
}

impl Tables {
    /// A location, or the service's words that there is none.
    pub(super) fn location(&self, arn: &str) -> Result<&Location, Refusal> {
        self.locations.get(arn).ok_or_else(|| missing("Location", arn))
    }

    /// An agent, or the service's words that there is none.
    pub(super) fn agent(&self, arn: &str) -> Result<&Agent, Refusal> {
        self.agents.get(arn).ok_or_else(|| missing("Agent", arn))
    }

    /// A task, or the service's words that there is none.
    pub(super) fn task(&self, arn: &str) -> Result<&Task, Refusal> {
        self.tasks.get(arn).ok_or_else(|| missing("Task", arn))
    }

    /// A task to change.
    pub(super) fn task_mut(&mut self, arn: &str) -> Result<&mut Task, Refusal> {
        self.tasks.get_mut(arn).ok_or_else(|| missing("Task", arn))
    }

    /// An execution, or the service's words that there is none.
    pub(super) fn execution(&self, arn: &str) -> Result<&Execution, Refusal> {
        self.executions.get(arn).ok_or_else(|| missing("Task execution", arn))
    }

    /// The executions of a task, oldest first.
    pub(super) fn executions_of<'a>(&'a self, task: &'a str) -> impl Iterator<Item = &'a Execution> {
        self.order.iter().filter_map(|arn| self.executions.get(arn)).filter(move |execution| execution.task == task)
    }

    /// The execution that occupies a task.
    pub(super) fn running<'a>(&'a self, task: &'a str) -> Option<&'a Execution> {
        self.executions_of(task).find(|execution| execution.status.is_running())
    }

    /// The word of a task's status.
    pub(super) fn task_status(&self, task: &str) -> &'static str {
        if self.tasks.get(task).is_some_and(|task| !self.has_its_agents(task)) {
            return "UNAVAILABLE";
        }
        let mut queued = false;
        for execution in self.executions_of(task) {
            if execution.status.is_running() {
                return "RUNNING";
            }
            queued |= execution.status == Status::Queued;
        }
        if queued { "QUEUED" } else { "AVAILABLE" }
    }
}

fn missing(kind: &str, arn: &str) -> Refusal {
    Refusal::coded("NotFound", format!("{kind} {} is not found.", ids::last_part(arn)))
}

/// The text of a member that the constraints made sure of.
pub(super) fn text<'a>(request: &'a Value, name: &str) -> &'a str {
    request.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// Refuses a resource of another account or region with the words for a missing one.
pub(super) fn own<'a>(call: &crate::stand_in::Call, request: &'a Value, name: &str) -> Result<&'a str, Refusal> {
    let arn = text(request, name);
    let region = arn.split(':').nth(3).unwrap_or_default();
    if ids::account_of(arn) == call.account && region == call.region { Ok(arn) } else { Err(missing("Resource", arn)) }
}
