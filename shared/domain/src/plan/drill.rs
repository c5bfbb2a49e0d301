//! A drill: a restore for practice, which is checked and cleaned up again whatever happens.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{FolderPath, FunctionArn, InstanceType, ScheduleName, SecurityGroupId, SubnetId};

/// How a recovery point is restored for practice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Drill {
    /// Where the instance is placed: a subnet from which nothing of production can be reached.
    pub subnet: SubnetId,
    /// Its one security group.
    pub security_group: SecurityGroupId,
    /// What it runs on; the original's type unless told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance_type: Option<InstanceType>,
    /// Which recovery point.
    #[serde(default)]
    pub pick: Pick,
    /// What looks at the restored content; AWS's own view of the instance is looked at always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<DrillCheck>,
    /// When it is done by itself: a name from `schedules`. Only by `nightferry drill` unless told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<ScheduleName>,
}

/// When, and into which folder, the copy of a file system is brought back for practice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FilesDrill {
    /// When: a name from `schedules`; between two nights, for a drill waits for a night that still writes the copy.
    pub schedule: ScheduleName,
    /// A scratch folder of the file system that is copied. It has to be there; what comes back stays in it, and is written
    /// over by the next drill. Nothing that a job backs up may lie in it, and where it lies in what a job backs up, that
    /// job's `exclude` has to name it.
    pub to: FolderPath,
}

/// Which recovery point a drill restores.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Pick {
    /// The newest good one.
    #[default]
    Latest,
    /// Any good one.
    Random,
}

/// Who looks at the restored content; one of the two.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("oneOf" = [{ "required": ["lambda"] }, { "required": ["command"] }]))]
pub struct DrillCheck {
    /// A function of this account that carries the tag `nightferry` = `drill-check`. It is given `run_id`, `job`, `machine`
    /// (the restored instance), `original` and `recovery_point`, and answers `{"passed": true, "said": "..."}`, or false
    /// where the content is wrong. Whatever else it answers, and a failure, is no pass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lambda: Option<FunctionArn>,
    /// A program and its arguments, run without a shell on the machine of whoever calls `nightferry drill`, for at most 15
    /// minutes. It is told `NIGHTFERRY_RUN`, `NIGHTFERRY_JOB`, `NIGHTFERRY_INSTANCE`, `NIGHTFERRY_ORIGINAL` and
    /// `NIGHTFERRY_RECOVERY_POINT`, and ends with 0, or with another code where the content is wrong.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub command: Vec<String>,
}
