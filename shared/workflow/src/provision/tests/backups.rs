//! Backup jobs: vaults, plans and roles, applied twice, broken off anywhere, drifted, and taken away again.

use nightferry_domain::provision::{Hold, ObservedVault, OtherSide, Refusal, VaultOf, other_sides};

use super::*;
use crate::provision::other;

const BACKUPS: &str = r#"
version: 1
schedules:
  nightly: { cron: "0 6 * * ? *", timezone: Asia/Tokyo }
jobs:
  servers:
    schedule: nightly
    backup:
      start: aws-backup
      select: { resource: ec2, tag: { AWSBackup: EC2 } }
      vault: EC2
      keep: 30d
      copy: { vault: far, account: "222222222222", region: us-west-2 }
  others:
    schedule: nightly
    backup:
      select: { resource: ec2, tag: { AWSBackup: other } }
      vault: EC2
      keep: 14d
vaults:
  EC2: { lock: { min_keep: 7d, max_keep: 60d } }
"#;

fn changed(from: &str, to: &str) -> Plan {
    assert!(BACKUPS.contains(from), "{from}");
    plan_of(&BACKUPS.replacen(from, to, 1))
}

fn backed_up() -> Fake {
    let fake = Fake::default();
    applied(&fake, &plan_of(BACKUPS)).unwrap();
    fake
}

fn vault(name: &str) -> VaultOf {
    VaultOf { vault: name.into(), region: "ap-northeast-1".into(), owner: "123456789012".into() }
}

fn far() -> VaultOf {
    VaultOf { vault: "far".into(), region: "us-west-2".into(), owner: "222222222222".into() }
}

fn change_vault(fake: &Fake, change: impl FnOnce(&mut ObservedVault)) {
    change(fake.state.borrow_mut().vaults.get_mut(&vault("EC2")).unwrap());
}

#[test]
fn a_backup_plan_is_applied_once_and_the_second_time_nothing_is_left_to_do() {
    let fake = backed_up();
    let state = fake.state.borrow();
    let there = &state.vaults[&vault("EC2")];
    assert!(there.policy.as_ref().unwrap().contains("backup:DeleteRecoveryPoint"));
    assert_eq!(there.lock.as_ref().unwrap().hold, Hold::Governance);
    assert_eq!(state.backup_plans.len(), 1);
    assert_eq!(state.roles.len(), 4);
    let plan = state.deployed().unwrap();
    assert_eq!(plan.jobs.len(), 2);
    drop(state);
    assert_eq!(changes(&planned(&fake, &plan_of(BACKUPS))), []);
}

#[test]
fn broken_off_at_any_call_it_is_completed_by_the_next_apply() {
    let whole = backed_up();
    let wanted = plan_of(BACKUPS);
    for number in 0..whole.calls.get() {
        for how in [Break::Refused, Break::ReplyLost] {
            let fake = Fake::default();
            fake.break_at(number, how);
            let _ = applied(&fake, &wanted).unwrap_err();
            fake.mend();
            applied(&fake, &wanted).unwrap_or_else(|error| panic!("call {number} {how:?}: {error}"));
            assert_eq!(changes(&planned(&fake, &wanted)), [], "call {number} {how:?}");
            assert_eq!(fake.state.borrow().backup_plans.len(), 1, "call {number} {how:?}");
        }
    }
}

#[test]
fn whatever_somebody_changed_is_found_and_mended() {
    type Drift = fn(&Fake);
    let drifts: [(Kind, Drift); 6] = [
        (Kind::Vault, |fake| change_vault(fake, |there| there.lock = None)),
        (Kind::Vault, |fake| change_vault(fake, |there| there.lock.as_mut().unwrap().min_retention_days = Some(1))),
        (Kind::VaultPolicy, |fake| change_vault(fake, |there| there.policy = None)),
        (Kind::BackupPlan, |fake| {
            let mut state = fake.state.borrow_mut();
            let (_, plan) = state.backup_plans.values_mut().next().unwrap();
            plan.rules[0].lifecycle.delete_after_days = 1;
        }),
        (Kind::BackupPlan, |fake| {
            let mut state = fake.state.borrow_mut();
            state.backup_plans.values_mut().next().unwrap().1.selections.clear();
        }),
        (Kind::BackupPlan, |fake| {
            let mut state = fake.state.borrow_mut();
            let (_, plan) = state.backup_plans.values_mut().next().unwrap();
            plan.selections[0].1.iam_role_arn = "arn:aws:iam::123456789012:role/Admin".into();
        }),
    ];
    let before = backed_up().state.borrow().clone();
    for (number, (kind, drift)) in drifts.into_iter().enumerate() {
        let fake = backed_up();
        drift(&fake);
        let found = changes(&planned(&fake, &plan_of(BACKUPS)));
        assert!(matches!(found.as_slice(), [(_, of, _)] if *of == kind), "{number}: {found:?}");
        applied(&fake, &plan_of(BACKUPS)).unwrap();
        assert_eq!(changes(&planned(&fake, &plan_of(BACKUPS))), [], "{number}");
        assert_eq!(fake.state.borrow().vaults, before.vaults, "{number}");
    }
}

