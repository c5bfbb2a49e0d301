//! One item of a run: its phases, its attempts, and the only functions that move it.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::backup::expected::lease_until;
use crate::batch::confirm::{Awaited, Confirmation, Decision};
use crate::ids::{AttemptId, ExecutionArn, RunId};
use crate::job_spec::JobSpec;
use crate::limits::{FAILED_ITEMS_NAMED_MAX, LEASE_SECS};
use crate::outcome::{Cause, Judgement, Retry, Settlement};
use crate::restore::drill::DrillRecord;

/// A job of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Job {
    /// The night.
    pub run: RunId,
    /// What is to be done, as the plan stood when the run was opened.
    pub spec: JobSpec,
    /// When the run was opened.
    pub opened_at: Timestamp,
    /// Until when the job must have ended.
    pub deadline: Timestamp,
    /// Where it stands.
    pub phase: Phase,
    /// Every attempt so far, oldest first.
    pub attempts: Vec<Attempt>,
    /// Somebody's wish that it ends now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancel: Option<Cancellation>,
    /// A person's word about a listed batch job.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<Decision>,
    /// Of a rehearsed restore: what was checked, and what became of its machine.
    #[serde(default, skip_serializing_if = "crate::outcome::is_zero")]
    pub drill: DrillRecord,
    /// What was noticed on the way and belongs into the report.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
}

/// Where a job stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Phase {
    /// Written down; its preflight is still to come.
    Opened,
    /// May be started from `not_before` on.
    Ready {
        /// 1 for the first.
        attempt: u32,
        /// The end of the back-off.
        not_before: Timestamp,
    },
    /// The intent is saved; the call may be on its way, or may have been lost.
    Starting {
        /// 1 for the first.
        attempt: u32,
        /// Until then it belongs to the invocation that claimed it.
        lease_until: Timestamp,
    },
    /// The task is busy with an execution that is not ours.
    Blocked {
        /// 1 for the first.
        attempt: u32,
        /// The execution that has to end first.
        by: ExecutionArn,
    },
    /// The execution is known.
    Running {
        /// 1 for the first.
        attempt: u32,
        /// The attempt's execution.
        execution: ExecutionArn,
    },
    /// Ended. Nothing changes it any more.
    Settled(Settlement),
}

/// One try.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// 1 for the first.
    pub number: u32,
    /// When it was claimed.
    pub claimed_at: Timestamp,
    /// When the last foreign execution that it had waited for ended: what was asked for before then was never begun.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unblocked_at: Option<Timestamp>,
    /// How often the service refused, for now, to start it.
    #[serde(default, skip_serializing_if = "crate::outcome::is_zero")]
    pub refusals: u32,
    /// Its execution, as soon as it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub execution: Option<ExecutionArn>,
    /// When it was judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// How it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub judgement: Option<Judgement>,
    /// A listed batch job that waits for a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub awaited: Option<Awaited>,
    /// How a listed batch job was let through, or refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmation: Option<Confirmation>,
}

/// Somebody's wish that a job ends now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cancellation {
    /// When it was wished.
    pub at: Timestamp,
    /// Why, for the report.
    pub reason: String,
}

/// Something that was noticed on the way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// When.
    pub at: Timestamp,
    /// What.
    pub text: String,
}

/// The answer to a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// The attempt is this invocation's to start: save the job, then look, then start.
    Granted,
    /// Another invocation claimed it and may still be at it: look, but don't start.
    Leased {
        /// From then on it may be claimed anew.
        until: Timestamp,
    },
    /// It runs already.
    Running(ExecutionArn),
    /// The attempt is over, or the job is.
    Over,
}

impl Job {
    /// A job as it is when its run is opened.
    #[must_use]
    pub fn open(run: RunId, spec: JobSpec, now: Timestamp) -> Self {
        let deadline = after(now, i64::from(spec.complete_within_secs));
        Self {
            run,
            spec,
            opened_at: now,
            deadline,
            phase: Phase::Opened,
            attempts: vec![],
            cancel: None,
            decision: None,
            drill: DrillRecord::default(),
            notes: vec![],
        }
    }

    /// The attempt's id.
    #[must_use]
    pub fn attempt_id(&self, number: u32) -> AttemptId {
        AttemptId { run: self.run.clone(), job: self.spec.name.clone(), number }
    }

