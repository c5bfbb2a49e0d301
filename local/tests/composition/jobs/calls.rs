//! Calls of jobs: creating, waiting, confirming, reading the report.

use std::time::Duration;

use hyper::Method;
use nightferry_local::{
    batch::{FailingKeys, Faults},
    upstream::Ask,
};

use super::world::{World, text};

impl World {
    /// A request over what the rules take and nobody replicated yet, waiting for its confirmation, with list and report.
    pub(super) fn request(&self, token: &str) -> String {
        let (source, reports) = (self.bucket("source"), self.bucket("reports"));
        let token = token.replace(':', "-");
        format!(
            "<CreateJobRequest xmlns=\"http://awss3control.amazonaws.com/doc/2018-08-20/\"><ConfirmationRequired>true</ConfirmationRequired>\
             <Operation><S3ReplicateObject></S3ReplicateObject></Operation><Report><Bucket>arn:aws:s3:::{reports}</Bucket><Format>Report_CSV_20180820</Format>\
             <Enabled>true</Enabled><Prefix>reports</Prefix><ReportScope>AllTasks</ReportScope></Report><ClientRequestToken>{token}-{source}</ClientRequestToken>\
             <Description>{token}</Description><Priority>10</Priority><RoleArn>{}</RoleArn><ManifestGenerator><S3JobManifestGenerator>\
             <ExpectedBucketOwner>123456789012</ExpectedBucketOwner><SourceBucket>arn:aws:s3:::{source}</SourceBucket><ManifestOutputLocation>\
             <Bucket>arn:aws:s3:::{reports}</Bucket><ManifestPrefix>manifests</ManifestPrefix><ManifestFormat>S3InventoryReport_CSV_20211130</ManifestFormat>\
             </ManifestOutputLocation><Filter><EligibleForReplication>true</EligibleForReplication><ObjectReplicationStatuses><member>NONE</member>\
             <member>FAILED</member></ObjectReplicationStatuses></Filter><EnableManifestOutput>true</EnableManifestOutput></S3JobManifestGenerator>\
             </ManifestGenerator></CreateJobRequest>",
            self.role("job")
        )
    }

    async fn control(&self, method: Method, path: &str, body: String) -> String {
        let ask = Ask::new(method, "s3", format!("/v20180820/jobs{path}")).header("x-amz-account-id", "123456789012");
        String::from_utf8(self.own.read(ask.body(body)).await.unwrap().to_vec()).unwrap()
    }

    pub(super) async fn create(&self, request: &str) -> String {
        text(&self.control(Method::POST, "", request.to_owned()).await, "JobId")
    }

    pub(super) async fn confirm(&self, job: &str) {
        let path = format!("/{job}/status?requestedJobStatus=Ready");
        assert_eq!(text(&self.control(Method::POST, &path, String::new()).await, "Status"), "Ready");
    }

    /// The job as it is once it is in this state; another end is told.
    pub(super) async fn until(&self, job: &str, status: &str) -> String {
        let shown = self.until_any(job, &[status, "Complete", "Failed", "Cancelled"]).await;
        assert_eq!(text(&shown, "Status"), status, "{shown}");
        shown
    }

    pub(super) async fn until_any(&self, job: &str, statuses: &[&str]) -> String {
        loop {
            let shown = self.control(Method::GET, &format!("/{job}"), String::new()).await;
            if statuses.contains(&text(&shown, "Status").as_str()) {
                return shown;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// A job to its good end, confirmed on its way.
    pub(super) async fn run(&self, token: &str) {
        let job = self.create(&self.request(token)).await;
        let _ = self.until(&job, "Suspended").await;
        self.confirm(&job).await;
        let shown = self.until(&job, "Complete").await;
        assert_eq!(text(&shown, "NumberOfTasksFailed"), "0", "{shown}");
    }

    /// Lets the tasks of these keys fail in the job of this description; with none, ends what was ordered.
    pub(super) async fn break_job(&self, description: &str, containing: Option<&str>) {
        let code = "DstPutObjectNotPermitted".to_owned();
        let fail_keys = containing.map(|containing| FailingKeys { containing: containing.to_owned(), code });
        let faults = Faults { only: description.to_owned(), fail_keys, ..Faults::default() };
        self.local.admin().break_batch(&faults).await.unwrap();
    }

    /// Holds the job of this description in a state.
    pub(super) async fn hang_job(&self, description: &str, state: &str) {
        let faults = Faults { only: description.to_owned(), hang_in: Some(state.to_owned()), ..Faults::default() };
        self.local.admin().break_batch(&faults).await.unwrap();
    }

    /// The rows of a job's completion report, what went well first.
    pub(super) async fn report(&self, job: &str) -> Vec<Vec<String>> {
        let reports = self.bucket("reports");
        let manifest = self.get(&self.own, &format!("/{reports}/reports/job-{job}/manifest.json")).await.unwrap();
        let manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap();
        assert_eq!(manifest["Format"], "Report_CSV_20180820");
        let mut rows = Vec::new();
        for result in manifest["Results"].as_array().unwrap() {
            let list = self.get(&self.own, &format!("/{reports}/{}", result["Key"].as_str().unwrap())).await.unwrap();
            let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(list.as_bytes());
            rows.extend(reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()));
        }
        rows
    }
}