#[test]
fn other_peoples_statements_in_the_vaults_policy_stay() {
    let fake = backed_up();
    let theirs =
        r#"{"Sid":"Theirs","Effect":"Deny","Principal":"*","Action":"backup:CopyFromBackupVault","Resource":"*"}"#;
    change_vault(&fake, |there| there.policy = Some(format!(r#"{{"Version":"2012-10-17","Statement":[{theirs}]}}"#)));
    applied(&fake, &plan_of(BACKUPS)).unwrap();
    let policy = fake.state.borrow().vaults[&vault("EC2")].policy.clone().unwrap();
    assert!(policy.contains("Theirs") && policy.contains("backup:DeleteRecoveryPoint"), "{policy}");
}

#[test]
fn a_vault_of_somebody_else_is_used_and_left_as_it_is() {
    let plan = changed("vaults:\n  EC2: { lock: { min_keep: 7d, max_keep: 60d } }\n", "");
    let fake = Fake::default();
    let theirs = ObservedVault { name: "EC2".into(), ..ObservedVault::default() };
    let _ = fake.state.borrow_mut().vaults.insert(vault("EC2"), theirs.clone());
    applied(&fake, &plan).unwrap();
    assert_eq!(fake.state.borrow().vaults[&vault("EC2")], theirs);
    let refused = applied(&fake, &plan_of(BACKUPS)).unwrap_err();
    assert_eq!(refused, ProvisionError::Refused(vec![Refusal::VaultOfOthers { vault: "EC2".into() }]));
    destroyed(&fake).unwrap();
    assert_eq!(fake.state.borrow().vaults[&vault("EC2")], theirs);
}

#[test]
fn a_role_that_aws_backup_can_not_see_yet_is_waited_for() {
    let fake = Fake::default();
    fake.unassumable_for.set(3);
    applied(&fake, &plan_of(BACKUPS)).unwrap();
    assert_eq!(fake.paused_secs.get(), 14);
}

#[test]
fn a_night_that_nightferry_starts_again_itself_takes_aws_backups_plan_away_first() {
    let fake = backed_up();
    applied(&fake, &changed("      start: aws-backup\n", "")).unwrap();
    assert!(fake.state.borrow().backup_plans.is_empty());
    assert_eq!(fake.state.borrow().deployed().unwrap().jobs.len(), 2);
}

#[test]
fn a_vault_with_recovery_points_outlives_destroy_with_the_role_that_ends_them() {
    let fake = backed_up();
    change_vault(&fake, |there| there.recovery_points = 3);
    let told = now(plan_destroy(&fake, &stack())).unwrap().to_string();
    assert!(told.contains("it holds 3 recovery points"), "{told}");
    destroyed(&fake).unwrap();
    let state = fake.state.borrow();
    assert!(state.vaults.contains_key(&vault("EC2")) && state.backup_plans.is_empty());
    let roles: Vec<_> = state.roles.keys().cloned().collect();
    assert_eq!(roles, ["nightferry-others-backup", "nightferry-servers-backup"]);
    drop(state);
    change_vault(&fake, |there| there.recovery_points = 0);
    destroyed(&fake).unwrap();
    assert!(fake.state.borrow().vaults.is_empty() && fake.state.borrow().roles.is_empty());
}

#[test]
fn destroy_broken_off_at_any_call_is_completed_by_the_next() {
    let whole = backed_up();
    let before = whole.calls.get();
    destroyed(&whole).unwrap();
    for number in 0..whole.calls.get() - before {
        for how in [Break::Refused, Break::ReplyLost] {
            let fake = backed_up();
            fake.break_at(number, how);
            let _ = destroyed(&fake).unwrap_err();
            fake.mend();
            destroyed(&fake).unwrap_or_else(|error| panic!("call {number} {how:?}: {error}"));
            let state = fake.state.borrow();
            let is_gone = state.vaults.is_empty() && state.backup_plans.is_empty() && state.roles.is_empty();
            assert!(is_gone, "call {number} {how:?}");
        }
    }
}

fn side() -> OtherSide {
    other_sides(&plan_of(BACKUPS), &stack(), None).remove("222222222222").unwrap()
}

#[test]
fn the_other_accounts_vault_lets_copies_in_beside_what_it_says_already() {
    let fake = Fake::default();
    let missing = now(other::plan(&fake, &stack(), "222222222222", &side())).unwrap_err();
    assert!(missing.to_string().contains("there is no vault far in us-west-2 of account 222222222222"), "{missing}");
    let theirs = r#"{"Version":"2012-10-17","Statement":[{"Sid":"Theirs","Effect":"Deny","Principal":"*","Action":"backup:DeleteRecoveryPoint","Resource":"*"}]}"#;
    let there = ObservedVault { name: "far".into(), policy: Some(theirs.into()), ..ObservedVault::default() };
    let _ = fake.state.borrow_mut().vaults.insert(far(), there);
    for _ in 0..2 {
        let changeset = now(other::plan(&fake, &stack(), "222222222222", &side())).unwrap();
        now(other::carry(&fake, &stack(), &changeset, &mut |_, _| {})).unwrap();
        let policy = fake.state.borrow().vaults[&far()].policy.clone().unwrap();
        assert!(policy.contains("Theirs") && policy.matches("backup:CopyIntoBackupVault").count() == 1, "{policy}");
    }
    assert!(now(other::plan(&fake, &stack(), "222222222222", &side())).unwrap().is_empty());
    let away = now(other::plan_destroy(&fake, &stack(), "222222222222", &side())).unwrap();
    now(other::carry(&fake, &stack(), &away, &mut |_, _| {})).unwrap();
    assert_eq!(fake.state.borrow().vaults[&far()].policy.as_deref(), Some(theirs));
}
