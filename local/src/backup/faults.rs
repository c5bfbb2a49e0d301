//! Faults on order, for tests: what the service does on its bad days. With none set, nothing here takes part.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Backup;
use super::ids::put;
use super::job::Job;
use super::job::status::Status;

/// Which faults happen to which jobs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Faults {
    /// Only jobs whose id, resource or recovery point contains this text; empty means all.
    pub only: String,
    /// Backup jobs only, restore jobs only or copy jobs only; nothing means all three.
    pub kind: Option<JobKind>,
    /// The fault hits so many jobs and no more; nothing means each.
    pub times: Option<u32>,
    /// The job stays in this state (`CREATED`, `RUNNING`, ...) until the fault is taken away, it is stopped or its window is over.
    pub hang_in: Option<String>,
    /// The job ends in a state that it would not have ended in.
    pub end: Option<Ordered>,
    /// The job completes, with this remark.
    pub remark: Option<String>,
    /// Describing and listing give this text as the state.
    pub status_text: Option<String>,
    /// Describing and listing know no job that was created less than so many milliseconds ago.
    pub lag_ms: u64,
}

/// The three kinds of jobs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobKind {
    /// Backup jobs.
    Backup,
    /// Copy jobs.
    Copy,
    /// Restore jobs.
    Restore,
}

/// An end on order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ordered {
    /// `FAILED`, `EXPIRED`, `PARTIAL` or `ABORTED`.
    pub state: String,
    /// In the service's words.
    pub message: String,
}

/// What the faults see of a job of any kind.
#[derive(Debug, Clone, Copy)]
pub(super) struct Struck<'a> {
    pub(super) kind: JobKind,
    pub(super) id: &'a str,
    /// What it is about: a resource, a recovery point.
    pub(super) about: &'a str,
}

impl Faults {
    fn hits(&self, struck: Struck<'_>) -> bool {
        self.kind.is_none_or(|kind| kind == struck.kind)
            && (struck.id.contains(&self.only) || struck.about.contains(&self.only))
    }

    /// An answer about a job, with the state that was ordered for it.
    pub(super) fn disguised(&self, mut shown: Value) -> Value {
        if let Some(text) = &self.status_text {
            let member = if shown.get("Status").is_some() { "Status" } else { "State" };
            put(&mut shown, member, json!(text));
        }
        shown
    }

    /// The end that was ordered, as a backup job knows it.
    pub(super) fn ending(&self) -> Option<(Status, String)> {
        let ordered = self.end.as_ref()?;
        Some((Status::read(&ordered.state)?, ordered.message.clone()))
    }
}

impl<'a> From<&'a Job> for Struck<'a> {
    fn from(job: &'a Job) -> Self {
        Self { kind: JobKind::Backup, id: &job.id, about: &job.order.resource_arn }
    }
}

impl Backup {
    /// The faults that concern a job.
    pub(super) fn faults_of<'a>(&self, job: impl Into<Struck<'a>>) -> Faults {
        let faults = self.faults.borrow().clone();
        if faults.hits(job.into()) { faults } else { Faults::default() }
    }

    /// The faults that concern a job's end, which counts as one strike.
    pub(super) fn struck<'a>(&self, job: impl Into<Struck<'a>>) -> Faults {
        let job = job.into();
        let mut struck = Faults::default();
        let _ = self.faults.send_if_modified(|faults| {
            let is_left = faults.times != Some(0);
            if faults.hits(job) && is_left && (faults.end.is_some() || faults.remark.is_some()) {
                struck = faults.clone();
                faults.times = faults.times.map(|times| times - 1);
            }
            false
        });
        struck
    }

    /// Returns at once, unless a fault holds the job in this state: then once that is taken away.
    pub(super) async fn hang<'a>(&self, job: impl Into<Struck<'a>>, state: &str) {
        let job = job.into();
        let mut watched = self.faults.subscribe();
        let free = |faults: &Faults| !faults.hits(job) || faults.hang_in.as_deref() != Some(state);
        let _ = watched.wait_for(free).await;
    }

    /// Whether describing and listing don't know a job yet.
    pub(super) fn is_too_new(&self, job: &Job) -> bool {
        let lag = SignedDuration::from_millis(i64::try_from(self.faults_of(job).lag_ms).unwrap_or(i64::MAX));
        self.clock.now().duration_since(job.created) < lag
    }
}