    /// The end, once there is one.
    #[must_use]
    pub fn settlement(&self) -> Option<&Settlement> {
        match &self.phase {
            Phase::Settled(settlement) => Some(settlement),
            Phase::Opened
            | Phase::Ready { .. }
            | Phase::Starting { .. }
            | Phase::Blocked { .. }
            | Phase::Running { .. } => None,
        }
    }

    /// The number of the attempt that is on, or next; `None` once the job is settled.
    #[must_use]
    pub fn current_attempt(&self) -> Option<u32> {
        match &self.phase {
            Phase::Opened => Some(1),
            Phase::Ready { attempt, .. }
            | Phase::Starting { attempt, .. }
            | Phase::Blocked { attempt, .. }
            | Phase::Running { attempt, .. } => Some(*attempt),
            Phase::Settled(_) => None,
        }
    }

    /// The preflight found nothing in the way.
    pub fn ready(&mut self, now: Timestamp) {
        if self.phase == Phase::Opened {
            self.phase = Phase::Ready { attempt: 1, not_before: now };
        }
    }

    /// Claims an attempt. On [`Claim::Granted`] the job has changed and is to be saved before anything is started.
    pub fn claim(&mut self, number: u32, now: Timestamp) -> Claim {
        if self.current_attempt() != Some(number) {
            return Claim::Over;
        }
        match &self.phase {
            Phase::Opened | Phase::Settled(_) => Claim::Over,
            Phase::Running { execution, .. } => Claim::Running(execution.clone()),
            Phase::Starting { lease_until, .. } if now < *lease_until => Claim::Leased { until: *lease_until },
            Phase::Ready { .. } | Phase::Starting { .. } | Phase::Blocked { .. } => {
                self.phase = Phase::Starting { attempt: number, lease_until: lease_until(self, number, now) };
                self.note_attempt(number, now);
                Claim::Granted
            }
        }
    }

    fn note_attempt(&mut self, number: u32, now: Timestamp) {
        if self.attempts.iter().all(|attempt| attempt.number != number) {
            self.attempts.push(Attempt {
                number,
                claimed_at: now,
                unblocked_at: None,
                refusals: 0,
                execution: None,
                ended_at: None,
                judgement: None,
                awaited: None,
                confirmation: None,
            });
        }
    }

    /// What is started again under the same token must be visible before anybody may take it for lost.
    pub fn renew_lease(&mut self, number: u32, now: Timestamp) {
        match &mut self.phase {
            Phase::Starting { attempt, lease_until } if *attempt == number => *lease_until = after(now, LEASE_SECS),
            Phase::Opened
            | Phase::Ready { .. }
            | Phase::Starting { .. }
            | Phase::Blocked { .. }
            | Phase::Running { .. }
            | Phase::Settled(_) => {}
        }
    }

    /// The attempt with this number, once it was claimed.
    #[must_use]
    pub fn attempt(&self, number: u32) -> Option<&Attempt> {
        self.attempts.iter().find(|attempt| attempt.number == number)
    }

    /// The same, to be changed.
    pub fn attempt_mut(&mut self, number: u32) -> Option<&mut Attempt> {
        self.attempts.iter_mut().find(|attempt| attempt.number == number)
    }

    /// The attempt was given back before anything began: it may be claimed again from `now` on.
    pub fn release(&mut self, number: u32, now: Timestamp) {
        if matches!(&self.phase, Phase::Starting { attempt, .. } if *attempt == number) {
            self.phase = Phase::Ready { attempt: number, not_before: now };
        }
    }

    /// The service refused, for now, to begin anything: the attempt is to be claimed again, later each time.
    ///
    /// `dice` is a number drawn by the caller, for the jitter of the wait.
    pub fn refused_for_now(&mut self, number: u32, now: Timestamp, dice: u64) {
        let Some(attempt) = self.attempts.iter_mut().find(|attempt| attempt.number == number) else { return };
        attempt.refusals = attempt.refusals.saturating_add(1);
        let not_before = after(now, crate::back_off::busy_secs(attempt.refusals, dice));
        self.release(number, not_before);
    }

