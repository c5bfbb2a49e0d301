//! DataSync's agents: there, ONLINE or not, or deleted.

use nightferry_domain::agent::standing::AgentState;
use nightferry_domain::ids::AgentArn;
use nightferry_workflow::error::PortError;
use nightferry_workflow::ports::AgentStates;

use super::{Fake, missing};

/// The ARN of the n-th agent.
pub fn agent_of(n: usize) -> AgentArn {
    format!("arn:aws:datasync:ap-northeast-1:123456789012:agent/agent-{n:017x}").parse().expect("an agent's ARN")
}

impl AgentStates for Fake {
    async fn agent(&self, arn: &AgentArn) -> Result<AgentState, PortError> {
        self.call("agent", |state| state.agents.get(arn).cloned().ok_or_else(|| missing("agent", arn))).await
    }

    async fn agents(&self) -> Result<Vec<AgentState>, PortError> {
        self.call("agents", |state| Ok(state.agents.values().cloned().collect())).await
    }
}

impl Fake {
    /// The n-th agent is called so and stands so; its ARN.
    pub fn agent_stands(&self, n: usize, name: &str, status: &str) -> AgentArn {
        let state = AgentState { name: name.to_owned(), status: status.to_owned() };
        let _ = self.state.borrow_mut().agents.insert(agent_of(n), state);
        agent_of(n)
    }
}
