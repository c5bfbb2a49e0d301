//! Lists of recovery points: by vault, by resource, and the resources that have any.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::super::Backup;
use super::super::ids::{epoch, lean};
use super::super::job::listing::is_within;
use super::super::page::page;
use super::super::read::Asked;
use super::super::refusal::Refusal;
use super::Point;

/// `ListRecoveryPointsByBackupVault`: newest first.
pub(in crate::backup) fn by_vault(backup: &Backup, asked: &Asked) -> Result<Value, Refusal> {
    let created = (asked.queried_time("createdAfter")?, asked.queried_time("createdBefore")?);
    let state = backup.store.open();
    let vault = state.asked_vault(asked)?.arn();
    let mut points: Vec<&Point> = state
        .points_in(&vault)
        .filter(|point| passes(asked, point) && is_within(Some(point.created), created))
        .collect();
    points.sort_by_key(|point| Reverse(point.created));
    page(asked, "RecoveryPoints", points.into_iter().map(Point::shown).collect())
}

fn passes(asked: &Asked, point: &Point) -> bool {
    let plan = point.creator.as_ref().map(|creator| creator.plan_id.as_str());
    asked.queried("resourceArn").is_none_or(|wanted| wanted == point.resource_arn)
        && asked.queried("resourceType").is_none_or(|wanted| wanted == "EC2")
        && asked.queried("backupPlanId").is_none_or(|wanted| plan == Some(wanted))
        && asked.queried("parentRecoveryPointArn").is_none()
}

/// `ListRecoveryPointsByResource`: newest first, of every vault of the account in the Region.
pub(in crate::backup) fn by_resource(backup: &Backup, asked: &Asked) -> Result<Value, Refusal> {
    let resource = asked.route.part("resource");
    let state = backup.store.open();
    let mut points: Vec<&Point> =
        state.points.iter().filter(|point| point.home == asked.home && point.resource_arn == resource).collect();
    points.sort_by_key(|point| Reverse(point.created));
    page(asked, "RecoveryPoints", points.into_iter().map(Point::shown_by_resource).collect())
}

/// `ListProtectedResources`.
pub(in crate::backup) fn resources(backup: &Backup, asked: &Asked) -> Result<Value, Refusal> {
    let state = backup.store.open();
    let mut newest: BTreeMap<&str, &Point> = BTreeMap::new();
    for point in state.points.iter().filter(|point| point.home == asked.home) {
        let known = newest.entry(&point.resource_arn).or_insert(point);
        if known.created < point.created {
            *known = point;
        }
    }
    let shown = |point: &&Point| {
        lean(json!({
            "ResourceArn": point.resource_arn, "ResourceType": "EC2", "ResourceName": point.resource_name,
            "LastBackupTime": epoch(point.completed), "LastBackupVaultArn": point.vault_arn,
            "LastRecoveryPointArn": point.arn,
        }))
    };
    page(asked, "Results", newest.values().map(shown).collect())
}
