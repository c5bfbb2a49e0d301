//! New versions, replicated one after the other as they were written.

use std::collections::BTreeMap;
use std::sync::{Arc, Weak};

use jiff::Timestamp;
use tokio::sync::mpsc;

use super::{Copied, Failure, Lane, Replication, is_taken};
use crate::upstream::s3::Bucket;
use crate::upstream::versions::Version;
use crate::upstream::{UpstreamError, Write};

/// The most versions that are taken from the queue at once.
const AT_ONCE: usize = 256;

/// A version that waits to be replicated.
#[derive(Debug)]
pub(super) struct Waiting {
    bucket: String,
    version: Version,
}

impl Replication {
    /// Takes note of a version that was just written; it is replicated soon where the bucket's configuration has a rule for it.
    pub(crate) fn wrote(&self, write: Write<'_>) {
        let Write { bucket, key, version, is_delete_marker } = write;
        let Some(config) = self.config(bucket) else { return };
        if !config.rules.iter().any(|rule| rule.is_enabled && key.starts_with(&rule.prefix)) {
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
        if !config.asks_for_tags() && !is_delete_marker {
            self.ledger.note(bucket, key, &version.id, Copied::Pending);
        }
        // Without a receiver the local AWS is ending.
        let _ = self.writes.send(Waiting { bucket: bucket.to_owned(), version });
    }
}

/// Replicates what is written until the replication is gone.
pub(super) async fn work(replication: Weak<Replication>, mut queue: mpsc::UnboundedReceiver<Waiting>) {
    let mut waiting = Vec::new();
    while queue.recv_many(&mut waiting, AT_ONCE).await > 0 {
        let Some(replication) = replication.upgrade() else { return };
        let mut buckets: BTreeMap<String, Vec<Version>> = BTreeMap::new();
        for Waiting { bucket, version } in waiting.drain(..) {
            buckets.entry(bucket).or_default().push(version);
        }
        for (bucket, versions) in buckets {
            replicate_all(&replication, &bucket, versions).await;
        }
    }
}

/// The versions of one bucket in the order in which they were written.
async fn replicate_all(replication: &Arc<Replication>, name: &str, versions: Vec<Version>) {
    let lane = match Bucket::find(&replication.upstream, name).await {
        Ok(Some(bucket)) => Lane::open(replication, &bucket).await,
        Ok(None) => return,
        Err(error) => Err(Failure::source("", &error.into())),
    };
    for version in versions {
        let done = match &lane {
            Ok(lane) => replicate(lane, version.clone()).await,
            Err(failure) => {
                if let Some(config) = replication.config(name) {
                    replication.count_failed(&config, name, &version);
                }
                Err(failure.clone())
            }
        };
        if let Err(failure) = done {
            tracing::warn!(%failure, bucket = name, key = version.key, "a new version was not replicated");
            replication.ledger.note(name, &version.key, &version.id, Copied::Failed);
        }
    }
}

async fn replicate(lane: &Lane, mut version: Version) -> Result<(), Failure> {
    let bucket = lane.source.bucket();
    let told = |error: UpstreamError| Failure::source("", &error.into());
    if !version.is_delete_marker {
        let Some(head) = bucket.head(&version.key, Some(&version.id)).await.map_err(told)? else { return Ok(()) };
        version.class = head.attributes.storage_class.unwrap_or(version.class);
    }
    if is_taken(&lane.config, bucket, &version).await.map_err(told)? {
        return lane.replicate(&version).await;
    }
    lane.replication.ledger.unnote(bucket.name(), &version.key, &version.id);
    Ok(())
}
