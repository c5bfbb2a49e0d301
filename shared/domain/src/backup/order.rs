//! What a backup job is ordered to do. The same attempt always gives the same order: that is what makes a repeated
//! `StartBackupJob` safe.

use std::collections::BTreeMap;

use super::CopyPlace;
use crate::ids::{ATTEMPT_TAG, AttemptId};
use crate::job::Job;

/// `StartBackupJob`, in our words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupOrder {
    /// `IdempotencyToken`: the attempt's id.
    pub token: String,
    /// ARN of the machine.
    pub resource: String,
    /// The vault's name.
    pub vault: String,
    /// ARN of the role that AWS Backup works by.
    pub role: String,
    /// In minutes.
    pub start_within_mins: u32,
    /// In minutes.
    pub complete_within_mins: u32,
    /// `Lifecycle.DeleteAfterDays`
    pub keep_days: u32,
    /// `Lifecycle.MoveToColdStorageAfterDays`
    pub cold_after_days: Option<u32>,
    /// Tags of the recovery point: by them a person knows whose it is.
    pub tags: BTreeMap<String, String>,
}

/// `StartCopyJob`, in our words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyOrder {
    /// `IdempotencyToken`: the attempt's id and the vault.
    pub token: String,
    /// ARN of the recovery point.
    pub recovery_point: String,
    /// Name of the vault that holds it.
    pub vault: String,
    /// Where the copy goes.
    pub to: CopyPlace,
    /// ARN of the role that AWS Backup works by.
    pub role: String,
}

impl BackupOrder {
    /// The order of an attempt; `None` for a job that backs up no machine.
    #[must_use]
    pub fn of(job: &Job, number: u32) -> Option<Self> {
        let work = job.spec.work.backup()?;
        let attempt = job.attempt_id(number);
        Some(Self {
            token: attempt.to_string(),
            resource: work.machine.as_ref()?.arn.clone(),
            vault: work.vault.clone(),
            role: work.role.clone(),
            start_within_mins: work.start_within_mins,
            complete_within_mins: work.complete_within_mins,
            keep_days: work.keep_days,
            cold_after_days: work.cold_after_days,
            tags: BTreeMap::from([(ATTEMPT_TAG.to_owned(), attempt.to_string())]),
        })
    }
}

impl CopyOrder {
    /// The order of a copy that nobody has started yet.
    #[must_use]
    pub fn of(job: &Job, attempt: &AttemptId, recovery_point: &str, to: &CopyPlace) -> Option<Self> {
        let work = job.spec.work.backup()?;
        let scope = crate::provision::names::hex_digest(to.vault_arn.as_bytes()).chars().take(16).collect::<String>();
        Some(Self {
            token: format!("{attempt}/{scope}"),
            recovery_point: recovery_point.to_owned(),
            vault: work.vault.clone(),
            to: to.clone(),
            role: work.role.clone(),
        })
    }
}
