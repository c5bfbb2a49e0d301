//! Items of drills of copies between buckets: in the index of what is open until their verdict was sent.

use nightferry_domain::copy_drill::Begun;
use nightferry_domain::ids::RunId;
use nightferry_workflow::error::PortError;
use nightferry_workflow::ports::{Saved, Versioned};

use super::DynamoRunTable;
use super::items::{Key, expires_at, open_since, record};
use super::runs::{LOAD, document};
use super::save::{Change, Standing};

impl DynamoRunTable {
    pub(super) async fn put_drill(&self, begun: &Versioned<Begun>) -> Result<Saved, PortError> {
        let asked = &begun.record.asked;
        let key = Key::of_drill(&asked.drill);
        let standing = match begun.record.told_at {
            Some(at) => Standing::Ended { expires_at: expires_at(at, self.keep_records_days) },
            None => Standing::Open { since: open_since(asked.began_at, &key) },
        };
        let document = document(&begun.record)?;
        self.save(Change { key, version: begun.version, document, standing, token: None }).await
    }

    pub(super) async fn get_drill(&self, drill: &RunId) -> Result<Option<Versioned<Begun>>, PortError> {
        let item = self.item(Key::of_drill(drill)).await?;
        item.as_ref().map(|item| record(LOAD, item)).transpose()
    }
}
