//! How the agents stand that a plan's jobs go through.

use jiff::Timestamp;
use nightferry_domain::agent::standing::{AgentInUse, stand};
use nightferry_domain::job_spec::DeployedPlan;

use crate::ports::{AgentStates, World};

/// Each agent in use. What can't be found out is said in its place; where no job has an agent, nobody is asked.
pub async fn agents_in_use<W: World>(world: &W, plan: &DeployedPlan, now: Timestamp) -> Vec<AgentInUse> {
    if !uses_agents(plan) {
        return vec![];
    }
    stand(plan, &world.agent_states().agents().await.map_err(|refusal| refusal.to_string()), now)
}

/// Whether any job goes through an agent.
pub(crate) fn uses_agents(plan: &DeployedPlan) -> bool {
    plan.jobs.iter().filter_map(|job| job.work.transfer()).any(|transfer| transfer.agent.is_some())
}
