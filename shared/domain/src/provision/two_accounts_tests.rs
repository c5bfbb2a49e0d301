//! Plans between two accounts: every document of both halves, and what each lets whom do.

use serde_json::{Value, json};

use super::{Creator, OtherSide, desired, other_sides, print};
use crate::plan::{Plan, parse};
use crate::policy::{Document, Policies, Principal, Request, Resource, evaluate};
use crate::provision::tests::stack;

const OTHER: &str = "222222222222";
const PLAN: &str = r#"
version: 1
schedules:
  nightly: { cron: "0 6 * * ? *", timezone: Asia/Tokyo }
jobs:
  pull:
    schedule: nightly
    datasync:
      from:
        s3: partner-logs
        prefix: /2026
        account: "222222222222"
        kms_key: arn:aws:kms:us-east-1:222222222222:key/11111111-2222-3333-4444-555555555555
      to: { s3: example-copies, prefix: /partner }
      mode: enhanced
  push:
    schedule: nightly
    datasync:
      from: { s3: example-exports }
      to: { s3: partner-inbox, account: "222222222222" }
      include: ["/a ${x}"]
  assets:
    schedule: nightly
    replicate:
      from:
        s3: example-assets
        kms_key: arn:aws:kms:ap-northeast-1:123456789012:key/11111111-2222-3333-4444-555555555555
      to:
        s3: example-assets-dr
        account: "222222222222"
        storage_class: STANDARD_IA
        kms_key: arn:aws:kms:us-east-1:222222222222:key/21111111-2222-3333-4444-555555555555
      delete_markers: true
      replication_time_control: true
      confirm: { max_objects: 2_000_000, max_bytes: 5TiB }
"#;

fn plan() -> Plan {
    parse(PLAN).unwrap()
}

fn others() -> std::collections::BTreeMap<String, OtherSide> {
    let creator = Creator::of("arn:aws:sts::123456789012:assumed-role/Deployer/me").unwrap();
    other_sides(&plan(), &stack(), Some(&creator))
}

fn sorted(snapshot: impl FnOnce()) {
    let mut settings = insta::Settings::clone_current();
    settings.set_sort_maps(true);
    settings.bind(snapshot);
}

#[test]
fn both_halves_as_documents() {
    sorted(|| insta::assert_json_snapshot!(print::documents(&desired(&plan(), &stack()), &others())));
}

#[test]
fn both_halves_as_cloudformation() {
    sorted(|| insta::assert_json_snapshot!(print::cloudformation(&desired(&plan(), &stack()), &others())));
}

#[test]
fn both_halves_as_terraform() {
    sorted(|| insta::assert_json_snapshot!(print::terraform(&desired(&plan(), &stack()), &others())));
}

fn statements(bucket: &str) -> Document {
    let side = others().remove(OTHER).unwrap();
    let statements = side.buckets[bucket].statements.clone();
    json!({"Version": "2012-10-17", "Statement": statements}).to_string().parse().unwrap()
}

fn role_policy(name: &str) -> Document {
    let desired = desired(&plan(), &stack());
    let found = desired.roles().find(|(_, role)| role.role_name == name).unwrap().1.policy.clone();
    found.unwrap().to_string().parse().unwrap()
}

/// Whether a role of ours may do it on a thing of the other account, by both accounts' documents.
fn may(role: &str, action: &str, bucket: &str, key: &str) -> bool {
    let principal = Principal::from_arn(&format!("arn:aws:iam::123456789012:role/nightferry/{role}")).unwrap();
    let arn = if key.is_empty() { format!("arn:aws:s3:::{bucket}") } else { format!("arn:aws:s3:::{bucket}/{key}") };
    let request = Request::new(principal, action, Resource::new(arn, OTHER));
    let policies =
        Policies { identity: vec![role_policy(role)], resource: Some(statements(bucket)), ..Policies::default() };
    evaluate(&request, &policies).is_allowed()
}

#[test]
fn a_source_is_read_and_never_written() {
    let role = "nightferry-pull-source-access";
    assert!(may(role, "s3:ListBucket", "partner-logs", ""));
    assert!(may(role, "s3:GetObject", "partner-logs", "2026/a"));
    assert!(may(role, "s3:GetObjectVersionTagging", "partner-logs", "2026/a"));
    assert!(!may(role, "s3:GetObject", "partner-logs", "2025/a"));
    assert!(!may(role, "s3:PutObject", "partner-logs", "2026/a"));
    assert!(!may(role, "s3:DeleteObject", "partner-logs", "2026/a"));
}

