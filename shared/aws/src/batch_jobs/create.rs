//! `CreateJob`: a manifest that S3 generates itself, a report of every task, and nothing runs before a confirmation.

use aws_sdk_s3control::Client;
use aws_sdk_s3control::error::BuildError;
use aws_sdk_s3control::primitives::DateTime;
use aws_sdk_s3control::types::{
    GeneratedManifestFormat, JobManifestGenerator, JobManifestGeneratorFilter, JobOperation, JobReport,
    JobReportFormat, JobReportScope, KeyNameConstraint, ReplicationStatus, S3JobManifestGenerator,
    S3ManifestOutputLocation, S3ReplicateObjectOperation, S3Tag,
};
use nightferry_domain::batch::order::{BatchOrder, folder};
use nightferry_domain::ids::{ATTEMPT_TAG, ExecutionArn};
use nightferry_domain::stack::Stack;
use nightferry_workflow::error::PortError;

use crate::sdk_error::Call;

const CREATE: Call = Call::write("S3 Control", "CreateJob");

pub(super) async fn create(client: &Client, stack: &Stack, order: &BatchOrder) -> Result<ExecutionArn, PortError> {
    let not_built = |error: BuildError| CREATE.rejected("RequestNotBuilt", &error.to_string());
    let tag = S3Tag::builder().key(ATTEMPT_TAG).value(order.attempt.to_string()).build().map_err(not_built)?;
    let generator = generator(stack, order).map_err(not_built)?;
    let replicate = S3ReplicateObjectOperation::builder().build();
    let asked = client
        .create_job()
        .account_id(&order.account)
        .confirmation_required(true)
        .operation(JobOperation::builder().s3_replicate_object(replicate).build())
        .report(report(stack, order))
        .client_request_token(&order.token)
        .description(&order.description)
        .priority(i32::try_from(order.priority).unwrap_or(i32::MAX))
        .role_arn(order.terms.role.as_deref().unwrap_or_default())
        .tags(tag)
        .manifest_generator(JobManifestGenerator::S3JobManifestGenerator(generator));
    let told = asked.send().await.map_err(|error| CREATE.refused(&error))?;
    super::job_arn(CREATE, stack, told.job_id().unwrap_or_default())
}

fn generator(stack: &Stack, order: &BatchOrder) -> Result<S3JobManifestGenerator, BuildError> {
    let place = S3ManifestOutputLocation::builder()
        .bucket(bucket_arn(stack, &order.manifests.bucket))
        .manifest_prefix(folder(&order.manifests))
        .manifest_format(GeneratedManifestFormat::S3InventoryReportCsv20211130)
        .build()?;
    S3JobManifestGenerator::builder()
        .expected_bucket_owner(&order.account)
        .source_bucket(bucket_arn(stack, order.terms.source_bucket.as_deref().unwrap_or_default()))
        .manifest_output_location(place)
        .filter(filter(order))
        .enable_manifest_output(true)
        .build()
}

fn filter(order: &BatchOrder) -> JobManifestGeneratorFilter {
    let prefix = order.terms.prefix.as_deref().filter(|prefix| !prefix.is_empty());
    let keys = prefix.map(|prefix| KeyNameConstraint::builder().match_any_prefix(prefix).build());
    JobManifestGeneratorFilter::builder()
        .eligible_for_replication(true)
        .created_before(DateTime::from_secs(order.created_before.as_second()))
        .object_replication_statuses(ReplicationStatus::None)
        .object_replication_statuses(ReplicationStatus::Failed)
        .set_key_name_constraint(keys)
        .build()
}

fn report(stack: &Stack, order: &BatchOrder) -> JobReport {
    let (bucket, prefix) = order.terms.report.clone().unwrap_or_default();
    JobReport::builder()
        .enabled(true)
        .bucket(bucket_arn(stack, &bucket))
        .prefix(prefix)
        .format(JobReportFormat::ReportCsv20180820)
        .report_scope(JobReportScope::AllTasks)
        .build()
}

fn bucket_arn(stack: &Stack, bucket: &str) -> String {
    format!("arn:{}:s3:::{bucket}", stack.partition)
}
