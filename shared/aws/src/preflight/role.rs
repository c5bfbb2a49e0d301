//! What IAM says of a role: who may take it on, and what it may do.

use aws_sdk_iam::Client;
use nightferry_domain::preflight::RoleFacts;
use nightferry_workflow::error::PortError;
use percent_encoding::percent_decode_str;

use super::is_denied;
use crate::sdk_error::Call;

/// Policies of one role that are read, inline and attached each. AWS's own quota of attached ones is 20.
const POLICIES_MAX: i32 = 100;

const ROLE: Call = Call::read("IAM", "GetRole");
const INLINE: Call = Call::read("IAM", "ListRolePolicies");
const INLINE_ONE: Call = Call::read("IAM", "GetRolePolicy");
const ATTACHED: Call = Call::read("IAM", "ListAttachedRolePolicies");
const POLICY: Call = Call::read("IAM", "GetPolicy");
const VERSION: Call = Call::read("IAM", "GetPolicyVersion");

pub(crate) async fn read(client: &Client, arn: &str) -> Result<RoleFacts, PortError> {
    match found(client, arn.rsplit('/').next().unwrap_or(arn)).await {
        Err(PortError::Missing { operation: "GetRole", .. }) => Ok(RoleFacts::Missing),
        // One of its policies: what it allows can't be told.
        Err(PortError::Missing { .. }) => Ok(RoleFacts::Unreadable),
        Err(error) if is_denied(&error) => Ok(RoleFacts::Unreadable),
        answer => answer,
    }
}

async fn found(client: &Client, name: &str) -> Result<RoleFacts, PortError> {
    let told = client.get_role().role_name(name).send().await.map_err(|error| ROLE.refused(&error))?;
    let Some(role) = told.role() else { return Err(ROLE.missing("the answer has no role")) };
    let boundary = role.permissions_boundary().and_then(|boundary| boundary.permissions_boundary_arn());
    let boundary = match boundary {
        Some(arn) => Some(managed(client, arn).await?),
        None => None,
    };
    let mut policies = inline(client, name).await?;
    policies.extend(attached(client, name).await?);
    Ok(RoleFacts::Found { trust: plain(role.assume_role_policy_document()), policies, boundary })
}

async fn inline(client: &Client, role: &str) -> Result<Vec<String>, PortError> {
    let listed = client.list_role_policies().role_name(role).max_items(POLICIES_MAX).send().await;
    let listed = listed.map_err(|error| INLINE.refused(&error))?;
    let mut policies = vec![];
    for name in listed.policy_names() {
        let told = client.get_role_policy().role_name(role).policy_name(name).send().await;
        policies.push(plain(Some(told.map_err(|error| INLINE_ONE.refused(&error))?.policy_document())));
    }
    Ok(policies)
}

async fn attached(client: &Client, role: &str) -> Result<Vec<String>, PortError> {
    let listed = client.list_attached_role_policies().role_name(role).max_items(POLICIES_MAX).send().await;
    let listed = listed.map_err(|error| ATTACHED.refused(&error))?;
    let mut policies = vec![];
    for policy in listed.attached_policies() {
        policies.push(managed(client, policy.policy_arn().unwrap_or_default()).await?);
    }
    Ok(policies)
}

async fn managed(client: &Client, arn: &str) -> Result<String, PortError> {
    let told = client.get_policy().policy_arn(arn).send().await.map_err(|error| POLICY.refused(&error))?;
    let version = told.policy().and_then(|policy| policy.default_version_id()).unwrap_or_default();
    let told = client.get_policy_version().policy_arn(arn).version_id(version).send().await;
    let told = told.map_err(|error| VERSION.refused(&error))?;
    Ok(plain(told.policy_version().and_then(|version| version.document())))
}

/// IAM gives its documents percent-encoded.
fn plain(document: Option<&str>) -> String {
    percent_decode_str(document.unwrap_or_default()).decode_utf8_lossy().into_owned()
}
