//! Jobs of S3 Batch Operations. A creation carries its token, so that sending it again gives the same job.

mod create;
mod evidence;
mod figures;
mod list;
mod observe;
mod replication;
#[cfg(test)]
mod tests;

use aws_sdk_s3control::types::RequestedJobStatus;
use aws_types::SdkConfig;
use jiff::Timestamp;
use nightferry_domain::batch::completion::{CompletionReport, ObjectVersion};
use nightferry_domain::batch::confirm::RulesNow;
use nightferry_domain::batch::new_objects::RuleFigures;
use nightferry_domain::batch::order::BatchOrder;
use nightferry_domain::batch::{BatchObservation, BatchState, ListedBatchJob, ManifestPlace, ReplicaState};
use nightferry_domain::ids::ExecutionArn;
use nightferry_domain::job_spec::ReportPlace;
use nightferry_domain::replication::Replication;
use nightferry_domain::stack::Stack;
use nightferry_workflow::error::PortError;
use nightferry_workflow::ports::BatchJobs;

use crate::connect;
use crate::sdk_error::Call;
use crate::signed::Signed;

/// Pages of the account's jobs that are read: those of 90 days.
pub const JOB_PAGES_MAX: usize = 20;
/// Jobs in one page: the service's own limit.
pub const JOBS_PER_PAGE: i32 = 1_000;

const UPDATE: Call = Call::write("S3 Control", "UpdateJobStatus");

/// [`BatchJobs`] over S3 Control and S3.
#[derive(Debug, Clone)]
pub struct S3BatchJobs {
    control: aws_sdk_s3control::Client,
    s3: aws_sdk_s3::Client,
    /// CloudWatch.
    signed: Signed,
    stack: Stack,
}

impl S3BatchJobs {
    /// The jobs of the stack's account and Region.
    #[must_use]
    pub fn new(config: &SdkConfig, stack: Stack) -> Self {
        let (control, s3, signed) = (connect::s3_control(config), connect::s3(config), Signed::new(config));
        Self { control, s3, signed, stack }
    }

    async fn update(&self, job: &ExecutionArn, status: RequestedJobStatus, reason: &str) -> Result<(), PortError> {
        let asked = self.control.update_job_status().account_id(job.account()).job_id(job.id());
        let asked = asked.requested_job_status(status).status_update_reason(reason).send().await;
        let _ = asked.map_err(|error| UPDATE.refused(&error))?;
        Ok(())
    }
}

impl BatchJobs for S3BatchJobs {
    async fn create(&self, order: &BatchOrder) -> Result<ExecutionArn, PortError> {
        create::create(&self.control, &self.stack, order).await
    }

    async fn listed(&self) -> Result<Vec<ListedBatchJob>, PortError> {
        list::list(&self.control, &self.stack, &[]).await
    }

    async fn suspended(&self) -> Result<Vec<ListedBatchJob>, PortError> {
        list::list(&self.control, &self.stack, &[aws_sdk_s3control::types::JobStatus::Suspended]).await
    }

    async fn observe(&self, job: &ExecutionArn) -> Result<BatchObservation, PortError> {
        observe::observe(&self.control, job).await
    }

    async fn confirm(&self, job: &ExecutionArn, reason: &str) -> Result<(), PortError> {
        self.update(job, RequestedJobStatus::Ready, reason).await
    }

    async fn cancel(&self, job: &ExecutionArn, reason: &str) -> Result<(), PortError> {
        match self.update(job, RequestedJobStatus::Cancelled, &plain(reason)).await {
            // It has ended, or is about to: nothing is left to be asked for.
            Err(refusal @ PortError::Rejected { .. }) => {
                let state = observe::observe(&self.control, job).await?.state;
                if state.is_end() || matches!(state, BatchState::Cancelling | BatchState::Failing) {
                    return Ok(());
                }
                Err(refusal)
            }
            Err(PortError::Missing { .. }) => Ok(()),
            told => told,
        }
    }

    async fn rules(&self, bucket: &str) -> Result<RulesNow, PortError> {
        replication::rules(&self.s3, bucket).await
    }

    async fn listed_bytes(&self, manifest: &ManifestPlace) -> Result<Option<u64>, PortError> {
        evidence::listed_bytes(&self.s3, manifest).await
    }

    async fn report(&self, place: &ReportPlace, job: &ExecutionArn) -> Result<Option<CompletionReport>, PortError> {
        evidence::report(&self.s3, place, job).await
    }

    async fn replica_state(&self, bucket: &str, object: &ObjectVersion) -> Result<ReplicaState, PortError> {
        replication::replica_state(&self.s3, bucket, object).await
    }

    async fn figures(
        &self,
        replication: &Replication,
        since: Timestamp,
        until: Timestamp,
    ) -> Result<RuleFigures, PortError> {
        figures::figures(&self.signed, replication, since, until).await
    }
}

/// `StatusUpdateReason` takes 1 to 256 characters, and travels in the request's address.
fn plain(reason: &str) -> String {
    let text: String = reason.chars().filter(|c| c.is_ascii() && !c.is_ascii_control()).take(256).collect();
    if text.is_empty() { "Nightferry".to_owned() } else { text }
}

/// The ARN of a job of this stack's account.
fn job_arn(call: Call, stack: &Stack, id: &str) -> Result<ExecutionArn, PortError> {
    let Stack { partition, region, account, .. } = stack;
    let arn = format!("arn:{partition}:s3:{region}:{account}:job/{id}");
    arn.parse().map_err(|error| call.rejected("UnreadableAnswer", &format!("{error}")))
}

/// S3 Control's times, as ours.
fn time(at: Option<&aws_sdk_s3control::primitives::DateTime>) -> Option<jiff::Timestamp> {
    at.and_then(|at| jiff::Timestamp::from_second(at.secs()).ok())
}

fn count(number: Option<i64>) -> Option<u64> {
    number.and_then(|number| u64::try_from(number).ok())
}
