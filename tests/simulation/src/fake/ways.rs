//! DataSync's tasks and locations: those that `apply` made for the plan's jobs, and those that are made for a restore.

use std::collections::{BTreeMap, BTreeSet};

use nightferry_domain::back::WayEnd;
use nightferry_domain::ids::{RunId, TaskArn};
use nightferry_domain::job_spec::{Transfer, Work};
use nightferry_domain::plan::JobName;
use nightferry_domain::provision::{
    EfsLocation, Location, ObservedLocation, ObservedTask, S3Location, Task, TaskOptions,
};
use nightferry_domain::reach::SourceBucket;
use nightferry_domain::stack::Stack;
use nightferry_workflow::copy_back::ports::{AccessPoints, Made, MadeLocation, WaysBack};
use nightferry_workflow::error::PortError;
use nightferry_workflow::provision::ports::{Pause, TransferTasks};

use super::{Fake, State, missing};

/// The ways back.
#[derive(Debug, Default)]
pub struct Ways {
    /// Locations with the run that each is made for.
    pub locations: BTreeMap<String, (RunId, WayEnd)>,
    /// Tasks with the run that each is made for, and their two ends.
    pub tasks: BTreeMap<TaskArn, (RunId, Task, [String; 2])>,
    /// How often a new task is still in the making when it is looked at.
    pub looks_in_the_making: u32,
    /// The access points through which jobs' sources are reached, by ARN.
    pub points: BTreeMap<JobName, String>,
    /// Root directories of access points, as far as EFS shows them.
    pub roots: BTreeMap<String, String>,
}

impl AccessPoints for Fake {
    async fn root_of(&self, point: &str) -> Result<String, PortError> {
        self.call("root_of", |state| {
            let root = state.restoring.ways.roots.get(point).cloned();
            root.ok_or_else(|| missing("root_of", &point))
        })
        .await
    }
}

impl WaysBack for Fake {
    async fn made_for(&self, run: &RunId) -> Result<Made, PortError> {
        self.call("made_for", |state| {
            let ways = &state.restoring.ways;
            let locations = ways.locations.iter().filter(|(_, (of, _))| of == run);
            let locations = locations.map(|(arn, (_, end))| MadeLocation { arn: arn.clone(), uri: uri(end) });
            let tasks = ways.tasks.iter().filter(|(_, (of, ..))| of == run).map(|(arn, _)| arn.clone());
            Ok(Made { locations: locations.collect(), tasks: tasks.collect() })
        })
        .await
    }

    async fn make_location(&self, run: &RunId, end: &WayEnd) -> Result<String, PortError> {
        self.call("make_location", |state| {
            let arn = location_arn(&format!("made-{}", state.restoring.ways.locations.len()));
            let _ = state.restoring.ways.locations.insert(arn.clone(), (run.clone(), end.clone()));
            Ok(arn)
        })
        .await
    }

    async fn make_task(&self, run: &RunId, task: &Task, (from, to): (&str, &str)) -> Result<TaskArn, PortError> {
        self.call("make_task", |state| {
            let number = 0xb0 + state.restoring.ways.tasks.len();
            let arn: TaskArn =
                format!("arn:aws:datasync:ap-northeast-1:123456789012:task/task-0b1b2c3d4e5f607{number:02x}")
                    .parse()
                    .expect("a task's ARN");
            let way = (run.clone(), task.clone(), [from.to_owned(), to.to_owned()]);
            let _ = state.restoring.ways.tasks.insert(arn.clone(), way);
            Ok(arn)
        })
        .await
    }

    async fn is_in_the_making(&self, _: &TaskArn) -> Result<bool, PortError> {
        self.call("is_in_the_making", |state| {
            let left = &mut state.restoring.ways.looks_in_the_making;
            let is_in_the_making = *left > 0;
            *left = left.saturating_sub(1);
            Ok(is_in_the_making)
        })
        .await
    }
}

impl State {
    /// A task that is busy stays; one that is not there is missing.
    pub(super) fn delete_task(&mut self, task: &TaskArn) -> Result<(), PortError> {
        if self.is_busy(task) {
            return Err(in_use("delete_task", "the task is running"));
        }
        let gone = self.restoring.ways.tasks.remove(task);
        gone.map(drop).ok_or_else(|| missing("delete_task", task))
    }

    /// A location that a task uses stays.
    pub(super) fn delete_location(&mut self, arn: &str) -> Result<(), PortError> {
        let ways = &mut self.restoring.ways;
        if ways.tasks.values().any(|(_, _, ends)| ends.iter().any(|end| end == arn)) {
            return Err(in_use("delete_location", "the location is in use"));
        }
        ways.locations.remove(arn).map(drop).ok_or_else(|| missing("delete_location", &arn))
    }
}

fn in_use(operation: &'static str, message: &str) -> PortError {
    PortError::Rejected { service: "Fake", operation, code: "InvalidRequestException".into(), message: message.into() }
}

/// As DataSync writes it.
fn uri(end: &WayEnd) -> String {
    match end {
        WayEnd::Files(files) => {
            let file_system = files.efs_filesystem_arn.rsplit('/').next().unwrap_or_default();
            format!("efs://ap-northeast-1.{file_system}{}/", files.subdirectory)
        }
        WayEnd::Bucket(bucket) => {
            let name = bucket.s3_bucket_arn.rsplit(':').next().unwrap_or_default();
            format!("s3://{name}{}/", bucket.subdirectory)
        }
    }
}

fn location_arn(id: &str) -> String {
    format!("arn:aws:datasync:ap-northeast-1:123456789012:location/loc-{id}")
}

