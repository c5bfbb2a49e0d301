//! Recovery points of tagged resources, made by AWS Backup.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{AccountId, PlanDuration, Region, VaultName};

/// Every resource with the tags gets a recovery point each night.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Backup {
    /// Which resources.
    pub select: Select,
    /// The vault that holds the recovery points.
    pub vault: VaultName,
    /// A backup that has not begun by then expires; at least 1h (AWS's minimum), 1h unless told.
    #[serde(default = "one_hour")]
    pub start_within: PlanDuration,
    /// How long a recovery point is kept, in whole days.
    pub keep: PlanDuration,
    /// A second copy of each recovery point, in another vault.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copy: Option<CopyTo>,
}

/// Resources of one kind that carry all of the tags.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Select {
    /// The kind of resource.
    pub resource: ResourceKind,
    /// Tag keys and values, upper and lower case as they are; a resource must carry each of them.
    #[schemars(extend("minProperties" = 1))]
    pub tag: BTreeMap<String, String>,
}

/// A kind of resource that can be selected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ResourceKind {
    /// EC2 instances, backed up as AMIs.
    Ec2,
}

/// Where the second copy of a recovery point lies: another vault, Region or account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CopyTo {
    /// The vault.
    pub vault: VaultName,
    /// The vault's Region, if another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<Region>,
    /// The vault's account, if another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// How long the copy is kept, in whole days; as long as the original unless told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep: Option<PlanDuration>,
}

/// AWS Backup's shortest start window. Its own default of 8h would leave no time within a job's default of 8h.
const fn one_hour() -> PlanDuration {
    PlanDuration::from_hours(1)
}
