//! Whether a `Principal` or `NotPrincipal` element speaks of the caller, and how directly.

use super::document::{PrincipalLists, Principals};
use super::request::{Principal, RoleSession};

/// How an element names the caller. Stronger namings are greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Naming {
    /// Through its account: the account may pass the right on by an identity policy.
    Account,
    /// The role whose session calls: counts like an identity policy, within boundary and session policies.
    Role,
    /// The very user or session, or everyone: boundary and session policies do not narrow it.
    Direct,
}

/// How `principals` names `who`, at its strongest.
pub(super) fn named(principals: &Principals, who: &Principal) -> Option<Naming> {
    match principals {
        Principals::Everyone => Some(Naming::Direct),
        Principals::Listed(lists) => listed(lists, who),
    }
}

fn listed(lists: &PrincipalLists, who: &Principal) -> Option<Naming> {
    if lists.aws.contains("*") {
        return Some(Naming::Direct);
    }
    match who {
        Principal::Service { name } => lists.service.contains(name).then_some(Naming::Direct),
        Principal::Federated { provider } => lists.federated.contains(provider).then_some(Naming::Direct),
        Principal::Anonymous => None,
        Principal::Root { account, .. } => names_account(lists, account).then_some(Naming::Direct),
        Principal::User { arn, account } => {
            let own = lists.aws.contains(arn).then_some(Naming::Direct);
            own.or_else(|| names_account(lists, account).then_some(Naming::Account))
        }
        Principal::Role(role) => {
            let session = role.session_arn.as_ref().is_some_and(|arn| lists.aws.contains(arn));
            let own = || names_role(lists, role).then_some(Naming::Role);
            let account = || names_account(lists, &role.account).then_some(Naming::Account);
            session.then_some(Naming::Direct).or_else(own).or_else(account)
        }
    }
}

/// Whether a Deny with this `NotPrincipal` list spares `who`. AWS checks the account first, then the role or user, so
/// both must be listed, and a caller with a permissions boundary is never spared.
pub(super) fn spared(principals: &Principals, who: &Principal, bounded: bool) -> bool {
    let Principals::Listed(lists) = principals else {
        return true;
    };
    if bounded || lists.aws.contains("*") {
        return !bounded;
    }
    match who {
        Principal::Role(role) => names_account(lists, &role.account) && names_role(lists, role),
        Principal::User { arn, account } => names_account(lists, account) && lists.aws.contains(arn),
        Principal::Root { .. } | Principal::Service { .. } | Principal::Federated { .. } | Principal::Anonymous => {
            listed(lists, who).is_some()
        }
    }
}

/// An account is named by its number or by its root ARN, in any partition.
fn names_account(lists: &PrincipalLists, account: &str) -> bool {
    lists.aws.iter().any(|name| match super::arn::Arn::parse(name) {
        Some(arn) => arn.service == "iam" && arn.resource == "root" && arn.account == account,
        None => name == account,
    })
}

/// A role is named by its ARN. Where only its session is known, the path is not; but names are unique in an account,
/// so the last segment decides.
fn names_role(lists: &PrincipalLists, role: &RoleSession) -> bool {
    if role.path_known {
        return lists.aws.contains(&role.role_arn);
    }
    lists.aws.iter().any(|name| match Principal::from_arn(name) {
        Ok(Principal::Role(named)) => {
            named.session_arn.is_none() && named.account == role.account && named.name == role.name
        }
        Ok(_) | Err(_) => false,
    })
}
