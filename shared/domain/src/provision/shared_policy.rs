//! A policy that belongs to somebody else and holds statements of ours: they are put in, put right and taken out again,
//! and nobody else's are touched.
//!
//! Works on the JSON itself, so that whatever this program does not know in it stays as it is. Ours is what carries our
//! mark at the beginning of its Sid.

use serde_json::{Map, Value};

use super::canonical::normalized;

#[cfg(test)]
mod tests;

/// How large a policy may be, in bytes without needless spaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SizeLimit {
    /// What the policy belongs to, in words.
    pub of: &'static str,
    /// Bytes.
    pub bytes_max: usize,
}

/// S3's limit of a bucket's policy: 20 KB.
pub const BUCKET_POLICY: SizeLimit = SizeLimit { of: "a bucket's policy", bytes_max: 20 * 1024 };
/// KMS's limit of a key's policy: 32 KB.
pub const KEY_POLICY: SizeLimit = SizeLimit { of: "a key's policy", bytes_max: 32 * 1024 };

/// AWS Backup tells no limit of a vault's policy; it refuses by itself what is too large.
pub const VAULT_POLICY: SizeLimit = SizeLimit { of: "a vault's policy", bytes_max: usize::MAX };

/// What a policy should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Merged {
    /// As it is, to the byte.
    Unchanged,
    /// This text.
    Text(String),
    /// None at all: it held our statements only, and a policy without statements is not allowed.
    Gone,
}

/// Why a policy is left alone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SharedPolicyError {
    /// It can't be read, so it can't be kept either.
    #[error("the policy that is there can't be read ({why}), so nothing is changed in it; mend it by hand first")]
    Unreadable {
        /// What is odd.
        why: String,
    },
    /// Our statements don't fit beside the others.
    #[error(
        "with Nightferry's statements the policy would have {bytes} bytes, and {of} has at most {bytes_max}: take out statements that nobody needs, or give fewer jobs this bucket"
    )]
    TooLarge {
        /// What it would have.
        bytes: usize,
        /// What the policy belongs to.
        of: &'static str,
        /// What it may have.
        bytes_max: usize,
    },
}

/// The policy with our statements as they should be: where one of that Sid stands it is replaced, what is marked and no
/// longer wanted goes, what is missing comes to the end.
///
/// # Errors
/// When there is a policy that can't be read, or ours don't fit in.
pub fn merge(there: Option<&str>, ours: &[Value], mark: &str, limit: SizeLimit) -> Result<Merged, SharedPolicyError> {
    let Some(text) = there else { return fresh(ours, limit) };
    let mut document = read(text)?;
    let before = document.get("Statement").cloned().unwrap_or_else(|| Value::Array(vec![]));
    let statements = listed(&before)?;
    let after = put(&statements, ours, mark);
    if after == statements {
        return Ok(Merged::Unchanged);
    }
    if after.is_empty() {
        return Ok(Merged::Gone);
    }
    let _ = document.insert("Statement".to_owned(), shaped(&before, after));
    fitting(&document, limit)
}

/// The policy without our statements.
///
/// # Errors
/// When there is a policy that can't be read.
pub fn remove(there: Option<&str>, mark: &str) -> Result<Merged, SharedPolicyError> {
    const NO_LIMIT: SizeLimit = SizeLimit { of: "a policy", bytes_max: usize::MAX };
    merge(there, &[], mark, NO_LIMIT)
}

/// Our statements in a policy, by Sid.
#[must_use]
pub fn marked(there: Option<&str>, mark: &str) -> Vec<Value> {
    let document = there.and_then(|text| read(text).ok()).unwrap_or_default();
    let statements = document.get("Statement").and_then(|found| listed(found).ok()).unwrap_or_default();
    statements.into_iter().filter(|statement| is_marked(statement, mark)).collect()
}

fn fresh(ours: &[Value], limit: SizeLimit) -> Result<Merged, SharedPolicyError> {
    if ours.is_empty() {
        return Ok(Merged::Unchanged);
    }
    let members = [("Version", Value::from("2012-10-17")), ("Statement", Value::Array(ours.to_vec()))];
    fitting(&members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(), limit)
}

fn read(text: &str) -> Result<Map<String, Value>, SharedPolicyError> {
    match serde_json::from_str(text) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) => Err(unreadable("it is not a JSON object")),
        Err(error) => Err(unreadable(&error.to_string())),
    }
}

fn unreadable(why: &str) -> SharedPolicyError {
    SharedPolicyError::Unreadable { why: why.to_owned() }
}

/// A policy may write a single statement without its list.
fn listed(statements: &Value) -> Result<Vec<Value>, SharedPolicyError> {
    match statements {
        Value::Array(list) => Ok(list.clone()),
        Value::Object(_) => Ok(vec![statements.clone()]),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            Err(unreadable("its Statement is neither a statement nor a list of them"))
        }
    }
}

/// One statement keeps the shape in which one stood.
fn shaped(before: &Value, mut after: Vec<Value>) -> Value {
    match after.pop() {
        Some(only) if after.is_empty() && before.is_object() => only,
        last => Value::Array(after.into_iter().chain(last).collect()),
    }
}

fn put(statements: &[Value], ours: &[Value], mark: &str) -> Vec<Value> {
    let mut missing: Vec<&Value> = ours.iter().collect();
    let mut after = Vec::with_capacity(statements.len() + ours.len());
    for statement in statements {
        if !is_marked(statement, mark) {
            after.push(statement.clone());
            continue;
        }
        // A second one of the same Sid finds nothing missing any more and goes.
        let Some(at) = missing.iter().position(|wanted| sid(wanted) == sid(statement)) else { continue };
        let wanted = missing.remove(at);
        let is_equal = normalized(wanted) == normalized(statement);
        after.push(if is_equal { statement } else { wanted }.clone());
    }
    after.extend(missing.into_iter().cloned());
    after
}

fn is_marked(statement: &Value, mark: &str) -> bool {
    sid(statement).is_some_and(|sid| sid.starts_with(mark))
}

fn sid(statement: &Value) -> Option<&str> {
    statement.get("Sid")?.as_str()
}

fn fitting(document: &Map<String, Value>, limit: SizeLimit) -> Result<Merged, SharedPolicyError> {
    let text = Value::Object(document.clone()).to_string();
    if text.len() > limit.bytes_max {
        return Err(SharedPolicyError::TooLarge { bytes: text.len(), of: limit.of, bytes_max: limit.bytes_max });
    }
    Ok(Merged::Text(text))
}
