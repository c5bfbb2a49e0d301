//! What the services ask of buckets and keys, action by action, as AWS's own pages list it. Each list stands here once:
//! roles, the other account's policies and preflight all read it.

use crate::policy::Test;
use crate::stack::Stack;

/// The service that carries transfers.
pub const DATASYNC: &str = "datasync.amazonaws.com";

/// What DataSync asks of a bucket itself, whichever end it is.
pub const TRANSFER_BUCKET: [&str; 3] = ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"];
/// What it asks of the objects that it reads.
pub const TRANSFER_READ: [&str; 5] = [
    "s3:GetObject",
    "s3:GetObjectTagging",
    "s3:GetObjectVersion",
    "s3:GetObjectVersionTagging",
    "s3:ListMultipartUploadParts",
];
/// What it asks of the objects that it writes.
pub const TRANSFER_WRITE: [&str; 9] = [
    "s3:AbortMultipartUpload",
    "s3:DeleteObject",
    "s3:GetObject",
    "s3:GetObjectTagging",
    "s3:GetObjectVersion",
    "s3:GetObjectVersionTagging",
    "s3:ListMultipartUploadParts",
    "s3:PutObject",
    "s3:PutObjectTagging",
];
/// What it asks of the key of objects that it reads.
pub const KEY_READ: [&str; 1] = ["kms:Decrypt"];
/// What it asks of the key of objects that it writes: a multipart upload reads its own parts back.
pub const KEY_WRITE: [&str; 2] = ["kms:Decrypt", "kms:GenerateDataKey"];

/// The service that replicates.
pub const S3: &str = "s3.amazonaws.com";
/// The service that carries batch jobs: not the one that replicates, and each trusts its own role only.
pub const BATCH: &str = "batchoperations.s3.amazonaws.com";

/// What replication asks of the source bucket.
pub const REPLICATION_BUCKET: [&str; 2] = ["s3:GetReplicationConfiguration", "s3:ListBucket"];
/// What it asks of the objects there.
pub const REPLICATION_READ: [&str; 3] =
    ["s3:GetObjectVersionAcl", "s3:GetObjectVersionForReplication", "s3:GetObjectVersionTagging"];
/// What it asks of the replicas.
pub const REPLICATION_WRITE: [&str; 4] =
    ["s3:ObjectOwnerOverrideToBucketOwner", "s3:ReplicateDelete", "s3:ReplicateObject", "s3:ReplicateTags"];
/// What it asks of another account's destination bucket itself.
pub const REPLICA_BUCKET: [&str; 1] = ["s3:GetBucketVersioning"];
/// What it asks of the replicas' key.
pub const REPLICA_KEY: [&str; 1] = ["kms:Encrypt"];
/// What that key's policy allows, where another account owns it.
pub const REPLICA_KEY_POLICY: [&str; 2] = ["kms:Encrypt", "kms:GenerateDataKey"];
/// What a batch job asks of the source's objects.
pub const BATCH_OBJECTS: [&str; 1] = ["s3:InitiateReplication"];
/// What it asks of the source bucket to list its objects.
pub const BATCH_BUCKET: [&str; 2] = ["s3:GetReplicationConfiguration", "s3:PutInventoryConfiguration"];
/// What it asks of the manifest that it generated.
pub const BATCH_MANIFEST: [&str; 2] = ["s3:GetObject", "s3:GetObjectVersion"];
/// What it asks of the places of its manifest and report.
pub const BATCH_REPORT: [&str; 1] = ["s3:PutObject"];

/// The name by which S3 calls a key, from the key's Region: a bucket and its key are always in the same one.
#[must_use]
pub fn via_s3(stack: &Stack, key: &str) -> String {
    let region = key.split(':').nth(3).filter(|region| !region.is_empty()).unwrap_or(&stack.region);
    // China's services are called by a name of their own in `kms:ViaService`.
    let suffix = if stack.partition == "aws-cn" { "amazonaws.com.cn" } else { "amazonaws.com" };
    format!("s3.{region}.{suffix}")
}

/// The test that a statement on a key makes of its caller.
pub const VIA_SERVICE: (Test, &str) = (Test::StringEquals, "kms:ViaService");
