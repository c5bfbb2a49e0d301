//! The policies of whoever activates an agent.

use aws_types::SdkConfig;
use nightferry_domain::agent::caller::Caller;
use nightferry_domain::policy::Principal;
use nightferry_domain::preflight::RoleFacts;
use nightferry_workflow::error::PortError;

use crate::preflight::role;

/// Reads the caller's own policies, where it is a role through one of its sessions; `None` where they can't be read. Of a
/// user's or a root's nothing is read.
pub async fn caller(config: &SdkConfig, arn: &str) -> Result<Option<Caller>, PortError> {
    let Ok(Principal::Role(session)) = Principal::from_arn(arn) else { return Ok(None) };
    let told = role::read(&aws_sdk_iam::Client::new(config), &session.role_arn).await?;
    Ok(match told {
        RoleFacts::Found { policies, boundary, .. } => Some(Caller { arn: arn.to_owned(), policies, boundary }),
        RoleFacts::Missing | RoleFacts::Unreadable => None,
    })
}
