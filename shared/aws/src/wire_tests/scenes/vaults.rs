//! What `apply`, `destroy` and preflight ask of AWS Backup's vaults and plans.

use nightferry_domain::job_spec::JobSpec;
use nightferry_domain::plan::{Plan, parse};
use nightferry_domain::provision::deployed::{Tasks, assemble};
use nightferry_domain::provision::{BackupPlan, Desired, VaultLock, VaultOf, desired};
use nightferry_workflow::World as _;
use nightferry_workflow::ports::Preflight as _;
use nightferry_workflow::provision::ports::{BackupPlans as _, Vaults as _};

use super::{Scene, scene};
use crate::wire_tests::fixture::{account, stack, world};

scene!(VAULTS, |config| account(&config).vaults(&stack(), &[].into()).await);
scene!(VAULT, |config| account(&config).vault(&far()).await);
scene!(CREATE_VAULT, |config| account(&config).create_vault(&stack(), &wanted().vaults[0]).await);
scene!(PUT_VAULT_LOCK, |config| account(&config).put_vault_lock("EC2", &lock()).await);
scene!(DELETE_VAULT_LOCK, |config| account(&config).delete_vault_lock("EC2").await);
scene!(PUT_VAULT_POLICY, |config| account(&config).put_vault_policy(&far(), "{}").await);
scene!(DELETE_VAULT_POLICY, |config| account(&config).delete_vault_policy(&far()).await);
scene!(DELETE_VAULT, |config| account(&config).delete_vault("EC2").await);
scene!(BACKUP_PLANS, |config| account(&config).backup_plans(&stack()).await);
scene!(CREATE_BACKUP_PLAN, |config| {
    account(&config).create_backup_plan(&stack(), &"servers".parse().unwrap(), &plan()).await
});
scene!(UPDATE_BACKUP_PLAN, |config| account(&config).update_backup_plan("id-1", &plan()).await);
scene!(DELETE_BACKUP_PLAN, |config| account(&config).delete_backup_plan("id-1").await);
scene!(CREATE_SELECTION, |config| account(&config).create_selection("id-1", &plan().selection).await);
scene!(DELETE_SELECTION, |config| account(&config).delete_selection("id-1", "s-1").await);
scene!(PREFLIGHT_BACKUP, |config| world(&config).preflight().clone().with_starter().obstacles(&machines()).await);

/// All of them.
pub(super) const VAULT_SCENES: &[Scene] = &[
    VAULTS,
    VAULT,
    CREATE_VAULT,
    PUT_VAULT_LOCK,
    DELETE_VAULT_LOCK,
    PUT_VAULT_POLICY,
    DELETE_VAULT_POLICY,
    DELETE_VAULT,
    BACKUP_PLANS,
    CREATE_BACKUP_PLAN,
    UPDATE_BACKUP_PLAN,
    DELETE_BACKUP_PLAN,
    CREATE_SELECTION,
    DELETE_SELECTION,
    PREFLIGHT_BACKUP,
];

fn far() -> VaultOf {
    VaultOf { vault: "far".into(), region: "us-west-2".into(), owner: "222222222222".into() }
}

fn lock() -> VaultLock {
    VaultLock { min_retention_days: Some(7), max_retention_days: Some(60), changeable_for_days: Some(3) }
}

fn of(start: &str) -> Plan {
    let text = format!(
        "version: 1\nschedules:\n  nightly: {{ cron: \"0 6 * * ? *\", timezone: UTC }}\njobs:\n  servers:\n    schedule: nightly\n    \
         backup: {{ start: {start}, select: {{ resource: ec2, tag: {{ AWSBackup: EC2 }} }}, vault: EC2, keep: 30d }}\n"
    );
    parse(&text).unwrap()
}

fn wanted() -> Desired {
    desired(&of("aws-backup"), &stack())
}

fn plan() -> BackupPlan {
    wanted().backups.remove(0).plan.unwrap()
}

fn machines() -> JobSpec {
    assemble(&of("nightferry"), &stack(), &Tasks::new(), jiff::Timestamp::UNIX_EPOCH).jobs.remove(0)
}
