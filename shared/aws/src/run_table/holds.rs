//! Items of restores: which of them a job's nights wait for.

use nightferry_domain::back::hold::Hold;
use nightferry_domain::plan::JobName;
use nightferry_workflow::error::PortError;
use nightferry_workflow::ports::{Saved, Versioned};

use super::DynamoRunTable;
use super::items::{Key, record};
use super::runs::{LOAD, document};
use super::save::{Change, Standing};

impl DynamoRunTable {
    pub(super) async fn put_hold(&self, hold: &Versioned<Hold>) -> Result<Saved, PortError> {
        let key = Key::of_hold(&hold.record.held);
        let document = document(&hold.record)?;
        self.save(Change { key, version: hold.version, document, standing: Standing::Kept, token: None }).await
    }

    pub(super) async fn get_hold(&self, held: &JobName) -> Result<Option<Versioned<Hold>>, PortError> {
        let item = self.item(Key::of_hold(held)).await?;
        item.as_ref().map(|item| record(LOAD, item)).transpose()
    }
}
