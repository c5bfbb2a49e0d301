//! The records bucket in S3: plans, manifests, reports, and what DataSync's task reports name.

use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::operation::get_object::GetObjectError;
use aws_sdk_s3::primitives::ByteStream;
use nightferry_domain::ids::{ExecutionArn, RunId};
use nightferry_domain::job_spec::{DeployedPlan, Transfer};
use nightferry_domain::observation::TransferFailures;
use nightferry_workflow::error::PortError;
use nightferry_workflow::ports::Records;
use serde::{Deserialize, Serialize};

use crate::connect::OPERATION_TIMEOUT;
use crate::sdk_error::Call;
use crate::task_reports;

/// Names the plan that was applied last.
pub const CURRENT_PLAN_KEY: &str = "plan/current.json";

/// Folder of the runs' manifests.
const RUNS: &str = "runs/";

const LIST: Call = Call::read("S3", "ListObjectsV2");
const GET: Call = Call::read("S3", "GetObject");
const PUT: Call = Call::write("S3", "PutObject");

/// The document at [`CURRENT_PLAN_KEY`]. `apply` replaces it once the plan itself lies at its key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CurrentPlan {
    /// `plan/<digest>.json`, which is never overwritten.
    pub key: String,
}

/// [`Records`] over one bucket.
#[derive(Debug, Clone)]
pub struct RecordsBucket {
    client: Client,
    bucket: String,
}

impl RecordsBucket {
    /// The bucket of this name.
    #[must_use]
    pub fn new(client: Client, bucket: String) -> Self {
        Self { client, bucket }
    }

    /// The runs that have a manifest here, latest-named first, at most `limit`. Their order is by id, not by time.
    pub async fn run_ids(&self, limit: usize) -> Result<Vec<RunId>, PortError> {
        let mut ids: Vec<RunId> = vec![];
        let list = self.client.list_objects_v2().bucket(&self.bucket).prefix(RUNS).delimiter("/");
        let mut pages = list.into_paginator().send();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| LIST.refused(&error))?;
            let folders = page.common_prefixes().iter().filter_map(|folder| folder.prefix());
            ids.extend(folders.filter_map(|folder| folder.strip_prefix(RUNS)?.trim_end_matches('/').parse().ok()));
        }
        ids.sort_unstable_by(|a, b| b.cmp(a));
        ids.truncate(limit);
        Ok(ids)
    }

    async fn document<T: serde::de::DeserializeOwned>(&self, key: &str) -> Result<T, PortError> {
        let Some(body) = self.get(key).await? else {
            return Err(GET.missing(&format!("s3://{}/{key} is not there: has a plan been applied?", self.bucket)));
        };
        let unreadable = |error: serde_json::Error| {
            GET.rejected("UnreadableDocument", &format!("s3://{}/{key}: {error}", self.bucket))
        };
        serde_json::from_slice(&body).map_err(unreadable)
    }
}

impl Records for RecordsBucket {
    async fn current_plan(&self) -> Result<(String, DeployedPlan), PortError> {
        let current: CurrentPlan = self.document(CURRENT_PLAN_KEY).await?;
        let plan = self.plan(&current.key).await?;
        Ok((current.key, plan))
    }

    async fn plan(&self, key: &str) -> Result<DeployedPlan, PortError> {
        let plan: DeployedPlan = self.document(key).await?;
        if plan.version == DeployedPlan::VERSION {
            return Ok(plan);
        }
        let what = format!(
            "s3://{}/{key} has version {}, this program knows version {}: deploy and apply with the same release",
            self.bucket,
            plan.version,
            DeployedPlan::VERSION
        );
        Err(GET.rejected("UnknownPlanVersion", &what))
    }

    async fn put(&self, key: &str, media_type: &str, body: Vec<u8>) -> Result<(), PortError> {
        let put = self.client.put_object().bucket(&self.bucket).key(key).content_type(media_type);
        let _ = put.body(ByteStream::from(body)).send().await.map_err(|error| PUT.refused(&error))?;
        Ok(())
    }

    async fn put_once(&self, key: &str, media_type: &str, body: Vec<u8>) -> Result<bool, PortError> {
        let put = self.client.put_object().bucket(&self.bucket).key(key).content_type(media_type).if_none_match("*");
        let Err(error) = put.body(ByteStream::from(body)).send().await else { return Ok(true) };
        match PUT.refused(&error) {
            PortError::Rejected { code, .. } if code == "PreconditionFailed" => Ok(false),
            refusal @ (PortError::Rejected { .. }
            | PortError::Retryable { .. }
            | PortError::Ambiguous { .. }
            | PortError::Missing { .. }) => Err(refusal),
        }
    }

    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, PortError> {
        get(&self.client, &self.bucket, key).await
    }

    async fn failures(
        &self,
        transfer: &Transfer,
        execution: &ExecutionArn,
    ) -> Result<Option<TransferFailures>, PortError> {
        task_reports::failures(&self.client, &transfer.task_reports, execution).await
    }
}

/// One object's bytes; `None` if there is no such key. A bucket that is not there is an error.
pub(crate) async fn get(client: &Client, bucket: &str, key: &str) -> Result<Option<Vec<u8>>, PortError> {
    get_within(OPERATION_TIMEOUT, client, bucket, key).await
}

/// The same, with all of its body within the limit: the SDK's own limits end with the reply's first line.
pub(crate) async fn get_within(
    limit: Duration,
    client: &Client,
    bucket: &str,
    key: &str,
) -> Result<Option<Vec<u8>>, PortError> {
    let bytes = async {
        let object = match client.get_object().bucket(bucket).key(key).send().await {
            Ok(object) => object,
            Err(error) if error.as_service_error().is_some_and(GetObjectError::is_no_such_key) => return Ok(None),
            Err(error) => return Err(GET.refused(&error)),
        };
        // The body came apart on its way; reading again is harmless.
        let body = object.body.collect().await.map_err(|error| GET.retryable(&error.to_string()))?;
        Ok(Some(body.to_vec()))
    };
    tokio::time::timeout(limit, bytes).await.unwrap_or_else(|_| Err(GET.retryable("the body took too long")))
}

/// The first bytes of an object, and whether they are all; `None` if there is no such key.
pub(crate) async fn get_beginning(
    client: &Client,
    bucket: &str,
    key: &str,
    bytes_max: usize,
) -> Result<Option<(Vec<u8>, bool)>, PortError> {
    let bytes = async {
        let asked =
            client.get_object().bucket(bucket).key(key).range(format!("bytes=0-{}", bytes_max.saturating_sub(1)));
        let object = match asked.send().await {
            Ok(object) => object,
            Err(error) if error.as_service_error().is_some_and(GetObjectError::is_no_such_key) => return Ok(None),
            Err(error) => return Err(GET.refused(&error)),
        };
        let total = object.content_range().and_then(|range| range.rsplit('/').next()?.parse::<usize>().ok());
        let body = object.body.collect().await.map_err(|error| GET.retryable(&error.to_string()))?.to_vec();
        let is_whole = total.is_none_or(|total| total <= body.len());
        Ok(Some((body, is_whole)))
    };
    let limit = OPERATION_TIMEOUT;
    tokio::time::timeout(limit, bytes).await.unwrap_or_else(|_| Err(GET.retryable("the body took too long")))
}

#[cfg(test)]
#[path = "records_tests.rs"]
mod tests;
