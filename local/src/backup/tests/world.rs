//! A stand-in with an emulator and a recorder of events around it, and the calls that the tests make.

use std::sync::Arc;

use bytes::Bytes;
use hyper::Method;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use tokio::sync::watch;

use super::super::{Backup, Call, Faults, Settings, Tick, route};
use super::emulator::{Emulator, Machine, Role};
use crate::stand_in::{Access, Caller, EventSink, Witness};
use crate::upstream::Upstream;

pub(super) const ACCOUNT: &str = "123456789012";
pub(super) const REGION: &str = "ap-northeast-1";
pub(super) const ROLE: &str = "arn:aws:iam::123456789012:role/backup";
pub(super) const RESTORE_ROLE: &str = "arn:aws:iam::123456789012:role/restore";
pub(super) const INSTANCE: &str = "arn:aws:ec2:ap-northeast-1:123456789012:instance/i-0a1b2c3d4e5f60718";
pub(super) const VAULT: &str = "arn:aws:backup:ap-northeast-1:123456789012:backup-vault:EC2";
/// Seconds of a day.
pub(super) const DAY: u64 = 86_400;

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
    pub(super) backup: Arc<Backup>,
    pub(super) emulator: Emulator,
    pub(super) events: watch::Receiver<Vec<Value>>,
}

impl World {
    /// A world with the vault `EC2`, a tagged instance and a role that may back it up.
    pub(super) async fn new() -> Self {
        let emulator = Emulator::start().await;
        let upstream = Upstream::new(&emulator.endpoint, ACCOUNT, REGION);
        let (sender, events) = watch::channel(Vec::new());
        let witness = Arc::new(Nobody);
        let backup =
            Backup::new(Settings { upstream, events: Arc::new(Recorder(sender)), witness, tokens: Arc::default() });
        let world = Self { backup, emulator, events };
        world.role("backup", &trust(ACCOUNT), &allowed(BACKUP_ACTIONS, "*"));
        world.machine(&[("AWSBackup", "EC2"), ("Name", "web")], "");
        let _ = world.call("PUT", "/backup-vaults/EC2", &json!({})).await.unwrap();
        world
    }

    pub(super) fn role(&self, name: &str, trust: &Value, policy: &Value) {
        let role = Role { trust: trust.clone(), policy: policy.clone() };
        let _ = self.emulator.state().roles.insert(name.to_owned(), role);
    }

    /// The instance, with these tags and this profile.
    pub(super) fn machine(&self, tags: &[(&str, &str)], profile: &str) {
        self.named_machine("i-0a1b2c3d4e5f60718", tags, profile);
    }

    pub(super) fn named_machine(&self, id: &str, tags: &[(&str, &str)], profile: &str) {
        let tags = tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        let (account, state) = (ACCOUNT.to_owned(), "running".to_owned());
        let machine = Machine { account, state, profile: profile.to_owned(), tags, ..Machine::default() };
        let _ = self.emulator.state().machines.insert(id.to_owned(), machine);
    }

    /// What is answered, or the error's name and message.
    pub(super) async fn call(&self, method: &str, path: &str, body: &Value) -> Result<Value, (String, String)> {
        self.call_as(ACCOUNT, None, method, path, body).await
    }

    pub(super) async fn call_as(
        &self,
        account: &str,
        principal: Option<&str>,
        method: &str,
        path: &str,
        body: &Value,
    ) -> Result<Value, (String, String)> {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let call = Call {
            account: account.to_owned(),
            region: REGION.to_owned(),
            route: route::route(&method, path).unwrap_or_else(|| panic!("no operation {method} {path}")),
            query: query.to_owned(),
            caller: Caller { app: None, principal_arn: principal.map(str::to_owned) },
            body: if body.is_null() { Bytes::new() } else { Bytes::from(body.to_string()) },
        };
        let reply = self.backup.answer(call).await;
        let body: Value =
            if reply.body.is_empty() { Value::Null } else { serde_json::from_slice(&reply.body).unwrap() };
        match reply.error {
            None => Ok(body),
            Some(name) => {
                assert_eq!((body["Code"].as_str(), body["Context"].is_string()), (Some(name), true), "{body}");
                Err((name.to_owned(), body["Message"].as_str().unwrap().to_owned()))
            }
        }
    }

    pub(super) async fn get(&self, path: &str) -> Value {
        self.call("GET", path, &Value::Null).await.unwrap()
    }

    /// Starts a backup of the instance, with some members changed.
    pub(super) async fn start(&self, changed: &Value) -> Result<String, (String, String)> {
        let answer = self.call("PUT", "/backup-jobs", &with(&order(), changed)).await?;
        Ok(answer["BackupJobId"].as_str().unwrap().to_owned())
    }

    pub(super) async fn job(&self, id: &str) -> Value {
        self.get(&format!("/backup-jobs/{id}")).await
    }

    /// The job once it is in this state.
    pub(super) async fn reached(&self, id: &str, state: &str) -> Value {
        let _ = self.told("backupJobId", id, state).await;
        self.job(id).await
    }

    /// The event that tells that something with this id has reached a state.
    pub(super) async fn told(&self, member: &str, id: &str, state: &str) -> Value {
        let mut events = self.events.clone();
        let is_it = |event: &Value| {
            let detail = &event["detail"];
            detail[member] == id && (detail["state"] == state || detail["status"] == state)
        };
        let events = events.wait_for(|events| events.iter().any(is_it)).await.unwrap();
        events.iter().find(|event| is_it(event)).unwrap().clone()
    }

    /// A finished backup's recovery point.
    pub(super) async fn backed_up(&self, changed: &Value) -> String {
        let id = self.start(changed).await.unwrap();
        self.reached(&id, "COMPLETED").await["RecoveryPointArn"].as_str().unwrap().to_owned()
    }

    pub(super) fn hang(&self, state: &str) {
        self.backup.set_faults(Faults { hang_in: Some(state.to_owned()), ..Faults::default() });
    }

    pub(super) async fn ahead(&self, secs: u64) {
        self.backup.set_clock(Tick { advance_secs: secs, ..Tick::default() }).await;
    }
}

/// What the service needs of a role to back up an instance, and to delete the point again.
pub(super) const BACKUP_ACTIONS: &[&str] = &[
    "ec2:DescribeInstances",
    "ec2:DescribeInstanceAttribute",
    "ec2:DescribeImages",
    "ec2:CreateImage",
    "ec2:CreateTags",
    "ec2:DeregisterImage",
    "ec2:DeleteSnapshot",
];

pub(super) fn order() -> Value {
    json!({"BackupVaultName": "EC2", "ResourceArn": INSTANCE, "IamRoleArn": ROLE, "IdempotencyToken": "attempt-1",
        "StartWindowMinutes": 60, "CompleteWindowMinutes": 480, "Lifecycle": {"DeleteAfterDays": 30}})
}

/// A document with some members changed; null takes one away.
pub(super) fn with(document: &Value, changed: &Value) -> Value {
    let mut document = document.clone();
    for (key, value) in changed.as_object().into_iter().flatten() {
        document[key] = value.clone();
    }
    document.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    document
}

pub(super) fn trust(account: &str) -> Value {
    json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"Service": "backup.amazonaws.com"}, "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"aws:SourceAccount": account}},
    }]})
}

pub(super) fn allowed(actions: &[&str], resource: &str) -> Value {
    json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": resource}]})
}

/// The path of a recovery point in the vault.
pub(super) fn point_path(arn: &str) -> String {
    format!("/backup-vaults/EC2/recovery-points/{}", encoded(arn))
}

pub(super) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}
