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

/// The service that makes recovery points and restores them.
pub const BACKUP: &str = "backup.amazonaws.com";

/// What AWS Backup looks at of instances, volumes and images; EC2 knows no resource for most of it.
pub const BACKUP_LOOK: [&str; 11] = [
    "ec2:DescribeImages",
    "ec2:DescribeInstanceAttribute",
    "ec2:DescribeInstanceCreditSpecifications",
    "ec2:DescribeInstances",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSnapshotTierStatus",
    "ec2:DescribeSnapshots",
    "ec2:DescribeSpotInstanceRequests",
    "ec2:DescribeTags",
    "ec2:DescribeVolumes",
    "tag:GetResources",
];
/// What it asks of an instance, its new image and the snapshots below.
pub const BACKUP_IMAGE: [&str; 1] = ["ec2:CreateImage"];
/// What it asks of volumes and their snapshots.
pub const BACKUP_SNAPSHOT: [&str; 2] = ["ec2:CreateSnapshot", "ec2:DeleteSnapshot"];
/// What it asks of an image whose time is over.
pub const BACKUP_EXPIRY: [&str; 1] = ["ec2:DeregisterImage"];
/// What it asks of images and snapshots that are copied.
pub const BACKUP_COPY: [&str; 2] = ["ec2:CopyImage", "ec2:CopySnapshot"];
/// What it asks of those that another account copies.
pub const BACKUP_SHARE: [&str; 2] = ["ec2:ModifyImageAttribute", "ec2:ModifySnapshotAttribute"];
/// What it asks of the keys of encrypted snapshots that are copied.
pub const BACKUP_COPY_KEYS: [&str; 5] =
    ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncryptFrom", "kms:ReEncryptTo"];
/// What a restore looks at.
pub const RESTORE_LOOK: [&str; 10] = [
    "ec2:DescribeAccountAttributes",
    "ec2:DescribeAvailabilityZones",
    "ec2:DescribeImages",
    "ec2:DescribeInstances",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSnapshotTierStatus",
    "ec2:DescribeSnapshots",
    "ec2:DescribeSubnets",
    "ec2:DescribeVolumes",
    "ec2:DescribeVpcs",
];
/// What a restore asks of the keys of encrypted volumes.
pub const RESTORE_KEYS: [&str; 5] = BACKUP_COPY_KEYS;

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
