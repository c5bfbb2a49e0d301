//! DataSync's agents: found by name, made once, waited for, deleted.

use aws_sdk_datasync::Client;
use aws_sdk_datasync::config::retry::RetryConfig;
use aws_sdk_datasync::types::AgentListEntry;
use nightferry_domain::agent::ActivationKey;
use nightferry_domain::agent::activation::{AgentSeen, LinkSeen, Order};
use nightferry_domain::agent::standing::AgentState;
use nightferry_domain::ids::AgentArn;
use nightferry_workflow::agents::Agents;
use nightferry_workflow::error::PortError;
use nightferry_workflow::ports::AgentStates;

use crate::sdk_error::Call;

mod caller;
#[cfg(test)]
mod tests;

pub use caller::caller;

/// Pages of agents that are read: more than an account's tasks could use.
pub const PAGES_MAX: usize = 20;

const LIST: Call = Call::read("DataSync", "ListAgents");
const DESCRIBE: Call = Call::read("DataSync", "DescribeAgent");
const CREATE: Call = Call::start("DataSync", "CreateAgent");
const DELETE: Call = Call::write("DataSync", "DeleteAgent");

/// [`Agents`] over DataSync.
#[derive(Debug, Clone)]
pub struct DataSyncAgents {
    client: Client,
}

impl DataSyncAgents {
    /// The agents of the client's account and Region.
    #[must_use]
    pub fn new(config: &aws_types::SdkConfig) -> Self {
        Self { client: Client::new(config) }
    }

    /// Every agent, described whole.
    pub async fn all(&self) -> Result<Vec<AgentSeen>, PortError> {
        self.where_listed(|_| true).await
    }

    async fn where_listed(&self, is_wanted: impl Fn(&AgentListEntry) -> bool) -> Result<Vec<AgentSeen>, PortError> {
        let mut found = vec![];
        for entry in self.listed().await?.iter().filter(|entry| is_wanted(entry)) {
            match self.described(entry.agent_arn().unwrap_or_default()).await {
                Ok(seen) => found.push(seen),
                // Deleted between the two calls.
                Err(PortError::Missing { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(found)
    }

    async fn listed(&self) -> Result<Vec<AgentListEntry>, PortError> {
        let (mut found, mut next) = (vec![], None);
        for _ in 0..PAGES_MAX {
            let asked = self.client.list_agents().set_next_token(next);
            let page = asked.send().await.map_err(|error| LIST.refused(&error))?;
            found.extend_from_slice(page.agents());
            next = page.next_token().map(str::to_owned);
            if next.is_none() {
                return Ok(found);
            }
        }
        Err(LIST.rejected("TooManyPages", &format!("more than {PAGES_MAX} pages of agents")))
    }
}

impl AgentStates for DataSyncAgents {
    async fn agent(&self, arn: &AgentArn) -> Result<AgentState, PortError> {
        let AgentSeen { name, status, .. } = self.described(arn.as_str()).await?;
        Ok(AgentState { name, status })
    }

    async fn agents(&self) -> Result<Vec<AgentState>, PortError> {
        let state = |entry: &AgentListEntry| AgentState {
            name: entry.name().unwrap_or_default().to_owned(),
            status: entry.status().map_or_else(String::new, |status| status.as_str().to_owned()),
        };
        Ok(self.listed().await?.iter().map(state).collect())
    }
}

impl Agents for DataSyncAgents {
    async fn named(&self, name: &str) -> Result<Vec<AgentSeen>, PortError> {
        self.where_listed(|entry| entry.name() == Some(name)).await
    }

    async fn described(&self, arn: &str) -> Result<AgentSeen, PortError> {
        let told = self.client.describe_agent().agent_arn(arn).send().await;
        let told = told.map_err(|error| DESCRIBE.refused(&error))?;
        let link = told.private_link_config().and_then(|link| {
            Some(LinkSeen {
                vpc_endpoint: link.vpc_endpoint_id()?.to_owned(),
                subnets: link.subnet_arns().to_vec(),
                security_groups: link.security_group_arns().to_vec(),
            })
        });
        Ok(AgentSeen {
            arn: arn.to_owned(),
            name: told.name().unwrap_or_default().to_owned(),
            status: told.status().map_or_else(String::new, |status| status.as_str().to_owned()),
            link,
        })
    }

    async fn create(&self, order: &Order, key: &ActivationKey) -> Result<String, PortError> {
        let one_try = aws_sdk_datasync::config::Builder::new().retry_config(RetryConfig::disabled());
        let asked = self
            .client
            .create_agent()
            .agent_name(&order.name)
            .activation_key(key.reveal())
            .vpc_endpoint_id(&order.vpc_endpoint)
            .subnet_arns(&order.subnet)
            .security_group_arns(&order.security_group)
            .customize()
            .config_override(one_try);
        let told = asked.send().await.map_err(|error| CREATE.refused(&error))?;
        told.agent_arn().map(str::to_owned).ok_or_else(|| CREATE.unreadable("no ARN"))
    }

    async fn delete(&self, arn: &str) -> Result<(), PortError> {
        match self.client.delete_agent().agent_arn(arn).send().await.map_err(|error| DELETE.refused(&error)) {
            Ok(_) | Err(PortError::Missing { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }
}
