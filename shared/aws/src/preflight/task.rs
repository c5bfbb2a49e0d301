//! What DataSync says of a task and its two locations.

use aws_sdk_datasync::Client;
use nightferry_domain::job_spec::Transfer;
use nightferry_domain::preflight::TaskFacts;
use nightferry_workflow::error::PortError;

use crate::sdk_error::Call;

const TASK: Call = Call::read("DataSync", "DescribeTask");
const EFS: Call = Call::read("DataSync", "DescribeLocationEfs");
const S3: Call = Call::read("DataSync", "DescribeLocationS3");

pub(super) struct TaskRead {
    pub(super) facts: TaskFacts,
    pub(super) source: Option<String>,
    pub(super) destination: Option<String>,
    pub(super) missing_locations: Vec<String>,
}

pub(super) async fn read(client: &Client, transfer: &Transfer) -> Result<TaskRead, PortError> {
    let told = client.describe_task().task_arn(transfer.task.as_str()).send().await;
    let told = match told.map_err(|error| TASK.refused(&error)) {
        Ok(told) => told,
        Err(PortError::Missing { .. }) => {
            return Ok(TaskRead {
                facts: TaskFacts::Missing,
                source: None,
                destination: None,
                missing_locations: vec![],
            });
        }
        Err(error) => return Err(error),
    };
    let ends = [(&transfer.from, told.source_location_arn()), (&transfer.to, told.destination_location_arn())];
    let mut missing_locations = vec![];
    for (kind, location) in ends {
        let Some(location) = location else { continue };
        if is_missing(client, kind, location).await? {
            missing_locations.push(location.to_owned());
        }
    }
    let status = told.status().map_or_else(String::new, |status| status.as_str().to_owned());
    let error = told.error_code().map(|code| format!("{code}: {}", told.error_detail().unwrap_or_default()));
    let source = told.source_location_arn().map(str::to_owned);
    let destination = told.destination_location_arn().map(str::to_owned);
    Ok(TaskRead { facts: TaskFacts::Found { status, error }, source, destination, missing_locations })
}

/// Kinds of location that this version does not make are left to the start.
async fn is_missing(client: &Client, kind: &str, location: &str) -> Result<bool, PortError> {
    let seen = if kind.starts_with("efs") {
        let told = client.describe_location_efs().location_arn(location).send().await;
        told.map(drop).map_err(|error| EFS.refused(&error))
    } else if kind.starts_with("s3") {
        let told = client.describe_location_s3().location_arn(location).send().await;
        told.map(drop).map_err(|error| S3.refused(&error))
    } else {
        Ok(())
    };
    match seen {
        Ok(()) => Ok(false),
        Err(PortError::Missing { .. }) => Ok(true),
        Err(error) => Err(error),
    }
}
