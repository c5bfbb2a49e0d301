//! Faults on order, for tests: what the service does on its bad days. With none set, nothing here takes part.

use serde::Deserialize;

use super::DataSync;
use super::status::Status;

/// Which faults happen to executions of which task.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Faults {
    /// Only executions whose ARN contains this text; empty means all.
    pub only: String,
    /// `ListTaskExecutions` shows nothing that was started less than so many milliseconds ago.
    pub list_lag_ms: u64,
    /// `DescribeTaskExecution` and `ListTaskExecutions` give this text as the status.
    pub status_text: Option<String>,
    /// So many files fewer are told as transferred than were.
    pub uncounted_files: u64,
    /// The execution fails when its transfer begins, with this code and detail.
    pub fail_with: Option<Failure>,
    /// The execution stays in this state (`PREPARING`, ...) until the fault is taken away or it is cancelled.
    pub hang_in: Option<String>,
}

/// An error as an execution's result tells it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Failure {
    /// `Result.ErrorCode`.
    pub code: String,
    /// `Result.ErrorDetail`.
    pub detail: String,
}

impl Faults {
    fn hits(&self, execution: &str) -> bool {
        execution.contains(&self.only)
    }
}

impl DataSync {
    /// The faults that concern an execution.
    pub(super) fn faults_of(&self, execution: &str) -> Faults {
        let faults = self.faults.borrow().clone();
        if faults.hits(execution) { faults } else { Faults::default() }
    }

    /// Returns at once, unless a fault holds the execution in this state: then once that is taken away.
    pub(super) async fn hang(&self, execution: &str, status: Status) {
        let mut watched = self.faults.subscribe();
        let free = |faults: &Faults| !faults.hits(execution) || faults.hang_in.as_deref() != Some(status.word());
        let _ = watched.wait_for(free).await;
    }
}
