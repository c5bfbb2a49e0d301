//! The morning report: one page that is true. What is safe, what is not, why, and what to do; worst first.
//!
//! [`Report`] is the document; its canonical JSON is what is kept, and every other form is made from it.

pub mod agents;
mod build;
mod canonical;
pub mod cover;
pub mod html;
pub mod junit;
pub mod markdown;
pub mod message;
pub mod metrics;
pub mod new_objects;
mod timeline;
pub mod words;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use build::NotAllSettled;
pub use canonical::{REPORT_BYTES_MAX, ReportError};

use crate::agent::standing::AgentInUse;
use crate::backup::coverage::Coverage;
use crate::backup::proof::KeptPoint;
use crate::batch::new_objects::NewObjects;
use crate::ids::{ExecutionArn, RunId};
use crate::job::Note;
use crate::observation::FailedItem;
use crate::outcome::{Cause, Outcome};
use crate::plan::JobName;
use crate::run::Trigger;

/// The shape of the document that this version writes and reads.
pub const SCHEMA: &str = "nightferry.report/1";

/// One night, as it ended. Made by [`Report::build`] once, never changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// [`SCHEMA`].
    pub schema: String,
    /// The night as a whole.
    pub run: RunSummary,
    /// Sums over `jobs`.
    pub counts: Counts,
    /// Every job that was promised: worst outcome first, then by name.
    pub jobs: Vec<JobReport>,
    /// What is protected of tagged machines, job by job of the plan; none where no job has machines.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub coverage: Vec<Coverage>,
    /// How the agents stood when the report was made that the plan's jobs go through; none where no job has one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub agents: Vec<AgentInUse>,
    /// Lower-case hexadecimal SHA-256 of the canonical JSON without this member.
    pub digest: String,
}

/// The night as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunSummary {
    /// Which night.
    pub id: RunId,
    /// Why it was opened.
    pub trigger: Trigger,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When the report was made; every job had ended by then.
    pub closed_at: Timestamp,
    /// The worst of the jobs' outcomes; `NothingToDo` only if all of them are.
    pub outcome: Outcome,
    /// Where the plan lies that the night was opened with.
    pub plan_key: String,
}

/// Sums over the jobs of a report. They can be recounted from it, and [`Report::read`] does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// All jobs; the four outcomes add up to it.
    pub jobs: u64,
    /// Jobs with everything copied and verified.
    pub succeeded: u64,
    /// Jobs with everything already there.
    pub nothing_to_do: u64,
    /// Jobs of which something is not safe, or not proved.
    pub partial: u64,
    /// Jobs of which nothing is proved safe.
    pub failed: u64,
    /// Files copied by all attempts of all jobs.
    pub files: u64,
    /// Bytes written by all attempts of all jobs.
    pub bytes: u64,
    /// Items known to have failed, after the last attempts.
    pub failed_items: u64,
}

impl Counts {
    /// Counts anew. Sums stop at the largest number rather than wrap.
    #[must_use]
    pub fn of(jobs: &[JobReport]) -> Self {
        jobs.iter().fold(Self::default(), Self::with)
    }

    fn with(mut self, job: &JobReport) -> Self {
        let ended_so = match job.outcome {
            Outcome::NothingToDo => &mut self.nothing_to_do,
            Outcome::Succeeded => &mut self.succeeded,
            Outcome::Partial => &mut self.partial,
            Outcome::Failed => &mut self.failed,
        };
        *ended_so = ended_so.saturating_add(1);
        self.jobs = self.jobs.saturating_add(1);
        self.files = self.files.saturating_add(job.files);
        self.bytes = self.bytes.saturating_add(job.bytes);
        self.failed_items = self.failed_items.saturating_add(job.failed);
        self
    }

    /// Jobs with everything where it belongs.
    #[must_use]
    pub fn safe(&self) -> u64 {
        self.succeeded.saturating_add(self.nothing_to_do)
    }

    /// Jobs that a person has to look at.
    #[must_use]
    pub fn unsafe_jobs(&self) -> u64 {
        self.partial.saturating_add(self.failed)
    }
}

/// One job, as it ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobReport {
    /// Its name in the plan.
    pub name: JobName,
    /// Which engine carried it: `datasync`.
    pub engine: String,
    /// What was copied, for people.
    pub from: String,
    /// Where it was copied to, for people.
    pub to: String,
    /// How it ended.
    pub outcome: Outcome,
    /// Files copied, over all attempts.
    pub files: u64,
    /// Bytes written, over all attempts.
    pub bytes: u64,
    /// Files deleted at the destination, over all attempts.
    pub deleted: u64,
    /// Items known to have failed, after the last attempt.
    pub failed: u64,
    /// When the first attempt was claimed; `None` if it never came to one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Timestamp,
    /// Whole seconds from the first attempt to the end, waits included; 0 if there was no attempt.
    pub duration_secs: u64,
    /// Every try, oldest first.
    pub attempts: Vec<AttemptReport>,
    /// Why it is not safe.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    /// The first items that failed; `failed` counts them all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failed_items: Vec<FailedItem>,
    /// What was noticed on the way.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
    /// What the backup of a machine left in the vault.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recovery_point: Option<KeptPoint>,
    /// What became of the new objects of a replicated bucket, which go by its rule and not by the batch job.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new_objects: Option<NewObjects>,
    /// When its schedule fires next; `None` if that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_run: Option<Timestamp>,
}

/// One try of a job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttemptReport {
    /// 1 for the first.
    pub number: u32,
    /// When it was claimed.
    pub started_at: Timestamp,
    /// When it was judged; `None` if the job was ended without a judgement of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// The service's execution; `None` if none is known to have started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub execution: Option<ExecutionArn>,
    /// How it ended; `None` if it was not judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// Files that this try copied.
    pub files: u64,
    /// Bytes that this try wrote.
    pub bytes: u64,
    /// Why it was not enough.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
}

#[cfg(test)]
mod errors_tests;
#[cfg(test)]
mod sample;
#[cfg(test)]
mod tests;
