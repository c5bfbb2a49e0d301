//! What S3 says of a bucket: its policy, and for replication its settings too.

use aws_sdk_s3::Client;
use aws_sdk_s3::error::ProvideErrorMetadata;
use nightferry_domain::policy::BlockPublicAccess;
use nightferry_domain::preflight::BucketFacts;
use nightferry_domain::provision::ObservedBucket;
use nightferry_workflow::error::PortError;

use crate::provision::replication::document;
use crate::sdk_error::Call;

const POLICY: Call = Call::read("S3", "GetBucketPolicy");
const VERSIONING: Call = Call::read("S3", "GetBucketVersioning");
const OWNERSHIP: Call = Call::read("S3", "GetBucketOwnershipControls");
const REPLICATION: Call = Call::read("S3", "GetBucketReplication");
const ENCRYPTION: Call = Call::read("S3", "GetBucketEncryption");
const PUBLIC: Call = Call::read("S3", "GetPublicAccessBlock");
const LOCK: Call = Call::read("S3", "GetObjectLockConfiguration");

/// Its policy alone, which is all that a transfer within one account needs.
pub(super) async fn policy(client: &Client, bucket: &str) -> Result<BucketFacts, PortError> {
    let error = match client.get_bucket_policy().bucket(bucket).send().await {
        Ok(told) => return Ok(read(ObservedBucket { policy: told.policy, ..ObservedBucket::default() })),
        Err(error) => error,
    };
    match error.code() {
        Some("NoSuchBucketPolicy") => Ok(read(ObservedBucket::default())),
        Some("NoSuchBucket") => Ok(BucketFacts::Missing),
        // The policy of another account's bucket is never shown; S3 says either of these.
        Some("AccessDenied" | "MethodNotAllowed") => Ok(BucketFacts::Unreadable),
        _ => Err(POLICY.refused(&error)),
    }
}

/// With all of its settings. One that can't be read leaves the whole unknown: half a picture would be a wrong one.
pub(super) async fn whole(client: &Client, bucket: &str) -> Result<BucketFacts, PortError> {
    let seen = policy(client, bucket).await?;
    let Some(seen) = seen.read() else { return Ok(seen) };
    match settings(client, bucket).await {
        Ok(there) => Ok(read(ObservedBucket { policy: seen.policy.clone(), ..there })),
        Err(error) if super::is_denied(&error) => Ok(BucketFacts::Unreadable),
        Err(error) => Err(error),
    }
}

fn read(there: ObservedBucket) -> BucketFacts {
    BucketFacts::Read(Box::new(there))
}

async fn settings(client: &Client, bucket: &str) -> Result<ObservedBucket, PortError> {
    let versioning = client.get_bucket_versioning().bucket(bucket).send().await;
    let versioning = versioning.map_err(|error| VERSIONING.refused(&error))?;
    let ownership = client.get_bucket_ownership_controls().bucket(bucket).send().await;
    let ownership = unless_missing(ownership.map_err(|error| OWNERSHIP.refused(&error)))?;
    let replication = client.get_bucket_replication().bucket(bucket).send().await;
    let replication = unless_missing(replication.map_err(|error| REPLICATION.refused(&error)))?;
    let lock = client.get_object_lock_configuration().bucket(bucket).send().await;
    let lock = unless_missing(lock.map_err(|error| LOCK.refused(&error)))?;
    let lock = lock.and_then(|told| told.object_lock_configuration).and_then(|lock| lock.rule);
    Ok(ObservedBucket {
        policy: None,
        versioning: versioning.status().map(|status| status.as_str().to_owned()),
        ownership: ownership
            .and_then(|told| told.ownership_controls)
            .and_then(|controls| controls.rules.into_iter().next())
            .map(|rule| rule.object_ownership.as_str().to_owned()),
        replication: replication.and_then(|told| told.replication_configuration).map(|there| document(&there)),
        key: key(client, bucket).await?,
        locks_objects: lock.and_then(|rule| rule.default_retention).is_some(),
        public_access: public_access(client, bucket).await?,
    })
}

/// The customer's own key by which it encrypts; S3's own keys need no permission.
async fn key(client: &Client, bucket: &str) -> Result<Option<String>, PortError> {
    let told = client.get_bucket_encryption().bucket(bucket).send().await;
    let told = unless_missing(told.map_err(|error| ENCRYPTION.refused(&error)))?;
    let rule =
        told.and_then(|told| told.server_side_encryption_configuration).and_then(|all| all.rules.into_iter().next());
    let default = rule.and_then(|rule| rule.apply_server_side_encryption_by_default);
    Ok(default.and_then(|default| default.kms_master_key_id).filter(|key| key.contains(":key/")))
}

/// The bucket's own switches; those of its account are the account's to read.
async fn public_access(client: &Client, bucket: &str) -> Result<BlockPublicAccess, PortError> {
    let told = client.get_public_access_block().bucket(bucket).send().await;
    let told = unless_missing(told.map_err(|error| PUBLIC.refused(&error)))?;
    let Some(set) = told.and_then(|told| told.public_access_block_configuration) else {
        return Ok(BlockPublicAccess::default());
    };
    Ok(BlockPublicAccess {
        block_public_acls: set.block_public_acls == Some(true),
        ignore_public_acls: set.ignore_public_acls == Some(true),
        block_public_policy: set.block_public_policy == Some(true),
        restrict_public_buckets: set.restrict_public_buckets == Some(true),
    })
}

fn unless_missing<T>(told: Result<T, PortError>) -> Result<Option<T>, PortError> {
    match told {
        Ok(told) => Ok(Some(told)),
        Err(PortError::Missing { .. }) => Ok(None),
        Err(refusal) => Err(refusal),
    }
}
