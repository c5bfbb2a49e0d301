//! AWS Backup under a role that it was given: whether it may assume it, and each thing that it then does, decided by the role's policies.

use std::sync::Arc;

use nightferry_domain::policy::{Document, Policies, Principal, Request, Resource, evaluate};

use super::Backup;
use crate::access::{self, Source};
use crate::stand_in::{Access, Witness};
use crate::upstream::UpstreamError;

/// The service that assumes jobs' roles.
pub(crate) const SERVICE: &str = "backup.amazonaws.com";

/// Why the service could not do something.
#[derive(Debug, Clone)]
pub(super) enum Refused {
    /// The role doesn't exist or doesn't trust the service in these circumstances.
    Assume { role: String },
    /// The role's policies don't allow an action.
    Action(Box<Attempt>),
    /// The emulator failed.
    Upstream(String),
}

/// What a role was not allowed.
#[derive(Debug, Clone)]
pub(super) struct Attempt {
    pub(super) role: String,
    pub(super) action: String,
    pub(super) resource: String,
    pub(super) context: Vec<(String, String)>,
}

impl Refused {
    /// The service's words in a job's message.
    pub(super) fn message(&self) -> String {
        match self {
            Self::Assume { role } => format!("IAM Role {role} cannot be assumed by AWS Backup"),
            Self::Action(_) => "You are not authorized to perform this operation.".to_owned(),
            Self::Upstream(reason) => format!("An internal error occurred: {reason}"),
        }
    }
}

impl From<UpstreamError> for Refused {
    fn from(error: UpstreamError) -> Self {
        Self::Upstream(error.to_string())
    }
}

/// A role that was assumed.
pub(super) struct Acting {
    role: String,
    account: String,
    policies: Vec<Document>,
    witness: Arc<dyn Witness>,
}

impl Acting {
    /// Assumes a role for something of the service's own: a vault.
    pub(super) async fn assume(backup: &Backup, role: &str, source_arn: &str) -> Result<Self, Refused> {
        let account = access::account_of(role).to_owned();
        let source = Source { service: SERVICE, arn: source_arn.to_owned(), account: account.clone() };
        let found = match access::assumed(&backup.upstream, role, &source).await {
            Ok(found) => found,
            Err(access::Denied::Upstream(error)) => return Err(error.into()),
            Err(access::Denied::Assume { .. } | access::Denied::Action { .. } | access::Denied::NoBucket { .. }) => {
                return Err(Refused::Assume { role: role.to_owned() });
            }
        };
        let policies = found.policies.iter().filter_map(access::document).collect();
        Ok(Self { role: role.to_owned(), account, policies, witness: Arc::clone(&backup.witness) })
    }

    /// Decides one action of the role itself.
    pub(super) fn may(&self, action: &str, resource: &str, context: &[(&str, &str)]) -> Result<(), Refused> {
        self.decided(action, Resource::new(resource, &self.account), context, None)
    }

    /// Decides one action on something with a policy of its own.
    pub(super) fn may_there(&self, action: &str, resource: Resource, policy: Option<Document>) -> Result<(), Refused> {
        self.decided(action, resource, &[], policy)
    }

    fn decided(
        &self,
        action: &str,
        resource: Resource,
        context: &[(&str, &str)],
        policy: Option<Document>,
    ) -> Result<(), Refused> {
        let owned = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
        let attempt = Attempt {
            role: self.role.clone(),
            action: action.to_owned(),
            resource: resource.arn.clone(),
            context: context.iter().map(owned).collect(),
        };
        let Ok(principal) = Principal::from_arn(&self.role) else { return Err(Refused::Action(Box::new(attempt))) };
        let mut request = Request::new(principal, action, resource).with("aws:SecureTransport", "true");
        for (key, value) in context {
            request.context.set(key, vec![(*value).to_owned()]);
        }
        let policies = Policies { identity: self.policies.clone(), resource: policy, ..Policies::default() };
        let is_allowed = evaluate(&request, &policies).is_allowed();
        self.witness.saw(Access { role: &self.role, action, resource: &attempt.resource, is_allowed });
        if is_allowed { Ok(()) } else { Err(Refused::Action(Box::new(attempt))) }
    }
}
