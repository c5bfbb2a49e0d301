//! What a restore testing plan restores.

use serde_json::{Value, json};

use super::super::Backup;
use super::super::ids::{epoch, put};
use super::super::page::page;
use super::super::read::{Asked, map, required, role, texts, whole};
use super::super::refusal::Refusal;
use super::super::restore::launch_metadata;
use super::Selection;
use super::calls::checked_name;

const SELECTIONS_MAX: usize = 30;
const VALIDATION_HOURS_MAX: i64 = 168;

/// `CreateRestoreTestingSelection`.
pub(in crate::backup) fn create(backup: &Backup, asked: &Asked) -> Result<Value, Refusal> {
    let document = selection(asked)?;
    let name = checked_name(required(document, "RestoreTestingSelectionName")?)?.to_owned();
    let mut made = read(asked, document, name)?;
    (made.created, made.request_id) = (backup.clock.now(), asked.text("CreatorRequestId").map(str::to_owned));
    let mut state = backup.store.open();
    let plan = state.test_plan(asked)?;
    if plan.selections.iter().any(|there| there.name == made.name) {
        let message = format!("Restore testing selection {} already exists", made.name);
        return Err(Refusal::exists(message, plan.arn.clone()));
    }
    if plan.selections.len() >= SELECTIONS_MAX {
        return Err(Refusal::limit(format!("A restore testing plan has at most {SELECTIONS_MAX} selections.")));
    }
    let answer = json!({
        "CreationTime": epoch(made.created), "RestoreTestingPlanArn": plan.arn, "RestoreTestingPlanName": plan.name,
        "RestoreTestingSelectionName": made.name,
    });
    plan.selections.push(made);
    Ok(answer)
}

fn selection(asked: &Asked) -> Result<&Value, Refusal> {
    asked.body.get("RestoreTestingSelection").ok_or_else(|| Refusal::absent("RestoreTestingSelection"))
}

fn read(asked: &Asked, document: &Value, name: String) -> Result<Selection, Refusal> {
    let kind = required(document, "ProtectedResourceType")?;
    if kind != "EC2" {
        return Err(Refusal::value(format!("Invalid resource type: the local AWS restores EC2, not {kind}.")));
    }
    let resources = texts(document, "ProtectedResourceArns");
    let conditions = document.get("ProtectedResourceConditions").cloned().unwrap_or_default();
    if resources.is_empty() && conditions.is_null() {
        return Err(Refusal::absent("ProtectedResourceArns"));
    }
    if resources.len() > 1 && resources.iter().any(|arn| arn == "*") {
        return Err(Refusal::value("ProtectedResourceArns is either a star or a list of ARNs."));
    }
    let overrides = launch_metadata::spelled(&map(document, "RestoreMetadataOverrides")?);
    launch_metadata::check(&overrides)?;
    Ok(Selection {
        name,
        role: role(asked, document)?,
        resources,
        conditions,
        overrides,
        validation_hours: whole(document, "ValidationWindowHours", 0, VALIDATION_HOURS_MAX)?.unwrap_or_default(),
        request_id: None,
        created: jiff::Timestamp::UNIX_EPOCH,
    })
}

/// `UpdateRestoreTestingSelection`.
pub(in crate::backup) fn update(backup: &Backup, asked: &Asked) -> Result<Value, Refusal> {
    let changed = selection(asked)?;
    let now = backup.clock.now();
    let mut state = backup.store.open();
    let plan = state.test_plan(asked)?;
    let (plan_name, plan_arn) = (plan.name.clone(), plan.arn.clone());
    let name = asked.route.part("selection");
    let there = plan.selections.iter_mut().find(|selection| selection.name == name).ok_or_else(|| missing(name))?;
    let mut document = there.shown(&plan_name);
    for (member, value) in changed.as_object().into_iter().flatten() {
        put(&mut document, member, value.clone());
    }
    let next = read(asked, &document, there.name.clone())?;
    let (created, request_id) = (there.created, there.request_id.take());
    *there = Selection { request_id, created, ..next };
    Ok(json!({
        "CreationTime": epoch(created), "UpdateTime": epoch(now), "RestoreTestingPlanArn": plan_arn,
        "RestoreTestingPlanName": plan_name, "RestoreTestingSelectionName": name,
    }))
}

/// `GetRestoreTestingSelection`.
pub(in crate::backup) fn get(backup: &Backup, asked: &Asked) -> Result<Value, Refusal> {
    let mut state = backup.store.open();
    let plan = state.test_plan(asked)?;
    let name = asked.route.part("selection");
    let selection = plan.selections.iter().find(|selection| selection.name == name).ok_or_else(|| missing(name))?;
    Ok(json!({"RestoreTestingSelection": selection.shown(&plan.name)}))
}

/// `ListRestoreTestingSelections`.
pub(in crate::backup) fn list(backup: &Backup, asked: &Asked) -> Result<Value, Refusal> {
    let mut state = backup.store.open();
    let plan = state.test_plan(asked)?;
    let shown = plan.selections.iter().map(|selection| selection.shown(&plan.name));
    page(asked, "RestoreTestingSelections", shown.collect())
}

/// `DeleteRestoreTestingSelection`.
pub(in crate::backup) fn delete(backup: &Backup, asked: &Asked) -> Result<Value, Refusal> {
    let mut state = backup.store.open();
    let plan = state.test_plan(asked)?;
    let (name, before) = (asked.route.part("selection"), plan.selections.len());
    plan.selections.retain(|selection| selection.name != name);
    if plan.selections.len() == before { Err(missing(name)) } else { Ok(Value::Null) }
}

fn missing(name: &str) -> Refusal {
    Refusal::missing(format!("Could not find restore testing selection {name}"))
}
