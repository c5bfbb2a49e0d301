//! The request: who asks for which action on which resource, and under which circumstances.

use super::arn::Arn;
use super::context::Context;
use super::error::RequestError;

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Principal {
    /// A role, through one of its sessions.
    Role(RoleSession),
    /// An IAM user.
    User {
        /// Its ARN.
        arn: String,
        /// Its account.
        account: String,
    },
    /// An account's root user.
    Root {
        /// The account's root ARN.
        arn: String,
        /// The account.
        account: String,
    },
    /// An AWS service acting by itself, such as `datasync.amazonaws.com` assuming a role.
    Service {
        /// Its principal name.
        name: String,
    },
    /// A user of an identity provider, assuming a role.
    Federated {
        /// The provider's ARN or domain.
        provider: String,
    },
    /// Nobody: an unsigned call.
    Anonymous,
}

/// A role and the session through which it is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleSession {
    /// The role's ARN. Derived from the session's, it lacks the role's path.
    pub role_arn: String,
    /// The session's ARN, when known.
    pub session_arn: Option<String>,
    /// The role's account.
    pub account: String,
    /// The role's name, without its path.
    pub name: String,
    /// Whether `role_arn` is the role's own, with its path.
    pub path_known: bool,
}

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// Its ARN, or `*` for actions that know no resource.
    pub arn: String,
    /// The account that owns it. S3's ARNs do not tell.
    pub account: String,
}

/// One call, as the policies see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Who asks.
    pub principal: Principal,
    /// For which action, such as `s3:GetObject`.
    pub action: String,
    /// On which resource.
    pub resource: Resource,
    /// Under which circumstances. Keys that follow from the principal and the resource need not be given.
    pub context: Context,
}

impl Request {
    /// A request without further circumstances.
    pub fn new(principal: Principal, action: impl Into<String>, resource: Resource) -> Self {
        Self { principal, action: action.into(), resource, context: Context::new() }
    }

    /// The same request with one more circumstance.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<String>) -> Self {
        self.context = self.context.with(key, value);
        self
    }

    /// The context with the keys that AWS derives from principal and resource.
    pub(super) fn full_context(&self) -> Context {
        let mut context = self.context.clone();
        context.fill("aws:ResourceAccount", &self.resource.account);
        context.fill("aws:PrincipalIsAWSService", matches!(self.principal, Principal::Service { .. }).to_string());
        if let Some(arn) = self.principal.arn() {
            context.fill("aws:PrincipalArn", arn);
        }
        if let Some(account) = self.principal.account() {
            context.fill("aws:PrincipalAccount", account);
        }
        if let Some(kind) = self.principal.type_name() {
            context.fill("aws:PrincipalType", kind);
        }
        match &self.principal {
            Principal::User { arn, .. } => context.fill("aws:username", last_segment(arn)),
            Principal::Service { name } => context.fill("aws:PrincipalServiceName", name),
            Principal::Role(_) | Principal::Root { .. } | Principal::Federated { .. } | Principal::Anonymous => {}
        }
        context
    }
}

impl Resource {
    /// A resource of an account.
    pub fn new(arn: impl Into<String>, account: impl Into<String>) -> Self {
        Self { arn: arn.into(), account: account.into() }
    }
}

impl Principal {
    /// The service of this name, such as `datasync.amazonaws.com`.
    pub fn service(name: impl Into<String>) -> Self {
        Self::Service { name: name.into() }
    }

    /// The principal with this ARN: a role, a role's session, a user or an account's root.
    pub fn from_arn(arn: &str) -> Result<Self, RequestError> {
        parse(arn).ok_or_else(|| RequestError::NotAPrincipal { arn: arn.to_owned() })
    }

    /// A session of a role whose own ARN, path included, is known.
    pub fn session(role_arn: &str, session_arn: &str) -> Result<Self, RequestError> {
        match (Self::from_arn(role_arn)?, Self::from_arn(session_arn)?) {
            (Self::Role(role), Self::Role(session))
                if role.session_arn.is_none() && role.account == session.account && role.name == session.name =>
            {
                Ok(Self::Role(RoleSession { session_arn: session.session_arn, ..role }))
            }
            _ => Err(RequestError::OtherRolesSession { session: session_arn.to_owned(), role: role_arn.to_owned() }),
        }
    }

    /// Its account. Services, providers' users and anonymous callers have none.
    #[must_use]
    pub fn account(&self) -> Option<&str> {
        match self {
            Self::Role(RoleSession { account, .. }) | Self::User { account, .. } | Self::Root { account, .. } => {
                Some(account)
            }
            Self::Service { .. } | Self::Federated { .. } | Self::Anonymous => None,
        }
    }

    /// The ARN that `aws:PrincipalArn` holds: the role's, not the session's.
    #[must_use]
    pub fn arn(&self) -> Option<&str> {
        match self {
            Self::Role(RoleSession { role_arn: arn, .. }) | Self::User { arn, .. } | Self::Root { arn, .. } => {
                Some(arn)
            }
            Self::Service { .. } | Self::Federated { .. } | Self::Anonymous => None,
        }
    }

    fn type_name(&self) -> Option<&'static str> {
        match self {
            Self::Role(_) => Some("AssumedRole"),
            Self::User { .. } => Some("User"),
            Self::Root { .. } => Some("Account"),
            Self::Anonymous => Some("Anonymous"),
            Self::Service { .. } | Self::Federated { .. } => None,
        }
    }
}

fn parse(text: &str) -> Option<Principal> {
    let Some(arn) = Arn::parse(text) else {
        return text.ends_with(".amazonaws.com").then(|| Principal::service(text));
    };
    let account = arn.account.to_owned();
    match (arn.service, arn.resource.split_once('/')) {
        ("iam", None) if arn.resource == "root" => Some(Principal::Root { arn: text.to_owned(), account }),
        ("iam", Some(("user", _))) => Some(Principal::User { arn: text.to_owned(), account }),
        ("iam", Some(("role", path))) => Some(Principal::Role(RoleSession {
            role_arn: text.to_owned(),
            session_arn: None,
            account,
            name: last_segment(path).to_owned(),
            path_known: true,
        })),
        ("iam", Some(("saml-provider" | "oidc-provider", _))) => {
            Some(Principal::Federated { provider: text.to_owned() })
        }
        ("sts", Some(("assumed-role", rest))) => {
            let (name, _session) = rest.split_once('/')?;
            Some(Principal::Role(RoleSession {
                role_arn: format!("arn:{}:iam::{account}:role/{name}", arn.partition),
                session_arn: Some(text.to_owned()),
                account,
                name: name.to_owned(),
                path_known: false,
            }))
        }
        _ => None,
    }
}

/// What follows the last slash.
pub(super) fn last_segment(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
