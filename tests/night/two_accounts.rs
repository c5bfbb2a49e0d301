//! A plan between two accounts, on one local AWS that has both: each half applied with its own account's credentials.

use hyper::Method;
use nightferry_local::batch::{Quotas, Trail};
use nightferry_local::upstream::{Ask, Upstream, s3};
use serde_json::{Value, json};

use crate::ask;
use crate::program::{Answer, run, turn};
use crate::stage::Stage;
use crate::two_back;

pub(crate) const OTHER: &str = "222222222222";
const SOURCE: &str = "two-partner-logs";
pub(crate) const COPIES: &str = "two-copies";
const ASSETS: &str = "two-assets";
pub(crate) const REPLICAS: &str = "two-assets-dr";

const PLAN: &str = r#"version: 1
schedules:
  nightly: { cron: "0 6 * * ? *", timezone: Asia/Tokyo }
jobs:
  pull:
    schedule: nightly
    datasync:
      from: { s3: two-partner-logs, prefix: /2026, account: "222222222222" }
      to: { s3: two-copies, prefix: /partner }
    complete_within: 1h
  near:
    schedule: nightly
    datasync:
      from: { s3: two-assets, prefix: /near }
      to: { s3: two-copies, prefix: /near }
      exclude: ["*.tmp"]
    complete_within: 1h
  assets:
    schedule: nightly
    replicate:
      from: { s3: two-assets, prefix: /public }
      to: { s3: two-assets-dr, account: "222222222222" }
      confirm: { max_objects: 1000 }
    complete_within: 1h
"#;

/// Somebody else's statement, which has to stay whatever we do.
const THEIRS: &str = r#"{"Version":"2012-10-17","Statement":[{"Sid":"Tls","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::two-partner-logs/*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}]}"#;

pub(crate) struct Two {
    pub(crate) stage: Stage,
    plan: String,
}

impl Two {
    fn up() -> Self {
        let stage = Stage::up("two-accounts", &["home".to_owned()], 1);
        let own = stage.local.aws();
        let other = own.seen_from(OTHER, own.region());
        // What people attached would keep the stage's own role from being deleted at the end.
        stage.wait(ask::detach_policies(&stage, &stage.first_role()));
        stage.wait(async {
            for (aws, bucket) in [(&own, COPIES), (&own, ASSETS), (&other, SOURCE), (&other, REPLICAS)] {
                s3::create_bucket(aws, bucket).await.unwrap();
            }
            put(&other, &format!("/{SOURCE}?policy"), THEIRS).await;
            put(&other, &format!("/{SOURCE}/2026/one.log"), "one").await;
            put(&own, &format!("/{ASSETS}/near/kept.txt"), "kept").await;
            put(&own, &format!("/{ASSETS}/near/left-out.tmp"), "not to be copied").await;
            // Written before the bucket had versions: S3 calls such a version `null`.
            put(&own, &format!("/{ASSETS}/public/old.txt"), "old").await;
            stage.local.admin().set_batch_quotas(Quotas { trail: Trail::On, ..Quotas::default() }).await.unwrap();
        });
        let plan = stage.folder.join("two.yaml");
        std::fs::write(&plan, PLAN).unwrap();
        Self { stage, plan: plan.to_string_lossy().into_owned() }
    }

    pub(crate) fn ask(&self, account: Option<&str>, arguments: &[&str]) -> Answer {
        let mut variables = self.stage.local.environment();
        if let Some(account) = account {
            variables.push(("AWS_ACCESS_KEY_ID".to_owned(), account.to_owned()));
        }
        run(&[&["--output", "json", "--file", &self.plan], arguments].concat(), &variables)
    }

    pub(crate) fn ours(&self, arguments: &[&str], exit: i32) -> Value {
        let answer = self.ask(None, arguments);
        assert_eq!(answer.exit, exit, "{arguments:?}: {}\n{}", answer.said, answer.told);
        answer.json()
    }

    fn theirs(&self, arguments: &[&str], exit: i32) -> Value {
        let account = self.stage.stack.account.clone();
        let creator = format!("arn:aws:iam::{account}:root");
        let side = ["--side", "other", "--own-account", &account, "--creator", &creator];
        let answer = self.ask(Some(OTHER), &[arguments, &side].concat());
        assert_eq!(answer.exit, exit, "{arguments:?}: {}\n{}", answer.said, answer.told);
        answer.json()
    }

    /// What the other account reads of a replica.
    fn replica(&self, key: &str) -> Vec<u8> {
        let own = self.stage.local.aws();
        let other = own.seen_from(OTHER, own.region());
        self.stage.wait(other.read(Ask::new(Method::GET, "s3", format!("/{REPLICAS}/{key}")))).unwrap().to_vec()
    }

    pub(crate) fn policy(&self, bucket: &str) -> Value {
        let own = self.stage.local.aws();
        let other = own.seen_from(OTHER, own.region());
        let told = self.stage.wait(other.read(Ask::new(Method::GET, "s3", format!("/{bucket}?policy"))));
        told.map_or(Value::Null, |body| serde_json::from_slice(&body).unwrap())
    }
}

pub(crate) async fn put(aws: &Upstream, path: &str, body: &str) {
    let _ = aws.read(Ask::new(Method::PUT, "s3", path.to_owned()).body(body.to_owned())).await.unwrap();
}

/// Changes that a plan tells, without what stays.
fn changing(told: &Value) -> usize {
    let changes = told["changes"].as_array().unwrap();
    changes.iter().filter(|change| change["action"] != "keep").count()
}

#[test]
fn both_halves_are_made_used_and_taken_out_again() {
    let _turn = turn();
    let two = Two::up();
    let wrong = two.ask(None, &["plan", "--side", "other"]);
    assert_eq!(wrong.exit, 2, "our own credentials are not the other side's: {}", wrong.told);
    let _ = two.theirs(&["apply", "--yes"], 0);
    assert_eq!(changing(&two.theirs(&["plan"], 0)), 0);
    assert_eq!(two.policy(SOURCE)["Statement"][0]["Sid"], "Tls");
    let _ = two.ours(&["apply", "--yes"], 0);
    assert_eq!(changing(&two.ours(&["plan"], 0)), 0);
    for job in two.ours(&["check"], 0).as_array().unwrap() {
        assert_eq!(job["obstacles"], json!([]));
        let is_judged_whole = job["notes"].as_array().is_none_or(Vec::is_empty);
        assert!(!is_judged_whole || job["job"] == "near", "the other half can't be read, and that is said: {job}");
    }
    let night = two.ours(&["run", "--wait"], 0);
    for job in night["jobs"].as_array().unwrap() {
        assert_eq!(job["phase"]["outcome"], "succeeded", "{job:#}");
    }
    assert_eq!(two.replica("public/old.txt"), b"old");
    two_back::both_copies_come_back(&two);
    let _ = two.theirs(&["destroy", "--yes"], 0);
    assert_eq!(two.policy(SOURCE), serde_json::from_str::<Value>(THEIRS).unwrap());
    assert_eq!(two.policy(REPLICAS), Value::Null);
    let _ = two.ours(&["destroy", "--yes"], 0);
    two.stage.down();
}
