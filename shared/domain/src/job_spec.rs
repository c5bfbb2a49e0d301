//! What `apply` leaves behind for the functions: each job of the plan with everything that a night needs to know of it.

use serde::{Deserialize, Serialize};

use crate::back::Back;
use crate::backup::BackupWork;
use crate::destination::Destination;
use crate::ids::{RunId, TaskArn};
use crate::plan::{Fire, JobName, ScheduleName, fire_times};
use crate::reach::Reach;
use crate::replication::Replication;
use crate::restore::Restore;

/// Fire times looked at for the next run: the first may fall into a gap of the clock.
const FIRES_LOOKED_AT: usize = 3;

/// The plan as it was applied. Stored once for each digest, so that a run keeps the plan that it was opened with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeployedPlan {
    /// Version of this document's shape.
    pub version: u32,
    /// When `apply` wrote it.
    pub applied_at: jiff::Timestamp,
    /// The schedules, by name.
    pub schedules: std::collections::BTreeMap<ScheduleName, crate::plan::Schedule>,
    /// The jobs that this version carries.
    pub jobs: Vec<JobSpec>,
    /// Days for which records are kept.
    pub keep_records_days: u32,
    /// Jobs of one run that may run at once. A plan that an earlier version applied does not say.
    #[serde(default = "unsaid_concurrency")]
    pub concurrency: u16,
}

/// What ran at once before a plan could say it.
const fn unsaid_concurrency() -> u16 {
    40
}

impl DeployedPlan {
    /// The shape that this program writes.
    pub const VERSION: u32 = 1;

    /// The runs that the schedule opens when it fires at that time: the night, and the drills of jobs that name it.
    #[must_use]
    pub fn runs_due(&self, schedule: &ScheduleName, at: jiff::Timestamp) -> Vec<RunId> {
        let is_used = self.jobs.iter().any(|job| &job.schedule == schedule);
        let night = is_used.then(|| RunId::scheduled(schedule, at));
        let drilled = self.jobs.iter().filter(|job| job.work.drill_schedule() == Some(schedule));
        night.into_iter().chain(drilled.map(|job| RunId::scheduled_drill(&job.name, at))).collect()
    }

    /// When each job's schedule fires next. The calendar is asked once for each schedule, not for each job.
    #[must_use]
    pub fn next_runs(&self, now: jiff::Timestamp) -> std::collections::BTreeMap<JobName, jiff::Timestamp> {
        let next = |schedule| {
            let fires = fire_times(schedule, now, FIRES_LOOKED_AT).ok()?;
            Some(fires.iter().find_map(Fire::at)?.timestamp())
        };
        let fires = self.schedules.iter().filter_map(|(name, schedule)| Some((name, next(schedule)?)));
        let fires: std::collections::BTreeMap<_, _> = fires.collect();
        self.jobs.iter().filter_map(|job| Some((job.name.clone(), *fires.get(&job.schedule)?))).collect()
    }

    /// The job that owns a DataSync task.
    #[must_use]
    pub fn job_with_task(&self, task: &TaskArn) -> Option<&JobSpec> {
        self.jobs.iter().find(|job| job.work.transfer().is_some_and(|transfer| &transfer.task == task))
    }
}

/// One job as the functions see it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JobSpec {
    /// The job's name in the plan.
    pub name: JobName,
    /// The schedule that it belongs to.
    pub schedule: ScheduleName,
    /// Most attempts in one run.
    pub attempts_max: u32,
    /// Base of the wait between attempts, in seconds.
    pub retry_wait_secs: u32,
    /// From the opening of the run until the job must have ended, in seconds.
    pub complete_within_secs: u32,
    /// What to do when the predecessor still runs.
    pub overlap: Overlap,
    /// What is to be done.
    pub work: Work,
}

/// What a job does when its task is still busy with an earlier execution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Overlap {
    /// Waits for it, until the job's deadline.
    Wait,
    /// Ends as failed, with that reason.
    Skip,
}

/// The engines that this version carries. A further engine is one variant here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "engine", rename_all = "kebab-case")]
pub enum Work {
    /// A DataSync task.
    DataSync(Transfer),
    /// A bucket's replication, with a batch job each night.
    Replicate(Replication),
    /// Recovery points of tagged machines; in a run, of one of them.
    Backup(BackupWork),
    /// A machine made again from its recovery point. Never in a plan: a person asks for it, or a drill does.
    Restore(Box<Restore>),
}

