//! Making, showing, changing and deleting restore testing plans.

use serde_json::{Value, json};

use super::super::Backup;
use super::super::ids::{epoch, put, uuid};
use super::super::page::page;
use super::super::plan::rule::schedule;
use super::super::read::{Asked, map, required, text, texts, whole};
use super::super::refusal::Refusal;
use super::super::restore::launch_metadata;
use super::{Rules, TestPlan};

/// Days back that points are looked for: least, usual, most.
const WINDOW_DAYS: (i64, i64, i64) = (1, 30, 365);
/// Hours within which restores start: least, usual, most.
const START_HOURS: (i64, i64, i64) = (1, 24, 168);

/// `CreateRestoreTestingPlan`.
pub(in crate::backup) fn create(backup: &Backup, asked: &Asked) -> Result<Value, Refusal> {
    let document = plan(asked)?;
    let name = checked_name(required(document, "RestoreTestingPlanName")?)?.to_owned();
    let rules = rules(document)?;
    let request_id = asked.text("CreatorRequestId").map(str::to_owned);
    let tags = map(&asked.body, "Tags")?;
    let now = backup.clock.now();
    let mut state = backup.store.open();
    let same = |plan: &&TestPlan| plan.home == asked.home && plan.name == name;
    if let Some(there) = state.tests.iter().find(same) {
        let is_same = request_id.is_some() && there.request_id == request_id;
        let message = format!("Restore testing plan {name} already exists");
        return if is_same { Ok(made(there)) } else { Err(Refusal::exists(message, there.arn.clone())) };
    }
    let arn = asked.home.arn(&format!("restore-testing-plan:{name}-{}", uuid()));
    let (home, selections) = (asked.home.clone(), Vec::new());
    let plan = TestPlan {
        home,
        name,
        arn,
        rules,
        request_id,
        tags,
        selections,
        created: now,
        updated: None,
        fired: None,
        seen: now,
    };
    let answer = made(&plan);
    state.tests.push(plan);
    Ok(answer)
}

fn plan(asked: &Asked) -> Result<&Value, Refusal> {
    asked.body.get("RestoreTestingPlan").ok_or_else(|| Refusal::absent("RestoreTestingPlan"))
}

fn made(plan: &TestPlan) -> Value {
    json!({
        "CreationTime": epoch(plan.created), "RestoreTestingPlanArn": plan.arn, "RestoreTestingPlanName": plan.name,
    })
}

/// A name of letters, digits and underscores.
pub(super) fn checked_name(name: &str) -> Result<&str, Refusal> {
    let is_right = name.len() <= 50 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if is_right { Ok(name) } else { Err(Refusal::value(format!("Invalid name {name}: letters, digits and _ only."))) }
}

fn rules(document: &Value) -> Result<Rules, Refusal> {
    let points = document.get("RecoveryPointSelection").ok_or_else(|| Refusal::absent("RecoveryPointSelection"))?;
    let is_random = match required(points, "Algorithm")? {
        "LATEST_WITHIN_WINDOW" => false,
        "RANDOM_WITHIN_WINDOW" => true,
        other => return Err(Refusal::value(format!("Invalid algorithm: {other}"))),
    };
    let include = texts(points, "IncludeVaults");
    if include.is_empty() {
        return Err(Refusal::absent("IncludeVaults"));
    }
    if texts(points, "RecoveryPointTypes").is_empty() {
        return Err(Refusal::absent("RecoveryPointTypes"));
    }
    let cron = required(document, "ScheduleExpression")?.to_owned();
    let timezone = text(document, "ScheduleExpressionTimezone").unwrap_or("Etc/UTC").to_owned();
    let wrong = |error: &dyn std::fmt::Display| Refusal::value(format!("Invalid schedule expression {cron}: {error}"));
    let _ = schedule(&cron, &timezone).map_err(|error| wrong(&error))?.times().map_err(|error| wrong(&error))?;
    let (least, usual, most) = WINDOW_DAYS;
    let window_days = whole(points, "SelectionWindowDays", least, most)?.unwrap_or(usual);
    let (least, usual, most) = START_HOURS;
    let start_hours = whole(document, "StartWindowHours", least, most)?.unwrap_or(usual);
    let (exclude, points) = (texts(points, "ExcludeVaults"), points.clone());
    Ok(Rules { is_random, include, exclude, window_days, points, cron, timezone, start_hours })
}

/// `UpdateRestoreTestingPlan`.
pub(in crate::backup) fn update(backup: &Backup, asked: &Asked) -> Result<Value, Refusal> {
    let changed = plan(asked)?;
    let now = backup.clock.now();
    let mut state = backup.store.open();
    let plan = state.test_plan(asked)?;
    let mut document = full(plan);
    for (name, value) in changed.as_object().into_iter().flatten() {
        put(&mut document, name, value.clone());
    }
    plan.rules = rules(&document)?;
    plan.updated = Some(now);
    let mut answer = made(plan);
    put(&mut answer, "UpdateTime", epoch(now));
    Ok(answer)
}

fn full(plan: &TestPlan) -> Value {
    let mut shown = plan.listed();
    put(&mut shown, "RecoveryPointSelection", plan.rules.points.clone());
    shown
}

/// `GetRestoreTestingPlan`.
pub(in crate::backup) fn get(backup: &Backup, asked: &Asked) -> Result<Value, Refusal> {
    Ok(json!({"RestoreTestingPlan": full(backup.store.open().test_plan(asked)?)}))
}

/// `ListRestoreTestingPlans`.
pub(in crate::backup) fn list(backup: &Backup, asked: &Asked) -> Result<Value, Refusal> {
    let state = backup.store.open();
    let own = state.tests.iter().filter(|plan| plan.home == asked.home);
    page(asked, "RestoreTestingPlans", own.map(TestPlan::listed).collect())
}

/// `DeleteRestoreTestingPlan`: only one without selections.
pub(in crate::backup) fn delete(backup: &Backup, asked: &Asked) -> Result<Value, Refusal> {
    let mut state = backup.store.open();
    let plan = state.test_plan(asked)?;
    if !plan.selections.is_empty() {
        return Err(Refusal::request(
            "Related restore testing selections must be deleted prior to the plan's deletion",
        ));
    }
    let arn = plan.arn.clone();
    state.tests.retain(|plan| plan.arn != arn);
    Ok(Value::Null)
}

/// `GetRestoreTestingInferredMetadata`.
pub(in crate::backup) fn inferred(backup: &Backup, asked: &Asked) -> Result<Value, Refusal> {
    let named = |name: &str| asked.queried(name).ok_or_else(|| Refusal::absent(name));
    let (vault, arn) = (named("BackupVaultName")?, named("RecoveryPointArn")?);
    let state = backup.store.open();
    let vault = state.vault(&asked.home, vault)?.arn();
    let point = state.points.iter().find(|point| point.vault_arn == vault && point.arn == arn);
    let point = point.ok_or_else(|| Refusal::missing(format!("Cannot find recovery point {arn}.")))?;
    Ok(json!({"InferredMetadata": launch_metadata::inferred(point)}))
}
