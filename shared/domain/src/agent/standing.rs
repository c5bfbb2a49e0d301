//! How the agents of an applied plan stand, and which of its nights hang on each.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::job_spec::DeployedPlan;
use crate::plan::JobName;

/// What DataSync says of an agent, as far as a night depends on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentState {
    /// Its name in DataSync.
    pub name: String,
    /// `ONLINE`, `OFFLINE`, or what later versions of the service say.
    pub status: String,
}

impl AgentState {
    /// Whether it can work now.
    #[must_use]
    pub fn is_online(&self) -> bool {
        self.status == "ONLINE"
    }
}

/// How an agent stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Standing {
    /// Its jobs can work.
    Online,
    /// They can't.
    NotOnline {
        /// As DataSync calls it.
        status: String,
    },
    /// DataSync has none of its name, so they can't either.
    Missing,
    /// Nobody could say.
    Unknown {
        /// Why not.
        why: String,
    },
}

/// A job that goes through an agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentJob {
    /// Its name in the plan.
    pub name: JobName,
    /// When its schedule fires next; `None` if that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_run: Option<Timestamp>,
}

/// An agent that jobs of the plan go through.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentInUse {
    /// Its name in DataSync.
    pub agent: String,
    /// How it stands.
    pub standing: Standing,
    /// The jobs, in the order of their names; at least one.
    pub jobs: Vec<AgentJob>,
}

impl AgentInUse {
    /// Whether its jobs are known not to work as it stands.
    #[must_use]
    pub fn is_at_risk(&self) -> bool {
        match self.standing {
            Standing::NotOnline { .. } | Standing::Missing => true,
            Standing::Online | Standing::Unknown { .. } => false,
        }
    }
}

/// The plan's jobs that go through the agent of this name in DataSync, in the order of their names.
#[must_use]
pub fn jobs_through(plan: &DeployedPlan, agent: &str, now: Timestamp) -> Vec<AgentJob> {
    in_use(plan, now).remove(agent).unwrap_or_default()
}

/// How every agent stands that the plan uses, by what DataSync lists, or why it lists nothing.
#[must_use]
pub fn stand(plan: &DeployedPlan, listed: &Result<Vec<AgentState>, String>, now: Timestamp) -> Vec<AgentInUse> {
    let of = |(agent, jobs): (String, Vec<AgentJob>)| {
        let standing = match listed {
            Ok(listed) => standing(&agent, listed),
            Err(why) => Standing::Unknown { why: why.clone() },
        };
        AgentInUse { agent, standing, jobs }
    };
    in_use(plan, now).into_iter().map(of).collect()
}

/// Jobs that are known to be at risk; `None` where that would be none, and not every agent is known.
#[must_use]
pub fn jobs_at_risk(agents: &[AgentInUse]) -> Option<u64> {
    let count: usize = agents.iter().filter(|agent| agent.is_at_risk()).map(|agent| agent.jobs.len()).sum();
    let is_known = agents.iter().all(|agent| !matches!(agent.standing, Standing::Unknown { .. }));
    (count > 0 || is_known).then_some(u64::try_from(count).unwrap_or(u64::MAX))
}

fn in_use(plan: &DeployedPlan, now: Timestamp) -> BTreeMap<String, Vec<AgentJob>> {
    let mut next_runs = plan.next_runs(now);
    let mut agents: BTreeMap<String, Vec<AgentJob>> = BTreeMap::new();
    for job in &plan.jobs {
        if let Some(agent) = job.work.transfer().and_then(|transfer| transfer.agent.clone()) {
            let next_run = next_runs.remove(&job.name);
            agents.entry(agent).or_default().push(AgentJob { name: job.name.clone(), next_run });
        }
    }
    agents.values_mut().for_each(|jobs| jobs.sort_by(|a, b| a.name.cmp(&b.name)));
    agents
}

/// Names in DataSync need not be unique, and the plan knows no more than the name.
fn standing(agent: &str, listed: &[AgentState]) -> Standing {
    let named: Vec<&AgentState> = listed.iter().filter(|state| state.name == agent).collect();
    match named.as_slice() {
        [] => Standing::Missing,
        named if named.iter().all(|state| state.is_online()) => Standing::Online,
        [one] => Standing::NotOnline { status: one.status.clone() },
        [_, _, ..] => {
            Standing::Unknown { why: "DataSync has several agents of this name, and not all are ONLINE".to_owned() }
        }
    }
}

#[cfg(test)]
#[path = "standing_tests.rs"]
pub(crate) mod tests;
