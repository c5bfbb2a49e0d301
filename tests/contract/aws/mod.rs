//! The adapters over the real SDK, against one local AWS for the whole of this program.

mod account;
mod agents;
mod batch;
mod jobs;
mod local;
mod machines;
mod seeds;
mod topic;

use hyper::Method;
use nightferry_aws::records::{CURRENT_PLAN_KEY, CurrentPlan, RecordsBucket};
use nightferry_aws::run_table::DynamoRunTable;
use nightferry_aws::workflows::NightlyRuns;
use nightferry_aws::{AwsWorld, connect};
use nightferry_domain::ids::{ExecutionArn, RunId};
use nightferry_domain::job_spec::{DeployedPlan, ReportPlace, Transfer, Work};
use nightferry_domain::observation::FailedItem;
use nightferry_domain::provision::deployed;
use nightferry_domain::task_report;
use nightferry_local::front_door::CallEffect;
use nightferry_local::upstream::{Ask, s3};
use nightferry_workflow::World as _;
use nightferry_workflow::ports::{Records as _, TaskToken, Workflows as _};
use serde_json::{Value, json};

pub(crate) use account::account;
pub(crate) use agents::agent;
pub(crate) use batch::batch_jobs;
pub(crate) use jobs::{preflight, transfers};
pub(crate) use local::world;
pub(crate) use machines::machines;
pub(crate) use topic::notices;

use super::{records, run_table, things, workflows};

/// The run table of `template.yaml` in MiniStack's DynamoDB.
pub(crate) struct Table {
    world: AwsWorld,
    caller: String,
}

pub(crate) async fn run_table() -> Table {
    let (caller, config) = local::caller().await;
    Table { world: local::world_of(&config), caller }
}

impl run_table::Bench for Table {
    type Port = DynamoRunTable;

    fn port(&self) -> &DynamoRunTable {
        self.world.table()
    }

    async fn loses_the_reply_of_the_next_save(&self) {
        local::break_next(&self.caller, "UpdateItem", CallEffect::LoseReply).await;
    }
}

/// Step Functions in moto, with a state machine that waits once.
pub(crate) struct Machine(AwsWorld);

pub(crate) async fn workflows() -> Machine {
    Machine(world().await)
}

impl workflows::Bench for Machine {
    type Port = NightlyRuns;

    fn port(&self) -> &NightlyRuns {
        self.0.workflows()
    }

    /// The state machine puts its token where its execution's name says.
    async fn waits(&self, run: &RunId) -> TaskToken {
        loop {
            if let Some(token) = self.0.records().get(&format!("tokens/{run}")).await.unwrap() {
                return things::token(1, &String::from_utf8(token).unwrap());
            }
            local::look_again().await;
        }
    }

    async fn ends(&self, run: &RunId) {
        while self.port().is_going_on(run).await.unwrap() == Some(true) {
            local::look_again().await;
        }
    }

    async fn input(&self, run: &RunId) -> Value {
        let arn = local::stack().arn("states", &format!("execution:contract-nightly-run:{run}"));
        let told =
            local::json("states", "1.0", "AWSStepFunctions.DescribeExecution", &json!({"executionArn": arn})).await;
        serde_json::from_str(told["input"].as_str().unwrap()).unwrap()
    }
}

/// A bucket of its own in MiniStack's S3.
pub(crate) struct Bucket {
    caller: String,
    records: RecordsBucket,
    name: String,
}

pub(crate) async fn records() -> Bucket {
    let name = format!("contract-records-{}", things::number());
    s3::create_bucket(&local::local().await.aws(), &name).await.unwrap();
    let (caller, config) = local::caller().await;
    Bucket { caller, records: RecordsBucket::new(connect::s3(&config), name.clone()), name }
}

impl Bucket {
    async fn put(&self, key: &str, document: &impl serde::Serialize) {
        let ask = Ask::new(Method::PUT, "s3", format!("/{}/{key}", self.name));
        let body = serde_json::to_vec(document).unwrap();
        let _ = local::local().await.aws().read(ask.body(body)).await.unwrap();
    }
}

impl records::Bench for Bucket {
    type Port = RecordsBucket;

    fn port(&self) -> &RecordsBucket {
        &self.records
    }

    async fn loses_the_reply_of_the_next_put_once(&self) {
        local::break_next(&self.caller, "PutObject", CallEffect::LoseReply).await;
    }

    fn transfer(&self) -> Transfer {
        let Work::DataSync(transfer) = nightferry_simulation::fake::spec("home").work else { panic!("a DataSync job") };
        let task_reports = ReportPlace { bucket: self.name.clone(), ..transfer.task_reports.clone() };
        Transfer { task_reports, ..transfer }
    }

    async fn applies(&self, plan: &DeployedPlan) {
        let key = deployed::key(plan);
        self.put(&key, plan).await;
        self.put(CURRENT_PLAN_KEY, &CurrentPlan { key }).await;
    }

    /// Written as DataSync lays it out. The stand-in's own reports are read by the nights of `tests/night`.
    async fn reports(&self, transfer: &Transfer, execution: &ExecutionArn, failed: &[FailedItem]) {
        let prefix = &transfer.task_reports.prefix;
        let name = execution.id();
        let summary = task_report::summary_folder(prefix, execution);
        self.put(&format!("{summary}{name}.json"), &json!({"TaskExecutionId": name})).await;
        if failed.is_empty() {
            return;
        }
        let line = |item: &FailedItem| json!({"RelativePath": item.path, "TransferStatus": "FAILED", "FailureCode": item.code, "FailureReason": item.reason});
        let lines: Vec<Value> = failed.iter().map(line).collect();
        let folder = task_report::folder(prefix, execution);
        let report = json!({"TaskExecutionId": name, "Transferred": lines});
        self.put(&format!("{folder}{name}.files-transferred-v1-00001-0123.json"), &report).await;
    }
}
