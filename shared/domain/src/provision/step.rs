//! One call to a service, as a value: what `apply` and `destroy` will do, told before it is done.

use serde_json::Value;

use super::{
    BackupPlan, BackupSelection, BackupVault, End, Location, LogGroup, LogPolicy, Role, ScheduleEntry, Task, VaultLock,
};
use crate::ids::TaskArn;
use crate::plan::JobName;

/// One step. Each is one request (or one that is repeated until it is true), and each leaves a state that the next
/// `apply` recognises.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Makes the log group, tagged.
    CreateLogGroup(LogGroup),
    /// Sets its retention.
    SetRetention(LogGroup),
    /// Makes or replaces the log resource policy.
    PutLogPolicy(LogPolicy),
    /// Makes a role, tagged, without its policy.
    CreateRole(JobName, Role),
    /// Replaces its trust policy.
    SetTrust(Role),
    /// Makes or replaces its inline policy.
    PutRolePolicy(Role),
    /// Makes a location, tagged.
    CreateLocation(JobName, End, Location),
    /// Makes a task, tagged.
    CreateTask(JobName, Task, LocationRef, LocationRef),
    /// Sets a task's options, filters, log and report.
    UpdateTask(TaskArn, Task),
    /// Turns a bucket's versioning on.
    EnableVersioning(BucketOf),
    /// Replaces a bucket's replication configuration, in S3's words.
    PutReplication(BucketOf, Value),
    /// Takes our rules out of a bucket's replication configuration: what stays of it, or nothing.
    RemoveRules(BucketOf, Option<Value>),
    /// Replaces a bucket's policy.
    PutBucketPolicy(BucketOf, String),
    /// Deletes a bucket's policy, which held our statements only.
    DeleteBucketPolicy(BucketOf),
    /// Turns a bucket's ACLs off (bucket owner enforced).
    TurnAclsOff(BucketOf),
    /// Makes a vault, tagged, without lock and policy.
    CreateVault(BackupVault),
    /// Locks a vault, by name, or changes its lock.
    PutVaultLock(String, VaultLock),
    /// Takes a vault's lock off, by name.
    DeleteVaultLock(String),
    /// Replaces a vault's access policy.
    PutVaultPolicy(VaultOf, String),
    /// Deletes a vault's access policy, which held our statements only.
    DeleteVaultPolicy(VaultOf),
    /// Makes a backup plan, tagged, without its selection.
    CreateBackupPlan(JobName, BackupPlan),
    /// Sets the rule of a backup plan, by id.
    UpdateBackupPlan(String, BackupPlan),
    /// Makes the selection of a backup plan.
    CreateSelection(PlanRef, BackupSelection),
    /// Deletes a selection: ids of plan and selection.
    DeleteSelection(String, String),
    /// Deletes a backup plan, by id.
    DeleteBackupPlan(String),
    /// Deletes a vault, by name: one that holds nothing.
    DeleteVault(String),
    /// Writes the deployed plan, then the pointer to it.
    PublishPlan,
    /// Makes a schedule.
    CreateSchedule(ScheduleEntry),
    /// Sets everything of a schedule.
    UpdateSchedule(ScheduleEntry),
    /// Deletes a schedule of the stack's group, by name.
    DeleteSchedule(String),
    /// Removes the pointer to the deployed plan.
    WithdrawPlan,
    /// Deletes a task.
    DeleteTask(TaskArn),
    /// Deletes a location, by ARN.
    DeleteLocation(String),
    /// Deletes a role with its inline policy, by name.
    DeleteRole(String),
    /// Deletes the log resource policy, by name.
    DeleteLogPolicy(String),
    /// Deletes the log group with what is in it, by name.
    DeleteLogGroup(String),
}

/// A bucket with its owner: S3 refuses the call when it is another account's by then.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct BucketOf {
    /// Its name.
    pub bucket: String,
    /// Twelve digits.
    pub owner: String,
}

/// A vault with its place and owner.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct VaultOf {
    /// Its name.
    pub vault: String,
    /// Its Region.
    pub region: String,
    /// Twelve digits.
    pub owner: String,
}

impl VaultOf {
    /// From a vault's ARN.
    #[must_use]
    pub fn from_arn(arn: &str) -> Option<Self> {
        let parts: Vec<&str> = arn.splitn(7, ':').collect();
        let [_, _, "backup", region, owner, "backup-vault", vault] = parts.as_slice() else { return None };
        Some(Self { vault: (*vault).to_owned(), region: (*region).to_owned(), owner: (*owner).to_owned() })
    }
}

/// A backup plan that is there, or that an earlier step makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlanRef {
    /// Its id.
    There(String),
    /// The job for which an earlier step makes it.
    Made(JobName),
}

