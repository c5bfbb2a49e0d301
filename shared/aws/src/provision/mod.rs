//! The account as `apply` and `destroy` need it, one file a service.

mod access_points;
mod backup_plans;
mod buckets;
mod logs;
mod plan_shelf;
pub(crate) mod replication;
mod roles;
mod schedules;
mod servers;
mod settings;
mod tasks;
mod transfer;
pub(crate) mod vaults;
mod ways_back;

#[cfg(test)]
mod backup_wire_tests;
#[cfg(test)]
mod tests;

use std::time::Duration;

use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;
use nightferry_workflow::ports::Clock;
use nightferry_workflow::provision::ports::Pause;

use crate::chance_and_time::SystemClock;
use crate::signed::Signed;

/// Longest wait for one try of a call. `CreateLocationS3` tries the bucket before it answers.
pub const TRY_TIMEOUT: Duration = Duration::from_mins(1);
/// Longest wait for a call with all its tries.
pub const CALL_TIMEOUT: Duration = Duration::from_mins(5);
/// Tries of a call that may be repeated.
pub const TRIES_MAX: u32 = 4;
/// Pages of any list that are read: beyond it the account holds more than its quotas allow.
pub const PAGES_MAX: usize = 100;

/// One account and region. Fulfils [`nightferry_workflow::provision::Account`].
#[derive(Debug, Clone)]
pub struct AwsAccount {
    iam: aws_sdk_iam::Client,
    logs: aws_sdk_cloudwatchlogs::Client,
    datasync: aws_sdk_datasync::Client,
    scheduler: aws_sdk_scheduler::Client,
    s3: aws_sdk_s3::Client,
    backup: aws_sdk_backup::Client,
    signed: Signed,
}

impl AwsAccount {
    /// The account that the credentials belong to, in the configured region.
    #[must_use]
    pub fn new(config: &SdkConfig) -> Self {
        let patient = config.clone().into_builder().timeout_config(time_limits()).retry_config(tries()).build();
        Self {
            iam: aws_sdk_iam::Client::new(&patient),
            logs: aws_sdk_cloudwatchlogs::Client::new(&patient),
            datasync: aws_sdk_datasync::Client::new(&patient),
            scheduler: aws_sdk_scheduler::Client::new(&patient),
            s3: crate::connect::s3(&patient),
            backup: aws_sdk_backup::Client::new(&patient),
            signed: Signed::new(&patient),
        }
    }
}

fn time_limits() -> TimeoutConfig {
    let connect = crate::connect::CONNECT_TIMEOUT;
    TimeoutConfig::builder()
        .connect_timeout(connect)
        .operation_attempt_timeout(TRY_TIMEOUT)
        .operation_timeout(CALL_TIMEOUT)
        .build()
}

/// For a call that would make a second thing: the service knows no token for it, or takes its own at random.
fn once() -> RetryConfig {
    RetryConfig::disabled()
}

fn tries() -> RetryConfig {
    RetryConfig::standard().with_max_attempts(TRIES_MAX)
}

impl Pause for AwsAccount {
    async fn pause(&self, secs: u64) {
        tokio::time::sleep(Duration::from_secs(secs)).await;
    }
}

impl Clock for AwsAccount {
    fn now(&self) -> jiff::Timestamp {
        SystemClock.now()
    }
}
