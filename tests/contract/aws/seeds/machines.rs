//! Machines backed up by AWS Backup, and restored (the second article).

use nightferry_domain::preflight::Place;
use nightferry_domain::provision::VaultLock;
use nightferry_domain::restore::authorization::{encoded, read};
use nightferry_local::backup::{Faults, JobKind, Tick};
use nightferry_workflow::World as _;
use nightferry_workflow::open_restore::Overrides;
use nightferry_workflow::ports::Restores as _;
use nightferry_workflow::provision::ports::Vaults as _;

use super::super::local::local;
use super::machine::{deletes_profile, machine};
use super::spoil::Spoil;

/// A little longer than the plan's `start_within`, and shorter than the mended one.
const LATE_SECS: u64 = 3_900;

#[tokio::test]
async fn a_role_that_trusts_another_service_is_known_and_mended_by_what_is_printed() {
    let machine = machine().await;
    machine.scene.spoils("", Spoil::Trust("-backup", "ec2.amazonaws.com")).await;
    let (id, _) = machine.backs_up(1).await.expect_err("it can't be assumed");
    assert_eq!(id, "backup-role-not-assumable");
    let mended = machine.scene.mends(&machine.job.spec).await;
    assert_eq!(mended.iter().map(|it| it.id.as_str()).collect::<Vec<_>>(), ["role-not-trusting-backup"]);
    assert_eq!(machine.backs_up(2).await, Ok(()));
}

#[tokio::test]
async fn a_restore_role_without_pass_role_is_decoded_and_mended_by_what_is_printed() {
    let machine = machine().await;
    assert_eq!(machine.backs_up(1).await, Ok(()));
    machine.scene.spoils("", Spoil::Role("-restore", "iam:PassRole")).await;
    let spec = machine.wants_back(Overrides::default()).await;
    let (id, said) = machine.restores(&spec, 1).await.expect_err("it may not pass the role");
    assert_eq!(id, "restore-may-not-pass-role");
    let decoded = machine.scene.world.restores().decoded(encoded(&said).unwrap()).await.unwrap();
    let refused = read(&decoded).unwrap();
    assert_eq!(refused.action, "iam:PassRole");
    assert!(refused.resource.ends_with(&machine.name) && !refused.is_denied, "{refused:?}");
    let mended = machine.scene.mends(&spec).await;
    let [obstacle] = &mended[..] else { panic!("one statement mends it: {mended:#?}") };
    assert_eq!(obstacle.id, "restore-may-not-pass-role");
    assert!(matches!(&obstacle.place, Some(Place::Role(role)) if role.contains("restore")), "{obstacle:?}");
    assert_eq!(machine.restores(&spec, 2).await, Ok(()));
}

#[tokio::test]
async fn a_locked_vault_that_takes_no_such_retention_is_known_and_mended_by_what_is_printed() {
    let mut machine = machine().await;
    let lock = VaultLock { min_retention_days: Some(60), max_retention_days: Some(365), changeable_for_days: None };
    machine.scene.own.put_vault_lock(&machine.name, &lock).await.unwrap();
    let (id, _) = machine.backs_up(1).await.expect_err("thirty days are too few");
    assert_eq!(id, "backup-retention-outside-lock");
    let found = machine.scene.preflight.findings(&machine.job.spec).await.unwrap().obstacles;
    let [obstacle] = &found[..] else { panic!("the lock and nothing else: {found:#?}") };
    assert!(obstacle.id == "vault-lock-refuses-retention" && obstacle.fix.contains("`keep`"), "{obstacle:?}");
    assert_eq!(obstacle.place, Some(Place::VaultSetting(machine.name.clone())));
    let least = obstacle.patch.as_ref().unwrap()["KeepDays"]["Min"].as_u64().unwrap();
    machine.work().keep_days = u32::try_from(least).unwrap();
    assert_eq!(machine.scene.preflight.findings(&machine.job.spec).await.unwrap().obstacles, []);
    assert_eq!(machine.backs_up(2).await, Ok(()));
}

#[tokio::test]
async fn a_window_that_is_over_before_the_job_begins_is_known_and_mended_by_what_is_printed() {
    let mut machine = machine().await;
    let admin = local().await.admin();
    let waits = Faults {
        only: machine.id.to_string(),
        kind: Some(JobKind::Backup),
        hang_in: Some("CREATED".to_owned()),
        ..Faults::default()
    };
    admin.break_backup(&waits).await.unwrap();
    let late = Tick { advance_secs: LATE_SECS, ..Tick::default() };
    let first = machine.starts(1).await;
    admin.move_backup_clock(late).await.unwrap();
    let (id, fix) = machine.came_of(&first).await.expect_err("its window is over");
    assert_eq!(id, "backup-not-begun");
    assert!(fix.contains("Widen `start_within`"), "{fix}");
    machine.work().start_within_mins *= 2;
    let second = machine.starts(2).await;
    admin.move_backup_clock(late).await.unwrap();
    admin.break_backup(&Faults::default()).await.unwrap();
    assert_eq!(machine.came_of(&second).await, Ok(()), "it began as late, and within its window");
}

#[tokio::test]
async fn a_deleted_instance_profile_is_known_and_mended_by_what_is_printed() {
    let machine = machine().await;
    assert_eq!(machine.backs_up(1).await, Ok(()));
    deletes_profile(&machine.name).await;
    let spec = machine.wants_back(Overrides::default()).await;
    let (id, said) = machine.restores(&spec, 1).await.expect_err("there is no such profile");
    assert_eq!(id, "restore-profile-missing", "{said}");
    let found = machine.scene.preflight.findings(&spec).await.unwrap().obstacles;
    let [obstacle] = &found[..] else { panic!("the profile and nothing else: {found:#?}") };
    assert!(obstacle.id == "instance-profile-missing" && obstacle.fix.contains("--no-profile"), "{obstacle:?}");
    let bare = machine.wants_back(Overrides { no_profile: true, ..Overrides::default() }).await;
    assert_eq!(machine.scene.preflight.findings(&bare).await.unwrap().obstacles, []);
    assert_eq!(machine.restores(&bare, 2).await, Ok(()));
}