/// A location that is there, or that an earlier step makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LocationRef {
    /// Its ARN.
    There(String),
    /// The job's end for which an earlier step makes it.
    Made(JobName, End),
}

/// When a step is safe, relative to the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// No longer wanted callers go first: nothing may start what is about to change.
    Quiet,
    /// What the plan refers to is made.
    Make,
    /// The functions are shown the plan.
    Publish,
    /// The functions are called.
    Call,
    /// What nothing refers to any more goes: tasks before their locations before their roles before their log.
    Clear,
}

impl Step {
    /// See [`Phase`].
    #[must_use]
    pub const fn phase(&self) -> Phase {
        match self {
            // A backup plan without a selection starts nothing.
            Self::DeleteSchedule(_) | Self::WithdrawPlan | Self::DeleteSelection(..) => Phase::Quiet,
            Self::CreateLogGroup(_)
            | Self::SetRetention(_)
            | Self::PutLogPolicy(_)
            | Self::CreateRole(..)
            | Self::SetTrust(_)
            | Self::PutRolePolicy(_)
            | Self::CreateLocation(..)
            | Self::CreateTask(..)
            | Self::UpdateTask(..)
            | Self::EnableVersioning(_)
            | Self::PutReplication(..)
            | Self::PutBucketPolicy(..)
            | Self::DeleteBucketPolicy(_)
            | Self::TurnAclsOff(_)
            | Self::CreateVault(_)
            | Self::PutVaultLock(..)
            | Self::DeleteVaultLock(_)
            | Self::PutVaultPolicy(..)
            | Self::DeleteVaultPolicy(_)
            | Self::CreateBackupPlan(..)
            | Self::UpdateBackupPlan(..)
            | Self::CreateSelection(..) => Phase::Make,
            Self::PublishPlan => Phase::Publish,
            Self::CreateSchedule(_) | Self::UpdateSchedule(_) => Phase::Call,
            Self::RemoveRules(..)
            | Self::DeleteTask(_)
            | Self::DeleteLocation(_)
            | Self::DeleteRole(_)
            | Self::DeleteLogPolicy(_)
            | Self::DeleteLogGroup(_)
            | Self::DeleteBackupPlan(_)
            | Self::DeleteVault(_) => Phase::Clear,
        }
    }

    /// What the step does, in the words of an error: `create the role`.
    #[must_use]
    pub const fn words(&self) -> &'static str {
        match self {
            Self::CreateLogGroup(_) => "create the log group",
            Self::SetRetention(_) => "set the retention of the log group",
            Self::PutLogPolicy(_) => "write the log policy",
            Self::CreateRole(..) => "create the role",
            Self::SetTrust(_) => "write the trust policy of the role",
            Self::PutRolePolicy(_) => "write the policy of the role",
            Self::CreateLocation(..) => "create the location",
            Self::CreateTask(..) => "create the task",
            Self::UpdateTask(..) => "update the task",
            Self::EnableVersioning(_) => "turn on the versioning of",
            Self::PutReplication(..) => "write the replication rules of",
            Self::RemoveRules(..) => "take our replication rules out of",
            Self::PutBucketPolicy(..) | Self::DeleteBucketPolicy(_) => "write the policy of the bucket",
            Self::TurnAclsOff(_) => "turn off the ACLs of",
            Self::CreateVault(_) => "create the vault",
            Self::PutVaultLock(..) => "lock the vault",
            Self::DeleteVaultLock(_) => "take the lock off the vault",
            Self::PutVaultPolicy(..) | Self::DeleteVaultPolicy(_) => "write the access policy of the vault",
            Self::CreateBackupPlan(..) => "create the backup plan",
            Self::UpdateBackupPlan(..) => "update the backup plan",
            Self::CreateSelection(..) => "create the selection of the backup plan",
            Self::DeleteSelection(..) => "delete the selection of the backup plan",
            Self::DeleteBackupPlan(_) => "delete the backup plan",
            Self::DeleteVault(_) => "delete the vault",
            Self::PublishPlan => "write the deployed plan",
            Self::CreateSchedule(_) => "create the schedule",
            Self::UpdateSchedule(_) => "update the schedule",
            Self::DeleteSchedule(_) => "delete the schedule",
            Self::WithdrawPlan => "withdraw the deployed plan",
            Self::DeleteTask(_) => "delete the task",
            Self::DeleteLocation(_) => "delete the location",
            Self::DeleteRole(_) => "delete the role",
            Self::DeleteLogPolicy(_) => "delete the log policy",
            Self::DeleteLogGroup(_) => "delete the log group",
        }
    }
}
