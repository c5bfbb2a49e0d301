//! DataSync's messages. Sources: the service's troubleshooting pages and the five documents the product started from.

use super::Diagnosis;
use super::row::row;

pub(super) static ROWS: &[Diagnosis] = &[
    row!(
        "cross-account-pass-role",
        Permission,
        OurAccount,
        Never,
        false,
        &[&["cross-account pass role is not allowed"], &["クロスアカウントパスロール"]],
        "The bucket access role belongs to another account; a role can't be passed across accounts",
        "Use a role of the account that owns the location, and open the other bucket to it by its bucket policy."
    ),
    row!(
        "role-not-assumable",
        Permission,
        OurAccount,
        Never,
        false,
        &[&["unable to assume role"], &["sts:assumerole", "denied"]],
        "DataSync can't assume the bucket access role",
        "Let `datasync.amazonaws.com` assume the role, with this account and task in aws:SourceAccount and aws:SourceArn; `nightferry apply` writes that trust policy."
    ),
    row!(
        "bucket-access-denied",
        Permission,
        BothAccounts,
        Never,
        false,
        &[
            &["could not perform s3:headbucket"],
            &["could not perform s3:listobjectsv2"],
            &["could not perform s3:getbucketlocation"],
            &["fss3headbucketfailed"]
        ],
        "The bucket access role, or who makes the location, may not list the bucket",
        "Allow s3:ListBucket and s3:GetBucketLocation in the role's policy and, for a bucket of another account, in the bucket's policy; `nightferry check` names the missing statement."
    ),
    row!(
        "object-read-denied",
        Permission,
        BothAccounts,
        Never,
        false,
        &[&["could not perform s3:getobject"], &["s3 head object failed"]],
        "The role may not read the bucket's objects",
        "Allow s3:GetObject and, for encrypted objects, kms:Decrypt in the role's policy and in the key's policy."
    ),
    row!(
        "object-write-denied",
        Permission,
        OurAccount,
        Never,
        true,
        &[
            &["could not perform s3:putobject"],
            &["s3 put object failed"],
            &["fss3putobjectfailed"],
            &["fss3accessdenied"],
            &["s3:putobject", "denied"]
        ],
        "The role may not write to the bucket",
        "Allow s3:PutObject on the destination prefix in the role's policy, and look for a Deny in the bucket's policy; `nightferry check` names the statement."
    ),
    row!(
        "object-tags-denied",
        Permission,
        BothAccounts,
        Never,
        true,
        &[&["s3 get object tagging failed"], &["getobjecttagging", "403"]],
        "The role may not read the objects' tags",
        "Allow s3:GetObjectTagging and s3:GetObjectVersionTagging, or set ObjectTags to NONE."
    ),
    row!(
        "location-access-denied",
        Permission,
        OurAccount,
        Never,
        false,
        &[&["srclochitaccess"], &["synctaskerrorlocationnotadded"]],
        "DataSync may not reach the location",
        "Check the location's role and the bucket's or file system's policy with `nightferry check`."
    ),
    row!(
        "bucket-unreachable",
        Network,
        OurAccount,
        Later,
        false,
        &[&["fss3unabletoconnecttoendpoint"]],
        "The bucket can't be reached, or the location names it wrongly",
        "Check that the bucket exists in that Region and that its policy has no VPC-only Deny."
    ),
    row!(
        "posix-option",
        Configuration,
        PlanAuthor,
        Never,
        false,
        &[&["invalid for non-posix transfer"]],
        "Owner, group and mode can't be kept between two buckets",
        "Set Uid, Gid and PosixPermissions to NONE; `nightferry apply` does."
    ),
    row!(
        "all-with-remove",
        Configuration,
        PlanAuthor,
        Never,
        false,
        &[&["transfermode,preservedeletedfiles"]],
        "Copying everything and deleting what is gone exclude each other",
        "Use `transfer: changed`, or keep deleted files."
    ),
    row!(
        "verification-mismatch",
        Data,
        SourceStorage,
        Soon,
        true,
        &[&["verification detected mismatches"]],
        "Files changed while they were copied, so source and destination differ",
        "Run it again when the source is quiet, or verify only what was transferred (`verify: transferred`)."
    ),
    row!(
        "files-skipped",
        Data,
        SourceStorage,
        Soon,
        true,
        &[&["files skipped due to errors"]],
        "Some files vanished or could not be read; the others were copied",
        "See the failed items below: give DataSync read access to them, then `nightferry rerun`."
    ),
    row!(
        "metadata-differs",
        Data,
        SourceStorage,
        Soon,
        true,
        &[&["metadatadiffers"], &["filenotatsource"]],
        "A file's metadata changed, or the file went, while it was copied",
        "Run it again when the source is quiet."
    ),
    row!(
        "efs-unreachable",
        Network,
        OurAccount,
        Later,
        false,
        &[&["failed to connect to efs mount target"]],
        "DataSync can't reach the file system's mount target",
        "Check that a mount target exists in the subnet's zone and that its security group admits TCP 2049 from the location's."
    ),
    row!(
        "nfs-timeout",
        Network,
        Network,
        Later,
        false,
        &[&["mount.nfs", "timed out"]],
        "The NFS server does not answer",
        "Open TCP 2049 (and 111 for NFSv3) between agent and server."
    ),
    row!(
        "interface-gone",
        State,
        Nobody,
        Soon,
        false,
        &[&["eninotfound"]],
        "A network interface of the task was deleted",
        "Nothing: DataSync makes it anew when the task is started."
    ),
    row!(
        "no-free-addresses",
        Quota,
        OurAccount,
        Later,
        false,
        &[
            &["insufficientfreeaddressesinsubnet"],
            &["nonetworkinterface"],
            &["no free ip"],
            &["no free addresses"],
            &["not enough free addresses"]
        ],
        "The subnet has no free addresses for the task's interfaces",
        "Free addresses or use a larger subnet; an EFS location takes two."
    ),
    row!(
        "out-of-memory",
        Quota,
        PlanAuthor,
        Later,
        true,
        &[&["cannot allocate memory"], &["nomem"]],
        "Too many files for one execution",
        "Split the job by path with `include`, or use a larger agent."
    ),
    row!(
        "storage-error",
        Service,
        SourceStorage,
        Soon,
        true,
        &[&["input/output error"]],
        "The source storage reported an input/output error",
        "Look at the storage's own log."
    ),
    row!(
        "nfs-id-mapping",
        Configuration,
        SourceStorage,
        Never,
        false,
        &[&["fsnfsidmappingenabled"]],
        "The NFS server maps ids",
        "Turn id mapping off or use NFSv3."
    ),
    row!(
        "task-report-denied",
        Permission,
        OurAccount,
        Never,
        true,
        &[&["failed to upload task report"], &["invalid bucket or iam role"]],
        "The task report could not be written",
        "Allow s3:PutObject on the report prefix to the task report role."
    ),
    row!(
        "no-task-report",
        State,
        Operator,
        Soon,
        false,
        &[&["prior to generating any task reports"]],
        "The execution failed before it could write a report",
        "See the execution's own error."
    ),
    row!(
        "launching-too-long",
        Network,
        Network,
        Later,
        false,
        &[&["launching"]],
        "The execution stays in LAUNCHING: its agent is off, or there is no route between agent and service",
        "See that the agent is ONLINE and that the ports of its endpoint are open; `nightferry check` says whether it is."
    ),
    row!(
        "nfs-permission-denied",
        Permission,
        SourceStorage,
        Never,
        true,
        &[&["permission denied", "nfs"], &["permission denied", "mount"], &["permission denied", "export"]],
        "The NFS server turns DataSync away or squashes its root user",
        "Export the path to the agent with no_root_squash, or give its files read access for everyone."
    ),
    row!(
        "region-not-enabled",
        Configuration,
        OurAccount,
        Never,
        false,
        &[&["optinrequired"], &["opt-in region"], &["region", "not enabled"]],
        "A Region of the transfer has to be enabled in the account and is not; executions then end early without any error",
        "Enable the Region in the account settings of both accounts, then run the job again."
    ),
    row!(
        "task-busy",
        State,
        Nobody,
        Later,
        false,
        &[&["already running"]],
        "The task is busy with another execution",
        "Nothing: the job waits for it."
    ),
    row!(
        "task-unavailable",
        State,
        SourceStorage,
        Later,
        false,
        &[&["task", "unavailable"], &["agent", "offline"], &["disabledby", "service"]],
        "The task's agent is offline",
        "Bring the agent back online; `nightferry check` says whether it is."
    ),
    row!(
        "task-gone",
        Configuration,
        Operator,
        Never,
        false,
        &[&["task", "not found"], &["task", "does not exist"], &["could not find task"]],
        "The DataSync task is not there any more",
        "Make it again with `nightferry apply`."
    ),
    row!(
        "datasync-denied",
        Permission,
        OurAccount,
        Never,
        false,
        &[&["accessdenied"], &["not authorized to perform"]],
        "A permission is missing",
        "Add the action that the message names to the role that it names; `docs/permissions.md` has them all."
    ),
    row!(
        "throttled",
        Quota,
        Nobody,
        Soon,
        false,
        &[&["throttl"], &["too many requests"], &["rate exceeded"]],
        "The service is busy",
        "Nothing: it is tried again."
    ),
    row!(
        "service-error",
        Service,
        AwsSupport,
        Soon,
        false,
        &[&["internalexception"], &["internal error"], &["service unavailable"]],
        "DataSync failed by itself",
        "Nothing at first: it is tried again. If it stays, ask AWS Support with the execution's ARN."
    ),
];
