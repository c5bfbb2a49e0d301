//! Another account's half: our statements in its buckets' policies, ACLs off and versioning on where we write.

use std::collections::BTreeMap;

use serde_json::Value;

use super::backups;
use super::replicas::versioning;
use super::statements::{changed, merged_policy};
use crate::provision::deployed::Tasks;
use crate::provision::shared_policy::{self, BUCKET_POLICY};
use crate::provision::{
    Action, BucketOf, Change, Changeset, FieldChange, Kind, LeftOut, Move, ObservedBucket, ObservedVault, OtherBucket,
    OtherSide, Refusal, Step, VaultOf, marks,
};
use crate::stack::Stack;

/// ACLs off: whatever is written belongs to the bucket's owner.
pub const ACLS_OFF: &str = "BucketOwnerEnforced";

/// What is there of another account's buckets, by name. What is not there, or not its, is not in it.
pub type ObservedBuckets = BTreeMap<String, ObservedBucket>;

/// What is there of another account.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ObservedOther {
    /// See [`ObservedBuckets`].
    pub buckets: ObservedBuckets,
    /// The vaults that copies go to; those that are not there are not in it.
    pub vaults: Vec<(VaultOf, ObservedVault)>,
}

/// The way from what is there to what the other account has to allow.
///
/// # Errors
/// Every reason why nothing may be done.
pub fn towards_other(
    stack: &Stack,
    owner: &str,
    side: &OtherSide,
    there: &ObservedOther,
) -> Result<Changeset, Vec<Refusal>> {
    let (mut moves, mut refusals) = vault_moves(stack, side, &there.vaults, true);
    let there = &there.buckets;
    refusals.extend(absent(side, there));
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
    there: &ObservedOther,
) -> Result<Changeset, Vec<Refusal>> {
    let (mut moves, mut refusals) = vault_moves(stack, side, &there.vaults, false);
    let there = &there.buckets;
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
    let put = |text| Step::PutBucketPolicy(bucket.clone(), text);
    let (action, step) =
        merged_policy(merged, there.policy.is_some(), put, || Step::DeleteBucketPolicy(bucket.clone()));
    let details = if action == Action::Keep { vec![] } else { changed(&mark, there.policy.as_deref(), ours) };
    let change = Change { details, ..Change::plain(action, Kind::BucketPolicy, &bucket.bucket) };
    Ok(Move { change, steps: step.into_iter().collect() })
}

/// Our statement in the access policies of the vaults that copies go to.
fn vault_moves(
    stack: &Stack,
    side: &OtherSide,
    there: &[(VaultOf, ObservedVault)],
    are_wanted: bool,
) -> (Vec<Move>, Vec<Refusal>) {
    let (mut moves, mut refusals) = (vec![], vec![]);
    for (arn, wanted) in &side.vaults {
        let Some(of) = VaultOf::from_arn(arn) else { continue };
        let ours = if are_wanted { wanted.statements.as_slice() } else { &[] };
        match there.iter().find(|(found, _)| *found == of) {
            Some((_, found)) => match backups::shared(stack, &of, ours, found) {
                Ok(policy) => moves.push(policy),
                Err(refusal) => refusals.push(refusal),
            },
            None if are_wanted => {
                refusals.push(Refusal::NoVault { vault: of.vault, region: of.region, owner: of.owner });
            }
            None => {}
        }
    }
    (moves, refusals)
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
