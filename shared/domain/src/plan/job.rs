//! A job: one kind of protection with its schedule, retries and deadline.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::job_keys::JobKeys;
use super::{Backup, DataSync, PlanDuration, Replicate, ScheduleName};

/// One item of a run. In the plan its kind is the key that holds it: `datasync`, `replicate` or `backup`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "JobKeys", into = "JobKeys")]
pub struct Job {
    /// When it runs: a name from the plan's `schedules`.
    pub schedule: ScheduleName,
    /// What it does.
    pub protection: Protection,
    /// How often a failed attempt is made again.
    pub retry: Retry,
    /// All attempts together must end within this time of the run's opening; then the job is reported as late.
    pub complete_within: PlanDuration,
    /// What happens when the night before still runs.
    pub overlap: Overlap,
}

/// What a job does, one variant an AWS service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Protection {
    /// Files or objects copied by a DataSync task.
    DataSync(DataSync),
    /// Objects replicated by S3 and S3 Batch Operations.
    Replicate(Replicate),
    /// Recovery points made by AWS Backup.
    Backup(Backup),
}

impl Job {
    /// Whether it, or its drill, is done by this schedule.
    #[must_use]
    pub fn has_schedule(&self, name: &ScheduleName) -> bool {
        self.schedule == *name || self.drill_schedule() == Some(name)
    }

    /// The schedule by which it is rehearsed, where there is one.
    #[must_use]
    pub fn drill_schedule(&self) -> Option<&ScheduleName> {
        match &self.protection {
            Protection::Backup(backup) => backup.drill.as_ref()?.schedule.as_ref(),
            Protection::DataSync(datasync) => datasync.drill.as_ref().map(|drill| &drill.schedule),
            Protection::Replicate(_) => None,
        }
    }
}

/// How often and how patiently a failed attempt is made again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Retry {
    /// Attempts in all, the first included: 1 (no retry) to 10; 3 unless told.
    #[serde(default = "three_attempts")]
    #[schemars(range(min = 1, max = 10))]
    pub attempts: u8,
    /// The wait before the second attempt, doubled before each later one; 5m unless told (long enough for a throttle or
    /// a mount target to recover, short against a night), between 10s and 6h.
    #[serde(default = "five_minutes")]
    pub wait: PlanDuration,
}

/// What a new run does when the job's earlier execution has not ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Overlap {
    /// Wait for it, within `complete_within`.
    #[default]
    Wait,
    /// Leave this night out, and report that.
    Skip,
}

impl Default for Retry {
    fn default() -> Self {
        Self { attempts: three_attempts(), wait: five_minutes() }
    }
}

const fn three_attempts() -> u8 {
    3
}

const fn five_minutes() -> PlanDuration {
    PlanDuration::from_mins(5)
}

/// A kind of protection that the plan may hold and this version does not run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize)]
#[error(
    "{kind} is not carried by this version of Nightferry; a later version will carry it (the plan may already hold it)"
)]
pub struct NotCarried {
    /// The kind, in the plan's words: "replicate", or "datasync from nfs to s3".
    pub kind: String,
}

impl Protection {
    /// The key that holds it in the plan: `datasync`, `replicate` or `backup`.
    #[must_use]
    pub const fn key(&self) -> &'static str {
        match self {
            Self::DataSync(_) => "datasync",
            Self::Replicate(_) => "replicate",
            Self::Backup(_) => "backup",
        }
    }

    /// Whether this version runs it: today, all but DataSync with servers of the premises.
    pub fn carried(&self) -> Result<(), NotCarried> {
        match self {
            Self::DataSync(datasync) => datasync.carried(),
            Self::Replicate(_) | Self::Backup(_) => Ok(()),
        }
    }
}
