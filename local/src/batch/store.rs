//! The jobs, behind one lock that is never held across an await.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::job::Job;
use super::refusal::Refusal;
use super::{Batch, Call};

/// Jobs in the order in which they were made.
#[derive(Debug, Default)]
pub(super) struct Store(Mutex<Vec<Job>>);

impl Store {
    /// The jobs, until the guard goes.
    pub(super) fn open(&self) -> MutexGuard<'_, Vec<Job>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A copy of a job.
    pub(super) fn job(&self, id: &str) -> Option<Job> {
        self.open().iter().find(|job| job.id == id).cloned()
    }

    /// Changes a job; nothing happens when there is none.
    pub(super) fn change<T>(&self, id: &str, change: impl FnOnce(&mut Job) -> T) -> Option<T> {
        self.open().iter_mut().find(|job| job.id == id).map(change)
    }
}

impl Batch {
    /// The job that a call is about, as far as its account and region know it already.
    pub(super) fn known(&self, call: &Call) -> Result<Job, Refusal> {
        let id = call.route.job.as_deref().unwrap_or_default();
        let job = self.store.job(id).filter(|job| job.account == call.account && job.region == call.region);
        job.ok_or_else(|| Refusal::missing(id))
    }
}
