//! Preflight: reads what AWS says of a job's parts; `nightferry_domain::preflight` says what stands in the way.

mod bucket;
mod role;
mod task;

use nightferry_domain::job_spec::{JobSpec, Transfer, Work};
use nightferry_domain::preflight::{TransferFacts, obstacles};
use nightferry_domain::stack::Stack;
use nightferry_workflow::error::PortError;
use nightferry_workflow::ports::{Obstacle, Preflight};

/// [`Preflight`] over DataSync, IAM and S3.
#[derive(Debug, Clone)]
pub struct DataSyncPreflight {
    datasync: aws_sdk_datasync::Client,
    s3: aws_sdk_s3::Client,
    iam: aws_sdk_iam::Client,
    stack: Stack,
}

impl DataSyncPreflight {
    /// For the jobs of one stack.
    #[must_use]
    pub fn new(
        datasync: aws_sdk_datasync::Client,
        s3: aws_sdk_s3::Client,
        iam: aws_sdk_iam::Client,
        stack: Stack,
    ) -> Self {
        Self { datasync, s3, iam, stack }
    }

    async fn facts(&self, transfer: &Transfer) -> Result<TransferFacts, PortError> {
        let task = task::read(&self.datasync, transfer).await?;
        Ok(TransferFacts {
            task: task.facts,
            destination: task.destination,
            missing_locations: task.missing_locations,
            role: role::read(&self.iam, &transfer.bucket_access_role).await?,
            bucket: bucket::read(&self.s3, &transfer.bucket).await?,
        })
    }
}

impl Preflight for DataSyncPreflight {
    async fn obstacles(&self, job: &JobSpec) -> Result<Vec<Obstacle>, PortError> {
        match &job.work {
            Work::DataSync(transfer) => {
                let facts = self.facts(transfer).await?;
                Ok(obstacles(&self.stack, transfer, &facts).into_iter().map(told).collect())
            }
            Work::Replicate(_) => Ok(vec![]),
        }
    }
}

fn told(found: nightferry_domain::preflight::Obstacle) -> Obstacle {
    Obstacle { id: found.id, what: found.what, fix: found.fix, patch: found.patch }
}

/// Whether a refusal only means that this caller may not look.
fn is_denied(error: &PortError) -> bool {
    matches!(error, PortError::Rejected { code, .. } if ["AccessDenied", "AccessDeniedException"].contains(&code.as_str()))
}
