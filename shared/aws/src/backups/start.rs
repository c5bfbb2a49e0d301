//! `StartBackupJob` and `StartCopyJob`: the same order is the same request, token and all.

use aws_sdk_backup::Client;
use aws_sdk_backup::types::Lifecycle;
use nightferry_domain::backup::order::{BackupOrder, CopyOrder};
use nightferry_domain::ids::ExecutionArn;
use nightferry_domain::stack::Stack;
use nightferry_workflow::error::PortError;

use crate::sdk_error::Call;

const START: Call = Call::write("AWS Backup", "StartBackupJob");
const COPY: Call = Call::write("AWS Backup", "StartCopyJob");

pub(super) async fn start(client: &Client, stack: &Stack, order: &BackupOrder) -> Result<ExecutionArn, PortError> {
    let lifecycle = Lifecycle::builder()
        .delete_after_days(i64::from(order.keep_days))
        .set_move_to_cold_storage_after_days(order.cold_after_days.map(i64::from));
    let asked = client
        .start_backup_job()
        .backup_vault_name(&order.vault)
        .resource_arn(&order.resource)
        .iam_role_arn(&order.role)
        .idempotency_token(&order.token)
        .start_window_minutes(i64::from(order.start_within_mins))
        .complete_window_minutes(i64::from(order.complete_within_mins))
        .lifecycle(lifecycle.build())
        .set_recovery_point_tags(Some(order.tags.clone().into_iter().collect()));
    let told = asked.send().await.map_err(|error| START.refused(&error))?;
    super::job_arn(START, stack, told.backup_job_id())
}

pub(super) async fn copy(client: &Client, order: &CopyOrder) -> Result<String, PortError> {
    let asked = client
        .start_copy_job()
        .recovery_point_arn(&order.recovery_point)
        .source_backup_vault_name(&order.vault)
        .destination_backup_vault_arn(&order.to.vault_arn)
        .iam_role_arn(&order.role)
        .idempotency_token(&order.token)
        .lifecycle(Lifecycle::builder().delete_after_days(i64::from(order.to.keep_days)).build());
    let told = asked.send().await.map_err(|error| COPY.refused(&error))?;
    told.copy_job_id().map(str::to_owned).ok_or_else(|| COPY.retryable("the reply could not be read"))
}
