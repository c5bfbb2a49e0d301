//! Recovery points: what is remembered of one, and what the API shows of it.

pub(super) mod calls;
pub(super) mod expiry;
pub(super) mod listing;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::ids::{epoch, lean, maybe_epoch};
use super::job::order::Creator;
use super::lifecycle::Lifecycle;
use super::read::{Home, Tags};

/// A snapshot of one volume.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Snapshot {
    pub(super) device: String,
    pub(super) id: String,
    pub(super) size_gib: u64,
}

/// One recovery point: an image with its snapshots.
#[derive(Debug, Clone)]
pub(super) struct Point {
    pub(super) arn: String,
    /// The home of its vault.
    pub(super) home: Home,
    pub(super) vault: String,
    pub(super) vault_arn: String,
    /// Where it was copied from.
    pub(super) source_vault_arn: Option<String>,
    pub(super) resource_arn: String,
    pub(super) resource_name: Option<String>,
    /// The role that made it, which also has to be able to delete it.
    pub(super) role: String,
    pub(super) created: Timestamp,
    pub(super) completed: Timestamp,
    pub(super) lifecycle: Lifecycle,
    /// `COMPLETED`, `EXPIRED`.
    pub(super) status: &'static str,
    pub(super) message: Option<String>,
    pub(super) snapshots: Vec<Snapshot>,
    pub(super) tags: Tags,
    pub(super) creator: Option<Creator>,
    /// What a restore is given, as the service hands it out.
    pub(super) metadata: Tags,
    /// The image of the instance itself, from which the emulator starts the restored one.
    pub(super) source_image: String,
    pub(super) last_restored: Option<Timestamp>,
}

/// Bytes of a gibibyte.
const GIB: u64 = 1 << 30;

impl Point {
    /// `ami-...`
    pub(super) fn image_id(&self) -> &str {
        self.arn.rsplit('/').next().unwrap_or(&self.arn)
    }

    /// Bytes of its snapshots' volumes.
    pub(super) fn size_bytes(&self) -> u64 {
        self.snapshots.iter().map(|snapshot| snapshot.size_gib * GIB).sum()
    }

    /// When it goes.
    pub(super) fn delete_at(&self) -> Option<Timestamp> {
        self.lifecycle.delete_at(self.created)
    }

    /// As `DescribeRecoveryPoint` and `ListRecoveryPointsByBackupVault` show it.
    pub(super) fn shown(&self) -> Value {
        lean(json!({
            "RecoveryPointArn": self.arn,
            "BackupVaultName": self.vault,
            "BackupVaultArn": self.vault_arn,
            "SourceBackupVaultArn": self.source_vault_arn,
            "ResourceArn": self.resource_arn,
            "ResourceType": "EC2",
            "ResourceName": self.resource_name,
            "CreatedBy": self.creator.as_ref().map(Creator::shown),
            "IamRoleArn": self.role,
            "Status": self.status,
            "StatusMessage": self.message,
            "CreationDate": epoch(self.created),
            "InitiationDate": epoch(self.created),
            "CompletionDate": epoch(self.completed),
            "BackupSizeInBytes": self.size_bytes(),
            "CalculatedLifecycle": self.lifecycle.calculated(self.created),
            "Lifecycle": self.lifecycle.shown(),
            "IsEncrypted": false,
            "IsParent": false,
            "LastRestoreTime": maybe_epoch(self.last_restored),
            "VaultType": "BACKUP_VAULT",
            "IndexStatus": "INACTIVE",
        }))
    }

    /// As `ListRecoveryPointsByResource` shows it, where the size has another name.
    pub(super) fn shown_by_resource(&self) -> Value {
        lean(json!({
            "RecoveryPointArn": self.arn,
            "BackupVaultName": self.vault,
            "Status": self.status,
            "StatusMessage": self.message,
            "CreationDate": epoch(self.created),
            "BackupSizeBytes": self.size_bytes(),
            "IsParent": false,
            "ResourceName": self.resource_name,
            "VaultType": "BACKUP_VAULT",
        }))
    }
}
