//! The names of what `apply` makes, derived from the stack and the plan's own names.

use sha2::{Digest, Sha256};

use crate::plan::JobName;
use crate::stack::Stack;

/// IAM path of every role that `apply` makes.
pub const ROLE_PATH: &str = "/nightferry/";
/// Name of the one inline policy of such a role.
pub const ROLE_POLICY: &str = "bucket-access";
/// Tag whose value is the stack: what carries it is ours.
pub const STACK_TAG: &str = "nightferry:stack";
/// Tag whose value is the job that a thing was made for.
pub const JOB_TAG: &str = "nightferry:job";
/// Tag of an SMB location: ARN of the secret that its password was read from.
pub const CREDENTIALS_TAG: &str = "nightferry:credentials";
/// Object that names the plan in force: `{"key": "plan/..."}`.
pub const CURRENT_PLAN_KEY: &str = "plan/current.json";
/// Days for which DataSync's log is kept.
pub const LOG_RETENTION_DAYS: i32 = 30;
/// IAM's own limit.
const ROLE_NAME_CHARS_MAX: usize = 64;
const DESTINATION_SUFFIX: &str = "-bucket-access";
const REPLICATION_SUFFIX: &str = "-replication";
const BATCH_SUFFIX: &str = "-batch";
/// How the names of roles end by which AWS Backup makes recovery points.
const BACKUP_SUFFIX: &str = "-backup";
const RESTORE_SUFFIX: &str = "-restore";
/// AWS Backup's limit of a plan's and a selection's name.
const BACKUP_PLAN_CHARS_MAX: usize = 50;
/// How the names of roles that read a source end.
pub(super) const SOURCE_SUFFIX: &str = "-source-access";
const HASH_CHARS: usize = 8;

/// Name of the role by which DataSync reaches a job's destination bucket, at most 64 characters.
#[must_use]
pub fn bucket_access_role(stack: &Stack, job: &JobName) -> String {
    role(stack, job, DESTINATION_SUFFIX)
}

/// Name of the role by which DataSync reads a job's source bucket, at most 64 characters.
#[must_use]
pub fn source_access_role(stack: &Stack, job: &JobName) -> String {
    role(stack, job, SOURCE_SUFFIX)
}

/// Name of the role by which S3 replicates a bucket, at most 64 characters.
#[must_use]
pub fn replication_role(stack: &Stack, bucket: &str) -> String {
    cut(&format!("{}-{bucket}", stack.name), REPLICATION_SUFFIX)
}

/// Name of the role by which S3 Batch Operations works for a job, at most 64 characters.
#[must_use]
pub fn batch_role(stack: &Stack, job: &JobName) -> String {
    role(stack, job, BATCH_SUFFIX)
}

/// Name of the role by which AWS Backup makes a job's recovery points, at most 64 characters.
#[must_use]
pub fn backup_role(stack: &Stack, job: &JobName) -> String {
    role(stack, job, BACKUP_SUFFIX)
}

/// Whether this is the name of a role by which AWS Backup makes, and ends, recovery points.
#[must_use]
pub fn is_backup_role(role: &str) -> bool {
    role.ends_with(BACKUP_SUFFIX)
}

/// Name of the role by which AWS Backup restores a job's recovery points, at most 64 characters.
#[must_use]
pub fn restore_role(stack: &Stack, job: &JobName) -> String {
    role(stack, job, RESTORE_SUFFIX)
}

/// Name of a job's backup plan, at most 50 characters.
#[must_use]
pub fn backup_plan(stack: &Stack, job: &JobName) -> String {
    cut_to(&format!("{}-{job}", stack.name), "", BACKUP_PLAN_CHARS_MAX)
}

/// Prefix of a job's completion reports in the records bucket. S3 puts the slash behind it.
#[must_use]
pub fn batch_reports(job: &JobName) -> String {
    format!("batch-reports/{job}")
}

/// Prefix of a job's generated manifests in the records bucket. S3 puts the slash behind it.
#[must_use]
pub fn batch_manifests(job: &JobName) -> String {
    format!("batch-manifests/{job}")
}

fn role(stack: &Stack, job: &JobName, suffix: &str) -> String {
    cut(&format!("{}-{job}", stack.name), suffix)
}

/// A longer name is cut and ends in a hash of the whole, so that two jobs never share a role.
fn cut(whole: &str, suffix: &str) -> String {
    cut_to(whole, suffix, ROLE_NAME_CHARS_MAX)
}

fn cut_to(whole: &str, suffix: &str, chars_max: usize) -> String {
    if whole.len() + suffix.len() <= chars_max {
        return format!("{whole}{suffix}");
    }
    let kept = chars_max - suffix.len() - HASH_CHARS - 1;
    let start: String = whole.chars().take(kept).collect();
    let hash: String = hex_digest(whole.as_bytes()).chars().take(HASH_CHARS).collect();
    format!("{start}-{hash}{suffix}")
}

/// ARN of a role that `apply` makes, path included.
#[must_use]
pub fn role_arn(stack: &Stack, role: &str) -> String {
    format!("arn:{}:iam::{}:role{ROLE_PATH}{role}", stack.partition, stack.account)
}

/// ARN of [`bucket_access_role`], path included.
#[must_use]
pub fn bucket_access_role_arn(stack: &Stack, job: &JobName) -> String {
    role_arn(stack, &bucket_access_role(stack, job))
}

/// Name of a job's DataSync task. DataSync does not keep names unique; the tags are what tells whose it is.
#[must_use]
pub fn task(stack: &Stack, job: &JobName) -> String {
    format!("{}-{job}", stack.name)
}

/// Name of the log resource policy, one for all tasks: an account has few of them.
#[must_use]
pub fn log_policy(stack: &Stack) -> String {
    format!("{}-datasync", stack.name)
}

/// ARN of DataSync's log group.
#[must_use]
pub fn log_group_arn(stack: &Stack) -> String {
    stack.arn("logs", &format!("log-group:{}", stack.transfer_log_group()))
}

/// ARN of a bucket.
#[must_use]
pub fn bucket_arn(stack: &Stack, bucket: &str) -> String {
    format!("arn:{}:s3:::{bucket}", stack.partition)
}

/// Prefix of a job's task reports in the records bucket, with a trailing slash.
#[must_use]
pub fn task_reports(job: &JobName) -> String {
    format!("task-reports/{job}/")
}

/// What marks a schedule as ours, in its description: EventBridge has no tags on single schedules.
#[must_use]
pub fn schedule_mark(stack: &Stack) -> String {
    format!("Managed by nightferry apply (stack {}); edit the plan, not this schedule.", stack.name)
}

pub(crate) fn hex_digest(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
        // Writing to a String can't fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
