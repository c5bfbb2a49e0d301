//! `ListRestoreJobs`: read whole or not at all, because half a list would hide the job that is looked for.

use aws_sdk_backup::Client;
use aws_sdk_backup::primitives::DateTime;
use aws_sdk_backup::types::RestoreJobsListMember;
use jiff::Timestamp;
use nightferry_domain::restore::state::{RestoreObservation, RestoreState, unquoted};
use nightferry_domain::stack::Stack;
use nightferry_workflow::error::PortError;

use super::{EC2, restore_arn};
use crate::backups::{PAGES_MAX, PER_PAGE, count, text, time};
use crate::sdk_error::Call;

const JOBS: Call = Call::read("AWS Backup", "ListRestoreJobs");

pub(super) async fn begun(
    client: &Client,
    stack: &Stack,
    since: Timestamp,
) -> Result<Vec<RestoreObservation>, PortError> {
    let (mut listed, mut next) = (vec![], None);
    for _ in 0..PAGES_MAX {
        let asked = client.list_restore_jobs().by_resource_type(EC2).max_results(PER_PAGE).set_next_token(next);
        let asked = asked.by_created_after(DateTime::from_secs(since.as_second()));
        let page = asked.send().await.map_err(|error| JOBS.refused(&error))?;
        for told in page.restore_jobs() {
            listed.push(job(stack, told)?);
        }
        next = text(page.next_token());
        if next.is_none() {
            listed.retain(|job| job.created_at.is_none_or(|at| at >= since));
            return Ok(listed);
        }
    }
    Err(JOBS.rejected("TooManyPages", &format!("the list has more than {PAGES_MAX} pages of {PER_PAGE}")))
}

fn job(stack: &Stack, told: &RestoreJobsListMember) -> Result<RestoreObservation, PortError> {
    Ok(RestoreObservation {
        execution: restore_arn(JOBS, stack, told.restore_job_id())?,
        state: RestoreState::of(told.status().map_or("", |status| status.as_str())),
        message: told.status_message().and_then(unquoted),
        created: text(told.created_resource_arn()),
        recovery_point: text(told.recovery_point_arn()),
        bytes: count(told.backup_size_in_bytes()),
        created_at: time(told.creation_date()),
        ended_at: time(told.completion_date()),
    })
}
