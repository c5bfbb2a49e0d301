//! Backup jobs: what they need as documents and templates, and what is refused.

use super::diff::towards;
use super::observed::{Hold, ObservedLock, ObservedVault};
use super::{Observed, ScheduleEntry, ScheduleTarget, deployed, desired, other_sides, print};
use crate::plan::{Plan, parse};
use crate::stack::Stack;
use serde_json::json;

const PLAN: &str = r#"
version: 1
schedules:
  nightly: { cron: "0 6 * * ? *", timezone: Asia/Tokyo }
jobs:
  servers:
    schedule: nightly
    backup:
      start: aws-backup
      select: { resource: ec2, tag: { AWSBackup: EC2 }, conditions: { not_equals: { Env: dev } } }
      vault: EC2
      keep: 120d
      cold_after: 30d
      copy:
        - { vault: near }
        - { vault: far, account: "222222222222", region: us-west-2, keep: 365d }
      restore: { instance_roles: [app/Web, "arn:aws:iam::123456789012:role/Db"] }
vaults:
  EC2:
    kms_key: arn:aws:kms:ap-northeast-1:123456789012:key/own
    lock: { min_keep: 7d, max_keep: 400d, mode: compliance, changeable_for: 10d }
    may_delete: ["arn:aws:iam::123456789012:role/BreakGlass"]
"#;

fn plan() -> Plan {
    parse(PLAN).unwrap_or_else(|errors| panic!("{errors}"))
}

fn stack() -> Stack {
    Stack::in_region("123456789012", "ap-northeast-1", "nightferry")
}

#[test]
fn both_roles_vaults_and_the_backup_plan_as_documents() {
    let others = other_sides(&plan(), &stack(), None);
    let desired = desired(&plan(), &stack());
    insta::assert_json_snapshot!(print::documents(&desired, &others));
}

#[test]
fn the_same_as_templates() {
    let others = other_sides(&plan(), &stack(), None);
    let desired = desired(&plan(), &stack());
    insta::assert_json_snapshot!(
        "backups_as_cloudformation",
        print::cloudformation(&desired, &others)["ours"]["Resources"]
    );
    insta::assert_json_snapshot!("backups_as_terraform", print::terraform(&desired, &others)["ours"]["resource"]);
}

#[test]
fn an_empty_account_is_told_of_the_lock_that_is_for_ever() {
    let changeset = towards(&plan(), &desired(&plan(), &stack()), &Observed::default()).unwrap();
    assert_eq!(changeset.locks_for_ever(), [("EC2", 10)]);
    insta::assert_snapshot!(changeset.to_string());
}

