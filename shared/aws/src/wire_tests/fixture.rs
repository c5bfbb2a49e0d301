//! The things that the scenes are played with.

use aws_types::SdkConfig;
use nightferry_domain::backup::CopyPlace;
use nightferry_domain::backup::order::{BackupOrder, CopyOrder};
use nightferry_domain::batch::order::{BatchOrder, BatchTerms};
use nightferry_domain::ids::{ATTEMPT_TAG, AttemptId, ExecutionArn, TaskArn};
use nightferry_domain::job::Job;
use nightferry_domain::job_spec::{JobSpec, Overlap, ReportPlace, Transfer, Verify, Work};
use nightferry_domain::place::Place;
use nightferry_domain::plan::{Agent, parse};
use nightferry_domain::provision::{Desired, Setup, desired};
use nightferry_domain::replication::Replication;
use nightferry_domain::restore::Restore;
use nightferry_domain::run::{Run, RunPhase, Trigger};
use nightferry_domain::stack::Stack;
use nightferry_workflow::ports::TaskToken;

use crate::AwsWorld;
use crate::provision::AwsAccount;

pub(super) const REGION: &str = "ap-northeast-1";
pub(super) const TASK: &str = "arn:aws:datasync:ap-northeast-1:123456789012:task/task-0a1b2c3d4e5f60718";
pub(super) const EXECUTION: &str =
    "arn:aws:datasync:ap-northeast-1:123456789012:task/task-0a1b2c3d4e5f60718/execution/exec-0f9e8d7c6b5a43201";
pub(super) const ROLE: &str = "arn:aws:iam::123456789012:role/nightferry/nightferry-home-bucket-access";

const PLAN: &str = r#"
version: 1
schedules:
  nightly: { cron: "0 6 * * ? *", timezone: Asia/Tokyo }
jobs:
  home:
    schedule: nightly
    datasync:
      from: { efs: fs-0123456789abcdef0, path: /, subnet: subnet-0a1b2c3d, security_groups: [sg-0a1b2c3d] }
      to: { s3: example-backups, prefix: /home }
      exclude: ["*/.snapshot"]
"#;

pub(super) fn stack() -> Stack {
    Stack::in_region("123456789012", REGION, "nightferry")
}

pub(super) fn world(config: &SdkConfig) -> AwsWorld {
    AwsWorld::connect(config, Place::of(stack()))
}

pub(super) fn account(config: &SdkConfig) -> AwsAccount {
    AwsAccount::new(config)
}

pub(super) fn wanted() -> Desired {
    desired(&parse(PLAN).unwrap(), &stack())
}

pub(super) fn setup() -> Setup {
    wanted().setups.remove(0)
}

pub(super) fn task() -> TaskArn {
    TASK.parse().unwrap()
}

pub(super) fn execution() -> ExecutionArn {
    EXECUTION.parse().unwrap()
}

pub(super) fn attempt(number: u32) -> AttemptId {
    AttemptId { run: run().id, job: "home".parse().unwrap(), number }
}

pub(super) fn transfer() -> Transfer {
    Transfer {
        task: task(),
        from: "efs fs-0123456789abcdef0/".into(),
        to: "s3://example-backups/home/".into(),
        destination: nightferry_domain::destination::BucketEnd {
            bucket: "example-backups".into(),
            prefix: "home/".into(),
            bucket_access_role: ROLE.into(),
        }
        .into(),
        verify: Verify::Transferred,
        transfers_all: false,
        agent: None,
        is_enhanced: false,
        task_reports: ReportPlace { bucket: stack().records_bucket(), prefix: "task-reports/home/".into() },
        reach: nightferry_domain::reach::Reach::default(),
        drill: None,
        back: None,
    }
}

pub(super) fn spec() -> JobSpec {
    JobSpec {
        name: "home".parse().unwrap(),
        schedule: "nightly".parse().unwrap(),
        attempts_max: 3,
        retry_wait_secs: 600,
        complete_within_secs: 28_800,
        overlap: Overlap::Wait,
        work: Work::DataSync(transfer()),
    }
}

/// The job of [`spec`] with a key at its destination, in the Region of the settings.
pub(super) fn encrypted(config: &SdkConfig) -> JobSpec {
    let region = config.region().map(ToString::to_string).unwrap_or_default();
    let mut transfer = transfer();
    transfer.reach.key = Some(format!("arn:aws:kms:{region}:123456789012:key/one"));
    JobSpec { work: Work::DataSync(transfer), ..spec() }
}

/// A job that replicates a bucket to another account's.
pub(super) fn replicated() -> JobSpec {
    let plan = parse(
        "version: 1\nschedules:\n  nightly: { cron: \"0 6 * * ? *\", timezone: UTC }\njobs:\n  assets:\n    schedule: nightly\n    \
         replicate:\n      from: { s3: example-assets }\n      to: { s3: example-assets-dr, account: \"222222222222\" }\n",
    );
    let none = nightferry_domain::provision::deployed::Tasks::new();
    let at = jiff::Timestamp::UNIX_EPOCH;
    nightferry_domain::provision::deployed::assemble(&plan.unwrap(), &stack(), &none, at).jobs.remove(0)
}

/// Its work.
pub(crate) fn replication() -> Replication {
    replicated().work.replication().unwrap().clone()
}

