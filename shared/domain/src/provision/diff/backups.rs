//! Vaults, which hold what must not get lost, and the backup plans of AWS Backup's own schedule.

use serde_json::Value;

use super::statements::{changed, merged_policy};
use crate::provision::change::field_changes;
use crate::provision::shared_policy::{self, VAULT_POLICY};
use crate::provision::{
    Action, BackupPlan, BackupVault, Change, Desired, FieldChange, Hold, Kind, Move, Observed, ObservedLock,
    ObservedPlan, ObservedVault, PlanRef, Refusal, Step, VaultLock, VaultOf, marks,
};
use crate::stack::Stack;

/// Every reason against touching the vaults.
pub(super) fn refusals(desired: &Desired, observed: &Observed) -> Vec<Refusal> {
    let pairs = desired.vaults.iter().filter_map(|wanted| Some((wanted, find(observed, &wanted.backup_vault_name)?)));
    pairs.flat_map(|(wanted, there)| key(wanted, there).into_iter().chain(lock_refusal(wanted, there))).collect()
}

fn find<'a>(observed: &'a Observed, name: &str) -> Option<&'a ObservedVault> {
    observed.vaults.iter().find(|there| there.name == name)
}

/// Without a key in the plan any key is as good: AWS Backup shows its own as it shows a customer's.
fn key(wanted: &BackupVault, there: &ObservedVault) -> Option<Refusal> {
    let asked = wanted.encryption_key_arn.clone()?;
    let is_other = there.key.as_ref() != Some(&asked);
    is_other.then(|| Refusal::VaultKey {
        vault: there.name.clone(),
        there: there.key.clone().unwrap_or_else(|| "no key that it tells of".to_owned()),
        wanted: asked,
    })
}

fn lock_refusal(wanted: &BackupVault, there: &ObservedVault) -> Option<Refusal> {
    let asked = wanted.lock.as_ref()?;
    if there.lock.as_ref().is_some_and(|lock| is_as_asked(lock, asked)) {
        return None;
    }
    match &there.lock {
        Some(ObservedLock { min_retention_days, max_retention_days, hold: Hold::ForEver }) => {
            let days = |days: &Option<i64>| days.map_or_else(|| "none".to_owned(), |days| format!("{days}d"));
            let (min, max) = (days(min_retention_days), days(max_retention_days));
            Some(Refusal::LockedForEver { vault: there.name.clone(), min, max })
        }
        _ if !there.is_ours => Some(Refusal::VaultOfOthers { vault: there.name.clone() }),
        _ => None,
    }
}

fn is_as_asked(there: &ObservedLock, asked: &VaultLock) -> bool {
    let is_compliance = match there.hold {
        Hold::Governance => false,
        Hold::CoolingOff(_) | Hold::ForEver => true,
    };
    there.min_retention_days == asked.min_retention_days
        && there.max_retention_days == asked.max_retention_days
        && is_compliance == asked.changeable_for_days.is_some()
}

pub(super) fn moves(desired: &Desired, observed: &Observed) -> Vec<Move> {
    let stack = &desired.stack;
    let vaults =
        desired.vaults.iter().flat_map(|wanted| vault_moves(stack, wanted, find(observed, &wanted.backup_vault_name)));
    let plans = desired.backups.iter().filter_map(|setup| {
        let there = observed.backup_plans.iter().filter(|there| there.job == setup.job).min_by_key(|there| &there.id);
        Some(plan_move(setup.job.clone(), setup.plan.as_ref()?, there))
    });
    vaults.chain(plans).collect()
}

fn vault_moves(stack: &Stack, wanted: &BackupVault, there: Option<&ObservedVault>) -> Vec<Move> {
    let name = wanted.backup_vault_name.as_str();
    match there {
        Some(there) if !there.is_ours => {
            let note = "made by somebody else, and used as it is: its lock and its access policy stay".to_owned();
            let change = Change { note: Some(note), ..Change::plain(Action::Keep, Kind::Vault, name) };
            vec![Move { change, steps: vec![] }]
        }
        Some(there) => vec![lock_move(wanted, there), policy_move(stack, wanted, there)],
        None => {
            let made = ObservedVault { name: name.to_owned(), is_ours: true, ..ObservedVault::default() };
            let locked = wanted.lock.as_ref().map(|lock| Step::PutVaultLock(name.to_owned(), lock.clone()));
            let steps = [Step::CreateVault(wanted.clone())].into_iter().chain(locked).collect();
            let note = wanted.lock.as_ref().and_then(for_ever);
            let change = Change { note, ..Change::plain(Action::Create, Kind::Vault, name) };
            vec![Move { change, steps }, policy_move(stack, wanted, &made)]
        }
    }
}

