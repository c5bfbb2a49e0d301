//! Identifiers of runs, attempts and executions.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::plan::{JobName, ScheduleName};
use crate::printable::quoted;

/// Tag that marks an execution with the attempt that started it.
pub const ATTEMPT_TAG: &str = "nightferry:attempt";

/// An identifier that is not one: what was given, and what was expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{given}` is not {expected}")]
pub struct IdError {
    /// The text as it was given, cut to 80 characters and without those that deceive the eye.
    pub given: String,
    /// What it should have been.
    pub expected: &'static str,
}

impl IdError {
    fn new(given: &str, expected: &'static str) -> Self {
        Self { given: quoted(given), expected }
    }
}

/// One night: also the name of its Step Functions execution, therefore 1-80 of `[a-zA-Z0-9_-]`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RunId(String);

impl RunId {
    /// The run of a schedule's fire time: the same schedule and time is the same run, however often it is delivered.
    #[must_use]
    pub fn scheduled(schedule: &ScheduleName, at: Timestamp) -> Self {
        Self(format!("{schedule}-{}", instant(at)))
    }

    /// A run that a person asked for; `nonce` keeps two requests of one second apart.
    #[must_use]
    pub fn manual(at: Timestamp, nonce: u16) -> Self {
        Self(format!("manual-{}-{nonce:04x}", instant(at)))
    }

    /// The restore, or its rehearsal, that a person asked for.
    #[must_use]
    pub fn restore(at: Timestamp, nonce: u16, is_drill: bool) -> Self {
        let kind = if is_drill { "drill" } else { "restore" };
        Self(format!("{kind}-{}-{nonce:04x}", instant(at)))
    }

    /// The rehearsal of a plan's job that a schedule asked for: the same over all deliveries of that fire time.
    #[must_use]
    pub fn scheduled_drill(job: &JobName, at: Timestamp) -> Self {
        Self(format!("drill-{}-{}", instant(at), job.plan_job()))
    }

    /// Whether it is of [`RunId::restore`] or [`RunId::scheduled_drill`]: such a run has a workflow of its own. The run of a schedule that bears one of
    /// these names ends with its time's `Z`, which no nonce and no job's name does.
    #[must_use]
    pub fn is_restore(&self) -> bool {
        (self.0.starts_with("restore-") || self.0.starts_with("drill-")) && !self.0.ends_with('Z')
    }

    /// The re-run of a failed execution that no run had started: one for each execution.
    #[must_use]
    pub fn rerun_of(execution: &ExecutionArn) -> Self {
        Self(format!("rerun-{}", execution.id()))
    }

    /// The identifier as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn instant(at: Timestamp) -> impl fmt::Display {
    at.strftime("%Y-%m-%dT%H-%M-%SZ")
}

impl FromStr for RunId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if (1..=80).contains(&text.len()) && text.chars().all(is_plain) {
            Ok(Self(text.to_owned()))
        } else {
            Err(IdError::new(text, "a run id (1-80 letters, digits, `-`, `_`)"))
        }
    }
}

/// One try of a job. Its text is the tag of its execution, and the token of services that take one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AttemptId {
    /// The night.
    pub run: RunId,
    /// The item of the night.
    pub job: JobName,
    /// 1 for the first try.
    pub number: u32,
}

impl FromStr for AttemptId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let wrong = || IdError::new(text, "an attempt id (`run/job/number`)");
        let mut parts = text.split('/');
        let (Some(run), Some(job), Some(number), None) = (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(wrong());
        };
        Ok(Self {
            run: run.parse().map_err(|_| wrong())?,
            job: job.parse().map_err(|_| wrong())?,
            number: number.parse().map_err(|_| wrong())?,
        })
    }
}

impl fmt::Display for AttemptId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.run, self.job, self.number)
    }
}

impl From<AttemptId> for String {
    fn from(id: AttemptId) -> Self {
        id.to_string()
    }
}

impl TryFrom<String> for AttemptId {
    type Error = IdError;

    fn try_from(text: String) -> Result<Self, IdError> {
        text.parse()
    }
}

/// A DataSync task: `arn:PARTITION:datasync:REGION:ACCOUNT:task/task-...`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TaskArn(String);

/// What an attempt started: a DataSync task execution (a task's ARN followed by `/execution/exec-...`), an S3 Batch
/// Operations job (`arn:PARTITION:s3:REGION:ACCOUNT:job/ID`), or a backup or restore job of AWS Backup
/// (`arn:PARTITION:backup:REGION:ACCOUNT:backup-job:ID`, or `restore-job:ID`). AWS Backup itself gives its jobs an id and
/// no ARN: these two forms are ours, so that every execution has one kind of name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ExecutionArn(String);

/// The services whose executions carry attempts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// DataSync: an execution of a task.
    DataSync,
    /// S3 Batch Operations: a job.
    Batch,
    /// AWS Backup: a backup job.
    Backup,
    /// AWS Backup: a restore job.
    Restore,
}

/// A DataSync agent: `arn:PARTITION:datasync:REGION:ACCOUNT:agent/agent-...`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AgentArn(String);

