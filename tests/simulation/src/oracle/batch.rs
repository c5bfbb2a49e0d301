//! Promises about batch jobs: let through once and within the plan's limits, never left behind, never green unproved.

use std::collections::BTreeMap;

use nightferry_domain::batch::{BatchState, ReplicaState};
use nightferry_domain::job::{Attempt, Job};
use nightferry_domain::limits::REPLICAS_GRACE_SECS;
use nightferry_domain::outcome::Outcome;
use nightferry_domain::replication::{DecidedBy, Replication, Unless};

use super::jobs::{JUDGE_SLACK_SECS, SETTLE_SLACK_SECS};
use crate::driver::Simulation;
use crate::fake::{BatchJob, State};

/// How long a function that has looked may take until it acts: its timeout.
const ACT_SECS: i64 = 60;

pub(super) fn violations(night: &Simulation) -> Vec<String> {
    let state = night.fake.state.borrow();
    let mut told = doubled(&state);
    told.extend(state.batch_jobs.iter().filter_map(left_behind));
    for job in state.jobs.values().map(|job| &job.record) {
        let Some(replication) = job.spec.work.replication() else { continue };
        let look = Look { night, state: &state, job, replication };
        let name = format!("{} of {}", job.spec.name, job.run);
        told.extend(look.broken().into_iter().map(|what| format!("{what}: {name}")));
    }
    told
}

fn doubled(state: &State) -> Vec<String> {
    let mut counts = BTreeMap::new();
    for order in state.batch_jobs.iter().filter_map(|job| job.order.as_ref()) {
        *counts.entry(&order.attempt).or_insert(0) += 1;
    }
    let doubled = counts.into_iter().filter(|(_, count)| *count > 1);
    doubled.map(|(attempt, count)| format!("R1: {count} batch jobs of attempt {attempt}")).collect()
}

fn left_behind(job: &BatchJob) -> Option<String> {
    let is_ours = job.order.is_some();
    let is_done = job.seen.state.is_end() || job.is_gone || job.cancel_count > 0;
    (is_ours && !is_done).then(|| format!("R2: {} was left behind {:?}", job.seen.execution.id(), job.seen.state))
}

struct Look<'a> {
    night: &'a Simulation,
    state: &'a State,
    job: &'a Job,
    replication: &'a Replication,
}

