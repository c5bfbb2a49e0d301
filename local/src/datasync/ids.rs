//! Names of DataSync's resources.

/// A new id such as `task-0f1e2d3c4b5a69788`: the kind and seventeen hexadecimal digits.
pub(super) fn fresh(kind: &str) -> String {
    format!("{kind}-0{:016x}", fastrand::u64(..))
}

/// The part of an ARN behind its last slash.
pub(super) fn last_part(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}

/// The twelve digits of an ARN.
pub(super) fn account_of(arn: &str) -> &str {
    arn.split(':').nth(4).unwrap_or_default()
}

/// The name of a bucket in its ARN.
pub(super) fn bucket_of(arn: &str) -> &str {
    arn.rsplit(':').next().unwrap_or(arn)
}
