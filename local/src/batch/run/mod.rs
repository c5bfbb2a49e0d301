//! A job at work: prepared, perhaps confirmed, scheduled, run, reported.

mod csv;
mod filter;
mod manifest;
mod report;
mod schedule;
mod task;
mod tasks;

use std::sync::Arc;

use super::Batch;
use super::job::{Job, Orders, Why};
use super::status::Status;
use task::{Row, Task};

/// How a job came to its end.
enum Ending {
    /// Every task was tried.
    Done,
    /// Somebody cancelled it, or it expired.
    Over,
    /// It cannot go on.
    Failed(Why),
}

/// One job with what its worker needs.
struct Work {
    batch: Arc<Batch>,
    job: Job,
}

/// Carries a job out in the background.
pub(super) fn launch(batch: &Arc<Batch>, id: String) {
    let batch = Arc::clone(batch);
    drop(tokio::spawn(async move {
        let Some(job) = batch.store.job(&id) else { return };
        let work = Arc::new(Work { batch, job });
        let mut rows = Vec::new();
        let ending = work.carry_out(&mut rows).await;
        work.end(ending, rows).await;
    }));
}

impl Work {
    async fn carry_out(self: &Arc<Self>, rows: &mut Vec<Row>) -> Ending {
        let prepared = tokio::select! {
            biased;
            () = self.over() => return Ending::Over,
            prepared = self.prepared() => prepared,
        };
        let tasks = match prepared {
            Ok(tasks) => tasks,
            Err(why) => return Ending::Failed(why),
        };
        if !self.is_let_run().await {
            return Ending::Over;
        }
        tasks::all(self, tasks, rows).await
    }

    async fn prepared(&self) -> Result<Vec<Task>, Why> {
        self.enter(Status::Preparing).await;
        if let Some(ordered) = self.batch.faults_of(&self.job).fail_preparing {
            return Err(Why::new("ManifestGenerationFailed", ordered));
        }
        let tasks = manifest::tasks(self).await?;
        let total = u64::try_from(tasks.len()).unwrap_or(u64::MAX);
        let _ = self.batch.store.change(&self.job.id, |job| job.tasks.total = total);
        Ok(tasks)
    }

    /// Waits for the confirmation, if one is asked for, and for a place among the active jobs. False when the job is over before that.
    async fn is_let_run(&self) -> bool {
        if self.job.wanted.needs_confirmation {
            self.enter(Status::Suspended).await;
            if !self.until(|orders| orders.is_confirmed).await {
                return false;
            }
            self.hang(Status::Ready).await;
        } else {
            self.enter(Status::Ready).await;
        }
        self.batch.reschedule();
        if !self.until(|orders| orders.may_run).await {
            return false;
        }
        self.enter(Status::Active).await;
        !self.is_over()
    }

    /// Enters a state, and stays there as long as a fault wants it to.
    async fn enter(&self, status: Status) {
        let _ = self.batch.enter(&self.job.id, status).await;
        self.hang(status).await;
    }

    async fn hang(&self, status: Status) {
        tokio::select! {
            () = self.over() => {}
            () = self.batch.hang(&self.job, status) => {}
        }
    }

    /// Waits until the orders are so; false when the job is over.
    async fn until(&self, wanted: impl Fn(&Orders) -> bool) -> bool {
        let mut orders = self.job.orders.subscribe();
        let _ = orders.wait_for(|orders| orders.is_over || wanted(orders)).await;
        !self.is_over()
    }

    async fn over(&self) {
        let mut orders = self.job.orders.subscribe();
        if orders.wait_for(|orders| orders.is_over).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    fn is_over(&self) -> bool {
        self.job.orders.borrow().is_over
    }

    fn may_run(&self) -> bool {
        self.job.orders.borrow().may_run
    }

    /// Writes the report, where something was tried, and only then shows the final state.
    async fn end(&self, ending: Ending, rows: Vec<Row>) {
        let (through, last, why) = match ending {
            Ending::Done => (Status::Completing, Status::Complete, None),
            Ending::Over => (Status::Cancelling, Status::Cancelled, None),
            Ending::Failed(why) => (Status::Failing, Status::Failed, Some(why)),
        };
        if let Some(why) = why {
            let _ = self.batch.store.change(&self.job.id, |job| job.failures.push(why));
        }
        self.enter(through).await;
        let written = if rows.is_empty() { Ok(()) } else { report::write(self, &rows).await };
        match written {
            Err(why) if last == Status::Complete => self.batch.fail(&self.job.id, why).await,
            Err(why) => {
                let _ = self.batch.store.change(&self.job.id, |job| job.failures.push(why));
                self.enter(last).await;
            }
            Ok(()) => self.enter(last).await,
        }
    }
}