#[test]
fn a_destination_is_written_by_its_own_role_alone() {
    assert!(may("nightferry-push-bucket-access", "s3:PutObject", "partner-inbox", "a"));
    assert!(!may("nightferry-pull-bucket-access", "s3:PutObject", "partner-inbox", "a"));
    assert!(!may("nightferry-push-source-access", "s3:PutObject", "partner-inbox", "a"));
}

#[test]
fn replicas_are_written_and_their_bucket_is_not_changed() {
    let role = "nightferry-example-assets-replication";
    assert!(may(role, "s3:ReplicateObject", "example-assets-dr", "a"));
    assert!(may(role, "s3:ObjectOwnerOverrideToBucketOwner", "example-assets-dr", "a"));
    assert!(!may(role, "s3:PutBucketVersioning", "example-assets-dr", ""));
    assert!(!may("nightferry-assets-batch", "s3:PutObject", "example-assets-dr", "a"));
}

#[test]
fn who_makes_the_location_may_list_the_bucket_whatever_the_path_of_its_role() {
    let may_list = |arn: &str| {
        let request = Request::new(
            Principal::from_arn(arn).unwrap(),
            "s3:ListBucket",
            Resource::new("arn:aws:s3:::partner-logs", OTHER),
        );
        let own: Document = json!({"Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]})
        .to_string()
        .parse()
        .unwrap();
        let policies =
            Policies { identity: vec![own], resource: Some(statements("partner-logs")), ..Policies::default() };
        evaluate(&request, &policies).is_allowed()
    };
    assert!(may_list("arn:aws:iam::123456789012:role/Deployer"));
    assert!(may_list("arn:aws:iam::123456789012:role/aws-reserved/sso.amazonaws.com/Deployer"));
    assert!(may_list("arn:aws:sts::123456789012:assumed-role/Deployer/somebody-else"));
    assert!(!may_list("arn:aws:iam::123456789012:role/OtherDeployer"));
    assert!(!may_list("arn:aws:iam::999999999999:role/Deployer"));
}

#[test]
fn only_arns_of_callers_make_locations() {
    for caller in
        ["arn:aws:iam::123456789012:user/x", "arn:aws:iam::123456789012:root", "arn:aws:iam::123456789012:role/a/b"]
    {
        assert_eq!(Creator::of(caller).unwrap().arn(), caller);
    }
    for odd in ["", "arn:aws:sts::123456789012:user/x", "arn:aws:s3:::bucket", "arn:aws:iam::1:user/x"] {
        assert!(Creator::of(odd).is_none(), "{odd}");
    }
}

#[test]
fn between_buckets_nothing_of_a_file_system_is_asked_for() {
    let desired = desired(&plan(), &stack());
    let options = serde_json::to_value(&desired.setups[0].task.options).unwrap();
    for option in ["Uid", "Gid", "PosixPermissions"] {
        assert_eq!(options[option], "NONE");
    }
    assert_eq!([&options["Atime"], &options["Mtime"], &options["ObjectTags"]], ["BEST_EFFORT", "PRESERVE", "PRESERVE"]);
    let modes: Vec<&str> = desired.setups.iter().map(|setup| setup.task.task_mode.as_str()).collect();
    assert_eq!(modes, ["ENHANCED", "BASIC"]);
    let logs: Vec<bool> = desired.setups.iter().map(|setup| setup.task.cloud_watch_log_group_arn.is_some()).collect();
    assert_eq!(logs, [false, true]);
}

#[test]
fn an_end_in_our_own_account_is_no_other_side_even_when_the_plan_numbers_it() {
    let own = PLAN.replace("\"222222222222\"", "\"123456789012\"");
    let sides = other_sides(&parse(&own).unwrap(), &stack(), None);
    assert!(sides.values().all(|side| side.buckets.is_empty()), "{sides:?}");
}

#[test]
fn a_reference_is_a_template_and_a_text_of_the_plan_is_none() {
    let told = print::terraform(&desired(&plan(), &stack()), &others());
    let task = &told["ours"]["resource"]["aws_datasync_task"]["push"];
    assert_eq!(task["source_location_arn"], "${aws_datasync_location_s3.push_from.arn}");
    assert_eq!(task["includes"]["value"], Value::from("/a $${x}"));
}
