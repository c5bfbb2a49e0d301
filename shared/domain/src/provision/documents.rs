//! The policy documents and the schedule's input, as least privilege and the services' own pages ask for them.

use serde_json::Value;

use super::actions::{self, DATASYNC};
use super::names;
use crate::plan::{JobName, S3Endpoint, ScheduleName};
use crate::policy::{Document, Statement, Test};
use crate::stack::Stack;

/// Lets DataSync assume a role, for this account's own locations and tasks only (the guard against a confused deputy).
///
/// The source is a wildcard because the location's ARN is not known before the role is used to make it.
#[must_use]
pub fn trust(stack: &Stack) -> Value {
    let assume = Statement::allow(["sts:AssumeRole"]).sid("DataSync").for_service(DATASYNC);
    paper(&Document::new([assume.from_source(&stack.account, &stack.arn("datasync", "*"))]))
}

/// Reading one prefix of one bucket, and nothing else.
#[must_use]
pub fn source_access(stack: &Stack, from: &S3Endpoint) -> Value {
    access(stack, from, &actions::TRANSFER_READ, &actions::KEY_READ)
}

/// Writing to one prefix of one bucket, and nothing else.
#[must_use]
pub fn destination_access(stack: &Stack, to: &S3Endpoint) -> Value {
    access(stack, to, &actions::TRANSFER_WRITE, &actions::KEY_WRITE)
}

/// Only in the account that the plan names: a bucket of that name which somebody else made later is out of reach.
fn access(stack: &Stack, end: &S3Endpoint, objects: &[&str], key: &[&str]) -> Value {
    let bucket = names::bucket_arn(stack, end.s3.as_str());
    let folder = format!("{bucket}/{}*", end.prefix.key_prefix());
    let owner = end.owner(stack);
    let only_there = |statement: Statement| statement.when(Test::StringEquals, "aws:ResourceAccount", [owner]);
    let mut statements = vec![
        only_there(Statement::allow(actions::TRANSFER_BUCKET).sid("Bucket").on([&bucket])),
        only_there(Statement::allow(objects.iter().copied()).sid("Objects").on([&folder])),
    ];
    statements.extend(end.kms_key.as_ref().map(|used| key_use(stack, used.as_str(), key)));
    paper(&Document::new(statements))
}

/// Using the bucket's key, but only through S3.
fn key_use(stack: &Stack, key: &str, uses: &[&str]) -> Statement {
    let (test, name) = actions::VIA_SERVICE;
    Statement::allow(uses.iter().copied()).sid("Key").on([key]).when(test, name, [actions::via_s3(stack, key)])
}

/// Lets DataSync's tasks of this account write to the stack's log group: a Basic-mode task has no role for its log.
#[must_use]
pub fn log_policy(stack: &Stack) -> Value {
    let streams = format!("{}:*", names::log_group_arn(stack));
    let write = Statement::allow(["logs:CreateLogStream", "logs:PutLogEvents"]).sid("DataSyncLogs");
    let write = write.for_service(DATASYNC).on([streams]);
    paper(&Document::new([write.from_source(&stack.account, &stack.arn("datasync", "task/*"))]))
}

pub(super) fn paper(document: &Document) -> Value {
    // A document is built of texts only: it always is JSON.
    serde_json::to_value(document).unwrap_or_default()
}

/// What open-run is called with. EventBridge Scheduler fills in what stands between `<` and `>`.
#[must_use]
pub fn schedule_input(schedule: &ScheduleName) -> String {
    input(&[("schedule", schedule.as_str())])
}

/// The same of a schedule that has a job's machines restored for practice.
#[must_use]
pub fn drill_input(schedule: &ScheduleName, job: &JobName) -> String {
    input(&[("schedule", schedule.as_str()), ("drill", job.as_str())])
}

fn input(own: &[(&str, &str)]) -> String {
    let told = [
        ("schedule_arn", "<aws.scheduler.schedule-arn>"),
        ("scheduled_time", "<aws.scheduler.scheduled-time>"),
        ("execution_id", "<aws.scheduler.execution-id>"),
        ("attempt_number", "<aws.scheduler.attempt-number>"),
    ];
    let fields = told.iter().chain(own);
    let inner: Vec<String> = fields.map(|(name, value)| format!("\"{name}\":\"{value}\"")).collect();
    format!("{{{}}}", inner.join(","))
}
