//! A refusal in the words that AWS's services use, which is how people know and search for it.

use super::request::{Principal, Request};
use super::verdict::{Decision, Side, Verdict};

impl Verdict {
    /// The access-denied message of AWS's services for this verdict on `request`; `None` when it is allowed.
    #[must_use]
    pub fn denial(&self, request: &Request) -> Option<String> {
        let action = &request.action;
        let reason = match self.decision {
            Decision::Allowed => return None,
            Decision::ExplicitDeny => format!("with an explicit deny in {}", kind(self.side)),
            Decision::ImplicitDeny => format!("because no {} allows the {action} action", bare_kind(self.side)),
        };
        let resource = &request.resource.arn;
        // S3 alone puts the resource in quotes.
        let resource = if action.starts_with("s3:") { format!("\"{resource}\"") } else { resource.clone() };
        let caller = caller(&request.principal);
        Some(format!("User: {caller} is not authorized to perform: {action} on resource: {resource} {reason}"))
    }
}

/// The caller as AWS names it: a role by its session.
fn caller(principal: &Principal) -> &str {
    match principal {
        Principal::Role(role) => role.session_arn.as_deref().unwrap_or(&role.role_arn),
        Principal::User { arn, .. } | Principal::Root { arn, .. } => arn,
        Principal::Service { name } => name,
        Principal::Federated { provider } => provider,
        Principal::Anonymous => "anonymous",
    }
}

fn bare_kind(side: Side) -> &'static str {
    match side {
        Side::Identity => "identity-based policy",
        Side::Resource => "resource-based policy",
        Side::Trust => "role trust policy",
        Side::Boundary => "permissions boundary",
        Side::Session => "session policy",
    }
}

fn kind(side: Side) -> String {
    let article = match side {
        Side::Identity => "an",
        Side::Trust => "the",
        Side::Resource | Side::Boundary | Side::Session => "a",
    };
    format!("{article} {}", bare_kind(side))
}
