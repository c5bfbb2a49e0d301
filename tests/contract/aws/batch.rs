//! A replicated bucket between two accounts: both halves made by `apply`'s own adapters, two objects that were there
//! before the rule, and the stand-in's hands on what happens to its jobs.

use hyper::Method;
use nightferry_aws::AwsWorld;
use nightferry_aws::batch_jobs::S3BatchJobs;
use nightferry_aws::provision::AwsAccount;
use nightferry_domain::batch::completion::ObjectVersion;
use nightferry_domain::batch::{BatchState, ReplicaState};
use nightferry_domain::ids::ExecutionArn;
use nightferry_domain::job_spec::JobSpec;
use nightferry_domain::plan::{self, Plan};
use nightferry_domain::provision::replication_rules::{self, Rules};
use nightferry_domain::provision::{BucketOf, deployed, desired, marks, names, other_sides};
use nightferry_local::batch::{FailingKeys, Faults};
use nightferry_local::front_door::CallEffect;
use nightferry_local::upstream::{Ask, Upstream, s3};
use nightferry_workflow::World as _;
use nightferry_workflow::ports::BatchJobs as _;
use nightferry_workflow::provision::other;
use nightferry_workflow::provision::ports::{Buckets as _, Roles as _};
use tokio::sync::{Mutex, MutexGuard};

use super::local::{caller, caller_of, local, stack, world_of};
use crate::transfers::Break;
use crate::{batch_jobs, things};

/// Whose the replicas are.
pub(super) const OTHER: &str = "222222222222";
/// What is to be copied.
const OBJECTS: [(&str, &str); 2] = [("public/a b.txt", "one"), ("public/夜.txt", "two")];
/// The stand-in has one set of faults, so the checks take turns.
static TURN: Mutex<()> = Mutex::const_new(());
/// A day: longer than any check.
const LATE_MILLIS: u64 = 86_400_000;

/// The bucket and the hands.
pub(crate) struct Bucket {
    caller: String,
    world: AwsWorld,
    spec: JobSpec,
    _turn: MutexGuard<'static, ()>,
}

pub(crate) async fn batch_jobs() -> Bucket {
    let turn = TURN.lock().await;
    let plan = plan();
    let (caller, config) = caller().await;
    let account = AwsAccount::new(&config);
    their_half(&plan).await;
    our_half(&account, &plan).await;
    let spec = deployed::assemble(&plan, &stack(), &[].into(), things::minute(0)).jobs.remove(0);
    let bucket = Bucket { caller, world: world_of(&config), spec, _turn: turn };
    bucket.breaks(Faults::default()).await;
    bucket
}

/// Buckets of their own, in both accounts.
fn plan() -> Plan {
    let number = things::number();
    let text = format!(
        "version: 1\nschedules: {{nightly: {{cron: '0 6 * * ? *', timezone: Asia/Tokyo}}}}\njobs:\n  \
         contract-assets-{number}:\n    schedule: nightly\n    replicate:\n      \
         from: {{s3: contract-assets-{number}, prefix: /public}}\n      \
         to: {{s3: contract-assets-dr-{number}, account: \"{OTHER}\"}}\n"
    );
    plan::parse(&text).unwrap()
}

/// The other account's bucket, and all that its half of `apply` does to it.
async fn their_half(plan: &Plan) {
    let aws = local().await.aws();
    let theirs = aws.seen_from(OTHER, aws.region());
    let side = other_sides(plan, &stack(), None).remove(OTHER).unwrap();
    for bucket in side.buckets.keys() {
        s3::create_bucket(&theirs, bucket).await.unwrap();
    }
    let account = AwsAccount::new(&caller_of(OTHER).await.1);
    let changes = other::plan(&account, &stack(), OTHER, &side).await.unwrap();
    other::carry(&account, &stack(), &changes, &mut |_, _| ()).await.unwrap();
}