impl AgentArn {
    /// The ARN as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is an agent of this account and Region.
    #[must_use]
    pub fn is_of(&self, account: &str, region: &str) -> bool {
        let mut parts = self.0.split(':').skip(3);
        parts.next() == Some(region) && parts.next() == Some(account)
    }
}

impl FromStr for AgentArn {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        if is_agent(text) { Ok(Self(text.to_owned())) } else { Err(IdError::new(text, "a DataSync agent's ARN")) }
    }
}

impl TaskArn {
    /// The ARN as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `task-...`
    #[must_use]
    pub fn id(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or_default()
    }
}

impl ExecutionArn {
    /// The ARN as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `exec-...`, or a job's id.
    #[must_use]
    pub fn id(&self) -> &str {
        self.0.rsplit(['/', ':']).next().unwrap_or_default()
    }

    /// The service that carries it out.
    #[must_use]
    pub fn engine(&self) -> Engine {
        if is_batch_job(&self.0) {
            Engine::Batch
        } else if is_backup(&self.0, "backup-job:") {
            Engine::Backup
        } else if is_backup(&self.0, "restore-job:") {
            Engine::Restore
        } else {
            Engine::DataSync
        }
    }

    /// The task that was executed; jobs of S3 and AWS Backup have none.
    #[must_use]
    pub fn task(&self) -> Option<TaskArn> {
        Some(TaskArn(self.0.split_once("/execution/")?.0.to_owned()))
    }

    /// Twelve digits: the account that it belongs to.
    #[must_use]
    pub fn account(&self) -> &str {
        self.0.split(':').nth(4).unwrap_or_default()
    }

    /// The Region that it runs in.
    #[must_use]
    pub fn region(&self) -> &str {
        self.0.split(':').nth(3).unwrap_or_default()
    }
}

impl FromStr for TaskArn {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        if is_task(text) { Ok(Self(text.to_owned())) } else { Err(IdError::new(text, "a DataSync task's ARN")) }
    }
}

impl FromStr for ExecutionArn {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        match text.split_once("/execution/") {
            Some((task, id)) if is_task(task) && is_hex_id(id, "exec-") => Ok(Self(text.to_owned())),
            None if is_batch_job(text) || is_backup(text, "backup-job:") || is_backup(text, "restore-job:") => {
                Ok(Self(text.to_owned()))
            }
            Some(_) | None => Err(IdError::new(
                text,
                "the ARN of a DataSync task execution, of an S3 batch job or of an AWS Backup job",
            )),
        }
    }
}

/// DataSync's own pattern: `^arn:P:datasync:[a-z\-0-9]+:[0-9]{12}:task/task-[0-9a-f]{17}$`.
fn is_task(text: &str) -> bool {
    resource_of("datasync", text).and_then(|it| it.strip_prefix("task/")).is_some_and(|id| is_hex_id(id, "task-"))
}

/// DataSync's own pattern: `^arn:P:datasync:[a-z\-0-9]+:[0-9]{12}:agent/agent-[0-9a-z]{17}$`; its ids are not hexadecimal.
fn is_agent(text: &str) -> bool {
    let is_id = |id: &str| id.len() == 17 && id.chars().all(|c| c.is_ascii_digit() || c.is_ascii_lowercase());
    resource_of("datasync", text).and_then(|it| it.strip_prefix("agent/agent-")).is_some_and(is_id)
}

/// S3 Control's own pattern of a job id: 5 to 36 of `[a-zA-Z0-9\-\_]`.
fn is_batch_job(text: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let is_id = |id: &str| (5..=36).contains(&id.len()) && id.chars().all(is_plain);
    resource_of("s3", text).and_then(|it| it.strip_prefix("job/")).is_some_and(is_id)
}

/// AWS Backup says nothing of the form of its jobs' ids; they are UUIDs.
fn is_backup(text: &str, kind: &str) -> bool {
    let is_id = |id: &str| (1..=64).contains(&id.len()) && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    resource_of("backup", text).and_then(|it| it.strip_prefix(kind)).is_some_and(is_id)
}

/// What follows `arn:P:SERVICE:REGION:ACCOUNT:`, of an ARN of that service.
fn resource_of<'a>(service: &str, text: &'a str) -> Option<&'a str> {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let ["arn", partition, of_service, region, account, resource] = parts.as_slice() else { return None };
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let is_region = !region.is_empty() && region.chars().all(is_plain);
    let is_account = account.len() == 12 && account.chars().all(|c| c.is_ascii_digit());
    (partition.starts_with("aws") && *of_service == service && is_region && is_account).then_some(*resource)
}

fn is_hex_id(text: &str, prefix: &str) -> bool {
    text.strip_prefix(prefix)
        .is_some_and(|id| id.len() == 17 && id.chars().all(|c| c.is_ascii_digit() || ('a'..='f').contains(&c)))
}

macro_rules! text_id {
    ($($name:ident),+) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }
        impl TryFrom<String> for $name {
            type Error = IdError;
            fn try_from(text: String) -> Result<Self, IdError> {
                text.parse()
            }
        }
    )+};
}
text_id!(RunId, TaskArn, ExecutionArn, AgentArn);

#[cfg(test)]
#[path = "ids_tests.rs"]
mod tests;
