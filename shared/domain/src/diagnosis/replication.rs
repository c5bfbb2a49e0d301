//! Why S3 did not replicate an object: the exact codes of the event's `failureReason` and of the completion report.

use super::Diagnosis;
use super::row::code;

pub(super) static ROWS: &[Diagnosis] = &[
    code!(
        "replication-role-not-assumable",
        Permission,
        SourceAccount,
        Never,
        &["AssumeRoleNotPermitted"],
        "S3 cannot take on the replication role or the job role",
        "Let s3.amazonaws.com assume the replication role and batchoperations.s3.amazonaws.com the job role; then replicate the failed objects again with `nightferry rerun`."
    ),
    code!(
        "replication-destination-not-found",
        Configuration,
        DestinationAccount,
        Never,
        &["DstBucketNotFound"],
        "The destination bucket of the rule is not there",
        "Make the bucket, or name the right one in the plan and `nightferry apply`; then replicate the failed objects again with `nightferry rerun`."
    ),
    code!(
        "replication-destination-unversioned",
        Configuration,
        DestinationAccount,
        Never,
        &["DstBucketUnversioned"],
        "The destination bucket has no versioning",
        "Turn versioning on in the destination bucket; then replicate the failed objects again with `nightferry rerun`."
    ),
    code!(
        "replication-destination-without-object-lock",
        Configuration,
        DestinationAccount,
        Never,
        &["DstBucketObjectLockConfigMissing"],
        "The source bucket has Object Lock and the destination has not",
        "Turn Object Lock on in the destination bucket; then replicate the failed objects again with `nightferry rerun`."
    ),
    code!(
        "replication-destination-region",
        Configuration,
        OurAccount,
        Never,
        &["DstBucketInvalidRegion"],
        "The destination bucket is not in the Region that the job names",
        "Make the job in the Region of the source bucket and name the destination as it is; then replicate the failed objects again with `nightferry rerun`."
    ),
    code!(
        "replication-put-denied",
        Permission,
        BothAccounts,
        Never,
        &["DstPutObjectNotPermitted"],
        "The replication role may not write to the destination bucket, hand the replicas over, or use the destination's key",
        "Allow s3:ReplicateObject and s3:ObjectOwnerOverrideToBucketOwner in the role's policy and in the destination bucket's, and kms:Encrypt on its key; then replicate the failed objects again with `nightferry rerun`."
    ),
    code!(
        "replication-write-parts-denied",
        Permission,
        BothAccounts,
        Never,
        &[
            "DstPutAclNotPermitted",
            "DstPutTaggingNotPermitted",
            "DstMultipartInitNotPermitted",
            "DstMultipartUploadNotPermitted",
            "DstMultipartPartUploadNotPermitted",
            "DstMultipartCompleteNotPermitted"
        ],
        "The replication role may not write the object's ACL, tags or parts",
        "Allow s3:ReplicateObject and s3:ReplicateTags in the role's policy and in the destination bucket's; then replicate the failed objects again with `nightferry rerun`."
    ),
    code!(
        "replication-delete-denied",
        Permission,
        BothAccounts,
        Never,
        &["DstDelObjNotPermitted"],
        "The replication role may not replicate delete markers",
        "Allow s3:ReplicateDelete in the role's policy and in the destination bucket's; then replicate the failed objects again with `nightferry rerun`."
    ),
    code!(
        "replication-lock-denied",
        Permission,
        DestinationAccount,
        Never,
        &["DstPutLegalHoldNotPermitted", "DstPutRetentionNotPermitted"],
        "The replication role may not set legal hold or retention at the destination",
        "Allow s3:PutObjectLegalHold and s3:PutObjectRetention on the destination's objects to the replication role; then replicate the failed objects again with `nightferry rerun`."
    ),
    code!(
        "replication-destination-key-disabled",
        State,
        DestinationAccount,
        Never,
        &["DstKmsKeyInvalidState"],
        "The KMS key of the destination is disabled or is being deleted",
        "Enable the key or name another one in the rule; then replicate the failed objects again with `nightferry rerun`."
    ),
    code!(
        "replication-destination-key-not-found",
        Configuration,
        DestinationAccount,
        Never,
        &["DstKmsKeyNotFound"],
        "The KMS key that the rule names for the destination is not there",
        "Name an existing key of the destination's Region in the rule; then replicate the failed objects again with `nightferry rerun`."
    ),
    code!(
        "replication-replica-deleted",
        Data,
        DestinationAccount,
        Never,
        &["DstObjectHardDeleted"],
        "Somebody deleted this version at the destination for good; Batch Replication does not write it a second time",
        "Copy the object onto itself at the source, so that it gets a new version, which replicates."
    ),
    code!(
        "replication-version-not-found",
        Data,
        SourceStorage,
        Never,
        &["DstVersionNotFound", "SrcVersionNotFound"],
        "The version whose metadata was to be replicated is not there any more",
        "Nothing, if it was deleted on purpose; else write the object anew."
    ),
    code!(
        "replication-source-object-gone",
        Data,
        SourceStorage,
        Never,
        &["SrcKeyNotFound", "SrcObjectNotFound"],
        "The object was deleted at the source before it was replicated",
        "Nothing, if it was deleted on purpose."
    ),
    code!(
        "replication-initiate-denied",
        Permission,
        SourceAccount,
        Never,
        &["InitiateReplicationNotPermitted"],
        "The job role may not begin the replication of existing objects",
        "Allow s3:InitiateReplication on the source bucket's objects to the job role; then replicate the failed objects again with `nightferry rerun`."
    ),
    code!(
        "replication-source-region",
        Configuration,
        OurAccount,
        Never,
        &["SrcBucketInvalidRegion"],
        "The source bucket is not in the Region that the job names",
        "Make the job in the Region of the source bucket; then replicate the failed objects again with `nightferry rerun`."
    ),
    code!(
        "replication-source-not-found",
        Configuration,
        SourceAccount,
        Never,
        &["SrcBucketNotFound"],
        "The source bucket is not there",
        "Name the right bucket in the plan and `nightferry apply`; then replicate the failed objects again with `nightferry rerun`."
    ),
    code!(
        "replication-not-configured",
        Configuration,
        SourceAccount,
        Never,
        &["SrcBucketReplicationConfigMissing"],
        "The source bucket has no replication configuration",
        "Make it with `nightferry apply`; then replicate the failed objects again with `nightferry rerun`."
    ),
    code!(
        "replication-read-denied",
        Permission,
        SourceAccount,
        Never,
        &["SrcGetObjectNotPermitted", "SrcHeadObjectNotPermitted"],
        "The replication role may not read the source's objects",
        "Allow s3:GetObjectVersionForReplication on the source's objects to the replication role; then replicate the failed objects again with `nightferry rerun`."
    ),
    code!(
        "replication-read-acl-denied",
        Permission,
        SourceAccount,
        Never,
        &["SrcGetAclNotPermitted"],
        "The replication role may not read an object's ACL, or the object belongs to another account than its bucket",
        "Allow s3:GetObjectVersionAcl to the replication role, and set the source bucket to BucketOwnerEnforced so that all objects belong to it; then replicate the failed objects again with `nightferry rerun`."
    ),
    code!(
        "replication-read-tags-denied",
        Permission,
        SourceAccount,
        Never,
        &["SrcGetTaggingNotPermitted"],
        "The replication role may not read an object's tags",
        "Allow s3:GetObjectVersionTagging on the source's objects to the replication role; then replicate the failed objects again with `nightferry rerun`."
    ),
    code!(
        "replication-read-lock-denied",
        Permission,
        SourceAccount,
        Never,
        &["SrcGetLegalHoldNotPermitted", "SrcGetRetentionNotPermitted"],
        "The replication role may not read an object's legal hold or retention",
        "Allow s3:GetObjectLegalHold and s3:GetObjectRetention on the source's objects to the replication role; then replicate the failed objects again with `nightferry rerun`."
    ),
    code!(
        "replication-source-key-unusable",
        State,
        SourceAccount,
        Never,
        &["SrcKmsKeyInvalidState", "SrcKmsKeyNotFound"],
        "The KMS key of the source object is disabled, is being deleted or is gone",
        "Enable the key; then replicate the failed objects again with `nightferry rerun`."
    ),
    code!(
        "replication-not-eligible",
        Data,
        PlanAuthor,
        Never,
        &["SrcObjectNotEligible"],
        "The object is not one that the rules replicate, by its storage class, its prefix or its tags; often that is meant so",
        "Nothing, if it is meant so; else widen the rule's filter or restore the archived object."
    ),
    code!(
        "replication-done-already",
        State,
        Nobody,
        Never,
        &["SrcReplicationNotPending"],
        "The object was replicated in the meantime",
        "Nothing: the replica is there."
    ),
];
