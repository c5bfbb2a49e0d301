//! Who makes the locations: what their policies say, as far as IAM shows it to them.

use aws_sdk_iam::Client;
use nightferry_domain::preflight::RoleFacts;
use nightferry_workflow::error::PortError;

use super::role;

/// What an account's root user may do.
const EVERYTHING: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;

/// The caller with its policies. `None` for one whose policies can't be told whole: a user's groups have some too, and
/// a boundary takes some away.
pub(super) async fn read(client: &Client, arn: &str) -> Result<Option<(String, Vec<String>)>, PortError> {
    let resource = arn.splitn(6, ':').nth(5).unwrap_or_default();
    let role_name = match resource.split('/').collect::<Vec<_>>().as_slice() {
        ["root"] => return Ok(Some((arn.to_owned(), vec![EVERYTHING.to_owned()]))),
        ["assumed-role", name, ..] | ["role", .., name] => *name,
        _ => return Ok(None),
    };
    Ok(match role::read(client, role_name).await? {
        RoleFacts::Found { policies, boundary: None, .. } => Some((arn.to_owned(), policies)),
        RoleFacts::Found { .. } | RoleFacts::Missing | RoleFacts::Unreadable => None,
    })
}
