//! Everything outside, as AWS gives it.

use std::sync::OnceLock;

use aws_types::SdkConfig;
use nightferry_domain::place::Place;
use nightferry_domain::stack::Stack;
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

/// [`World`] over AWS. Each adapter makes its clients when it is first asked for: a function starts with the two or three that
/// it needs, and what none of its use cases asks for is not even linked into it. Only the run table's is made at once, for every
/// use case asks it first: a function has a whole CPU until its first event, and from then on the share of its memory size.
#[derive(Debug)]
pub struct AwsWorld {
    config: SdkConfig,
    place: Place,
    table: DynamoRunTable,
    transfers: OnceLock<DataSyncTransfers>,
    agents: OnceLock<DataSyncAgents>,
    batch_jobs: OnceLock<S3BatchJobs>,
    backups: OnceLock<BackupJobs>,
    instances: OnceLock<Ec2Instances>,
    restores: OnceLock<BackupRestores>,
    preflight: OnceLock<DataSyncPreflight>,
    workflows: OnceLock<NightlyRuns>,
    records: OnceLock<RecordsBucket>,
    notices: OnceLock<Topic>,
    metrics: StdoutMetrics,
    clock: SystemClock,
    dice: RandomDice,
}

impl AwsWorld {
    /// The world of one stack. All clients share the settings, and with them the connections.
    #[must_use]
    pub fn connect(config: &SdkConfig, place: Place) -> Self {
        let client = aws_sdk_dynamodb::Client::new(config);
        let table = DynamoRunTable::new(client, place.run_table.clone(), place.keep_records_days);
        Self {
            config: config.clone(),
            place,
            table,
            transfers: OnceLock::new(),
            agents: OnceLock::new(),
            batch_jobs: OnceLock::new(),
            backups: OnceLock::new(),
            instances: OnceLock::new(),
            restores: OnceLock::new(),
            preflight: OnceLock::new(),
            workflows: OnceLock::new(),
            records: OnceLock::new(),
            notices: OnceLock::new(),
            metrics: StdoutMetrics,
            clock: SystemClock,
            dice: RandomDice,
        }
    }

    fn stack(&self) -> Stack {
        self.place.stack.clone()
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
        self.transfers.get_or_init(|| DataSyncTransfers::new(aws_sdk_datasync::Client::new(&self.config)))
    }

    fn agent_states(&self) -> &DataSyncAgents {
        self.agents.get_or_init(|| DataSyncAgents::new(&self.config))
    }

    fn batch_jobs(&self) -> &S3BatchJobs {
        self.batch_jobs.get_or_init(|| S3BatchJobs::new(&self.config, self.stack()))
    }

    fn backups(&self) -> &BackupJobs {
        self.backups.get_or_init(|| BackupJobs::new(aws_sdk_backup::Client::new(&self.config), self.stack()))
    }

    fn instances(&self) -> &Ec2Instances {
        self.instances.get_or_init(|| Ec2Instances::new(&self.config, self.stack()))
    }

    fn restores(&self) -> &BackupRestores {
        self.restores.get_or_init(|| BackupRestores::new(&self.config, self.stack()))
    }

    fn preflight(&self) -> &DataSyncPreflight {
        self.preflight.get_or_init(|| {
            let preflight = DataSyncPreflight::new(&self.config, self.stack());
            preflight.with_machines(&self.config).with_ec2(Signed::new(&self.config))
        })
    }

    fn workflows(&self) -> &NightlyRuns {
        self.workflows.get_or_init(|| {
            let client = aws_sdk_sfn::Client::new(&self.config);
            NightlyRuns::new(client, self.place.nightly_run_arn.clone(), self.place.stack.restore_arn())
        })
    }

    fn records(&self) -> &RecordsBucket {
        self.records.get_or_init(|| RecordsBucket::new(connect::s3(&self.config), self.place.records_bucket.clone()))
    }

    fn notices(&self) -> &Topic {
        self.notices.get_or_init(|| {
            let client = aws_sdk_sns::Client::new(&self.config);
            Topic::new(client, self.place.report_topic_arn.clone())
        })
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
