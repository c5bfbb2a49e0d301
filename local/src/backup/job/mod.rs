//! Backup jobs: what is remembered of one, and what the API shows of it.

pub(super) mod calls;
pub(super) mod listing;
pub(super) mod order;
pub(super) mod status;

use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::sync::watch;

use super::ids::{epoch, lean, maybe_epoch};
use super::lifecycle::Lifecycle;
use super::read::{Home, Tags};
use order::{Creator, Order};
use status::Status;

/// One job.
#[derive(Debug, Clone)]
pub(super) struct Job {
    pub(super) id: String,
    pub(super) home: Home,
    /// What was asked for.
    pub(super) order: Order,
    pub(super) created: Timestamp,
    /// Until then it has to have started.
    pub(super) start_by: Timestamp,
    /// Until then it has to be done.
    pub(super) complete_by: Option<Timestamp>,
    pub(super) status: Status,
    /// Why it is so; nothing for a job on which there is nothing to remark.
    pub(super) message: Option<String>,
    pub(super) started: Option<Timestamp>,
    pub(super) ended: Option<Timestamp>,
    pub(super) percent: u8,
    /// Bytes of the resource's volumes, once they are known.
    pub(super) size_bytes: Option<u64>,
    pub(super) point_arn: Option<String>,
    /// The resource's tag `Name`.
    pub(super) resource_name: Option<String>,
    /// Whether somebody stopped it.
    pub(super) stop: watch::Sender<bool>,
}

impl Job {
    /// The vault's ARN.
    pub(super) fn vault_arn(&self) -> String {
        self.home.vault_arn(&self.order.vault)
    }

    /// Goes on to the next state, if that is a legal one.
    pub(super) fn enter(&mut self, next: Status, now: Timestamp) -> bool {
        if !self.status.may_become(next) {
            return false;
        }
        if next == Status::Running {
            self.started = Some(now);
        }
        if next.is_end() {
            self.ended = Some(now);
        }
        if matches!(next, Status::Completed | Status::Partial) {
            self.percent = 100;
        }
        self.status = next;
        true
    }

    /// What kind of end it was, as far as AWS's own categories are published.
    fn category(&self) -> Value {
        match (self.status, &self.message) {
            (Status::Completed, None) => json!("SUCCESS"),
            (Status::Failed, Some(message)) if message.contains("authorized") || message.contains("assumed") => {
                json!("AccessDenied")
            }
            (status, _) if status.is_end() => json!("MISCELLANEOUS"),
            _ => Value::Null,
        }
    }

    /// As `DescribeBackupJob` and `ListBackupJobs` show it.
    pub(super) fn shown(&self) -> Value {
        let order = &self.order;
        let lifecycle: &Lifecycle = &order.lifecycle;
        let moved = if self.percent == 100 { self.size_bytes.unwrap_or_default() } else { 0 };
        lean(json!({
            "AccountId": self.home.account,
            "BackupJobId": self.id,
            "BackupVaultName": order.vault,
            "BackupVaultArn": self.vault_arn(),
            "VaultType": "BACKUP_VAULT",
            "RecoveryPointArn": self.point_arn,
            "RecoveryPointLifecycle": lifecycle.shown(),
            "ResourceArn": order.resource_arn,
            "ResourceType": "EC2",
            "ResourceName": self.resource_name,
            "CreationDate": epoch(self.created),
            "InitiationDate": maybe_epoch(self.started),
            "CompletionDate": maybe_epoch(self.ended),
            "StartBy": epoch(self.start_by),
            "State": self.status.word(),
            "StatusMessage": self.message,
            "MessageCategory": self.category(),
            "PercentDone": format!("{}.0", self.percent),
            "BackupSizeInBytes": self.size_bytes,
            "BytesTransferred": moved,
            "IamRoleArn": order.role,
            "CreatedBy": order.creator.as_ref().map(Creator::shown),
            "BackupOptions": order.options,
            "IsParent": false,
            "IsEncrypted": false,
        }))
    }
}

/// The tags that the recovery point of this job gets.
pub(super) fn point_tags(job: &Job, of_resource: &Tags) -> Tags {
    let mut tags: Tags =
        of_resource.iter().filter(|(key, _)| !key.starts_with("aws:")).map(|(k, v)| (k.clone(), v.clone())).collect();
    tags.extend(job.order.tags.clone());
    let _ = tags.insert(
        "aws:backup:source-resource".to_owned(),
        format!("{}:{}", instance_id(&job.order.resource_arn), job.id),
    );
    tags
}

/// `i-...` of an instance's ARN.
pub(super) fn instance_id(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}
