//! Reading a policy document: every element checked, every complaint naming its statement and element.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use serde::de::{Deserialize, Deserializer, Error as _};

use super::document::{Conditions, Document, Effect, Match, PrincipalLists, Principals, Statement, Values, Version};
use super::error::DocumentError;
use super::operator::Operator;
use super::tree::Tree;
use crate::printable::quoted;

const DOCUMENT: &[&str] = &["Version", "Id", "Statement"];
const STATEMENT: &[&str] =
    &["Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"];
const PRINCIPAL: &[&str] = &["AWS", "Service", "Federated", "CanonicalUser"];

/// Members of an object by name, each once.
type Members = BTreeMap<String, Tree>;

impl FromStr for Document {
    type Err = DocumentError;

    fn from_str(text: &str) -> Result<Self, DocumentError> {
        let tree = serde_json::from_str(text).map_err(|error| DocumentError::NotJson { reason: error.to_string() })?;
        document(tree)
    }
}

impl<'de> Deserialize<'de> for Document {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        document(Tree::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

impl<'de> Deserialize<'de> for Statement {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        statement(Tree::deserialize(deserializer)?, 0).map_err(D::Error::custom)
    }
}

/// What stands in a list, or alone without one.
pub(super) fn listed(tree: Tree) -> Vec<Tree> {
    if let Tree::List(trees) = tree { trees } else { vec![tree] }
}

pub(super) fn document(tree: Tree) -> Result<Document, DocumentError> {
    let place = "the policy";
    let mut members = object(tree, place, "the policy")?;
    only(&members, DOCUMENT, place)?;
    let version = members.remove("Version").map_or_else(|| Ok(Version::default()), |tree| version(tree, place))?;
    let id = members.remove("Id").map(|tree| text(tree, place, "Id")).transpose()?;
    let found = members
        .remove("Statement")
        .ok_or_else(|| DocumentError::MissingElement { place: place.to_owned(), element: "Statement" })?;
    let statements: Vec<_> =
        listed(found).into_iter().enumerate().map(|(index, tree)| statement(tree, index)).collect::<Result<_, _>>()?;
    sids_are_unique(&statements, place)?;
    Ok(Document { version, id, statements })
}

fn sids_are_unique(statements: &[Statement], place: &str) -> Result<(), DocumentError> {
    let mut seen = BTreeSet::new();
    let doubled = statements.iter().filter_map(|statement| statement.sid.as_ref()).find(|sid| !seen.insert(*sid));
    doubled.map_or(Ok(()), |sid| {
        Err(DocumentError::Twice { place: place.to_owned(), element: format!("Sid {}", quoted(sid)) })
    })
}

fn version(tree: Tree, place: &str) -> Result<Version, DocumentError> {
    match text(tree, place, "Version")?.as_str() {
        "2012-10-17" => Ok(Version::V2012),
        "2008-10-17" => Ok(Version::V2008),
        other => Err(wrong(place, "Version", "2012-10-17 or 2008-10-17", quoted(other))),
    }
}

fn statement(tree: Tree, index: usize) -> Result<Statement, DocumentError> {
    let number = format!("statement {}", index.saturating_add(1));
    let mut members = object(tree, &number, "Statement")?;
    // AWS's own console writes empty Sids, several in one document.
    let sid = members.remove("Sid").map(|tree| text(tree, &number, "Sid")).transpose()?.filter(|sid| !sid.is_empty());
    let place = sid.as_ref().map_or_else(|| number.clone(), |sid| format!("{number} (Sid {})", quoted(sid)));
    only(&members, STATEMENT, &place)?;
    let missing = |element| DocumentError::MissingElement { place: place.clone(), element };
    let effect = effect(members.remove("Effect").ok_or_else(|| missing("Effect"))?, &place)?;
    let principal = either(&mut members, "Principal", "NotPrincipal", &place, principals)?;
    let action = either(&mut members, "Action", "NotAction", &place, actions)?.ok_or_else(|| missing("Action"))?;
    let resource = either(&mut members, "Resource", "NotResource", &place, values)?;
    let condition = members.remove("Condition").map_or(Ok(Conditions::new()), |tree| conditions(tree, &place))?;
    Ok(Statement { sid, effect, principal, action, resource, condition })
}

fn effect(tree: Tree, place: &str) -> Result<Effect, DocumentError> {
    match text(tree, place, "Effect")?.as_str() {
        "Allow" => Ok(Effect::Allow),
        "Deny" => Ok(Effect::Deny),
        other => Err(wrong(place, "Effect", "Allow or Deny", quoted(other))),
    }
}

/// An element in its plain or its Not form, never both.
fn either<T>(
    members: &mut Members,
    plain: &'static str,
    negated: &str,
    place: &str,
    read: impl Fn(Tree, &str, &str) -> Result<T, DocumentError>,
) -> Result<Option<Match<T>>, DocumentError> {
    match (members.remove(plain), members.remove(negated)) {
        (Some(_), Some(_)) => Err(DocumentError::BothForms { place: place.to_owned(), element: plain }),
        (Some(tree), None) => Ok(Some(Match::In(read(tree, place, plain)?))),
        (None, Some(tree)) => Ok(Some(Match::NotIn(read(tree, place, negated)?))),
        (None, None) => Ok(None),
    }
}

fn principals(tree: Tree, place: &str, element: &str) -> Result<Principals, DocumentError> {
    if let Tree::Text(text) = &tree {
        let everyone = (text == "*").then_some(Principals::Everyone);
        return everyone.ok_or_else(|| wrong(place, element, "\"*\" or an object by kind", tree.kind()));
    }
    let mut members = object(tree, place, element)?;
    only(&members, PRINCIPAL, &format!("{place}: `{element}`"))?;
    if members.is_empty() {
        return Err(wrong(place, element, "\"*\" or an object by kind", "an empty object".to_owned()));
    }
    let mut take = |kind: &str| members.remove(kind).map_or(Ok(Values::new()), |tree| values(tree, place, kind));
    Ok(Principals::Listed(PrincipalLists {
        aws: take("AWS")?,
        service: take("Service")?,
        federated: take("Federated")?,
        canonical_user: take("CanonicalUser")?,
    }))
}

fn actions(tree: Tree, place: &str, element: &str) -> Result<Values, DocumentError> {
    let found = values(tree, place, element)?;
    match found.iter().find(|action| action.as_str() != "*" && !action.contains(':')) {
        Some(odd) => Err(wrong(place, element, "service:Action or *", format!("\"{}\"", quoted(odd)))),
        None => Ok(found),
    }
}

fn conditions(tree: Tree, place: &str) -> Result<Conditions, DocumentError> {
    let operators = object(tree, place, "Condition")?;
    operators.into_iter().map(|(name, keys)| condition(&name, keys, place)).collect()
}

fn condition(name: &str, keys: Tree, place: &str) -> Result<(Operator, BTreeMap<String, Values>), DocumentError> {
    let operator = name.parse().map_err(|source| DocumentError::UnknownOperator { place: place.to_owned(), source })?;
    let keys = object(keys, place, name)?;
    let mut seen = BTreeSet::new();
    if let Some(doubled) = keys.keys().find(|key| !seen.insert(key.to_lowercase())) {
        return Err(DocumentError::Twice { place: place.to_owned(), element: format!("{name} {}", quoted(doubled)) });
    }
    let read = keys.into_iter().map(|(key, tree)| scalars(tree, place, &format!("{name} {key}")).map(|v| (key, v)));
    Ok((operator, read.collect::<Result<_, _>>()?))
}

/// A string or a list of strings.
fn values(tree: Tree, place: &str, element: &str) -> Result<Values, DocumentError> {
    let trees = listed(tree);
    if trees.is_empty() {
        return Err(wrong(place, element, "a string or a list with at least one", "an empty list".to_owned()));
    }
    trees.into_iter().map(|tree| text(tree, place, element)).collect()
}

/// Condition values, which documents also write as booleans and numbers. An empty list is allowed: it matches nothing.
fn scalars(tree: Tree, place: &str, element: &str) -> Result<Values, DocumentError> {
    let trees = listed(tree);
    trees.into_iter().map(|tree| scalar(tree, place, element)).collect()
}

fn scalar(tree: Tree, place: &str, element: &str) -> Result<String, DocumentError> {
    match tree {
        Tree::Text(text) | Tree::Number(text) => Ok(text),
        Tree::Bool(value) => Ok(value.to_string()),
        Tree::Null | Tree::List(_) | Tree::Object(_) => {
            Err(wrong(place, element, "a string, a number, a boolean or a list of them", tree.kind()))
        }
    }
}

fn text(tree: Tree, place: &str, element: &str) -> Result<String, DocumentError> {
    if let Tree::Text(text) = tree { Ok(text) } else { Err(wrong(place, element, "a string", tree.kind())) }
}

fn object(tree: Tree, place: &str, element: &str) -> Result<Members, DocumentError> {
    let Tree::Object(list) = tree else {
        return Err(wrong(place, element, "an object", tree.kind()));
    };
    let mut members = Members::new();
    for (name, value) in list {
        if members.insert(name.clone(), value).is_some() {
            return Err(DocumentError::Twice { place: place.to_owned(), element: quoted(&name) });
        }
    }
    Ok(members)
}

fn only(members: &Members, known: &[&str], place: &str) -> Result<(), DocumentError> {
    let stranger = members.keys().find(|name| *name != "Sid" && !known.contains(&name.as_str()));
    stranger.map_or(Ok(()), |element| {
        Err(DocumentError::UnknownElement {
            place: place.to_owned(),
            element: quoted(element),
            known: known.join(", "),
        })
    })
}

fn wrong(place: &str, element: &str, expected: &'static str, found: String) -> DocumentError {
    DocumentError::WrongValue { place: place.to_owned(), element: quoted(element), expected, found }
}
