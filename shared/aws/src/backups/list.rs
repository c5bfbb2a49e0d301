//! Lists, page by page: read whole or not at all, because half a list would hide a job that runs or a point that is good.

use aws_sdk_backup::Client;
use aws_sdk_backup::primitives::DateTime;
use aws_sdk_backup::types::{BackupJob, CopyJob, RecoveryPointByBackupVault};
use jiff::Timestamp;
use nightferry_domain::backup::CopyState;
use nightferry_domain::backup::seen::{BackupObservation, CopyObservation, RecoveryPoint};
use nightferry_domain::stack::Stack;
use nightferry_workflow::error::PortError;

use super::told::{observation, recovery_point};
use super::{PAGES_MAX, PER_PAGE, job_arn, text, time};
use crate::sdk_error::Call;

const JOBS: Call = Call::read("AWS Backup", "ListBackupJobs");
const COPIES: Call = Call::read("AWS Backup", "ListCopyJobs");
const POINTS: Call = Call::read("AWS Backup", "ListRecoveryPointsByBackupVault");

pub(super) async fn jobs(
    client: &Client,
    stack: &Stack,
    resource: &str,
    since: Timestamp,
) -> Result<Vec<BackupObservation>, PortError> {
    let (mut listed, mut next) = (vec![], None);
    for _ in 0..PAGES_MAX {
        let asked = client.list_backup_jobs().by_resource_arn(resource).max_results(PER_PAGE).set_next_token(next);
        let asked = asked.by_created_after(DateTime::from_secs(since.as_second()));
        let page = asked.send().await.map_err(|error| JOBS.refused(&error))?;
        for told in page.backup_jobs() {
            listed.push(job(stack, told)?);
        }
        next = text(page.next_token());
        if next.is_none() {
            listed.retain(|job| job.created_at.is_none_or(|at| at >= since));
            listed.sort_by_key(|job| job.created_at);
            return Ok(listed);
        }
    }
    Err(too_many(JOBS))
}

fn job(stack: &Stack, told: &BackupJob) -> Result<BackupObservation, PortError> {
    Ok(observation!(job_arn(JOBS, stack, told.backup_job_id())?, told))
}

pub(super) async fn points(client: &Client, vault: &str) -> Result<Vec<RecoveryPoint>, PortError> {
    let (mut listed, mut next) = (vec![], None);
    for _ in 0..PAGES_MAX {
        let asked = client.list_recovery_points_by_backup_vault().backup_vault_name(vault).by_resource_type("EC2");
        let page = asked.max_results(PER_PAGE).set_next_token(next).send().await;
        let page = page.map_err(|error| POINTS.refused(&error))?;
        listed.extend(page.recovery_points().iter().map(point));
        next = text(page.next_token());
        if next.is_none() {
            return Ok(listed);
        }
    }
    Err(too_many(POINTS))
}

fn point(told: &RecoveryPointByBackupVault) -> RecoveryPoint {
    recovery_point!(told.recovery_point_arn().unwrap_or_default().to_owned(), told)
}

pub(super) async fn copies(client: &Client, recovery_point: &str) -> Result<Vec<CopyObservation>, PortError> {
    let (mut listed, mut next) = (vec![], None);
    for _ in 0..PAGES_MAX {
        let asked = client.list_copy_jobs().by_source_recovery_point_arn(recovery_point).max_results(PER_PAGE);
        let page = asked.set_next_token(next).send().await.map_err(|error| COPIES.refused(&error))?;
        listed.extend(page.copy_jobs().iter().map(copy));
        next = text(page.next_token());
        if next.is_none() {
            // Whatever does not know the filter answers with all copies.
            listed.retain(|copy| copy.source.as_deref().is_none_or(|source| source == recovery_point));
            return Ok(listed);
        }
    }
    Err(too_many(COPIES))
}

fn copy(told: &CopyJob) -> CopyObservation {
    CopyObservation {
        id: told.copy_job_id().unwrap_or_default().to_owned(),
        state: CopyState::of(told.state().map_or("", |state| state.as_str())),
        message: text(told.status_message()),
        source: text(told.source_recovery_point_arn()),
        vault_arn: text(told.destination_backup_vault_arn()),
        copy: text(told.destination_recovery_point_arn()),
        created_at: time(told.creation_date()),
        ended_at: time(told.completion_date()),
    }
}

fn too_many(call: Call) -> PortError {
    call.rejected("TooManyPages", &format!("the list has more than {PAGES_MAX} pages of {PER_PAGE}"))
}
