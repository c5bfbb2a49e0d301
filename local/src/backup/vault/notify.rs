//! A vault's notifications: which of its events go to which topic.

use serde_json::{Value, json};

use super::super::Backup;
use super::super::read::{Asked, texts};
use super::super::refusal::Refusal;

/// What can be asked for.
const EVENTS: [&str; 15] = [
    "BACKUP_JOB_STARTED",
    "BACKUP_JOB_COMPLETED",
    "BACKUP_JOB_SUCCESSFUL",
    "BACKUP_JOB_FAILED",
    "BACKUP_JOB_EXPIRED",
    "RESTORE_JOB_STARTED",
    "RESTORE_JOB_COMPLETED",
    "RESTORE_JOB_SUCCESSFUL",
    "RESTORE_JOB_FAILED",
    "COPY_JOB_STARTED",
    "COPY_JOB_SUCCESSFUL",
    "COPY_JOB_FAILED",
    "RECOVERY_POINT_MODIFIED",
    "BACKUP_PLAN_CREATED",
    "BACKUP_PLAN_MODIFIED",
];

/// Who is told of what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::backup) struct Notifications {
    pub(in crate::backup) topic_arn: String,
    pub(in crate::backup) events: Vec<String>,
}

/// `PutBackupVaultNotifications`.
pub(in crate::backup) fn put(backup: &Backup, asked: &Asked) -> Result<Value, Refusal> {
    let topic_arn = asked.required("SNSTopicArn")?.to_owned();
    if !topic_arn.starts_with("arn:") || !topic_arn.contains(":sns:") {
        return Err(Refusal::value(format!("Invalid ARN: {topic_arn} is not the ARN of a topic.")));
    }
    let events = texts(&asked.body, "BackupVaultEvents");
    if events.is_empty() {
        return Err(Refusal::absent("BackupVaultEvents"));
    }
    if let Some(unknown) = events.iter().find(|event| !EVENTS.contains(&event.as_str())) {
        return Err(Refusal::value(format!("Invalid vault event: {unknown}")));
    }
    backup.store.open().vault_mut(&asked.home, asked.route.part("vault"))?.notifications =
        Some(Notifications { topic_arn, events });
    Ok(Value::Null)
}

/// `GetBackupVaultNotifications`.
pub(in crate::backup) fn get(backup: &Backup, asked: &Asked) -> Result<Value, Refusal> {
    let state = backup.store.open();
    let vault = state.asked_vault(asked)?;
    let missing = || Refusal::missing(format!("Backup vault {} has no notifications.", vault.name));
    let told = vault.notifications.as_ref().ok_or_else(missing)?;
    Ok(json!({
        "BackupVaultName": vault.name, "BackupVaultArn": vault.arn(),
        "SNSTopicArn": told.topic_arn, "BackupVaultEvents": told.events,
    }))
}

/// `DeleteBackupVaultNotifications`.
pub(in crate::backup) fn delete(backup: &Backup, asked: &Asked) -> Result<Value, Refusal> {
    backup.store.open().vault_mut(&asked.home, asked.route.part("vault"))?.notifications = None;
    Ok(Value::Null)
}
