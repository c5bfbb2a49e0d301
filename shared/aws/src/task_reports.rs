//! DataSync's task reports of one execution, read whole or not at all: half of them would prove nothing.

use aws_sdk_s3::Client;
use nightferry_domain::ids::ExecutionArn;
use nightferry_domain::job_spec::ReportPlace;
use nightferry_domain::observation::TransferFailures;
use nightferry_domain::task_report::{self, REPORT_FILE_BYTES_MAX, REPORT_FILES_MAX};
use nightferry_workflow::error::PortError;

use crate::records;
use crate::sdk_error::Call;

const LIST: Call = Call::read("S3", "ListObjectsV2");

struct File {
    key: String,
    bytes: usize,
}

/// What the reports name; `None` if there are none yet, or if one of them can't be read.
pub(crate) async fn failures(
    client: &Client,
    place: &ReportPlace,
    execution: &ExecutionArn,
) -> Result<Option<TransferFailures>, PortError> {
    if list(client, place, &task_report::summary_folder(&place.prefix, execution)).await?.is_empty() {
        return Ok(None);
    }
    let files = list(client, place, &task_report::folder(&place.prefix, execution)).await?;
    if files.len() > REPORT_FILES_MAX {
        return Ok(unread(execution, &format!("there are more than {REPORT_FILES_MAX} report files")));
    }
    let mut failures = TransferFailures::default();
    for file in files {
        if let Err(why) = add(client, place, &file, &mut failures).await? {
            return Ok(unread(execution, &why));
        }
    }
    Ok(Some(failures))
}

async fn add(
    client: &Client,
    place: &ReportPlace,
    file: &File,
    failures: &mut TransferFailures,
) -> Result<Result<(), String>, PortError> {
    if file.bytes > REPORT_FILE_BYTES_MAX {
        return Ok(Err(format!("{} is larger than {REPORT_FILE_BYTES_MAX} bytes", file.key)));
    }
    let Some(body) = records::get(client, &place.bucket, &file.key).await? else {
        return Ok(Err(format!("{} went away", file.key)));
    };
    Ok(task_report::add(&body, failures).map_err(|error| format!("{}: {error}", file.key)))
}

/// One page holds a thousand keys, far more than the files that are read.
async fn list(client: &Client, place: &ReportPlace, folder: &str) -> Result<Vec<File>, PortError> {
    let page = client.list_objects_v2().bucket(&place.bucket).prefix(folder).send().await;
    let page = page.map_err(|error| LIST.refused(&error))?;
    let file = |object: &aws_sdk_s3::types::Object| {
        let bytes = usize::try_from(object.size().unwrap_or_default()).unwrap_or(usize::MAX);
        Some(File { key: object.key()?.to_owned(), bytes })
    };
    Ok(page.contents().iter().filter_map(file).filter(|file| !file.key.ends_with('/')).collect())
}

fn unread(execution: &ExecutionArn, why: &str) -> Option<TransferFailures> {
    tracing::warn!(execution.arn = %execution, "the task report of {execution} proves nothing: {why}");
    None
}
