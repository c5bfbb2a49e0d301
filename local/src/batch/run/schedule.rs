//! Which jobs have a place among the active ones: those of the highest priority, and of equals the oldest.

use std::cmp::Reverse;
use std::sync::Arc;

use super::super::Batch;
use super::super::job::Job;
use super::super::status::Status;

impl Batch {
    /// Gives the places anew. A job that loses its own is paused by its worker.
    pub(in crate::batch) fn reschedule(self: &Arc<Self>) {
        let places = self.quotas().active_jobs;
        let jobs = self.store.open();
        let mut waiting: Vec<&Job> = jobs.iter().filter(|job| wants_place(job.status)).collect();
        waiting.sort_by_key(|job| Reverse(job.priority));
        let mut taken: Vec<(&str, &str)> = Vec::new();
        for job in waiting {
            let home = (job.account.as_str(), job.region.as_str());
            let before = taken.iter().filter(|place| **place == home).count();
            let may_run = before < places;
            taken.push(home);
            let _ = job.orders.send_if_modified(|orders| std::mem::replace(&mut orders.may_run, may_run) != may_run);
        }
    }
}

fn wants_place(status: Status) -> bool {
    matches!(status, Status::Ready | Status::Active | Status::Pausing | Status::Paused)
}
