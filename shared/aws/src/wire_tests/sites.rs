//! Every place of this crate that calls AWS, with the scene that leads there. `complete` holds it against the source.

use super::scenes::{self, Scene};
use super::wire::Operation;
use crate::connect;
use crate::provision;

/// What sending a call again would do, as [`crate::sdk_error::Call`] tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Read,
    Write,
    Start,
}

/// Stands for every code that means [`super::codes::Meaning::Missing`].
pub(super) const MISSING: &str = "(missing)";

/// One place that makes one call.
#[derive(Debug, Clone, Copy)]
pub(super) struct Site {
    pub(super) file: &'static str,
    pub(super) operation: Operation,
    pub(super) kind: Kind,
    pub(super) scene: Scene,
    /// Codes that this place takes for an answer.
    pub(super) answers: &'static [&'static str],
}

impl Site {
    /// Most times that the call may be sent.
    pub(super) fn tries_max(&self) -> usize {
        let tries = match self.kind {
            Kind::Start => 1,
            Kind::Read | Kind::Write if self.is_of_a_person() => provision::TRIES_MAX,
            Kind::Read | Kind::Write => connect::TRIES_MAX,
        };
        usize::try_from(tries).unwrap()
    }

    /// Whether a person waits for it at a terminal, who has more patience than a function.
    pub(super) fn is_of_a_person(&self) -> bool {
        self.file.starts_with("provision/") || self.scene.name == scenes::READ_SHELF.name
    }
}

