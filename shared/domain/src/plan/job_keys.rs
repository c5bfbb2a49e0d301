//! A job as the plan writes it: the kind is a key among the job's other keys.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Backup, DataSync, Job, Overlap, PlanDuration, Protection, Replicate, Retry, ScheduleName};

/// The keys of a job; exactly one of `datasync`, `replicate` and `backup` is there.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Job", extend("oneOf" = [
    { "required": ["datasync"] }, { "required": ["replicate"] }, { "required": ["backup"] }
]))]
pub(super) struct JobKeys {
    /// When it runs: a name from `schedules`.
    schedule: ScheduleName,
    /// Files or objects copied by a DataSync task.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    datasync: Option<DataSync>,
    /// Objects replicated by S3 and S3 Batch Operations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    replicate: Option<Replicate>,
    /// Recovery points made by AWS Backup.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    backup: Option<Backup>,
    /// How often a failed attempt is made again.
    #[serde(default)]
    retry: Retry,
    /// All attempts together must end within this time of the run's opening: 15m to 7d, 8h unless told.
    #[serde(default = "eight_hours")]
    complete_within: PlanDuration,
    /// What happens when the night before still runs.
    #[serde(default)]
    overlap: Overlap,
}

const fn eight_hours() -> PlanDuration {
    PlanDuration::from_hours(8)
}

/// Why the keys of a job don't make a job.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum JobKeysError {
    /// Nothing to do.
    #[error("a job needs one of the keys `datasync`, `replicate` or `backup`")]
    NoKind,
    /// More than one thing to do.
    #[error("a job has one of the keys `datasync`, `replicate` and `backup`, not more; make a job of each")]
    ManyKinds,
}

impl TryFrom<JobKeys> for Job {
    type Error = JobKeysError;

    fn try_from(keys: JobKeys) -> Result<Self, Self::Error> {
        let mut kinds = [
            keys.datasync.map(Protection::DataSync),
            keys.replicate.map(Protection::Replicate),
            keys.backup.map(Protection::Backup),
        ]
        .into_iter()
        .flatten();
        let protection = kinds.next().ok_or(JobKeysError::NoKind)?;
        if kinds.next().is_some() {
            return Err(JobKeysError::ManyKinds);
        }
        Ok(Self {
            schedule: keys.schedule,
            protection,
            retry: keys.retry,
            complete_within: keys.complete_within,
            overlap: keys.overlap,
        })
    }
}

impl From<Job> for JobKeys {
    fn from(job: Job) -> Self {
        let mut keys = Self {
            schedule: job.schedule,
            datasync: None,
            replicate: None,
            backup: None,
            retry: job.retry,
            complete_within: job.complete_within,
            overlap: job.overlap,
        };
        match job.protection {
            Protection::DataSync(datasync) => keys.datasync = Some(datasync),
            Protection::Replicate(replicate) => keys.replicate = Some(replicate),
            Protection::Backup(backup) => keys.backup = Some(backup),
        }
        keys
    }
}

impl JsonSchema for Job {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Job".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        JobKeys::json_schema(generator)
    }
}
