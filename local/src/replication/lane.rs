//! The way out of one source bucket: its configuration, its role on both sides, its destinations, opened once for many versions.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::Mutex;

use super::{Config, Failure, Replication, Rule};
use crate::access::{RoleOnBucket, Source};
use crate::upstream::s3::Bucket;

/// The service that assumes replication roles.
const SERVICE: &str = "s3.amazonaws.com";

/// The way out of one source bucket.
pub(crate) struct Lane {
    pub(super) replication: Arc<Replication>,
    pub(super) config: Config,
    pub(super) source: RoleOnBucket,
    assumed_for: Source,
    destinations: Mutex<BTreeMap<String, Result<Arc<Destination>, Failure>>>,
}

/// A destination bucket, reached through the replication role.
pub(super) struct Destination {
    pub(super) access: RoleOnBucket,
    /// Whether whatever arrives is the bucket owner's.
    pub(super) is_owner_enforced: bool,
}

impl Lane {
    /// Opens the way. The first thing in it that is missing fails every version alike.
    pub(crate) async fn open(replication: &Arc<Replication>, bucket: &Bucket) -> Result<Self, Failure> {
        let xml = replication.configuration(bucket).await.map_err(|error| Failure::source("", &error.into()))?;
        let config = xml.as_deref().and_then(Config::parse).ok_or_else(|| {
            let message = format!("the bucket {} has no replication configuration", bucket.name());
            Failure::new("SrcBucketReplicationConfigMissing", 404, message)
        })?;
        let arn = format!("arn:aws:s3:::{}", bucket.name());
        let assumed_for = Source { service: SERVICE, arn, account: bucket.owner().to_owned() };
        let (upstream, witness) = (&replication.upstream, &replication.witness);
        let opened = RoleOnBucket::open(upstream, &config.role, bucket.name(), assumed_for.clone(), witness).await;
        let source = opened.map_err(|denied| Failure::source("AssumeRoleNotPermitted", &denied))?;
        let reads = source.bucket_action("s3:GetReplicationConfiguration").await;
        reads.map_err(|denied| Failure::source("SrcBucketReplicationConfigMissing", &denied))?;
        // AWS's own role has it, and no failure code tells of its absence: it is only recorded.
        let _ = source.bucket_action("s3:ListBucket").await;
        let replication = Arc::clone(replication);
        Ok(Self { replication, config, source, assumed_for, destinations: Mutex::default() })
    }

    /// The destination of a rule.
    pub(super) async fn destination(&self, rule: &Rule) -> Result<Arc<Destination>, Failure> {
        let mut opened = self.destinations.lock().await;
        if let Some(known) = opened.get(&rule.destination) {
            return known.clone();
        }
        let found = self.look_at(rule).await.map(Arc::new);
        let _ = opened.insert(rule.destination.clone(), found.clone());
        found
    }

    async fn look_at(&self, rule: &Rule) -> Result<Destination, Failure> {
        let (upstream, witness) = (&self.replication.upstream, &self.replication.witness);
        let source = self.assumed_for.clone();
        let opened = RoleOnBucket::open(upstream, &self.config.role, &rule.destination, source, witness).await;
        let access = opened.map_err(|denied| Failure::destination("AssumeRoleNotPermitted", &denied))?;
        let told = |error: crate::upstream::UpstreamError| Failure::destination("", &error.into());
        if !access.bucket().is_versioned().await.map_err(told)? {
            let message = format!("versioning is not enabled on the destination bucket {}", rule.destination);
            return Err(Failure::new("DstBucketUnversioned", 400, message));
        }
        let is_owner_enforced = access.bucket().is_owner_enforced().await.map_err(told)?;
        Ok(Destination { access, is_owner_enforced })
    }
}
