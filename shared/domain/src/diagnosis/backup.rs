//! What AWS Backup says of backup, copy and restore jobs. Its own classifier uses the same phrases.

use super::Diagnosis;
use super::row::row;

pub(super) static ROWS: &[Diagnosis] = &[
    row!(
        "restore-may-not-pass-role",
        Permission,
        OurAccount,
        Never,
        false,
        &[&["aws backup role", "not authorized to perform this operation"], &["encoded authorization failure message"]],
        "The restore role lacks a permission, mostly iam:PassRole on the role of the instance profile",
        "Decode the message with `aws sts decode-authorization-message`, and allow the action that it names; iam:PassRole on that one role, with iam:PassedToService ec2.amazonaws.com."
    ),
    row!(
        "restore-other-instance-profile",
        Configuration,
        Operator,
        Never,
        false,
        &[&["does not permit attaching a new instance profile"]],
        "The restore asks for another instance profile than the instance had",
        "Keep the original profile or none, and change it in EC2 afterwards."
    ),
    row!(
        "restore-profile-missing",
        Configuration,
        Operator,
        Never,
        false,
        &[&["invalid iam instance profile name"], &["iaminstanceprofile", "is invalid"]],
        "The instance profile that the machine had is not there any more",
        "Make it again under the same name, or restore with --no-profile and attach one in EC2 afterwards."
    ),
    row!(
        "backup-role-not-assumable",
        Permission,
        OurAccount,
        Never,
        false,
        &[&["cannot be assumed by aws backup"]],
        "AWS Backup cannot take on the role: it is gone, or does not trust the service",
        "Let backup.amazonaws.com assume the role; `nightferry apply` writes that trust policy."
    ),
    row!(
        "backup-service-denied",
        Permission,
        OurAccount,
        Never,
        false,
        &[&["access denied trying to call aws backup"]],
        "The resource's service may not call AWS Backup",
        "Allow the action that the message names to the job role, and turn the resource type on in the account's AWS Backup settings."
    ),
    row!(
        "backup-copy-tags-denied",
        Permission,
        OurAccount,
        Never,
        false,
        &[&["access denied exception while trying to list tags"]],
        "The copy role may not read the tags of the recovery point",
        "Allow the copy role to describe the resource and to list its tags."
    ),
    row!(
        "backup-overlap",
        State,
        PlanAuthor,
        Later,
        false,
        &[&["there was a running job for the same resource"]],
        "A job of the same resource was still running, so this one was dropped",
        "Nothing, if the other job completes; else move the schedules apart."
    ),
    row!(
        "backup-not-begun",
        State,
        PlanAuthor,
        Soon,
        false,
        &[&["did not begin within its start window"]],
        "AWS Backup did not begin the job within its start window",
        "Widen `start_within` in the plan, or move the schedule to an hour in which fewer backups begin."
    ),
    row!(
        "backup-not-done",
        State,
        PlanAuthor,
        Soon,
        false,
        &[&["did not end within its completion window"]],
        "The job had begun, and was not done within its completion window",
        "Widen `complete_within` in the plan; the first backup of a large volume takes longest."
    ),
    row!(
        "backup-expired",
        State,
        PlanAuthor,
        Soon,
        false,
        &[&["expired before completion"]],
        "The job was not done, or not even begun, within its window",
        "Widen `start_within` or `complete_within` in the plan."
    ),
    row!(
        "backup-partial",
        Data,
        Operator,
        Soon,
        true,
        &[&["child backup jobs failed"]],
        "Parts of the backup failed; what its recovery point holds is not the whole",
        "Read the child jobs in the console for what is missing; it is tried again."
    ),
    row!(
        "backup-copies-queue",
        Quota,
        Nobody,
        Later,
        false,
        &[&["too many copy jobs running"]],
        "AWS Backup copies one recovery point of a resource at a time",
        "Nothing: it is tried again after a wait."
    ),
    row!(
        "backup-concurrency",
        Quota,
        OurAccount,
        Later,
        false,
        &[&["subscriber limit exceeded"]],
        "The account runs as many backups at once as it may (300)",
        "Move the schedules apart, or ask for a higher quota in Service Quotas."
    ),
    row!(
        "backup-snapshot-limit",
        Quota,
        OurAccount,
        Later,
        false,
        &[
            &["in-progress snapshots for a single volume exceeded"],
            &["active snapshot limit exceeded"],
            &["image creation throttled"]
        ],
        "EBS makes no more snapshots of the volume, or EC2 no more images, for now",
        "Move the schedules apart, or ask for a higher quota in Service Quotas."
    ),
    row!(
        "backup-retention-outside-lock",
        Configuration,
        PlanAuthor,
        Never,
        false,
        &[&["retention specified in the job is not within the range"]],
        "The vault is locked to a retention that `keep` does not meet",
        "Set `keep` within the minimum and maximum of the vault's lock."
    ),
    row!(
        "backup-organization",
        Configuration,
        BothAccounts,
        Never,
        false,
        &[&["must be a member of the same organization"], &["cross-account copy feature is not enabled"]],
        "Copies go only between accounts of one organisation that has allowed it",
        "Join both accounts to the organisation and turn cross-account backup on in its management account."
    ),
    row!(
        "backup-aws-managed-key",
        Configuration,
        BothAccounts,
        Never,
        false,
        &[
            &["default backup service managed key"],
            &["encrypted with the aws managed key"],
            &["encrypted snapshots with amazon ebs default key"]
        ],
        "What is encrypted with a key that AWS manages cannot be shared with another account",
        "Encrypt vault and volumes with a customer managed key, and open that key to the other account."
    ),
    row!(
        "backup-resource-gone",
        State,
        Operator,
        Never,
        false,
        &[
            &["backup vault", "does not exist"],
            &["could not find resource"],
            &["cannot find recovery point"],
            &["specified volume was not found"]
        ],
        "The vault, the recovery point or the resource is not there any more",
        "See in the plan and in the vault what was deleted; `nightferry apply` makes the vault again."
    ),
    row!(
        "backup-resource-busy",
        State,
        Nobody,
        Later,
        false,
        &[&["instance is not in state"], &["not in the available state"], &["cannot snapshot volume"]],
        "The resource is in a state in which it cannot be backed up",
        "Nothing: it is tried again after a wait. If it stays, see what the resource waits for."
    ),
    row!(
        "backup-vss",
        Configuration,
        OurAccount,
        Never,
        true,
        &[&["windows vss"]],
        "Windows did not freeze its applications for the backup; the image is there, but only as a crash would leave it",
        "See that the VSS agent is installed and the instance's role allows it; then back up again."
    ),
    row!(
        "backup-window-clash",
        State,
        PlanAuthor,
        Later,
        false,
        &[&["weekly maintenance window"], &["automated backup window"]],
        "The database is inside or near its maintenance or backup window",
        "Move the schedule away from the windows of the database."
    ),
    row!(
        "backup-stopped",
        State,
        Operator,
        Never,
        false,
        &[&["backup job was stopped by user"]],
        "Somebody stopped the job",
        "Ask who and why; `nightferry rerun` starts it again."
    ),
    row!(
        "backup-with-issues",
        Data,
        Nobody,
        Never,
        true,
        &[&["unable to copy resource tags"], &["unable to persist networkinterfaces metadata"]],
        "The recovery point is there, but tags or network settings were not kept with it",
        "Nothing for the data; set tags and network by hand after a restore."
    ),
    row!(
        "backup-marketplace-image",
        Configuration,
        OurAccount,
        Never,
        false,
        &[&["images from aws marketplace cannot be copied"]],
        "The image carries a Marketplace product code, which forbids the copy",
        "Back the instance up without the copy, or rebuild it from an image without product code."
    ),
    row!(
        "restore-key-not-shared",
        Permission,
        BothAccounts,
        Never,
        false,
        &[&["restore", "kms"], &["restore", "encrypted"]],
        "The restore in another account or Region cannot use the key of the snapshots, or the volumes are not encrypted where they have to be",
        "Restore with BlockDeviceMappings of Encrypted=true and a KmsKeyId of the target, and open the source's key to the restore role."
    ),
    row!(
        "backup-internal-error",
        Service,
        AwsSupport,
        Soon,
        false,
        &[&["an internal error occurred"], &["encountered a fatal error"]],
        "AWS Backup failed by itself",
        "Nothing at first: it is tried again as a new job. If it stays, ask AWS Support with the job id."
    ),
    row!(
        "backup-key-inaccessible",
        Permission,
        OurAccount,
        Never,
        false,
        &[
            &["kms key is either disabled"],
            &["given key id is not accessible"],
            &["given key id does not exist"],
            &["kms key"]
        ],
        "The KMS key is disabled, is being deleted, or does not let the role use it",
        "Enable the key, and allow the role kms:DescribeKey, kms:GenerateDataKey, kms:Decrypt and kms:CreateGrant in its policy and in the key's."
    ),
    row!(
        "backup-denied",
        Permission,
        OurAccount,
        Never,
        false,
        &[&["does not have permission"], &["not authorized to"], &["missing permission"], &["accessdenied"]],
        "The backup role lacks a permission",
        "Attach AWSBackupServiceRolePolicyForBackup or the action that the message names to the job role; `nightferry check` names it."
    ),
];
