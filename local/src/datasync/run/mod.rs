//! An execution: launch, prepare, transfer, verify, report. Every phase works on the real source and destination.

mod bucket;
mod compare;
mod efs;
mod failure;
mod finding;
mod flow;
mod item;
mod log;
mod manifest;
mod place;
mod prepare;
mod report;
mod transfer;
mod verify;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use jiff::Timestamp;

use super::control::Control;
use super::record::{Execution, Location, Outcome, Task};
use super::status::{Phase, Status};
use super::{DataSync, executions, ids};
use failure::Stop;
use finding::Findings;
use item::Kept;
use log::Log;
use place::Place;

const SKIPPED: &str = "Transfer and verification completed. Selected files transferred except for files skipped due to errors. \
    If no skipped files are listed in Cloud Watch Logs, please contact AWS Support for further assistance.";
const MISMATCHED: &str = "Transfer and verification completed. Verification detected mismatches. \
    Files with mismatches are listed in Cloud Watch Logs.";

/// One execution with everything it needs.
pub(super) struct Job {
    sync: Arc<DataSync>,
    arn: String,
    task: Task,
    execution: Execution,
    source: Location,
    destination: Location,
    control: Control,
    kept: Kept,
    log: Log,
    findings: Findings,
    /// Set once both sides were listed and compared: from then on there is something to report.
    prepared: AtomicBool,
}

/// Both sides, opened.
struct Sides {
    source: Place,
    destination: Place,
}

/// Carries an execution out in the background; when it ended, the next queued one of its task begins.
pub(super) fn launch(sync: &Arc<DataSync>, arn: String) {
    let sync = Arc::clone(sync);
    drop(tokio::spawn(async move {
        let Some(job) = Job::load(&sync, &arn) else { return };
        let job = Arc::new(job);
        let ended = tokio::select! {
            biased;
            () = job.control.stopped() => Err(Stop::Cancelled),
            ended = phases(&job) => ended,
        };
        end(&job, ended).await;
        executions::start_next(&sync, &job.task.arn);
    }));
}

/// Ends an execution that was cancelled before it began.
pub(super) fn end_cancelled(sync: &Arc<DataSync>, arn: &str) {
    let _ = sync.store.change(arn, |execution| {
        execution.status = Status::Error;
        execution.ended = Some(Timestamp::now());
        execution.result.settle(Some(cancelled()));
        if let Some(report) = &mut execution.report {
            report.fail(report::NEVER_BEGAN);
        }
    });
    sync.tell_execution(arn, Status::Error.word());
}

fn cancelled() -> (String, String) {
    ("TaskExecutionCancelled".to_owned(), "Task execution was cancelled.".to_owned())
}

impl Job {
    fn load(sync: &Arc<DataSync>, arn: &str) -> Option<Self> {
        let tables = sync.store.open();
        let execution = tables.executions.get(arn)?.clone();
        let task = tables.tasks.get(&execution.task)?.clone();
        let source = tables.locations.get(&task.source)?.clone();
        let destination = tables.locations.get(&task.destination)?.clone();
        drop(tables);
        let options = &execution.setup.options;
        let kept = Kept {
            uid: !options.is("Uid", "NONE"),
            gid: !options.is("Gid", "NONE"),
            mode: options.is("PosixPermissions", "PRESERVE"),
            mtime: options.is("Mtime", "PRESERVE"),
            atime: options.is("Atime", "BEST_EFFORT"),
        };
        let log = Log::new(&task, &execution);
        let (control, sync, arn) = (execution.control.clone(), Arc::clone(sync), arn.to_owned());
        Some(Self {
            sync,
            arn,
            task,
            execution,
            source,
            destination,
            control,
            kept,
            log,
            findings: Findings::default(),
            prepared: AtomicBool::new(false),
        })
    }

    /// Changes the execution's record.
    fn change<T>(&self, change: impl FnOnce(&mut Execution) -> T) -> Option<T> {
        self.sync.store.change(&self.arn, change)
    }

