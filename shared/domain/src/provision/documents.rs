//! The policy documents and the schedule's input, as least privilege and the services' own pages ask for them.

use serde_json::Value;

use super::names;
use crate::plan::{S3Endpoint, ScheduleName};
use crate::policy::{Document, Statement, Test};
use crate::stack::Stack;

const DATASYNC: &str = "datasync.amazonaws.com";
/// What DataSync asks of the bucket itself.
const BUCKET_ACTIONS: [&str; 3] = ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"];
/// Reading and writing objects, as AWS lists it for a destination.
const OBJECT_ACTIONS: [&str; 9] = [
    "s3:AbortMultipartUpload",
    "s3:DeleteObject",
    "s3:GetObject",
    "s3:GetObjectTagging",
    "s3:GetObjectVersion",
    "s3:GetObjectVersionTagging",
    "s3:ListMultipartUploadParts",
    "s3:PutObject",
    "s3:PutObjectTagging",
];

/// Lets DataSync assume a role, for this account's own locations and tasks only (the guard against a confused deputy).
///
/// The source is a wildcard because the location's ARN is not known before the role is used to make it.
#[must_use]
pub fn trust(stack: &Stack) -> Value {
    let assume = Statement::allow(["sts:AssumeRole"]).sid("DataSync").for_service(DATASYNC);
    paper(&Document::new([assume.from_source(&stack.account, &stack.arn("datasync", "*"))]))
}

/// Writing to one prefix of one bucket of this account, and nothing else.
#[must_use]
pub fn destination_access(stack: &Stack, to: &S3Endpoint) -> Value {
    let bucket = names::bucket_arn(stack, to.s3.as_str());
    let folder = format!("{bucket}/{}*", to.prefix.key_prefix());
    let owned = |statement: Statement| statement.when(Test::StringEquals, "aws:ResourceAccount", [&stack.account]);
    let mut statements = vec![
        owned(Statement::allow(BUCKET_ACTIONS).sid("Bucket").on([&bucket])),
        owned(Statement::allow(OBJECT_ACTIONS).sid("Objects").on([&folder])),
    ];
    statements.extend(to.kms_key.as_ref().map(|key| key_use(stack, key.as_str())));
    paper(&Document::new(statements))
}

/// Using the bucket's key, but only through S3.
fn key_use(stack: &Stack, key: &str) -> Statement {
    let s3 = format!("s3.{}.{}", stack.region, service_suffix(stack));
    Statement::allow(["kms:Decrypt", "kms:GenerateDataKey"]).sid("Key").on([key]).when(
        Test::StringEquals,
        "kms:ViaService",
        [s3],
    )
}

/// China's services are called by a name of their own in `kms:ViaService`.
fn service_suffix(stack: &Stack) -> &'static str {
    if stack.partition == "aws-cn" { "amazonaws.com.cn" } else { "amazonaws.com" }
}

/// Lets DataSync's tasks of this account write to the stack's log group: a Basic-mode task has no role for its log.
#[must_use]
pub fn log_policy(stack: &Stack) -> Value {
    let streams = format!("{}:*", names::log_group_arn(stack));
    let write = Statement::allow(["logs:CreateLogStream", "logs:PutLogEvents"]).sid("DataSyncLogs");
    let write = write.for_service(DATASYNC).on([streams]);
    paper(&Document::new([write.from_source(&stack.account, &stack.arn("datasync", "task/*"))]))
}

fn paper(document: &Document) -> Value {
    // A document is built of texts only: it always is JSON.
    serde_json::to_value(document).unwrap_or_default()
}

/// What open-run is called with. EventBridge Scheduler fills in what stands between `<` and `>`.
#[must_use]
pub fn schedule_input(schedule: &ScheduleName) -> String {
    let fields = [
        ("schedule_arn", "<aws.scheduler.schedule-arn>"),
        ("scheduled_time", "<aws.scheduler.scheduled-time>"),
        ("execution_id", "<aws.scheduler.execution-id>"),
        ("attempt_number", "<aws.scheduler.attempt-number>"),
        ("schedule", schedule.as_str()),
    ];
    let inner: Vec<String> = fields.iter().map(|(name, value)| format!("\"{name}\":\"{value}\"")).collect();
    format!("{{{}}}", inner.join(","))
}
