//! `DescribeBackupJob` and `DescribeRecoveryPoint`: nothing is guessed, and what the service does not say stays unsaid.

use aws_sdk_backup::Client;
use nightferry_domain::backup::seen::{BackupObservation, RecoveryPoint};
use nightferry_domain::backup::{BackupState, PointStatus};
use nightferry_domain::ids::ExecutionArn;
use nightferry_workflow::error::PortError;

use super::{count, text, time};
use crate::sdk_error::Call;

const JOB: Call = Call::read("AWS Backup", "DescribeBackupJob");
const POINT: Call = Call::read("AWS Backup", "DescribeRecoveryPoint");

pub(super) async fn job(client: &Client, job: &ExecutionArn) -> Result<BackupObservation, PortError> {
    let told = client.describe_backup_job().backup_job_id(job.id()).send().await;
    let told = told.map_err(|error| JOB.refused(&error))?;
    Ok(BackupObservation {
        execution: job.clone(),
        state: BackupState::of(told.state().map_or("", |state| state.as_str())),
        message: text(told.status_message()),
        category: text(told.message_category()),
        resource: text(told.resource_arn()),
        vault: text(told.backup_vault_name()),
        role: text(told.iam_role_arn()),
        recovery_point: text(told.recovery_point_arn()),
        bytes: count(told.backup_size_in_bytes()),
        percent: percent(told.percent_done()),
        plan_id: told.created_by().and_then(|by| text(by.backup_plan_id())),
        created_at: time(told.creation_date()),
        start_by: time(told.start_by()),
        ended_at: time(told.completion_date()),
    })
}

pub(super) async fn point(client: &Client, vault: &str, recovery_point: &str) -> Result<RecoveryPoint, PortError> {
    let asked = client.describe_recovery_point().backup_vault_name(vault).recovery_point_arn(recovery_point);
    let told = asked.send().await.map_err(|error| POINT.refused(&error))?;
    let lifecycle = told.calculated_lifecycle();
    Ok(RecoveryPoint {
        arn: text(told.recovery_point_arn()).unwrap_or_else(|| recovery_point.to_owned()),
        resource: text(told.resource_arn()),
        vault: text(told.backup_vault_name()),
        status: PointStatus::of(told.status().map_or("", |status| status.as_str())),
        message: text(told.status_message()),
        bytes: count(told.backup_size_in_bytes()),
        created_at: time(told.creation_date()),
        completed_at: time(told.completion_date()),
        delete_at: lifecycle.and_then(|lifecycle| time(lifecycle.delete_at())),
        cold_at: lifecycle.and_then(|lifecycle| time(lifecycle.move_to_cold_storage_at())),
    })
}

/// The service writes `0.0`, `57.2` or `100.0`.
pub(super) fn percent(told: Option<&str>) -> Option<u8> {
    told?.split('.').next()?.parse().ok()
}