    /// Enters a state, tells so, waits as long as it lasts at least.
    async fn enter(&self, status: Status, least_ms: u64) {
        let entered = self.change(|execution| {
            let changed = execution.status != status && execution.status != Status::Cancelling;
            if changed {
                execution.status = status;
            }
            changed
        });
        if entered == Some(true) {
            self.sync.tell_execution(&self.arn, status.word());
        }
        self.log.flush(&self.sync, &self.arn).await;
        self.sync.pause(least_ms).await;
        self.sync.hang(&self.arn, status).await;
    }

    fn option_is(&self, name: &str, word: &str) -> bool {
        self.execution.setup.options.is(name, word)
    }
}

async fn phases(job: &Arc<Job>) -> Result<(), Stop> {
    let pace = job.sync.pace();
    job.log.progress(&format!("Request to start {}.", ids::last_part(&job.task.arn)));
    job.enter(Status::Launching, pace.launching_ms).await;
    job.sync.agents_connected(&job.task).await;
    job.log.progress(&format!("Execution {} started.", ids::last_part(&job.arn)));
    job.enter(Status::Preparing, pace.preparing_ms).await;
    let (sides, work) = timed(job, |outcome| &mut outcome.prepare, prepared(job)).await?;
    let sides = Arc::new(sides);
    if !work.is_empty() {
        job.enter(Status::Transferring, 0).await;
        refresh(&sides);
    }
    timed(job, |outcome| &mut outcome.transfer, transfer::all(job, &sides, &work)).await?;
    if !job.option_is("VerifyMode", "NONE") {
        job.enter(Status::Verifying, pace.verifying_ms).await;
        refresh(&sides);
    }
    timed(job, |outcome| &mut outcome.verify, verify::all(job, &sides, &work)).await
}

async fn prepared(job: &Arc<Job>) -> Result<(Sides, prepare::Work), Stop> {
    let source = Place::open(&job.sync, &job.source, &job.task.arn).await?;
    let destination = Place::open(&job.sync, &job.destination, &job.task.arn).await?;
    let sides = Sides { source, destination };
    let work = prepare::work(job, &sides).await?;
    job.prepared.store(true, Ordering::Relaxed);
    Ok((sides, work))
}

fn refresh(sides: &Sides) {
    sides.source.refresh();
    sides.destination.refresh();
}

/// Runs a phase and writes down how it went and how long it took. An item that failed makes the phase ERROR, not the run stop.
async fn timed<T>(
    job: &Job,
    phase: impl Fn(&mut Outcome) -> &mut (Phase, i64),
    work: impl Future<Output = Result<T, Stop>>,
) -> Result<T, Stop> {
    let began = Instant::now();
    let before = job.findings.failed();
    let done = work.await;
    let ms = i64::try_from(began.elapsed().as_millis()).unwrap_or(i64::MAX);
    let well = done.is_ok() && job.findings.failed() == before;
    let how = if well { Phase::Success } else { Phase::Error };
    let _ = job.change(|execution| *phase(&mut execution.result) = (how, ms));
    done
}

/// Settles the result, writes report and log, and only then shows the final state.
async fn end(job: &Job, ended: Result<(), Stop>) {
    let error = match ended {
        Err(Stop::Cancelled) => Some(cancelled()),
        Err(Stop::Failed { code, detail }) => Some((code, detail)),
        Ok(()) => job.findings.error(SKIPPED, MISMATCHED),
    };
    let status = if error.is_some() { Status::Error } else { Status::Success };
    if let Some((code, detail)) = &error {
        job.log.error(&format!("Execution {} failed: {code}: {detail}", ids::last_part(&job.arn)));
    } else {
        job.log.progress(&format!("Execution {} completed.", ids::last_part(&job.arn)));
    }
    let _ = job.change(|execution| {
        execution.ended = Some(Timestamp::now());
        execution.result.settle(error);
    });
    report::write(job, status).await;
    job.log.flush(&job.sync, &job.arn).await;
    let _ = job.change(|execution| execution.status = status);
    job.sync.tell_execution(&job.arn, status.word());
}
