//! Preflight: reads what AWS says of a job's parts; `nightferry_domain::preflight` says what stands in the way.

mod account_block;
mod backup;
mod bucket;
mod creator;
mod key;
mod restore;
mod restore_keys;
pub(crate) mod role;
mod task;
mod trails;

use std::collections::BTreeMap;

use aws_types::SdkConfig;
use nightferry_domain::job_spec::{JobSpec, Transfer, Work};
use nightferry_domain::policy::BlockPublicAccess;
use nightferry_domain::preflight::{
    self, Around, BucketFacts, EndFacts, Findings, ReplicationFacts, TaskFacts, TrailFacts, TransferFacts,
};
use nightferry_domain::replication::Replication;
use nightferry_domain::stack::Stack;
use nightferry_workflow::error::PortError;
use nightferry_workflow::ports::{Obstacle, Preflight};
use serde_json::Value;

use crate::connect;
use crate::ec2::Ec2Instances;
use crate::file_systems::FileSystems;
use crate::signed::Signed;

/// [`Preflight`] over DataSync, IAM, S3, KMS, AWS Backup and EC2.
#[derive(Debug, Clone)]
pub struct DataSyncPreflight {
    datasync: aws_sdk_datasync::Client,
    s3: aws_sdk_s3::Client,
    iam: aws_sdk_iam::Client,
    /// With which keys are asked for.
    config: SdkConfig,
    stack: Stack,
    /// Another account, and what sees it with its own credentials.
    other: Option<Other>,
    /// Who would make what is missing.
    creator: Option<String>,
    /// Who tells of batch jobs.
    trails: TrailFacts,
    /// EFS and EC2, where somebody asks for what is around a file system.
    files: Option<FileSystems>,
    /// EC2, where machines are restored.
    ec2: Option<Signed>,
    machines: Option<backup::Machines>,
}

#[derive(Debug, Clone)]
struct Other {
    account: String,
    s3: aws_sdk_s3::Client,
    config: SdkConfig,
    /// The account's Block Public Access; `None` where it is not shown.
    block: Option<BlockPublicAccess>,
}

impl Other {
    /// One of its buckets, under what its account blocks: to that account we are strangers.
    async fn bucket(&self, bucket: &str) -> Result<BucketFacts, PortError> {
        Ok(account_block::joined(bucket::whole(&self.s3, bucket).await?, self.block))
    }

    /// The account, where it owns an end and does not show what it blocks.
    fn unshown(&self, owners: &[Option<&str>]) -> Option<String> {
        (self.block.is_none() && owners.contains(&Some(&self.account))).then(|| self.account.clone())
    }
}

impl DataSyncPreflight {
    /// For the jobs of one stack, with these settings.
    #[must_use]
    pub fn new(config: &SdkConfig, stack: Stack) -> Self {
        Self {
            datasync: aws_sdk_datasync::Client::new(config),
            s3: connect::s3(config),
            iam: aws_sdk_iam::Client::new(config),
            config: config.clone(),
            stack,
            other: None,
            creator: None,
            trails: TrailFacts::NotAsked,
            files: None,
            ec2: None,
            machines: None,
        }
    }

    /// Judges backups of machines too.
    #[must_use]
    pub fn with_machines(self, config: &SdkConfig) -> Self {
        let backup = aws_sdk_backup::Client::new(config);
        let instances = Ec2Instances::new(config, self.stack.clone());
        let machines = backup::Machines { backup, instances, signed: Signed::new(config), starter: None };
        Self { machines: Some(machines), ..self }
    }

    /// Judges besides whether DataSync gets to the file systems that jobs write. Only a person may ask: a night does without,
    /// and DataSync says itself what it did not reach.
    #[must_use]
    pub fn with_file_systems(self) -> Self {
        let files = Some(FileSystems::new(&self.config));
        Self { files, ..self }
    }

    /// Judges besides whether the function that starts the jobs may hand its roles over. Only a person may look at it.
    #[must_use]
    pub fn with_starter(self) -> Self {
        let starter = Some(self.stack.role_arn("start-job"));
        let machines = self.machines.map(|machines| backup::Machines { starter, ..machines });
        Self { machines, ..self }
    }

    /// Judges that account's buckets and keys by what settings with its credentials are shown of them.
    ///
    /// # Errors
    /// When S3 Control does not answer for that account; what it may not show is a note.
    pub async fn with_other_side(self, account: String, config: &SdkConfig) -> Result<Self, PortError> {
        let block = account_block::read(&connect::s3_control(config), &account).await?;
        let other = Other { account, s3: connect::s3(config), config: config.clone(), block };
        Ok(Self { other: Some(other), ..self })
    }

    /// Judges too, where locations have to be made, whether the caller with this ARN could make them.
    #[must_use]
    pub fn with_creator(self, arn: String) -> Self {
        Self { creator: Some(arn), ..self }
    }