impl Look<'_> {
    fn broken(&self) -> Vec<String> {
        let Some(end) = self.job.settlement() else { return vec!["R2: never settled".to_owned()] };
        let jobs: Vec<&BatchJob> = self.job.attempts.iter().filter_map(|attempt| self.batch_job(attempt)).collect();
        let mut told: Vec<String> = jobs.iter().filter_map(|job| self.is_wrongly_let_through(job)).collect();
        told.extend(jobs.iter().filter_map(|job| self.is_forgotten(job)));
        told.extend(self.is_too_late());
        told.extend(self.is_judged_too_late());
        told.extend(self.miscounts());
        if end.outcome.is_safe() {
            told.extend(self.is_not_safe());
        } else if end.cause.is_none() {
            told.push("R6: not safe, and no cause".to_owned());
        }
        told
    }

    fn batch_job(&self, attempt: &Attempt) -> Option<&BatchJob> {
        let arn = attempt.execution.as_ref()?;
        self.state.batch_jobs.iter().find(|job| &job.seen.execution == arn)
    }

    /// Never outside of what the plan allows, whoever says so.
    fn is_wrongly_let_through(&self, job: &BatchJob) -> Option<String> {
        let at = job.confirmed_at?;
        let guardrails = &self.replication.guardrails;
        let listed = job.seen.counts.total.unwrap_or(u64::MAX);
        if guardrails.objects_max.is_some_and(|max| listed > max) {
            return Some(format!("R13: {listed} objects were let through, {:?} allowed", guardrails.objects_max));
        }
        let changed = self.state.rules_changed_at.get(&self.replication.bucket);
        if changed.is_some_and(|changed| self.night.millis(at) > self.night.millis(*changed) + ACT_SECS * 1_000) {
            return Some("R13: let through under a rule that is not the plan's".to_owned());
        }
        let is_asked = guardrails.decided_by == DecidedBy::Person || guardrails.bytes_max.is_some();
        let is_said = self.job.decision.as_ref().is_some_and(|decision| decision.is_yes);
        let waited_ms = self.night.millis(at) - job.suspended_at.map_or(0, |at| self.night.millis(at));
        let is_default = guardrails.unless_decided == Unless::Confirm
            && waited_ms >= i64::from(guardrails.decide_within_secs) * 1_000 - 1_000;
        (is_asked && !is_said && !is_default).then(|| "R13: let through without the person's word".to_owned())
    }

    /// A list that only the limits decide about is decided about soon, with or without its event.
    fn is_forgotten(&self, job: &BatchJob) -> Option<String> {
        let guardrails = &self.replication.guardrails;
        if guardrails.decided_by == DecidedBy::Person || guardrails.bytes_max.is_some() {
            return None;
        }
        let since_ms = self.night.millis(job.suspended_at?).max(self.night.storm_ends_ms);
        let until = job.confirmed_at.or(job.cancelled_at).or(job.seen.ended_at)?;
        let late_secs = (self.night.millis(until) - since_ms) / 1_000;
        (late_secs > JUDGE_SLACK_SECS).then(|| format!("R5: a list was decided about after {late_secs} s"))
    }

    fn is_too_late(&self) -> Option<String> {
        let at = self.night.millis(self.job.settlement()?.at);
        let since = self.night.millis(self.job.deadline).max(self.night.storm_ends_ms);
        let late_secs = (at - since) / 1_000;
        (late_secs > SETTLE_SLACK_SECS).then(|| format!("R2: settled {late_secs} s after its deadline"))
    }

    fn is_judged_too_late(&self) -> Option<String> {
        self.job.attempts.iter().find_map(|attempt| {
            let ended_ms = self.night.millis(self.batch_job(attempt)?.seen.ended_at?);
            let judged_ms = self.night.millis(attempt.ended_at.or_else(|| Some(self.job.settlement()?.at))?);
            let late_secs = (judged_ms - ended_ms.max(self.night.storm_ends_ms)) / 1_000;
            (late_secs > JUDGE_SLACK_SECS + REPLICAS_GRACE_SECS)
                .then(|| format!("R5: a batch job's end was found after {late_secs} s"))
        })
    }

    fn is_not_safe(&self) -> Option<String> {
        let outcome = self.job.settlement()?.outcome;
        let Some(last) = self.job.attempts.last().and_then(|last| self.batch_job(last)) else {
            return Some(format!("R7: {} without any batch job", outcome.word()));
        };
        let counts = &last.seen.counts;
        let is_empty = last.seen.state == BatchState::Failed
            && last.seen.failures.iter().any(|failure| failure.reason.contains("no keys"));
        let report = self.state.batch_reports.get(&last.seen.execution);
        let is_whole = last.seen.state == BatchState::Complete
            && counts.total.is_some()
            && counts.total == counts.succeeded
            && counts.failed == Some(0)
            && report.is_some_and(|report| report.failed == 0 && Some(report.succeeded) == counts.total)
            && self.is_replicated(last);
        let was_carried = is_empty || is_whole;
        (!was_carried).then(|| format!("R7: {}, but the service says {:?}", outcome.word(), last.seen))
    }

    /// What this batch job left without a replica may have got one from a later night's before this night was judged.
    fn is_replicated(&self, job: &BatchJob) -> bool {
        let judged_at = self.job.settlement().map(|end| end.at);
        let mut later = self.state.batch_jobs.iter().filter(|later| {
            later.seen.terms.source_bucket == job.seen.terms.source_bucket
                && later.seen.state == BatchState::Complete
                && later.seen.ended_at > job.seen.ended_at
                && later.seen.ended_at <= judged_at
        });
        job.replicas == ReplicaState::Completed || later.any(|later| later.replicas == ReplicaState::Completed)
    }

    fn miscounts(&self) -> Option<String> {
        let end = self.job.settlement()?;
        let judged = self.job.attempts.iter().filter_map(|attempt| attempt.judgement.as_ref());
        let files: u64 = judged.map(|judgement| judgement.tally.files).sum();
        if end.tally.files != files {
            return Some(format!("R6: {} objects told, {files} judged", end.tally.files));
        }
        let is_idle = end.outcome == Outcome::NothingToDo;
        (is_idle && files > 0).then(|| format!("R6: nothing to do, and {files} objects carried"))
    }
}
