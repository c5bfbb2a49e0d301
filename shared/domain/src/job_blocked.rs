//! A job whose task, machine or bucket is busy with somebody else's execution: it waits for the end of that.

use jiff::Timestamp;

use crate::ids::ExecutionArn;
use crate::job::{Job, Phase};

impl Job {
    /// The task is busy with somebody else's execution.
    pub fn blocked(&mut self, number: u32, by: ExecutionArn, now: Timestamp) {
        if matches!(&self.phase, Phase::Starting { attempt, .. } if *attempt == number) {
            self.note(now, format!("waits for {} to end: its task is busy", by.id()));
            self.phase = Phase::Blocked { attempt: number, by };
        }
    }

    /// What blocked the job has ended.
    pub fn unblocked(&mut self, now: Timestamp) {
        if let Phase::Blocked { attempt: number, .. } = self.phase {
            self.phase = Phase::Ready { attempt: number, not_before: now };
            if let Some(attempt) = self.attempt_mut(number) {
                attempt.unblocked_at = Some(now);
            }
        }
    }
}
