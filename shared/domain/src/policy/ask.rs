//! Reading a request file: every key checked, every complaint naming the key and the way to it.

use std::collections::BTreeMap;
use std::str::FromStr;

use serde::de::{Deserialize, Deserializer, Error as _};

use super::document::Document;
use super::error::QuestionError;
use super::explain::{Caller, Question, Sides, Target, Texts};
use super::parse::{document, listed};
use super::tree::Tree;
use crate::printable::{QUOTED_CHARS_MAX, quoted};

const REQUEST: &[&str] = &["principal", "action", "resource", "context", "policies"];
const PRINCIPAL: &[&str] = &["arn", "service", "federated", "role_arn", "account", "tags"];
const RESOURCE: &[&str] = &["arn", "account"];
const POLICIES: &[&str] = &["identity", "resource", "trust", "boundary", "session"];
const ACCOUNT: &str = "an account number: 12 digits in quotes";
const TEXT: &str = "a string";

impl FromStr for Question {
    type Err = QuestionError;

    fn from_str(text: &str) -> Result<Self, QuestionError> {
        let tree = serde_json::from_str(text).map_err(|error| QuestionError::NotJson { reason: error.to_string() })?;
        question(tree)
    }
}

impl<'de> Deserialize<'de> for Question {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        question(Tree::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

fn question(tree: Tree) -> Result<Question, QuestionError> {
    let mut keys = Keys::read(tree, "", REQUEST)?;
    Ok(Question {
        principal: keys.required("principal").and_then(caller)?,
        action: keys.required("action").and_then(action)?,
        resource: keys.required("resource").and_then(target)?,
        context: keys.optional("context").map_or_else(|| Ok(BTreeMap::new()), context)?,
        policies: keys.optional("policies").map_or_else(|| Ok(Sides::default()), sides)?,
    })
}

fn caller(tree: Tree) -> Result<Caller, QuestionError> {
    let mut keys = Keys::read(tree, "principal", PRINCIPAL)?;
    let mut names = ["arn", "service", "federated"].into_iter().filter_map(|key| Some((key, keys.optional(key)?)));
    let Some((key, name)) = names.next() else {
        return Err(QuestionError::MissingKey { place: "`principal`".to_owned(), key: "arn" });
    };
    if let Some((second, tree)) = names.next() {
        return Err(wrong(&format!("principal.{second}"), "left away, because the principal is named already", &tree));
    }
    let arn = text(name, &format!("principal.{key}"), TEXT)?;
    let tags = keys.optional("tags").map_or_else(|| Ok(BTreeMap::new()), tags)?;
    let role_arn = keys.optional("role_arn").map(|tree| text(tree, "principal.role_arn", TEXT)).transpose()?;
    let account = keys.optional("account").map(|tree| account(tree, "principal.account")).transpose()?;
    Ok(Caller { arn, federated: key == "federated", role_arn, account, tags })
}

fn target(tree: Tree) -> Result<Target, QuestionError> {
    let mut keys = Keys::read(tree, "resource", RESOURCE)?;
    let arn = text(keys.required("arn")?, "resource.arn", TEXT)?;
    let account = keys.optional("account").map(|tree| account(tree, "resource.account")).transpose()?;
    Ok(Target { arn, account })
}

/// A request is for one action, so that a pattern is a mistake here.
fn action(tree: Tree) -> Result<String, QuestionError> {
    let action = text(tree, "action", "one action, such as s3:GetObject")?;
    let names_one = action.split_once(':').is_some_and(|(service, name)| !service.is_empty() && !name.is_empty());
    if names_one && !action.contains(['*', '?']) {
        return Ok(action);
    }
    Err(wrong("action", "one action, such as s3:GetObject", &Tree::Text(action)))
}

fn account(tree: Tree, key: &str) -> Result<String, QuestionError> {
    let number = text(tree, key, ACCOUNT)?;
    let is_account = number.len() == 12 && number.bytes().all(|byte| byte.is_ascii_digit());
    if is_account { Ok(number) } else { Err(wrong(key, ACCOUNT, &Tree::Text(number))) }
}

fn tags(tree: Tree) -> Result<BTreeMap<String, String>, QuestionError> {
    members(tree, "principal.tags")?
        .into_iter()
        .map(|(tag, tree)| {
            let value = scalar(tree, &format!("principal.tags.{}", quoted(&tag)), "a string")?;
            Ok((tag, value))
        })
        .collect()
}

fn context(tree: Tree) -> Result<BTreeMap<String, Texts>, QuestionError> {
    let read = |(name, tree): (String, Tree)| {
        let key = format!("context.{}", quoted(&name));
        let expected = "a string, a number, a boolean or a list of them";
        let values = listed(tree).into_iter().map(|tree| scalar(tree, &key, expected));
        Ok((name, Texts(values.collect::<Result<_, QuestionError>>()?)))
    };
    members(tree, "context")?.into_iter().map(read).collect()
}

fn sides(tree: Tree) -> Result<Sides, QuestionError> {
    let mut keys = Keys::read(tree, "policies", POLICIES)?;
    let mut several = |side| keys.optional(side).map_or_else(|| Ok(Vec::new()), |tree| policies(tree, side));
    let (identity, session) = (several("identity")?, several("session")?);
    let mut single = |side| keys.optional(side).map(|tree| policy(tree, &format!("policies.{side}"))).transpose();
    Ok(Sides {
        identity,
        resource: single("resource")?,
        trust: single("trust")?,
        boundary: single("boundary")?,
        session,
    })
}

fn policies(tree: Tree, side: &str) -> Result<Vec<Document>, QuestionError> {
    let read = |(at, tree)| policy(tree, &format!("policies.{side}[{at}]"));
    listed(tree).into_iter().enumerate().map(read).collect()
}

/// A policy as an object, or as the text in which AWS's own answers carry it.
fn policy(tree: Tree, key: &str) -> Result<Document, QuestionError> {
    let read = match tree {
        Tree::Text(text) => text.parse(),
        Tree::Object(_) => document(tree),
        Tree::Null | Tree::Bool(_) | Tree::Number(_) | Tree::List(_) => {
            return Err(wrong(key, "a policy: an object, or its JSON text", &tree));
        }
    };
    read.map_err(|source| QuestionError::Policy { key: key.to_owned(), source })
}

fn text(tree: Tree, key: &str, expected: &'static str) -> Result<String, QuestionError> {
    match tree {
        Tree::Text(text) if !text.trim().is_empty() => Ok(text),
        found @ (Tree::Null | Tree::Bool(_) | Tree::Number(_) | Tree::Text(_) | Tree::List(_) | Tree::Object(_)) => {
            Err(wrong(key, expected, &found))
        }
    }
}

fn scalar(tree: Tree, key: &str, expected: &'static str) -> Result<String, QuestionError> {
    match tree {
        Tree::Text(text) | Tree::Number(text) => Ok(text),
        Tree::Bool(value) => Ok(value.to_string()),
        Tree::Null | Tree::List(_) | Tree::Object(_) => Err(wrong(key, expected, &tree)),
    }
}

fn wrong(key: &str, expected: &'static str, found: &Tree) -> QuestionError {
    QuestionError::WrongValue { key: key.to_owned(), expected, found: found.kind() }
}

/// The members of an object whose keys are known, each there once.
struct Keys {
    place: String,
    members: BTreeMap<String, Tree>,
}

impl Keys {
    fn read(tree: Tree, key: &str, known: &'static [&'static str]) -> Result<Self, QuestionError> {
        let members = members(tree, key)?;
        let place = place(key);
        if let Some(stranger) = members.keys().find(|name| !known.contains(&name.as_str())) {
            let (key, nearest) = (quoted(stranger), nearest(stranger, known));
            return Err(QuestionError::UnknownKey { place, key, nearest, known: known.join(", ") });
        }
        Ok(Self { place, members })
    }

    fn required(&mut self, key: &'static str) -> Result<Tree, QuestionError> {
        self.optional(key).ok_or_else(|| QuestionError::MissingKey { place: self.place.clone(), key })
    }

    /// A key's value; null counts as left away.
    fn optional(&mut self, key: &str) -> Option<Tree> {
        self.members.remove(key).filter(|tree| *tree != Tree::Null)
    }
}

fn members(tree: Tree, key: &str) -> Result<BTreeMap<String, Tree>, QuestionError> {
    let Tree::Object(list) = tree else {
        let key = if key.is_empty() { "the request" } else { key };
        return Err(wrong(key, "an object", &tree));
    };
    let mut members = BTreeMap::new();
    for (name, value) in list {
        if members.insert(name.clone(), value).is_some() {
            return Err(QuestionError::Twice { place: place(key), key: quoted(&name) });
        }
    }
    Ok(members)
}

fn place(key: &str) -> String {
    if key.is_empty() { "the request".to_owned() } else { format!("`{key}`") }
}

fn nearest(found: &str, known: &'static [&'static str]) -> &'static str {
    let found: String = found.chars().take(QUOTED_CHARS_MAX).collect::<String>().to_lowercase();
    known.iter().copied().min_by_key(|name| strsim::damerau_levenshtein(name, &found)).unwrap_or("")
}
