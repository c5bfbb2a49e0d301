//! Everything that an activation needs: DataSync, the agent, the clock.

use std::time::Duration;

use jiff::Timestamp;
use nightferry_aws::agents::DataSyncAgents;
use nightferry_aws::chance_and_time::SystemClock;
use nightferry_domain::agent::activation::{AgentSeen, Order};
use nightferry_domain::agent::{ActivationKey, ActivationRequest, AgentAddress, KeyRefused};
use nightferry_workflow::agents::{AgentKeys, Agents, Pause};
use nightferry_workflow::error::PortError;
use nightferry_workflow::ports::Clock;

use super::Fetcher;

/// The outside of `agent activate`.
#[derive(Debug)]
pub(crate) struct AgentWorld {
    /// DataSync.
    pub(crate) agents: DataSyncAgents,
    /// The way to the agent.
    pub(crate) fetcher: Fetcher,
}

impl Agents for AgentWorld {
    async fn named(&self, name: &str) -> Result<Vec<AgentSeen>, PortError> {
        self.agents.named(name).await
    }

    async fn described(&self, arn: &str) -> Result<AgentSeen, PortError> {
        self.agents.described(arn).await
    }

    async fn create(&self, order: &Order, key: &ActivationKey) -> Result<String, PortError> {
        self.agents.create(order, key).await
    }

    async fn delete(&self, arn: &str) -> Result<(), PortError> {
        self.agents.delete(arn).await
    }
}

impl AgentKeys for AgentWorld {
    async fn key(&self, address: AgentAddress, request: &ActivationRequest) -> Result<ActivationKey, KeyRefused> {
        self.fetcher.key(address, request).await
    }
}

impl Clock for AgentWorld {
    fn now(&self) -> Timestamp {
        SystemClock.now()
    }
}

impl Pause for AgentWorld {
    async fn pause(&self, secs: u64) {
        tokio::time::sleep(Duration::from_secs(secs)).await;
    }
}
