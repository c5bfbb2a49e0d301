//! Restore jobs: what is remembered of one, and what the API shows of it.

pub(super) mod calls;
pub(super) mod decode;
mod launch;
pub(super) mod launch_metadata;
pub(super) mod listing;
mod told;
pub(super) mod validation;
pub(super) mod work;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::faults::{JobKind, Struck};
use super::ids::{epoch, lean, maybe_epoch};
use super::point::Point;
use super::read::{Home, Tags};
use validation::{Deletion, Validation};

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Order {
    pub(super) token: Option<String>,
    pub(super) point_arn: String,
    pub(super) role: String,
    pub(super) metadata: Tags,
    pub(super) copies_tags: bool,
}

/// A test of which a restore is part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Testing {
    pub(super) plan_arn: String,
    /// How long somebody may look at what was restored, in hours.
    pub(super) validation_hours: i64,
}

/// Where a restore job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    Pending,
    Running,
    Completed,
    Aborted,
    Failed,
}

/// All of them.
pub(super) const ALL: [Status; 5] =
    [Status::Pending, Status::Running, Status::Completed, Status::Aborted, Status::Failed];

impl Status {
    /// As the API spells it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Running => "RUNNING",
            Self::Completed => "COMPLETED",
            Self::Aborted => "ABORTED",
            Self::Failed => "FAILED",
        }
    }

    /// The state of that spelling.
    pub(super) fn read(word: &str) -> Option<Self> {
        ALL.into_iter().find(|status| status.word() == word)
    }
}

/// One job.
#[derive(Debug, Clone)]
pub(super) struct Restore {
    pub(super) id: String,
    pub(super) home: Home,
    pub(super) order: Order,
    /// The point as it was when the job was made.
    pub(super) point: Point,
    pub(super) testing: Option<Testing>,
    pub(super) created: Timestamp,
    pub(super) ended: Option<Timestamp>,
    pub(super) status: Status,
    pub(super) message: Option<String>,
    pub(super) created_arn: Option<String>,
    pub(super) validation: Option<Validation>,
    pub(super) deletion: Option<Deletion>,
}

impl Restore {
    /// As `DescribeRestoreJob` and `ListRestoreJobs` show it.
    pub(super) fn shown(&self) -> Value {
        let percent = if self.status == Status::Completed { "100.00%" } else { "0.00%" };
        let creator = self.testing.as_ref().map(|testing| json!({"RestoreTestingPlanArn": testing.plan_arn}));
        let (validation, deletion) = (self.validation.as_ref(), self.deletion.as_ref());
        lean(json!({
            "AccountId": self.home.account,
            "RestoreJobId": self.id,
            "RecoveryPointArn": self.point.arn,
            "SourceResourceArn": self.point.resource_arn,
            "BackupVaultArn": self.point.vault_arn,
            "CreationDate": epoch(self.created),
            "CompletionDate": maybe_epoch(self.ended),
            "Status": self.status.word(),
            "StatusMessage": self.message,
            "PercentDone": percent,
            "BackupSizeInBytes": self.point.size_bytes(),
            "IamRoleArn": self.order.role,
            "CreatedResourceArn": self.created_arn,
            "ResourceType": "EC2",
            "RecoveryPointCreationDate": epoch(self.point.created),
            "CreatedBy": creator,
            "ValidationStatus": validation.map(|validation| validation.status),
            "ValidationStatusMessage": validation.and_then(|validation| validation.message.clone()),
            "DeletionStatus": deletion.map(|deletion| deletion.status),
            "DeletionStatusMessage": deletion.and_then(|deletion| deletion.message.clone()),
            "IsParent": false,
        }))
    }
}

impl<'a> From<&'a Restore> for Struck<'a> {
    fn from(restore: &'a Restore) -> Self {
        Self { kind: JobKind::Restore, id: &restore.id, about: &restore.point.arn }
    }
}
