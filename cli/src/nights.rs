//! Runs as the program reads them: which there are, and what each of them is.

use std::collections::BTreeMap;

use jiff::Timestamp;
use nightferry_domain::batch::new_objects::NewObjects;
use nightferry_domain::ids::RunId;
use nightferry_domain::job::{Job, Phase};
use nightferry_domain::outcome::Outcome;
use nightferry_domain::plan::JobName;
use nightferry_domain::report::Report;
use nightferry_domain::run::{Run, RunPhase, Trigger};
use nightferry_workflow::World as _;
use nightferry_workflow::ports::{Records as _, RunTable as _};
use serde::Serialize;

use crate::context::Context;
use crate::exit::Failure;

/// A run with its jobs.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Night {
    /// The run.
    pub(crate) run: Run,
    /// Its jobs, by name.
    pub(crate) jobs: Vec<Job>,
    /// What its report tells of new objects: records know only what batch jobs have carried.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) new_objects: BTreeMap<JobName, NewObjects>,
}

impl Night {
    /// Reads a run that somebody asked for.
    pub(crate) async fn read(context: &Context, id: &RunId) -> Result<Self, Failure> {
        let table = context.world.table();
        let run = table.load_run(id).await?;
        let run =
            run.ok_or_else(|| Failure::not_found(format!("there is no run `{id}`; `nightferry list` has them")))?;
        let jobs: Vec<Job> = table.jobs_of(id).await?.into_iter().map(|job| job.record).collect();
        let new_objects = new_objects(context, &run.record, &jobs).await?;
        Ok(Self { run: run.record, jobs, new_objects })
    }

    /// The run that is meant: the named one, or the latest.
    pub(crate) async fn meant(context: &Context, id: Option<RunId>) -> Result<Self, Failure> {
        match id {
            Some(id) => Self::read(context, &id).await,
            None => latest(context, 1).await?.pop().ok_or_else(|| Failure::not_found("there was no run yet")),
        }
    }

    /// The worst outcome so far; nothing as long as no job has ended.
    pub(crate) fn outcome(&self) -> Option<Outcome> {
        self.jobs.iter().filter_map(|job| self.outcome_of(job)).max()
    }

    /// How one of its jobs has ended, as the night's report tells it: where new objects don't arrive, the bucket is not safe.
    pub(crate) fn outcome_of(&self, job: &Job) -> Option<Outcome> {
        let carried = job.settlement()?.outcome;
        let is_arriving = self.new_objects.get(&job.spec.name).is_none_or(NewObjects::is_safe);
        Some(if is_arriving { carried } else { carried.max(Outcome::Partial) })
    }

    /// Where one of its jobs stands, in one word; once it has ended, as the night's report tells it.
    pub(crate) fn standing(&self, job: &Job) -> String {
        self.outcome_of(job).map_or_else(|| standing(job), |outcome| outcome.word().into())
    }

    /// Whether every promised job has ended.
    pub(crate) fn is_settled(&self) -> bool {
        let settled = self.jobs.iter().filter(|job| job.settlement().is_some()).count();
        u32::try_from(settled).is_ok_and(|settled| settled >= self.run.job_count)
    }

    /// Whether it is told, too.
    pub(crate) fn is_closed(&self) -> bool {
        matches!(self.run.phase, RunPhase::Closed { .. })
    }

    /// One of its jobs. A job of machines is told by the machine that did worst.
    pub(crate) fn job(&self, name: &JobName) -> Option<&Job> {
        let meant = self.jobs.iter().filter(|job| name.means(&job.spec.name));
        meant.max_by_key(|job| self.outcome_of(job))
    }
}

/// What the report of a run tells of new objects. Nothing before there is a report, and of jobs that replicate nothing.
async fn new_objects(context: &Context, run: &Run, jobs: &[Job]) -> Result<BTreeMap<JobName, NewObjects>, Failure> {
    let RunPhase::Closed { report_key, .. } = &run.phase else { return Ok(BTreeMap::new()) };
    if jobs.iter().all(|job| job.spec.work.replication().is_none()) {
        return Ok(BTreeMap::new());
    }
    let stored = context.world.records().get(report_key).await?;
    let report = stored.and_then(|stored| Report::read(&stored).ok());
    let jobs = report.into_iter().flat_map(|report| report.jobs);
    Ok(jobs.filter_map(|job| Some((job.name, job.new_objects?))).collect())
}

/// The latest runs, latest first.
pub(crate) async fn latest(context: &Context, limit: usize) -> Result<Vec<Night>, Failure> {
    let mut nights = vec![];
    for id in context.world.records().run_ids(RUNS_READ_MAX).await? {
        // A run whose record has expired has left only its report.
        if let Some(run) = context.world.table().load_run(&id).await? {
            nights.push(run.record);
        }
    }
    nights.sort_by_key(|run| std::cmp::Reverse(run.opened_at));
    nights.truncate(limit);
    let mut read = vec![];
    for run in nights {
        read.push(Night::read(context, &run.id).await?);
    }
    Ok(read)
}

/// Runs that `list` and its kin look at.
const RUNS_READ_MAX: usize = 2_000;

/// Where a job stands, in one word.
pub(crate) fn standing(job: &Job) -> String {
    match &job.phase {
        Phase::Opened => "waiting".into(),
        Phase::Ready { not_before, .. } if *not_before > Timestamp::now() => "backing off".into(),
        Phase::Ready { .. } => "ready".into(),
        Phase::Starting { .. } => "starting".into(),
        Phase::Blocked { by, .. } => format!("waits for {}", by.id()),
        Phase::Running { attempt, .. } if job.is_a_persons_turn(*attempt, Timestamp::now()) => {
            format!("waits for `nightferry confirm {} {}`", job.run, job.spec.name)
        }
        Phase::Running { .. } => "running".into(),
        Phase::Settled(settlement) => settlement.outcome.word().into(),
    }
}

/// Why a run was opened, in words.
pub(crate) fn trigger(run: &Run) -> String {
    match &run.trigger {
        Trigger::Schedule { schedule, at } => format!("schedule {schedule} for {at}"),
        Trigger::Person { note, .. } => format!("asked for: {note}"),
        Trigger::ForeignFailure { execution, .. } => format!("{} had failed", execution.id()),
    }
}

/// Bytes for people.
pub(crate) fn bytes(count: u64) -> String {
    indicatif::BinaryBytes(count).to_string()
}

#[cfg(test)]
#[path = "nights_tests.rs"]
pub(crate) mod tests;
