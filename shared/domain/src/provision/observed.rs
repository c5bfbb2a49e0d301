//! What is there: everything that carries the stack's tags or names, and what stands in the way of it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::deployed::Deployed;
use super::{BackupRule, BackupSelection, End, Kind, Location, LogGroup, LogPolicy, Role, ScheduleEntry, Task};
use crate::ids::TaskArn;
use crate::plan::JobName;
use crate::policy::BlockPublicAccess;

/// What is there of the stack. Things of others are not in it, but for [`Observed::foreign`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Observed {
    /// DataSync's log group.
    pub log_group: Option<LogGroup>,
    /// What lets DataSync write to it.
    pub log_policy: Option<LogPolicy>,
    /// Roles with the stack's tag.
    pub roles: Vec<ObservedRole>,
    /// Locations with the stack's tag.
    pub locations: Vec<ObservedLocation>,
    /// Tasks with the stack's tag.
    pub tasks: Vec<ObservedTask>,
    /// Schedules of the stack's group that carry its mark.
    pub schedules: Vec<ScheduleEntry>,
    /// The plan in force.
    pub deployed: Option<Deployed>,
    /// Whether the stack itself (its records bucket, its schedule group) is not there.
    pub lacks_stack: bool,
    /// The buckets that replication needs or needed, by name; a bucket that is not there is not in it.
    pub buckets: BTreeMap<String, ObservedBucket>,
    /// Vaults that carry the stack's tag, or that were asked for by name.
    pub vaults: Vec<ObservedVault>,
    /// Backup plans with the stack's tag.
    pub backup_plans: Vec<ObservedPlan>,
    /// Names of the agents that DataSync has; nobody asks where no job goes through one.
    pub agents: BTreeSet<String>,
    /// Names that are taken by things which `apply` of this stack did not make.
    pub foreign: Vec<(Kind, String)>,
}

/// What a bucket is like.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ObservedBucket {
    /// Its policy, as JSON text.
    pub policy: Option<String>,
    /// `Enabled`, `Suspended`, or nothing where it never was on.
    pub versioning: Option<String>,
    /// `BucketOwnerEnforced` and the like; nothing where nobody ever chose.
    pub ownership: Option<String>,
    /// Its replication configuration, in S3's words.
    pub replication: Option<Value>,
    /// ARN of the key by which it encrypts what nobody encrypts otherwise.
    pub key: Option<String>,
    /// Whether every new object is locked for a time, so that S3 can't write a report there.
    pub locks_objects: bool,
    /// Its switches of Block Public Access; all off where nobody looked.
    pub public_access: BlockPublicAccess,
}

/// What a vault is like.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ObservedVault {
    /// Its name.
    pub name: String,
    /// Whether `apply` of this stack made it.
    pub is_ours: bool,
    /// ARN of the key that it encrypts by.
    pub key: Option<String>,
    /// Its lock.
    pub lock: Option<ObservedLock>,
    /// Its access policy, as JSON text.
    pub policy: Option<String>,
    /// How many recovery points lie in it.
    pub recovery_points: i64,
}

/// A vault's lock as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObservedLock {
    /// Days.
    pub min_retention_days: Option<i64>,
    /// Days.
    pub max_retention_days: Option<i64>,
    /// See [`Hold`].
    pub hold: Hold,
}

/// Who can take a lock off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hold {
    /// Whoever has the permission (governance).
    Governance,
    /// Whoever has the permission, until then; after it nobody (compliance).
    CoolingOff(jiff::Timestamp),
    /// Nobody any more.
    ForEver,
}

/// A backup plan of the stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObservedPlan {
    /// AWS Backup's id of it.
    pub id: String,
    /// The job that it was made for.
    pub job: JobName,
    /// Its name.
    pub name: String,
    /// Its rules; ours has one.
    pub rules: Vec<BackupRule>,
    /// Its selections, by id; ours has one.
    pub selections: Vec<(String, BackupSelection)>,
}

/// A role of the stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObservedRole {
    /// The job that it was made for.
    pub job: JobName,
    /// The role.
    pub role: Role,
}

/// A location of the stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObservedLocation {
    /// Its ARN.
    pub arn: String,
    /// The job that it was made for.
    pub job: JobName,
    /// Its settings.
    pub location: Location,
}

/// A task of the stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObservedTask {
    /// Its ARN.
    pub arn: TaskArn,
    /// The job that it was made for.
    pub job: JobName,
    /// ARN of the source location.
    pub from: String,
    /// ARN of the destination location.
    pub to: String,
    /// Its settings.
    pub task: Task,
    /// Whether an execution runs or waits, so that it can't be deleted.
    pub is_busy: bool,
}

impl Observed {
    /// The location with this ARN, if it is one of ours.
    #[must_use]
    pub fn location(&self, arn: &str) -> Option<&ObservedLocation> {
        self.locations.iter().find(|location| location.arn == arn)
    }

    /// Which end of its job a location is: what a task says, else what it was made like. A file system is written only
    /// where a file server is read.
    #[must_use]
    pub fn end_of(&self, location: &ObservedLocation) -> End {
        let of_task = |task: &ObservedTask| match &location.arn {
            arn if arn == &task.from => Some(End::From),
            arn if arn == &task.to => Some(End::To),
            _ => None,
        };
        let of_a_server = |other: &ObservedLocation| other.job == location.job && other.location.agent_name().is_some();
        self.tasks.iter().find_map(of_task).unwrap_or_else(|| match &location.location {
            Location::Efs(_) if self.locations.iter().any(of_a_server) => End::To,
            made @ (Location::Efs(_) | Location::S3(_) | Location::Nfs(_) | Location::Smb(_)) => made.end(),
        })
    }

    /// Whether the plan in force names this task.
    #[must_use]
    pub fn is_deployed(&self, task: &TaskArn) -> bool {
        let plan = self.deployed.as_ref().and_then(|deployed| deployed.plan.as_ref());
        plan.is_some_and(|plan| plan.job_with_task(task).is_some())
    }
}
