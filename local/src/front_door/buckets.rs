//! Whose bucket a call is about, and what its policy says. Two accounts share one address here, and a bucket of the other one admits a role only by
//! its own policy.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use nightferry_domain::policy::Document;

use super::action::Need;
use crate::upstream::{Upstream, UpstreamError, s3::Bucket};

/// How long a bucket's owner and policy are believed, in seconds. Calls that change them end it at once.
const BELIEVED_SECS: u64 = 5;

/// A bucket, as far as it decides about calls.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Site {
    /// The account that owns it.
    pub(super) owner: String,
    /// Its policy.
    pub(super) policy: Option<Document>,
}

/// The buckets that one call is about, by name.
#[derive(Debug, Clone, Default)]
pub(super) struct Sites(BTreeMap<String, Site>);

impl Sites {
    /// The bucket of a resource, where it is one that exists.
    pub(super) fn of(&self, resource: &str) -> Option<&Site> {
        self.0.get(bucket_of(resource)?)
    }
}

/// What is believed of buckets.
#[derive(Debug, Default)]
pub(super) struct Buckets(Mutex<BTreeMap<String, (Instant, Site)>>);

impl Buckets {
    /// The buckets that these needs name.
    pub(super) async fn sites(&self, upstream: &Upstream, needs: &[Need]) -> Result<Sites, UpstreamError> {
        let mut sites = Sites::default();
        for name in needs.iter().filter_map(|need| bucket_of(&need.resource)) {
            if !sites.0.contains_key(name)
                && let Some(site) = self.site(upstream, name).await?
            {
                let _ = sites.0.insert(name.to_owned(), site);
            }
        }
        Ok(sites)
    }

    /// Believes nothing of what was read so far.
    pub(super) fn forget(&self) {
        self.open().clear();
    }

    async fn site(&self, upstream: &Upstream, name: &str) -> Result<Option<Site>, UpstreamError> {
        let believed = self.open().get(name).cloned();
        if let Some((since, site)) = believed
            && since.elapsed() < Duration::from_secs(BELIEVED_SECS)
        {
            return Ok(Some(site));
        }
        let Some(bucket) = Bucket::find(upstream, name).await? else { return Ok(None) };
        let policy = bucket.policy().await?.and_then(|policy| serde_json::from_value(policy).ok());
        let site = Site { owner: bucket.owner().to_owned(), policy };
        let _ = self.open().insert(name.to_owned(), (Instant::now(), site.clone()));
        Ok(Some(site))
    }

    fn open(&self) -> MutexGuard<'_, BTreeMap<String, (Instant, Site)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The name of the bucket that a resource is, or is in.
fn bucket_of(resource: &str) -> Option<&str> {
    resource.strip_prefix("arn:aws:s3:::")?.split('/').next().filter(|name| !name.is_empty() && *name != "*")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_in_its_bucket_and_a_job_or_a_table_is_in_none() {
        assert_eq!(bucket_of("arn:aws:s3:::plans/a/b"), Some("plans"));
        assert_eq!(bucket_of("arn:aws:s3:::plans"), Some("plans"));
        for other in ["*", "arn:aws:s3:::*", "arn:aws:s3:eu-west-1:123456789012:job/j", "arn:aws:dynamodb:::t"] {
            assert_eq!(bucket_of(other), None, "{other}");
        }
    }
}
