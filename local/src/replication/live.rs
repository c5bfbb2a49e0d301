//! New versions, replicated one after the other as they were written.

use std::sync::{Arc, Weak};

use jiff::Timestamp;
use tokio::sync::mpsc;

use super::config::Tags;
use super::{Copied, Lane, Replication, is_taken};
use crate::upstream::s3::Bucket;
use crate::upstream::versions::Version;

/// A version that somebody has just written.
#[derive(Debug)]
pub(super) struct Write {
    bucket: String,
    version: Version,
}

impl Replication {
    /// Takes note of a version that was just written; it is replicated soon where the bucket's configuration has a rule for it.
    pub(crate) fn wrote(&self, bucket: &str, key: &str, version: &str, is_delete_marker: bool) {
        let Some(config) = self.config(bucket) else { return };
        let prefixed = config.rules.iter().any(|rule| rule.is_enabled && key.starts_with(&rule.prefix));
        if !prefixed {
            return;
        }
        let version = Version {
            key: key.to_owned(),
            id: version.to_owned(),
            is_latest: true,
            is_delete_marker,
            size: 0,
            last_modified: Timestamp::now(),
            class: "STANDARD".to_owned(),
        };
        if !config.asks_for_tags() && !config.taking(key, &Tags::new()).is_empty() && !is_delete_marker {
            self.ledger.note(bucket, key, &version.id, Copied::Pending);
        }
        // Without a receiver the local AWS is ending.
        let _ = self.writes.send(Write { bucket: bucket.to_owned(), version });
    }
}

/// Replicates what is written until the replication is gone.
pub(super) async fn work(replication: Weak<Replication>, mut queue: mpsc::UnboundedReceiver<Write>) {
    while let Some(write) = queue.recv().await {
        let Some(replication) = replication.upgrade() else { return };
        if let Err(error) = replicate(&replication, write).await {
            tracing::warn!(%error, "a new version was not replicated");
        }
    }
}

async fn replicate(replication: &Arc<Replication>, write: Write) -> anyhow::Result<()> {
    let Some(bucket) = Bucket::find(&replication.upstream, &write.bucket).await? else { return Ok(()) };
    let mut version = write.version;
    if !version.is_delete_marker {
        let Some(head) = bucket.head(&version.key, Some(&version.id)).await? else { return Ok(()) };
        version.class = head.attributes.storage_class.unwrap_or(version.class);
    }
    let failed = |bucket: &str, version: &Version| {
        replication.ledger.note(bucket, &version.key, &version.id, Copied::Failed);
    };
    let lane = match Lane::open(replication, &bucket).await {
        Ok(lane) => lane,
        Err(failure) => {
            failed(&write.bucket, &version);
            return Err(failure.into());
        }
    };
    if is_taken(&lane.config, &bucket, &version).await? {
        lane.replicate(&version).await?;
    } else {
        replication.ledger.unnote(&write.bucket, &version.key, &version.id);
    }
    Ok(())
}
