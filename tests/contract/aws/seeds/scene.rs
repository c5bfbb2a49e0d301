//! Two accounts with one job between them, as `apply` on both sides leaves them.

use std::cell::RefCell;
use std::collections::BTreeMap;

use hyper::Method;
use nightferry_aws::AwsWorld;
use nightferry_aws::preflight::DataSyncPreflight;
use nightferry_aws::provision::AwsAccount;
use nightferry_domain::job_spec::JobSpec;
use nightferry_domain::plan::{self, JobName, Plan};
use nightferry_domain::provision::deployed::{self, Tasks};
use nightferry_domain::provision::step::BucketOf;
use nightferry_domain::provision::{Creator, Role, other_sides};
use nightferry_local::upstream::{Ask, Upstream, s3};
use nightferry_workflow::World as _;
use nightferry_workflow::provision::ports::{Buckets as _, Roles as _};
use serde_json::{Value, json};

use super::super::local::{caller_of, local, stack, world_of};

/// Whose the other side is.
pub(super) const OTHER: &str = "222222222222";

/// Who makes locations in these scenes.
pub(super) fn creator() -> String {
    format!("arn:aws:iam::{}:root", stack().account)
}

/// The accounts, and what was made in them.
pub(in super::super) struct Scene {
    /// Under which name our calls are recorded.
    pub(in super::super) caller: String,
    pub(in super::super) world: Box<AwsWorld>,
    pub(in super::super) own: AwsAccount,
    pub(super) theirs: AwsAccount,
    pub(super) preflight: Box<DataSyncPreflight>,
    pub(super) plan: Plan,
    /// Roles by ARN, as they are now.
    pub(super) roles: RefCell<BTreeMap<String, Role>>,
}

impl Scene {
    /// A plan with one job, and nothing made for it yet.
    pub(super) async fn of(job: &str, lines: &str) -> Self {
        let text = format!(
            "version: 1\nschedules: {{nightly: {{cron: '0 6 * * ? *', timezone: Asia/Tokyo}}}}\njobs:\n  {job}:\n    schedule: nightly\n    {lines}\n"
        );
        let (caller, config) = caller_of(&stack().account).await;
        let (_, others) = caller_of(OTHER).await;
        let world = Box::new(world_of(&config));
        let preflight = world.preflight().clone().with_creator(creator());
        let preflight = preflight.with_other_side(OTHER.to_owned(), &others).await.unwrap();
        Self {
            caller,
            own: AwsAccount::new(&config),
            theirs: AwsAccount::new(&others),
            preflight: Box::new(preflight),
            world,
            plan: plan::parse(&text).unwrap(),
            roles: RefCell::default(),
        }
    }

    /// The job as the functions read it.
    pub(super) fn spec(&self, tasks: &Tasks) -> JobSpec {
        deployed::assemble(&self.plan, &stack(), tasks, crate::things::minute(0)).jobs.remove(0)
    }

    pub(super) async fn makes_bucket(&self, bucket: &str, owner: &str) {
        s3::create_bucket(&seen_from(owner).await, bucket).await.unwrap();
        let of = BucketOf { bucket: bucket.to_owned(), owner: owner.to_owned() };
        self.account(owner).enable_versioning(&of).await.unwrap();
        self.account(owner).turn_acls_off(&of).await.unwrap();
    }

    pub(super) async fn makes_role(&self, job: &JobName, role: &Role) {
        self.own.create_role(&stack(), job, role).await.unwrap();
        self.own.put_role_policy(role).await.unwrap();
        let arn = nightferry_domain::provision::names::role_arn(&stack(), &role.role_name);
        let _ = self.roles.borrow_mut().insert(arn, role.clone());
    }

    /// What `apply --side other` writes into the other account's bucket.
    pub(super) async fn opens_the_other_side(&self) {
        let sides = other_sides(&self.plan, &stack(), Creator::of(&creator()).as_ref());
        for (bucket, wanted) in &sides[OTHER].buckets {
            self.writes_policy(bucket, &wanted.statements).await;
        }
    }

    pub(super) async fn writes_policy(&self, bucket: &str, statements: &[Value]) {
        let of = BucketOf { bucket: bucket.to_owned(), owner: OTHER.to_owned() };
        if statements.is_empty() {
            return self.theirs.delete_bucket_policy(&of).await.unwrap();
        }
        let policy = json!({"Version": "2012-10-17", "Statement": statements});
        self.theirs.put_bucket_policy(&of, &policy.to_string()).await.unwrap();
    }

    /// Statements of the other account's bucket, as they stand there.
    pub(super) async fn policy(&self, bucket: &str) -> Vec<Value> {
        let of = BucketOf { bucket: bucket.to_owned(), owner: OTHER.to_owned() };
        let there = self.theirs.bucket(&of).await.unwrap().unwrap().policy;
        let Some(policy) = there else { return vec![] };
        let policy: Value = serde_json::from_str(&policy).unwrap();
        policy["Statement"].as_array().unwrap().clone()
    }

    pub(super) fn account(&self, owner: &str) -> &AwsAccount {
        if owner == OTHER { &self.theirs } else { &self.own }
    }
}

/// The local AWS, in that account.
pub(super) async fn seen_from(account: &str) -> Upstream {
    local().await.aws().seen_from(account, &stack().region)
}

/// Writes a tagged object.
pub(super) async fn writes(account: &str, bucket: &str, key: &str) {
    let ask = Ask::new(Method::PUT, "s3", format!("/{bucket}/{key}")).header("x-amz-tagging", "kind=log").body("one");
    let _ = seen_from(account).await.read(ask).await.unwrap();
}

/// Puts a delete marker on top of it.
pub(super) async fn deletes(account: &str, bucket: &str, key: &str) {
    let ask = Ask::new(Method::DELETE, "s3", format!("/{bucket}/{key}"));
    let _ = seen_from(account).await.read(ask).await.unwrap();
}
