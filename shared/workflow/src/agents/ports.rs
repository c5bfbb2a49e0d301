//! What an activation needs of the outside.
#![expect(async_fn_in_trait, reason = "every caller runs on one thread, so no future has to be Send")]

use nightferry_domain::agent::activation::{AgentSeen, Order};
use nightferry_domain::agent::{ActivationKey, ActivationRequest, AgentAddress, KeyRefused};

use crate::error::PortError;

/// DataSync's agents.
pub trait Agents {
    /// All agents of the account and Region that have this name, each described whole.
    async fn named(&self, name: &str) -> Result<Vec<AgentSeen>, PortError>;
    /// One agent, by its ARN.
    async fn described(&self, arn: &str) -> Result<AgentSeen, PortError>;
    /// Makes an agent and gives its ARN. Sent once: a key makes one agent, and a second try is refused although the first
    /// was carried out.
    async fn create(&self, order: &Order, key: &ActivationKey) -> Result<String, PortError>;
    /// Deletes an agent. One that is gone already is no error.
    async fn delete(&self, arn: &str) -> Result<(), PortError>;
}

/// Asks an agent for its key: one request, nothing followed, within the limits of `nightferry_domain::agent::request`.
pub trait AgentKeys {
    /// The key, or why there is none.
    async fn key(&self, address: AgentAddress, request: &ActivationRequest) -> Result<ActivationKey, KeyRefused>;
}

/// Lets time pass.
pub trait Pause {
    /// Returns after so many seconds.
    async fn pause(&self, secs: u64);
}
