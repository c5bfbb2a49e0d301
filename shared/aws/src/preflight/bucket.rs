//! What S3 says of a bucket and its policy.

use aws_sdk_s3::Client;
use aws_sdk_s3::error::ProvideErrorMetadata;
use nightferry_domain::preflight::BucketFacts;
use nightferry_workflow::error::PortError;

use crate::sdk_error::Call;

const POLICY: Call = Call::read("S3", "GetBucketPolicy");

pub(super) async fn read(client: &Client, bucket: &str) -> Result<BucketFacts, PortError> {
    let error = match client.get_bucket_policy().bucket(bucket).send().await {
        Ok(told) => return Ok(BucketFacts::Own { policy: told.policy }),
        Err(error) => error,
    };
    match error.code() {
        Some("NoSuchBucketPolicy") => Ok(BucketFacts::Own { policy: None }),
        Some("NoSuchBucket") => Ok(BucketFacts::Missing),
        // The policy of another account's bucket is never shown; S3 says either of these.
        Some("AccessDenied" | "MethodNotAllowed") => Ok(BucketFacts::Unreadable),
        _ => Err(POLICY.refused(&error)),
    }
}
