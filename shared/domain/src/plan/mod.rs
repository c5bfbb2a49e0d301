//! The plan file: what is protected, when, and within which limits.

mod backup;
mod carried;
mod check;
mod copies;
mod cron_field;
mod datasync;
mod drill;
mod endpoint;
mod endpoint_keys;
mod fire;
mod folder;
mod ids;
mod init;
mod job;
mod job_keys;
mod names;
mod parse;
mod problem;
mod read_error;
mod reader;
mod reader_parts;
mod replicate;
mod schedule;
mod schedule_error;
mod schema;
mod select;
mod text_type;
mod tree;
mod unclear;
mod units;
mod unscheduled;
mod vault;
mod warning;
mod yaml;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(crate) use backup::days;
pub use backup::{Backup, Restore, StartedBy};
pub use copies::{Copies, CopyTo};
pub use datasync::{DataSync, Deleted, LogDetail, Overwrite, TaskMode, Transfer, Verify};
pub use drill::{Drill, DrillCheck, FilesDrill, Pick};
pub use endpoint::{EfsEndpoint, Encryption, Endpoint, NfsEndpoint, S3Endpoint, SmbEndpoint, StorageClass};
pub use fire::{Fire, Times, fire_times};
pub use folder::{FolderPath, Prefix};
pub use ids::{
    AccessPointId, AccountId, BucketName, FileSystemId, FunctionArn, InstanceArn, InstanceId, InstanceRole,
    InstanceType, KeyArn, Region, RoleArn, SecretArn, SecurityGroupId, SubnetId, VpcEndpointId,
};
pub use init::init_text;
pub use job::{Job, NotCarried, Overlap, Protection, Retry};
pub use names::{AgentName, EmailAddress, JobName, ScheduleName, ServerName, VaultName};
pub use parse::{parse, parse_bytes};
pub use problem::{FILE_NAME, PROBLEMS_MAX, Place, PlanErrors, Problem};
pub use replicate::{Confirm, ConfirmBy, Otherwise, ReplicaSource, ReplicaTarget, Replicate};
pub use schedule::{Agent, Notify, Schedule};
pub use schedule_error::ScheduleError;
pub use schema::schema;
pub use select::{Conditions, ResourceKind, Select, Tags};
pub use text_type::InvalidText;
pub use units::{Bandwidth, ByteSize, PlanDuration};
pub use vault::{Lock, LockMode, Vault};
pub use warning::Warning;
pub use yaml::MAX_FILE_BYTES;

/// The version of the file's form that this program reads.
pub const VERSION: u32 = 1;

/// A whole plan, as `nightferry.yaml` tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// The version of the file's form: 1.
    #[schemars(range(min = 1, max = 1))]
    pub version: u32,
    /// Who gets the morning message; nobody unless told (the report is in the bucket all the same).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notify: Option<Notify>,
    /// When runs open.
    pub schedules: BTreeMap<ScheduleName, Schedule>,
    /// What is protected; at least one job.
    #[schemars(extend("minProperties" = 1))]
    pub jobs: BTreeMap<JobName, Job>,
    /// The DataSync agents that jobs refer to.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub agents: BTreeMap<AgentName, Agent>,
    /// The vaults that backup jobs name, where they need a key or a lock.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub vaults: BTreeMap<VaultName, Vault>,
    /// How long records of runs are kept, in whole days from 7d; 90d unless told.
    #[serde(default = "ninety_days")]
    pub keep_records: PlanDuration,
    /// How many jobs of a run may be under way at once: 1 to 1000, 40 unless told.
    #[serde(default = "forty_jobs")]
    #[schemars(range(min = 1, max = 1000))]
    pub concurrency: u16,
}

const fn ninety_days() -> PlanDuration {
    PlanDuration::from_days(90)
}

const fn forty_jobs() -> u16 {
    40
}
