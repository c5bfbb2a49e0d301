//! Promises about machines: one backup job an attempt, never left behind, never green without all that was promised.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use nightferry_domain::backup::{BackupState, BackupWork, CopyState, PointStatus, Starter};
use nightferry_domain::job::{Attempt, Job};
use nightferry_domain::limits::{COPIES_LOOK_SECS, COPY_APPEARS_SECS, EXPECTED_EARLY_SECS, POINT_GRACE_SECS};

use super::jobs::{JUDGE_SLACK_SECS, SETTLE_SLACK_SECS};
use crate::driver::Simulation;
use crate::fake::{BackupJob, State};

/// What looks at recovery points and copies may add to the time until an end is judged.
const PROOF_SLACK_SECS: i64 = POINT_GRACE_SECS + COPY_APPEARS_SECS + 2 * COPIES_LOOK_SECS;

/// The longest from a look at AWS Backup's list to the judgement that is made of it, in seconds.
const LOOK_SLACK_SECS: i64 = 60;

pub(super) fn violations(night: &Simulation) -> Vec<String> {
    let state = night.fake.state.borrow();
    let mut told = doubled(&state);
    told.extend(state.backups.iter().filter_map(left_behind));
    for job in state.jobs.values() {
        let Some(work) = job.record.spec.work.backup() else { continue };
        let look = Look { night, state: &state, job: &job.record, work };
        let name = format!("{} of {}", job.record.spec.name, job.record.run);
        told.extend(look.broken().into_iter().map(|what| format!("{what}: {name}")));
    }
    told
}

fn doubled(state: &State) -> Vec<String> {
    let mut counts = BTreeMap::new();
    for attempt in state.backups.iter().filter_map(|job| job.order.as_ref()?.tags.get("nightferry:attempt")) {
        *counts.entry(attempt).or_insert(0) += 1;
    }
    let doubled = counts.into_iter().filter(|(_, count)| *count > 1);
    doubled.map(|(attempt, count)| format!("R1: {count} backup jobs of attempt {attempt}")).collect()
}

fn left_behind(job: &BackupJob) -> Option<String> {
    let is_done = job.seen.state.is_end() || job.is_gone || job.stop_count > 0;
    (job.order.is_some() && !is_done)
        .then(|| format!("R2: {} was left behind {:?}", job.seen.execution.id(), job.seen.state))
}

struct Look<'a> {
    night: &'a Simulation,
    state: &'a State,
    job: &'a Job,
    work: &'a BackupWork,
}

