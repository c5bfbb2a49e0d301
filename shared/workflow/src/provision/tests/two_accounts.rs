//! Replication and the other account's half.

use nightferry_domain::provision::{BucketOf, Creator, ObservedBucket, OtherSide, other_sides};

use super::*;
use crate::provision::other;

const OTHER: &str = "222222222222";
const TWO: &str = r#"
version: 1
schedules:
  nightly: { cron: "0 6 * * ? *", timezone: Asia/Tokyo }
jobs:
  assets:
    schedule: nightly
    replicate:
      from: { s3: example-assets, prefix: /public }
      to: { s3: example-assets-dr, account: "222222222222" }
      confirm: { max_objects: 100 }
  logs:
    schedule: nightly
    datasync:
      from: { s3: partner-logs, account: "222222222222" }
      to: { s3: example-copies }
"#;

fn bucket(name: &str, owner: &str) -> BucketOf {
    BucketOf { bucket: name.to_owned(), owner: owner.to_owned() }
}

/// Our account with the buckets that the plan names.
fn ours() -> Fake {
    let fake = Fake::default();
    for name in ["example-assets", "nightferry-123456789012-ap-northeast-1"] {
        let _ = fake.state.borrow_mut().buckets.insert(bucket(name, "123456789012"), ObservedBucket::default());
    }
    fake
}

fn theirs() -> Fake {
    let fake = Fake::default();
    let policy = r#"{"Version":"2012-10-17","Statement":[{"Sid":"Theirs","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}]}"#;
    let logs = ObservedBucket { policy: Some(policy.to_owned()), ..ObservedBucket::default() };
    let _ = fake.state.borrow_mut().buckets.insert(bucket("partner-logs", OTHER), logs);
    let _ = fake.state.borrow_mut().buckets.insert(bucket("example-assets-dr", OTHER), ObservedBucket::default());
    fake
}

fn side() -> OtherSide {
    let creator = Creator::of("arn:aws:sts::123456789012:assumed-role/Admin/me").unwrap();
    other_sides(&plan_of(TWO), &stack(), Some(&creator)).remove(OTHER).unwrap()
}

fn other_applied(fake: &Fake) -> Result<(), ProvisionError> {
    now(async {
        let changeset = other::plan(fake, &stack(), OTHER, &side()).await?;
        other::carry(fake, &stack(), &changeset, &mut |_, _| {}).await
    })
}

fn other_destroyed(fake: &Fake) -> Result<(), ProvisionError> {
    now(async {
        let changeset = other::plan_destroy(fake, &stack(), OTHER, &side()).await?;
        other::carry(fake, &stack(), &changeset, &mut |_, _| {}).await
    })
}

#[test]
fn a_replicated_bucket_gets_its_roles_versioning_and_rule_and_stands_in_the_plan() {
    let fake = ours();
    applied(&fake, &plan_of(TWO)).unwrap();
    let state = fake.state.borrow();
    let there = &state.buckets[&bucket("example-assets", "123456789012")];
    assert_eq!(there.versioning.as_deref(), Some("Enabled"));
    let rules = there.replication.as_ref().unwrap();
    assert_eq!(rules["Role"], "arn:aws:iam::123456789012:role/nightferry/nightferry-example-assets-replication");
    assert_eq!(rules["Rules"][0]["Filter"]["Prefix"], "public/");
    assert_eq!(rules["Rules"][0]["Priority"], 1);
    assert!(state.roles.contains_key("nightferry-assets-batch"));
    let plan = state.deployed().unwrap();
    let assets = plan.jobs.iter().find_map(|job| job.work.replication()).unwrap();
    assert_eq!(rules["Rules"][0]["ID"], assets.rule.as_str());
    assert!(planned(&fake, &plan_of(TWO)).is_empty());
}

#[test]
fn destroy_takes_our_rule_and_roles_and_leaves_other_rules_and_versioning() {
    let fake = ours();
    applied(&fake, &plan_of(TWO)).unwrap();
    destroyed(&fake).unwrap();
    let state = fake.state.borrow();
    let there = &state.buckets[&bucket("example-assets", "123456789012")];
    assert_eq!((there.replication.as_ref(), there.versioning.as_deref()), (None, Some("Enabled")));
    assert!(state.roles.is_empty());
}

#[test]
fn a_replicated_bucket_that_leaves_the_plan_loses_our_rule() {
    let fake = ours();
    applied(&fake, &plan_of(TWO)).unwrap();
    let (head, tail) = TWO.split_once("  assets:").unwrap();
    let without = plan_of(&format!("{head}  logs:{}", tail.split_once("  logs:").unwrap().1));
    applied(&fake, &without).unwrap();
    assert_eq!(fake.state.borrow().buckets[&bucket("example-assets", "123456789012")].replication, None);
}

#[test]
fn a_bucket_of_the_plan_that_is_not_there_is_told_before_anything_is_done() {
    let fake = Fake::default();
    let error = applied(&fake, &plan_of(TWO)).unwrap_err().to_string();
    assert!(error.contains("there is no bucket example-assets"), "{error}");
    assert_eq!(fake.calls.get(), 0);
}

#[test]
fn the_other_account_gets_our_statements_beside_its_own_and_what_replicas_need() {
    let fake = theirs();
    other_applied(&fake).unwrap();
    let state = fake.state.borrow();
    let logs = state.buckets[&bucket("partner-logs", OTHER)].policy.clone().unwrap();
    assert!(logs.contains("Theirs") && logs.contains("nightferry-logs-source-access"), "{logs}");
    assert!(logs.contains("role/*/Admin"), "the caller of CreateLocationS3 is missing: {logs}");
    let assets = &state.buckets[&bucket("example-assets-dr", OTHER)];
    assert_eq!(assets.versioning.as_deref(), Some("Enabled"));
    assert_eq!(assets.ownership.as_deref(), Some("BucketOwnerEnforced"));
    assert!(assets.policy.as_ref().unwrap().contains("s3:ReplicateObject"));
    drop(state);
    let again = now(other::plan(&fake, &stack(), OTHER, &side())).unwrap();
    assert!(again.is_empty(), "{again}");
}

#[test]
fn destroying_the_other_half_leaves_its_own_statements_to_the_byte() {
    let fake = theirs();
    let before = fake.state.borrow().buckets[&bucket("partner-logs", OTHER)].policy.clone();
    other_applied(&fake).unwrap();
    other_destroyed(&fake).unwrap();
    let state = fake.state.borrow();
    assert_eq!(state.buckets[&bucket("partner-logs", OTHER)].policy, before);
    assert_eq!(state.buckets[&bucket("example-assets-dr", OTHER)].policy, None);
}

#[test]
fn whatever_call_breaks_the_other_half_is_completed_by_the_next_apply() {
    let whole = theirs();
    other_applied(&whole).unwrap();
    for (at, how) in (0..whole.calls.get()).flat_map(|at| [(at, Break::Refused), (at, Break::ReplyLost)]) {
        let fake = theirs();
        fake.break_at(at, how);
        assert!(other_applied(&fake).is_err(), "call {at} was to break");
        fake.mend();
        other_applied(&fake).unwrap();
        assert_eq!(*fake.state.borrow(), *whole.state.borrow(), "call {at} broken ({how:?})");
    }
}

#[test]
fn a_bucket_that_the_other_account_does_not_have_is_refused() {
    let error = other_applied(&Fake::default()).unwrap_err().to_string();
    assert!(error.contains("there is no bucket partner-logs"), "{error}");
}
