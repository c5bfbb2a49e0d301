//! One night: opened once, closed once, told once.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::{ExecutionArn, RunId};
use crate::plan::{JobName, ScheduleName};

/// A run and what is known of it as a whole. Its jobs are records of their own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// The night; also the name of its workflow.
    pub id: RunId,
    /// Who or what asked for it.
    pub trigger: Trigger,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// Where the applied plan lies that it was opened with.
    pub plan_key: String,
    /// How many jobs were promised for it.
    pub job_count: u32,
    /// Where it stands.
    pub phase: RunPhase,
}

/// Why a run was opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "kebab-case")]
pub enum Trigger {
    /// A schedule fired.
    Schedule {
        /// Which.
        schedule: ScheduleName,
        /// The time that it was to fire at.
        at: Timestamp,
    },
    /// A person asked for it.
    Person {
        /// The jobs asked for; none means all.
        jobs: Vec<JobName>,
        /// Their words, or the run that it repeats.
        note: String,
    },
    /// An execution that no run had started failed.
    ForeignFailure {
        /// That execution.
        execution: ExecutionArn,
        /// The job that owns its task.
        job: JobName,
    },
}

impl Trigger {
    /// How much room the names of the jobs asked for take in the run's record, in bytes.
    #[must_use]
    pub fn named_bytes(&self) -> usize {
        match self {
            Self::Schedule { .. } | Self::ForeignFailure { .. } => 0,
            Self::Person { jobs, .. } => jobs.iter().map(|name| name.as_str().len().saturating_add(3)).sum(),
        }
    }
}

/// Where a run stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum RunPhase {
    /// Its record is there; jobs, manifest and workflow are being made.
    Opening,
    /// The workflow was started.
    Open,
    /// The report is written; the message is still to be sent by whoever holds the lease.
    Telling {
        /// Until then the message belongs to the invocation that claimed it.
        lease_until: Timestamp,
        /// Where the report lies.
        report_key: String,
    },
    /// Told.
    Closed {
        /// When.
        at: Timestamp,
        /// Where the report lies.
        report_key: String,
    },
}

impl Run {
    /// Whether anything is still to be done for it.
    #[must_use]
    pub fn is_open(&self) -> bool {
        match self.phase {
            RunPhase::Opening | RunPhase::Open | RunPhase::Telling { .. } => true,
            RunPhase::Closed { .. } => false,
        }
    }

    /// Whether the trigger asks for this job of the plan, or for a machine of it.
    #[must_use]
    pub fn wants(&self, job: &crate::job_spec::JobSpec) -> bool {
        match &self.trigger {
            Trigger::Schedule { schedule, .. } => &job.schedule == schedule,
            Trigger::Person { jobs, .. } => {
                jobs.is_empty() || jobs.iter().any(|name| name.plan_job() == job.name.plan_job())
            }
            Trigger::ForeignFailure { job: name, .. } => job.name.plan_job() == name.plan_job(),
        }
    }

    /// Whether the trigger asks for this job of the run: of a plan's job that has machines it may mean one of them.
    #[must_use]
    pub fn means(&self, job: &JobName) -> bool {
        match &self.trigger {
            Trigger::Schedule { .. } => true,
            Trigger::Person { jobs, .. } => jobs.is_empty() || jobs.iter().any(|name| name.means(job)),
            Trigger::ForeignFailure { job: name, .. } => name.means(job),
        }
    }

    /// Where the run's jobs are written down, machine by machine, when it is opened.
    #[must_use]
    pub fn jobs_key(&self) -> String {
        format!("runs/{}/jobs.json", self.id)
    }

    /// Where the manifest of the run's jobs lies.
    #[must_use]
    pub fn manifest_key(&self) -> String {
        format!("runs/{}/manifest.json", self.id)
    }

    /// Where a form of the report lies.
    #[must_use]
    pub fn report_key(&self, ending: &str) -> String {
        format!("reports/{}/report.{ending}", self.id)
    }
}

#[cfg(test)]
#[path = "run_tests.rs"]
mod tests;
