//! A stand-in with an emulator, a file system and a recorder of events around it, and the calls the tests make.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use serde_json::{Value, json};
use tokio::sync::watch;

use super::super::{DataSync, FileSystems, Pace, Settings};
use super::emulator::{Bucket, Emulator, Object, Role};
use crate::stand_in::{Access, Call, Caller, EventSink, Witness};
use crate::upstream::Upstream;

pub(super) const ACCOUNT: &str = "123456789012";
pub(super) const OTHER: &str = "210987654321";
pub(super) const REGION: &str = "ap-northeast-1";
pub(super) const ROLE: &str = "arn:aws:iam::123456789012:role/backup";

struct Recorder(watch::Sender<Vec<Value>>);

impl EventSink for Recorder {
    fn emit(&self, event: Value) {
        self.0.send_modify(|events| events.push(event));
    }
}

struct Nobody;

impl Witness for Nobody {
    fn saw(&self, _access: Access<'_>) {}
}

pub(super) struct World {
    pub(super) sync: Arc<DataSync>,
    pub(super) emulator: Emulator,
    pub(super) files: tempfile::TempDir,
    events: watch::Receiver<Vec<Value>>,
}

impl World {
    /// A world with the file system `fs-0123456789abcdef0`, the bucket `backups` and a role that may use it.
    pub(super) async fn new() -> Self {
        let emulator = Emulator::start().await;
        let files = tempfile::tempdir().unwrap();
        let file_systems = Arc::new(FileSystems::default());
        file_systems.register("fs-0123456789abcdef0", files.path());
        let (sender, events) = watch::channel(Vec::new());
        let upstream = Upstream::new(&emulator.endpoint, ACCOUNT, REGION);
        let pace = Pace { launching_ms: 0, preparing_ms: 0, verifying_ms: 0 };
        let witness = Arc::new(Nobody);
        let sync =
            DataSync::new(Settings { upstream, events: Arc::new(Recorder(sender)), file_systems, pace, witness });
        let world = Self { sync, emulator, files, events };
        world.bucket("backups", ACCOUNT);
        world.role(&trust(ACCOUNT), &allowed("backups", OBJECT_ACTIONS));
        world
    }

    pub(super) fn bucket(&self, name: &str, owner: &str) {
        let bucket = Bucket { owner: owner.to_owned(), ..Bucket::default() };
        let _ = self.emulator.state().buckets.insert(name.to_owned(), bucket);
    }

    pub(super) fn role(&self, trust: &Value, policy: &Value) {
        let role = Role { trust: trust.clone(), policy: policy.clone() };
        let _ = self.emulator.state().roles.insert((ACCOUNT.to_owned(), "backup".to_owned()), role);
    }

    pub(super) fn file(&self, path: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.files.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, content).unwrap();
        path
    }

    pub(super) fn put(&self, path: &str, content: impl AsRef<[u8]>) {
        drop(self.file(path, content));
    }

