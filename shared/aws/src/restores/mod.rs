//! AWS Backup's restore jobs, which carry their token; the machines that they make, by EC2; and refusals, decoded by STS.

mod list;
mod machines;
mod read;
#[cfg(test)]
mod tests;

use aws_types::SdkConfig;
use jiff::Timestamp;
use nightferry_domain::ids::{AttemptId, ExecutionArn, RunId};
use nightferry_domain::restore::Restore;
use nightferry_domain::restore::machine::Machine;
use nightferry_domain::restore::metadata::Metadata;
use nightferry_domain::restore::state::{RestoreObservation, RestoreState, unquoted};
use nightferry_domain::stack::Stack;
use nightferry_workflow::error::PortError;
use nightferry_workflow::ports::Restores;

use crate::backups::{count, text, time};
use crate::sdk_error::Call;
use crate::signed::Signed;

/// The kind of resource: AWS Backup's word for machines.
const EC2: &str = "EC2";
const METADATA: Call = Call::read("AWS Backup", "GetRecoveryPointRestoreMetadata");
const START: Call = Call::write("AWS Backup", "StartRestoreJob");
const DESCRIBE: Call = Call::read("AWS Backup", "DescribeRestoreJob");
const DECODE: Call = Call::read("STS", "DecodeAuthorizationMessage");

/// [`Restores`] over AWS Backup, EC2 and STS.
#[derive(Debug, Clone)]
pub struct BackupRestores {
    backup: aws_sdk_backup::Client,
    sts: aws_sdk_sts::Client,
    ec2: Signed,
    stack: Stack,
}

impl BackupRestores {
    /// The restores of the stack's account and Region.
    #[must_use]
    pub fn new(config: &SdkConfig, stack: Stack) -> Self {
        Self {
            backup: aws_sdk_backup::Client::new(config),
            sts: aws_sdk_sts::Client::new(config),
            ec2: Signed::new(config),
            stack,
        }
    }
}

impl Restores for BackupRestores {
    async fn proposed(&self, vault: &str, recovery_point: &str) -> Result<Metadata, PortError> {
        let asked = self.backup.get_recovery_point_restore_metadata();
        let asked = asked.backup_vault_name(vault).recovery_point_arn(recovery_point);
        let told = asked.send().await.map_err(|error| METADATA.refused(&error))?;
        Ok(told.restore_metadata().into_iter().flatten().map(|(key, value)| (key.clone(), value.clone())).collect())
    }

    async fn restore(&self, restore: &Restore, attempt: &AttemptId) -> Result<ExecutionArn, PortError> {
        let asked = self
            .backup
            .start_restore_job()
            .recovery_point_arn(&restore.recovery_point)
            .set_metadata(Some(restore.metadata.clone().into_iter().collect()))
            .iam_role_arn(&restore.restore_role)
            .idempotency_token(attempt.to_string())
            .resource_type(EC2)
            .copy_source_tags_to_restored_resource(restore.copies_tags);
        let told = asked.send().await.map_err(|error| START.refused(&error))?;
        restore_arn(START, &self.stack, told.restore_job_id())
    }

    async fn begun_since(&self, since: Timestamp) -> Result<Vec<RestoreObservation>, PortError> {
        list::begun(&self.backup, &self.stack, since).await
    }

    async fn restored(&self, job: &ExecutionArn) -> Result<RestoreObservation, PortError> {
        let told = self.backup.describe_restore_job().restore_job_id(job.id()).send().await;
        let told = told.map_err(|error| DESCRIBE.refused(&error))?;
        Ok(RestoreObservation {
            execution: job.clone(),
            state: RestoreState::of(told.status().map_or("", |status| status.as_str())),
            message: told.status_message().and_then(unquoted),
            created: text(told.created_resource_arn()),
            recovery_point: text(told.recovery_point_arn()),
            bytes: count(told.backup_size_in_bytes()),
            created_at: time(told.creation_date()),
            ended_at: time(told.completion_date()),
        })
    }

    async fn decoded(&self, encoded: &str) -> Result<String, PortError> {
        let told = self.sts.decode_authorization_message().encoded_message(encoded).send().await;
        let told = told.map_err(|error| DECODE.refused(&error))?;
        Ok(told.decoded_message().unwrap_or_default().to_owned())
    }

    async fn machine(&self, id: &str) -> Result<Option<Machine>, PortError> {
        machines::machine(&self.ec2, id).await
    }

    async fn mark(&self, id: &str, run: &RunId) -> Result<(), PortError> {
        machines::mark(&self.ec2, id, run).await
    }

    async fn remove(&self, id: &str) -> Result<(), PortError> {
        machines::remove(&self.ec2, id).await
    }
}

/// The form in which our records name a restore job. A reply without a name says nothing of the call: a job may be on.
fn restore_arn(call: Call, stack: &Stack, id: Option<&str>) -> Result<ExecutionArn, PortError> {
    crate::backups::execution(call, stack, "restore-job", id)
}