fn for_ever(lock: &VaultLock) -> Option<String> {
    let days = lock.changeable_for_days?;
    Some(format!("{days} days after this its lock can never be taken off again, by nobody; apply asks for your word"))
}

fn lock_move(wanted: &BackupVault, there: &ObservedVault) -> Move {
    let name = there.name.clone();
    let plain = |action| Change::plain(action, Kind::Vault, &name);
    let put = |lock: &VaultLock| Step::PutVaultLock(name.clone(), lock.clone());
    let off = || Step::DeleteVaultLock(name.clone());
    let steps = match (&there.lock, &wanted.lock) {
        (Some(lock), Some(asked)) if is_as_asked(lock, asked) => vec![],
        // A lock that is to become one for ever is changed; one that was to become one has to go first.
        (Some(ObservedLock { hold: Hold::CoolingOff(_), .. }), Some(asked)) if asked.changeable_for_days.is_none() => {
            vec![off(), put(asked)]
        }
        (_, Some(asked)) => vec![put(asked)],
        (Some(ObservedLock { hold: Hold::ForEver, .. }) | None, None) => vec![],
        (Some(_), None) => vec![off()],
    };
    let note = held(there).or_else(|| wanted.lock.as_ref().and_then(for_ever).filter(|_| !steps.is_empty()));
    if steps.is_empty() {
        return Move { change: Change { note, ..plain(Action::Keep) }, steps };
    }
    let to = wanted.lock.as_ref().and_then(|lock| serde_json::to_value(lock).ok()).unwrap_or_default();
    let detail = FieldChange { field: "Lock".to_owned(), from: shown(there.lock.as_ref()), to };
    Move { change: Change { details: vec![detail], note, ..plain(Action::Update) }, steps }
}

/// Until when a lock for ever can still be taken off, while it can.
fn held(there: &ObservedVault) -> Option<String> {
    match there.lock.as_ref()?.hold {
        Hold::CoolingOff(until) => Some(format!("its lock can be taken off until {until}, and never after that")),
        Hold::Governance | Hold::ForEver => None,
    }
}

fn shown(lock: Option<&ObservedLock>) -> Value {
    let Some(lock) = lock else { return Value::Null };
    let hold = match lock.hold {
        Hold::Governance => "governance",
        Hold::CoolingOff(_) | Hold::ForEver => "compliance",
    };
    serde_json::json!({"MinRetentionDays": lock.min_retention_days, "MaxRetentionDays": lock.max_retention_days,
                       "Mode": hold})
}

fn policy_move(stack: &Stack, wanted: &BackupVault, there: &ObservedVault) -> Move {
    let of = VaultOf { vault: there.name.clone(), region: stack.region.clone(), owner: stack.account.clone() };
    // A policy that can't be read is somebody's: it is left alone, and told.
    shared(stack, &of, &wanted.statements, there).unwrap_or_else(|refusal| {
        let change = Change::plain(Action::Keep, Kind::VaultPolicy, &there.name);
        Move { change: Change { note: Some(refusal.to_string()), ..change }, steps: vec![] }
    })
}

/// Our statements in a vault's access policy, beside everybody else's.
pub(super) fn shared(stack: &Stack, of: &VaultOf, ours: &[Value], there: &ObservedVault) -> Result<Move, Refusal> {
    let mark = marks::statements(stack);
    let merged = shared_policy::merge(there.policy.as_deref(), ours, &mark, VAULT_POLICY);
    let merged = merged.map_err(|why| Refusal::Policy { bucket: of.vault.clone(), why: why.to_string() })?;
    let put = |text| Step::PutVaultPolicy(of.clone(), text);
    let (action, step) = merged_policy(merged, there.policy.is_some(), put, || Step::DeleteVaultPolicy(of.clone()));
    let details = if action == Action::Update { changed(&mark, there.policy.as_deref(), ours) } else { vec![] };
    let change = Change { details, ..Change::plain(action, Kind::VaultPolicy, &of.vault) };
    Ok(Move { change, steps: step.into_iter().collect() })
}

