//! Vaults and backup plans in both kinds of template.

use serde_json::{Map, Value, json};

use super::logical::{object, pascal, snake};
use crate::provision::{BackupPlan, BackupRule, BackupSelection, BackupVault, Desired, Lifecycle, names};

/// Logical id, type and properties.
pub(super) fn cloudformation(desired: &Desired) -> Vec<(String, &'static str, Value)> {
    let vaults = desired.vaults.iter().map(|vault| {
        (pascal(&["Vault", &vault.backup_vault_name]), "AWS::Backup::BackupVault", vault_properties(desired, vault))
    });
    let plans = desired.backups.iter().filter_map(|setup| Some((setup.job.as_str(), setup.plan.as_ref()?)));
    let plans = plans.flat_map(|(job, plan)| {
        let id = pascal(&["BackupPlan", job]);
        let tags = json!({names::STACK_TAG: desired.stack.name, names::JOB_TAG: job});
        let body = json!({"BackupPlanName": plan.backup_plan_name, "BackupPlanRule": [rule_properties(plan)]});
        let selected = json!({"BackupPlanId": {"Ref": id}, "BackupSelection": selection_properties(&plan.selection)});
        [
            (id, "AWS::Backup::BackupPlan", json!({"BackupPlan": body, "BackupPlanTags": tags})),
            (pascal(&["BackupSelection", job]), "AWS::Backup::BackupSelection", selected),
        ]
    });
    vaults.chain(plans).collect()
}

fn document(vault: &BackupVault) -> Value {
    json!({"Version": "2012-10-17", "Statement": vault.statements})
}

fn vault_properties(desired: &Desired, vault: &BackupVault) -> Value {
    let lock = vault.lock.as_ref().and_then(|lock| serde_json::to_value(lock).ok()).unwrap_or_default();
    object([
        ("BackupVaultName", vault.backup_vault_name.clone().into()),
        ("EncryptionKeyArn", json!(vault.encryption_key_arn)),
        ("LockConfiguration", without_nulls(lock)),
        ("AccessPolicy", document(vault)),
        ("BackupVaultTags", json!({names::STACK_TAG: desired.stack.name})),
    ])
}

fn rule_properties(plan: &BackupPlan) -> Value {
    let rule = &plan.rule;
    let copies: Vec<Value> = rule.copy_actions.iter().filter_map(|copy| serde_json::to_value(copy).ok()).collect();
    object([
        ("RuleName", rule.rule_name.clone().into()),
        ("TargetBackupVault", rule.target_backup_vault_name.clone().into()),
        ("ScheduleExpression", rule.schedule_expression.clone().into()),
        ("ScheduleExpressionTimezone", rule.schedule_expression_timezone.clone().into()),
        ("StartWindowMinutes", rule.start_window_minutes.into()),
        ("CompletionWindowMinutes", rule.completion_window_minutes.into()),
        ("Lifecycle", without_nulls(serde_json::to_value(rule.lifecycle).unwrap_or_default())),
        ("CopyActions", if copies.is_empty() { Value::Null } else { without_nulls(copies.into()) }),
    ])
}

fn selection_properties(selection: &BackupSelection) -> Value {
    let mut conditions = Map::new();
    for condition in &selection.conditions {
        let of = conditions.entry(condition.operator.clone()).or_insert_with(|| json!([]));
        if let Value::Array(list) = of {
            list.push(json!({"ConditionKey": condition.condition_key, "ConditionValue": condition.condition_value}));
        }
    }
    json!({
        "SelectionName": selection.selection_name,
        "IamRoleArn": selection.iam_role_arn,
        "Resources": selection.resources,
        "Conditions": conditions,
    })
}

fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let there = members.into_iter().filter(|(_, value)| !value.is_null());
            let there: Map<_, _> = there.map(|(name, value)| (name, without_nulls(value))).collect();
            if there.is_empty() { Value::Null } else { there.into() }
        }
        Value::Array(items) => items.into_iter().map(without_nulls).collect(),
        plain @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => plain,
    }
}

