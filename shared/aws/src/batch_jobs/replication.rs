//! What S3 itself says of a bucket's replication, and of one object's.

use aws_sdk_s3::Client;
use aws_sdk_s3::error::ProvideErrorMetadata as _;
use aws_sdk_s3::types::{ReplicationRule, ReplicationRuleStatus, ReplicationStatus};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use nightferry_domain::batch::ReplicaState;
use nightferry_domain::batch::completion::ObjectVersion;
use nightferry_domain::batch::confirm::{RuleNow, RulesNow};
use nightferry_workflow::error::PortError;

use crate::sdk_error::Call;

const RULES: Call = Call::read("S3", "GetBucketReplication");
const HEAD: Call = Call::read("S3", "HeadObject");
/// S3's code for a bucket that replicates nothing.
const NO_RULES: &str = "ReplicationConfigurationNotFoundError";

pub(super) async fn rules(client: &Client, bucket: &str) -> Result<RulesNow, PortError> {
    let told = match client.get_bucket_replication().bucket(bucket).send().await {
        Ok(told) => told,
        Err(error) if error.code() == Some(NO_RULES) => return Ok(RulesNow::default()),
        Err(error) => return Err(RULES.refused(&error)),
    };
    let Some(configuration) = told.replication_configuration() else { return Ok(RulesNow::default()) };
    let rules = configuration.rules().iter().map(rule).collect();
    Ok(RulesNow { role: configuration.role().to_owned(), rules })
}

fn rule(told: &ReplicationRule) -> RuleNow {
    let destination = told.destination();
    RuleNow {
        id: told.id().unwrap_or_default().to_owned(),
        is_enabled: *told.status() == ReplicationRuleStatus::Enabled,
        prefix: prefix(told),
        bucket: destination.map_or("", |to| to.bucket()).rsplit(':').next().unwrap_or_default().to_owned(),
        account: destination.and_then(|to| to.account()).map(str::to_owned),
    }
}

/// A rule without a filter covers the whole bucket; one that asks for tags covers less than its prefix says.
fn prefix(told: &ReplicationRule) -> Option<String> {
    let Some(filter) = told.filter() else {
        #[expect(deprecated, reason = "a rule of S3's first schema has its prefix there, and nowhere else")]
        return Some(told.prefix().unwrap_or_default().to_owned());
    };
    if filter.tag().is_some() || filter.and().is_some() {
        return None;
    }
    Some(filter.prefix().unwrap_or_default().to_owned())
}

pub(super) async fn replica_state(
    client: &Client,
    bucket: &str,
    object: &ObjectVersion,
) -> Result<ReplicaState, PortError> {
    let version = object.version.clone().filter(|version| version != "null");
    let told = client.head_object().bucket(bucket).key(&object.key).set_version_id(version).send().await;
    let told = match told {
        Err(error) if error.raw_response().is_some_and(is_marker) => return Ok(ReplicaState::Marker),
        told => told.map_err(|error| HEAD.refused(&error)),
    };
    let told = match told {
        Ok(told) => told,
        Err(PortError::Missing { .. }) => return Ok(ReplicaState::Gone),
        Err(refusal) => return Err(refusal),
    };
    Ok(match told.replication_status() {
        Some(ReplicationStatus::Complete | ReplicationStatus::Completed) => ReplicaState::Completed,
        Some(ReplicationStatus::Pending) => ReplicaState::Pending,
        Some(ReplicationStatus::Failed) => ReplicaState::Failed,
        Some(other) => ReplicaState::Unproved(other.as_str().to_owned()),
        None => ReplicaState::Unproved("no status".to_owned()),
    })
}

/// S3 refuses to show a delete marker, and says so only in its headers.
fn is_marker(answer: &HttpResponse) -> bool {
    answer.status().as_u16() == 405 && answer.headers().get("x-amz-delete-marker") == Some("true")
}

#[cfg(test)]
mod tests {
    use aws_smithy_runtime_api::http::StatusCode;
    use aws_smithy_types::body::SdkBody;

    use super::*;

    #[test]
    fn regression_a_delete_marker_in_the_sample_is_no_refusal() {
        let mut answer = HttpResponse::new(StatusCode::try_from(405).unwrap(), SdkBody::empty());
        assert!(!is_marker(&answer), "a method that is not allowed is a refusal");
        let _ = answer.headers_mut().insert("x-amz-delete-marker", "true");
        assert!(is_marker(&answer));
    }
}
