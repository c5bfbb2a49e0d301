//! The question as a file asks it: one request with all policies around it, and the verdict on it.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};

use super::arn::Arn;
use super::context::Context;
use super::document::Document;
use super::error::RequestError;
use super::evaluate::{Policies, assumes_a_role, evaluate};
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
    pub context: BTreeMap<String, OneOrMany<Scalar>>,
    /// The policies, by side.
    #[serde(default)]
    pub policies: Sides,
}

/// The caller, as a request file names it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Caller {
    /// Its ARN; a service by its principal name; `*` for an anonymous caller.
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
    /// The caller's own.
    #[serde(default)]
    pub identity: Option<OneOrMany<Document>>,
    /// The resource's.
    #[serde(default)]
    pub resource: Option<Document>,
    /// The trust policy of the role that is assumed.
    #[serde(default)]
    pub trust: Option<Document>,
    /// The caller's permissions boundary.
    #[serde(default)]
    pub boundary: Option<Document>,
    /// The caller's session policies.
    #[serde(default)]
    pub session: Option<OneOrMany<Document>>,
}

/// One thing or a list of them.
#[derive(Clone, Debug)]
pub struct OneOrMany<T>(pub Vec<T>);

/// A context value, which a file may also write as a number or a boolean.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Scalar {
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(serde_json::Number),
    /// Text.
    Text(String),
}

impl<'de, T: serde::de::DeserializeOwned> Deserialize<'de> for OneOrMany<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error as _;
        let found = serde_json::Value::deserialize(deserializer)?;
        let items = if let serde_json::Value::Array(items) = found { items } else { vec![found] };
        let read = items.into_iter().map(T::deserialize).collect::<Result<_, _>>();
        read.map(Self).map_err(D::Error::custom)
    }
}

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
            context.set(key, values.0.iter().map(Scalar::text).collect());
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
            identity: self.identity.map(|list| list.0).unwrap_or_default(),
            resource: trust.or(self.resource),
            boundary: self.boundary,
            session: self.session.map(|list| list.0).unwrap_or_default(),
        }
    }
}

impl Scalar {
    fn text(&self) -> String {
        match self {
            Self::Bool(value) => value.to_string(),
            Self::Number(value) => value.to_string(),
            Self::Text(value) => value.clone(),
        }
    }
}

fn account_in(arn: &str) -> Option<&str> {
    Arn::parse(arn).map(|arn| arn.account).filter(|account| !account.is_empty())
}