    /// Says besides whether a trail tells of batch jobs. Only a person asks: a night goes on without one.
    ///
    /// # Errors
    /// When `CloudTrail` does not answer; what may not be looked at is told as unknown.
    pub async fn with_trails(self) -> Result<Self, PortError> {
        let trails = trails::read(&self.config).await?;
        Ok(Self { trails, ..self })
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
            Work::Backup(work) => match &self.machines {
                Some(machines) => {
                    let facts = machines.facts(&self.iam, &self.stack, job, work).await?;
                    Ok(preflight::backup(&self.stack, &job.name, work, &facts))
                }
                None => Ok(Findings {
                    notes: vec![format!("nothing was looked at of vault {} and its role", work.vault)],
                    ..Findings::default()
                }),
            },
            Work::Restore(restore) => self.restore_findings(restore).await,
        }
    }

    async fn transfer_facts(&self, transfer: &Transfer) -> Result<TransferFacts, PortError> {
        let task = task::read(&self.datasync, transfer).await?;
        let source = match &transfer.reach.source {
            None => None,
            Some(source) => Some(EndFacts {
                location: task.source.clone(),
                role: role::read(&self.iam, &source.bucket_access_role).await?,
                bucket: self.end(&source.bucket, source.owner.as_deref()).await?,
            }),
        };
        let destination = match transfer.destination.bucket() {
            None => None,
            Some(to) => Some(EndFacts {
                location: task.destination.clone(),
                role: role::read(&self.iam, &to.bucket_access_role).await?,
                bucket: self.end(&to.bucket, transfer.reach.owner.as_deref()).await?,
            }),
        };
        let files = match (&self.files, transfer.destination.files()) {
            (Some(around), Some(end)) => Some(around.facts(end).await?),
            _ => None,
        };
        let planned = [&transfer.reach.key, &transfer.reach.source.as_ref().and_then(|source| source.key.clone())];
        let found = source.iter().chain(&destination).filter_map(|end| own_key(&end.bucket));
        let keys = planned.into_iter().flatten().map(String::as_str).chain(found);
        let owners =
            [transfer.reach.owner.as_deref(), transfer.reach.source.as_ref().and_then(|it| it.owner.as_deref())];
        let around = Around {
            keys: self.keys(keys).await?,
            creator: self.creator(&task).await?,
            unshown_block: self.other.as_ref().and_then(|other| other.unshown(&owners)),
        };
        let missing_locations = task.missing_locations;
        Ok(TransferFacts { task: task.facts, missing_locations, destination, source, files, around })
    }

    /// Policies of the keys that somebody here may look at.
    async fn keys(&self, keys: impl Iterator<Item = &str>) -> Result<BTreeMap<String, String>, PortError> {
        let mut policies = BTreeMap::new();
        for key in keys {
            let owner = key.split(':').nth(4).unwrap_or_default();
            let config = match &self.other {
                _ if owner == self.stack.account => &self.config,
                Some(other) if other.account == owner => &other.config,
                Some(_) | None => continue,
            };
            if let Some(policy) = key::policy(config, key).await? {
                let _ = policies.insert(key.to_owned(), policy);
            }
        }
        Ok(policies)
    }

    /// Whoever makes locations needs rights of their own; for locations that are there nobody does.
    async fn creator(&self, task: &task::TaskRead) -> Result<Option<(String, Vec<String>)>, PortError> {
        let is_whole = task.facts != TaskFacts::Missing && task.missing_locations.is_empty();
        match self.creator.as_deref().filter(|_| !is_whole) {
            Some(arn) => creator::read(&self.iam, arn).await,
            None => Ok(None),
        }
    }

    /// Of another account's bucket without its credentials only S3's refusal could be learned.
    async fn end(&self, bucket: &str, owner: Option<&str>) -> Result<BucketFacts, PortError> {
        match (owner, &self.other) {
            (None, _) => bucket::policy(&self.s3, bucket).await,
            (Some(owner), Some(other)) if owner == other.account => other.bucket(bucket).await,
            (Some(_), _) => Ok(BucketFacts::Unreadable),
        }
    }

    async fn replication_facts(&self, work: &Replication) -> Result<ReplicationFacts, PortError> {
        let destination = match &self.other {
            Some(other) if other.account == work.destination_account => other.bucket(&work.destination_bucket).await?,
            _ if work.destination_account == self.stack.account => {
                bucket::whole(&self.s3, &work.destination_bucket).await?
            }
            _ => BucketFacts::Unreadable,
        };
        let source = bucket::whole(&self.s3, &work.bucket).await?;
        let named = [&source, &destination].into_iter().filter_map(own_key).chain(replica_keys(&source));
        let owners = [Some(work.destination_account.as_str())];
        let around = Around {
            keys: self.keys(named).await?,
            creator: None,
            unshown_block: self.other.as_ref().and_then(|other| other.unshown(&owners)),
        };
        Ok(ReplicationFacts {
            replication_role: role::read(&self.iam, &work.replication_role).await?,
            batch_role: role::read(&self.iam, &work.batch_role).await?,
            records: bucket::whole(&self.s3, &work.reports.bucket).await?,
            source,
            destination,
            around,
            trails: self.trails.clone(),
        })
    }
}

impl Preflight for DataSyncPreflight {
    async fn obstacles(&self, job: &JobSpec) -> Result<Vec<Obstacle>, PortError> {
        Ok(self.findings(job).await?.obstacles.into_iter().map(told).collect())
    }
}

/// The key by which a bucket encrypts unless told otherwise.
fn own_key(bucket: &BucketFacts) -> Option<&str> {
    bucket.read()?.key.as_deref()
}

/// The keys that its replication rules name for the replicas.
fn replica_keys(bucket: &BucketFacts) -> impl Iterator<Item = &str> {
    fn key(rule: &Value) -> Option<&str> {
        rule.pointer("/Destination/EncryptionConfiguration/ReplicaKmsKeyID")?.as_str()
    }
    let rules = bucket.read().and_then(|there| there.replication.as_ref()?.get("Rules")?.as_array());
    rules.into_iter().flatten().filter_map(key)
}

fn told(found: nightferry_domain::preflight::Obstacle) -> Obstacle {
    Obstacle { id: found.id, what: found.what, fix: found.fix, patch: found.patch }
}

/// The words of IAM and S3, of AWS Backup and KMS, and of EC2 for it.
const DENIED: [&str; 3] = ["AccessDenied", "AccessDeniedException", "UnauthorizedOperation"];

/// Whether a refusal only means that this caller may not look.
fn is_denied(error: &PortError) -> bool {
    matches!(error, PortError::Rejected { code, .. } if DENIED.contains(&code.as_str()))
}
