//! The account as `apply` and `destroy` need it: one trait a service. Reads see only what this account and region hold.
#![expect(async_fn_in_trait, reason = "every caller runs on one thread, so no future has to be Send")]

use std::collections::BTreeSet;

use nightferry_domain::ids::TaskArn;
use nightferry_domain::plan::JobName;
use nightferry_domain::provision::{
    BucketOf, Location, LogGroup, LogPolicy, ObservedBucket, ObservedLocation, ObservedRole, ObservedTask, Role,
    ScheduleEntry, Task,
};
use nightferry_domain::stack::Stack;
use serde_json::Value;

use crate::error::PortError;
use crate::ports::Clock;

pub use super::vault_ports::{BackupPlans, Vaults};

/// Things of one kind, told apart by the stack's mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marked<T> {
    /// Those with the mark.
    pub ours: Vec<T>,
    /// Names of those without, where they could be in the way.
    pub foreign: Vec<String>,
}

/// IAM roles under `/nightferry/`.
pub trait Roles {
    /// All of them.
    async fn roles(&self, stack: &Stack) -> Result<Marked<ObservedRole>, PortError>;
    /// Makes a role with its trust policy and tags, without its inline policy.
    async fn create_role(&self, stack: &Stack, job: &JobName, role: &Role) -> Result<(), PortError>;
    /// Replaces its trust policy.
    async fn set_trust(&self, role: &Role) -> Result<(), PortError>;
    /// Makes or replaces its inline policy.
    async fn put_role_policy(&self, role: &Role) -> Result<(), PortError>;
    /// Deletes its inline policy (there or not), then the role.
    async fn delete_role(&self, name: &str) -> Result<(), PortError>;
}

/// DataSync's log group and the policy of CloudWatch Logs that lets DataSync write to it.
pub trait TransferLogs {
    /// The stack's log group, ours or not.
    async fn log_group(&self, stack: &Stack) -> Result<Marked<LogGroup>, PortError>;
    /// The stack's log resource policy, by its name.
    async fn log_policy(&self, stack: &Stack) -> Result<Option<LogPolicy>, PortError>;
    /// Makes it, tagged, without retention.
    async fn create_log_group(&self, stack: &Stack, group: &LogGroup) -> Result<(), PortError>;
    /// Sets its retention.
    async fn set_retention(&self, group: &LogGroup) -> Result<(), PortError>;
    /// Makes or replaces it.
    async fn put_log_policy(&self, policy: &LogPolicy) -> Result<(), PortError>;
    /// Deletes it with all that was logged.
    async fn delete_log_group(&self, name: &str) -> Result<(), PortError>;
    /// Deletes it.
    async fn delete_log_policy(&self, name: &str) -> Result<(), PortError>;
}

/// DataSync's locations and tasks. The service has no tokens: two equal requests make two things.
pub trait TransferTasks {
    /// All locations with the stack's tag.
    async fn locations(&self, stack: &Stack) -> Result<Vec<ObservedLocation>, PortError>;
    /// All tasks with the stack's tag.
    async fn tasks(&self, stack: &Stack) -> Result<Vec<ObservedTask>, PortError>;
    /// Names of all agents, activated ones of others too.
    async fn agent_names(&self) -> Result<BTreeSet<String>, PortError>;
    /// Makes a location, tagged; its ARN.
    async fn create_location(&self, stack: &Stack, job: &JobName, location: &Location) -> Result<String, PortError>;
    /// Makes a task between two locations, tagged.
    async fn create_task(
        &self,
        stack: &Stack,
        job: &JobName,
        task: &Task,
        ends: (&str, &str),
    ) -> Result<TaskArn, PortError>;
    /// Sets everything of a task but its locations and mode.
    async fn update_task(&self, arn: &TaskArn, task: &Task) -> Result<(), PortError>;
    /// Deletes a task.
    async fn delete_task(&self, arn: &TaskArn) -> Result<(), PortError>;
    /// Deletes a location, by ARN.
    async fn delete_location(&self, arn: &str) -> Result<(), PortError>;
}

/// Buckets of this account, as replication and other accounts' transfers need them. Every call names the owner, so that
/// a bucket of that name which belongs to somebody else by now is refused.
pub trait Buckets {
    /// What it is like; nothing when there is none of that name and owner.
    async fn bucket(&self, bucket: &BucketOf) -> Result<Option<ObservedBucket>, PortError>;
    /// Replaces its policy.
    async fn put_bucket_policy(&self, bucket: &BucketOf, policy: &str) -> Result<(), PortError>;
    /// Deletes its policy.
    async fn delete_bucket_policy(&self, bucket: &BucketOf) -> Result<(), PortError>;
    /// Turns its ACLs off.
    async fn turn_acls_off(&self, bucket: &BucketOf) -> Result<(), PortError>;
    /// Turns its versioning on.
    async fn enable_versioning(&self, bucket: &BucketOf) -> Result<(), PortError>;
    /// Replaces its replication configuration, in S3's words; nothing deletes it.
    async fn set_replication(&self, bucket: &BucketOf, configuration: Option<&Value>) -> Result<(), PortError>;
}

/// EventBridge Scheduler's schedules in the stack's group.
pub trait Schedules {
    /// All of them. `Missing` when there is no such group.
    async fn schedules(&self, stack: &Stack) -> Result<Marked<ScheduleEntry>, PortError>;
    /// Makes one.
    async fn create_schedule(&self, entry: &ScheduleEntry) -> Result<(), PortError>;
    /// Sets everything of one.
    async fn update_schedule(&self, entry: &ScheduleEntry) -> Result<(), PortError>;
    /// Deletes one, by name.
    async fn delete_schedule(&self, stack: &Stack, name: &str) -> Result<(), PortError>;
}

/// The `plan/` folder of the records bucket.
pub trait PlanShelf {
    /// Reads a document. `Missing` when there is no bucket.
    async fn read(&self, stack: &Stack, key: &str) -> Result<Option<Vec<u8>>, PortError>;
    /// Writes a JSON document, replacing one of that key.
    async fn write(&self, stack: &Stack, key: &str, body: Vec<u8>) -> Result<(), PortError>;
    /// Removes a document.
    async fn remove(&self, stack: &Stack, key: &str) -> Result<(), PortError>;
}

/// Waiting.
pub trait Pause {
    /// Returns after so many seconds.
    async fn pause(&self, secs: u64);
}

/// One account and region.
pub trait Account:
    Roles + TransferLogs + TransferTasks + Buckets + Vaults + BackupPlans + Schedules + PlanShelf + Pause + Clock
{
}

impl<T: Roles + TransferLogs + TransferTasks + Buckets + Vaults + BackupPlans + Schedules + PlanShelf + Pause + Clock>
    Account for T
{
}
