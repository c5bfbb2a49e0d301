//! Another account's half: our statements in its buckets' policies, ACLs off and versioning on where we write.

use std::collections::BTreeMap;

use serde_json::Value;

use super::replicas::versioning;
use crate::provision::deployed::Tasks;
use crate::provision::shared_policy::{self, BUCKET_POLICY, Merged};
use crate::provision::{
    Action, BucketOf, Change, Changeset, FieldChange, Kind, LeftOut, Move, ObservedBucket, OtherBucket, OtherSide,
    Refusal, Step, marks,
};
use crate::stack::Stack;

/// ACLs off: whatever is written belongs to the bucket's owner.
pub const ACLS_OFF: &str = "BucketOwnerEnforced";

/// What is there of another account's buckets, by name. What is not there, or not its, is not in it.
pub type ObservedBuckets = BTreeMap<String, ObservedBucket>;

/// The way from what is there to what the other account has to allow.
///
/// # Errors
/// Every reason why nothing may be done.
pub fn towards_other(
    stack: &Stack,
    owner: &str,
    side: &OtherSide,
    there: &ObservedBuckets,
) -> Result<Changeset, Vec<Refusal>> {
    let mut refusals = absent(side, there);
    let mut moves = vec![];
    for (bucket, wanted) in &side.buckets {
        let Some(found) = there.get(bucket) else { continue };
        let named = BucketOf { bucket: bucket.clone(), owner: owner.to_owned() };
        match policy(stack, &named, &wanted.statements, found) {
            Ok(policy) => moves.extend(surroundings(&named, wanted, found).into_iter().chain([policy])),
            Err(refusal) => refusals.push(refusal),
        }
    }
    if !refusals.is_empty() {
        return Err(refusals);
    }
    Ok(Changeset { moves, left_out: keys(side), tasks: Tasks::new() })
}

/// The way from what is there to nothing of ours. Versioning and ownership stay: others may rely on them by now.
///
/// # Errors
/// When a policy can't be read.
pub fn away_other(
    stack: &Stack,
    owner: &str,
    side: &OtherSide,
    there: &ObservedBuckets,
) -> Result<Changeset, Vec<Refusal>> {
    let (mut moves, mut refusals) = (vec![], vec![]);
    for bucket in side.buckets.keys() {
        let Some(found) = there.get(bucket) else { continue };
        let named = BucketOf { bucket: bucket.clone(), owner: owner.to_owned() };
        match policy(stack, &named, &[], found) {
            Ok(policy) => moves.push(policy),
            Err(refusal) => refusals.push(refusal),
        }
    }
    if refusals.is_empty() { Ok(Changeset { moves, left_out: vec![], tasks: Tasks::new() }) } else { Err(refusals) }
}

fn absent(side: &OtherSide, there: &ObservedBuckets) -> Vec<Refusal> {
    let names = side.buckets.keys().filter(|bucket| !there.contains_key(*bucket));
    names.map(|bucket| Refusal::NoBucket { bucket: bucket.clone() }).collect()
}

fn policy(stack: &Stack, bucket: &BucketOf, ours: &[Value], there: &ObservedBucket) -> Result<Move, Refusal> {
    let mark = marks::statements(stack);
    let merged = shared_policy::merge(there.policy.as_deref(), ours, &mark, BUCKET_POLICY);
    let merged = merged.map_err(|why| Refusal::Policy { bucket: bucket.bucket.clone(), why: why.to_string() })?;
    let (action, step) = match merged {
        Merged::Unchanged => (Action::Keep, None),
        Merged::Text(text) if there.policy.is_none() => {
            (Action::Create, Some(Step::PutBucketPolicy(bucket.clone(), text)))
        }
        Merged::Text(text) => (Action::Update, Some(Step::PutBucketPolicy(bucket.clone(), text))),
        Merged::Gone => (Action::Delete, Some(Step::DeleteBucketPolicy(bucket.clone()))),
    };
    let details = if action == Action::Keep { vec![] } else { changed(&mark, there, ours) };
    let change = Change { details, ..Change::plain(action, Kind::BucketPolicy, &bucket.bucket) };
    Ok(Move { change, steps: step.into_iter().collect() })
}

/// Our statements that differ; everybody else's don't.
fn changed(mark: &str, there: &ObservedBucket, ours: &[Value]) -> Vec<FieldChange> {
    let before = shared_policy::marked(there.policy.as_deref(), mark);
    let sid = |statement: &Value| statement.get("Sid").and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut sids: Vec<String> = ours.iter().chain(&before).map(sid).collect();
    sids.sort();
    sids.dedup();
    let find = |list: &[Value], name: &str| list.iter().find(|found| sid(found) == name).cloned().unwrap_or_default();
    let pairs = sids.into_iter().map(|name| (find(&before, &name), find(ours, &name), name));
    pairs
        .filter(|(from, to, _)| from != to)
        .map(|(from, to, name)| FieldChange { field: format!("Statement.{name}"), from, to })
        .collect()
}

fn surroundings(bucket: &BucketOf, wanted: &OtherBucket, there: &ObservedBucket) -> Vec<Move> {
    let versioned = wanted.is_versioned.then(|| versioning(bucket, there));
    let owned = wanted.is_written.then(|| ownership(bucket, there));
    owned.into_iter().chain(versioned).collect()
}

fn ownership(bucket: &BucketOf, there: &ObservedBucket) -> Move {
    if there.ownership.as_deref() == Some(ACLS_OFF) {
        return Move { change: Change::plain(Action::Keep, Kind::ObjectOwnership, &bucket.bucket), steps: vec![] };
    }
    let change = Change {
        details: vec![FieldChange {
            field: "ObjectOwnership".to_owned(),
            from: there.ownership.clone().map_or(Value::Null, Value::from),
            to: ACLS_OFF.into(),
        }],
        note: Some(
            "else what we write belongs to us and the bucket's owner can't read it; with ACLs off, whoever reads this bucket by an ACL no longer can"
                .to_owned(),
        ),
        ..Change::plain(Action::Update, Kind::ObjectOwnership, &bucket.bucket)
    };
    Move { change, steps: vec![Step::TurnAclsOff(bucket.clone())] }
}

fn keys(side: &OtherSide) -> Vec<LeftOut> {
    let one = |(key, statements): (&String, &Vec<Value>)| LeftOut {
        what: format!("key {key}"),
        why: format!(
            "Nightferry writes no key's policy, since a mistake in one locks everybody out; let its administrator add {}",
            Value::Array(statements.clone())
        ),
    };
    side.keys.iter().map(one).collect()
}
