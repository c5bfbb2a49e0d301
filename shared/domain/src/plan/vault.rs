//! Vaults: what holds recovery points, and how well it holds them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{KeyArn, PlanDuration, RoleArn};

/// A vault that jobs name. One that is named only by jobs has AWS Backup's own key and no lock.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Vault {
    /// The key that it encrypts by; can't be changed later. Copies to another account need one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kms_key: Option<KeyArn>,
    /// What keeps recovery points from being deleted before their time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lock: Option<Lock>,
    /// The roles that may delete recovery points by hand; nobody unless told. Their own time ends them all the same.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub may_delete: Vec<RoleArn>,
}

/// A vault lock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Lock {
    /// The shortest time that a recovery point may be kept, in whole days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_keep: Option<PlanDuration>,
    /// The longest time, in whole days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_keep: Option<PlanDuration>,
    /// Who may take it off again.
    #[serde(default)]
    pub mode: LockMode,
    /// Of `compliance` only: for how long it can still be taken off, in whole days from 3d; 3d unless told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changeable_for: Option<PlanDuration>,
}

/// Who may take a lock off.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LockMode {
    /// Whoever has the permission.
    #[default]
    Governance,
    /// Nobody, not AWS either, once `changeable_for` is over: for ever.
    Compliance,
}
