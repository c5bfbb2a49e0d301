//! Selections: what a plan backs up, and under which role.

use serde_json::{Value, json};

use super::super::Backup;
use super::super::ids::{epoch, lean, uuid};
use super::super::page::page;
use super::super::read::{Asked, objects, required, role, texts};
use super::super::refusal::Refusal;
use super::Selection;

const SELECTIONS_MAX: usize = 100;
/// The most ARNs, and the most where one of them has a wildcard.
const RESOURCES_MAX: (usize, usize) = (500, 30);
/// The operators of conditions.
const OPERATORS: [&str; 4] = ["StringEquals", "StringNotEquals", "StringLike", "StringNotLike"];

/// `CreateBackupSelection`.
pub(in crate::backup) fn create(backup: &Backup, asked: &Asked) -> Result<Value, Refusal> {
    let document = asked.body.get("BackupSelection").ok_or_else(|| Refusal::absent("BackupSelection"))?;
    let name = required(document, "SelectionName")?.to_owned();
    let role = role(asked, document)?;
    check(document)?;
    let now = backup.clock.now();
    let mut state = backup.store.open();
    let plan = state.plan_mut(asked)?;
    if let Some(there) = plan.selections.iter().find(|selection| selection.name == name) {
        return Err(Refusal::exists(format!("Backup selection {name} already exists"), there.id.clone()));
    }
    if plan.selections.len() >= SELECTIONS_MAX {
        return Err(Refusal::limit(format!("A backup plan has at most {SELECTIONS_MAX} selections.")));
    }
    let request_id = asked.text("CreatorRequestId").map(str::to_owned);
    let selection = Selection { id: uuid(), name, role, document: document.clone(), request_id, created: now };
    let answer = json!({"SelectionId": selection.id, "BackupPlanId": plan.id, "CreationDate": epoch(now)});
    plan.selections.push(selection);
    Ok(answer)
}

fn check(document: &Value) -> Result<(), Refusal> {
    let (most, most_with_wildcards) = RESOURCES_MAX;
    for list in ["Resources", "NotResources"] {
        let arns = texts(document, list);
        let has_wildcards = arns.iter().any(|arn| arn.contains('*'));
        if arns.len() > if has_wildcards { most_with_wildcards } else { most } {
            return Err(Refusal::value(format!(
                "{list} has more than {most} ARNs, or {most_with_wildcards} with wildcards."
            )));
        }
    }
    let mut tags = objects(document, "ListOfTags");
    if let Some(other) = tags.find(|tag| required(tag, "ConditionType").ok() != Some("STRINGEQUALS")) {
        return Err(Refusal::value(format!("Invalid condition type in ListOfTags: {other}")));
    }
    let conditions = document.get("Conditions").and_then(Value::as_object);
    if let Some(unknown) =
        conditions.into_iter().flat_map(|map| map.keys()).find(|key| !OPERATORS.contains(&key.as_str()))
    {
        return Err(Refusal::value(format!("Invalid condition operator: {unknown}")));
    }
    for operator in OPERATORS {
        let conditions = document.pointer(&format!("/Conditions/{operator}")).and_then(Value::as_array);
        for condition in conditions.into_iter().flatten() {
            let key = required(condition, "ConditionKey")?;
            if !key.starts_with("aws:ResourceTag/") {
                return Err(Refusal::value(format!(
                    "Invalid condition key {key}: it has to begin with aws:ResourceTag/"
                )));
            }
        }
    }
    Ok(())
}

/// `GetBackupSelection`.
pub(in crate::backup) fn get(backup: &Backup, asked: &Asked) -> Result<Value, Refusal> {
    let state = backup.store.open();
    let plan = state.plan(asked)?;
    let id = asked.route.part("selection");
    let selection = plan.selections.iter().find(|selection| selection.id == id).ok_or_else(|| missing(id))?;
    Ok(lean(json!({
        "BackupSelection": selection.document, "SelectionId": id, "BackupPlanId": plan.id,
        "CreationDate": epoch(selection.created), "CreatorRequestId": selection.request_id,
    })))
}

/// `DeleteBackupSelection`.
pub(in crate::backup) fn delete(backup: &Backup, asked: &Asked) -> Result<Value, Refusal> {
    let mut state = backup.store.open();
    let plan = state.plan_mut(asked)?;
    let (id, before) = (asked.route.part("selection"), plan.selections.len());
    plan.selections.retain(|selection| selection.id != id);
    if plan.selections.len() == before { Err(missing(id)) } else { Ok(Value::Null) }
}

/// `ListBackupSelections`.
pub(in crate::backup) fn list(backup: &Backup, asked: &Asked) -> Result<Value, Refusal> {
    let state = backup.store.open();
    let plan = state.plan(asked)?;
    let shown = |selection: &Selection| {
        lean(json!({
            "SelectionId": selection.id, "SelectionName": selection.name, "BackupPlanId": plan.id,
            "CreationDate": epoch(selection.created), "CreatorRequestId": selection.request_id,
            "IamRoleArn": selection.role,
        }))
    };
    page(asked, "BackupSelectionsList", plan.selections.iter().map(shown).collect())
}

fn missing(id: &str) -> Refusal {
    Refusal::missing(format!("Cannot find Backup selection {id}"))
}
