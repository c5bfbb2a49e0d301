//! What all attempts of a job amount to together.

use crate::job::Job;
use crate::job_spec::{Verify, Work};
use crate::outcome::{Cause, Judgement, Outcome, Tally};

impl Job {
    /// A later attempt verifies only what it copies itself: what an earlier one left unverified, or uncounted, stays so,
    /// and is not green.
    pub(crate) fn doubted(&self, mut last: Judgement) -> Judgement {
        if !last.outcome.is_safe() || self.is_verified_as_a_whole() {
            return last;
        }
        if let Some(what) = left_unproved(self.tally_over_all()) {
            last.outcome = Outcome::Partial;
            last.cause = Some(Cause {
                id: "files-unverified".into(),
                what,
                fix: "Run the job again: what it copies is verified, or lists what is not replicated.".into(),
                said: None,
            });
        }
        last
    }

    /// Whether the last attempt alone proves all of them: DataSync then compares everything, and S3 lists whatever is not
    /// replicated yet.
    fn is_verified_as_a_whole(&self) -> bool {
        match &self.spec.work {
            Work::DataSync(transfer) => transfer.verify == Verify::PointInTime,
            Work::Replicate(_) => false,
            // A recovery point is whole by itself, whatever earlier attempts left.
            Work::Backup(_) | Work::Restore(_) => true,
        }
    }

    /// A last attempt that found nothing to do proves that the earlier ones did it; a last one that failed does not undo
    /// what an earlier one carried.
    pub(crate) fn outcome_over_all(&self, last: &Judgement) -> Outcome {
        let has_moved = self.tally_over_all().files > 0;
        match last.outcome {
            Outcome::NothingToDo if has_moved => Outcome::Succeeded,
            Outcome::Failed if has_moved && self.has_partial_attempt() => Outcome::Partial,
            Outcome::NothingToDo | Outcome::Succeeded | Outcome::Partial | Outcome::Failed => last.outcome,
        }
    }

    fn has_partial_attempt(&self) -> bool {
        self.attempts.iter().filter_map(|a| a.judgement.as_ref()).any(|j| j.outcome == Outcome::Partial)
    }

    pub(crate) fn tally_over_all(&self) -> Tally {
        let judged = self.attempts.iter().filter_map(|attempt| attempt.judgement.as_ref());
        judged.fold(Tally::default(), |sum, judgement| Tally {
            files: sum.files.saturating_add(judgement.tally.files),
            bytes: sum.bytes.saturating_add(judgement.tally.bytes),
            deleted: sum.deleted.saturating_add(judgement.tally.deleted),
            failed: judgement.tally.failed,
            unverified: sum.unverified.saturating_add(judgement.tally.unverified),
            uncounted_attempts: sum.uncounted_attempts.saturating_add(judgement.tally.uncounted_attempts),
        })
    }
}

fn left_unproved(sum: Tally) -> Option<String> {
    if sum.unverified > 0 {
        return Some(format!("{} file(s) that an earlier attempt copied were never verified", sum.unverified));
    }
    let attempts = sum.uncounted_attempts;
    (attempts > 0).then(|| {
        format!("Nobody could count what {attempts} earlier attempt(s) copied, so nothing proves that it was verified")
    })
}
