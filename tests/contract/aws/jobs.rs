//! A job of our DataSync: its role, locations and task made by `apply`'s own adapters, two files to carry, and the
//! stand-in's hands on what happens to its executions.

use std::cell::Cell;

use hyper::Method;
use nightferry_aws::AwsWorld;
use nightferry_aws::preflight::DataSyncPreflight;
use nightferry_aws::provision::AwsAccount;
use nightferry_aws::transfers::DataSyncTransfers;
use nightferry_domain::ids::{ATTEMPT_TAG, AttemptId, ExecutionArn};
use nightferry_domain::job_spec::{JobSpec, Transfer, Work};
use nightferry_domain::plan;
use nightferry_domain::provision::{Role, deployed, desired};
use nightferry_local::FileSystem;
use nightferry_local::front_door::CallEffect;
use nightferry_local::upstream::{Ask, s3};
use nightferry_workflow::World as _;
use nightferry_workflow::ports::Transfers as _;
use nightferry_workflow::provision::ports::{Roles as _, TransferTasks as _};
use serde_json::json;
use tokio::sync::{Mutex, MutexGuard};

use super::local::{local, stack};
use crate::preflight::{self, Lack};
use crate::transfers::Break;
use crate::{things, transfers};

/// The stand-in has one set of faults, so the checks that need some take turns.
static TURN: Mutex<()> = Mutex::const_new(());

/// A day: longer than any check.
const LATE_MILLIS: u64 = 86_400_000;

/// The job and the hands.
pub(crate) struct Job {
    caller: String,
    world: AwsWorld,
    account: AwsAccount,
    role: Role,
    spec: JobSpec,
    is_held: Cell<bool>,
    is_late: Cell<bool>,
    _files: tempfile::TempDir,
    _turn: MutexGuard<'static, ()>,
}

pub(crate) async fn transfers() -> Job {
    job().await
}

pub(crate) async fn preflight() -> Job {
    job().await
}

async fn job() -> Job {
    let turn = TURN.lock().await;
    let files = tempfile::tempdir().unwrap();
    for (name, text) in [("a.txt", "one"), ("b.txt", "two")] {
        std::fs::write(files.path().join(name), text).unwrap();
    }
    let file_system = local().await.admin().file_system(files.path()).await.unwrap();
    let bucket = format!("contract-copies-{}", things::number());
    s3::create_bucket(&local().await.aws(), &bucket).await.unwrap();
    let (caller, config) = super::local::caller().await;
    let account = AwsAccount::new(&config);
    let (role, spec) = applied(&account, &file_system, &bucket).await;
    let world = super::local::world_of(&config);
    let job = Job {
        caller,
        world,
        account,
        role,
        spec,
        is_held: Cell::new(false),
        is_late: Cell::new(false),
        _files: files,
        _turn: turn,
    };
    job.tell().await;
    job
}

/// What `apply` makes of a plan with this job.
async fn applied(account: &AwsAccount, file_system: &FileSystem, bucket: &str) -> (Role, JobSpec) {
    let FileSystem { file_system_id, subnet_id, security_group_id } = file_system;
    let plan = format!(
        "version: 1\nschedules: {{nightly: {{cron: '0 6 * * ? *', timezone: Asia/Tokyo}}}}\njobs:\n  {bucket}:\n    \
         schedule: nightly\n    datasync:\n      from: {{efs: {file_system_id}, path: /, subnet: {subnet_id}, \
         security_groups: [{security_group_id}]}}\n      to: {{s3: {bucket}, prefix: /home}}\n"
    );
    let plan = plan::parse(&plan).unwrap();
    let setup = desired(&plan, &stack()).setups.remove(0);
    let role = setup.role.unwrap();
    account.create_role(&stack(), &setup.job, &role).await.unwrap();
    account.put_role_policy(&role).await.unwrap();
    let from = account.create_location(&stack(), &setup.job, &setup.from).await.unwrap();
    let to = account.create_location(&stack(), &setup.job, &setup.to).await.unwrap();
    let task = account.create_task(&stack(), &setup.job, &setup.task, (&from, &to)).await.unwrap();
    let tasks = [(setup.job, task)].into();
    (role, deployed::assemble(&plan, &stack(), &tasks, things::minute(0)).jobs.remove(0))
}

