//! Runs, jobs and tokens that no other check has.

use std::sync::atomic::{AtomicU32, Ordering};

use jiff::{SignedDuration, Timestamp};
use nightferry_domain::ids::{ExecutionArn, RunId, TaskArn};
use nightferry_domain::job::Job;
use nightferry_domain::job_spec::JobSpec;
use nightferry_domain::outcome::{Judgement, Outcome, Retry, Tally};
use nightferry_domain::run::{Run, RunPhase, Trigger};
use nightferry_workflow::ports::TaskToken;

static NUMBER: AtomicU32 = AtomicU32::new(1);

/// A number that no other check of this process has.
pub(crate) fn number() -> u32 {
    NUMBER.fetch_add(1, Ordering::Relaxed)
}

/// A time, this many minutes after six in Tokyo.
pub(crate) fn minute(minutes: i64) -> Timestamp {
    "2026-11-20T21:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_mins(minutes)
}

/// A run of its own, open since that minute.
pub(crate) fn run(opened: i64) -> Run {
    let id: RunId = format!("contract-{}", number()).parse().unwrap();
    let trigger = Trigger::Person { jobs: vec![], note: "contract".into() };
    let (plan_key, opened_at) = ("plan/1.json".into(), minute(opened));
    Run { id, trigger, opened_at, plan_key, job_count: 1, phase: RunPhase::Open }
}

/// The same run, closed.
pub(crate) fn closed(run: &Run) -> Run {
    let phase = RunPhase::Closed { at: minute(600), report_key: "runs/report.json".into() };
    Run { phase, ..run.clone() }
}

/// A job of the run.
pub(crate) fn job(run: &Run, name: &str) -> Job {
    let spec = JobSpec { name: name.parse().unwrap(), ..nightferry_simulation::fake::spec("home") };
    Job::open(run.id.clone(), spec, run.opened_at)
}

/// The same job, settled.
pub(crate) fn settled(job: &Job) -> Job {
    let mut job = job.clone();
    let (outcome, retry, tally) = (Outcome::NothingToDo, Retry::Useless, Tally::default());
    job.settle(Judgement { outcome, cause: None, retry, tally, failed_items: vec![], point: None }, minute(60));
    job
}

/// An execution that nobody ever started.
pub(crate) fn unknown_execution() -> ExecutionArn {
    unknown_execution_of(&nightferry_simulation::fake::task_of("home"))
}

/// The same, of this task.
pub(crate) fn unknown_execution_of(task: &TaskArn) -> ExecutionArn {
    nightferry_simulation::fake::execution_of(task, 0xf000_0000 + usize::try_from(number()).unwrap())
}

/// A token with this secret.
pub(crate) fn token(attempt: u32, secret: &str) -> TaskToken {
    TaskToken { attempt, secret: secret.to_owned().into() }
}