    /// A file that nobody may read.
    pub(super) fn unreadable(&self, path: &str) {
        let path = self.file(path, "secret");
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o0)).unwrap();
    }

    pub(super) fn object(&self, bucket: &str, key: &str) -> Option<Object> {
        self.emulator.state().buckets[bucket].objects.get(key).cloned()
    }

    pub(super) fn keys(&self, bucket: &str) -> Vec<String> {
        self.emulator.state().buckets[bucket].objects.keys().cloned().collect()
    }

    /// A call that is served, or the message it is refused with.
    pub(super) async fn call(&self, operation: &str, body: Value) -> Result<Value, String> {
        let body = Bytes::from(body.to_string());
        let (account, region, operation) = (ACCOUNT.to_owned(), REGION.to_owned(), operation.to_owned());
        let answer = self.sync.answer(Call { account, region, operation, caller: Caller::default(), body }).await;
        let shown: Value = serde_json::from_slice(&answer.body).unwrap();
        if answer.status == 200 { Ok(shown) } else { Err(shown["message"].as_str().unwrap().to_owned()) }
    }

    pub(super) async fn efs(&self) -> String {
        let arn = |service: &str, rest: &str| format!("arn:aws:{service}:{REGION}:{ACCOUNT}:{rest}");
        let body = json!({
            "EfsFilesystemArn": arn("elasticfilesystem", "file-system/fs-0123456789abcdef0"),
            "Ec2Config": {"SubnetArn": arn("ec2", "subnet/subnet-0a1b"), "SecurityGroupArns": [arn("ec2", "security-group/sg-0a1b")]},
        });
        location(&self.call("CreateLocationEfs", body).await.unwrap())
    }

    pub(super) async fn s3(&self, bucket: &str, subdirectory: &str) -> Result<String, String> {
        let body = json!({
            "S3BucketArn": format!("arn:aws:s3:::{bucket}"), "Subdirectory": subdirectory, "S3Config": {"BucketAccessRoleArn": ROLE},
        });
        self.call("CreateLocationS3", body).await.map(|answer| location(&answer))
    }

    /// A task from the file system to `s3://backups/home/`.
    pub(super) async fn task(&self, options: Value) -> String {
        let (from, to) = (self.efs().await, self.s3("backups", "/home").await.unwrap());
        self.task_between(&from, &to, options).await
    }

    pub(super) async fn task_between(&self, from: &str, to: &str, options: Value) -> String {
        let body = json!({"SourceLocationArn": from, "DestinationLocationArn": to, "Options": options});
        self.call("CreateTask", body).await.unwrap()["TaskArn"].as_str().unwrap().to_owned()
    }

    /// Starts a task and gives the execution's ARN.
    pub(super) async fn start(&self, task: &str, mut with: Value) -> Result<String, String> {
        with["TaskArn"] = json!(task);
        let answer = self.call("StartTaskExecution", with).await?;
        Ok(answer["TaskExecutionArn"].as_str().unwrap().to_owned())
    }

    /// Starts a task, waits for its end, and describes the execution.
    pub(super) async fn run(&self, task: &str, with: Value) -> Value {
        let execution = self.start(task, with).await.unwrap();
        self.ended(&execution).await
    }

    pub(super) async fn ended(&self, execution: &str) -> Value {
        self.reached(execution, &["SUCCESS", "ERROR"]).await;
        self.describe(execution).await
    }

    /// Waits for the event of one of these states.
    pub(super) async fn reached(&self, arn: &str, states: &[&str]) {
        let hit = |event: &Value| {
            event["resources"][0] == arn && states.iter().any(|state| event["detail"]["State"] == *state)
        };
        let mut events = self.events.clone();
        let _ = events.wait_for(|events| events.iter().any(hit)).await.unwrap();
    }

    /// The states that were told of a thing, in order.
    pub(super) fn states_of(&self, arn: &str) -> Vec<String> {
        let state = |event: &Value| event["detail"]["State"].as_str().unwrap().to_owned();
        self.events_of(arn).iter().map(state).collect()
    }

    pub(super) fn events_of(&self, arn: &str) -> Vec<Value> {
        self.events.borrow().iter().filter(|event| event["resources"][0] == arn).cloned().collect()
    }

    pub(super) async fn describe(&self, execution: &str) -> Value {
        self.call("DescribeTaskExecution", json!({"TaskExecutionArn": execution})).await.unwrap()
    }
}

fn location(answer: &Value) -> String {
    answer["LocationArn"].as_str().unwrap().to_owned()
}

pub(super) const OBJECT_ACTIONS: &[&str] = &[
    "s3:GetObject",
    "s3:GetObjectTagging",
    "s3:GetObjectVersion",
    "s3:PutObject",
    "s3:PutObjectTagging",
    "s3:DeleteObject",
];

pub(super) fn trust(account: &str) -> Value {
    json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"Service": "datasync.amazonaws.com"}, "Action": "sts:AssumeRole",
        "Condition": {
            "StringEquals": {"aws:SourceAccount": account},
            "ArnLike": {"aws:SourceArn": format!("arn:aws:datasync:{REGION}:{account}:*")},
        },
    }]})
}

pub(super) fn allowed(bucket: &str, object_actions: &[&str]) -> Value {
    json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": ["s3:ListBucket", "s3:GetBucketLocation"], "Resource": format!("arn:aws:s3:::{bucket}")},
        {"Effect": "Allow", "Action": object_actions, "Resource": format!("arn:aws:s3:::{bucket}/*")},
    ]})
}
