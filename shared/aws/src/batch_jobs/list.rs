//! `ListJobs`, page by page: read whole or not at all, because half a list would hide a job that runs.

use aws_sdk_s3control::Client;
use aws_sdk_s3control::types::{JobListDescriptor, JobStatus};
use nightferry_domain::batch::{BatchState, ListedBatchJob};
use nightferry_domain::stack::Stack;
use nightferry_workflow::error::PortError;

use super::observe::counts;
use super::{JOB_PAGES_MAX, JOBS_PER_PAGE, job_arn, time};
use crate::sdk_error::Call;

const LIST: Call = Call::read("S3 Control", "ListJobs");

pub(super) async fn list(
    client: &Client,
    stack: &Stack,
    statuses: &[JobStatus],
) -> Result<Vec<ListedBatchJob>, PortError> {
    let (mut listed, mut next) = (vec![], None);
    for _ in 0..JOB_PAGES_MAX {
        let asked = client.list_jobs().account_id(&stack.account).max_results(JOBS_PER_PAGE).set_next_token(next);
        let asked = asked.set_job_statuses((!statuses.is_empty()).then(|| statuses.to_vec()));
        let page = asked.send().await.map_err(|error| LIST.refused(&error))?;
        for told in page.jobs() {
            listed.push(job(stack, told)?);
        }
        next = page.next_token().filter(|token| !token.is_empty()).map(str::to_owned);
        if next.is_none() {
            return Ok(listed);
        }
    }
    let what = format!("account {} has more than {JOB_PAGES_MAX} pages of batch jobs", stack.account);
    Err(LIST.rejected("TooManyPages", &what))
}

fn job(stack: &Stack, told: &JobListDescriptor) -> Result<ListedBatchJob, PortError> {
    Ok(ListedBatchJob {
        execution: job_arn(LIST, stack, told.job_id().unwrap_or_default())?,
        description: told.description().map(str::to_owned),
        state: BatchState::of(told.status().map_or("", |status| status.as_str())),
        total: counts(told.progress_summary()).total,
        created_at: time(told.creation_time()),
    })
}