    /// The attempt's execution is known.
    pub fn started(&mut self, number: u32, execution: &ExecutionArn) {
        let is_awaited = match &self.phase {
            Phase::Starting { attempt, .. } | Phase::Blocked { attempt, .. } | Phase::Ready { attempt, .. } => {
                *attempt == number
            }
            Phase::Opened | Phase::Running { .. } | Phase::Settled(_) => false,
        };
        if !is_awaited {
            return;
        }
        self.phase = Phase::Running { attempt: number, execution: execution.clone() };
        if let Some(attempt) = self.attempts.iter_mut().find(|attempt| attempt.number == number) {
            attempt.execution = Some(execution.clone());
        }
    }

    /// Writes down how the attempt ended, and either settles the job or makes the next attempt ready.
    ///
    /// `dice` is a number drawn by the caller, for the jitter of the back-off.
    pub fn conclude(&mut self, number: u32, judgement: Judgement, now: Timestamp, dice: u64) {
        if self.current_attempt() != Some(number) {
            return;
        }
        self.note_attempt(number, now);
        let next = self.next_attempt(number, &judgement, now, dice);
        let cut_off = self.cut_off(&judgement, now);
        if let Some(attempt) = self.attempts.iter_mut().find(|attempt| attempt.number == number) {
            attempt.ended_at = Some(now);
            attempt.judgement = Some(judgement.clone());
        }
        match next {
            Some(not_before) => self.phase = Phase::Ready { attempt: number.saturating_add(1), not_before },
            None => self.settle(cut_off.unwrap_or(judgement), now),
        }
    }

    fn next_attempt(&self, number: u32, judgement: &Judgement, now: Timestamp, dice: u64) -> Option<Timestamp> {
        let is_wanted = !judgement.outcome.is_safe() && judgement.retry == Retry::Sensible;
        if !is_wanted || number >= self.spec.attempts_max || self.must_end(now) {
            return None;
        }
        let not_before = after(now, crate::back_off::wait_secs(self.spec.retry_wait_secs, number, dice));
        (not_before < self.deadline).then_some(not_before)
    }

    /// An execution that we cancelled ends with the service's error; the report names our reason instead.
    fn cut_off(&self, judgement: &Judgement, now: Timestamp) -> Option<Judgement> {
        if judgement.outcome.is_safe() || !self.must_end(now) {
            return None;
        }
        let cause = self.end_cause(judgement.cause.as_ref().and_then(|cause| cause.said.clone()));
        // What names the same end already may say more of it.
        if judgement.cause.as_ref().is_some_and(|told| told.id == cause.id) {
            return None;
        }
        let mut told = judgement.clone();
        told.cause = Some(cause);
        told.retry = Retry::Useless;
        Some(told)
    }

    /// Why a job that had to end did: a person's wish, or the deadline.
    #[must_use]
    pub fn end_cause(&self, said: Option<String>) -> Cause {
        let within_mins = self.spec.complete_within_secs / 60;
        match &self.cancel {
            Some(wish) => Cause {
                id: "cancelled".into(),
                what: format!("Cancelled: {}", wish.reason),
                fix: "`nightferry rerun` starts it again.".into(),
                said,
            },
            None => Cause {
                id: "deadline-passed".into(),
                what: format!("Not done within {within_mins} minutes (`complete_within`), so it was cancelled"),
                fix: "Allow more time in the plan, or find out what made it slow; then `nightferry rerun`.".into(),
                said,
            },
        }
    }

    /// Ends the job. A settled job never changes.
    pub fn settle(&mut self, judgement: Judgement, now: Timestamp) {
        if self.settlement().is_some() {
            return;
        }
        let judgement = self.doubted(judgement);
        let outcome = self.outcome_over_all(&judgement);
        let mut tally = self.tally_over_all();
        tally.failed = if outcome.is_safe() { 0 } else { judgement.tally.failed };
        let mut failed_items = judgement.failed_items;
        failed_items.truncate(FAILED_ITEMS_NAMED_MAX);
        let cause = judgement.cause.filter(|_| !outcome.is_safe()).map(|cause| cause.in_run(&self.run));
        self.phase = Phase::Settled(Settlement { outcome, at: now, cause, tally, failed_items });
    }

    /// Adds a note for the report, once.
    pub fn note(&mut self, at: Timestamp, text: String) {
        if self.notes.iter().all(|note| note.text != text) {
            self.notes.push(Note { at, text });
        }
    }
}

pub(crate) fn after(at: Timestamp, secs: i64) -> Timestamp {
    at.saturating_add(SignedDuration::from_secs(secs)).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
#[path = "job_tests.rs"]
mod tests;
