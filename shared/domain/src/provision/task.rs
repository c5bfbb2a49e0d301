//! A DataSync task with every option written out, so that no default of the service decides about a backup.

use serde::Serialize;

use super::names;
use crate::plan::{DataSync, Deleted, Endpoint, JobName, LogDetail, Overwrite, TaskMode, Transfer, Verify};
use crate::stack::Stack;

/// What `CreateTask` and `UpdateTask` are told, besides the two locations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Task {
    /// For people; the tags tell whose it is.
    pub name: String,
    /// `BASIC` or `ENHANCED`; can't be changed later.
    pub task_mode: String,
    /// See [`TaskOptions`].
    pub options: TaskOptions,
    /// Patterns joined by `|`; everything unless there is one.
    pub includes: Option<String>,
    /// Patterns joined by `|`.
    pub excludes: Option<String>,
    /// Where errors are logged; nothing when nothing is.
    pub cloud_watch_log_group_arn: Option<String>,
    /// Where the list of what failed goes.
    pub task_report_config: Option<TaskReport>,
}

/// DataSync's `Options`, in its own words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(missing_docs, reason = "the fields are DataSync's own options; a sentence each would repeat their names")]
pub struct TaskOptions {
    pub verify_mode: String,
    pub transfer_mode: String,
    pub overwrite_mode: String,
    pub preserve_deleted_files: String,
    pub preserve_devices: String,
    pub atime: String,
    pub mtime: String,
    pub uid: String,
    pub gid: String,
    pub posix_permissions: String,
    pub bytes_per_second: i64,
    pub task_queueing: String,
    pub log_level: String,
    pub object_tags: String,
}

/// DataSync's `TaskReportConfig`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct TaskReport {
    /// Where reports go.
    pub destination: ReportDestination,
    /// `STANDARD`: the files, not only the counts.
    pub output_type: String,
    /// `ERRORS_ONLY`: what was copied is counted, what failed is named.
    pub report_level: String,
}

/// The S3 destination of task reports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ReportDestination {
    /// The records bucket.
    pub s3_bucket_arn: String,
    /// With a slash at the end and none in front.
    pub subdirectory: String,
    /// The role that writes them.
    pub bucket_access_role_arn: String,
}

impl Task {
    pub(super) fn of(stack: &Stack, job: &JobName, plan: &DataSync) -> Self {
        let joined = |patterns: &[String]| (!patterns.is_empty()).then(|| patterns.join("|"));
        Self {
            name: names::task(stack, job),
            task_mode: task_mode(plan.mode).to_owned(),
            options: TaskOptions::of(plan),
            includes: joined(&plan.include),
            excludes: joined(&plan.exclude),
            // An Enhanced task writes to a log group of the service's own, `/aws/datasync`, whatever it is told.
            cloud_watch_log_group_arn: (plan.mode == TaskMode::Basic).then(|| names::log_group_arn(stack)),
            task_report_config: Some(TaskReport::of(stack, job)),
        }
    }
}

impl Task {
    /// For what this task copied, brought back under another name: the same settings, but all of it, over what is there, deleting
    /// nothing, verified. Comparing first would pass over a file that was spoiled without a change of its size.
    #[must_use]
    pub fn brought_back(&self, name: String, includes: Option<String>) -> Self {
        let options = TaskOptions {
            verify_mode: verify(Verify::Transferred).to_owned(),
            transfer_mode: transfer(Transfer::All).to_owned(),
            overwrite_mode: overwrite(Overwrite::Always).to_owned(),
            preserve_deleted_files: deleted(Deleted::Keep).to_owned(),
            ..self.options.clone()
        };
        Self { name, options, includes, excludes: None, ..self.clone() }
    }

    /// For what is brought back from a replica, which no task made: objects, with what they carry.
    #[must_use]
    pub fn between_buckets(stack: &Stack, job: &JobName) -> Self {
        Self {
            name: names::task(stack, job),
            task_mode: task_mode(TaskMode::Basic).to_owned(),
            options: TaskOptions::between_buckets(),
            includes: None,
            excludes: None,
            // A plan without transfers has no log group; the task report names what failed.
            cloud_watch_log_group_arn: None,
            task_report_config: Some(TaskReport::of(stack, job)),
        }
    }
}

