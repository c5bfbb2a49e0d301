//! Promises about single jobs.

use jiff::SignedDuration;
use nightferry_domain::job::{Attempt, Job};
use nightferry_domain::job_spec::{Transfer, Verify, Work};
use nightferry_domain::limits::{CANCEL_GRACE_SECS, LEASE_SECS, TASK_REPORT_GRACE_SECS};
use nightferry_domain::observation::{ExecutionState, TransferObservation};
use nightferry_domain::outcome::Outcome;

use super::truth;
use crate::driver::{SWEEP_SECS, Simulation};
use crate::fake::{Execution, State};

/// Beyond the deadline, or the end of the faults: the grace of a cancelled execution, one sweep that had just passed,
/// and the longest wait of a retry that is under way.
pub(super) const SETTLE_SLACK_SECS: i64 = CANCEL_GRACE_SECS + 2 * SWEEP_SECS + 300;
/// From an execution's end, or the end of the faults, to its judgement: the lease of a start that was cut off, one sweep,
/// the retries of functions that failed before, and a task report that never comes.
pub(super) const JUDGE_SLACK_SECS: i64 = LEASE_SECS + 2 * SWEEP_SECS + TASK_REPORT_GRACE_SECS + 300;

pub(super) fn violations(night: &Simulation) -> Vec<String> {
    let state = night.fake.state.borrow();
    let mut told = vec![];
    for job in state.jobs.values().filter(|job| job.record.spec.work.transfer().is_some()) {
        let look = Look { night, state: &state, job: &job.record };
        let name = format!("{} of {}", job.record.spec.name, job.record.run);
        told.extend(look.broken().into_iter().map(|what| format!("{what}: {name}")));
    }
    told
}

struct Look<'a> {
    night: &'a Simulation,
    state: &'a State,
    job: &'a Job,
}