pub(super) fn run() -> Run {
    Run {
        id: "nightly-2026-11-20T21-00-00Z".parse().unwrap(),
        trigger: Trigger::Schedule {
            schedule: "nightly".parse().unwrap(),
            at: "2026-11-20T21:00:00Z".parse().unwrap(),
        },
        opened_at: "2026-11-20T21:00:01Z".parse().unwrap(),
        plan_key: "plan/1.json".into(),
        job_count: 1,
        phase: RunPhase::Opening,
    }
}

pub(super) fn job() -> Job {
    Job::open(run().id, spec(), run().opened_at)
}

pub(super) fn token() -> TaskToken {
    TaskToken { attempt: 1, secret: "AQDE-token".to_owned().into() }
}

pub(super) fn batch_job() -> ExecutionArn {
    "arn:aws:s3:ap-northeast-1:123456789012:job/7d0f2c1e-8a4b".parse().unwrap()
}

pub(super) const MACHINE: &str = "arn:aws:ec2:ap-northeast-1:123456789012:instance/i-0123456789abcdef0";
pub(super) const POINT: &str = "arn:aws:ec2:ap-northeast-1::image/ami-0fedcba9876543210";

pub(super) fn backup_job() -> ExecutionArn {
    "arn:aws:backup:ap-northeast-1:123456789012:backup-job:8F1D2C3B".parse().unwrap()
}

/// What the first attempt of a machine orders.
pub(super) fn backup_order() -> BackupOrder {
    let attempt = format!("{}/servers.i-0123456789abcdef0/1", run().id);
    BackupOrder {
        token: attempt.clone(),
        resource: MACHINE.into(),
        vault: "EC2".into(),
        role: "arn:aws:iam::123456789012:role/nightferry/nightferry-servers-backup".into(),
        start_within_mins: 60,
        complete_within_mins: 480,
        keep_days: 30,
        cold_after_days: None,
        tags: [(ATTEMPT_TAG.to_owned(), attempt)].into(),
    }
}

pub(super) fn copy_order() -> CopyOrder {
    let vault_arn = "arn:aws:backup:us-west-2:123456789012:backup-vault:DR".to_owned();
    CopyOrder {
        token: format!("{}/0123456789abcdef", backup_order().token),
        recovery_point: POINT.into(),
        vault: "EC2".into(),
        to: CopyPlace { vault_arn, keep_days: 35 },
        role: backup_order().role,
    }
}

pub(super) const AGENT: &str = "arn:aws:datasync:ap-northeast-1:123456789012:agent/agent-0a1b2c3d4e5f60718";

/// A machine in an office, as a plan names it.
pub(super) fn agent() -> Agent {
    Agent {
        address: "192.168.7.5".parse().unwrap(),
        vpc_endpoint: "vpce-0123456789abcdef0".parse().unwrap(),
        subnet: "subnet-0a1b2c3d".parse().unwrap(),
        security_group: "sg-0a1b2c3d".parse().unwrap(),
    }
}

pub(super) fn restore_job() -> ExecutionArn {
    "arn:aws:backup:ap-northeast-1:123456789012:restore-job:B4D6".parse().unwrap()
}

/// A new machine beside the one that was backed up.
pub(super) fn restore() -> Restore {
    let settings = [
        ("InstanceType", "t3.large"),
        ("SubnetId", "subnet-0a1b2c3d"),
        ("SecurityGroupIds", "[\"sg-0a1b2c3d\"]"),
        ("IamInstanceProfileName", "Web"),
    ];
    Restore {
        recovery_point: POINT.into(),
        point_created_at: "2026-11-20T21:00:05Z".parse().unwrap(),
        vault: "EC2".into(),
        machine: MACHINE.into(),
        restore_role: "arn:aws:iam::123456789012:role/nightferry/nightferry-servers-restore".into(),
        metadata: settings.map(|(key, value)| (key.to_owned(), value.to_owned())).into(),
        changes: vec![],
        notes: vec![],
        copies_tags: true,
        volumes: vec![],
        from: "i-0123456789abcdef0, recovery point of 2026-11-20T21:00:05Z".into(),
        to: "a new machine in subnet-0a1b2c3d".into(),
        drill: None,
    }
}

/// The job of a run that restores it.
pub(super) fn restored() -> JobSpec {
    JobSpec { work: Work::Restore(Box::new(restore())), ..spec() }
}

pub(super) fn place(prefix: &str) -> ReportPlace {
    ReportPlace { bucket: stack().records_bucket(), prefix: prefix.into() }
}

/// What the first attempt of a replicated bucket orders.
pub(super) fn order() -> BatchOrder {
    let terms = BatchTerms {
        role: Some("arn:aws:iam::123456789012:role/nightferry/nightferry-assets-batch".into()),
        is_replication: Some(true),
        source_bucket: Some("example-assets".into()),
        is_eligible_only: Some(true),
        prefix: Some("img/".into()),
        report: Some((stack().records_bucket(), "batch-reports/assets".into())),
    };
    BatchOrder {
        token: format!("{}/assets/1/0123456789abcdef", run().id),
        description: format!("nightferry {}/assets/1 0123456789abcdef", run().id),
        attempt: AttemptId { run: run().id, job: "assets".parse().unwrap(), number: 1 },
        account: stack().account,
        terms,
        priority: 10,
        created_before: "2026-11-20T21:00:05Z".parse().unwrap(),
        manifests: place("batch-manifests/assets"),
    }
}
