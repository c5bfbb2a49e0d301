//! How a report tells of agents: whose next nights are at risk by one that is not ONLINE, and of which nobody could say.

use jiff::tz::TimeZone;

use super::Report;
use super::words::{counted, shown};
use crate::agent::jobs::OFFLINE_FIX;
use crate::agent::notice;
use crate::agent::standing::{AgentInUse, Standing};

#[cfg(test)]
#[path = "agents_tests.rs"]
mod tests;

/// Jobs of an agent that a line names; the rest is counted.
pub const JOBS_NAMED_MAX: usize = 20;
/// Agents that are told one by one; the rest is counted.
pub const AGENTS_TOLD_MAX: usize = 20;

impl Report {
    /// The same night, with how the agents stand by now that the plan's jobs go through. Outcomes stay what they were
    /// proved to be: an agent says something of the next night, not of this one.
    #[must_use]
    pub fn with_agents(mut self, agents: Vec<AgentInUse>) -> Self {
        self.agents = agents;
        self.digest = self.digest_of_content();
        self
    }

    /// Jobs whose next night is known to be at risk by their agents.
    #[must_use]
    pub fn jobs_at_risk(&self) -> u64 {
        let at_risk = self.agents.iter().filter(|agent| agent.is_at_risk());
        u64::try_from(at_risk.map(|agent| agent.jobs.len()).sum::<usize>()).unwrap_or(u64::MAX)
    }
}

/// A line for each agent that is not known to be ONLINE.
#[must_use]
pub fn lines(agents: &[AgentInUse], zone: &TimeZone) -> Vec<String> {
    let mut told: Vec<String> = agents.iter().filter_map(|agent| line(agent, zone)).collect();
    let more = told.len().saturating_sub(AGENTS_TOLD_MAX);
    told.truncate(AGENTS_TOLD_MAX);
    told.extend((more > 0).then(|| format!("and {more} more agents: `nightferry agent list`")));
    told
}

fn line(agent: &AgentInUse, zone: &TimeZone) -> Option<String> {
    let (name, jobs) = (shown(&agent.agent), named(agent, zone));
    match &agent.standing {
        Standing::Online => None,
        Standing::NotOnline { status } if status.is_empty() => Some(format!(
            "AT RISK: {jobs}; the agent {name} is in a state that DataSync does not name (agent-offline). {OFFLINE_FIX}"
        )),
        Standing::NotOnline { status } => {
            Some(format!("AT RISK: {jobs}; the agent {name} is {} (agent-offline). {OFFLINE_FIX}", shown(status)))
        }
        Standing::Missing => Some(format!(
            "AT RISK: {jobs}; DataSync has no agent {name} (agent-not-activated). `nightferry agent activate` it."
        )),
        Standing::Unknown { why } => {
            Some(format!("NOT KNOWN: whether the agent {name} is ONLINE: {}. Through it: {jobs}", shown(why)))
        }
    }
}

/// `2 jobs (mail, next run 2026-11-20 21:00 UTC; scans, next run not known)`
fn named(agent: &AgentInUse, zone: &TimeZone) -> String {
    let count = agent.jobs.len();
    let mut jobs: Vec<String> = agent.jobs.iter().take(JOBS_NAMED_MAX).map(|job| notice::line(job, zone)).collect();
    jobs.extend((count > JOBS_NAMED_MAX).then(|| format!("and {} more", count.saturating_sub(JOBS_NAMED_MAX))));
    format!("{} ({})", counted(u64::try_from(count).unwrap_or(u64::MAX), "job"), jobs.join("; "))
}