fn refused(vault: ObservedVault) -> String {
    let observed = Observed { vaults: vec![vault], ..Observed::default() };
    let refusals = towards(&plan(), &desired(&plan(), &stack()), &observed).unwrap_err();
    refusals.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

fn there() -> ObservedVault {
    let key = Some("arn:aws:kms:ap-northeast-1:123456789012:key/own".to_owned());
    ObservedVault { name: "EC2".into(), is_ours: true, key, ..ObservedVault::default() }
}

#[test]
fn neither_a_vaults_key_nor_a_lock_in_force_can_be_changed() {
    let other = refused(ObservedVault { key: Some("arn:other".into()), ..there() });
    assert!(other.contains("a vault's key can't be changed"), "{other}");
    let lock = ObservedLock { min_retention_days: Some(1), max_retention_days: None, hold: Hold::ForEver };
    let locked = refused(ObservedVault { lock: Some(lock), ..there() });
    assert!(locked.contains("in force for ever") && locked.contains("min_keep 1d, max_keep none"), "{locked}");
    let theirs = refused(ObservedVault { is_ours: false, ..there() });
    assert!(theirs.contains("its lock is not touched"), "{theirs}");
}

#[test]
fn a_lock_that_cools_off_is_kept_and_told_and_becomes_a_weaker_one_only_by_going_first() {
    let until = "2026-12-01T00:00:00Z".parse().unwrap();
    let lock =
        ObservedLock { min_retention_days: Some(7), max_retention_days: Some(400), hold: Hold::CoolingOff(until) };
    let observed = Observed { vaults: vec![ObservedVault { lock: Some(lock), ..there() }], ..Observed::default() };
    let kept = towards(&plan(), &desired(&plan(), &stack()), &observed).unwrap();
    assert!(kept.locks_for_ever().is_empty());
    assert!(kept.to_string().contains("can be taken off until 2026-12-01T00:00:00Z, and never after that"));
    let weaker = parse(&PLAN.replace("mode: compliance, changeable_for: 10d", "mode: governance")).unwrap();
    let changeset = towards(&weaker, &desired(&weaker, &stack()), &observed).unwrap();
    let words: Vec<_> = changeset.steps().iter().map(|(_, step)| step.words()).collect();
    let at = |word: &str| words.iter().position(|found| *found == word).unwrap();
    assert!(at("take the lock off the vault") < at("lock the vault"));
}

#[test]
fn a_lock_for_ever_needs_its_vaults_name_typed() {
    let changeset = towards(&plan(), &desired(&plan(), &stack()), &Observed::default()).unwrap();
    let refusals = |names: &[&str]| {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        changeset.not_accepted(&names, "2026-11-22T18:00:00Z".parse().unwrap())
    };
    assert_eq!(refusals(&["EC2"]), []);
    let told = refusals(&["near"]);
    assert_eq!(told.len(), 1);
    assert!(
        told[0].to_string().starts_with("from 2026-12-02 18:00 UTC on the lock of vault EC2 can never be taken off")
    );
    assert!(told[0].to_string().contains("--accept-vault-lock EC2"));
}

/// A plan whose machines are restored for practice every week.
fn drilled() -> Plan {
    let text = r#"
version: 1
schedules:
  nightly: { cron: "0 6 * * ? *", timezone: Asia/Tokyo }
  weekly: { cron: "0 9 ? * MON *", timezone: Asia/Tokyo }
jobs:
  servers:
    schedule: nightly
    backup:
      select: { resource: ec2, tag: { AWSBackup: EC2 } }
      vault: EC2
      keep: 30d
      drill: { subnet: subnet-0a1b2c3d, security_group: sg-0a1b2c3d, schedule: weekly }
"#;
    parse(text).unwrap_or_else(|errors| panic!("{errors}"))
}

#[test]
fn regression_a_drills_schedule_is_made_beside_the_nights_and_as_safely() {
    let desired = desired(&drilled(), &stack());
    assert_eq!(desired.left_out, []);
    let [night, drill] = &desired.schedules[..] else { panic!("{:?}", desired.schedules) };
    assert_eq!((night.name.as_str(), drill.name.as_str()), ("nightly", "drill.servers"));
    assert_eq!(drill.schedule_expression, "cron(0 9 ? * MON *)");
    let input: serde_json::Value = serde_json::from_str(&drill.target.input).unwrap();
    assert_eq!((&input["drill"], &input["schedule"]), (&json!("servers"), &json!("weekly")));
    assert_eq!(input["scheduled_time"], "<aws.scheduler.scheduled-time>");
    let plain = |entry: &ScheduleEntry| {
        let target = ScheduleTarget { input: String::new(), ..entry.target.clone() };
        ScheduleEntry { name: String::new(), schedule_expression: String::new(), target, ..entry.clone() }
    };
    assert_eq!(plain(drill), plain(night), "tries, queue, window and mark are the same");
}

#[test]
fn a_schedule_opens_its_night_and_the_drills_that_name_it() {
    let at = "2026-11-22T21:00:00Z".parse().unwrap();
    let deployed = deployed::assemble(&drilled(), &stack(), &deployed::Tasks::new(), at);
    let due = |name: &str| {
        let runs = deployed.runs_due(&name.parse().unwrap(), at);
        runs.iter().map(|run| (run.to_string(), run.is_restore())).collect::<Vec<_>>()
    };
    assert_eq!(due("nightly"), [("nightly-2026-11-22T21-00-00Z".to_owned(), false)]);
    assert_eq!(due("weekly"), [("drill-2026-11-22T21-00-00Z-servers".to_owned(), true)]);
    assert_eq!(due("monthly"), []);
}
