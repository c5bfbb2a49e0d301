//! A batch job's own documents: its completion report, and the list of its objects.

use aws_sdk_s3::Client;
use nightferry_domain::batch::ManifestPlace;
use nightferry_domain::batch::completion::{
    CompletionReport, REPORT_FILE_BYTES_MAX, REPORT_FILES_MAX, ReportFile, files, index_keys,
};
use nightferry_domain::batch::listing::Listing;
use nightferry_domain::ids::ExecutionArn;
use nightferry_domain::job_spec::ReportPlace;
use nightferry_workflow::error::PortError;

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

/// The sum of the listed sizes; `None` where S3 lists none, or not all of them can be read.
pub(super) async fn listed_bytes(client: &Client, manifest: &ManifestPlace) -> Result<Option<u64>, PortError> {
    let Some(index) = records::get(client, &manifest.bucket, &manifest.key).await? else { return Ok(None) };
    let Some(listing) = Listing::read(&index) else { return Ok(None) };
    let mut sum = 0_u64;
    for key in &listing.files {
        let read = records::get_beginning(client, &manifest.bucket, key, REPORT_FILE_BYTES_MAX).await?;
        let whole = read.filter(|(_, is_whole)| *is_whole);
        let Some(bytes) = whole.and_then(|(rows, _)| listing.bytes(&rows)) else { return Ok(None) };
        sum = sum.saturating_add(bytes);
    }
    Ok(Some(sum))
}