impl TaskReport {
    fn of(stack: &Stack, job: &JobName) -> Self {
        Self {
            destination: ReportDestination {
                s3_bucket_arn: names::bucket_arn(stack, &stack.records_bucket()),
                subdirectory: names::task_reports(job),
                bucket_access_role_arn: stack.role_arn("task-report"),
            },
            output_type: "STANDARD".to_owned(),
            report_level: "ERRORS_ONLY".to_owned(),
        }
    }
}

impl TaskOptions {
    /// From EFS and NFS, owner, mode and times come along; objects and SMB shares have neither owner nor mode of that
    /// kind, and DataSync refuses to be asked for them. Times go in pairs. Queueing stays on for people who start the task by hand; Nightferry's own
    /// starts switch it off call by call.
    fn of(plan: &DataSync) -> Self {
        let is_posix = matches!(plan.from, Endpoint::Efs(_) | Endpoint::Nfs(_));
        let posix = |word: &str| if is_posix { word } else { "NONE" }.to_owned();
        Self {
            verify_mode: verify(plan.verify).to_owned(),
            transfer_mode: transfer(plan.transfer).to_owned(),
            overwrite_mode: overwrite(plan.overwrite).to_owned(),
            preserve_deleted_files: deleted(plan.deleted).to_owned(),
            preserve_devices: "NONE".to_owned(),
            atime: "BEST_EFFORT".to_owned(),
            mtime: "PRESERVE".to_owned(),
            uid: posix("INT_VALUE"),
            gid: posix("INT_VALUE"),
            posix_permissions: posix("PRESERVE"),
            bytes_per_second: bytes_per_second(plan),
            task_queueing: "ENABLED".to_owned(),
            log_level: log_level(plan.log).to_owned(),
            object_tags: "PRESERVE".to_owned(),
        }
    }
}

impl TaskOptions {
    fn between_buckets() -> Self {
        let word = str::to_owned;
        Self {
            verify_mode: verify(Verify::Transferred).to_owned(),
            transfer_mode: transfer(Transfer::All).to_owned(),
            overwrite_mode: overwrite(Overwrite::Always).to_owned(),
            preserve_deleted_files: deleted(Deleted::Keep).to_owned(),
            preserve_devices: word("NONE"),
            atime: word("BEST_EFFORT"),
            mtime: word("PRESERVE"),
            uid: word("NONE"),
            gid: word("NONE"),
            posix_permissions: word("NONE"),
            bytes_per_second: UNLIMITED,
            task_queueing: word("ENABLED"),
            log_level: word("OFF"),
            object_tags: word("PRESERVE"),
        }
    }
}

const UNLIMITED: i64 = -1;

fn bytes_per_second(plan: &DataSync) -> i64 {
    plan.bandwidth.map_or(UNLIMITED, |ceiling| i64::try_from(ceiling.bytes_per_sec()).unwrap_or(i64::MAX))
}

const fn task_mode(mode: TaskMode) -> &'static str {
    match mode {
        TaskMode::Basic => "BASIC",
        TaskMode::Enhanced => "ENHANCED",
    }
}

const fn verify(verify: Verify) -> &'static str {
    match verify {
        Verify::Transferred => "ONLY_FILES_TRANSFERRED",
        Verify::PointInTime => "POINT_IN_TIME_CONSISTENT",
        Verify::None => "NONE",
    }
}

const fn transfer(transfer: Transfer) -> &'static str {
    match transfer {
        Transfer::Changed => "CHANGED",
        Transfer::All => "ALL",
    }
}

const fn overwrite(overwrite: Overwrite) -> &'static str {
    match overwrite {
        Overwrite::Always => "ALWAYS",
        Overwrite::Never => "NEVER",
    }
}

const fn deleted(deleted: Deleted) -> &'static str {
    match deleted {
        Deleted::Keep => "PRESERVE",
        Deleted::Remove => "REMOVE",
    }
}

const fn log_level(log: LogDetail) -> &'static str {
    match log {
        LogDetail::Off => "OFF",
        LogDetail::Errors => "BASIC",
        LogDetail::All => "TRANSFER",
    }
}