impl Work {
    /// The engine's name in reports.
    #[must_use]
    pub fn engine(&self) -> &'static str {
        match self {
            Self::DataSync(_) => "datasync",
            Self::Replicate(_) => "replicate",
            Self::Backup(_) => "backup",
            Self::Restore(_) => "restore",
        }
    }

    /// What is copied, for people.
    #[must_use]
    pub fn from(&self) -> &str {
        match self {
            Self::DataSync(transfer) => &transfer.from,
            Self::Replicate(replication) => &replication.from,
            Self::Backup(backup) => &backup.from,
            Self::Restore(restore) => &restore.from,
        }
    }

    /// Where to, for people.
    #[must_use]
    pub fn to(&self) -> &str {
        match self {
            Self::DataSync(transfer) => &transfer.to,
            Self::Replicate(replication) => &replication.to,
            Self::Backup(backup) => &backup.to,
            Self::Restore(restore) => &restore.to,
        }
    }

    /// The DataSync task, where it is one.
    #[must_use]
    pub fn transfer(&self) -> Option<&Transfer> {
        match self {
            Self::DataSync(transfer) => Some(transfer),
            Self::Replicate(_) | Self::Backup(_) | Self::Restore(_) => None,
        }
    }

    /// What a restore of a copy made for itself, where it is one.
    #[must_use]
    pub fn back(&self) -> Option<&Back> {
        self.transfer()?.back.as_deref()
    }

    /// The replicated bucket, where it is one.
    #[must_use]
    pub fn replication(&self) -> Option<&Replication> {
        match self {
            Self::DataSync(_) | Self::Backup(_) | Self::Restore(_) => None,
            Self::Replicate(replication) => Some(replication),
        }
    }

    /// The machines that are backed up, where they are.
    #[must_use]
    pub fn backup(&self) -> Option<&BackupWork> {
        match self {
            Self::DataSync(_) | Self::Replicate(_) | Self::Restore(_) => None,
            Self::Backup(backup) => Some(backup),
        }
    }

    /// The schedule by which it is rehearsed, where there is one.
    #[must_use]
    pub fn drill_schedule(&self) -> Option<&ScheduleName> {
        match self {
            Self::DataSync(transfer) => transfer.drill.as_ref().map(|drill| &drill.schedule),
            Self::Backup(backup) => backup.restore.as_ref()?.drill.as_ref()?.schedule.as_ref(),
            Self::Replicate(_) | Self::Restore(_) => None,
        }
    }

    /// The restore, where it is one.
    #[must_use]
    pub fn restore(&self) -> Option<&Restore> {
        match self {
            Self::DataSync(_) | Self::Replicate(_) | Self::Backup(_) => None,
            Self::Restore(restore) => Some(restore),
        }
    }
}

/// A DataSync task that `apply` made, and what its executions must show.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Transfer {
    /// The task.
    pub task: TaskArn,
    /// For people: `efs fs-0123/`.
    pub from: String,
    /// For people: `s3://bucket/prefix`.
    pub to: String,
    /// What it writes.
    #[serde(flatten)]
    pub destination: Destination,
    /// What the service is told to verify.
    pub verify: Verify,
    /// Whether the first attempt copies everything; later attempts copy what is missing or differs.
    pub transfers_all: bool,
    /// Whether the task was made in Enhanced mode.
    pub is_enhanced: bool,
    /// The name in DataSync of the agent that it goes through. An agent runs one task at a time: executions through one
    /// wait their turn in DataSync's own queue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// Where the task writes its task reports.
    pub task_reports: ReportPlace,
    /// Whose buckets both ends are, and how they are reached.
    #[serde(default, skip_serializing_if = "Reach::is_unsaid")]
    pub reach: Reach,
    /// By what its copy is brought back for practice, where a schedule does that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drill: Option<Box<Standing>>,
    /// Where it brings a copy back, instead of making one. Never in a plan: a person asks for it, or a drill does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub back: Option<Box<Back>>,
}

/// A second task of a job's, by which a schedule brings its copy back into a scratch folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// The schedule.
    pub schedule: ScheduleName,
    /// The task.
    pub task: TaskArn,
    /// For people: `efs fs-0123/scratch`.
    pub to: String,
    /// Key prefix of its task reports, in the bucket of the job's own.
    pub task_reports: String,
}

/// DataSync's `VerifyMode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verify {
    /// `ONLY_FILES_TRANSFERRED`
    Transferred,
    /// `POINT_IN_TIME_CONSISTENT`
    PointInTime,
    /// `NONE`: the outcome can never be better than unverified.
    None,
}

/// A bucket and the key prefix of task reports in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportPlace {
    /// Bucket name.
    pub bucket: String,
    /// With a trailing slash.
    pub prefix: String,
}

#[cfg(test)]
#[path = "job_spec_tests.rs"]
pub(crate) mod tests;
