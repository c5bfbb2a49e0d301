//! A DataSync transfer: from where to where, and with which of the task's options.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Bandwidth, Endpoint, FilesDrill};

/// Files or objects copied by a DataSync task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DataSync {
    /// What is copied.
    pub from: Endpoint,
    /// Where the copy lies.
    pub to: Endpoint,
    /// Only what differs, or everything every night.
    #[serde(default)]
    pub transfer: Transfer,
    /// What DataSync compares after copying.
    #[serde(default)]
    pub verify: Verify,
    /// Whether files at the destination that differ are replaced.
    #[serde(default)]
    pub overwrite: Overwrite,
    /// What becomes of destination files that the source no longer has.
    #[serde(default)]
    pub deleted: Deleted,
    /// The second word that `deleted: remove` needs: this job may delete files at the destination.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub allow_delete: bool,
    /// The most the transfer may use; without it, all there is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bandwidth: Option<Bandwidth>,
    /// What DataSync writes to CloudWatch Logs.
    #[serde(default)]
    pub log: LogDetail,
    /// Only these patterns, such as `/projects*`; all unless told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub include: Vec<String>,
    /// Not these patterns, such as `*/.snapshot`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exclude: Vec<String>,
    /// The task mode; EFS, NFS and SMB need basic.
    #[serde(default)]
    pub mode: TaskMode,
    /// The copy of a file system brought back for practice by a schedule; only by `nightferry drill` unless told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drill: Option<FilesDrill>,
}

/// DataSync's `TransferMode`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Transfer {
    /// Only what differs from the destination.
    #[default]
    Changed,
    /// Everything, without looking at the destination.
    All,
}

/// DataSync's `VerifyMode`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Verify {
    /// What this execution copied (`ONLY_FILES_TRANSFERRED`).
    #[default]
    Transferred,
    /// The whole of both sides (`POINT_IN_TIME_CONSISTENT`); basic mode only, and not to archive classes.
    PointInTime,
    /// Nothing: the copy is then never reported as verified.
    None,
}

/// DataSync's `OverwriteMode`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Overwrite {
    /// The source wins.
    #[default]
    Always,
    /// What lies at the destination stays, even if the source has changed since.
    Never,
}

/// DataSync's `PreserveDeletedFiles`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Deleted {
    /// The destination keeps what the source has lost.
    #[default]
    Keep,
    /// The destination loses it too; needs `allow_delete: true`.
    Remove,
}

/// DataSync's `LogLevel`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LogDetail {
    /// No log.
    Off,
    /// Errors (`BASIC`).
    #[default]
    Errors,
    /// Every file (`TRANSFER`); with millions of files this log costs more than the transfer.
    All,
}

/// DataSync's `TaskMode`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum TaskMode {
    /// Any locations; up to 25 million items an execution between AWS services.
    #[default]
    Basic,
    /// S3 to S3 only; no limit of items, and counts of failed objects.
    Enhanced,
}
