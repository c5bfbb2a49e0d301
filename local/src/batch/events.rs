//! State changes as CloudTrail hands them to EventBridge: only where somebody recorded them.

use std::sync::Arc;

use serde_json::{Value, json};

use super::Batch;
use super::create::uuid;
use super::job::Job;
use super::quotas::Trail;
use super::status::Status;
use crate::upstream::trails;

impl Batch {
    /// Goes on to a state and tells so. False when that is not a legal way from where the job is.
    pub(super) async fn enter(self: &Arc<Self>, id: &str, next: Status) -> bool {
        let now = self.now();
        let entered = self.store.change(id, |job| job.enter(next, now)) == Some(true);
        if entered {
            self.tell(id, next).await;
        }
        if next.is_end() {
            self.reschedule();
        }
        entered
    }

    /// Tells that a job has reached a state.
    pub(super) async fn tell(&self, id: &str, status: Status) {
        let Some(job) = self.store.job(id) else { return };
        if self.is_recorded(&job).await {
            self.events.emit(event(&job, status, self.now()));
        }
    }

    async fn is_recorded(&self, job: &Job) -> bool {
        match self.quotas().trail {
            Trail::On => true,
            Trail::Off => false,
            Trail::AsInstalled => {
                let asked = trails::is_logging(&self.seen_from(&job.account, &job.region)).await;
                asked.inspect_err(|error| tracing::warn!(%error, "no trail can be asked about")).unwrap_or_default()
            }
        }
    }
}

fn event(job: &Job, status: Status, now: jiff::Timestamp) -> Value {
    let time = now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let name = if status == Status::New { "JobCreated" } else { "JobStatusChanged" };
    let codes: Vec<&str> = job.failures.iter().map(|why| why.code).collect();
    let codes = if matches!(status, Status::Failing | Status::Failed) { codes } else { Vec::new() };
    let reasons: Vec<&String> =
        job.reason.iter().filter(|_| matches!(status, Status::Ready | Status::Cancelling)).collect();
    json!({
        "version": "0", "id": uuid(), "detail-type": "AWS Service Event via CloudTrail", "source": "aws.s3",
        "account": job.account, "time": time, "region": job.region, "resources": [],
        "detail": {
            "eventVersion": "1.08",
            "userIdentity": {"accountId": job.account, "invokedBy": "s3.amazonaws.com"},
            "eventTime": time, "eventSource": "s3.amazonaws.com", "eventName": name, "awsRegion": job.region,
            "sourceIPAddress": "s3.amazonaws.com", "userAgent": "s3.amazonaws.com",
            "requestParameters": null, "responseElements": null, "eventID": uuid(), "readOnly": false,
            "eventType": "AwsServiceEvent", "managementEvent": true, "recipientAccountId": job.account,
            "serviceEventDetails": {
                "jobId": job.id, "jobArn": job.arn(), "status": status.word(), "jobEventId": uuid().replace('-', ""),
                "failureCodes": codes, "statusChangeReason": reasons,
            },
            "eventCategory": "Management",
        },
    })
}
