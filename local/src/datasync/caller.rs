//! Another account's bucket is tried with the rights of whoever makes the location too, not with the role's alone.

use nightferry_domain::policy::{Document, Policies, Principal, Request, Resource, evaluate};

use crate::access::Denied;
use crate::stand_in::Call;
use crate::upstream::s3::Bucket;
use crate::upstream::{Upstream, iam};

const ACTION: &str = "s3:ListBucket";

/// Whether the caller may list the bucket. Within one account nobody asks.
pub(super) async fn may_list(upstream: &Upstream, bucket: &Bucket, call: &Call) -> Result<(), Denied> {
    if bucket.owner() == call.account {
        return Ok(());
    }
    let arn = format!("arn:aws:s3:::{}", bucket.name());
    let denied = || Denied::Action { action: ACTION, resource: arn.clone() };
    // A call by nobody whom the front door knows is the account's own, as its access key says.
    let root = format!("arn:aws:iam::{}:root", call.account);
    let caller = call.caller.principal_arn.as_deref().unwrap_or(&root);
    let principal = Principal::from_arn(caller).map_err(|_| denied())?;
    let policies = Policies {
        identity: documents(upstream, &principal, caller).await?,
        resource: bucket.policy().await?.and_then(|policy| serde_json::from_value(policy).ok()),
        ..Policies::default()
    };
    let request = Request::new(principal, ACTION, Resource::new(arn.clone(), bucket.owner()));
    let request = request.with("aws:SecureTransport", "true");
    if evaluate(&request, &policies).is_allowed() { Ok(()) } else { Err(denied()) }
}

/// A root user needs none of its own.
async fn documents(upstream: &Upstream, principal: &Principal, caller: &str) -> Result<Vec<Document>, Denied> {
    let Principal::Role(_) = principal else { return Ok(vec![]) };
    let name = caller.rsplit('/').next().unwrap_or(caller);
    let role = iam::role(upstream, name).await?;
    let policies = role.map(|role| role.policies).unwrap_or_default();
    Ok(policies.into_iter().filter_map(|policy| serde_json::from_value(policy).ok()).collect())
}
