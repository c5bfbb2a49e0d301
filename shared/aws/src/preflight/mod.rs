//! Preflight: reads what AWS says of a job's parts; `nightferry_domain::preflight` says what stands in the way.

mod bucket;
mod restore;
mod role;
mod task;

use nightferry_domain::job_spec::{JobSpec, Transfer, Work};
use nightferry_domain::preflight::{self, Around, BucketFacts, Findings, ReplicationFacts, SourceFacts, TransferFacts};
use nightferry_domain::replication::Replication;
use nightferry_domain::stack::Stack;
use nightferry_workflow::error::PortError;
use nightferry_workflow::ports::{Obstacle, Preflight};

use crate::signed::Signed;

/// [`Preflight`] over DataSync, IAM and S3.
#[derive(Debug, Clone)]
pub struct DataSyncPreflight {
    datasync: aws_sdk_datasync::Client,
    s3: aws_sdk_s3::Client,
    iam: aws_sdk_iam::Client,
    stack: Stack,
    /// Another account and S3 as its credentials see it.
    other: Option<(String, aws_sdk_s3::Client)>,
    /// EC2, where machines are restored.
    ec2: Option<Signed>,
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
        Self { datasync, s3, iam, stack, other: None, ec2: None }
    }

    /// Judges that account's buckets by what this client, which has its credentials, is shown of them.
    #[must_use]
    pub fn with_other_side(self, account: String, s3: aws_sdk_s3::Client) -> Self {
        Self { other: Some((account, s3)), ..self }
    }

    /// What stands in a job's way, and what could not be judged.
    ///
    /// # Errors
    /// When a service does not answer; what may not be looked at is a note.
    pub async fn findings(&self, job: &JobSpec) -> Result<Findings, PortError> {
        match &job.work {
            Work::DataSync(work) => {
                Ok(preflight::transfer(&self.stack, &job.name, work, &self.transfer_facts(work).await?))
            }
            Work::Replicate(work) => {
                Ok(preflight::replication(&self.stack, &job.name, work, &self.replication_facts(work).await?))
            }
            Work::Backup(work) => Ok(preflight::backup(&self.stack, work, &role::read(&self.iam, &work.role).await?)),
            Work::Restore(restore) => self.restore_findings(restore).await,
        }
    }

    async fn transfer_facts(&self, transfer: &Transfer) -> Result<TransferFacts, PortError> {
        let task = task::read(&self.datasync, transfer).await?;
        let source = match &transfer.reach.source {
            None => None,
            Some(source) => Some(SourceFacts {
                location: task.source,
                role: role::read(&self.iam, &source.bucket_access_role).await?,
                bucket: self.end(&source.bucket, source.owner.as_deref()).await?,
            }),
        };
        Ok(TransferFacts {
            task: task.facts,
            destination: task.destination,
            missing_locations: task.missing_locations,
            role: role::read(&self.iam, &transfer.bucket_access_role).await?,
            bucket: self.end(&transfer.bucket, transfer.reach.owner.as_deref()).await?,
            source,
            around: Around::default(),
        })
    }

    /// Of another account's bucket without its credentials only S3's refusal could be learned.
    async fn end(&self, bucket: &str, owner: Option<&str>) -> Result<BucketFacts, PortError> {
        match (owner, &self.other) {
            (None, _) => bucket::policy(&self.s3, bucket).await,
            (Some(owner), Some((account, s3))) if owner == account => bucket::whole(s3, bucket).await,
            (Some(_), _) => Ok(BucketFacts::Unreadable),
        }
    }

    async fn replication_facts(&self, work: &Replication) -> Result<ReplicationFacts, PortError> {
        let destination = match &self.other {
            Some((account, s3)) if *account == work.destination_account => {
                bucket::whole(s3, &work.destination_bucket).await?
            }
            _ if work.destination_account == self.stack.account => {
                bucket::whole(&self.s3, &work.destination_bucket).await?
            }
            _ => BucketFacts::Unreadable,
        };
        Ok(ReplicationFacts {
            replication_role: role::read(&self.iam, &work.replication_role).await?,
            batch_role: role::read(&self.iam, &work.batch_role).await?,
            source: bucket::whole(&self.s3, &work.bucket).await?,
            destination,
            records: bucket::whole(&self.s3, &work.reports.bucket).await?,
            around: Around::default(),
        })
    }
}

impl Preflight for DataSyncPreflight {
    async fn obstacles(&self, job: &JobSpec) -> Result<Vec<Obstacle>, PortError> {
        Ok(self.findings(job).await?.obstacles.into_iter().map(told).collect())
    }
}

fn told(found: nightferry_domain::preflight::Obstacle) -> Obstacle {
    Obstacle { id: found.id, what: found.what, fix: found.fix, patch: found.patch }
}

/// Whether a refusal only means that this caller may not look.
fn is_denied(error: &PortError) -> bool {
    matches!(error, PortError::Rejected { code, .. } if ["AccessDenied", "AccessDeniedException"].contains(&code.as_str()))
}
