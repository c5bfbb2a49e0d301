//! What AWS Backup tells of a job and of a recovery point. Its SDK has a type of its own for the same thing in a list and
//! alone, with the same words: so that both are read alike, they are read here.

/// A backup job, of `DescribeBackupJob` or of a list.
macro_rules! observation {
    ($execution:expr, $told:expr) => {
        nightferry_domain::backup::seen::BackupObservation {
            execution: $execution,
            state: nightferry_domain::backup::BackupState::of($told.state().map_or("", |state| state.as_str())),
            message: $crate::backups::text($told.status_message()),
            category: $crate::backups::text($told.message_category()),
            resource: $crate::backups::text($told.resource_arn()),
            vault: $crate::backups::text($told.backup_vault_name()),
            role: $crate::backups::text($told.iam_role_arn()),
            recovery_point: $crate::backups::text($told.recovery_point_arn()),
            bytes: $crate::backups::count($told.backup_size_in_bytes()),
            percent: $crate::backups::told::percent($told.percent_done()),
            plan_id: $told.created_by().and_then(|by| $crate::backups::text(by.backup_plan_id())),
            created_at: $crate::backups::time($told.creation_date()),
            start_by: $crate::backups::time($told.start_by()),
            ended_at: $crate::backups::time($told.completion_date()),
        }
    };
}

/// A recovery point, of `DescribeRecoveryPoint` or of a list.
macro_rules! recovery_point {
    ($arn:expr, $told:expr) => {
        nightferry_domain::backup::seen::RecoveryPoint {
            arn: $arn,
            resource: $crate::backups::text($told.resource_arn()),
            vault: $crate::backups::text($told.backup_vault_name()),
            status: nightferry_domain::backup::PointStatus::of($told.status().map_or("", |status| status.as_str())),
            message: $crate::backups::text($told.status_message()),
            bytes: $crate::backups::count($told.backup_size_in_bytes()),
            created_at: $crate::backups::time($told.creation_date()),
            completed_at: $crate::backups::time($told.completion_date()),
            delete_at: $told.calculated_lifecycle().and_then(|ends| $crate::backups::time(ends.delete_at())),
            cold_at: $told
                .calculated_lifecycle()
                .and_then(|ends| $crate::backups::time(ends.move_to_cold_storage_at())),
        }
    };
}

pub(super) use {observation, recovery_point};

/// The service writes `0.0`, `57.2` or `100.0`.
pub(super) fn percent(told: Option<&str>) -> Option<u8> {
    told?.split('.').next()?.parse().ok()
}
