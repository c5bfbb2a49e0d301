//! Whose turn it is: an agent runs one task at a time, and one that is cut off runs none.

use std::collections::BTreeSet;

use crate::datasync::DataSync;
use crate::datasync::record::{Place, Task};
use crate::datasync::status::Status;
use crate::datasync::store::Tables;

impl Tables {
    /// The agents through which a task works.
    pub(in crate::datasync) fn agents_of(&self, task: &Task) -> BTreeSet<&str> {
        let ends = [&task.source, &task.destination].into_iter().filter_map(|arn| self.locations.get(arn));
        let agents = ends.flat_map(|location| match &location.place {
            Place::Shared(shared) => shared.agents.as_slice(),
            Place::Efs { .. } | Place::S3 { .. } => &[],
        });
        agents.map(String::as_str).collect()
    }

    /// The task that has one of this task's agents now, if another one has.
    pub(in crate::datasync) fn ahead_at_agent<'a>(&'a self, task: &Task) -> Option<&'a Task> {
        let agents = self.agents_of(task);
        let has_one = |other: &&Task| other.arn != task.arn && !self.agents_of(other).is_disjoint(&agents);
        self.tasks.values().filter(has_one).find(|other| self.running(&other.arn).is_some())
    }

    /// Whether every agent of a task is connected.
    pub(in crate::datasync) fn has_its_agents(&self, task: &Task) -> bool {
        self.agents_of(task).iter().all(|arn| self.agents.get(*arn).is_some_and(|agent| agent.is_online))
    }

    /// The oldest queued execution that may begin now that this task has ended one: its own, or one of a task that waits
    /// for the same agent.
    pub(in crate::datasync) fn next_after(&self, task: &Task) -> Option<String> {
        let agents = self.agents_of(task);
        let may_begin = |arn: &&String| {
            let Some(queued) = self.executions.get(*arn).filter(|it| it.status == Status::Queued) else { return false };
            let Some(other) = self.tasks.get(&queued.task) else { return false };
            let is_next_here = other.arn == task.arn || !self.agents_of(other).is_disjoint(&agents);
            is_next_here && self.running(&other.arn).is_none() && self.ahead_at_agent(other).is_none()
        };
        self.order.iter().find(may_begin).cloned()
    }
}

impl DataSync {
    /// Returns once all agents of a task are connected.
    pub(in crate::datasync) async fn agents_connected(&self, task: &Task) {
        let mut changes = self.connections.subscribe();
        while !self.store.open().has_its_agents(task) {
            // The sender lives as long as this stand-in.
            if changes.changed().await.is_err() {
                return;
            }
        }
    }
}
