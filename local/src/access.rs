//! Which role acts for a service, whether that service may assume it, and what it may then do: decided by the product's own policy evaluator.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use nightferry_domain::policy::{Document, Policies, Principal, Request, Resource, evaluate};
use serde_json::Value;
use tokio::sync::Mutex;

use crate::stand_in::{Access, Witness};
use crate::upstream::s3::Bucket;
use crate::upstream::{Upstream, UpstreamError, iam};

/// How long documents once read stay in use, so that a thousand small files are not ten thousand IAM calls.
const KEEP: Duration = Duration::from_millis(200);
/// They stay in use for at least so many times as long as reading them took, so that a slow emulator is not asked for nothing else.
const KEEP_TIMES: u32 = 10;

/// Why an action on a bucket did not happen.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Denied {
    /// The role does not exist, or does not trust the service in these circumstances.
    #[error("Unable to assume role. Reason: Access denied when calling sts:AssumeRole on {role}")]
    Assume {
        /// The role's ARN.
        role: String,
    },
    /// The role's policies and the bucket's do not allow the action.
    #[error("{action} denied on {resource}")]
    Action {
        /// Such as `s3:PutObject`.
        action: &'static str,
        /// The ARN.
        resource: String,
    },
    /// No bucket of this name.
    #[error("The specified bucket {bucket} does not exist")]
    NoBucket {
        /// Its name.
        bucket: String,
    },
    /// The emulator failed.
    #[error(transparent)]
    Upstream(#[from] UpstreamError),
}

/// Which service acts, and for what: the principal and the context of every assumption (`aws:SourceArn`, `aws:SourceAccount`).
#[derive(Debug, Clone)]
pub(crate) struct Source {
    /// The service principal that roles and resource policies have to trust, such as `datasync.amazonaws.com`.
    pub(crate) service: &'static str,
    /// The location, task, job or bucket.
    pub(crate) arn: String,
    /// Its account.
    pub(crate) account: String,
}

impl Source {
    /// Something of DataSync's.
    pub(crate) fn datasync(arn: impl Into<String>) -> Self {
        let arn = arn.into();
        Self { service: "datasync.amazonaws.com", account: account_of(&arn).to_owned(), arn }
    }
}

#[derive(Debug, Clone)]
struct Grants {
    until: Instant,
    policies: Arc<Policies>,
}

/// A bucket, reached through a role.
pub(crate) struct RoleOnBucket {
    upstream: Upstream,
    role_arn: String,
    bucket: Bucket,
    source: Source,
    /// One reads for all: many objects are decided at once.
    grants: Mutex<Option<Grants>>,
    is_stale: AtomicBool,
    witness: Arc<dyn Witness>,
}

impl std::fmt::Debug for RoleOnBucket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RoleOnBucket").field("role_arn", &self.role_arn).finish_non_exhaustive()
    }
}

impl RoleOnBucket {
    /// Assumes the role and finds the bucket; the first failure is told.
    pub(crate) async fn open(
        upstream: &Upstream,
        role_arn: &str,
        bucket: &str,
        source: Source,
        witness: &Arc<dyn Witness>,
    ) -> Result<Self, Denied> {
        let _ = assumed(upstream, role_arn, &source).await?;
        let found = Bucket::find(upstream, bucket).await?;
        let bucket = found.ok_or_else(|| Denied::NoBucket { bucket: bucket.to_owned() })?;
        let role_arn = role_arn.to_owned();
        let witness = Arc::clone(witness);
        Ok(Self {
            upstream: upstream.clone(),
            role_arn,
            bucket,
            source,
            grants: Mutex::new(None),
            is_stale: AtomicBool::new(false),
            witness,
        })
    }

    /// The bucket, for requests that were decided before.
    pub(crate) fn bucket(&self) -> &Bucket {
        &self.bucket
    }

    /// Decides an action on the bucket itself.
    pub(crate) async fn bucket_action(&self, action: &'static str) -> Result<(), Denied> {
        self.decide(action, format!("arn:aws:s3:::{}", self.bucket.name())).await
    }

