//! A batch job's own documents: its completion report, and the list of its objects.

use aws_sdk_s3::Client;
use nightferry_domain::batch::ManifestPlace;
use nightferry_domain::batch::completion::{
    CompletionReport, REPORT_FILE_BYTES_MAX, REPORT_FILES_MAX, ReportFile, files, index_keys,
};
use nightferry_domain::ids::ExecutionArn;
use nightferry_domain::job_spec::ReportPlace;
use nightferry_workflow::error::PortError;
use serde_json::Value;

use crate::records;

/// What the report says; `None` when there is none yet, or when it can't be read: then it proves nothing.
pub(super) async fn report(
    client: &Client,
    place: &ReportPlace,
    job: &ExecutionArn,
) -> Result<Option<CompletionReport>, PortError> {
    let Some(index) = index(client, place, job).await? else { return Ok(None) };
    let files = match files(&index, place) {
        Ok(files) => files,
        Err(error) => return Ok(unread(job, &error.to_string())),
    };
    let mut report = CompletionReport::default();
    report.is_cut_off = files.len() > REPORT_FILES_MAX;
    for file in files.iter().take(REPORT_FILES_MAX) {
        if let Err(why) = add(client, place, file, &mut report).await? {
            return Ok(unread(job, &why));
        }
    }
    Ok(Some(report))
}

async fn index(client: &Client, place: &ReportPlace, job: &ExecutionArn) -> Result<Option<Vec<u8>>, PortError> {
    for key in index_keys(place, job) {
        if let Some(index) = records::get(client, &place.bucket, &key).await? {
            return Ok(Some(index));
        }
    }
    Ok(None)
}

async fn add(
    client: &Client,
    place: &ReportPlace,
    file: &ReportFile,
    report: &mut CompletionReport,
) -> Result<Result<(), String>, PortError> {
    let read = records::get_beginning(client, &place.bucket, &file.key, REPORT_FILE_BYTES_MAX).await?;
    let Some((rows, is_whole)) = read else { return Ok(Err(format!("{} went away", file.key))) };
    Ok(report.add(&rows, is_whole).map_err(|error| format!("{}: {error}", file.key)))
}

fn unread(job: &ExecutionArn, why: &str) -> Option<CompletionReport> {
    tracing::warn!(execution.arn = %job, "the completion report of {job} proves nothing: {why}");
    None
}

/// S3's generated manifest is an index of CSV files with a schema. Only one with a `Size` column can be summed up.
pub(super) async fn listed_bytes(client: &Client, manifest: &ManifestPlace) -> Result<Option<u64>, PortError> {
    let Some(index) = records::get(client, &manifest.bucket, &manifest.key).await? else { return Ok(None) };
    let Ok(index) = serde_json::from_slice::<Value>(&index) else { return Ok(None) };
    let schema = index.get("fileSchema").and_then(Value::as_str).unwrap_or_default();
    let Some(column) = schema.split(',').position(|name| name.trim().eq_ignore_ascii_case("size")) else {
        return Ok(None);
    };
    let listed = index.get("files").and_then(Value::as_array).cloned().unwrap_or_default();
    let keys: Vec<&str> = listed.iter().filter_map(|file| file.get("key")?.as_str()).collect();
    let is_plain = !keys.is_empty() && keys.len() == listed.len() && keys.iter().all(|key| is_plain_csv(key));
    if !is_plain || keys.len() > REPORT_FILES_MAX {
        return Ok(None);
    }
    let mut sum = 0_u64;
    for key in keys {
        let read = records::get_beginning(client, &manifest.bucket, key, REPORT_FILE_BYTES_MAX).await?;
        let Some(bytes) = read.filter(|(_, is_whole)| *is_whole).and_then(|(rows, _)| sum_of(&rows, column)) else {
            return Ok(None);
        };
        sum = sum.saturating_add(bytes);
    }
    Ok(Some(sum))
}

/// Sizes hold no comma and no quote, so the column is counted from the row's end only where keys are plain.
fn sum_of(rows: &[u8], column: usize) -> Option<u64> {
    let text = std::str::from_utf8(rows).ok()?;
    let size = |row: &str| row.split(',').nth(column)?.trim_matches('"').parse::<u64>().ok();
    text.lines().filter(|row| !row.is_empty()).map(size).sum()
}

/// What is compressed can't be summed up here.
fn is_plain_csv(key: &str) -> bool {
    std::path::Path::new(key).extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv"))
}
