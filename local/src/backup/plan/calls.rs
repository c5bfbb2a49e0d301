//! Making, showing, changing and deleting plans.

use serde_json::{Value, json};

use super::super::Backup;
use super::super::ids::{epoch, lean, maybe_epoch, uuid};
use super::super::page::page;
use super::super::read::{Asked, map, objects, required};
use super::super::refusal::Refusal;
use super::rule::Rule;
use super::{Plan, Version};

const PLANS_MAX: usize = 300;

/// `CreateBackupPlan`.
pub(in crate::backup) fn create(backup: &Backup, asked: &Asked) -> Result<Value, Refusal> {
    let current = version(backup, asked, &[])?;
    let request_id = asked.text("CreatorRequestId").map(str::to_owned);
    let tags = map(&asked.body, "BackupPlanTags")?;
    let mut state = backup.store.open();
    let own = |plan: &&Plan| plan.home == asked.home && plan.deleted.is_none();
    if let Some(there) = state.plans.iter().filter(own).find(|plan| plan.current.name == current.name) {
        let is_same = request_id.is_some() && there.request_id == request_id;
        let message = "Backup plan with the same plan document already exists";
        return if is_same { Ok(changed(there)) } else { Err(Refusal::exists(message, there.arn())) };
    }
    if state.plans.iter().filter(own).count() >= PLANS_MAX {
        return Err(Refusal::limit(format!("A Region of an account has at most {PLANS_MAX} backup plans.")));
    }
    let now = backup.clock.now();
    let (id, home) = (uuid(), asked.home.clone());
    let (older, selections) = (Vec::new(), Vec::new());
    let plan = Plan {
        id,
        home,
        request_id,
        tags,
        current,
        older,
        selections,
        created: now,
        deleted: None,
        fired: None,
        seen: now,
    };
    backup.tell_plan(&plan, "CREATED");
    let answer = changed(&plan);
    state.plans.push(plan);
    Ok(answer)
}

/// `UpdateBackupPlan`: a new version.
pub(in crate::backup) fn update(backup: &Backup, asked: &Asked) -> Result<Value, Refusal> {
    let before = backup.store.open().plan(asked)?.current.rules.clone();
    let next = version(backup, asked, &before)?;
    let mut state = backup.store.open();
    let plan = state.plan_mut(asked)?;
    plan.older.push(std::mem::replace(&mut plan.current, next));
    backup.tell_plan(plan, "MODIFIED");
    Ok(changed(plan))
}

fn version(backup: &Backup, asked: &Asked, before: &[Rule]) -> Result<Version, Refusal> {
    let document = asked.body.get("BackupPlan").ok_or_else(|| Refusal::absent("BackupPlan"))?;
    let name = required(document, "BackupPlanName")?.to_owned();
    let rules: Vec<Rule> =
        objects(document, "Rules").map(|rule| Rule::read(rule, before)).collect::<Result<_, Refusal>>()?;
    if rules.is_empty() {
        return Err(Refusal::absent("Rules"));
    }
    for rule in &rules {
        if rules.iter().filter(|other| other.name == rule.name).count() > 1 {
            return Err(Refusal::value(format!("Duplicate rule name {} in the backup plan.", rule.name)));
        }
        let _ = backup.store.open().vault(&asked.home, &rule.vault)?;
    }
    let advanced = document.get("AdvancedBackupSettings").cloned().unwrap_or_default();
    Ok(Version { id: uuid(), name, rules, advanced, created: backup.clock.now() })
}

fn changed(plan: &Plan) -> Value {
    let created = epoch(plan.current.created);
    json!({"BackupPlanId": plan.id, "BackupPlanArn": plan.arn(), "CreationDate": created, "VersionId": plan.current.id})
}

/// `GetBackupPlan`.
pub(in crate::backup) fn get(backup: &Backup, asked: &Asked) -> Result<Value, Refusal> {
    let state = backup.store.open();
    let plan = state.plan(asked)?;
    let wanted = asked.queried("versionId");
    let mut versions = std::iter::once(&plan.current).chain(&plan.older);
    let version = versions.find(|version| wanted.is_none_or(|wanted| wanted == version.id));
    let version = version.ok_or_else(|| super::missing(&plan.id))?;
    let rules: Vec<Value> = version.rules.iter().map(Rule::shown).collect();
    let document = json!({
        "BackupPlanName": version.name, "Rules": rules, "AdvancedBackupSettings": version.advanced,
    });
    Ok(lean(json!({
        "BackupPlan": lean(document), "BackupPlanId": plan.id, "BackupPlanArn": plan.arn(), "VersionId": version.id,
        "CreatorRequestId": plan.request_id, "CreationDate": epoch(plan.created),
        "DeletionDate": maybe_epoch(plan.deleted), "LastExecutionDate": maybe_epoch(plan.fired),
    })))
}

/// `DeleteBackupPlan`: only one without selections.
pub(in crate::backup) fn delete(backup: &Backup, asked: &Asked) -> Result<Value, Refusal> {
    let now = backup.clock.now();
    let mut state = backup.store.open();
    let plan = state.plan_mut(asked)?;
    if !plan.selections.is_empty() {
        return Err(Refusal::request("Related backup plan selections must be deleted prior to backup plan deletion"));
    }
    plan.deleted = Some(now);
    backup.tell_plan(plan, "DELETED");
    let arn = plan.arn();
    Ok(json!({"BackupPlanId": plan.id, "BackupPlanArn": arn, "DeletionDate": epoch(now), "VersionId": plan.current.id}))
}

/// `ListBackupPlans`.
pub(in crate::backup) fn list(backup: &Backup, asked: &Asked) -> Result<Value, Refusal> {
    let deleted_too = asked.queried("includeDeleted") == Some("true");
    let state = backup.store.open();
    let own = state.plans.iter().filter(|plan| plan.home == asked.home && (deleted_too || plan.deleted.is_none()));
    page(asked, "BackupPlansList", own.map(|plan| plan.listed(&plan.current)).collect())
}

/// `ListBackupPlanVersions`: newest first.
pub(in crate::backup) fn versions(backup: &Backup, asked: &Asked) -> Result<Value, Refusal> {
    let state = backup.store.open();
    let plan = state.plan(asked)?;
    let versions = std::iter::once(&plan.current).chain(plan.older.iter().rev());
    page(asked, "BackupPlanVersionsList", versions.map(|version| plan.listed(version)).collect())
}
