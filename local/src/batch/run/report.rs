//! The completion report: `{prefix}/job-{id}/manifest.json` with its digest, and one list each of what went well and what did not.

use bytes::Bytes;
use md5::{Digest as _, Md5};
use serde_json::{Value, json};

use super::super::asked::Report;
use super::super::job::Why;
use super::super::xml;
use super::task::Row;
use super::{Work, csv, manifest};
use crate::access::{Denied, RoleOnBucket};
use crate::upstream::s3::Attributes;

const UNWRITTEN: &str = "The job report could not be written to your report bucket. Please check your permissions.";
const FORMAT: &str = "Report_CSV_20180820";
/// As the service writes it, though in its rows the HTTP status comes before the error code.
const SCHEMA: &str = "Bucket, Key, VersionId, TaskStatus, ErrorCode, HTTPStatusCode, ResultMessage";

/// Writes the report that the job asks for under the job's role.
pub(super) async fn write(work: &Work, rows: &[Row]) -> Result<(), Why> {
    let Some(report) = &work.job.wanted.report else { return Ok(()) };
    let lost = work.batch.faults_of(&work.job).lose_report;
    let written = if lost { Err(()) } else { deliver(work, report, rows).await.map_err(|denied| log(&denied)) };
    written.map_err(|()| Why::new("ReportDeliveryFailed", UNWRITTEN))
}

/// The service says no more than that it failed; the reason is for whoever runs the local AWS.
fn log(denied: &Denied) {
    tracing::info!(%denied, "a completion report was not written");
}

async fn deliver(work: &Work, report: &Report, rows: &[Row]) -> Result<(), Denied> {
    let access = manifest::open(work, &report.bucket, report.owner.as_ref()).await?;
    let folder = format!("{}job-{}", manifest::folder(&report.prefix), work.job.id);
    let mut results = Vec::new();
    for (status, is_wanted) in [("succeeded", !report.failed_only), ("failed", true)] {
        let list: Vec<&Row> = rows.iter().filter(|row| row.status() == status && is_wanted).collect();
        if !list.is_empty() {
            results.push(put_list(&access, &folder, status, &list).await?);
        }
    }
    let document = json!({
        "Format": FORMAT, "ReportCreationDate": xml::time(work.batch.now()), "Results": results, "ReportSchema": SCHEMA,
    });
    let body = Bytes::from(document.to_string());
    let digest = format!("{:x}", Md5::digest(&body));
    put(&access, &format!("{folder}/manifest.json"), body).await?;
    put(&access, &format!("{folder}/manifest.json.md5"), Bytes::from(digest)).await
}

async fn put_list(access: &RoleOnBucket, folder: &str, status: &str, rows: &[&Row]) -> Result<Value, Denied> {
    let text = csv::written(rows.iter().map(|row| row.columns()));
    let digest = format!("{:x}", Md5::digest(&text));
    let key = format!("{folder}/results/{digest}.csv");
    put(access, &key, Bytes::from(text)).await?;
    Ok(json!({"TaskExecutionStatus": status, "Bucket": access.bucket().name(), "MD5Checksum": digest, "Key": key}))
}

async fn put(access: &RoleOnBucket, key: &str, body: Bytes) -> Result<(), Denied> {
    access.object_action("s3:PutObject", key).await?;
    let _ = access.bucket().put(key, body, &Attributes::default()).await?;
    Ok(())
}

impl Row {
    fn status(&self) -> &'static str {
        if self.failure.is_some() { "failed" } else { "succeeded" }
    }

    fn columns(&self) -> Vec<String> {
        let task = &self.task;
        let (http, code, message) = match &self.failure {
            None => ("200".to_owned(), String::new(), "Successful".to_owned()),
            Some(failure) => (failure.status.to_string(), failure.code.clone(), failure.message.clone()),
        };
        let version = task.id.clone().unwrap_or_default();
        vec![task.bucket.clone(), csv::encoded(&task.key), version, self.status().to_owned(), http, code, message]
    }
}