type Row = (&'static str, Operation, Kind, Scene, &'static [&'static str]);

use Kind::{Read, Start, Write};

const BATCH: &[Row] = &[
    ("batch_jobs/create.rs", ("S3 Control", "CreateJob"), Write, scenes::CREATE_BATCH_JOB, &[]),
    ("batch_jobs/figures.rs", ("CloudWatch", "GetMetricData"), Read, scenes::RULE_FIGURES, &[]),
    ("batch_jobs/list.rs", ("S3 Control", "ListJobs"), Read, scenes::LIST_BATCH_JOBS, &[]),
    ("batch_jobs/list.rs", ("S3 Control", "ListJobs"), Read, scenes::WAITING_BATCH_JOBS, &[]),
    ("batch_jobs/mod.rs", ("S3 Control", "UpdateJobStatus"), Write, scenes::CANCEL_BATCH_JOB, &[MISSING]),
    ("batch_jobs/mod.rs", ("S3 Control", "UpdateJobStatus"), Write, scenes::CONFIRM_BATCH_JOB, &[]),
    ("batch_jobs/observe.rs", ("S3 Control", "DescribeJob"), Read, scenes::OBSERVE_BATCH_JOB, &[]),
    (
        "batch_jobs/replication.rs",
        ("S3", "GetBucketReplication"),
        Read,
        scenes::REPLICATION_RULES,
        &["ReplicationConfigurationNotFoundError"],
    ),
    ("batch_jobs/replication.rs", ("S3", "HeadObject"), Read, scenes::REPLICA_STATE, &[MISSING]),
    ("records.rs", ("S3", "GetObject"), Read, scenes::LISTED_BYTES, &["NoSuchKey"]),
    ("records.rs", ("S3", "GetObject"), Read, scenes::COMPLETION_REPORT, &["NoSuchKey"]),
];

const BACKUP: &[Row] = &[
    ("backups/list.rs", ("AWS Backup", "ListBackupJobs"), Read, scenes::BACKUPS_OF_MACHINE, &[]),
    ("backups/list.rs", ("AWS Backup", "ListCopyJobs"), Read, scenes::COPIES_OF_POINT, &[]),
    ("backups/list.rs", ("AWS Backup", "ListRecoveryPointsByBackupVault"), Read, scenes::RECOVERY_POINTS_IN_VAULT, &[]),
    ("backups/mod.rs", ("AWS Backup", "StopBackupJob"), Write, scenes::STOP_BACKUP, &[MISSING]),
    ("backups/observe.rs", ("AWS Backup", "DescribeBackupJob"), Read, scenes::OBSERVE_BACKUP, &[]),
    ("backups/observe.rs", ("AWS Backup", "DescribeRecoveryPoint"), Read, scenes::RECOVERY_POINT, &[]),
    ("backups/start.rs", ("AWS Backup", "StartBackupJob"), Write, scenes::START_BACKUP, &[]),
    ("backups/start.rs", ("AWS Backup", "StartCopyJob"), Write, scenes::START_COPY, &[]),
    ("ec2/mod.rs", ("EC2", "DescribeImages"), Read, scenes::IMAGES, &[]),
    ("ec2/mod.rs", ("EC2", "DescribeInstances"), Read, scenes::DESCRIBED_INSTANCES, &[]),
    ("ec2/mod.rs", ("EC2", "DescribeInstances"), Read, scenes::TAGGED_INSTANCES, &[]),
];

const NIGHT: &[Row] = &[
    ("identity.rs", ("STS", "GetCallerIdentity"), Read, scenes::CALLER, &[]),
    ("notices.rs", ("SNS", "Publish"), Start, scenes::PUBLISH, &[]),
    (
        "preflight/bucket.rs",
        ("S3", "GetBucketEncryption"),
        Read,
        scenes::PREFLIGHT_REPLICATION,
        &["AccessDenied", MISSING],
    ),
    (
        "preflight/bucket.rs",
        ("S3", "GetBucketOwnershipControls"),
        Read,
        scenes::PREFLIGHT_REPLICATION,
        &["AccessDenied", MISSING],
    ),
    (
        "preflight/bucket.rs",
        ("S3", "GetBucketPolicy"),
        Read,
        scenes::PREFLIGHT,
        &["AccessDenied", "MethodNotAllowed", "NoSuchBucket", "NoSuchBucketPolicy"],
    ),
    (
        "preflight/bucket.rs",
        ("S3", "GetBucketReplication"),
        Read,
        scenes::PREFLIGHT_REPLICATION,
        &["AccessDenied", MISSING],
    ),
    ("preflight/bucket.rs", ("S3", "GetBucketVersioning"), Read, scenes::PREFLIGHT_REPLICATION, &["AccessDenied"]),
    (
        "preflight/bucket.rs",
        ("S3", "GetObjectLockConfiguration"),
        Read,
        scenes::PREFLIGHT_REPLICATION,
        &["AccessDenied", MISSING],
    ),
    (
        "preflight/bucket.rs",
        ("S3", "GetPublicAccessBlock"),
        Read,
        scenes::PREFLIGHT_REPLICATION,
        &["AccessDenied", MISSING],
    ),
    (
        "preflight/account_block.rs",
        ("S3 Control", "GetPublicAccessBlock"),
        Read,
        scenes::PREFLIGHT_OTHER_SIDE,
        &["AccessDenied", MISSING],
    ),
    ("preflight/trails.rs", ("CloudTrail", "DescribeTrails"), Read, scenes::PREFLIGHT_TRAILS, &[DENIED]),
    ("preflight/trails.rs", ("CloudTrail", "GetEventSelectors"), Read, scenes::PREFLIGHT_TRAILS, &[DENIED, NO_TRAIL]),
    ("preflight/trails.rs", ("CloudTrail", "GetTrailStatus"), Read, scenes::PREFLIGHT_TRAILS, &[DENIED, NO_TRAIL]),
    ("preflight/key.rs", ("KMS", "GetKeyPolicy"), Read, scenes::PREFLIGHT_KEY, &["AccessDeniedException", MISSING]),
    ("preflight/role.rs", ("IAM", "GetPolicy"), Read, scenes::PREFLIGHT, &["AccessDenied", MISSING]),
    ("preflight/role.rs", ("IAM", "GetPolicyVersion"), Read, scenes::PREFLIGHT, &["AccessDenied", MISSING]),
    ("preflight/role.rs", ("IAM", "GetRole"), Read, scenes::PREFLIGHT, &["AccessDenied", MISSING]),
    ("preflight/role.rs", ("IAM", "GetRolePolicy"), Read, scenes::PREFLIGHT, &["AccessDenied", MISSING]),
    ("preflight/role.rs", ("IAM", "ListAttachedRolePolicies"), Read, scenes::PREFLIGHT, &["AccessDenied", MISSING]),
    ("preflight/role.rs", ("IAM", "ListRolePolicies"), Read, scenes::PREFLIGHT, &["AccessDenied", MISSING]),
    ("preflight/task.rs", ("DataSync", "DescribeLocationEfs"), Read, scenes::PREFLIGHT, &[MISSING]),
    ("preflight/task.rs", ("DataSync", "DescribeLocationS3"), Read, scenes::PREFLIGHT, &[MISSING]),
    ("preflight/task.rs", ("DataSync", "DescribeTask"), Read, scenes::PREFLIGHT, &[MISSING]),
    ("objects.rs", ("S3", "GetObject"), Read, scenes::OBJECT_DIGEST, &["NoSuchKey"]),
    ("objects.rs", ("S3", "ListObjectsV2"), Read, scenes::OBJECTS_LISTED, &[]),
    ("records.rs", ("S3", "GetObject"), Read, scenes::GET_RECORD, &["NoSuchKey"]),
    ("records.rs", ("S3", "GetObject"), Read, scenes::READ_SHELF, &["NoSuchKey"]),
    ("records.rs", ("S3", "ListObjectsV2"), Read, scenes::RUN_IDS, &[]),
    ("records.rs", ("S3", "PutObject"), Write, scenes::PUT_RECORD, &[]),
    ("records.rs", ("S3", "PutObject"), Write, scenes::PUT_RECORD_ONCE, &["PreconditionFailed"]),
    ("run_table/jobs.rs", ("DynamoDB", "GetItem"), Read, scenes::LOAD_JOB, &[]),
    ("run_table/jobs.rs", ("DynamoDB", "Query"), Read, scenes::JOBS_OF_RUN, &[]),
    ("run_table/open_records.rs", ("DynamoDB", "Query"), Read, scenes::OPEN_RECORDS, &[]),
    ("run_table/pointers.rs", ("DynamoDB", "GetItem"), Read, scenes::ATTEMPT_OF_EXECUTION, &[]),
    (
        "run_table/pointers.rs",
        ("DynamoDB", "PutItem"),
        Write,
        scenes::CLAIM_EXECUTION,
        &["ConditionalCheckFailedException"],
    ),
    ("run_table/pointers.rs", ("DynamoDB", "PutItem"), Write, scenes::POINT, &[]),
    ("run_table/runs.rs", ("DynamoDB", "GetItem"), Read, scenes::LOAD_RUN, &[]),
    ("run_table/runs.rs", ("DynamoDB", "UpdateItem"), Write, scenes::CREATE_RUN, &["ConditionalCheckFailedException"]),
    (
        "run_table/save.rs",
        ("DynamoDB", "UpdateItem"),
        Write,
        scenes::SAVE_JOB_WITH_TOKEN,
        &["ConditionalCheckFailedException"],
    ),
    ("task_reports.rs", ("S3", "ListObjectsV2"), Read, scenes::TASK_REPORT, &[]),
    ("transfers/find.rs", ("DataSync", "DescribeTask"), Read, scenes::LATEST_EXECUTION, &[]),
    ("transfers/find.rs", ("DataSync", "ListTagsForResource"), Read, scenes::TAGGED_ATTEMPT, &[]),
    ("transfers/find.rs", ("DataSync", "ListTaskExecutions"), Read, scenes::FIND_EXECUTION, &[]),
    ("transfers/mod.rs", ("DataSync", "CancelTaskExecution"), Write, scenes::CANCEL_EXECUTION, &[MISSING]),
    ("transfers/mod.rs", ("DataSync", "DeleteLocation"), Write, scenes::DELETE_RESTORE_LOCATION, &[]),
    ("transfers/mod.rs", ("DataSync", "DeleteTask"), Write, scenes::DELETE_RESTORE_TASK, &[]),
    ("transfers/observe.rs", ("DataSync", "DescribeTaskExecution"), Read, scenes::EXECUTIONS_IN_PROGRESS, &[]),
    ("transfers/observe.rs", ("DataSync", "DescribeTaskExecution"), Read, scenes::OBSERVE_EXECUTION, &[]),
    ("transfers/start.rs", ("DataSync", "StartTaskExecution"), Start, scenes::START_TRANSFER, &[]),
    ("workflows.rs", ("Step Functions", "DescribeExecution"), Read, scenes::IS_WORKFLOW_GOING_ON, &[MISSING]),
    (
        "workflows.rs",
        ("Step Functions", "SendTaskSuccess"),
        Write,
        scenes::WAKE,
        &["InvalidToken", "TaskDoesNotExist", "TaskTimedOut"],
    ),
    ("workflows.rs", ("Step Functions", "StartExecution"), Write, scenes::START_WORKFLOW, &["ExecutionAlreadyExists"]),
];

const PROVISION: &[Row] = &[
    ("provision/buckets.rs", ("S3", "DeleteBucketPolicy"), Write, scenes::DELETE_BUCKET_POLICY, &[]),
    ("provision/buckets.rs", ("S3", "DeleteBucketReplication"), Write, scenes::DELETE_REPLICATION, &[]),
    ("provision/buckets.rs", ("S3", "GetBucketOwnershipControls"), Read, scenes::BUCKET, &[MISSING]),
    ("provision/buckets.rs", ("S3", "GetBucketPolicy"), Read, scenes::BUCKET, &[MISSING]),
    ("provision/buckets.rs", ("S3", "GetBucketReplication"), Read, scenes::BUCKET, &[MISSING]),
    ("provision/buckets.rs", ("S3", "GetBucketVersioning"), Read, scenes::BUCKET, &[MISSING]),
    ("provision/buckets.rs", ("S3", "GetObjectLockConfiguration"), Read, scenes::BUCKET, &[MISSING]),
    ("provision/buckets.rs", ("S3", "PutBucketOwnershipControls"), Write, scenes::TURN_ACLS_OFF, &[]),
    ("provision/buckets.rs", ("S3", "PutBucketPolicy"), Write, scenes::PUT_BUCKET_POLICY, &[]),
    ("provision/buckets.rs", ("S3", "PutBucketReplication"), Write, scenes::PUT_REPLICATION, &[]),
    ("provision/buckets.rs", ("S3", "PutBucketVersioning"), Write, scenes::ENABLE_VERSIONING, &[]),
    ("provision/logs.rs", ("CloudWatch Logs", "CreateLogGroup"), Start, scenes::CREATE_LOG_GROUP, &[]),
    ("provision/logs.rs", ("CloudWatch Logs", "DeleteLogGroup"), Write, scenes::DELETE_LOG_GROUP, &[]),
    ("provision/logs.rs", ("CloudWatch Logs", "DeleteResourcePolicy"), Write, scenes::DELETE_LOG_POLICY, &[]),
    ("provision/logs.rs", ("CloudWatch Logs", "DescribeLogGroups"), Read, scenes::LOG_GROUP, &[]),
    ("provision/logs.rs", ("CloudWatch Logs", "DescribeResourcePolicies"), Read, scenes::LOG_POLICY, &[]),
    ("provision/logs.rs", ("CloudWatch Logs", "ListTagsForResource"), Read, scenes::LOG_GROUP, &[]),
    ("provision/logs.rs", ("CloudWatch Logs", "PutResourcePolicy"), Write, scenes::PUT_LOG_POLICY, &[]),
    ("provision/logs.rs", ("CloudWatch Logs", "PutRetentionPolicy"), Write, scenes::SET_RETENTION, &[]),
    ("provision/plan_shelf.rs", ("S3", "DeleteObject"), Write, scenes::CLEAR_SHELF, &[]),
    ("provision/plan_shelf.rs", ("S3", "PutObject"), Write, scenes::WRITE_SHELF, &[]),
    ("provision/roles.rs", ("IAM", "CreateRole"), Start, scenes::CREATE_ROLE, &[]),
    ("provision/roles.rs", ("IAM", "DeleteRole"), Write, scenes::DELETE_ROLE, &[]),
    ("provision/roles.rs", ("IAM", "DeleteRolePolicy"), Write, scenes::DELETE_ROLE, &[MISSING]),
    ("provision/roles.rs", ("IAM", "GetRolePolicy"), Read, scenes::ROLES, &[MISSING]),
    ("provision/roles.rs", ("IAM", "ListRoleTags"), Read, scenes::ROLES, &[MISSING]),
    ("provision/roles.rs", ("IAM", "ListRoles"), Read, scenes::ROLES, &[]),
    ("provision/roles.rs", ("IAM", "PutRolePolicy"), Write, scenes::PUT_ROLE_POLICY, &[]),
    ("provision/roles.rs", ("IAM", "UpdateAssumeRolePolicy"), Write, scenes::SET_TRUST, &[]),
    ("provision/schedules.rs", ("EventBridge Scheduler", "CreateSchedule"), Write, scenes::CREATE_SCHEDULE, &[]),
    ("provision/schedules.rs", ("EventBridge Scheduler", "DeleteSchedule"), Write, scenes::DELETE_SCHEDULE, &[]),
    ("provision/schedules.rs", ("EventBridge Scheduler", "GetSchedule"), Read, scenes::SCHEDULES, &[MISSING]),
    ("provision/schedules.rs", ("EventBridge Scheduler", "ListSchedules"), Read, scenes::SCHEDULES, &[]),
    ("provision/schedules.rs", ("EventBridge Scheduler", "UpdateSchedule"), Write, scenes::UPDATE_SCHEDULE, &[]),
    ("provision/tasks.rs", ("DataSync", "CreateLocationEfs"), Start, scenes::CREATE_EFS_LOCATION, &[]),
    ("provision/tasks.rs", ("DataSync", "CreateLocationS3"), Start, scenes::CREATE_S3_LOCATION, &[]),
    ("provision/tasks.rs", ("DataSync", "CreateTask"), Start, scenes::CREATE_TASK, &[]),
    ("provision/tasks.rs", ("DataSync", "DeleteLocation"), Write, scenes::DELETE_LOCATION, &[]),
    ("provision/tasks.rs", ("DataSync", "DeleteTask"), Write, scenes::DELETE_TASK, &[]),
    ("provision/tasks.rs", ("DataSync", "DescribeLocationEfs"), Read, scenes::LOCATIONS, &[MISSING]),
    ("provision/tasks.rs", ("DataSync", "DescribeLocationS3"), Read, scenes::LOCATIONS, &[MISSING]),
    ("provision/tasks.rs", ("DataSync", "DescribeTask"), Read, scenes::TASKS, &[MISSING]),
    ("provision/tasks.rs", ("DataSync", "ListLocations"), Read, scenes::LOCATIONS, &[]),
    ("provision/tasks.rs", ("DataSync", "ListTagsForResource"), Read, scenes::LOCATIONS, &[MISSING]),
    ("provision/tasks.rs", ("DataSync", "ListTasks"), Read, scenes::TASKS, &[]),
    ("provision/tasks.rs", ("DataSync", "UpdateTask"), Write, scenes::UPDATE_TASK, &[]),
    ("provision/tasks.rs", ("DataSync", "CreateLocationEfs"), Start, scenes::MAKE_RESTORE_LOCATION, &[]),
    ("provision/tasks.rs", ("DataSync", "CreateLocationS3"), Start, scenes::MAKE_RESTORE_BUCKET, &[]),
    ("provision/tasks.rs", ("DataSync", "CreateTask"), Start, scenes::MAKE_RESTORE_TASK, &[]),
    ("provision/ways_back.rs", ("DataSync", "DescribeTask"), Read, scenes::IS_TASK_IN_THE_MAKING, &[]),
    ("provision/ways_back.rs", ("DataSync", "ListLocations"), Read, scenes::MADE_FOR_RESTORE, &[]),
    ("provision/ways_back.rs", ("DataSync", "ListTagsForResource"), Read, scenes::MADE_FOR_RESTORE, &[MISSING]),
    ("provision/ways_back.rs", ("DataSync", "ListTasks"), Read, scenes::MADE_FOR_RESTORE, &[]),
];

const VAULTS: &[Row] = &[
    ("preflight/backup.rs", ("AWS Backup", "DescribeRegionSettings"), Read, scenes::PREFLIGHT_BACKUP, &[DENIED]),
    ("preflight/backup.rs", ("AWS Backup", "ListBackupVaults"), Read, scenes::PREFLIGHT_BACKUP, &[DENIED]),
    ("preflight/backup.rs", ("IAM", "GetInstanceProfile"), Read, scenes::PREFLIGHT_BACKUP, &["AccessDenied", MISSING]),
    ("preflight/backup.rs", ("KMS", "DescribeKey"), Read, scenes::PREFLIGHT_BACKUP, &[DENIED, MISSING]),
    ("provision/access_points.rs", ("EFS", "DescribeAccessPoints"), Read, scenes::ACCESS_POINT_ROOT, &[]),
    ("provision/backup_plans.rs", ("AWS Backup", "CreateBackupPlan"), Start, scenes::CREATE_BACKUP_PLAN, &[]),
    ("provision/backup_plans.rs", ("AWS Backup", "CreateBackupSelection"), Start, scenes::CREATE_SELECTION, &[]),
    ("provision/backup_plans.rs", ("AWS Backup", "DeleteBackupPlan"), Write, scenes::DELETE_BACKUP_PLAN, &[]),
    ("provision/backup_plans.rs", ("AWS Backup", "DeleteBackupSelection"), Write, scenes::DELETE_SELECTION, &[]),
    ("provision/backup_plans.rs", ("AWS Backup", "GetBackupPlan"), Read, scenes::BACKUP_PLANS, &[MISSING]),
    ("provision/backup_plans.rs", ("AWS Backup", "GetBackupSelection"), Read, scenes::BACKUP_PLANS, &[]),
    ("provision/backup_plans.rs", ("AWS Backup", "ListBackupPlans"), Read, scenes::BACKUP_PLANS, &[]),
    ("provision/backup_plans.rs", ("AWS Backup", "ListBackupSelections"), Read, scenes::BACKUP_PLANS, &[]),
    ("provision/backup_plans.rs", ("AWS Backup", "UpdateBackupPlan"), Write, scenes::UPDATE_BACKUP_PLAN, &[]),
    ("provision/vaults.rs", ("AWS Backup", "CreateBackupVault"), Write, scenes::CREATE_VAULT, &[]),
    ("provision/vaults.rs", ("AWS Backup", "DeleteBackupVault"), Write, scenes::DELETE_VAULT, &[]),
    ("provision/vaults.rs", ("AWS Backup", "DeleteBackupVaultAccessPolicy"), Write, scenes::DELETE_VAULT_POLICY, &[]),
    (
        "provision/vaults.rs",
        ("AWS Backup", "DeleteBackupVaultLockConfiguration"),
        Write,
        scenes::DELETE_VAULT_LOCK,
        &[],
    ),
    ("provision/vaults.rs", ("AWS Backup", "GetBackupVaultAccessPolicy"), Read, scenes::VAULTS, &[MISSING]),
    ("provision/vaults.rs", ("AWS Backup", "ListBackupVaults"), Read, scenes::VAULTS, &[]),
    ("provision/vaults.rs", ("AWS Backup", "ListTags"), Read, scenes::VAULTS, &[MISSING]),
    ("provision/vaults.rs", ("AWS Backup", "PutBackupVaultAccessPolicy"), Write, scenes::PUT_VAULT_POLICY, &[]),
    ("provision/vaults.rs", ("AWS Backup", "PutBackupVaultLockConfiguration"), Write, scenes::PUT_VAULT_LOCK, &[]),
];

const AGENTS: &[Row] = &[
    ("agents/mod.rs", ("DataSync", "CreateAgent"), Start, scenes::CREATE_AGENT, &[]),
    ("agents/mod.rs", ("DataSync", "DeleteAgent"), Write, scenes::DELETE_AGENT, &[MISSING]),
    ("agents/mod.rs", ("DataSync", "DescribeAgent"), Read, scenes::AGENTS_NAMED, &[MISSING]),
    ("agents/mod.rs", ("DataSync", "DescribeAgent"), Read, scenes::DESCRIBE_AGENT, &[]),
    ("agents/mod.rs", ("DataSync", "ListAgents"), Read, scenes::AGENTS_NAMED, &[]),
    network("DescribeNetworkAcls", UNSEEN),
    network("DescribeNetworkInterfaces", &["AccessDenied", UNAUTHORIZED, "InvalidNetworkInterfaceID.NotFound"]),
    network("DescribeRouteTables", UNSEEN),
    network("DescribeSecurityGroups", &["AccessDenied", UNAUTHORIZED, "InvalidGroup.NotFound"]),
    network("DescribeSubnets", &["AccessDenied", UNAUTHORIZED, "InvalidSubnetID.NotFound"]),
    network("DescribeVpcEndpoints", &["AccessDenied", UNAUTHORIZED, "InvalidVpcEndpointId.NotFound"]),
    network("DescribeVpcs", &["AccessDenied", UNAUTHORIZED, "InvalidVpcID.NotFound"]),
    network("GetManagedPrefixListEntries", &["AccessDenied", UNAUTHORIZED, "InvalidPrefixListID.NotFound"]),
];

/// One look at the network around an agent.
const fn network(operation: &'static str, answers: &'static [&'static str]) -> Row {
    ("ec2/network/mod.rs", ("EC2", operation), Read, scenes::AGENT_NETWORK, answers)
}

const SERVERS: &[Row] = &[
    (
        "file_systems/mod.rs",
        ("EFS", "DescribeMountTargetSecurityGroups"),
        Read,
        scenes::FILE_SYSTEM_AROUND,
        &[DENIED, MISSING],
    ),
    ("file_systems/mod.rs", ("EFS", "DescribeMountTargets"), Read, scenes::FILE_SYSTEM_AROUND, &[DENIED, MISSING]),
    ("provision/servers.rs", ("DataSync", "CreateLocationNfs"), Start, scenes::CREATE_NFS_LOCATION, &[]),
    ("provision/servers.rs", ("DataSync", "CreateLocationSmb"), Start, scenes::CREATE_SMB_LOCATION, &[]),
    ("provision/servers.rs", ("DataSync", "DescribeLocationNfs"), Read, scenes::LOCATIONS, &[MISSING]),
    ("provision/servers.rs", ("DataSync", "DescribeLocationSmb"), Read, scenes::LOCATIONS, &[MISSING]),
    ("provision/servers.rs", ("DataSync", "ListAgents"), Read, scenes::AGENT_NAMES, &[]),
    ("provision/servers.rs", ("DataSync", "ListTagsForResource"), Read, scenes::LOCATIONS, &[MISSING]),
    ("provision/servers.rs", ("Secrets Manager", "GetSecretValue"), Read, scenes::CREATE_SMB_LOCATION, &[]),
];

const RESTORES: &[Row] = &[
    ("preflight/restore.rs", ("EC2", "DescribeSubnets"), Read, scenes::PREFLIGHT_RESTORE, UNSEEN),
    ("preflight/restore_keys.rs", ("EC2", "DescribeImages"), Read, scenes::PREFLIGHT_RESTORE, UNSEEN),
    ("preflight/restore_keys.rs", ("EC2", "DescribeSnapshots"), Read, scenes::PREFLIGHT_RESTORE, UNSEEN),
    (
        "preflight/restore.rs",
        ("IAM", "GetInstanceProfile"),
        Read,
        scenes::PREFLIGHT_RESTORE,
        &["AccessDenied", MISSING],
    ),
    ("restores/list.rs", ("AWS Backup", "ListRestoreJobs"), Read, scenes::RESTORES_BEGUN, &[]),
    ("restores/machines.rs", ("EC2", "CreateTags"), Write, scenes::MARK_MACHINE, &[]),
    ("restores/machines.rs", ("EC2", "DescribeInstanceStatus"), Read, scenes::RESTORED_MACHINE, &[GONE]),
    ("restores/machines.rs", ("EC2", "DescribeInstances"), Read, scenes::RESTORED_MACHINE, &[]),
    ("restores/machines.rs", ("EC2", "DescribeVolumes"), Read, scenes::RESTORED_MACHINE, &[]),
    ("restores/machines.rs", ("EC2", "TerminateInstances"), Write, scenes::REMOVE_MACHINE, &[GONE]),
    ("restores/mod.rs", ("AWS Backup", "DescribeRestoreJob"), Read, scenes::OBSERVE_RESTORE, &[]),
    ("restores/mod.rs", ("AWS Backup", "GetRecoveryPointRestoreMetadata"), Read, scenes::PROPOSED_METADATA, &[]),
    ("restores/mod.rs", ("AWS Backup", "StartRestoreJob"), Write, scenes::START_RESTORE, &[]),
    ("restores/mod.rs", ("STS", "DecodeAuthorizationMessage"), Read, scenes::DECODE_REFUSAL, &[]),
];

/// How EC2 says that whoever asks may not look, and what stands before it.
const UNSEEN: &[&str] = &["AccessDenied", UNAUTHORIZED];
const UNAUTHORIZED: &str = "UnauthorizedOperation";
/// EC2's word for a machine that it does not know.
const GONE: &str = "InvalidInstanceID.NotFound";

/// `CloudTrail`'s word for a trail that is not there any more.
const NO_TRAIL: &str = "TrailNotFoundException";

/// How AWS Backup, `CloudTrail` and KMS say that whoever asks may not.
const DENIED: &str = "AccessDeniedException";

/// Every place.
pub(super) fn all() -> impl Iterator<Item = Site> {
    let site = |&(file, operation, kind, scene, answers): &Row| Site { file, operation, kind, scene, answers };
    NIGHT
        .iter()
        .chain(BATCH)
        .chain(BACKUP)
        .chain(PROVISION)
        .chain(VAULTS)
        .chain(AGENTS)
        .chain(RESTORES)
        .chain(SERVERS)
        .map(site)
}
