//! A person wants a copy back: decides what is made for it, makes it, then opens a run that carries it.
//!
//! What is made carries the run's mark. It is taken away by `tidy-restore`, whatever becomes of the run; and at once, where
//! no run comes about.

mod ends;
mod make;
pub mod ports;

use jiff::Timestamp;
use nightferry_domain::back::Wish;
use nightferry_domain::back::hold::touched;
use nightferry_domain::back::order::{Order, order};
use nightferry_domain::ids::RunId;
use nightferry_domain::job_spec::{JobSpec, Overlap, Work};
use nightferry_domain::plan::JobName;
use nightferry_domain::run::{Run, RunPhase, Trigger};
use nightferry_domain::stack::Stack;

use crate::copy_back::ends::ends;
use crate::copy_back::make::{make, take_away};
use crate::copy_back::ports::{AccessPoints, WaysBack};
use crate::error::WorkflowError;
use crate::hold::{release, take};
use crate::open_restore::promise_key;
use crate::open_run::{Opened, resume};
use crate::ports::{Clock, OpenRecord, Records, RunTable, Saved, Versioned, World};
use crate::provision::ports::{Pause, TransferTasks};

/// How long a restore may take. Its workflow ends after 48 hours; there has to be time left to tidy up in.
const COMPLETE_WITHIN_SECS: u32 = 40 * 3_600;
const ATTEMPTS_MAX: u32 = 3;
const RETRY_WAIT_SECS: u32 = 300;

/// What is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The plan's job whose copy comes back.
    pub job: JobName,
    /// Where to, and what of it.
    pub wish: Wish,
    /// For the report.
    pub note: String,
    /// When it was asked for.
    pub requested_at: Timestamp,
    /// Keeps two requests of one second apart.
    pub nonce: u16,
}

impl Request {
    /// The run that it opens, however often it is repeated.
    #[must_use]
    pub fn run_id(&self) -> RunId {
        RunId::restore(self.requested_at, self.nonce, self.wish.is_drill)
    }
}

/// What would be made, and for which job.
#[derive(Debug, Clone, PartialEq)]
pub struct Prepared {
    /// The plan's job.
    pub job: JobSpec,
    /// What is made for the restore.
    pub order: Order,
}

/// Decides what would be made, and changes nothing: what `--dry-run` shows.
///
/// # Errors
/// When there is no such job or no such way back, with what there is instead; or when something outside does not answer.
pub async fn prepare<W: World, A: TransferTasks + AccessPoints>(
    world: &W,
    account: &A,
    stack: &Stack,
    request: &Request,
) -> Result<Prepared, WorkflowError> {
    let (_, plan) = world.records().current_plan().await?;
    let job = plan.jobs.iter().find(|spec| spec.name == request.job);
    let job = job.ok_or_else(|| {
        invalid(format!("the applied plan has no job `{}`; `nightferry apply` it first", request.job))
    })?;
    let ends = ends(account, stack, &plan.jobs, job, &request.wish).await?;
    let order = order(stack, &request.run_id(), &job.name, &ends, &request.wish).map_err(invalid)?;
    Ok(Prepared { job: job.clone(), order })
}

/// Makes locations and task, writes the promise, and opens the run. What was made for a run that does not come about is taken
/// away again.
///
/// # Errors
/// As [`prepare`], and while a job that it touches is open in another run, or held by another restore. A call that was cut off may be repeated with the same request: what it had made is found by its mark.
#[tracing::instrument(skip_all, fields(run.id = %request.run_id(), job.name = %request.job))]
pub async fn open_copy_back<W: World, A: TransferTasks + AccessPoints + WaysBack + Pause>(
    world: &W,
    account: &A,
    stack: &Stack,
    request: &Request,
) -> Result<Opened, WorkflowError> {
    let id = request.run_id();
    if let Some(run) = world.table().load_run(&id).await? {
        return resume(world, run, false).await;
    }
    let prepared = prepare(world, account, stack, request).await?;
    let touched = touched(&request.job, &request.wish);
    refuse_open(world, &touched).await?;
    match hold_and_open(world, account, request, &prepared, &touched).await {
        Ok(opened) => Ok(opened),
        // A run that is there needs what was made for it: whoever carries it takes it away.
        Err(error) => match world.table().load_run(&id).await {
            Ok(None) => {
                take_away(account, &id).await;
                release(world, &touched, &id).await;
                Err(error)
            }
            Ok(Some(_)) | Err(_) => Err(error),
        },
    }
}

/// The nights wait from here on. One that was open before is seen now, and comes first; a drill keeps no night waiting.
async fn hold_and_open<W: World, A: TransferTasks + AccessPoints + WaysBack + Pause>(
    world: &W,
    account: &A,
    request: &Request,
    prepared: &Prepared,
    touched: &[JobName],
) -> Result<Opened, WorkflowError> {
    if !request.wish.is_drill {
        take(world, touched, &request.run_id(), &request.job).await?;
        refuse_open(world, touched).await?;
    }
    open(world, account, request, prepared).await
}

/// What a night is still writing is no copy yet, and what a restore is still writing is no source. A drill only reads the copy, and no
/// restore in earnest has to wait for one.
async fn refuse_open<W: World>(world: &W, touched: &[JobName]) -> Result<(), WorkflowError> {
    let mut page = None;
    loop {
        let open = world.table().open_records(page).await?;
        for record in open.records {
            if let OpenRecord::Job(run, job) = record
                && touched.contains(&job)
                && run.restore_kind() != Some("drill")
            {
                return Err(invalid(format!(
                    "`{job}` is still open in run `{run}`: bring it back once that has ended; `nightferry show {run}` tells how far it is, \
                     `nightferry cancel {run} {job}` ends it"
                )));
            }
        }
        page = open.next;
        if page.is_none() {
            return Ok(());
        }
    }
}

async fn open<W: World, A: TransferTasks + AccessPoints + WaysBack + Pause>(
    world: &W,
    account: &A,
    request: &Request,
    prepared: &Prepared,
) -> Result<Opened, WorkflowError> {
    let id = request.run_id();
    let (locations, task) = make(account, &id, &prepared.order).await?;
    let work = Work::DataSync(prepared.order.transfer(task, locations));
    let spec = JobSpec {
        attempts_max: ATTEMPTS_MAX,
        retry_wait_secs: RETRY_WAIT_SECS,
        complete_within_secs: COMPLETE_WITHIN_SECS,
        overlap: Overlap::Wait,
        work,
        ..prepared.job.clone()
    };
    let body = serde_json::to_vec(&[&spec]).map_err(invalid)?;
    let _ = world.records().put_once(&promise_key(&id), "application/json", body).await?;
    let (plan_key, _) = world.records().current_plan().await?;
    let trigger = Trigger::Person { jobs: vec![spec.name], note: request.note.clone() };
    let run = Run { id, trigger, opened_at: world.clock().now(), plan_key, job_count: 1, phase: RunPhase::Opening };
    match world.table().create_run(&run).await? {
        Saved::At(version) => resume(world, Versioned { record: run, version }, true).await,
        Saved::Conflict => Err(WorkflowError::Conflict { record: format!("run `{}`", run.id) }),
    }
}

fn invalid(why: impl std::fmt::Display) -> WorkflowError {
    WorkflowError::Invalid { what: why.to_string() }
}
