//! DataSync's agents: as they are now, one by one and all together.

use nightferry_domain::agent::standing::AgentState;
use nightferry_domain::ids::AgentArn;
use nightferry_workflow::error::PortError;
use nightferry_workflow::ports::AgentStates;

/// An agent that is ONLINE, and a hand on its connection.
pub(crate) trait Bench {
    /// The port.
    type Port: AgentStates;
    /// The port.
    fn port(&self) -> &Self::Port;
    /// The agent.
    fn arn(&self) -> &AgentArn;
    /// Its name, which no other has.
    fn name(&self) -> &str;
    /// DataSync does not hear of it any more.
    async fn is_cut_off(&self);
    /// It is deleted in DataSync.
    async fn is_deleted(&self);
}

async fn listed(bench: &impl Bench) -> Vec<AgentState> {
    let mut agents = bench.port().agents().await.unwrap();
    agents.retain(|agent| agent.name == bench.name());
    agents
}

fn state(bench: &impl Bench, status: &str) -> AgentState {
    AgentState { name: bench.name().to_owned(), status: status.to_owned() }
}

async fn an_agent_is_told_as_it_is_by_its_arn_and_in_the_list(bench: &impl Bench) {
    assert_eq!(bench.port().agent(bench.arn()).await, Ok(state(bench, "ONLINE")));
    assert_eq!(listed(bench).await, [state(bench, "ONLINE")]);
    bench.is_cut_off().await;
    assert_eq!(bench.port().agent(bench.arn()).await, Ok(state(bench, "OFFLINE")));
    assert_eq!(listed(bench).await, [state(bench, "OFFLINE")]);
}

async fn an_agent_that_was_deleted_is_missing(bench: &impl Bench) {
    bench.is_deleted().await;
    let told = bench.port().agent(bench.arn()).await;
    assert!(matches!(told, Err(PortError::Missing { .. })), "{told:?}");
    assert_eq!(listed(bench).await, []);
}

checks!(
    crate::fake::agent(), crate::aws::agent();
    an_agent_is_told_as_it_is_by_its_arn_and_in_the_list,
    an_agent_that_was_deleted_is_missing,
);
