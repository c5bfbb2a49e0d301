//! A tagged instance with two volumes and a profile, a vault, a role for each direction, and the calls that the tests make.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use hyper::Method;
use nightferry_local::{
    LocalAws,
    upstream::{Ask, Upstream, UpstreamError, ec2, iam},
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use crate::support::start;

pub(super) const ACCOUNT: &str = "123456789012";
pub(super) const OTHER: &str = "222222222222";
pub(super) const REGION: &str = "ap-northeast-1";

static SHARED: OnceCell<Arc<LocalAws>> = OnceCell::const_new();

/// What the backup role may do.
pub(super) const BACKUP: &[&str] = &[
    "ec2:DescribeInstances",
    "ec2:DescribeInstanceAttribute",
    "ec2:DescribeImages",
    "ec2:DescribeTags",
    "ec2:CreateImage",
    "ec2:CreateTags",
    "ec2:CopyImage",
    "ec2:ModifyImageAttribute",
    "ec2:DeregisterImage",
    "ec2:DeleteSnapshot",
    "backup:CopyIntoBackupVault",
    "tag:GetResources",
];
/// What the restore role may do.
pub(super) const RESTORE: &[&str] =
    &["ec2:DescribeImages", "ec2:DescribeInstances", "ec2:RunInstances", "ec2:CreateTags"];

/// A corner of the local AWS with names of its own.
pub(super) struct World {
    pub(super) local: Arc<LocalAws>,
    pub(super) name: &'static str,
    pub(super) aws: Upstream,
    /// `i-...`
    pub(super) instance: String,
    pub(super) subnet: String,
}

impl World {
    /// In the local AWS that these tests share.
    pub(super) async fn new(name: &'static str) -> Self {
        let shared = SHARED.get_or_init(|| started("backups")).await;
        Self::furnished(name, Arc::clone(shared)).await
    }

    /// In a local AWS of its own, whose time may pass as it likes.
    pub(super) async fn alone(name: &'static str) -> Self {
        Self::furnished(name, started(name).await).await
    }

    pub(super) async fn furnished(name: &'static str, local: Arc<LocalAws>) -> Self {
        let aws = local.aws();
        let mut world = Self { local, name, aws, instance: String::new(), subnet: String::new() };
        world.trust("backup", ACCOUNT).await;
        world.trust("restore", ACCOUNT).await;
        world.grant("backup", BACKUP).await;
        world.grant("restore", RESTORE).await;
        world.profile().await;
        world.machine().await;
        let _ = world.call(Method::PUT, &format!("/backup-vaults/{name}"), &json!({})).await.unwrap();
        world
    }

    pub(super) fn role(&self, which: &str) -> String {
        format!("arn:aws:iam::{ACCOUNT}:role/{}-{which}", self.name)
    }

    /// Tokens are an account's, and the tests share one.
    pub(super) fn token(&self, token: &str) -> String {
        format!("{}-{token}", self.name)
    }

    pub(super) fn instance_arn(&self) -> String {
        format!("arn:aws:ec2:{REGION}:{ACCOUNT}:instance/{}", self.instance)
    }

    /// A role that trusts AWS Backup for things of that account.
    pub(super) async fn trust(&self, which: &str, account: &str) {
        let trust = trust("backup.amazonaws.com", account);
        let name = format!("{}-{which}", self.name);
        let made = [("RoleName", name.as_str()), ("AssumeRolePolicyDocument", &trust)];
        if self.form("iam", "CreateRole", &made).await.is_err() {
            let changed = [("RoleName", name.as_str()), ("PolicyDocument", &trust)];
            let _ = self.form("iam", "UpdateAssumeRolePolicy", &changed).await.unwrap();
        }
    }

    pub(super) async fn grant(&self, which: &str, actions: &[&str]) {
        self.put_policy(which, "p", &json!({"Effect": "Allow", "Action": actions, "Resource": "*"})).await;
    }

    /// Lets the restore role hand the instance's role to EC2.
    pub(super) async fn let_pass(&self) {
        let statement = json!({"Effect": "Allow", "Action": "iam:PassRole", "Resource": self.role("machine"),
            "Condition": {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}});
        self.put_policy("restore", "pass", &statement).await;
    }

    pub(super) async fn put_policy(&self, which: &str, name: &str, statement: &Value) {
        let policy = json!({"Version": "2012-10-17", "Statement": [statement]}).to_string();
        let role = format!("{}-{which}", self.name);
        let fields = [("RoleName", role.as_str()), ("PolicyName", name), ("PolicyDocument", &policy)];
        let _ = self.form("iam", "PutRolePolicy", &fields).await.unwrap();
    }

    async fn profile(&self) {
        let (role, trust) = (format!("{}-machine", self.name), trust("ec2.amazonaws.com", ACCOUNT));
        let made = [("RoleName", role.as_str()), ("AssumeRolePolicyDocument", &trust)];
        let _ = self.form("iam", "CreateRole", &made).await.unwrap();
        let _ = self.form("iam", "CreateInstanceProfile", &[("InstanceProfileName", self.name)]).await.unwrap();
        let both = [("InstanceProfileName", self.name), ("RoleName", role.as_str())];
        let _ = self.form("iam", "AddRoleToInstanceProfile", &both).await.unwrap();
        assert_eq!(iam::profile_role(&self.aws, self.name).await.unwrap(), Some(self.role("machine")));
    }

    async fn machine(&mut self) {
        let vpc = self.form("ec2", "CreateVpc", &[("CidrBlock", "10.1.0.0/16")]).await.unwrap();
        let subnet = [("VpcId", text(&vpc, "vpcId")), ("CidrBlock", "10.1.0.0/24".to_owned())];
        let subnet: Vec<(&str, &str)> = subnet.iter().map(|(key, value)| (*key, value.as_str())).collect();
        self.subnet = text(&self.form("ec2", "CreateSubnet", &subnet).await.unwrap(), "subnetId");
        let wanted = ec2::WantedInstance {
            image_id: "ami-0abcdef1234567890".to_owned(),
            instance_type: "t3.micro".to_owned(),
            key_name: Some("ops".to_owned()),
            subnet_id: Some(self.subnet.clone()),
            profile: Some(self.name.to_owned()),
            tags: vec![("AWSBackup".to_owned(), self.name.to_owned()), ("Name".to_owned(), "web".to_owned())],
            ..ec2::WantedInstance::default()
        };
        self.instance = ec2::run_instance(&self.aws, &wanted).await.unwrap();
        let volume = ec2::create_volume(&self.aws, &format!("{REGION}a"), 20, None).await.unwrap();
        ec2::attach_volume(&self.aws, &volume, &self.instance, "/dev/sdf").await.unwrap();
    }

    /// One call of a service that speaks forms.
    pub(super) async fn form(
        &self,
        service: &'static str,
        action: &str,
        fields: &[(&str, &str)],
    ) -> Result<String, UpstreamError> {
        let pairs =
            fields.iter().map(|(key, value)| format!("&{key}={}", utf8_percent_encode(value, NON_ALPHANUMERIC)));
        let version = if service == "ec2" { "2016-11-15" } else { "2010-05-08" };
        let form = format!("Action={action}&Version={version}{}", pairs.collect::<String>());
        let ask = Ask::new(Method::POST, service, "/").header("content-type", "application/x-www-form-urlencoded");
        Ok(String::from_utf8_lossy(&self.aws.read(ask.body(form)).await?).into_owned())
    }

    /// One call of AWS Backup.
    pub(super) async fn call(&self, method: Method, path: &str, body: &Value) -> Result<Value, UpstreamError> {
        call(&self.aws, method, path, body).await
    }

    pub(super) async fn get(&self, path: &str) -> Value {
        self.call(Method::GET, path, &Value::Null).await.unwrap()
    }

    /// Starts a backup of the instance; its id.
    pub(super) async fn start(&self, token: &str, windows: &Value) -> String {
        let mut order = json!({"BackupVaultName": self.name, "ResourceArn": self.instance_arn(),
            "IamRoleArn": self.role("backup"), "IdempotencyToken": self.token(token), "Lifecycle": {"DeleteAfterDays": 30}});
        order.as_object_mut().unwrap().extend(windows.as_object().cloned().unwrap_or_default());
        self.call(Method::PUT, "/backup-jobs", &order).await.unwrap()["BackupJobId"].as_str().unwrap().to_owned()
    }

    /// A job once it has ended.
    pub(super) async fn ended(&self, kind: &str, id: &str) -> Value {
        loop {
            let answer = self.get(&format!("/{kind}/{id}")).await;
            let job = answer.get("CopyJob").unwrap_or(&answer).clone();
            if job["CompletionDate"].is_number() {
                return job;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// A finished backup.
    pub(super) async fn backed_up(&self, token: &str) -> Value {
        let id = self.start(token, &json!({})).await;
        let job = self.ended("backup-jobs", &id).await;
        assert_eq!(job["State"], "COMPLETED", "{job}");
        job
    }

    /// A restore of a point that has ended, into the instance's own subnet.
    pub(super) async fn restored(&self, point: &Value, token: &str, profile: &str) -> Value {
        let metadata = json!({"InstanceType": "t3.small", "SubnetId": self.subnet, "IamInstanceProfileName": profile});
        let request = json!({"RecoveryPointArn": point, "IamRoleArn": self.role("restore"), "ResourceType": "EC2",
            "Metadata": metadata, "IdempotencyToken": self.token(token), "CopySourceTagsToRestoredResource": true});
        let started = self.call(Method::PUT, "/restore-jobs", &request).await.unwrap();
        self.ended("restore-jobs", started["RestoreJobId"].as_str().unwrap()).await
    }

    pub(super) fn point_path(&self, point: &Value) -> String {
        let arn = utf8_percent_encode(point.as_str().unwrap(), NON_ALPHANUMERIC);
        format!("/backup-vaults/{}/recovery-points/{arn}", self.name)
    }
}

async fn started(name: &str) -> Arc<LocalAws> {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    Arc::new(start(&dir).await.unwrap())
}

/// One call of AWS Backup as somebody.
pub(super) async fn call(aws: &Upstream, method: Method, path: &str, body: &Value) -> Result<Value, UpstreamError> {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let ask = Ask::new(method, "backup", path).header("content-type", "application/json").body(body);
    let answer = aws.read(ask).await?;
    Ok(if answer.is_empty() { Value::Null } else { serde_json::from_slice(&answer).unwrap() })
}

fn trust(service: &str, account: &str) -> String {
    json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"aws:SourceAccount": account}},
    }]})
    .to_string()
}

/// The text of the first element of this name.
pub(super) fn text(xml: &str, name: &str) -> String {
    let document = roxmltree::Document::parse(xml).unwrap();
    let found = document.descendants().find(|node| node.tag_name().name() == name);
    found.and_then(|node| node.text()).unwrap_or_default().to_owned()
}
