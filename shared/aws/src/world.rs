//! Everything outside, as AWS gives it.

use aws_types::SdkConfig;
use nightferry_domain::place::Place;
use nightferry_workflow::World;

use crate::agents::DataSyncAgents;
use crate::backups::BackupJobs;
use crate::batch_jobs::S3BatchJobs;
use crate::chance_and_time::{RandomDice, SystemClock};
use crate::connect;
use crate::ec2::Ec2Instances;
use crate::metrics::StdoutMetrics;
use crate::notices::Topic;
use crate::preflight::DataSyncPreflight;
use crate::records::RecordsBucket;
use crate::restores::BackupRestores;
use crate::run_table::DynamoRunTable;
use crate::signed::Signed;
use crate::transfers::DataSyncTransfers;
use crate::workflows::NightlyRuns;

/// [`World`] over AWS. Built once for each process; a client connects when it is first used.
#[derive(Debug)]
pub struct AwsWorld {
    table: DynamoRunTable,
    transfers: DataSyncTransfers,
    agents: DataSyncAgents,
    batch_jobs: S3BatchJobs,
    backups: BackupJobs,
    instances: Ec2Instances,
    restores: BackupRestores,
    preflight: DataSyncPreflight,
    workflows: NightlyRuns,
    records: RecordsBucket,
    notices: Topic,
    metrics: StdoutMetrics,
    clock: SystemClock,
    dice: RandomDice,
}

impl AwsWorld {
    /// The world of one stack.
    #[must_use]
    pub fn connect(config: &SdkConfig, place: Place) -> Self {
        let datasync = aws_sdk_datasync::Client::new(config);
        let s3 = connect::s3(config);
        let dynamodb = aws_sdk_dynamodb::Client::new(config);
        let sfn = aws_sdk_sfn::Client::new(config);
        let sns = aws_sdk_sns::Client::new(config);
        Self {
            table: DynamoRunTable::new(dynamodb, place.run_table, place.keep_records_days),
            transfers: DataSyncTransfers::new(datasync),
            agents: DataSyncAgents::new(config),
            batch_jobs: S3BatchJobs::new(config, place.stack.clone()),
            backups: BackupJobs::new(aws_sdk_backup::Client::new(config), place.stack.clone()),
            instances: Ec2Instances::new(config, place.stack.clone()),
            restores: BackupRestores::new(config, place.stack.clone()),
            workflows: NightlyRuns::new(sfn, place.nightly_run_arn, place.stack.restore_arn()),
            preflight: DataSyncPreflight::new(config, place.stack).with_machines(config).with_ec2(Signed::new(config)),
            records: RecordsBucket::new(s3, place.records_bucket),
            notices: Topic::new(sns, place.report_topic_arn),
            metrics: StdoutMetrics,
            clock: SystemClock,
            dice: RandomDice,
        }
    }
}

impl World for AwsWorld {
    type Table = DynamoRunTable;
    type Transfers = DataSyncTransfers;
    type AgentStates = DataSyncAgents;
    type BatchJobs = S3BatchJobs;
    type Backups = BackupJobs;
    type Instances = Ec2Instances;
    type Restores = BackupRestores;
    type Preflight = DataSyncPreflight;
    type Workflows = NightlyRuns;
    type Records = RecordsBucket;
    type Notices = Topic;
    type Metrics = StdoutMetrics;
    type Clock = SystemClock;
    type Dice = RandomDice;

    fn table(&self) -> &DynamoRunTable {
        &self.table
    }

    fn transfers(&self) -> &DataSyncTransfers {
        &self.transfers
    }

    fn agent_states(&self) -> &DataSyncAgents {
        &self.agents
    }

    fn batch_jobs(&self) -> &S3BatchJobs {
        &self.batch_jobs
    }

    fn backups(&self) -> &BackupJobs {
        &self.backups
    }

    fn instances(&self) -> &Ec2Instances {
        &self.instances
    }

    fn restores(&self) -> &BackupRestores {
        &self.restores
    }

    fn preflight(&self) -> &DataSyncPreflight {
        &self.preflight
    }

    fn workflows(&self) -> &NightlyRuns {
        &self.workflows
    }

    fn records(&self) -> &RecordsBucket {
        &self.records
    }

    fn notices(&self) -> &Topic {
        &self.notices
    }

    fn metrics(&self) -> &StdoutMetrics {
        &self.metrics
    }

    fn clock(&self) -> &SystemClock {
        &self.clock
    }

    fn dice(&self) -> &RandomDice {
        &self.dice
    }
}
