//! What a plan needs, document by document, judged as AWS would judge it.

use serde_json::{Value, json};

use super::{Action, Desired, Kind, Observed, ObservedRole, Refusal, Step, deployed, desired, diff, names, print};
use crate::plan::{Plan, parse};
use crate::policy::{Document, Policies, Principal, Request, Resource, evaluate};
use crate::stack::Stack;

pub(super) const PLAN: &str = r#"
version: 1
schedules:
  nightly: { cron: "0 6 * * ? *", timezone: Asia/Tokyo }
  weekly: { cron: "0 7 ? * SUN *", timezone: UTC }
jobs:
  home:
    schedule: nightly
    datasync:
      from:
        efs: fs-0123456789abcdef0
        path: /exports
        subnet: subnet-0a1b2c3d
        security_groups: [sg-0a1b2c3d, sg-0a1b2c3e]
        access_point: fsap-0123456789abcdef0
      to:
        s3: example-backups
        prefix: /home
        storage_class: STANDARD_IA
        kms_key: arn:aws:kms:ap-northeast-1:123456789012:key/11111111-2222-3333-4444-555555555555
      bandwidth: 100MiB/s
      include: [/projects*, /users*]
      exclude: ["*/.snapshot"]
  servers:
    schedule: weekly
    datasync:
      from: { s3: example-servers }
      to: { efs: fs-0123456789abcdef1, subnet: subnet-0a1b2c3d, security_groups: [sg-0a1b2c3d] }
"#;

pub(super) fn plan() -> Plan {
    parse(PLAN).unwrap()
}

pub(super) fn stack() -> Stack {
    Stack::in_region("123456789012", "ap-northeast-1", "nightferry")
}

pub(super) fn wanted() -> Desired {
    desired(&plan(), &stack())
}

/// Whether JSON keeps its order is decided by whoever else is in the build.
fn sorted(snapshot: impl FnOnce()) {
    let mut settings = insta::Settings::clone_current();
    settings.set_sort_maps(true);
    settings.bind(snapshot);
}

#[test]
fn the_documents_of_a_plan() {
    sorted(|| insta::assert_json_snapshot!(print::documents(&wanted(), &std::collections::BTreeMap::new())));
}

#[test]
fn what_is_not_carried_is_left_out_and_told() {
    let told: Vec<String> = wanted().left_out.iter().map(|left| left.what.clone()).collect();
    assert_eq!(told, ["job servers", "schedule weekly"]);
    assert_eq!(wanted().schedules.len(), 1);
}

#[test]
fn the_schedule_hands_over_exactly_the_fields_that_open_run_reads() {
    let input: Value = serde_json::from_str(&wanted().schedules[0].target.input).unwrap();
    let expected = json!({
        "schedule_arn": "<aws.scheduler.schedule-arn>",
        "scheduled_time": "<aws.scheduler.scheduled-time>",
        "execution_id": "<aws.scheduler.execution-id>",
        "attempt_number": "<aws.scheduler.attempt-number>",
        "schedule": "nightly",
    });
    assert_eq!(input, expected);
}

#[test]
fn a_long_role_name_is_cut_to_what_iam_takes_and_stays_the_jobs_own() {
    let stack = Stack { name: "a-stack-with-a-name-that-is-rather-long-too".into(), ..stack() };
    let name = |job: &str| names::bucket_access_role(&stack, &job.parse().unwrap());
    let (one, other) =
        (name("a-job-whose-name-is-nearly-forty-chars-1"), name("a-job-whose-name-is-nearly-forty-chars-2"));
    assert_eq!(one.len(), 64);
    assert_ne!(one, other);
    assert!(one.ends_with("-bucket-access"), "{one}");
}

fn document(value: &Value) -> Document {
    value.to_string().parse().unwrap()
}

fn may(action: &str, resource: &str, owner: &str) -> bool {
    let role = Principal::from_arn(&names::bucket_access_role_arn(&stack(), &"home".parse().unwrap())).unwrap();
    let request = Request::new(role, action, Resource::new(resource, owner)).with("aws:ResourceAccount", owner);
    let setup = wanted().setups.remove(0);
    let policy = document(&setup.role.unwrap().policy.unwrap());
    evaluate(&request, &Policies { identity: vec![policy], ..Policies::default() }).is_allowed()
}

#[test]
fn the_role_reaches_its_own_prefix_of_its_own_bucket_and_nothing_else() {
    let account = "123456789012";
    assert!(may("s3:ListBucket", "arn:aws:s3:::example-backups", account));
    assert!(may("s3:PutObject", "arn:aws:s3:::example-backups/home/a.txt", account));
    assert!(!may("s3:PutObject", "arn:aws:s3:::example-backups/homes/a.txt", account));
    assert!(!may("s3:PutObject", "arn:aws:s3:::example-backups/mail/a.txt", account));
    assert!(!may("s3:PutObject", "arn:aws:s3:::other-bucket/home/a.txt", account));
    assert!(!may("s3:PutBucketPolicy", "arn:aws:s3:::example-backups", account));
}

#[test]
fn a_bucket_of_that_name_in_another_account_is_out_of_reach() {
    assert!(!may("s3:PutObject", "arn:aws:s3:::example-backups/home/a.txt", "999999999999"));
}

