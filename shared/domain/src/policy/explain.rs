//! The question as a file asks it: one request with all policies around it, and the verdict on it.

use std::collections::BTreeMap;

use super::arn::Arn;
use super::context::Context;
use super::document::Document;
use super::error::RequestError;
use super::evaluate::{Policies, assumes_a_role, evaluate};
use super::explanation::Explanation;
use super::request::{Principal, Request, Resource};
use super::verdict::{Side, Verdict};

/// A request file: who asks for what, where, under which circumstances, and the policies that bear on it.
#[derive(Clone, Debug)]
pub struct Question {
    /// Who asks.
    pub principal: Caller,
    /// The action.
    pub action: String,
    /// On what.
    pub resource: Target,
    /// The circumstances: each key's values, or its single value.
    pub context: BTreeMap<String, Texts>,
    /// The policies, by side.
    pub policies: Sides,
}

/// The caller, as a request file names it.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Its ARN; a service by its principal name; an identity provider by its ARN or, under `federated` in a file, by its
    /// domain; `*` for an anonymous caller.
    pub arn: String,
    /// Whether `arn` is the domain of an identity provider.
    pub federated: bool,
    /// The ARN of the role, with its path, when `arn` is a session's.
    pub role_arn: Option<String>,
    /// Its account. May be left out, because the ARN tells it.
    pub account: Option<String>,
    /// Its tags, which policies read as `aws:PrincipalTag/KEY`.
    pub tags: BTreeMap<String, String>,
}

/// The resource, as a request file names it.
#[derive(Clone, Debug)]
pub struct Target {
    /// Its ARN, or `*`.
    pub arn: String,
    /// The account that owns it. Without it the ARN's counts, and else the caller's.
    pub account: Option<String>,
}

/// The policies, as a request file lists them.
#[derive(Clone, Debug, Default)]
pub struct Sides {
    /// The caller's own: a document or a list of them.
    pub identity: Vec<Document>,
    /// The resource's.
    pub resource: Option<Document>,
    /// The trust policy of the role that is assumed.
    pub trust: Option<Document>,
    /// The caller's permissions boundary.
    pub boundary: Option<Document>,
    /// The caller's session policies: a document or a list of them.
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

    /// Judges the request, with the statements written out and the changes that would allow it.
    pub fn explain(self) -> Result<Explanation, RequestError> {
        let request = self.request()?;
        let notes = self.notes();
        Ok(Explanation::new(&request, &self.policies.around(&request.action), notes))
    }

    /// What of the file has no bearing on the answer although its author may think so.
    fn notes(&self) -> Vec<String> {
        let mut notes = self.policies.misfits();
        if self.policies.trust.is_some() && !assumes_a_role(&self.action) {
            notes.push(format!("policies.trust was not asked: {} does not take on a role", self.action));
        }
        if Arn::parse(&self.resource.arn).is_some_and(|arn| arn.service == "kms" && arn.resource.starts_with("alias/"))
        {
            let note = "resource.arn is an alias: KMS asks the policy of the key behind it, so give the key's own ARN";
            notes.push(note.to_owned());
        }
        notes
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
            (provider, _) if self.federated => Principal::Federated { provider: provider.to_owned() },
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

    /// The policies that AWS would not take where they hang, each with what is wrong.
    fn misfits(&self) -> Vec<String> {
        let single = |key: &str, side: Side, document: &Option<Document>| {
            document.as_ref().map(|document| (key.to_owned(), side, document.clone()))
        };
        let several = |key: &'static str, side: Side, documents: &[Document]| {
            let named = |(at, document): (usize, &Document)| (format!("{key}[{at}]"), side, document.clone());
            documents.iter().enumerate().map(named).collect::<Vec<_>>()
        };
        let mut all = several("policies.identity", Side::Identity, &self.identity);
        all.extend(several("policies.session", Side::Session, &self.session));
        all.extend(single("policies.boundary", Side::Boundary, &self.boundary));
        all.extend(single("policies.resource", Side::Resource, &self.resource));
        all.extend(single("policies.trust", Side::Trust, &self.trust));
        let misfit = |(key, side, document): &(String, Side, Document)| {
            document.check_for(*side).err().map(|error| format!("{key}: AWS would not take it: {error}"))
        };
        all.iter().filter_map(misfit).collect()
    }
}

fn account_in(arn: &str) -> Option<&str> {
    Arn::parse(arn).map(|arn| arn.account).filter(|account| !account.is_empty())
}
