//! What orchestration uses: transitions and calls as the state machine has them, reads and writes as the use cases do.

use super::Item;
use super::work::Done;

/// State transitions, and Lambda calls including those of events.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Steps {
    /// Of Step Functions.
    pub transitions: u32,
    /// Of Lambda.
    pub calls: u32,
}

/// A night as such: opened, closed and told.
pub const NIGHT: Steps = Steps { transitions: 6, calls: 2 };
/// A job as such: checked and settled.
pub const JOB: Steps = Steps { transitions: 4, calls: 1 };
/// An attempt: started, woken by its event, verified.
pub const ATTEMPT: Steps = Steps { transitions: 3, calls: 3 };
/// What each attempt after the first adds: the wait before it.
pub const BACK_OFF: Steps = Steps { transitions: 1, calls: 0 };
/// What the confirmation of a batch job adds.
pub const CONFIRMATION: Steps = Steps { transitions: 3, calls: 3 };

/// Megabytes of a function; the template's.
const MEMORY_MB: f64 = 256.0;
/// Assumed: billed seconds of a call, mostly waiting for AWS's own replies.
const CALL_SECS: f64 = 0.1;
/// Counted over the use cases of a job that succeeds at once, records of up to 2 KiB: two units a save, one a read.
const JOB_WRITES: f64 = 12.0;
const JOB_READS: f64 = 10.0;
/// What each attempt adds.
const ATTEMPT_WRITES: f64 = 8.0;
const ATTEMPT_READS: f64 = 4.0;
/// The sweep comes every five minutes, and reads one page of an index.
const SWEEPS_A_DAY: f64 = 288.0;

impl Steps {
    /// So many times as much.
    #[must_use]
    pub const fn times(self, count: u32) -> Self {
        Self { transitions: self.transitions.saturating_mul(count), calls: self.calls.saturating_mul(count) }
    }

    /// Both together.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self {
            transitions: self.transitions.saturating_add(other.transitions),
            calls: self.calls.saturating_add(other.calls),
        }
    }

    /// A job with so many attempts, of which so many were confirmed.
    #[must_use]
    pub const fn of_job(attempts: u32, confirmations: u32) -> Self {
        let waits = BACK_OFF.times(attempts.saturating_sub(1));
        JOB.and(ATTEMPT.times(attempts)).and(waits).and(CONFIRMATION.times(confirmations))
    }

    fn amounts(self) -> [(Item, f64); 3] {
        let calls = f64::from(self.calls);
        [
            (Item::Transitions, f64::from(self.transitions)),
            (Item::Calls, calls),
            (Item::GbSeconds, calls * CALL_SECS * MEMORY_MB / 1024.0),
        ]
    }
}

/// One night with these jobs.
pub(super) fn of_night(jobs: &[Done]) -> Vec<(Item, f64)> {
    let steps = jobs.iter().fold(NIGHT, |sum, job| sum.and(Steps::of_job(job.attempts, job.confirmations)));
    let attempts: f64 = jobs.iter().map(|job| f64::from(job.attempts)).sum();
    let count = jobs.iter().map(|_| 1.0).sum::<f64>();
    let mut amounts = steps.amounts().to_vec();
    amounts.push((Item::Writes, count * JOB_WRITES + attempts * ATTEMPT_WRITES));
    amounts.push((Item::Reads, count * JOB_READS + attempts * ATTEMPT_READS));
    amounts.push((Item::Schedules, 1.0));
    amounts
}

/// A stack with nothing to do, for so many days.
pub(super) fn idle(days: u32) -> Vec<(Item, f64)> {
    let sweeps = SWEEPS_A_DAY * f64::from(days);
    let gb_seconds = sweeps * CALL_SECS * MEMORY_MB / 1024.0;
    vec![
        (Item::Schedules, sweeps),
        (Item::Calls, sweeps),
        (Item::GbSeconds, gb_seconds),
        // An eventually consistent read of an empty page is half a unit.
        (Item::Reads, sweeps * 0.5),
    ]
}

/// A workflow that starts a job, then waits and looks until it has ended. It reports nothing, and re-runs nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Polling {
    /// Seconds between two looks.
    pub every_secs: u32,
}

impl Polling {
    /// Transitions for one look: wait, describe, choose.
    const LOOK: f64 = 3.0;
    /// Into the first state, start, and the end.
    const AROUND: f64 = 3.0;

    /// One night with these jobs: each attempt is its own loop, without any Lambda (the services are called directly).
    pub(super) fn of_night(self, jobs: &[Done]) -> Vec<(Item, f64)> {
        let of_job = |job: &Done| {
            let looks = (job.secs / f64::from(self.every_secs.max(1))).ceil();
            f64::from(job.attempts) * Self::AROUND + looks * Self::LOOK
        };
        vec![(Item::Transitions, jobs.iter().map(of_job).sum()), (Item::Schedules, 1.0)]
    }
}
