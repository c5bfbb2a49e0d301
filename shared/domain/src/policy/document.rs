//! A policy document: its statements and their elements, and its one canonical text.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use super::operator::Operator;

/// Values of an element. They are a set in IAM's meaning, so order and doubles carry none.
pub type Values = BTreeSet<String>;

/// What each condition key has to be, by operator: all operators and all keys must hold, any one value is enough.
pub type Conditions = BTreeMap<Operator, BTreeMap<String, Values>>;

/// The policy language's version. It decides whether `${...}` is a variable or plain text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Version {
    /// The old language, and what AWS assumes where a document names none: no policy variables.
    #[default]
    #[serde(rename = "2008-10-17")]
    V2008,
    /// The current language, with policy variables.
    #[serde(rename = "2012-10-17")]
    V2012,
}

/// What a matching statement does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Effect {
    /// Grants, unless any policy denies.
    Allow,
    /// Refuses, whatever any policy grants.
    Deny,
}

/// The choice between an element and its `Not` form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Match<T> {
    /// The element itself: applies to what is listed.
    In(T),
    /// The `Not` element: applies to everything that is not listed.
    NotIn(T),
}

/// Who a statement of a resource or trust policy speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Principals {
    /// `"*"`: everyone, anonymous callers included.
    Everyone,
    /// Principals by kind.
    Listed(PrincipalLists),
}

/// The kinds of principal that a `Principal` element can list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PrincipalLists {
    /// Accounts (number or root ARN), users, roles, sessions, or `*`.
    #[serde(rename = "AWS", skip_serializing_if = "Values::is_empty", serialize_with = "one_or_list")]
    pub aws: Values,
    /// Services, such as `datasync.amazonaws.com`.
    #[serde(rename = "Service", skip_serializing_if = "Values::is_empty", serialize_with = "one_or_list")]
    pub service: Values,
    /// Identity providers.
    #[serde(rename = "Federated", skip_serializing_if = "Values::is_empty", serialize_with = "one_or_list")]
    pub federated: Values,
    /// S3's canonical user ids.
    #[serde(rename = "CanonicalUser", skip_serializing_if = "Values::is_empty", serialize_with = "one_or_list")]
    pub canonical_user: Values,
}

/// One statement. Start one with [`Statement::allow`] or [`Statement::deny`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Its name within the document.
    pub sid: Option<String>,
    /// Whether it grants or refuses.
    pub effect: Effect,
    /// Of whom it speaks. Only resource and trust policies have it.
    pub principal: Option<Match<Principals>>,
    /// Of which calls it speaks, such as `s3:GetObject` or `s3:Get*`.
    pub action: Match<Values>,
    /// Of which resources it speaks. Trust policies have none.
    pub resource: Option<Match<Values>>,
    /// What else must hold of the request.
    pub condition: Conditions,
}

/// A policy document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// The language it is written in.
    pub version: Version,
    /// Its name, which some services' policies carry.
    pub id: Option<String>,
    /// Its statements. Their order has no meaning.
    pub statements: Vec<Statement>,
}

impl Document {
    /// A document of these statements in the current language.
    pub fn new(statements: impl IntoIterator<Item = Statement>) -> Self {
        Self { version: Version::V2012, id: None, statements: statements.into_iter().collect() }
    }

    /// The document as one line of JSON: elements in the order in which AWS shows them, values sorted, a single value
    /// as a plain string. Equal documents give equal text.
    #[must_use]
    pub fn to_json(&self) -> String {
        self.to_string()
    }

    /// The same text over several indented lines, for a person.
    #[must_use]
    pub fn to_json_pretty(&self) -> String {
        format!("{self:#}")
    }
}

impl fmt::Display for Document {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_json(self, out)
    }
}

impl fmt::Display for Statement {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_json(self, out)
    }
}

fn write_json(value: &impl Serialize, out: &mut fmt::Formatter<'_>) -> fmt::Result {
    let text = if out.alternate() { serde_json::to_string_pretty(value) } else { serde_json::to_string(value) };
    out.write_str(&text.map_err(|_| fmt::Error)?)
}

/// The serialised shape of a document: field order is the order on paper.
#[derive(Serialize)]
struct PaperDocument<'a> {
    #[serde(rename = "Version")]
    version: Version,
    #[serde(rename = "Id", skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    #[serde(rename = "Statement")]
    statements: &'a [Statement],
}

impl Serialize for Document {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        PaperDocument { version: self.version, id: self.id.as_deref(), statements: &self.statements }
            .serialize(serializer)
    }
}

impl Serialize for Statement {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;
        let mut map = serializer.serialize_map(None)?;
        if let Some(sid) = &self.sid {
            map.serialize_entry("Sid", sid)?;
        }
        map.serialize_entry("Effect", &self.effect)?;
        match &self.principal {
            Some(Match::In(principals)) => map.serialize_entry("Principal", principals)?,
            Some(Match::NotIn(principals)) => map.serialize_entry("NotPrincipal", principals)?,
            None => {}
        }
        match &self.action {
            Match::In(actions) => map.serialize_entry("Action", &OneOrList(actions))?,
            Match::NotIn(actions) => map.serialize_entry("NotAction", &OneOrList(actions))?,
        }
        match &self.resource {
            Some(Match::In(resources)) => map.serialize_entry("Resource", &OneOrList(resources))?,
            Some(Match::NotIn(resources)) => {
                map.serialize_entry("NotResource", &OneOrList(resources))?;
            }
            None => {}
        }
        if !self.condition.is_empty() {
            map.serialize_entry("Condition", &PaperConditions(&self.condition))?;
        }
        map.end()
    }
}

impl Serialize for Principals {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Everyone => serializer.serialize_str("*"),
            Self::Listed(lists) => lists.serialize(serializer),
        }
    }
}

struct PaperConditions<'a>(&'a Conditions);

impl Serialize for PaperConditions<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(operator, keys)| {
            let keys: BTreeMap<_, _> = keys.iter().map(|(key, values)| (key, OneOrList(values))).collect();
            (operator.to_string(), keys)
        }))
    }
}

struct OneOrList<'a>(&'a Values);

impl Serialize for OneOrList<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        one_or_list(self.0, serializer)
    }
}

fn one_or_list<S: serde::Serializer>(values: &Values, serializer: S) -> Result<S::Ok, S::Error> {
    match (values.len(), values.first()) {
        (1, Some(only)) => serializer.serialize_str(only),
        _ => serializer.collect_seq(values),
    }
}