/// Ours: the objects are there before the rule, which would copy them itself.
async fn our_half(account: &AwsAccount, plan: &Plan) {
    let aws = local().await.aws();
    let replicas = desired(plan, &stack()).replicas.remove(0);
    let bucket = BucketOf { bucket: replicas.bucket.clone(), owner: stack().account };
    s3::create_bucket(&aws, &bucket.bucket).await.unwrap();
    account.enable_versioning(&bucket).await.unwrap();
    for (key, text) in OBJECTS {
        put(&aws, &bucket.bucket, key, text).await;
    }
    for (job, role) in replicas.roles() {
        account.create_role(&stack(), job, role).await.unwrap();
        account.put_role_policy(role).await.unwrap();
    }
    let rules: Vec<_> = replicas.rules.iter().map(|(_, rule)| rule.clone()).collect();
    let role = names::role_arn(&stack(), &replicas.role.role_name);
    let merged = replication_rules::merge(&bucket.bucket, None, &role, &rules, &marks::rules(&stack())).unwrap();
    let Rules::Set(configuration) = merged else { panic!("there were no rules before") };
    account.set_replication(&bucket, Some(&configuration)).await.unwrap();
}

async fn put(aws: &Upstream, bucket: &str, key: &str, text: &str) {
    let bucket = s3::Bucket::find(aws, bucket).await.unwrap().unwrap();
    let _ = bucket.put(key, text.to_owned().into(), &s3::Attributes::default()).await.unwrap();
}

impl Bucket {
    /// For this bucket's jobs alone: other tests have theirs on the same stand-in at the same time.
    async fn breaks(&self, faults: Faults) {
        let faults = Faults { only: self.spec.name.to_string(), ..faults };
        local().await.admin().break_batch(&faults).await.unwrap();
    }

    async fn reaches(&self, job: &ExecutionArn, is_there: impl Fn(&BatchState) -> bool) {
        loop {
            let seen = self.world.batch_jobs().observe(job).await.unwrap();
            if is_there(&seen.state) {
                return;
            }
            assert!(!seen.state.is_end(), "{seen:?}");
            super::local::look_again().await;
        }
    }
}

impl batch_jobs::Bench for Bucket {
    type Port = S3BatchJobs;

    fn port(&self) -> &S3BatchJobs {
        self.world.batch_jobs()
    }

    fn spec(&self) -> &JobSpec {
        &self.spec
    }

    async fn lists(&self, job: &ExecutionArn) {
        self.reaches(job, |state| *state == BatchState::Suspended).await;
    }

    async fn tries(&self, job: &ExecutionArn) {
        self.reaches(job, |state| *state == BatchState::Complete).await;
    }

    async fn fails_one_object(&self) {
        let failing = FailingKeys { containing: OBJECTS[1].0.to_owned(), code: "DstPutObjectNotPermitted".to_owned() };
        self.breaks(Faults { fail_keys: Some(failing), ..Faults::default() }).await;
    }

    /// The destination's owner takes the right away, as whoever tidies a policy up does.
    async fn writes_what_the_rule_fails(&self) {
        let replication = self.spec.work.replication().unwrap();
        let aws = local().await.aws();
        let theirs = aws.seen_from(OTHER, aws.region());
        let policy = Ask::new(Method::DELETE, "s3", format!("/{}?policy", replication.destination_bucket));
        let _ = theirs.read(policy).await.unwrap();
        let config = caller().await.1;
        let client = nightferry_aws::connect::s3(&config);
        let key = "public/new.txt";
        let _ =
            client.put_object().bucket(&replication.bucket).key(key).body(b"new".to_vec().into()).send().await.unwrap();
        let object = ObjectVersion { key: key.to_owned(), version: None };
        while self.port().replica_state(&replication.bucket, &object).await.unwrap() != ReplicaState::Failed {
            super::local::look_again().await;
        }
    }

    async fn let_it_be_cancelled(&self, job: &ExecutionArn) {
        self.reaches(job, |state| *state == BatchState::Cancelled).await;
    }

    async fn lists_are_late(&self, late: bool) {
        let lag_ms = if late { LATE_MILLIS } else { 0 };
        self.breaks(Faults { lag_ms, ..Faults::default() }).await;
    }

    async fn breaks_the_next_creation(&self, how: Break) {
        let effect = match how {
            Break::Lost => CallEffect::Lose,
            Break::ReplyLost => CallEffect::LoseReply,
            Break::Throttled => CallEffect::Throttle,
        };
        super::local::break_once(&self.caller, "CreateJob", effect).await;
    }

    async fn plain_bucket(&self) -> String {
        let name = format!("contract-plain-{}", things::number());
        s3::create_bucket(&local().await.aws(), &name).await.unwrap();
        name
    }

    fn bytes(&self) -> u64 {
        OBJECTS.iter().map(|(_, text)| text.len() as u64).sum()
    }
}
