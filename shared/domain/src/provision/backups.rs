//! What backup jobs need: vaults, a backup plan where AWS Backup starts the backups, and two roles a job.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::{Role, backup_roles, marks, names};
use crate::plan::{self, Backup, Job, JobName, LockMode, Plan, Protection, Schedule, StartedBy, VaultName};
use crate::policy::{Statement, Test};
use crate::stack::Stack;

/// What nobody may do to a recovery point by hand: its own time ends it.
const KEPT_FROM: [&str; 3] =
    ["backup:DeleteRecoveryPoint", "backup:DisassociateRecoveryPoint", "backup:UpdateRecoveryPointLifecycle"];

/// What one backup job needs.
#[derive(Debug, Clone, PartialEq)]
pub struct BackupSetup {
    /// The job.
    pub job: JobName,
    /// By which AWS Backup makes recovery points, and deletes them when their time is over.
    pub role: Role,
    /// By which it restores.
    pub restore_role: Role,
    /// By which AWS Backup starts the backups itself, where the plan says so.
    pub plan: Option<BackupPlan>,
}

/// A vault of the stack's account and Region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct BackupVault {
    /// Its name.
    pub backup_vault_name: String,
    /// The key that it encrypts by; AWS Backup's own unless told.
    pub encryption_key_arn: Option<String>,
    /// See [`VaultLock`].
    pub lock: Option<VaultLock>,
    /// Our statements in its access policy.
    pub statements: Vec<Value>,
}

/// A vault's lock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct VaultLock {
    /// Days.
    pub min_retention_days: Option<i64>,
    /// Days.
    pub max_retention_days: Option<i64>,
    /// Days in which it can still be taken off; after them never again. Without it whoever may can take it off always.
    pub changeable_for_days: Option<i64>,
}

/// A backup plan with its one rule and its one selection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct BackupPlan {
    /// For people; the tags tell whose it is.
    pub backup_plan_name: String,
    /// See [`BackupRule`].
    pub rule: BackupRule,
    /// See [`BackupSelection`].
    pub selection: BackupSelection,
}

/// When a backup plan starts backups, and what becomes of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct BackupRule {
    /// The schedule's name.
    pub rule_name: String,
    /// The vault.
    pub target_backup_vault_name: String,
    /// `cron(...)`
    pub schedule_expression: String,
    /// IANA zone.
    pub schedule_expression_timezone: String,
    /// A backup that has not begun by then expires.
    pub start_window_minutes: i64,
    /// A backup that has not ended by then is stopped.
    pub completion_window_minutes: i64,
    /// See [`Lifecycle`].
    pub lifecycle: Lifecycle,
    /// Further copies.
    pub copy_actions: Vec<CopyAction>,
}

/// How long a recovery point is kept, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Lifecycle {
    /// Days.
    pub delete_after_days: i64,
    /// Days.
    pub move_to_cold_storage_after_days: Option<i64>,
}

/// One further copy of every recovery point.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct CopyAction {
    /// The vault.
    pub destination_backup_vault_arn: String,
    /// See [`Lifecycle`].
    pub lifecycle: Lifecycle,
}

/// Which resources a backup plan protects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct BackupSelection {
    /// For people.
    pub selection_name: String,
    /// The backup role.
    pub iam_role_arn: String,
    /// ARNs, or a pattern of them.
    pub resources: Vec<String>,
    /// All of them have to hold.
    pub conditions: Vec<SelectionCondition>,
}

/// A condition on a tag, as AWS Backup writes it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct SelectionCondition {
    /// `StringEquals`, `StringNotEquals`, `StringLike` or `StringNotLike`.
    pub operator: String,
    /// `aws:ResourceTag/KEY`
    pub condition_key: String,
    /// The value or pattern.
    pub condition_value: String,
}

/// Every backup job of the plan.
pub(super) fn setups(plan: &Plan, stack: &Stack) -> Vec<BackupSetup> {
    let of = |(name, job, backup): (&JobName, &Job, &Backup)| BackupSetup {
        job: name.clone(),
        role: backup_roles::backup_role(stack, name, backup),
        restore_role: backup_roles::restore_role(stack, name, backup),
        plan: plan.schedules.get(&job.schedule).and_then(|schedule| backup_plan(stack, name, job, backup, schedule)),
    };
    jobs(plan).map(of).collect()
}

/// The jobs that AWS Backup carries.
pub(super) fn jobs(plan: &Plan) -> impl Iterator<Item = (&JobName, &Job, &Backup)> {
    plan.jobs.iter().filter_map(|(name, job)| match &job.protection {
        Protection::Backup(backup) => Some((name, job, backup)),
        Protection::DataSync(_) | Protection::Replicate(_) => None,
    })
}

/// Every vault of our account and Region that a job backs up or copies to, once.
pub(super) fn vaults(plan: &Plan, stack: &Stack) -> Vec<BackupVault> {
    let mut found: BTreeMap<&VaultName, BackupVault> = BTreeMap::new();
    for (_, _, backup) in jobs(plan) {
        let near =
            backup.copy.iter().filter(|copy| copy.other_owner(stack).is_none() && copy.region(stack) == stack.region);
        for name in near.map(|copy| &copy.vault).chain([&backup.vault]) {
            let _ = found.entry(name).or_insert_with(|| vault(plan, stack, name));
        }
    }
    found.into_values().collect()
}

