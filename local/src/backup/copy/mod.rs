//! Copy jobs: a recovery point into another vault, of this Region and account or of another one.

pub(super) mod calls;
mod made;
mod told;
mod work;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::faults::{JobKind, Struck};
use super::ids::{epoch, lean, maybe_epoch};
use super::job::order::Creator;
use super::lifecycle::Lifecycle;
use super::point::Point;
use super::read::Home;

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Order {
    pub(super) token: Option<String>,
    pub(super) point_arn: String,
    pub(super) vault_arn: String,
    pub(super) role: String,
    pub(super) lifecycle: Lifecycle,
}

/// Where a copy job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    Created,
    Running,
    Completed,
    Failed,
    Partial,
}

/// All of them.
pub(super) const ALL: [Status; 5] =
    [Status::Created, Status::Running, Status::Completed, Status::Failed, Status::Partial];

impl Status {
    /// As the API spells it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Created => "CREATED",
            Self::Running => "RUNNING",
            Self::Completed => "COMPLETED",
            Self::Failed => "FAILED",
            Self::Partial => "PARTIAL",
        }
    }

    /// The state of that spelling.
    pub(super) fn read(word: &str) -> Option<Self> {
        ALL.into_iter().find(|status| status.word() == word)
    }
}

/// One job.
#[derive(Debug, Clone)]
pub(super) struct CopyJob {
    pub(super) id: String,
    /// The home of the source.
    pub(super) home: Home,
    pub(super) order: Order,
    /// The point as it was when the job was made.
    pub(super) point: Point,
    /// The backup job whose rule wanted the copy.
    pub(super) by_job: Option<String>,
    pub(super) creator: Option<Creator>,
    pub(super) created: Timestamp,
    pub(super) ended: Option<Timestamp>,
    pub(super) status: Status,
    pub(super) message: Option<String>,
    pub(super) copied_arn: Option<String>,
}

impl CopyJob {
    /// As the API shows it.
    pub(super) fn shown(&self) -> Value {
        let category = match (self.status, &self.message) {
            (Status::Completed, None) => json!("SUCCESS"),
            (Status::Failed, Some(message)) if message.contains("ccess") || message.contains("authorized") => {
                json!("AccessDenied")
            }
            (Status::Created | Status::Running, _) => Value::Null,
            (Status::Completed | Status::Failed | Status::Partial, _) => json!("MISCELLANEOUS"),
        };
        lean(json!({
            "AccountId": self.home.account,
            "CopyJobId": self.id,
            "SourceBackupVaultArn": self.point.vault_arn,
            "SourceRecoveryPointArn": self.point.arn,
            "DestinationBackupVaultArn": self.order.vault_arn,
            "DestinationVaultType": "BACKUP_VAULT",
            "DestinationRecoveryPointArn": self.copied_arn,
            "DestinationRecoveryPointLifecycle": self.order.lifecycle.shown(),
            "ResourceArn": self.point.resource_arn,
            "ResourceName": self.point.resource_name,
            "ResourceType": "EC2",
            "CreationDate": epoch(self.created),
            "CompletionDate": maybe_epoch(self.ended),
            "State": self.status.word(),
            "StatusMessage": self.message,
            "MessageCategory": category,
            "BackupSizeInBytes": self.point.size_bytes(),
            "IamRoleArn": self.order.role,
            "CreatedBy": self.creator.as_ref().map(Creator::shown),
            "CreatedByBackupJobId": self.by_job,
            "IsParent": false,
        }))
    }
}

impl<'a> From<&'a CopyJob> for Struck<'a> {
    fn from(job: &'a CopyJob) -> Self {
        Self { kind: JobKind::Copy, id: &job.id, about: &job.point.arn }
    }
}