fn datasync_may_assume(source_account: &str, source_arn: &str) -> bool {
    let setup = wanted().setups.remove(0);
    let trust = document(&setup.role.as_ref().unwrap().assume_role_policy_document);
    let role = Resource::new(names::bucket_access_role_arn(&stack(), &setup.job), "123456789012");
    let request = Request::new(Principal::service("datasync.amazonaws.com"), "sts:AssumeRole", role)
        .with("aws:SourceAccount", source_account)
        .with("aws:SourceArn", source_arn);
    evaluate(&request, &Policies { resource: Some(trust), ..Policies::default() }).is_allowed()
}

#[test]
fn only_this_accounts_datasync_may_take_on_the_role() {
    let location = |account: &str| format!("arn:aws:datasync:ap-northeast-1:{account}:location/loc-0123456789abcdef0");
    assert!(datasync_may_assume("123456789012", &location("123456789012")));
    assert!(!datasync_may_assume("999999999999", &location("999999999999")));
    assert!(!datasync_may_assume("123456789012", &location("999999999999")));
}

#[test]
fn an_empty_account_is_told_what_it_will_get() {
    let changeset = diff::towards(&plan(), &wanted(), &Observed::default()).unwrap();
    insta::assert_snapshot!(changeset);
    sorted(|| insta::assert_json_snapshot!("an_empty_account_as_json", changeset));
}

#[test]
fn steps_come_in_the_order_in_which_they_are_safe() {
    let changeset = diff::towards(&plan(), &wanted(), &Observed::default()).unwrap();
    let words: Vec<_> = changeset.steps().into_iter().map(|(_, step)| step.words()).collect();
    let expected = [
        "create the log group",
        "set the retention of the log group",
        "write the log policy",
        "create the role",
        "write the policy of the role",
        "create the location",
        "create the location",
        "create the task",
        "write the deployed plan",
        "create the schedule",
    ];
    assert_eq!(words, expected);
}

#[test]
fn a_policy_that_comes_back_in_another_spelling_is_the_same_policy() {
    let role = wanted().setups.remove(0).role.unwrap();
    let mut there = role.clone();
    let statement = there.assume_role_policy_document["Statement"][0].clone();
    there.assume_role_policy_document["Statement"] = statement;
    there.assume_role_policy_document["Statement"]["Action"] = json!(["sts:AssumeRole"]);
    let observed =
        Observed { roles: vec![ObservedRole { job: "home".parse().unwrap(), role: there }], ..Observed::default() };
    let changeset = diff::towards(&plan(), &wanted(), &observed).unwrap();
    let change = changeset.changes().find(|change| change.kind == Kind::Role).unwrap();
    assert_eq!(change.action, Action::Keep, "{change}");
}

#[test]
fn a_widened_policy_is_put_right() {
    let role = wanted().setups.remove(0).role.unwrap();
    let mut there = role.clone();
    there.policy.as_mut().unwrap()["Statement"][1]["Resource"] = json!("*");
    let observed =
        Observed { roles: vec![ObservedRole { job: "home".parse().unwrap(), role: there }], ..Observed::default() };
    let changeset = diff::towards(&plan(), &wanted(), &observed).unwrap();
    let repaired = changeset.moves.iter().find(|m| m.change.kind == Kind::Role).unwrap();
    assert_eq!(repaired.steps, [Step::PutRolePolicy(role)]);
    let details: Vec<String> = repaired.change.details.iter().map(ToString::to_string).collect();
    assert_eq!(details, ["Policy.Statement.Objects.Resource: * -> arn:aws:s3:::example-backups/home/*"]);
}

#[test]
fn without_a_stack_nothing_is_done() {
    let observed = Observed { lacks_stack: true, ..Observed::default() };
    let refusals = diff::towards(&plan(), &wanted(), &observed).unwrap_err();
    assert!(
        refusals[0].to_string().starts_with("there is no stack nightferry in account 123456789012"),
        "{refusals:?}"
    );
}

#[test]
fn a_job_may_not_write_into_the_bucket_of_plans_and_reports() {
    let plan = parse(&PLAN.replace("example-backups", "nightferry-123456789012-ap-northeast-1")).unwrap();
    let refusals = diff::towards(&plan, &desired(&plan, &stack()), &Observed::default()).unwrap_err();
    assert!(matches!(refusals.as_slice(), [Refusal::RecordsBucket { .. }]), "{refusals:?}");
}

#[test]
fn the_same_plan_has_the_same_key_whenever_it_is_applied() {
    let task = "arn:aws:datasync:ap-northeast-1:123456789012:task/task-0a1b2c3d4e5f60718".parse().unwrap();
    let tasks = [("home".parse().unwrap(), task)].into();
    let at = |text: &str| deployed::assemble(&plan(), &stack(), &tasks, text.parse().unwrap());
    let key = deployed::key(&at("2026-11-20T21:00:00Z"));
    assert_eq!(key, deployed::key(&at("2026-11-21T21:00:00Z")));
    assert_eq!((key.len(), key.starts_with("plan/")), (74, true), "{key}");
    sorted(|| insta::assert_json_snapshot!("the_deployed_plan", at("2026-11-20T21:00:00Z")));
}
