//! Items of agents: what was told of each last.

use nightferry_domain::agent::watch::AgentWatch;
use nightferry_workflow::error::PortError;
use nightferry_workflow::ports::{Saved, Versioned};

use super::DynamoRunTable;
use super::items::{Key, record};
use super::runs::document;
use super::save::{Change, Standing};
use crate::sdk_error::Call;

const LOAD: Call = Call::read("DynamoDB", "GetItem");

impl DynamoRunTable {
    pub(super) async fn put_watch(&self, watch: &Versioned<AgentWatch>) -> Result<Saved, PortError> {
        let key = Key::of_agent(&watch.record.agent);
        let document = document(&watch.record)?;
        self.save(Change { key, version: watch.version, document, standing: Standing::Kept, token: None }).await
    }

    pub(super) async fn get_watch(&self, agent: &str) -> Result<Option<Versioned<AgentWatch>>, PortError> {
        let item = self.item(Key::of_agent(agent)).await?;
        item.as_ref().map(|item| record(LOAD, item)).transpose()
    }
}
