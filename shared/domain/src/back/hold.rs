//! While a copy is brought back in earnest, the nights of the jobs that it touches wait: they would copy what is half restored
//! over the copy that it is restored from.
//!
//! A restore writes its hold before it looks for open nights, and a night is open before it looks for a hold. So of two that begin
//! at once at least one sees the other.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Wish;
use crate::ids::RunId;
use crate::job::{Job, Phase, after};
use crate::job_spec::Work;
use crate::limits::HOLD_OPENS_SECS;
use crate::outcome::{Cause, Judgement, Retry};
use crate::plan::JobName;
use crate::run::Run;

/// A restore that keeps a job's nights from copying.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// The job whose nights wait.
    pub held: JobName,
    /// The restore.
    pub by: RunId,
    /// Its job there: another one, where it writes over what a second job backs up.
    pub job: JobName,
    /// Until then it counts though its run is not there yet.
    pub until: Timestamp,
}

impl Hold {
    /// Written down before anything is made for the restore.
    #[must_use]
    pub fn of(held: JobName, by: RunId, job: JobName, now: Timestamp) -> Self {
        Self { held, by, job, until: after(now, HOLD_OPENS_SECS) }
    }

    /// The restore has come to nothing. Where a run of it is there all the same, that counts.
    #[must_use]
    pub fn given_up(self) -> Self {
        Self { until: Timestamp::UNIX_EPOCH, ..self }
    }

    /// Whether nights wait for it, as its run and its job there stand.
    #[must_use]
    pub fn is_on(&self, run: Option<&Run>, job: Option<&Job>, now: Timestamp) -> bool {
        match (job, run) {
            (Some(job), _) => job.settlement().is_none(),
            (None, Some(run)) => run.is_open(),
            (None, None) => now < self.until,
        }
    }
}

/// The jobs that must not be copying while the copy comes back: the one whose copy is read, and those that are written over.
#[must_use]
pub fn touched(job: &JobName, wish: &Wish) -> Vec<JobName> {
    let others = wish.over_source.iter().filter(|other| *other != job);
    std::iter::once(job).chain(others).cloned().collect()
}

/// Whether such work waits for restores. What brings a copy back does not, and machines are restored beside the original.
#[must_use]
pub fn waits(work: &Work) -> bool {
    match work {
        Work::DataSync(transfer) => transfer.back.is_none(),
        Work::Replicate(_) => true,
        Work::Backup(_) | Work::Restore(_) => false,
    }
}

impl Job {
    /// A restore is under way: the claimed attempt waits for its end, longer each time, and ends where that would take it past
    /// the deadline.
    ///
    /// `dice` is a number drawn by the caller, for the jitter of the wait.
    pub fn held(&mut self, number: u32, by: &RunId, now: Timestamp, dice: u64) {
        self.note(now, format!("waited for {by}, which brings back what it copies"));
        self.refused_for_now(number, now, dice);
        if matches!(&self.phase, Phase::Ready { not_before, .. } if *not_before >= self.deadline) {
            self.conclude(number, Judgement::failed(under_way(by), Retry::Useless), now, dice);
        }
    }
}

/// Why a night copied nothing.
#[must_use]
pub fn under_way(by: &RunId) -> Cause {
    Cause {
        id: "restore-under-way".into(),
        what: format!(
            "Not copied: {by} was bringing back what it copies, and what was half restored would have been copied over the copy"
        ),
        fix: "`nightferry show` the restore; once it has ended, `nightferry rerun` makes the night up.".into(),
        said: None,
    }
}
