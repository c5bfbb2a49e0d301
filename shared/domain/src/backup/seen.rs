//! What AWS Backup says of its jobs and recovery points, in our words. An adapter fills it in; nothing here is guessed.

use jiff::Timestamp;

use super::{BackupState, CopyState, PointStatus};
use crate::ids::ExecutionArn;

/// A backup job, as `DescribeBackupJob` and `ListBackupJobs` tell it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupObservation {
    /// The job.
    pub execution: ExecutionArn,
    /// Where it stands; lists may lag behind Describe.
    pub state: BackupState,
    /// `StatusMessage`; a job that is COMPLETED may have one, too.
    pub message: Option<String>,
    /// `MessageCategory`: `SUCCESS`, `ACCESSDENIED` ...
    pub category: Option<String>,
    /// ARN of what is backed up.
    pub resource: Option<String>,
    /// The vault's name.
    pub vault: Option<String>,
    /// ARN of the role that it works by.
    pub role: Option<String>,
    /// ARN of what it made, or is making.
    pub recovery_point: Option<String>,
    /// `BackupSizeInBytes`
    pub bytes: Option<u64>,
    /// `PercentDone`, whole
    pub percent: Option<u8>,
    /// The backup plan that made it; a job of `StartBackupJob` has none.
    pub plan_id: Option<String>,
    /// `CreationDate`
    pub created_at: Option<Timestamp>,
    /// `StartBy`: the end of its start window.
    pub start_by: Option<Timestamp>,
    /// `CompletionDate`
    pub ended_at: Option<Timestamp>,
}

/// A recovery point in a vault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecoveryPoint {
    /// Its ARN; of a machine, the AMI's.
    pub arn: String,
    /// ARN of what it is of.
    pub resource: Option<String>,
    /// Name of the vault that holds it.
    pub vault: Option<String>,
    /// Where it stands.
    pub status: PointStatus,
    /// `StatusMessage`
    pub message: Option<String>,
    /// `BackupSizeInBytes`
    pub bytes: Option<u64>,
    /// `CreationDate`
    pub created_at: Option<Timestamp>,
    /// `CompletionDate`
    pub completed_at: Option<Timestamp>,
    /// `CalculatedLifecycle.DeleteAt`: when AWS Backup deletes it; none for one that is kept for ever.
    pub delete_at: Option<Timestamp>,
    /// `CalculatedLifecycle.MoveToColdStorageAt`
    pub cold_at: Option<Timestamp>,
}

/// A copy job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyObservation {
    /// `CopyJobId`
    pub id: String,
    /// Where it stands.
    pub state: CopyState,
    /// `StatusMessage`
    pub message: Option<String>,
    /// ARN of the recovery point that is copied.
    pub source: Option<String>,
    /// ARN of the vault that gets the copy.
    pub vault_arn: Option<String>,
    /// ARN of the copy, once there is one.
    pub copy: Option<String>,
    /// `CreationDate`
    pub created_at: Option<Timestamp>,
    /// `CompletionDate`
    pub ended_at: Option<Timestamp>,
}