/// The file system of every job of the plan.
pub const FILE_SYSTEM: &str = "arn:aws:elasticfilesystem:ap-northeast-1:123456789012:file-system/fs-0123456789abcdef0";

/// What `apply` made: each job copies the folder of its own name to the prefix of that name.
impl TransferTasks for Fake {
    async fn locations(&self, _: &Stack) -> Result<Vec<ObservedLocation>, PortError> {
        let points = self.state.borrow().restoring.ways.points.clone();
        let both = |(job, transfer): (JobName, Transfer)| {
            let at = |end: &str, location| ObservedLocation {
                arn: location_arn(&format!("{job}-{end}")),
                job: job.clone(),
                location,
            };
            let files = || EfsLocation { access_point_arn: points.get(&job).cloned(), ..source(&job) };
            let from = transfer.reach.source.map_or_else(|| Location::Efs(files()), |from| Location::S3(bucket(&from)));
            [at("from", from), at("to", Location::S3(copy(&job)))]
        };
        self.call("locations", |state| Ok(transfers(state).into_iter().flat_map(both).collect())).await
    }

    async fn tasks(&self, _: &Stack) -> Result<Vec<ObservedTask>, PortError> {
        let observed = |(job, transfer): (JobName, Transfer)| {
            let end = |end: &str| location_arn(&format!("{job}-{end}"));
            ObservedTask {
                arn: transfer.task,
                from: end("from"),
                to: end("to"),
                task: own_task(&job),
                is_busy: false,
                job,
            }
        };
        self.call("tasks", |state| Ok(transfers(state).into_iter().map(observed).collect())).await
    }

    async fn agent_names(&self) -> Result<BTreeSet<String>, PortError> {
        unreachable!("a restore goes through no agent")
    }

    async fn create_location(&self, _: &Stack, job: &JobName, _: &Location) -> Result<String, PortError> {
        unreachable!("a restore of `{job}` makes no location of the stack's own")
    }

    async fn create_task(&self, _: &Stack, job: &JobName, _: &Task, _: (&str, &str)) -> Result<TaskArn, PortError> {
        unreachable!("a restore of `{job}` makes no task of the stack's own")
    }

    async fn update_task(&self, arn: &TaskArn, _: &Task) -> Result<(), PortError> {
        unreachable!("a restore changes no task, and not {arn}")
    }

    async fn delete_task(&self, arn: &TaskArn) -> Result<(), PortError> {
        self.call("take_task", |state| state.delete_task(arn)).await
    }

    async fn delete_location(&self, arn: &str) -> Result<(), PortError> {
        self.call("take_location", |state| state.delete_location(arn)).await
    }
}

impl Pause for Fake {
    async fn pause(&self, secs: u64) {
        self.pass(i64::try_from(secs).unwrap_or(i64::MAX));
    }
}

fn transfers(state: &State) -> Vec<(JobName, Transfer)> {
    let jobs = state.plan.iter().flat_map(|plan| &plan.jobs);
    let of_job = |job: &nightferry_domain::job_spec::JobSpec| match &job.work {
        Work::DataSync(transfer) => Some((job.name.clone(), transfer.clone())),
        Work::Replicate(_) | Work::Backup(_) | Work::Restore(_) => None,
    };
    jobs.filter_map(of_job).collect()
}

fn source(job: &JobName) -> EfsLocation {
    EfsLocation {
        efs_filesystem_arn: FILE_SYSTEM.to_owned(),
        subdirectory: format!("/{job}"),
        subnet_arn: "arn:aws:ec2:ap-northeast-1:123456789012:subnet/subnet-0a1b2c3d".to_owned(),
        security_group_arns: ["arn:aws:ec2:ap-northeast-1:123456789012:security-group/sg-0a1b2c3d".to_owned()].into(),
        access_point_arn: None,
        in_transit_encryption: "TLS1_2".to_owned(),
    }
}

fn bucket(from: &SourceBucket) -> S3Location {
    S3Location {
        s3_bucket_arn: format!("arn:aws:s3:::{}", from.bucket),
        subdirectory: format!("/{}", from.prefix.trim_end_matches('/')),
        s3_storage_class: "STANDARD".to_owned(),
        bucket_access_role_arn: from.bucket_access_role.clone(),
    }
}

fn copy(job: &JobName) -> S3Location {
    S3Location {
        s3_bucket_arn: "arn:aws:s3:::example-backups".to_owned(),
        subdirectory: format!("/{job}"),
        s3_storage_class: "STANDARD".to_owned(),
        bucket_access_role_arn: "arn:aws:iam::123456789012:role/nightferry/nightferry-home-bucket-access".to_owned(),
    }
}

/// As `apply` makes it, but comparing, and deleting what is gone.
fn own_task(job: &JobName) -> Task {
    let word = str::to_owned;
    Task {
        name: format!("nightferry-{job}"),
        task_mode: word("BASIC"),
        options: TaskOptions {
            verify_mode: word("POINT_IN_TIME_CONSISTENT"),
            transfer_mode: word("CHANGED"),
            overwrite_mode: word("NEVER"),
            preserve_deleted_files: word("REMOVE"),
            preserve_devices: word("NONE"),
            atime: word("BEST_EFFORT"),
            mtime: word("PRESERVE"),
            uid: word("INT_VALUE"),
            gid: word("INT_VALUE"),
            posix_permissions: word("PRESERVE"),
            bytes_per_second: -1,
            task_queueing: word("ENABLED"),
            log_level: word("BASIC"),
            object_tags: word("PRESERVE"),
        },
        includes: None,
        excludes: Some(word("*.tmp")),
        cloud_watch_log_group_arn: None,
        task_report_config: None,
    }
}
