//! The policy documents and the schedule's input, as least privilege and the services' own pages ask for them.

use serde_json::{Value, json};

use super::names;
use crate::plan::{S3Endpoint, ScheduleName};
use crate::stack::Stack;

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
    json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Principal": { "Service": "datasync.amazonaws.com" },
            "Action": "sts:AssumeRole",
            "Condition": {
                "StringEquals": { "aws:SourceAccount": stack.account },
                "ArnLike": { "aws:SourceArn": stack.arn("datasync", "*") },
            },
        }],
    })
}

/// Writing to one prefix of one bucket of this account, and nothing else.
#[must_use]
pub fn destination_access(stack: &Stack, to: &S3Endpoint) -> Value {
    let bucket = names::bucket_arn(stack, to.s3.as_str());
    let owner = json!({ "StringEquals": { "aws:ResourceAccount": stack.account } });
    let mut statements = vec![
        json!({
            "Sid": "Bucket",
            "Effect": "Allow",
            "Action": ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"],
            "Resource": bucket,
            "Condition": owner,
        }),
        json!({
            "Sid": "Objects",
            "Effect": "Allow",
            "Action": OBJECT_ACTIONS,
            "Resource": format!("{bucket}/{}*", to.prefix.key_prefix()),
            "Condition": owner,
        }),
    ];
    statements.extend(to.kms_key.as_ref().map(|key| key_use(stack, key.as_str())));
    json!({ "Version": "2012-10-17", "Statement": statements })
}

/// Using the bucket's key, but only through S3.
fn key_use(stack: &Stack, key: &str) -> Value {
    json!({
        "Sid": "Key",
        "Effect": "Allow",
        "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
        "Resource": key,
        "Condition": { "StringEquals": { "kms:ViaService": format!("s3.{}.amazonaws.com", stack.region) } },
    })
}

/// Lets DataSync's tasks of this account write to the stack's log group: a Basic-mode task has no role for its log.
#[must_use]
pub fn log_policy(stack: &Stack) -> Value {
    json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Sid": "DataSyncLogs",
            "Effect": "Allow",
            "Principal": { "Service": "datasync.amazonaws.com" },
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": format!("{}:*", names::log_group_arn(stack)),
            "Condition": {
                "StringEquals": { "aws:SourceAccount": stack.account },
                "ArnLike": { "aws:SourceArn": stack.arn("datasync", "task/*") },
            },
        }],
    })
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

/// A document in the one form in which two equal ones are equal: a list of one is that one, lists of texts are sorted.
///
/// AWS gives documents back with either spelling, and order has no meaning in them.
#[must_use]
pub fn normalized(document: &Value) -> Value {
    match document {
        Value::Array(items) => normalized_list(items),
        Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), normalized(value))).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => document.clone(),
    }
}

fn normalized_list(items: &[Value]) -> Value {
    if let [only] = items {
        return normalized(only);
    }
    let mut items: Vec<Value> = items.iter().map(normalized).collect();
    items.sort_by_key(ToString::to_string);
    Value::Array(items)
}
