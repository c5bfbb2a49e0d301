//! What S3 Control says of an account's Block Public Access: it counts for every bucket, whatever the bucket's own says.

use aws_sdk_s3control::Client;
use nightferry_domain::policy::BlockPublicAccess;
use nightferry_domain::preflight::BucketFacts;
use nightferry_domain::provision::ObservedBucket;
use nightferry_workflow::error::PortError;

use super::is_denied;
use crate::sdk_error::Call;

const PUBLIC: Call = Call::read("S3 Control", "GetPublicAccessBlock");

/// The account's switches; none of them where it never set any, `None` where they are not shown.
pub(super) async fn read(client: &Client, account: &str) -> Result<Option<BlockPublicAccess>, PortError> {
    let told = client.get_public_access_block().account_id(account).send().await;
    let told = match told.map_err(|error| PUBLIC.refused(&error)) {
        Ok(told) => told,
        Err(PortError::Missing { .. }) => return Ok(Some(BlockPublicAccess::default())),
        Err(error) if is_denied(&error) => return Ok(None),
        Err(error) => return Err(error),
    };
    let Some(set) = told.public_access_block_configuration else { return Ok(Some(BlockPublicAccess::default())) };
    Ok(Some(BlockPublicAccess {
        block_public_acls: set.block_public_acls == Some(true),
        ignore_public_acls: set.ignore_public_acls == Some(true),
        block_public_policy: set.block_public_policy == Some(true),
        restrict_public_buckets: set.restrict_public_buckets == Some(true),
    }))
}

/// The bucket under both: what either of them blocks is blocked.
pub(super) fn joined(bucket: BucketFacts, account: Option<BlockPublicAccess>) -> BucketFacts {
    match (bucket, account) {
        (BucketFacts::Read(there), Some(account)) => {
            let public_access = there.public_access.and(account);
            BucketFacts::Read(Box::new(ObservedBucket { public_access, ..*there }))
        }
        (bucket, _) => bucket,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_the_account_blocks_is_blocked_for_its_bucket_and_what_the_bucket_blocks_stays_so() {
        let restricts = BlockPublicAccess { restrict_public_buckets: true, ..BlockPublicAccess::default() };
        let blocks = BlockPublicAccess { block_public_acls: true, ..BlockPublicAccess::default() };
        let bucket = || {
            BucketFacts::Read(Box::new(ObservedBucket {
                policy: Some("{}".into()),
                public_access: blocks,
                ..ObservedBucket::default()
            }))
        };
        let under = |account| joined(bucket(), account).read().cloned().unwrap();
        let both = BlockPublicAccess { restrict_public_buckets: true, ..blocks };
        assert_eq!((under(Some(restricts)).public_access, under(Some(restricts)).policy), (both, Some("{}".into())));
        assert_eq!(under(Some(BlockPublicAccess::default())).public_access, blocks);
        assert_eq!(under(None).public_access, blocks);
        assert_eq!(joined(BucketFacts::Missing, Some(restricts)), BucketFacts::Missing);
    }
}
