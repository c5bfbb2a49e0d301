//! `DescribeJob`: nothing is guessed, and what the service does not say stays unsaid.

use aws_sdk_s3control::Client;
use aws_sdk_s3control::types::{JobDescriptor, JobProgressSummary};
use nightferry_domain::batch::order::BatchTerms;
use nightferry_domain::batch::{BatchCounts, BatchObservation, BatchState, FailureReason, ManifestPlace};
use nightferry_domain::ids::ExecutionArn;
use nightferry_workflow::error::PortError;

use super::{count, time};
use crate::sdk_error::Call;

const DESCRIBE: Call = Call::read("S3 Control", "DescribeJob");

pub(super) async fn observe(client: &Client, job: &ExecutionArn) -> Result<BatchObservation, PortError> {
    let told = client.describe_job().account_id(job.account()).job_id(job.id()).send().await;
    let told = told.map_err(|error| DESCRIBE.refused(&error))?;
    let described = told.job().ok_or_else(|| DESCRIBE.retryable("the reply could not be read"))?;
    Ok(observation(job, described))
}

fn observation(job: &ExecutionArn, told: &JobDescriptor) -> BatchObservation {
    BatchObservation {
        execution: job.clone(),
        state: BatchState::of(told.status().map_or("", |status| status.as_str())),
        description: told.description().map(str::to_owned),
        terms: terms(told),
        counts: counts(told.progress_summary()),
        failures: told.failure_reasons().iter().map(reason).collect(),
        suspended_cause: told.suspended_cause().map(str::to_owned),
        update_reason: told.status_update_reason().map(str::to_owned),
        manifest: manifest(told),
        created_at: time(told.creation_time()),
        ended_at: time(told.termination_date()),
    }
}

fn terms(told: &JobDescriptor) -> BatchTerms {
    let generator = told.manifest_generator().and_then(|generator| generator.as_s3_job_manifest_generator().ok());
    let filter = generator.and_then(|generator| generator.filter());
    let prefix = |constraint: &aws_sdk_s3control::types::KeyNameConstraint| match constraint.match_any_prefix() {
        [prefix] => Some(prefix.clone()),
        [] | [_, ..] => None,
    };
    BatchTerms {
        role: told.role_arn().map(str::to_owned),
        is_replication: told.operation().map(|operation| operation.s3_replicate_object().is_some()),
        source_bucket: generator.map(|generator| bucket(generator.source_bucket()).to_owned()),
        is_eligible_only: filter
            .and_then(aws_sdk_s3control::types::JobManifestGeneratorFilter::eligible_for_replication),
        prefix: filter.and_then(|filter| filter.key_name_constraint().map_or(Some(String::new()), prefix)),
        report: told
            .report()
            .and_then(|report| Some((bucket(report.bucket()?).to_owned(), report.prefix()?.to_owned()))),
    }
}

pub(super) fn counts(told: Option<&JobProgressSummary>) -> BatchCounts {
    let Some(told) = told else { return BatchCounts::default() };
    BatchCounts {
        total: count(told.total_number_of_tasks()),
        succeeded: count(told.number_of_tasks_succeeded()),
        failed: count(told.number_of_tasks_failed()),
    }
}

fn reason(told: &aws_sdk_s3control::types::JobFailure) -> FailureReason {
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    FailureReason { code: text(told.failure_code()), reason: text(told.failure_reason()) }
}

fn manifest(told: &JobDescriptor) -> Option<ManifestPlace> {
    let (bucket, key) = bucket_and_key(told.generated_manifest_descriptor()?.location()?.object_arn())?;
    Some(ManifestPlace { bucket, key })
}

fn bucket_and_key(arn: &str) -> Option<(String, String)> {
    let (bucket, key) = arn.splitn(6, ':').nth(5)?.split_once('/')?;
    Some((bucket.to_owned(), key.to_owned()))
}

/// The name in a bucket's ARN.
fn bucket(arn: &str) -> &str {
    arn.rsplit(':').next().unwrap_or_default()
}
