//! Buckets: what replication and another account's transfers need of them. Every call names the owner.

use aws_sdk_s3::types::{
    BucketVersioningStatus, ObjectLockRetentionMode, ObjectOwnership, OwnershipControls, OwnershipControlsRule,
    VersioningConfiguration,
};
use nightferry_domain::provision::diff::ACLS_OFF;
use nightferry_domain::provision::{BucketOf, ObservedBucket};
use nightferry_workflow::error::PortError;
use nightferry_workflow::provision::ports::Buckets;
use serde_json::Value;

use super::AwsAccount;
use super::replication::{configuration, document};
use crate::sdk_error::Call;

impl Buckets for AwsAccount {
    async fn bucket(&self, bucket: &BucketOf) -> Result<Option<ObservedBucket>, PortError> {
        const VERSIONING: Call = Call::read("S3", "GetBucketVersioning");
        let told =
            self.s3.get_bucket_versioning().bucket(&bucket.bucket).expected_bucket_owner(&bucket.owner).send().await;
        let Some(told) = unless_missing(told.map_err(|error| VERSIONING.refused(&error)))? else { return Ok(None) };
        Ok(Some(ObservedBucket {
            policy: self.policy(bucket).await?,
            versioning: told.status().map(|status| status.as_str().to_owned()),
            ownership: self.ownership(bucket).await?,
            replication: self.replication(bucket).await?,
            // Roles are let use the key that the plan names; the bucket's own default is for preflight.
            key: None,
            // So are these.
            public_access: nightferry_domain::policy::BlockPublicAccess::default(),
            locks_objects: self.locks_objects(bucket).await?,
        }))
    }

    async fn put_bucket_policy(&self, bucket: &BucketOf, policy: &str) -> Result<(), PortError> {
        const PUT: Call = Call::write("S3", "PutBucketPolicy");
        let request = self.s3.put_bucket_policy().bucket(&bucket.bucket).expected_bucket_owner(&bucket.owner);
        request.policy(policy).send().await.map(drop).map_err(|error| PUT.refused(&error))
    }

    async fn delete_bucket_policy(&self, bucket: &BucketOf) -> Result<(), PortError> {
        const DELETE: Call = Call::write("S3", "DeleteBucketPolicy");
        let request = self.s3.delete_bucket_policy().bucket(&bucket.bucket).expected_bucket_owner(&bucket.owner);
        request.send().await.map(drop).map_err(|error| DELETE.refused(&error))
    }

    async fn turn_acls_off(&self, bucket: &BucketOf) -> Result<(), PortError> {
        const PUT: Call = Call::write("S3", "PutBucketOwnershipControls");
        let rule = OwnershipControlsRule::builder().object_ownership(ObjectOwnership::from(ACLS_OFF)).build();
        let controls = rule.and_then(|rule| OwnershipControls::builder().rules(rule).build());
        let controls = controls.map_err(|error| PUT.rejected("RequestNotBuilt", &error.to_string()))?;
        let request = self.s3.put_bucket_ownership_controls().bucket(&bucket.bucket);
        let put = request.expected_bucket_owner(&bucket.owner).ownership_controls(controls).send().await;
        put.map(drop).map_err(|error| PUT.refused(&error))
    }

    async fn enable_versioning(&self, bucket: &BucketOf) -> Result<(), PortError> {
        const PUT: Call = Call::write("S3", "PutBucketVersioning");
        let on = VersioningConfiguration::builder().status(BucketVersioningStatus::Enabled).build();
        let request = self.s3.put_bucket_versioning().bucket(&bucket.bucket).expected_bucket_owner(&bucket.owner);
        let put = request.versioning_configuration(on).send().await;
        put.map(drop).map_err(|error| PUT.refused(&error))
    }

    async fn set_replication(&self, bucket: &BucketOf, wanted: Option<&Value>) -> Result<(), PortError> {
        const PUT: Call = Call::write("S3", "PutBucketReplication");
        const DELETE: Call = Call::write("S3", "DeleteBucketReplication");
        let Some(wanted) = wanted else {
            let request = self.s3.delete_bucket_replication().bucket(&bucket.bucket);
            let deleted = request.expected_bucket_owner(&bucket.owner).send().await;
            return deleted.map(drop).map_err(|error| DELETE.refused(&error));
        };
        let wanted = configuration(wanted).map_err(|error| PUT.rejected("RequestNotBuilt", &error.to_string()))?;
        let request = self.s3.put_bucket_replication().bucket(&bucket.bucket).expected_bucket_owner(&bucket.owner);
        let put = request.replication_configuration(wanted).send().await;
        put.map(drop).map_err(|error| PUT.refused(&error))
    }
}

impl AwsAccount {
    async fn policy(&self, bucket: &BucketOf) -> Result<Option<String>, PortError> {
        const GET: Call = Call::read("S3", "GetBucketPolicy");
        let request = self.s3.get_bucket_policy().bucket(&bucket.bucket).expected_bucket_owner(&bucket.owner);
        let told = unless_missing(request.send().await.map_err(|error| GET.refused(&error)))?;
        Ok(told.and_then(|told| told.policy))
    }

    async fn ownership(&self, bucket: &BucketOf) -> Result<Option<String>, PortError> {
        const GET: Call = Call::read("S3", "GetBucketOwnershipControls");
        let request = self.s3.get_bucket_ownership_controls().bucket(&bucket.bucket);
        let told = request.expected_bucket_owner(&bucket.owner).send().await;
        let told = unless_missing(told.map_err(|error| GET.refused(&error)))?;
        let rule = told.and_then(|told| told.ownership_controls).and_then(|controls| controls.rules.into_iter().next());
        Ok(rule.map(|rule| rule.object_ownership.as_str().to_owned()))
    }

    async fn replication(&self, bucket: &BucketOf) -> Result<Option<Value>, PortError> {
        const GET: Call = Call::read("S3", "GetBucketReplication");
        let request = self.s3.get_bucket_replication().bucket(&bucket.bucket).expected_bucket_owner(&bucket.owner);
        let told = unless_missing(request.send().await.map_err(|error| GET.refused(&error)))?;
        Ok(told.and_then(|told| told.replication_configuration).map(|there| document(&there)))
    }

    /// Whether what is written is locked without anybody asking for it.
    async fn locks_objects(&self, bucket: &BucketOf) -> Result<bool, PortError> {
        const GET: Call = Call::read("S3", "GetObjectLockConfiguration");
        let request = self.s3.get_object_lock_configuration().bucket(&bucket.bucket);
        let told = request.expected_bucket_owner(&bucket.owner).send().await;
        let told = unless_missing(told.map_err(|error| GET.refused(&error)))?;
        let rule = told.and_then(|told| told.object_lock_configuration).and_then(|lock| lock.rule);
        let mode: Option<ObjectLockRetentionMode> =
            rule.and_then(|rule| rule.default_retention).and_then(|kept| kept.mode);
        Ok(mode.is_some())
    }
}

/// S3 says of a setting that nobody ever made that it is not there.
fn unless_missing<T>(told: Result<T, PortError>) -> Result<Option<T>, PortError> {
    match told {
        Ok(told) => Ok(Some(told)),
        Err(PortError::Missing { .. }) => Ok(None),
        Err(refusal) => Err(refusal),
    }
}
