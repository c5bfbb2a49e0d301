//! A replicated bucket: versioning on both of its ends, and our rules beside other people's.

use serde_json::Value;

use crate::provision::replication_rules::{self, Rules};
use crate::provision::{
    Action, BucketOf, Change, Desired, FieldChange, Kind, Move, Observed, ObservedBucket, Refusal, Replicas, Step,
    marks, names,
};
use crate::stack::Stack;

/// Every reason against touching the replicated buckets.
pub(super) fn refusals(desired: &Desired, observed: &Observed) -> Vec<Refusal> {
    let absent = desired.buckets().filter(|bucket| !observed.buckets.contains_key(bucket));
    // Without a stack that is said already, and the records bucket is one of them.
    let mut found: Vec<Refusal> =
        if observed.lacks_stack { vec![] } else { absent.map(|bucket| Refusal::NoBucket { bucket }).collect() };
    let records = desired.stack.records_bucket();
    if !desired.replicas.is_empty() && observed.buckets.get(&records).is_some_and(|there| there.locks_objects) {
        found.push(Refusal::LockedReports { bucket: records });
    }
    let rules = desired.replicas.iter().filter_map(|replicas| merged(&desired.stack, replicas, observed).err());
    found.extend(rules.map(|why| Refusal::Rules { why: why.to_string() }));
    found
}

pub(super) fn moves(desired: &Desired, observed: &Observed) -> Vec<Move> {
    let stack = &desired.stack;
    let of = |replicas: &Replicas| {
        let unseen = ObservedBucket::default();
        let there = |bucket: &String| observed.buckets.get(bucket).unwrap_or(&unseen);
        let versioned = replicas.buckets().map(|bucket| versioning(&own(stack, bucket), there(bucket)));
        versioned.chain([rules(stack, replicas, observed)]).collect::<Vec<_>>()
    };
    desired.replicas.iter().flat_map(of).collect()
}

fn own(stack: &Stack, bucket: &str) -> BucketOf {
    BucketOf { bucket: bucket.to_owned(), owner: stack.account.clone() }
}

/// Turning it on is for ever: it can be suspended later, but not be taken back. So it is told, with what follows.
pub(super) fn versioning(bucket: &BucketOf, there: &ObservedBucket) -> Move {
    let is_on = there.versioning.as_deref() == Some("Enabled");
    let change = Change {
        details: vec![FieldChange {
            field: "Status".to_owned(),
            from: there.versioning.clone().map_or(Value::Null, Value::from),
            to: "Enabled".into(),
        }],
        note: Some(
            "replication needs it; from then on a deletion or overwrite keeps the old version, which is billed until a lifecycle rule expires it"
                .to_owned(),
        ),
        ..Change::plain(Action::Update, Kind::Versioning, &bucket.bucket)
    };
    let keep = || Move { change: Change::plain(Action::Keep, Kind::Versioning, &bucket.bucket), steps: vec![] };
    if is_on { keep() } else { Move { change, steps: vec![Step::EnableVersioning(bucket.clone())] } }
}

fn merged(stack: &Stack, replicas: &Replicas, observed: &Observed) -> Result<Rules, replication_rules::RulesError> {
    let there = observed.buckets.get(&replicas.bucket).and_then(|there| there.replication.as_ref());
    let ours: Vec<Value> = replicas.rules.iter().map(|(_, rule)| rule.clone()).collect();
    let role = names::role_arn(stack, &replicas.role.role_name);
    replication_rules::merge(&replicas.bucket, there, &role, &ours, &marks::rules(stack))
}

fn rules(stack: &Stack, replicas: &Replicas, observed: &Observed) -> Move {
    let bucket = &replicas.bucket;
    let Ok(Rules::Set(wanted)) = merged(stack, replicas, observed) else {
        return Move { change: Change::plain(Action::Keep, Kind::ReplicationRules, bucket), steps: vec![] };
    };
    let there = observed.buckets.get(bucket).and_then(|there| there.replication.as_ref());
    let action = if there.is_some() { Action::Update } else { Action::Create };
    let details = if action == Action::Update { changed_rules(stack, there, &wanted) } else { vec![] };
    let change = Change { details, ..Change::plain(action, Kind::ReplicationRules, bucket) };
    Move { change, steps: vec![Step::PutReplication(own(stack, bucket), wanted)] }
}

fn changed_rules(stack: &Stack, there: Option<&Value>, wanted: &Value) -> Vec<FieldChange> {
    let mark = marks::rules(stack);
    let (before, after) = (replication_rules::marked(there, &mark), replication_rules::marked(Some(wanted), &mark));
    let id = |rule: &Value| rule.get("ID").and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut found = vec![];
    for rule in &after {
        let old = before.iter().find(|old| id(old) == id(rule)).cloned().unwrap_or_default();
        if &old != rule {
            found.push(FieldChange { field: format!("Rules.{}", id(rule)), from: old, to: rule.clone() });
        }
    }
    let gone = before.iter().filter(|old| !after.iter().any(|rule| id(rule) == id(old)));
    found.extend(gone.map(|old| FieldChange {
        field: format!("Rules.{}", id(old)),
        from: old.clone(),
        to: Value::Null,
    }));
    found
}

/// Buckets that hold rules of ours and are not among those that stay.
pub(super) fn leftovers(stack: &Stack, stays: &[&str], observed: &Observed) -> Vec<Move> {
    let gone = observed.buckets.iter().filter(|(bucket, _)| !stays.contains(&bucket.as_str()));
    gone.filter_map(|(bucket, there)| leftover(stack, bucket, there)).collect()
}

fn leftover(stack: &Stack, bucket: &str, there: &ObservedBucket) -> Option<Move> {
    let rest = match replication_rules::remove(there.replication.as_ref(), &marks::rules(stack)) {
        Rules::Unchanged => return None,
        Rules::Set(rest) => Some(rest),
        Rules::Gone => None,
    };
    let note = Some("the bucket's versioning, its objects and their replicas stay".to_owned());
    let change = Change { note, ..Change::plain(Action::Delete, Kind::ReplicationRules, bucket) };
    Some(Move { change, steps: vec![Step::RemoveRules(own(stack, bucket), rest)] })
}
