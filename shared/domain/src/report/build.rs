//! From the records of a night to its report; refuses to tell less than was promised.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::{AttemptReport, Counts, JobReport, Report, RunSummary, SCHEMA};
use crate::backup::coverage::Coverage;
use crate::backup::proof::KeptPoint;
use crate::ids::RunId;
use crate::job::{Attempt, Job};
use crate::outcome::{Outcome, Settlement, Tally};
use crate::plan::JobName;
use crate::run::Run;

/// Why a report can't be made yet, or not from these records.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAllSettled {
    /// Fewer or more jobs than the run promised.
    #[error("run {run} promised {promised} job(s), but {found} record(s) were read; read the run's jobs again")]
    Miscounted {
        /// The night.
        run: RunId,
        /// [`Run::job_count`].
        promised: u32,
        /// How many records there were.
        found: usize,
    },
    /// Jobs that have not ended.
    #[error("{} job(s) of run {run} have not ended, the first is `{first}`; they settle by their deadlines", .others + 1)]
    Unsettled {
        /// The night.
        run: RunId,
        /// One of them.
        first: JobName,
        /// How many more.
        others: usize,
    },
    /// A record of another night.
    #[error("job `{job}` belongs to run {of}, not to run {run}; read the run's own jobs")]
    Foreign {
        /// The night that is told.
        run: RunId,
        /// The job.
        job: JobName,
        /// The night that it belongs to.
        of: RunId,
    },
    /// The same job more than once: with the count right, another one is missing.
    #[error("job `{job}` of run {run} was read more than once, so another one is missing; read the run's jobs again")]
    Twice {
        /// The night.
        run: RunId,
        /// The job.
        job: JobName,
    },
}

impl Report {
    /// Tells a night. `now` becomes the time at which it was closed.
    ///
    /// The order of `jobs` makes no difference: equal records give an equal report, byte for byte.
    pub fn build(
        run: &Run,
        jobs: &[Job],
        next_runs: &BTreeMap<JobName, Timestamp>,
        now: Timestamp,
    ) -> Result<Self, NotAllSettled> {
        refuse_strangers(run, jobs)?;
        let mut told = tell_all(run, jobs, next_runs)?;
        sort(&mut told);
        let mut report = Self {
            schema: SCHEMA.to_owned(),
            run: summary(run, &told, now),
            counts: Counts::of(&told),
            jobs: told,
            coverage: vec![],
            agents: vec![],
            digest: String::new(),
        };
        report.digest = report.digest_of_content();
        Ok(report)
    }

    /// The same night, with what is protected of tagged machines.
    #[must_use]
    pub fn with_coverage(mut self, coverage: Vec<Coverage>) -> Self {
        self.coverage = coverage;
        self.digest = self.digest_of_content();
        self
    }
}

/// Worst first, then by name.
pub(super) fn sort(jobs: &mut [JobReport]) {
    jobs.sort_by(|a, b| (Reverse(a.outcome), &a.name).cmp(&(Reverse(b.outcome), &b.name)));
}

fn refuse_strangers(run: &Run, jobs: &[Job]) -> Result<(), NotAllSettled> {
    if usize::try_from(run.job_count) != Ok(jobs.len()) {
        return Err(NotAllSettled::Miscounted { run: run.id.clone(), promised: run.job_count, found: jobs.len() });
    }
    let mut names = BTreeSet::new();
    for job in jobs {
        let name = &job.spec.name;
        if job.run != run.id {
            return Err(NotAllSettled::Foreign { run: run.id.clone(), job: name.clone(), of: job.run.clone() });
        }
        if !names.insert(name) {
            return Err(NotAllSettled::Twice { run: run.id.clone(), job: name.clone() });
        }
    }
    Ok(())
}

fn tell_all(
    run: &Run,
    jobs: &[Job],
    next_runs: &BTreeMap<JobName, Timestamp>,
) -> Result<Vec<JobReport>, NotAllSettled> {
    let mut unsettled = jobs.iter().filter(|job| job.settlement().is_none());
    if let Some(first) = unsettled.next() {
        let first = first.spec.name.clone();
        return Err(NotAllSettled::Unsettled { run: run.id.clone(), first, others: unsettled.count() });
    }
    let settled = jobs.iter().filter_map(|job| Some((job, job.drill.told(job.settlement()?))));
    // The plan's next run of a job is no next restore.
    let next = |job: &Job| if run.id.is_restore() { None } else { next_run(job, next_runs) };
    Ok(settled.map(|(job, end)| tell(job, &end, next(job))).collect())
}

/// A machine's next run is that of its job in the plan.
fn next_run(job: &Job, next_runs: &BTreeMap<JobName, Timestamp>) -> Option<Timestamp> {
    let of_plan = || next_runs.iter().find(|(name, _)| name.as_str() == job.spec.name.plan_job()).map(|(_, at)| *at);
    next_runs.get(&job.spec.name).copied().or_else(|| job.spec.name.machine().and_then(|_| of_plan()))
}

fn summary(run: &Run, jobs: &[JobReport], now: Timestamp) -> RunSummary {
    RunSummary {
        id: run.id.clone(),
        trigger: run.trigger.clone(),
        opened_at: run.opened_at,
        closed_at: now,
        outcome: worst(jobs),
        plan_key: run.plan_key.clone(),
    }
}

/// The order of [`Outcome`] is best first, so the worst is the largest.
pub(super) fn worst(jobs: &[JobReport]) -> Outcome {
    jobs.iter().map(|job| job.outcome).max().unwrap_or(Outcome::NothingToDo)
}

fn tell(job: &Job, end: &Settlement, next_run: Option<Timestamp>) -> JobReport {
    let started_at = job.attempts.iter().map(|attempt| attempt.claimed_at).min();
    JobReport {
        name: job.spec.name.clone(),
        engine: job.spec.work.engine().to_owned(),
        from: job.spec.work.from().to_owned(),
        to: job.spec.work.to().to_owned(),
        outcome: end.outcome,
        files: end.tally.files,
        bytes: end.tally.bytes,
        deleted: end.tally.deleted,
        failed: end.tally.failed,
        started_at,
        ended_at: end.at,
        duration_secs: started_at.map_or(0, |start| secs_between(start, end.at)),
        attempts: job.attempts.iter().map(tell_attempt).collect(),
        cause: end.cause.clone(),
        failed_items: end.failed_items.clone(),
        notes: job.notes.iter().cloned().chain(job.drill.notes()).collect(),
        recovery_point: point_of(job),
        new_objects: None,
        next_run,
    }
}

/// What the last attempt left that left anything.
fn point_of(job: &Job) -> Option<KeptPoint> {
    job.attempts.iter().rev().find_map(|attempt| attempt.judgement.as_ref()?.point.clone())
}

fn tell_attempt(attempt: &Attempt) -> AttemptReport {
    let judgement = attempt.judgement.as_ref();
    let tally = judgement.map_or_else(Tally::default, |judgement| judgement.tally);
    AttemptReport {
        number: attempt.number,
        started_at: attempt.claimed_at,
        ended_at: attempt.ended_at,
        execution: attempt.execution.clone(),
        outcome: judgement.map(|judgement| judgement.outcome),
        files: tally.files,
        bytes: tally.bytes,
        cause: judgement.and_then(|judgement| judgement.cause.clone()),
    }
}

/// Whole seconds; 0 if the clock of one machine was behind that of another.
pub(super) fn secs_between(start: Timestamp, end: Timestamp) -> u64 {
    u64::try_from(end.duration_since(start).as_secs()).unwrap_or_default()
}
