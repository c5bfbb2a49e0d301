//! Two accounts with a source, a destination and a bucket for reports, roles that suffice, and the calls that the tests make.

use std::{path::Path, sync::Arc};

use hyper::Method;
use nightferry_local::{
    LocalAws,
    upstream::{Ask, Upstream, UpstreamError, s3},
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use roxmltree::Document;
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use crate::support::start;

pub(super) const OTHER: &str = "222222222222";
const REGION: &str = "ap-northeast-1";

static SHARED: OnceCell<Arc<LocalAws>> = OnceCell::const_new();

/// A corner of the local AWS with names of its own.
pub(super) struct World {
    pub(super) local: Arc<LocalAws>,
    name: &'static str,
    /// The account of the source.
    pub(super) own: Upstream,
    /// The account of the destination.
    pub(super) other: Upstream,
}

/// What a role may do, as pairs of actions and resources.
pub(super) type Grants = Vec<(String, String)>;

impl World {
    /// In the local AWS that these tests share.
    pub(super) async fn new(name: &'static str) -> Self {
        let shared = SHARED.get_or_init(|| async { Arc::new(started("jobs").await) }).await;
        Self::furnished(name, Arc::clone(shared)).await
    }

    /// In a local AWS of its own.
    pub(super) async fn alone(name: &'static str) -> Self {
        Self::furnished(name, Arc::new(started(name).await)).await
    }

    async fn furnished(name: &'static str, local: Arc<LocalAws>) -> Self {
        let (own, other) = (local.aws(), local.aws().seen_from(OTHER, REGION));
        let world = Self { local, name, own, other };
        for (aws, which) in [(&world.own, "source"), (&world.other, "copies"), (&world.own, "reports")] {
            let bucket = world.bucket(which);
            s3::create_bucket(aws, &bucket).await.unwrap();
            world.versioning(aws, &bucket, "Enabled").await;
        }
        world.job_role(&world.job_grants()).await;
        world.replication_role(&world.replication_grants()).await;
        world.admit(&world.destination_actions()).await;
        world
    }

    pub(super) fn bucket(&self, which: &str) -> String {
        format!("{}-{which}", self.name)
    }

    pub(super) fn role(&self, which: &str) -> String {
        format!("arn:aws:iam::123456789012:role/{}-{which}", self.name)
    }

    pub(super) fn job_grants(&self) -> Grants {
        let (source, reports) = (self.bucket("source"), self.bucket("reports"));
        grants(&[
            ("s3:InitiateReplication", &format!("{source}/*")),
            ("s3:GetReplicationConfiguration", &source),
            ("s3:PutInventoryConfiguration", &source),
            ("s3:GetObject", &format!("{reports}/*")),
            ("s3:GetObjectVersion", &format!("{reports}/*")),
            ("s3:PutObject", &format!("{reports}/*")),
        ])
    }

    pub(super) fn replication_grants(&self) -> Grants {
        let (source, copies) = (self.bucket("source"), self.bucket("copies"));
        let mut granted = grants(&[
            ("s3:GetReplicationConfiguration", &source),
            ("s3:ListBucket", &source),
            ("s3:GetObjectVersionForReplication", &format!("{source}/*")),
            ("s3:GetObjectVersionAcl", &format!("{source}/*")),
            ("s3:GetObjectVersionTagging", &format!("{source}/*")),
        ]);
        for action in self.destination_actions() {
            granted.extend(grants(&[(&action, &format!("{copies}/*"))]));
        }
        granted
    }

    pub(super) fn destination_actions(&self) -> Vec<String> {
        ["s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags", "s3:ObjectOwnerOverrideToBucketOwner"]
            .map(str::to_owned)
            .to_vec()
    }

    pub(super) async fn job_role(&self, granted: &Grants) {
        self.make_role("job", "batchoperations.s3.amazonaws.com", granted).await;
    }

    pub(super) async fn replication_role(&self, granted: &Grants) {
        self.make_role("replication", "s3.amazonaws.com", granted).await;
    }

    async fn make_role(&self, which: &str, service: &str, granted: &Grants) {
        let name = format!("{}-{which}", self.name);
        let trust = json!({"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"}},
        }]});
        let statements: Vec<Value> = granted
            .iter()
            .map(|(action, resource)| json!({"Effect": "Allow", "Action": action, "Resource": resource}))
            .collect();
        let policy = json!({"Version": "2012-10-17", "Statement": statements});
        let form = |action: &str, document: &str, value: &Value| {
            let value = utf8_percent_encode(&value.to_string(), NON_ALPHANUMERIC).to_string();
            format!("Action={action}&Version=2010-05-08&RoleName={name}&PolicyName=p&{document}={value}")
        };
        let _ = self.iam(form("CreateRole", "AssumeRolePolicyDocument", &trust)).await;
        self.iam(form("PutRolePolicy", "PolicyDocument", &policy)).await.unwrap();
    }

    async fn iam(&self, form: String) -> Result<(), UpstreamError> {
        let ask = Ask::new(Method::POST, "iam", "/").header("content-type", "application/x-www-form-urlencoded");
        self.own.read(ask.body(form)).await.map(drop)
    }

    /// The destination's owner lets the replication role do these.
    pub(super) async fn admit(&self, actions: &[String]) {
        let copies = self.bucket("copies");
        let policy = json!({"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Principal": {"AWS": self.role("replication")}, "Action": actions,
            "Resource": format!("arn:aws:s3:::{copies}/*"),
        }]});
        self.put(&self.other, &format!("/{copies}?policy"), policy.to_string()).await;
    }

    pub(super) async fn versioning(&self, aws: &Upstream, bucket: &str, status: &str) {
        let body = format!("<VersioningConfiguration><Status>{status}</Status></VersioningConfiguration>");
        self.put(aws, &format!("/{bucket}?versioning"), body).await;
    }

    /// Configures the source's replication with these rules below the usual ones' defaults.
    pub(super) async fn replicate(&self, rule: &str) {
        let xml = format!(
            "<ReplicationConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Role>{}</Role><Rule><ID>all</ID><Priority>1</Priority>\
             <Status>Enabled</Status>{rule}<Destination><Bucket>arn:aws:s3:::{}</Bucket><Account>{OTHER}</Account>\
             <AccessControlTranslation><Owner>Destination</Owner></AccessControlTranslation></Destination></Rule></ReplicationConfiguration>",
            self.role("replication"),
            self.bucket("copies")
        );
        self.put(&self.own, &format!("/{}?replication", self.bucket("source")), xml).await;
    }

    /// The usual rule: everything, delete markers too.
    pub(super) async fn replicate_all(&self) {
        self.replicate("<DeleteMarkerReplication><Status>Enabled</Status></DeleteMarkerReplication><Filter><Prefix></Prefix></Filter>").await;
    }

    pub(super) async fn put(&self, aws: &Upstream, path: &str, body: impl Into<bytes::Bytes>) {
        let _ = aws.read(Ask::new(Method::PUT, "s3", path).body(body.into())).await.unwrap();
    }

    /// Writes an object of the source.
    pub(super) async fn write(&self, key: &str, body: &str) {
        self.put(&self.own, &format!("/{}/{key}", self.bucket("source")), body.to_owned()).await;
    }

    pub(super) async fn get(&self, aws: &Upstream, path: &str) -> Result<String, u16> {
        match aws.read(Ask::new(Method::GET, "s3", path)).await {
            Ok(body) => Ok(String::from_utf8_lossy(&body).into_owned()),
            Err(UpstreamError::Refused { status, .. }) => Err(status),
            Err(error) => panic!("{error}"),
        }
    }

    /// A header of an object, as its bucket's owner sees it; empty where there is none.
    pub(super) async fn header(&self, aws: &Upstream, path: &str, name: &str) -> String {
        let answer = aws.send(Ask::new(Method::HEAD, "s3", path)).await.unwrap();
        answer.headers().get(name).map_or_else(String::new, |value| value.to_str().unwrap().to_owned())
    }

    /// Bodies of a key's versions at the destination, oldest first.
    pub(super) async fn copies(&self, key: &str) -> Vec<String> {
        let copies = self.bucket("copies");
        let listed = self.get(&self.other, &format!("/{copies}?versions&prefix={key}")).await.unwrap();
        let mut bodies = Vec::new();
        for version in texts(&listed, "Version", "VersionId") {
            bodies.insert(0, self.get(&self.other, &format!("/{copies}/{key}?versionId={version}")).await.unwrap());
        }
        bodies
    }

    /// Waits until a key of the source has this replication status.
    pub(super) async fn copied(&self, key: &str, status: &str) {
        let path = format!("/{}/{key}", self.bucket("source"));
        while self.header(&self.own, &path, "x-amz-replication-status").await != status {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    }
}

async fn started(name: &str) -> LocalAws {
    start(&Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("jobs-{name}"))).await.unwrap()
}

fn grants(pairs: &[(&str, &str)]) -> Grants {
    pairs.iter().map(|(action, on)| ((*action).to_owned(), format!("arn:aws:s3:::{on}"))).collect()
}

/// The texts of one element in each of another.
pub(super) fn texts(xml: &str, of: &str, name: &str) -> Vec<String> {
    let document = Document::parse(xml).unwrap();
    let nodes = document.descendants().filter(|node| node.tag_name().name() == of);
    let children = nodes.filter_map(|node| node.children().find(|child| child.tag_name().name() == name));
    children.map(|child| child.text().unwrap_or_default().to_owned()).collect()
}

/// The text of the first element of this name.
pub(super) fn text(xml: &str, name: &str) -> String {
    let document = Document::parse(xml).unwrap();
    let found = document.descendants().find(|node| node.tag_name().name() == name);
    found.and_then(|node| node.text()).unwrap_or_default().to_owned()
}
