//! How the machines of a plan's job are made again: what `apply` leaves for a restore.

use serde::{Deserialize, Serialize};

use super::drill::Drill;
use crate::plan::ScheduleName;

/// By which role, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestorePlace {
    /// Role by which AWS Backup makes new machines: another than the one that backs up.
    pub role: String,
    /// Where a new machine stands, unless the person says; the original's where neither does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subnet: Option<String>,
    /// Its security groups, in the same way.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub security_groups: Vec<String>,
    /// How it is rehearsed, where the plan says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drill: Option<DrillPlace>,
}

/// Where a rehearsal's machine stands: apart from everything that it could disturb.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrillPlace {
    /// The scratch subnet.
    pub subnet: String,
    /// Its one security group.
    pub security_group: String,
    /// Another type than the original's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance_type: Option<String>,
    /// Whether any whole point is taken instead of the latest.
    #[serde(default)]
    pub picks_randomly: bool,
    /// A function of the user's that looks into the machine; ARN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check_function: Option<String>,
    /// A program that looks into the machine, and its arguments, on the machine of whoever calls `nightferry drill`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub check_command: Vec<String>,
    /// The schedule by which it is done without anybody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<ScheduleName>,
}

impl DrillPlace {
    /// What is checked beyond what EC2 says.
    #[must_use]
    pub fn checks(&self) -> Drill {
        Drill { check_function: self.check_function.clone(), check_command: self.check_command.clone() }
    }
}
