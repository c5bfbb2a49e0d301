//! Making, showing, listing and deleting vaults.

use serde_json::{Value, json};

use super::super::Backup;
use super::super::ids::epoch;
use super::super::page::page;
use super::super::read::{Asked, map};
use super::super::refusal::Refusal;
use super::{Key, Vault};
use crate::upstream::kms;

const VAULTS_MAX: usize = 300;

/// `CreateBackupVault`.
pub(in crate::backup) async fn create(backup: &Backup, asked: &Asked) -> Result<Value, Refusal> {
    let name = checked_name(asked.route.part("vault"))?;
    let key = if let Some(arn) = asked.text("EncryptionKeyArn") {
        Key::Customers(arn.to_owned())
    } else {
        let kms = backup.upstream.seen_from(&asked.home.account, &asked.home.region);
        Key::Managed(kms::managed_key(&kms, "backup").await?)
    };
    made(backup, asked, name, key)
}

fn made(backup: &Backup, asked: &Asked, name: &str, key: Key) -> Result<Value, Refusal> {
    let request_id = asked.text("CreatorRequestId").map(str::to_owned);
    let mut state = backup.store.open();
    if let Ok(there) = state.vault(&asked.home, name) {
        return match &request_id {
            Some(token) if there.request_id.as_ref() == Some(token) => Ok(created(there)),
            Some(_) | None => Err(Refusal::exists("Backup vault with the same name already exists", there.arn())),
        };
    }
    if state.vaults.iter().filter(|vault| vault.home == asked.home).count() >= VAULTS_MAX {
        return Err(Refusal::limit(format!("A Region of an account has at most {VAULTS_MAX} backup vaults.")));
    }
    let vault = Vault {
        home: asked.home.clone(),
        name: name.to_owned(),
        created: backup.clock.now(),
        request_id,
        key,
        tags: map(&asked.body, "BackupVaultTags")?,
        policy: None,
        lock: None,
        notifications: None,
    };
    let answer = created(&vault);
    backup.tell_vault(&vault, "CREATED");
    state.vaults.push(vault);
    Ok(answer)
}

fn created(vault: &Vault) -> Value {
    json!({"BackupVaultName": vault.name, "BackupVaultArn": vault.arn(), "CreationDate": epoch(vault.created)})
}

fn checked_name(name: &str) -> Result<&str, Refusal> {
    let is_right = (2..=50).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    if is_right {
        return Ok(name);
    }
    Err(Refusal::value(format!("Invalid backup vault name {name}: it has to match ^[a-zA-Z0-9\\-\\_]{{2,50}}$")))
}

/// `DescribeBackupVault`.
pub(in crate::backup) fn describe(backup: &Backup, asked: &Asked) -> Result<Value, Refusal> {
    let state = backup.store.open();
    let vault = state.asked_vault(asked)?;
    Ok(vault.shown(state.points_in(&vault.arn()).count()))
}

/// `ListBackupVaults`.
pub(in crate::backup) fn list(backup: &Backup, asked: &Asked) -> Result<Value, Refusal> {
    let state = backup.store.open();
    let own = state.vaults.iter().filter(|vault| vault.home == asked.home);
    let shown = own.map(|vault| vault.shown(state.points_in(&vault.arn()).count())).collect();
    page(asked, "BackupVaultList", shown)
}

/// `DeleteBackupVault`: only an empty one.
pub(in crate::backup) fn delete(backup: &Backup, asked: &Asked) -> Result<Value, Refusal> {
    let mut state = backup.store.open();
    let vault = state.asked_vault(asked)?.clone();
    super::policy::check(asked, &vault, "backup:DeleteBackupVault", &vault.arn())?;
    if state.points_in(&vault.arn()).next().is_some() {
        return Err(Refusal::request("Backup vault cannot be deleted because it contains recovery points."));
    }
    state.vaults.retain(|other| other.arn() != vault.arn());
    backup.tell_vault(&vault, "DELETED");
    Ok(Value::Null)
}
