//! `apply --print`: the documents alone, for who makes the resources in another way.

mod backups;
mod cloudformation;
mod logical;
mod servers;
mod terraform;

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::{
    BackupPlan, BackupSetup, BackupVault, Desired, Location, LogGroup, LogPolicy, OtherSide, Replicas, Role,
    ScheduleEntry, Setup, Task, names,
};

pub use cloudformation::cloudformation;
pub use terraform::terraform;

/// Everything that `apply` would write, as the services are told it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Documents<'a> {
    /// See [`LogGroup`].
    pub log_group: &'a LogGroup,
    /// See [`LogPolicy`].
    pub log_policy: &'a LogPolicy,
    /// One a carried job.
    pub jobs: Vec<JobDocuments<'a>>,
    /// One a schedule.
    pub schedules: &'a [ScheduleEntry],
    /// One a replicated bucket.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub replicated_buckets: Vec<ReplicatedBucket<'a>>,
    /// One a backup job.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub backups: Vec<BackupDocuments<'a>>,
    /// The vaults of backup jobs.
    #[serde(skip_serializing_if = "<[BackupVault]>::is_empty")]
    pub vaults: &'a [BackupVault],
    /// What other accounts have to allow, by their numbers.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub other_accounts: &'a BTreeMap<String, OtherSide>,
}

/// What one replicated bucket needs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReplicatedBucket<'a> {
    /// The source bucket; its versioning has to be on.
    pub bucket: &'a str,
    /// By which S3 replicates.
    pub replication_role: RoleDocuments<'a>,
    /// Our rules of its replication configuration; a priority is whatever no other rule has.
    pub rules: Vec<&'a Value>,
    /// By which S3 Batch Operations works, one a job.
    pub batch_roles: Vec<RoleDocuments<'a>>,
}

/// What one backup job needs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BackupDocuments<'a> {
    /// The job.
    pub job: &'a str,
    /// By which recovery points are made, and deleted when their time is over.
    pub backup_role: RoleDocuments<'a>,
    /// By which they are restored.
    pub restore_role: RoleDocuments<'a>,
    /// By which AWS Backup starts the backups itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backup_plan: Option<&'a BackupPlan>,
}

impl<'a> BackupDocuments<'a> {
    fn of(setup: &'a BackupSetup) -> Self {
        Self {
            job: setup.job.as_str(),
            backup_role: RoleDocuments::of(&setup.role),
            restore_role: RoleDocuments::of(&setup.restore_role),
            backup_plan: setup.plan.as_ref(),
        }
    }
}

/// What one job needs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct JobDocuments<'a> {
    /// The job.
    pub job: &'a str,
    /// The bucket access role, where the destination is a bucket.
    #[serde(flatten)]
    pub access_role: Option<RoleDocuments<'a>>,
    /// The role that reads the source bucket, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_role: Option<RoleDocuments<'a>>,
    /// The source.
    pub from: &'a Location,
    /// The destination.
    pub to: &'a Location,
    /// The task.
    pub task: &'a Task,
}

/// A role and its two documents.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RoleDocuments<'a> {
    /// Its name, with its path.
    pub role: String,
    /// Who may assume it.
    pub trust_policy: &'a Value,
    /// What it may do.
    pub role_policy: Option<&'a Value>,
}

impl<'a> RoleDocuments<'a> {
    fn of(role: &'a Role) -> Self {
        Self {
            role: format!("{}{}", names::ROLE_PATH, role.role_name),
            trust_policy: &role.assume_role_policy_document,
            role_policy: role.policy.as_ref(),
        }
    }
}

/// The documents of everything desired.
#[must_use]
pub fn documents<'a>(desired: &'a Desired, others: &'a BTreeMap<String, OtherSide>) -> Documents<'a> {
    Documents {
        log_group: &desired.log_group,
        log_policy: &desired.log_policy,
        jobs: desired.setups.iter().map(JobDocuments::of).collect(),
        schedules: &desired.schedules,
        replicated_buckets: desired.replicas.iter().map(ReplicatedBucket::of).collect(),
        backups: desired.backups.iter().map(BackupDocuments::of).collect(),
        vaults: &desired.vaults,
        other_accounts: others,
    }
}

impl<'a> ReplicatedBucket<'a> {
    fn of(replicas: &'a Replicas) -> Self {
        Self {
            bucket: &replicas.bucket,
            replication_role: RoleDocuments::of(&replicas.role),
            rules: replicas.rules.iter().map(|(_, rule)| rule).collect(),
            batch_roles: replicas.batch_roles.iter().map(|(_, role)| RoleDocuments::of(role)).collect(),
        }
    }
}

impl<'a> JobDocuments<'a> {
    fn of(setup: &'a Setup) -> Self {
        Self {
            job: setup.job.as_str(),
            access_role: setup.role.as_ref().map(RoleDocuments::of),
            source_role: setup.source_role.as_ref().map(RoleDocuments::of),
            from: &setup.from,
            to: &setup.to,
            task: &setup.task,
        }
    }
}