impl Look<'_> {
    fn broken(&self) -> Vec<String> {
        let Some(end) = self.job.settlement() else { return vec!["R2: never settled".to_owned()] };
        let checks = [
            self.is_too_late(),
            self.is_judged_too_late(),
            self.is_shared(),
            self.was_started(),
            end.outcome.is_safe().then(|| self.is_not_safe()).flatten(),
            (!end.outcome.is_safe() && end.cause.is_none()).then(|| "R6: not safe, and no cause".to_owned()),
        ];
        checks.into_iter().flatten().collect()
    }

    fn backup(&self, attempt: &Attempt) -> Option<&BackupJob> {
        let arn = attempt.execution.as_ref()?;
        self.state.backups.iter().find(|job| &job.seen.execution == arn)
    }

    fn is_too_late(&self) -> Option<String> {
        let at = self.night.millis(self.job.settlement()?.at);
        let since = self.night.millis(self.job.deadline).max(self.night.storm_ends_ms);
        let late_secs = (at - since) / 1_000;
        (late_secs > SETTLE_SLACK_SECS).then(|| format!("R2: settled {late_secs} s after its deadline"))
    }

    fn is_judged_too_late(&self) -> Option<String> {
        self.job.attempts.iter().find_map(|attempt| {
            let ended_ms = self.night.millis(self.backup(attempt)?.seen.ended_at?);
            let judged_ms = self.night.millis(attempt.ended_at.or_else(|| Some(self.job.settlement()?.at))?);
            let late_secs = (judged_ms - ended_ms.max(self.night.storm_ends_ms)) / 1_000;
            (late_secs > JUDGE_SLACK_SECS + PROOF_SLACK_SECS)
                .then(|| format!("R5: a backup job's end was found after {late_secs} s"))
        })
    }

    /// One backup job is the proof of one attempt.
    fn is_shared(&self) -> Option<String> {
        let own = self.job.attempts.iter().filter_map(|attempt| attempt.execution.as_ref());
        let others = |arn| {
            let jobs = self.state.jobs.values().flat_map(|job| &job.record.attempts);
            jobs.filter(|attempt| attempt.execution.as_ref() == Some(arn)).count()
        };
        own.into_iter().find(|arn| others(arn) > 1).map(|arn| format!("R1: {} is of two attempts", arn.id()))
    }

    /// What is told as not started by AWS Backup's own schedule was not: its plan had made no job of the machine that lists
    /// showed in time and that is no other night's.
    fn was_started(&self) -> Option<String> {
        let Starter::AwsBackup { plan_id } = &self.work.start else { return None };
        let first = self.job.attempt(1)?;
        let cause = first.judgement.as_ref()?.cause.as_ref()?;
        let until = first.ended_at.filter(|_| cause.id == "backup-not-started")?;
        let machine = self.work.machine.as_ref().map(|machine| &machine.arn);
        let since = self.job.opened_at - SignedDuration::from_secs(EXPECTED_EARLY_SECS);
        let is_it = |made: &&BackupJob| {
            made.seen.plan_id.as_ref() == Some(plan_id)
                && made.seen.resource.as_ref() == machine
                && made.seen.created_at.is_some_and(|at| at >= since)
                && made.listed_at + SignedDuration::from_secs(LOOK_SLACK_SECS) < until
                && !made.is_gone
                && !self.is_adopted(made)
        };
        let made = self.state.backups.iter().find(is_it)?;
        Some(format!("R6: told as not started, but AWS Backup made {}", made.seen.execution.id()))
    }

    /// Whether it is some attempt's execution.
    fn is_adopted(&self, made: &BackupJob) -> bool {
        let mut attempts = self.state.jobs.values().flat_map(|job| &job.record.attempts);
        attempts.any(|attempt| attempt.execution.as_ref() == Some(&made.seen.execution))
    }

    /// Promise R7, by what vault, EC2 and copy jobs hold.
    fn is_not_safe(&self) -> Option<String> {
        let outcome = self.job.settlement()?.outcome;
        let Some(last) = self.job.attempts.last().and_then(|last| self.backup(last)) else {
            return Some(format!("R7: {} without any backup job", outcome.word()));
        };
        let arn = last.seen.recovery_point.clone().unwrap_or_default();
        let point = self.state.points.get(&arn);
        let is_kept = point.is_some_and(|point| {
            point.status == PointStatus::Completed && point.bytes.unwrap_or(0) > 0 && point.delete_at.is_some()
        });
        let image = arn.rsplit('/').next().and_then(|id| self.state.images.get(id));
        let has_copy = |vault: &String| {
            let mut copies = self.state.copies.iter().filter(|copy| copy.source.as_ref() == Some(&arn));
            copies.any(|copy| copy.vault_arn.as_ref() == Some(vault) && copy.state == CopyState::Completed)
        };
        let is_of_it = last.seen.resource.as_ref() == self.work.machine.as_ref().map(|machine| &machine.arn);
        let is_proved = last.seen.state == BackupState::Completed
            && last.seen.message.is_none()
            && is_of_it
            && is_kept
            && image.is_some_and(|image| image.state == "available")
            && self.work.copies.iter().all(|place| has_copy(&place.vault_arn));
        (!is_proved).then(|| format!("R7: {}, but the service says {:?}, {point:?}", outcome.word(), last.seen))
    }
}
