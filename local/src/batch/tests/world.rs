//! A stand-in whose jobs stay where a fault holds them, and the calls that the tests make. No emulator answers: nothing here may need one.

use std::sync::Arc;

use bytes::Bytes;
use hyper::Method;
use serde_json::Value;
use tokio::sync::watch;

use super::super::{Batch, Call, Faults, Quotas, Settings, Trail, route};
use crate::replication::Replication;
use crate::stand_in::{Access, EventSink, Witness};
use crate::upstream::Upstream;

pub(super) const ACCOUNT: &str = "123456789012";

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
    pub(super) batch: Arc<Batch>,
    pub(super) events: watch::Receiver<Vec<Value>>,
}

impl World {
    /// Jobs hang in this state.
    pub(super) fn hanging_in(state: &str) -> Self {
        let upstream = Upstream::new("http://127.0.0.1:1", ACCOUNT, "ap-northeast-1");
        let witness: Arc<dyn Witness> = Arc::new(Nobody);
        let replication = Replication::start(upstream.clone(), Arc::clone(&witness));
        let (sender, events) = watch::channel(Vec::new());
        let batch = Batch::new(Settings { upstream, events: Arc::new(Recorder(sender)), replication, witness });
        batch.set_quotas(Quotas { trail: Trail::On, ..Quotas::default() });
        batch.set_faults(Faults { hang_in: Some(state.to_owned()), ..Faults::default() });
        Self { batch, events }
    }

    /// The body of an answer, or its error's code and message.
    pub(super) async fn call(&self, method: Method, path: &str, body: &str) -> Result<String, (String, String)> {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let path = format!("/v20180820/jobs{path}");
        let call = Call {
            account: ACCOUNT.to_owned(),
            region: "ap-northeast-1".to_owned(),
            route: route::route(&method, &path).unwrap(),
            query: query.to_owned(),
            account_id: Some(ACCOUNT.to_owned()),
            body: Bytes::from(body.to_owned()),
        };
        let answer = self.batch.answer(call).await;
        let body = String::from_utf8(answer.body.to_vec()).unwrap();
        if answer.status == 200 { Ok(body) } else { Err((text(&body, "Code"), text(&body, "Message"))) }
    }

    pub(super) async fn create(&self, body: &str) -> Result<String, (String, String)> {
        self.call(Method::POST, "", body).await.map(|body| text(&body, "JobId"))
    }

    pub(super) async fn describe(&self, job: &str) -> String {
        self.call(Method::GET, &format!("/{job}"), "").await.unwrap()
    }

    pub(super) async fn update(&self, job: &str, status: &str) -> Result<String, (String, String)> {
        let path = format!("/{job}/status?requestedJobStatus={status}&statusUpdateReason=by+hand");
        self.call(Method::POST, &path, "").await.map(|body| text(&body, "Status"))
    }

    /// Waits until the job's events say that it reached a state.
    pub(super) async fn reached(&self, job: &str, state: &str) {
        let mut events = self.events.clone();
        let is_it = |event: &Value| {
            let details = &event["detail"]["serviceEventDetails"];
            details["jobId"] == job && details["status"] == state
        };
        let _ = events.wait_for(|events| events.iter().any(is_it)).await.unwrap();
    }
}

/// The text of the first element of this name.
pub(super) fn text(xml: &str, name: &str) -> String {
    let document = roxmltree::Document::parse(xml).unwrap();
    let found = document.descendants().find(|node| node.tag_name().name() == name);
    found.and_then(|node| node.text()).unwrap_or_default().to_owned()
}

/// A request that is right, with one of its pieces changed.
pub(super) fn request(from: &str, to: &str) -> String {
    let right = format!(
        "<CreateJobRequest xmlns='http://awss3control.amazonaws.com/doc/2018-08-20/'><ConfirmationRequired>true</ConfirmationRequired>\
        <Operation><S3ReplicateObject/></Operation><Report><Bucket>arn:aws:s3:::reports</Bucket><Format>Report_CSV_20180820</Format>\
        <Enabled>true</Enabled><Prefix>r</Prefix><ReportScope>AllTasks</ReportScope></Report><ClientRequestToken>t</ClientRequestToken>\
        <Description>d</Description><Priority>10</Priority><RoleArn>arn:aws:iam::{ACCOUNT}:role/batch</RoleArn><Tags><member><Key>k</Key>\
        <Value>v</Value></member></Tags><ManifestGenerator><S3JobManifestGenerator><SourceBucket>arn:aws:s3:::source</SourceBucket>\
        <EnableManifestOutput>false</EnableManifestOutput><Filter><EligibleForReplication>true</EligibleForReplication>\
        <ObjectReplicationStatuses><member>NONE</member></ObjectReplicationStatuses></Filter></S3JobManifestGenerator></ManifestGenerator></CreateJobRequest>"
    );
    assert!(right.contains(from), "{from}");
    right.replacen(from, to, 1)
}