/// Type, name and value.
pub(super) fn terraform(desired: &Desired) -> Vec<(&'static str, String, Value)> {
    let vaults = desired.vaults.iter().flat_map(|vault| vault_resources(desired, vault));
    let plans = desired.backups.iter().filter_map(|setup| Some((setup.job.as_str(), setup.plan.as_ref()?)));
    let plans = plans.flat_map(|(job, plan)| {
        let name = snake(&[job]);
        let id = format!("$[aws_backup_plan.{name}.id]$");
        let tags = json!({names::STACK_TAG: desired.stack.name, names::JOB_TAG: job});
        let made = json!({"name": plan.backup_plan_name, "rule": [rule(&plan.rule)], "tags": tags});
        [("aws_backup_plan", name.clone(), made), ("aws_backup_selection", name, selection(&id, &plan.selection))]
    });
    vaults.chain(plans).collect()
}

fn vault_resources(desired: &Desired, vault: &BackupVault) -> Vec<(&'static str, String, Value)> {
    let name = snake(&[&vault.backup_vault_name]);
    let of = format!("$[aws_backup_vault.{name}.name]$");
    let tags = json!({names::STACK_TAG: desired.stack.name});
    let made = object([
        ("name", vault.backup_vault_name.clone().into()),
        ("kms_key_arn", json!(vault.encryption_key_arn)),
        ("tags", tags),
    ]);
    let policy = json!({"backup_vault_name": of, "policy": document(vault).to_string()});
    let lock = vault.lock.as_ref().map(|lock| {
        let value = object([
            ("backup_vault_name", of.clone().into()),
            ("min_retention_days", json!(lock.min_retention_days)),
            ("max_retention_days", json!(lock.max_retention_days)),
            ("changeable_for_days", json!(lock.changeable_for_days)),
        ]);
        ("aws_backup_vault_lock_configuration", name.clone(), value)
    });
    let both = [("aws_backup_vault", name.clone(), made), ("aws_backup_vault_policy", name, policy)];
    both.into_iter().chain(lock).collect()
}

fn rule(rule: &BackupRule) -> Value {
    let copy = |copy: &crate::provision::CopyAction| json!({"destination_vault_arn": copy.destination_backup_vault_arn, "lifecycle": lifecycle(copy.lifecycle)});
    let copies: Vec<Value> = rule.copy_actions.iter().map(copy).collect();
    object([
        ("rule_name", rule.rule_name.clone().into()),
        ("target_vault_name", format!("$[aws_backup_vault.{}.name]$", snake(&[&rule.target_backup_vault_name])).into()),
        ("schedule", rule.schedule_expression.clone().into()),
        ("schedule_expression_timezone", rule.schedule_expression_timezone.clone().into()),
        ("start_window", rule.start_window_minutes.into()),
        ("completion_window", rule.completion_window_minutes.into()),
        ("lifecycle", lifecycle(rule.lifecycle)),
        ("copy_action", if copies.is_empty() { Value::Null } else { copies.into() }),
    ])
}

fn lifecycle(lifecycle: Lifecycle) -> Value {
    object([
        ("delete_after", lifecycle.delete_after_days.into()),
        ("cold_storage_after", json!(lifecycle.move_to_cold_storage_after_days)),
    ])
}

fn selection(plan_id: &str, selection: &BackupSelection) -> Value {
    let mut conditions: Map<String, Value> = Map::new();
    for condition in &selection.conditions {
        let kind = match condition.operator.as_str() {
            "StringEquals" => "string_equals",
            "StringNotEquals" => "string_not_equals",
            "StringLike" => "string_like",
            _ => "string_not_like",
        };
        if let Value::Array(list) = conditions.entry(kind).or_insert_with(|| json!([])) {
            list.push(json!({"key": condition.condition_key, "value": condition.condition_value}));
        }
    }
    let role = snake(&[selection.iam_role_arn.rsplit('/').next().unwrap_or_default()]);
    json!({
        "plan_id": plan_id,
        "name": selection.selection_name,
        "iam_role_arn": format!("$[aws_iam_role.{role}.arn]$"),
        "resources": selection.resources,
        "condition": [conditions],
    })
}