impl Look<'_> {
    fn broken(&self) -> Vec<String> {
        let Some(end) = self.job.settlement() else { return vec!["R2: never settled".to_owned()] };
        let checks = [
            self.is_too_late(),
            self.has_too_many_attempts(),
            self.is_judged_too_late(),
            end.outcome.is_safe().then(|| self.is_not_safe()).flatten(),
            (!end.outcome.is_safe()).then(|| self.is_safe_after_all()).flatten(),
            self.miscounts(),
            self.is_left_running(),
            self.ignores_obstacle(),
            (!end.outcome.is_safe() && end.cause.is_none()).then(|| "R6: not safe, and no cause".to_owned()),
        ];
        checks.into_iter().flatten().collect()
    }

    fn transfer(&self) -> &Transfer {
        let Work::DataSync(transfer) = &self.job.spec.work else { panic!("a DataSync job") };
        transfer
    }

    fn execution(&self, attempt: &Attempt) -> Option<&Execution> {
        let arn = attempt.execution.as_ref()?;
        self.state.executions.get(self.state.place_of(arn)?)
    }

    fn is_truly_safe(&self, seen: &TransferObservation) -> bool {
        truth::is_safe(self.transfer(), seen, self.state.failures.get(&seen.execution))
    }

    fn is_too_late(&self) -> Option<String> {
        let at = self.night.millis(self.job.settlement()?.at);
        let since = self.night.millis(self.job.deadline).max(self.night.storm_ends_ms);
        let late_secs = (at - since) / 1_000;
        (late_secs > SETTLE_SLACK_SECS).then(|| format!("R2: settled {late_secs} s after its deadline"))
    }

    fn has_too_many_attempts(&self) -> Option<String> {
        let tagged = self.state.executions.iter().filter_map(|execution| execution.tag.as_ref());
        let ours = tagged.filter(|tag| tag.run == self.job.run && tag.job == self.job.spec.name).count();
        let promised = usize::try_from(self.job.spec.attempts_max).unwrap_or(usize::MAX);
        let promised = promised.min(3);
        (ours > promised).then(|| format!("R8: {ours} executions, {promised} attempts promised"))
    }

    /// Promise R5: an event may be lost, the end of its execution is found all the same.
    fn is_judged_too_late(&self) -> Option<String> {
        self.job.attempts.iter().find_map(|attempt| {
            let ended_ms = self.night.millis(self.execution(attempt)?.seen.ended_at?);
            let judged_ms = self.night.millis(attempt.ended_at.or_else(|| Some(self.job.settlement()?.at))?);
            let late_secs = (judged_ms - ended_ms.max(self.night.storm_ends_ms)) / 1_000;
            (late_secs > JUDGE_SLACK_SECS).then(|| format!("R5: an execution's end was found after {late_secs} s"))
        })
    }

    /// Promise R7: never green without proof.
    fn is_not_safe(&self) -> Option<String> {
        let outcome = self.job.settlement()?.outcome;
        let Some(last) = self.job.attempts.last().and_then(|last| self.execution(last)) else {
            return Some(format!("R7: {} without any execution", outcome.word()));
        };
        if !self.is_truly_safe(&last.seen) {
            return Some(format!("R7: {}, but the service says {:?}", outcome.word(), last.seen));
        }
        let unverified = |seen: &TransferObservation| match seen.counts.files_transferred {
            Some(carried) => carried > seen.counts.files_verified.unwrap_or(0),
            None => seen.state == ExecutionState::Success,
        };
        let mut judged = self.job.attempts.iter().filter_map(|attempt| self.execution(attempt));
        let is_doubtful = self.transfer().verify != Verify::PointInTime && judged.any(|e| unverified(&e.seen));
        is_doubtful.then(|| "R7: green over files that nobody verified".to_owned())
    }

    /// What ended well in time must be told as such.
    fn is_safe_after_all(&self) -> Option<String> {
        let last = self.job.attempts.last()?;
        let execution = self.execution(last)?;
        let ended_ms = self.night.millis(execution.seen.ended_at?);
        let slack = SignedDuration::from_secs(SETTLE_SLACK_SECS);
        let must_end = self.job.cancel.as_ref().map_or(self.job.deadline, |wish| wish.at.min(self.job.deadline));
        let is_in_time = ended_ms.max(self.night.storm_ends_ms) < self.night.millis(must_end - slack);
        let is_proved = self.is_truly_safe(&execution.seen) && !execution.is_gone;
        let was_doubted = self
            .job
            .attempts
            .iter()
            .filter_map(|a| a.judgement.as_ref())
            .any(|j| j.tally.unverified + j.tally.uncounted_attempts > 0);
        (is_in_time && is_proved && !was_doubted)
            .then(|| format!("R6: {:?}, but its last execution was safe", self.job.settlement()))
    }

    fn miscounts(&self) -> Option<String> {
        let end = self.job.settlement()?;
        let judged = || self.job.attempts.iter().filter_map(|attempt| Some((attempt, attempt.judgement.as_ref()?)));
        let files: u64 = judged().map(|(_, judgement)| judgement.tally.files).sum();
        if end.tally.files != files {
            return Some(format!("R6: {} files told, {files} judged", end.tally.files));
        }
        if end.outcome == Outcome::NothingToDo && files > 0 {
            return Some(format!("R6: nothing to do, and {files} files carried"));
        }
        judged().find_map(|(attempt, judgement)| {
            let seen = &self.execution(attempt)?.seen;
            let carried = u64::try_from(seen.counts.files_transferred.unwrap_or(0)).unwrap_or(0);
            let is_unseen = judgement.tally.files == 0 && judgement.outcome == Outcome::Failed;
            (judgement.tally.files != carried && !is_unseen).then(|| {
                format!("R6: attempt {} tells {} files, the service {carried}", attempt.number, judgement.tally.files)
            })
        })
    }

    /// What is settled because it had to end must have been asked to end.
    fn is_left_running(&self) -> Option<String> {
        self.job.attempts.iter().filter_map(|attempt| self.execution(attempt)).find_map(|execution| {
            let runs_on = !execution.seen.state.is_end() && !execution.is_gone && execution.cancel_count == 0;
            runs_on.then(|| format!("R2: settled, and {} still runs", execution.seen.execution.id()))
        })
    }

    fn ignores_obstacle(&self) -> Option<String> {
        let is_obstructed = self.state.obstacles.contains_key(&self.job.spec.name);
        let cause = self.job.settlement()?.cause.as_ref().map(|cause| cause.id.as_str());
        let excuses = ["bucket-missing", "deadline-passed", "cancelled", "workflow-lost"];
        let was_unseen = self.job.notes.iter().any(|note| note.text.contains("preflight could not"));
        let is_told = cause.is_some_and(|cause| excuses.contains(&cause)) || was_unseen;
        (is_obstructed && !is_told).then(|| format!("R6: an obstacle was not told, but {cause:?}"))
    }
}
