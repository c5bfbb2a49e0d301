//! The rules of IAM, a table or a property each.

mod conditions;
mod explanations;
mod keys;
mod own_documents;
mod patches;
mod principals;
mod properties;
mod public_access;
mod questions;
mod refusals;
mod sides;
mod variables;
mod words;

use super::{Document, Policies, Principal, Request, Resource, Verdict, evaluate};

pub(super) const OURS: &str = "123456789012";
pub(super) const THEIRS: &str = "210987654321";
pub(super) const ROLE: &str = "arn:aws:iam::123456789012:role/nightferry/Copier";
pub(super) const SESSION: &str = "arn:aws:sts::123456789012:assumed-role/Copier/night";
pub(super) const OBJECT: &str = "arn:aws:s3:::nightferry-src-example/home/a.txt";

pub(super) fn doc(text: &str) -> Document {
    text.parse().expect("a policy document")
}

/// A document of one statement, given its members.
pub(super) fn one(members: &str) -> Document {
    doc(&format!(r#"{{"Version":"2012-10-17","Statement":[{{{members}}}]}}"#))
}

pub(super) fn role() -> Principal {
    Principal::session(ROLE, SESSION).expect("a session")
}

pub(super) fn who(arn: &str) -> Principal {
    Principal::from_arn(arn).expect("a principal")
}

/// Our role reads an object of its own account.
pub(super) fn read() -> Request {
    Request::new(role(), "s3:GetObject", Resource::new(OBJECT, OURS))
}

/// Our role reads an object of the other account.
pub(super) fn read_theirs() -> Request {
    Request::new(role(), "s3:GetObject", Resource::new(OBJECT, THEIRS))
}

pub(super) fn by_identity(request: &Request, document: Document) -> Verdict {
    evaluate(request, &Policies { identity: vec![document], ..Policies::default() })
}

pub(super) fn by_resource(request: &Request, document: Document) -> Verdict {
    evaluate(request, &Policies { resource: Some(document), ..Policies::default() })
}

/// Whether a condition lets our role read, with this context.
pub(super) fn holds(condition: &str, context: &[(&str, &[&str])]) -> bool {
    let mut request = read();
    for (key, values) in context {
        request.context = request.context.with_all(key, values.iter().copied());
    }
    let members = format!(r#""Effect":"Allow","Action":"s3:GetObject","Resource":"*","Condition":{condition}"#);
    by_identity(&request, one(&members)).is_allowed()
}