fn plan_move(job: crate::plan::JobName, wanted: &BackupPlan, there: Option<&ObservedPlan>) -> Move {
    let Some(there) = there else {
        let make = Step::CreateBackupPlan(job.clone(), wanted.clone());
        let select = Step::CreateSelection(PlanRef::Made(job), wanted.selection.clone());
        let change = Change::plain(Action::Create, Kind::BackupPlan, &wanted.backup_plan_name);
        return Move { change, steps: vec![make, select] };
    };
    let mut details = field_changes(&there.rules, &vec![wanted.rule.clone()]);
    if there.name != wanted.backup_plan_name {
        details.push(FieldChange {
            field: "BackupPlanName".to_owned(),
            from: there.name.as_str().into(),
            to: wanted.backup_plan_name.as_str().into(),
        });
    }
    let update = (!details.is_empty()).then(|| Step::UpdateBackupPlan(there.id.clone(), wanted.clone()));
    let (stays, select) = selection(wanted, there, &mut details);
    let action = if details.is_empty() { Action::Keep } else { Action::Update };
    let steps = update.into_iter().chain(stays).chain(select).collect();
    Move { change: Change { details, ..Change::plain(action, Kind::BackupPlan, &wanted.backup_plan_name) }, steps }
}

/// A selection can't be changed: one that fits stays, the others go, and one is made where none fits.
fn selection(wanted: &BackupPlan, there: &ObservedPlan, details: &mut Vec<FieldChange>) -> (Vec<Step>, Option<Step>) {
    let fits = |selection: &crate::provision::BackupSelection| field_changes(selection, &wanted.selection).is_empty();
    let fitting = there.selections.iter().find(|(_, selection)| fits(selection)).map(|(id, _)| id);
    let others = there.selections.iter().filter(|(id, _)| Some(id) != fitting);
    for (_, old) in others.clone() {
        let found = field_changes(old, &wanted.selection).into_iter();
        details.extend(found.map(|found| FieldChange { field: format!("Selection.{}", found.field), ..found }));
    }
    let gone: Vec<Step> = others.map(|(id, _)| Step::DeleteSelection(there.id.clone(), id.clone())).collect();
    if fitting.is_none() && gone.is_empty() {
        let to = serde_json::to_value(&wanted.selection).unwrap_or_default();
        details.push(FieldChange { field: "Selection".to_owned(), from: Value::Null, to });
    }
    let make = || Step::CreateSelection(PlanRef::There(there.id.clone()), wanted.selection.clone());
    (gone, fitting.is_none().then(make))
}

/// Which of the plans of AWS Backup is a job's; the same at every look.
pub(super) fn plan_ids(desired: &Desired, observed: &Observed) -> Vec<(crate::plan::JobName, String)> {
    let wanted = desired.backups.iter().filter(|setup| setup.plan.is_some());
    let found = wanted.filter_map(|setup| {
        let mine = observed.backup_plans.iter().filter(|there| there.job == setup.job);
        Some((setup.job.clone(), mine.min_by_key(|there| &there.id)?.id.clone()))
    });
    found.collect()
}

/// Whether some vault of ours holds what a backup role has to delete one day: AWS Backup ends a recovery point by the
/// role that made it, and without that role it stays, and is paid for.
pub(super) fn holds_points(observed: &Observed) -> bool {
    observed.vaults.iter().any(|vault| vault.recovery_points > 0)
}

/// Plans and vaults that are ours and no longer wanted. A vault that holds anything stays.
pub(super) fn leftovers(observed: &Observed, plans: &[String], vaults: &[String]) -> Vec<Move> {
    let plan = |there: &ObservedPlan| {
        let selections = there.selections.iter().map(|(id, _)| Step::DeleteSelection(there.id.clone(), id.clone()));
        let steps = selections.chain([Step::DeleteBackupPlan(there.id.clone())]).collect();
        Move { change: Change::plain(Action::Delete, Kind::BackupPlan, &there.name), steps }
    };
    let gone = observed.backup_plans.iter().filter(|there| !plans.contains(&there.id));
    let unused = observed.vaults.iter().filter(|there| there.is_ours && !vaults.contains(&there.name));
    gone.map(plan).chain(unused.map(unused_vault)).collect()
}

fn unused_vault(there: &ObservedVault) -> Move {
    let name = &there.name;
    if there.recovery_points == 0 {
        let change = Change::plain(Action::Delete, Kind::Vault, name);
        return Move { change, steps: vec![Step::DeleteVault(name.clone())] };
    }
    let note = format!(
        "no longer wanted, but it holds {} recovery points, which are never deleted here: wait until their time is over, or delete them by hand (`aws backup delete-recovery-point`, after taking its lock and access policy off), then do this again",
        there.recovery_points
    );
    let change = Change { note: Some(note), ..Change::plain(Action::Keep, Kind::Vault, name) };
    Move { change, steps: vec![] }
}
