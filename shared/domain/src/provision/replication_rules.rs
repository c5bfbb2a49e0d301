//! A bucket's replication configuration with rules of ours beside other people's, in S3's own words as JSON.
//!
//! As with a policy, ours are told by the beginning of their ID, and whatever else is there stays as it is.

use serde_json::{Map, Value, json};

use super::canonical::normalized;

#[cfg(test)]
mod tests;

/// What a configuration should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rules {
    /// As it is.
    Unchanged,
    /// This configuration.
    Set(Value),
    /// None: it held our rules only.
    Gone,
}

/// Why a configuration is left alone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RulesError {
    /// One configuration has one role for all of its rules.
    #[error(
        "bucket {bucket} replicates already, by the role {there}; all rules of a bucket share one role, so that Nightferry's rule would have to put its own in that place and break the others. Give that role the statements of `nightferry apply --print json` and its trust, or move the other rules away"
    )]
    OtherRole {
        /// The bucket.
        bucket: String,
        /// The role in force.
        there: String,
    },
    /// Rules without `Filter` and rules with one don't go together.
    #[error(
        "bucket {bucket} has the replication rule {rule} in S3's first form (without Filter), and S3 does not mix the two forms: write that rule with a Filter, a Priority and DeleteMarkerReplication first"
    )]
    FirstForm {
        /// The bucket.
        bucket: String,
        /// Its ID, or a word for its lack.
        rule: String,
    },
    /// S3's own limit.
    #[error("bucket {bucket} would have {rules} replication rules, and S3 takes at most 1000")]
    TooMany {
        /// The bucket.
        bucket: String,
        /// What it would have.
        rules: usize,
    },
}

/// S3's own limit.
const RULES_MAX: usize = 1_000;

/// The configuration with our rules as they should be. A rule of ours keeps its priority; a new one gets the next free
/// one above all others, so that it shadows nobody's and none shadows it.
///
/// # Errors
/// When it can't be done without changing what is not ours.
pub fn merge(bucket: &str, there: Option<&Value>, role: &str, ours: &[Value], mark: &str) -> Result<Rules, RulesError> {
    let before = rules_of(there);
    let foreign: Vec<&Value> = before.iter().filter(|rule| !is_marked(rule, mark)).collect();
    refuse(bucket, there, role, &foreign, ours)?;
    let after = put(&before, ours, mark);
    if after.is_empty() {
        return Ok(if there.is_some() { Rules::Gone } else { Rules::Unchanged });
    }
    if after.len() > RULES_MAX {
        return Err(RulesError::TooMany { bucket: bucket.to_owned(), rules: after.len() });
    }
    let has_role = there.and_then(|there| there.get("Role")).and_then(Value::as_str) == Some(role);
    if after == before && (has_role || ours.is_empty()) {
        return Ok(Rules::Unchanged);
    }
    let mut members = there.and_then(Value::as_object).cloned().unwrap_or_default();
    if !ours.is_empty() {
        let _ = members.insert("Role".to_owned(), Value::from(role));
    }
    let _ = members.insert("Rules".to_owned(), Value::Array(after));
    Ok(Rules::Set(Value::Object(members)))
}

/// The configuration without our rules.
#[must_use]
pub fn remove(there: Option<&Value>, mark: &str) -> Rules {
    // Nothing of what `merge` refuses can come up where nothing is put in.
    merge("", there, "", &[], mark).unwrap_or(Rules::Unchanged)
}

/// The rules of a configuration whose ID begins with the mark.
#[must_use]
pub fn marked(there: Option<&Value>, mark: &str) -> Vec<Value> {
    rules_of(there).into_iter().filter(|rule| is_marked(rule, mark)).collect()
}

fn refuse(
    bucket: &str,
    there: Option<&Value>,
    role: &str,
    foreign: &[&Value],
    ours: &[Value],
) -> Result<(), RulesError> {
    if ours.is_empty() || foreign.is_empty() {
        return Ok(());
    }
    let in_force = there.and_then(|there| there.get("Role")).and_then(Value::as_str).unwrap_or_default();
    if in_force != role {
        return Err(RulesError::OtherRole { bucket: bucket.to_owned(), there: in_force.to_owned() });
    }
    match foreign.iter().find(|theirs| theirs.get("Filter").is_none()) {
        Some(first) => {
            let name = id(first).unwrap_or("without an ID").to_owned();
            Err(RulesError::FirstForm { bucket: bucket.to_owned(), rule: name })
        }
        None => Ok(()),
    }
}

fn put(before: &[Value], ours: &[Value], mark: &str) -> Vec<Value> {
    let mut missing: Vec<&Value> = ours.iter().collect();
    let mut after = Vec::with_capacity(before.len() + ours.len());
    let mut used: Vec<i64> = before.iter().filter(|rule| !is_marked(rule, mark)).filter_map(priority).collect();
    for rule in before {
        if !is_marked(rule, mark) {
            after.push(rule.clone());
            continue;
        }
        let Some(at) = missing.iter().position(|wanted| id(wanted) == id(rule)) else { continue };
        let wanted = with_priority(missing.remove(at), free(priority(rule), &used));
        used.extend(priority(&wanted));
        after.push(if normalized(&wanted) == normalized(rule) { rule.clone() } else { wanted });
    }
    for wanted in missing {
        let rule = with_priority(wanted, free(None, &used));
        used.extend(priority(&rule));
        after.push(rule);
    }
    after
}

/// The priority that a rule has, unless another has it too; else the next above all.
fn free(kept: Option<i64>, used: &[i64]) -> i64 {
    let above = used.iter().max().map_or(1, |most| most.saturating_add(1));
    kept.filter(|kept| !used.contains(kept)).unwrap_or(above)
}

fn with_priority(rule: &Value, priority: i64) -> Value {
    let mut members: Map<String, Value> = rule.as_object().cloned().unwrap_or_default();
    let _ = members.insert("Priority".to_owned(), json!(priority));
    Value::Object(members)
}

fn rules_of(there: Option<&Value>) -> Vec<Value> {
    there.and_then(|there| there.get("Rules")).and_then(Value::as_array).cloned().unwrap_or_default()
}

fn is_marked(rule: &Value, mark: &str) -> bool {
    id(rule).is_some_and(|id| id.starts_with(mark))
}

fn id(rule: &Value) -> Option<&str> {
    rule.get("ID")?.as_str()
}

fn priority(rule: &Value) -> Option<i64> {
    rule.get("Priority")?.as_i64()
}
