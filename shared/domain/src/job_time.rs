//! What the time says about a job: whether it must end, and whether anybody still works on it.

use jiff::Timestamp;

use crate::batch::confirm::Decision;
use crate::job::{Job, Phase, after};
use crate::limits::{CANCEL_GRACE_SECS, SILENCE_MAX_SECS, UNSEEN_GRACE_SECS};
use crate::restore::Restore;

impl Job {
    /// Whether it must end now, by deadline or by wish.
    #[must_use]
    pub fn must_end(&self, now: Timestamp) -> bool {
        self.cancel.is_some() || now >= self.deadline
    }

    /// Whether even the grace for a cancelled execution is over.
    #[must_use]
    pub fn grace_is_over(&self, now: Timestamp) -> bool {
        now >= after(self.ends_at(), CANCEL_GRACE_SECS)
    }

    /// Whether a service that gives no answer has been waited for long enough.
    #[must_use]
    pub fn is_unseen_too_long(&self, now: Timestamp) -> bool {
        now >= after(self.ends_at(), UNSEEN_GRACE_SECS)
    }

    /// Whether the attempt's batch job waits for a person who may still take their time.
    #[must_use]
    pub fn is_a_persons_turn(&self, number: u32, now: Timestamp) -> bool {
        let attempt = self.attempt(number);
        let is_asked = attempt.and_then(|attempt| attempt.awaited.as_ref()).is_some_and(|awaited| now < awaited.until);
        let is_decided = attempt.is_some_and(|attempt| attempt.confirmation.is_some());
        is_asked && !is_decided && self.decision_about(number).is_none()
    }

    /// A person's word about the attempt's list, if there is one.
    #[must_use]
    pub fn decision_about(&self, number: u32) -> Option<&Decision> {
        self.decision.as_ref().filter(|decision| decision.attempt == number)
    }

    fn ends_at(&self) -> Timestamp {
        self.cancel.as_ref().map_or(self.deadline, |wish| wish.at.min(self.deadline))
    }

    /// Whether what it made, for a rehearsal or to bring a copy back, is still to be removed.
    #[must_use]
    pub fn is_untidy(&self) -> bool {
        let work = &self.spec.work;
        let makes_something = work.restore().is_some_and(Restore::is_drill) || work.back().is_some();
        makes_something && self.drill.tidied.is_none()
    }

    /// Whether nothing has begun that could have ended: its turn in the run, or the end of its back-off, is still to come.
    #[must_use]
    pub fn waits_its_turn(&self, now: Timestamp) -> bool {
        let is_to_begin = match &self.phase {
            Phase::Opened | Phase::Ready { .. } => true,
            Phase::Starting { .. } | Phase::Blocked { .. } | Phase::Running { .. } | Phase::Settled(_) => false,
        };
        is_to_begin && !self.must_end(now) && !self.is_silent(now)
    }

    /// Whether an attempt was due so long ago that nobody can be about to claim it any more.
    ///
    /// A job whose preflight is still to come may wait for its turn in the run, so it never counts.
    #[must_use]
    pub fn is_silent(&self, now: Timestamp) -> bool {
        match &self.phase {
            Phase::Ready { not_before: due, .. } | Phase::Starting { lease_until: due, .. } => {
                now >= after(*due, SILENCE_MAX_SECS)
            }
            Phase::Opened | Phase::Blocked { .. } | Phase::Running { .. } | Phase::Settled(_) => false,
        }
    }
}
