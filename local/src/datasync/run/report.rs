//! The task report: `Summary-Reports` and `Detailed-Reports` below the destination's prefix, one folder a task, one an execution.

use std::sync::atomic::Ordering;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::super::ids;
use super::super::record::{Execution, put};
use super::super::status::{Phase, Status};
use super::Job;
use super::finding::{Aspect, Finding};
use super::item::Item;
use crate::access::{Denied, RoleOnBucket, Source};
use crate::upstream::s3::Attributes;

const UPLOAD_FAILED: &str = "Failed to upload Task Report(s) due to an invalid bucket or IAM role.";
/// What is told when there was nothing to report on yet.
pub(super) const NEVER_BEGAN: &str = "Execution error occurred prior to generating any Task Reports";

/// Which list, its name in the report, and its name in file names.
const LISTS: [(Aspect, &str, &str); 4] = [
    (Aspect::Transferred, "Transferred", "transferred"),
    (Aspect::Skipped, "Skipped", "skipped"),
    (Aspect::Verified, "Verified", "verified"),
    (Aspect::Deleted, "Deleted", "deleted"),
];

/// Writes the report the execution asks for and notes how that went. Without one asked for, nothing happens.
pub(super) async fn write(job: &Job, status: Status) {
    let config = &job.execution.setup.report;
    if !config.is_object() {
        return;
    }
    let prepared = job.prepared.load(Ordering::Relaxed);
    let uploaded = if prepared { upload(job, config, status).await } else { Err(NEVER_BEGAN.to_owned()) };
    let _ = job.change(|execution| match (&mut execution.report, uploaded) {
        (Some(report), Ok(())) => report.status = Phase::Success,
        (Some(report), Err(detail)) => report.fail(&detail),
        (None, _) => {}
    });
}

async fn upload(job: &Job, config: &Value, status: Status) -> Result<(), String> {
    let member =
        |name: &str| config.pointer(&format!("/Destination/S3/{name}")).and_then(Value::as_str).unwrap_or_default();
    let source = Source::datasync(job.task.arn.clone());
    let failed = |denied: Denied| format!("{UPLOAD_FAILED} {denied}");
    let upstream = job.sync.upstream_of(&job.arn);
    let bucket = ids::bucket_of(member("S3BucketArn"));
    let access = RoleOnBucket::open(&upstream, member("BucketAccessRoleArn"), bucket, source, &job.sync.witness)
        .await
        .map_err(failed)?;
    let folder = folder(member("Subdirectory"));
    for (key, body) in documents(job, config, &folder, status) {
        access.object_action("s3:PutObject", &key).await.map_err(failed)?;
        let attributes = Attributes { content_type: Some("application/json".to_owned()), ..Attributes::default() };
        let body = serde_json::to_vec(&body).unwrap_or_default();
        let _ = access.bucket().put(&key, body.into(), &attributes).await.map_err(|error| failed(error.into()))?;
    }
    Ok(())
}

fn folder(subdirectory: &str) -> String {
    let parts: Vec<&str> = subdirectory.split('/').filter(|part| !part.is_empty()).collect();
    if parts.is_empty() { String::new() } else { format!("{}/", parts.join("/")) }
}

fn documents(job: &Job, config: &Value, folder: &str, status: Status) -> Vec<(String, Value)> {
    let (task, execution) = (ids::last_part(&job.task.arn), ids::last_part(&job.arn));
    let summary = job.change(|record| summary(job, record, status)).unwrap_or_default();
    let mut documents = vec![(format!("{folder}Summary-Reports/{task}/{execution}/{execution}.json"), summary)];
    if config.get("OutputType").and_then(Value::as_str) == Some("SUMMARY_ONLY") {
        return documents;
    }
    for (aspect, name, file) in LISTS {
        let findings = job
            .findings
            .of(aspect)
            .into_iter()
            .filter(|finding| finding.failure.is_some() || !errors_only(config, name));
        let lines: Vec<Value> = findings.map(|finding| line(&finding, config)).collect();
        if !lines.is_empty() {
            let key = format!(
                "{folder}Detailed-Reports/{task}/{execution}/{execution}.files-{file}-v1-00001-0{:016x}.json",
                fastrand::u64(..)
            );
            documents.push((key, json!({"TaskExecutionId": execution, name: lines})));
        }
    }
    documents
}

/// The level of one list: its override, or the report's own, which is everything unless it says errors only.
fn errors_only(config: &Value, list: &str) -> bool {
    let own = config.pointer(&format!("/Overrides/{list}/ReportLevel"));
    own.or_else(|| config.get("ReportLevel")).and_then(Value::as_str) == Some("ERRORS_ONLY")
}

fn summary(job: &Job, record: &Execution, status: Status) -> Value {
    let mut record = record.clone();
    record.status = status;
    let mut summary = record.described();
    let ended = record.ended.unwrap_or_else(Timestamp::now);
    let began = record.launched.unwrap_or(ended);
    for (name, value) in [
        ("TaskExecutionId", json!(ids::last_part(&job.arn))),
        ("AccountId", json!(ids::account_of(&job.arn))),
        ("SourceLocation", json!({"LocationARN": job.source.arn, "LocationURI": job.source.uri()})),
        ("DestinationLocation", json!({"LocationARN": job.destination.arn, "LocationURI": job.destination.uri()})),
        ("StartTime", json!(time(began))),
        ("EndTime", json!(time(ended))),
        ("TotalTime", json!(ended.as_millisecond() - began.as_millisecond())),
    ] {
        put(&mut summary, name, value);
    }
    summary
}

fn line(finding: &Finding, config: &Value) -> Value {
    let mut line = json!({"RelativePath": finding.path});
    for (name, item) in [("SrcMetadata", &finding.source), ("DstMetadata", &finding.destination)] {
        if let Some(item) = item {
            put(&mut line, name, metadata(item));
        }
    }
    let (what, at) = match finding.aspect {
        Aspect::Transferred => ("TransferStatus", "TransferTimestamp"),
        Aspect::Skipped => ("SkipStatus", "SkipTimestamp"),
        Aspect::Verified => ("VerifyStatus", "VerifyTimestamp"),
        Aspect::Deleted => ("DeleteStatus", "DeleteTimestamp"),
    };
    if finding.aspect == Aspect::Transferred {
        put(&mut line, "TransferType", json!("CONTENT_AND_METADATA"));
        put(&mut line, "Overwrite", json!(if finding.destination.is_some() { "True" } else { "False" }));
    }
    if let Some(version) =
        finding.version.as_ref().filter(|_| config.get("ObjectVersionIds").and_then(Value::as_str) != Some("NONE"))
    {
        put(&mut line, "DstS3VersionId", json!(version));
    }
    put(&mut line, at, json!(time(finding.at)));
    put(&mut line, what, json!(if finding.failure.is_some() { "FAILED" } else { "SUCCESS" }));
    if let Some(failure) = &finding.failure {
        put(&mut line, "FailureReason", json!(failure.reason));
        put(&mut line, "FailureCode", json!(failure.code.unwrap_or("Errno")));
    }
    line
}

fn metadata(item: &Item) -> Value {
    let at = |ns: i64| Timestamp::from_nanosecond(i128::from(ns)).map(time).unwrap_or_default();
    json!({
        "Type": item.kind.word(), "ContentSize": item.size, "Mtime": at(item.posix.mtime_ns), "Atime": at(item.posix.atime_ns),
        "Uid": item.posix.uid, "Gid": item.posix.gid, "Mode": format!("{:04o}", item.posix.mode & 0o7777),
    })
}

fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}