    /// Decides an action on one object.
    pub(crate) async fn object_action(&self, action: &'static str, key: &str) -> Result<(), Denied> {
        self.decide(action, format!("arn:aws:s3:::{}/{key}", self.bucket.name())).await
    }

    /// Forgets what was read of the policies, so that the next decision sees them as they are.
    pub(crate) fn refresh(&self) {
        self.is_stale.store(true, Ordering::Relaxed);
    }

    async fn decide(&self, action: &'static str, arn: String) -> Result<(), Denied> {
        let policies = self.policies().await?;
        let denied = Denied::Action { action, resource: arn.clone() };
        let Ok(principal) = Principal::from_arn(&self.role_arn) else { return Err(denied) };
        let request = Request::new(principal, action, Resource::new(arn, self.bucket.owner()))
            .with("aws:SecureTransport", "true");
        let is_allowed = evaluate(&request, &policies).is_allowed();
        self.witness.saw(Access { role: &self.role_arn, action, resource: &request.resource.arn, is_allowed });
        if is_allowed { Ok(()) } else { Err(denied) }
    }

    async fn policies(&self) -> Result<Arc<Policies>, Denied> {
        let mut grants = self.grants.lock().await;
        let is_stale = self.is_stale.swap(false, Ordering::Relaxed);
        if let Some(grants) = grants.as_ref().filter(|grants| !is_stale && Instant::now() < grants.until) {
            return Ok(Arc::clone(&grants.policies));
        }
        let began = Instant::now();
        let role = assumed(&self.upstream, &self.role_arn, &self.source).await?;
        let resource = self.bucket.policy().await?.as_ref().and_then(document);
        let identity = role.policies.iter().filter_map(document).collect();
        let policies = Arc::new(Policies { identity, resource, ..Policies::default() });
        let until = Instant::now() + KEEP.max(began.elapsed() * KEEP_TIMES);
        *grants = Some(Grants { until, policies: Arc::clone(&policies) });
        Ok(policies)
    }
}

/// Reads the role and decides whether the source's service may assume it.
pub(crate) async fn assumed(upstream: &Upstream, role_arn: &str, source: &Source) -> Result<iam::Role, Denied> {
    let refused = || Denied::Assume { role: role_arn.to_owned() };
    let account = account_of(role_arn);
    let owner = upstream.seen_from(account, upstream.region());
    let role = iam::role(&owner, role_name(role_arn)).await?.filter(|role| role.arn == role_arn).ok_or_else(refused)?;
    let resource = Resource::new(role_arn, account);
    let request = from_service("sts:AssumeRole", resource, source);
    let policies = Policies { resource: document(&role.trust), ..Policies::default() };
    if evaluate(&request, &policies).is_allowed() { Ok(role) } else { Err(refused()) }
}

/// Decides an action of the service itself by a list of resource policies, as CloudWatch Logs does.
pub(crate) fn service_may(action: &str, arn: &str, source: &Source, policies: &[Value]) -> bool {
    let request = from_service(action, Resource::new(arn, account_of(arn)), source);
    let allowed = |policy: &Value| {
        let policies = Policies { resource: document(policy), ..Policies::default() };
        evaluate(&request, &policies).is_allowed()
    };
    policies.iter().any(allowed)
}

fn from_service(action: &str, resource: Resource, source: &Source) -> Request {
    Request::new(Principal::service(source.service), action, resource)
        .with("aws:SourceAccount", &source.account)
        .with("aws:SourceArn", &source.arn)
}

/// A document that does not read grants nothing.
pub(crate) fn document(value: &Value) -> Option<Document> {
    serde_json::from_value(value.clone()).ok()
}

/// The twelve digits of an ARN; nothing for S3's, which have none.
pub(crate) fn account_of(arn: &str) -> &str {
    arn.split(':').nth(4).unwrap_or_default()
}

/// A role's name without its path.
fn role_name(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}
