//! The question as a file asks it: one request with all policies around it, and the verdict on it.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::arn::Arn;
use super::context::Context;
use super::document::Document;
use super::error::RequestError;
use super::evaluate::{Policies, assumes_a_role, evaluate};
use super::parse::documents;
use super::request::{Principal, Request, Resource};
use super::verdict::Verdict;

/// A request file: who asks for what, where, under which circumstances, and the policies that bear on it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// Who asks.
    pub principal: Caller,
    /// The action.
    pub action: String,
    /// On what.
    pub resource: Target,
    /// The circumstances: each key's values, or its single value.
    #[serde(default)]
    pub context: BTreeMap<String, Texts>,
    /// The policies, by side.
    #[serde(default)]
    pub policies: Sides,
}

/// The caller, as a request file names it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Caller {
    /// Its ARN; a service by its principal name, also under the key `service`; `*` for an anonymous caller.
    #[serde(alias = "service")]
    pub arn: String,
    /// The ARN of the role, with its path, when `arn` is a session's.
    #[serde(default)]
    pub role_arn: Option<String>,
    /// Its account. May be left out, because the ARN tells it.
    #[serde(default)]
    pub account: Option<String>,
    /// Its tags, which policies read as `aws:PrincipalTag/KEY`.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
}

/// The resource, as a request file names it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// Its ARN, or `*`.
    pub arn: String,
    /// The account that owns it. Without it the ARN's counts, and else the caller's.
    #[serde(default)]
    pub account: Option<String>,
}

/// The policies, as a request file lists them.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sides {
    /// The caller's own: a document or a list of them.
    #[serde(default, deserialize_with = "documents")]
    pub identity: Vec<Document>,
    /// The resource's.
    #[serde(default)]
    pub resource: Option<Document>,
    /// The trust policy of the role that is assumed.
    #[serde(default)]
    pub trust: Option<Document>,
    /// The caller's permissions boundary.
    #[serde(default)]
    pub boundary: Option<Document>,
    /// The caller's session policies: a document or a list of them.
    #[serde(default, deserialize_with = "documents")]
    pub session: Vec<Document>,
}

/// A context key's values. A file may write a single one without its list, and numbers and booleans as such.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Texts(pub Vec<String>);

impl Question {
    /// Judges the request.
    pub fn answer(self) -> Result<Verdict, RequestError> {
        let request = self.request()?;
        Ok(evaluate(&request, &self.policies.around(&request.action)))
    }

    /// The request alone.
    pub fn request(&self) -> Result<Request, RequestError> {
        let principal = self.principal.resolve()?;
        let account = self.resource.account.as_deref().or_else(|| account_in(&self.resource.arn));
        let account = account.or_else(|| principal.account());
        let account = account.ok_or_else(|| RequestError::NoAccount { arn: self.resource.arn.clone() })?;
        let resource = Resource::new(&self.resource.arn, account);
        let context = self.context();
        Ok(Request { principal, action: self.action.clone(), resource, context })
    }

    fn context(&self) -> Context {
        let mut context = Context::new();
        for (key, values) in &self.context {
            context.set(key, values.0.clone());
        }
        for (key, value) in &self.principal.tags {
            context.fill(&format!("aws:PrincipalTag/{key}"), value);
        }
        context
    }
}

impl Caller {
    fn resolve(&self) -> Result<Principal, RequestError> {
        let principal = match (self.arn.as_str(), &self.role_arn) {
            ("*", _) => Principal::Anonymous,
            (session, Some(role)) => Principal::session(role, session)?,
            (arn, None) => Principal::from_arn(arn)?,
        };
        match (principal.account(), &self.account) {
            (Some(found), Some(stated)) if found != stated => {
                Err(RequestError::OtherAccount { arn: self.arn.clone(), account: stated.clone() })
            }
            _ => Ok(principal),
        }
    }
}

impl Sides {
    fn around(self, action: &str) -> Policies {
        let trust = if assumes_a_role(action) { self.trust } else { None };
        Policies {
            identity: self.identity,
            resource: trust.or(self.resource),
            boundary: self.boundary,
            session: self.session,
        }
    }
}

fn account_in(arn: &str) -> Option<&str> {
    Arn::parse(arn).map(|arn| arn.account).filter(|account| !account.is_empty())
}
