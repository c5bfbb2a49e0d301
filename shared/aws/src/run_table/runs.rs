//! Items of runs.

use nightferry_domain::ids::RunId;
use nightferry_domain::run::{Run, RunPhase};
use nightferry_workflow::error::PortError;
use nightferry_workflow::ports::{Saved, Versioned};

use super::DynamoRunTable;
use super::items::{Item, Key, expires_at, open_since, record};
use super::save::{Change, Standing};
use crate::sdk_error::Call;

pub(super) const LOAD: Call = Call::read("DynamoDB", "GetItem");
const SAVE: Call = Call::write("DynamoDB", "UpdateItem");

impl DynamoRunTable {
    pub(super) async fn put_run(&self, run: &Versioned<Run>) -> Result<Saved, PortError> {
        let key = Key::of_run(&run.record.id);
        let standing = match &run.record.phase {
            RunPhase::Closed { at, .. } => Standing::Ended { expires_at: expires_at(*at, self.keep_records_days) },
            RunPhase::Opening | RunPhase::Open | RunPhase::Telling { .. } => {
                Standing::Open { since: open_since(run.record.opened_at, &key) }
            }
        };
        let document = document(&run.record)?;
        self.save(Change { key, version: run.version, document, standing, token: None }).await
    }

    pub(super) async fn get_run(&self, run: &RunId) -> Result<Option<Versioned<Run>>, PortError> {
        let item = self.item(Key::of_run(run)).await?;
        item.as_ref().map(|item| record(LOAD, item)).transpose()
    }

    /// One item, as it is now.
    pub(super) async fn item(&self, key: Key) -> Result<Option<Item>, PortError> {
        let get = self.client.get_item().table_name(&self.table).set_key(Some(key.into_item())).consistent_read(true);
        Ok(get.send().await.map_err(|error| LOAD.refused(&error))?.item)
    }
}

/// The record as JSON.
pub(super) fn document(record: &impl serde::Serialize) -> Result<String, PortError> {
    serde_json::to_string(record).map_err(|error| SAVE.rejected("UnwritableRecord", &error.to_string()))
}