fn vault(plan: &Plan, stack: &Stack, name: &VaultName) -> BackupVault {
    let told = plan.vaults.get(name).cloned().unwrap_or_default();
    BackupVault {
        backup_vault_name: name.to_string(),
        encryption_key_arn: told.kms_key.as_ref().map(ToString::to_string),
        lock: told.lock.as_ref().map(VaultLock::of),
        statements: kept(stack, &told).into_iter().collect(),
    }
}

/// Recovery points end by their own time only. Whoever may write this policy can lift it, which a slip of the hand or a
/// stray script does not; against somebody who wants to there is the lock.
fn kept(stack: &Stack, vault: &plan::Vault) -> Option<Value> {
    let deny = Statement::deny(KEPT_FROM).sid(format!("{}KeepRecoveryPoints", marks::statements(stack)));
    let deny = deny.for_everyone().on(["*"]);
    let excepted: Vec<&str> = vault.may_delete.iter().map(plan::RoleArn::as_str).collect();
    let deny = if excepted.is_empty() { deny } else { deny.when(Test::ArnNotLike, "aws:PrincipalArn", excepted) };
    serde_json::to_value(&deny).ok()
}

impl VaultLock {
    /// AWS Backup's shortest time in which a lock for ever can still be taken off.
    const COOLING_DAYS: u64 = 3;

    fn of(lock: &plan::Lock) -> Self {
        let cooling = lock.changeable_for.map_or(Self::COOLING_DAYS, plan::days);
        Self {
            min_retention_days: lock.min_keep.map(|keep| number(plan::days(keep))),
            max_retention_days: lock.max_keep.map(|keep| number(plan::days(keep))),
            changeable_for_days: (lock.mode == LockMode::Compliance).then(|| number(cooling)),
        }
    }
}

fn backup_plan(stack: &Stack, name: &JobName, job: &Job, backup: &Backup, schedule: &Schedule) -> Option<BackupPlan> {
    if backup.start == StartedBy::Nightferry {
        return None;
    }
    Some(BackupPlan {
        backup_plan_name: names::backup_plan(stack, name),
        rule: BackupRule {
            rule_name: job.schedule.to_string(),
            target_backup_vault_name: backup.vault.to_string(),
            schedule_expression: format!("cron({})", schedule.cron),
            schedule_expression_timezone: schedule.timezone.clone(),
            start_window_minutes: number(backup.start_within.secs() / 60),
            completion_window_minutes: number(job.complete_within.secs() / 60),
            lifecycle: lifecycle(backup, backup.keep_days()),
            copy_actions: copy_actions(stack, backup),
        },
        selection: selection(stack, name, backup),
    })
}

fn copy_actions(stack: &Stack, backup: &Backup) -> Vec<CopyAction> {
    let one = |copy: &plan::CopyTo| CopyAction {
        destination_backup_vault_arn: copy.vault_arn(stack),
        lifecycle: lifecycle(backup, copy.keep.map_or_else(|| backup.keep_days(), plan::days)),
    };
    backup.copy.iter().map(one).collect()
}

fn lifecycle(backup: &Backup, keep_days: u64) -> Lifecycle {
    Lifecycle {
        delete_after_days: number(keep_days),
        move_to_cold_storage_after_days: backup.cold_after_days().map(number),
    }
}

/// By conditions alone: AWS Backup takes a resource that carries any of `ListOfTags`, and ours has to carry all.
fn selection(stack: &Stack, name: &JobName, backup: &Backup) -> BackupSelection {
    let select = &backup.select;
    let all = || vec![stack.arn("ec2", "instance/*")];
    let named: Vec<String> = select.arns.iter().map(ToString::to_string).collect();
    let condition = |(operator, key, value): (&str, &str, &str)| SelectionCondition {
        operator: operator.to_owned(),
        condition_key: format!("aws:ResourceTag/{key}"),
        condition_value: value.to_owned(),
    };
    let tags = select.tag.iter().map(|(key, value)| ("StringEquals", key.as_str(), value.as_str()));
    let others = select.conditions.each().map(|(kind, key, value)| (operator(kind), key, value));
    let mut conditions: Vec<SelectionCondition> = tags.chain(others).map(condition).collect();
    conditions.sort();
    conditions.dedup();
    BackupSelection {
        selection_name: names::backup_plan(stack, name),
        iam_role_arn: names::role_arn(stack, &names::backup_role(stack, name)),
        resources: if named.is_empty() { all() } else { named },
        conditions,
    }
}

fn operator(kind: &str) -> &'static str {
    match kind {
        "equals" => "StringEquals",
        "not_equals" => "StringNotEquals",
        "like" => "StringLike",
        _ => "StringNotLike",
    }
}

/// The plan's own limits lie far below.
fn number(amount: u64) -> i64 {
    i64::try_from(amount).unwrap_or(i64::MAX)
}
