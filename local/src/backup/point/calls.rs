//! Showing, changing and deleting one recovery point.

use std::sync::Arc;

use serde_json::{Value, json};

use super::super::Backup;
use super::super::ids::{lean, put};
use super::super::lifecycle::Lifecycle;
use super::super::read::Asked;
use super::super::refusal::Refusal;
use super::super::store::State;
use super::super::vault::policy;
use super::{Point, expiry};

impl State {
    /// The point that a call's path names.
    pub(in crate::backup) fn asked_point(&self, asked: &Asked) -> Result<&Point, Refusal> {
        let vault = self.asked_vault(asked)?.arn();
        let arn = asked.route.part("point");
        let point = self.points.iter().find(|point| point.arn == arn && point.vault_arn == vault);
        point.ok_or_else(|| Refusal::missing(format!("Cannot find recovery point {arn}.")))
    }
}

/// `DescribeRecoveryPoint`.
pub(in crate::backup) fn describe(backup: &Backup, asked: &Asked) -> Result<Value, Refusal> {
    let mut shown = backup.store.open().asked_point(asked)?.shown();
    put(&mut shown, "StorageClass", json!("WARM"));
    Ok(shown)
}

/// `GetRecoveryPointRestoreMetadata`.
pub(in crate::backup) fn metadata(backup: &Backup, asked: &Asked) -> Result<Value, Refusal> {
    let state = backup.store.open();
    let point = state.asked_point(asked)?;
    Ok(json!({
        "BackupVaultArn": point.vault_arn, "RecoveryPointArn": point.arn,
        "RestoreMetadata": point.metadata, "ResourceType": "EC2",
    }))
}

/// `UpdateRecoveryPointLifecycle`.
pub(in crate::backup) fn update(backup: &Backup, asked: &Asked) -> Result<Value, Refusal> {
    let lifecycle = Lifecycle::read(&asked.body)?;
    let mut state = backup.store.open();
    let arn = may_change(&state, asked, "backup:UpdateRecoveryPointLifecycle")?;
    let point = state.points.iter_mut().find(|point| point.arn == arn).ok_or_else(|| Refusal::missing(arn.clone()))?;
    point.lifecycle = lifecycle;
    let answer = json!({
        "BackupVaultArn": point.vault_arn, "RecoveryPointArn": point.arn, "Lifecycle": lifecycle.shown(),
        "CalculatedLifecycle": lifecycle.calculated(point.created),
    });
    drop(state);
    backup.store.announce();
    Ok(lean(answer))
}

/// `DeleteRecoveryPoint`: under the role that made the point.
pub(in crate::backup) async fn delete(backup: &Arc<Backup>, asked: &Asked) -> Result<Value, Refusal> {
    let point = {
        let state = backup.store.open();
        let _ = may_change(&state, asked, "backup:DeleteRecoveryPoint")?;
        state.asked_point(asked)?.clone()
    };
    expiry::removed(backup, &point).await.map_err(Refusal::request)?;
    Ok(Value::Null)
}

/// The point's ARN, where the vault lets somebody change or delete it.
fn may_change(state: &State, asked: &Asked, action: &str) -> Result<String, Refusal> {
    let vault = state.asked_vault(asked)?;
    let point = state.asked_point(asked)?;
    policy::check(asked, vault, action, &point.arn)?;
    if vault.lock.is_some() {
        let message = format!(
            "Backup vault {} is locked: its recovery points can neither be deleted nor given another lifecycle.",
            vault.name
        );
        return Err(Refusal::request(message));
    }
    if point.status == "DELETING" {
        return Err(Refusal::state(format!("The recovery point {} is being deleted.", point.arn)));
    }
    Ok(point.arn.clone())
}