impl Job {
    async fn tell(&self) {
        let hang_in = self.is_held.get().then_some("TRANSFERRING");
        let list_lag_ms = if self.is_late.get() { LATE_MILLIS } else { 0 };
        // Other tests have executions on the same stand-in at the same time.
        let task = self.spec.work.transfer().map(|transfer| transfer.task.as_str().rsplit('/').next().unwrap());
        let faults = json!({"only": task.unwrap(), "hang_in": hang_in, "list_lag_ms": list_lag_ms});
        local().await.admin().break_datasync(&faults).await.unwrap();
    }

    async fn ended(&self, execution: &ExecutionArn) {
        while !self.world.transfers().observe(execution).await.unwrap().state.is_end() {
            super::local::look_again().await;
        }
    }
}

impl transfers::Bench for Job {
    type Port = DataSyncTransfers;

    fn port(&self) -> &DataSyncTransfers {
        self.world.transfers()
    }

    fn transfer(&self) -> &Transfer {
        let Work::DataSync(transfer) = &self.spec.work else { panic!("a DataSync job") };
        transfer
    }

    async fn hold(&self) {
        self.is_held.set(true);
        self.tell().await;
    }

    async fn let_go(&self, execution: &ExecutionArn) {
        self.is_held.set(false);
        self.tell().await;
        self.ended(execution).await;
    }

    async fn let_it_be_cancelled(&self, execution: &ExecutionArn) {
        self.ended(execution).await;
    }

    async fn lists_are_late(&self, late: bool) {
        self.is_late.set(late);
        self.tell().await;
    }

    /// With filters of its own, so that DataSync queues it behind what runs.
    async fn starts_elsewhere(&self, tag: Option<&AttemptId>) -> ExecutionArn {
        let tags: Vec<_> = tag.iter().map(|tag| json!({"Key": ATTEMPT_TAG, "Value": tag.to_string()})).collect();
        let body = json!({
            "TaskArn": self.transfer().task, "Tags": tags, "OverrideOptions": {"TaskQueueing": "ENABLED"},
            "Includes": [{"FilterType": "SIMPLE_PATTERN", "Value": "/a.txt"}],
        });
        let told = super::local::json("datasync", "1.1", "FmrsService.StartTaskExecution", &body).await;
        told["TaskExecutionArn"].as_str().unwrap().parse().unwrap()
    }

    async fn breaks_the_next_start(&self, how: Break) {
        let effect = match how {
            Break::Lost => CallEffect::Lose,
            Break::ReplyLost => CallEffect::LoseReply,
            Break::Throttled => CallEffect::Throttle,
        };
        super::local::break_next(&self.caller, "StartTaskExecution", effect).await;
    }
}

impl preflight::Bench for Job {
    type Port = DataSyncPreflight;

    fn port(&self) -> &DataSyncPreflight {
        self.world.preflight()
    }

    fn job(&self) -> &JobSpec {
        &self.spec
    }

    async fn lacks(&self, lack: Lack) {
        let Work::DataSync(transfer) = &self.spec.work else { panic!("a DataSync job") };
        let to = transfer.destination.bucket().unwrap();
        match lack {
            Lack::Task => self.account.delete_task(&transfer.task).await.unwrap(),
            Lack::Role => self.account.delete_role(&self.role.role_name).await.unwrap(),
            Lack::Trust => {
                let other = self.role.assume_role_policy_document.to_string().replace("datasync.", "lambda.");
                let assume_role_policy_document = serde_json::from_str(&other).unwrap();
                let role = Role { assume_role_policy_document, ..self.role.clone() };
                self.account.set_trust(&role).await.unwrap();
            }
            Lack::Permission => {
                let mut policy = self.role.policy.clone().unwrap();
                policy["Statement"].as_array_mut().unwrap().retain(|statement| statement["Sid"] == "Bucket");
                self.account.put_role_policy(&Role { policy: Some(policy), ..self.role.clone() }).await.unwrap();
            }
            Lack::Denial => {
                let policy = json!({"Version": "2012-10-17", "Statement": [{
                    "Sid": "NoWrites", "Effect": "Deny", "Principal": {"AWS": to.bucket_access_role},
                    "Action": "s3:PutObject", "Resource": format!("arn:aws:s3:::{}/*", to.bucket),
                }]});
                let ask = Ask::new(Method::PUT, "s3", format!("/{}?policy", to.bucket)).body(policy.to_string());
                let _ = local().await.aws().read(ask).await.unwrap();
            }
            Lack::Bucket => {
                let ask = Ask::new(Method::DELETE, "s3", format!("/{}", to.bucket));
                let _ = local().await.aws().read(ask).await.unwrap();
            }
        }
    }
}
