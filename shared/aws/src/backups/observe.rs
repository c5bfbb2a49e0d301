//! `DescribeBackupJob` and `DescribeRecoveryPoint`: nothing is guessed, and what the service does not say stays unsaid.

use aws_sdk_backup::Client;
use nightferry_domain::backup::seen::{BackupObservation, RecoveryPoint};
use nightferry_domain::ids::ExecutionArn;
use nightferry_workflow::error::PortError;

use super::text;
use super::told::{observation, recovery_point};
use crate::sdk_error::Call;

const JOB: Call = Call::read("AWS Backup", "DescribeBackupJob");
const POINT: Call = Call::read("AWS Backup", "DescribeRecoveryPoint");

pub(super) async fn job(client: &Client, job: &ExecutionArn) -> Result<BackupObservation, PortError> {
    let told = client.describe_backup_job().backup_job_id(job.id()).send().await;
    let told = told.map_err(|error| JOB.refused(&error))?;
    Ok(observation!(job.clone(), told))
}

pub(super) async fn point(client: &Client, vault: &str, recovery_point: &str) -> Result<RecoveryPoint, PortError> {
    let asked = client.describe_recovery_point().backup_vault_name(vault).recovery_point_arn(recovery_point);
    let told = asked.send().await.map_err(|error| POINT.refused(&error))?;
    let arn = text(told.recovery_point_arn()).unwrap_or_else(|| recovery_point.to_owned());
    Ok(recovery_point!(arn, told))
}
