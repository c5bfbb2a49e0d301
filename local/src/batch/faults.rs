//! Faults on order, for tests: what the service does on its bad days. With none set, nothing here takes part.

use serde::{Deserialize, Serialize};

use super::Batch;
use super::job::Job;
use super::status::Status;
use crate::replication::Failure;

/// Which faults happen to which jobs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Faults {
    /// Only jobs whose id or description contains this text; empty means all.
    pub only: String,
    /// The job stays in this state (`Preparing`, ...) until the fault is taken away or it is cancelled.
    pub hang_in: Option<String>,
    /// The job fails while it prepares, with this reason.
    pub fail_preparing: Option<String>,
    /// Tasks that fail.
    pub fail_keys: Option<FailingKeys>,
    /// `DescribeJob` and `ListJobs` give this text as the status.
    pub status_text: Option<String>,
    /// So many tasks fewer are told as succeeded than did.
    pub uncounted_tasks: u64,
    /// `DescribeJob` and `ListJobs` know no job that was created less than so many milliseconds ago.
    pub lag_ms: u64,
    /// The completion report can't be written.
    pub lose_report: bool,
}

/// Tasks that fail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FailingKeys {
    /// Those whose key contains this text.
    pub containing: String,
    /// Such as `DstPutObjectNotPermitted`.
    pub code: String,
}

impl Faults {
    fn hits(&self, job: &Job) -> bool {
        job.id.contains(&self.only) || job.wanted.description.as_ref().is_some_and(|text| text.contains(&self.only))
    }

    /// How the task of this key fails, if it does.
    pub(super) fn failure(&self, key: &str) -> Option<Failure> {
        let failing = self.fail_keys.as_ref().filter(|failing| key.contains(&failing.containing))?;
        Some(Failure::new(&failing.code, 403, "this failure was ordered"))
    }
}

impl Batch {
    /// The faults that concern a job.
    pub(super) fn faults_of(&self, job: &Job) -> Faults {
        let faults = self.faults.borrow().clone();
        if faults.hits(job) { faults } else { Faults::default() }
    }

    /// Returns at once, unless a fault holds the job in this state: then once that is taken away.
    pub(super) async fn hang(&self, job: &Job, status: Status) {
        let mut watched = self.faults.subscribe();
        let free = |faults: &Faults| !faults.hits(job) || faults.hang_in.as_deref() != Some(status.word());
        let _ = watched.wait_for(free).await;
    }
}
