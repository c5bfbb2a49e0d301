//! Recovery points of tagged resources, made by AWS Backup.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::copies::Copies;
use super::drill::Drill;
use super::select::Select;
use super::{InstanceRole, PlanDuration, SecurityGroupId, SubnetId, VaultName};

/// Every resource with the tags gets a recovery point each night.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Backup {
    /// Who starts the backups.
    #[serde(default, skip_serializing_if = "StartedBy::is_nightferry")]
    pub start: StartedBy,
    /// Which resources.
    pub select: Select,
    /// The vault that holds the recovery points; its key and lock stand in the plan's `vaults`.
    pub vault: VaultName,
    /// A backup that has not begun by then expires; at least 1h (AWS's minimum), 1h unless told.
    #[serde(default = "one_hour")]
    pub start_within: PlanDuration,
    /// How long a recovery point is kept, in whole days.
    pub keep: PlanDuration,
    /// After so many whole days a recovery point moves to cold storage, where it stays for 90 days at least.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cold_after: Option<PlanDuration>,
    /// Further copies of each recovery point, each in another vault: one, or a list.
    #[serde(default, skip_serializing_if = "Copies::is_empty")]
    pub copy: Copies,
    /// What a restore may do.
    #[serde(default, skip_serializing_if = "Restore::is_plain")]
    pub restore: Restore,
    /// A restore for practice, checked and cleaned up again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drill: Option<Drill>,
}

/// Who starts the backups of a night.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StartedBy {
    /// The run, on demand.
    #[default]
    Nightferry,
    /// A backup plan of AWS Backup by its own schedule; the run expects its jobs, and starts what did not come.
    AwsBackup,
}

/// What a restore may do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Restore {
    /// The roles behind the instances' profiles, by name or ARN: only these may a restored instance be given. Without
    /// any, what had a profile is restored without one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub instance_roles: Vec<InstanceRole>,
    /// Where a restored instance is placed; the original's subnet unless told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subnet: Option<SubnetId>,
    /// Its security groups; the original's unless told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub security_groups: Vec<SecurityGroupId>,
}

impl Restore {
    /// Whether nothing is told.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        *self == Self::default()
    }
}

impl StartedBy {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
    const fn is_nightferry(&self) -> bool {
        matches!(self, Self::Nightferry)
    }
}

impl Backup {
    /// How long a recovery point is kept, in days.
    #[must_use]
    pub fn keep_days(&self) -> u64 {
        days(self.keep)
    }

    /// After how many days it moves to cold storage.
    #[must_use]
    pub fn cold_after_days(&self) -> Option<u64> {
        self.cold_after.map(days)
    }
}

/// In days; the check has refused what is not whole.
pub(crate) const fn days(length: PlanDuration) -> u64 {
    length.secs().div_ceil(86_400)
}

/// AWS Backup's shortest start window. Its own default of 8h would leave no time within a job's default of 8h.
const fn one_hour() -> PlanDuration {
    PlanDuration::from_hours(1)
}
