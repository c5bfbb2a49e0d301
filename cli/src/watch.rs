//! Waits for a run to end and shows how it goes: a bar for each job on a terminal, a line a minute elsewhere.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use nightferry_domain::ids::{Engine, ExecutionArn, RunId};
use nightferry_domain::job::{Job, Phase};
use nightferry_domain::observation::{ExecutionState, TransferObservation};
use nightferry_domain::plan::JobName;
use nightferry_workflow::World as _;
use nightferry_workflow::error::PortError;
use nightferry_workflow::ports::Transfers as _;

use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::nights::{Night, standing};
use crate::output::Output;

/// Pause between two looks, in milliseconds.
const LOOK_MILLIS: u64 = 1_000;
/// Pause between two lines where nobody looks at a terminal, in seconds.
const LINE_SECS: u64 = 60;

/// Waits until the run is closed, its report written. Ctrl-C stops the waiting, not the run.
pub(crate) async fn until_closed(context: &Context, run: &RunId) -> Result<Night, Failure> {
    let mut view = View::new();
    loop {
        let night = Night::read(context, run).await?;
        view.show(context, &night).await?;
        if night.is_closed() {
            view.end();
            return Ok(night);
        }
        tokio::select! {
            () = tokio::time::sleep(Duration::from_millis(LOOK_MILLIS)) => {}
            _ = tokio::signal::ctrl_c() => {
                view.end();
                return Err(Failure::new(Exit::Interrupted, format!("stopped waiting; the run goes on: `nightferry show {run}`")));
            }
        }
    }
}

/// What is shown of a night.
enum View {
    Bars { all: MultiProgress, of: BTreeMap<JobName, ProgressBar> },
    Lines { last: Option<Instant> },
}

impl View {
    fn new() -> Self {
        if Output::is_terminal() {
            Self::Bars { all: MultiProgress::new(), of: BTreeMap::new() }
        } else {
            Self::Lines { last: None }
        }
    }

    async fn show(&mut self, context: &Context, night: &Night) -> Result<(), Failure> {
        match self {
            Self::Bars { all, of } => {
                for job in &night.jobs {
                    let bar = of.entry(job.spec.name.clone()).or_insert_with(|| all.add(new_bar(job)));
                    draw(bar, job, seen(context, job).await?.as_ref());
                }
            }
            Self::Lines { last } => {
                let is_due = last.is_none_or(|last| last.elapsed() >= Duration::from_secs(LINE_SECS));
                if is_due || night.is_closed() {
                    *last = Some(Instant::now());
                    Output::say(&line(night));
                }
            }
        }
        Ok(())
    }

    fn end(&mut self) {
        if let Self::Bars { of, .. } = self {
            for bar in of.values() {
                bar.abandon();
            }
        }
    }
}

fn new_bar(job: &Job) -> ProgressBar {
    let bar = ProgressBar::new(0);
    let template =
        "{prefix:20!} {msg:14!} {wide_bar} {decimal_bytes}/{decimal_total_bytes} {decimal_bytes_per_sec} {eta}";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.set_prefix(job.spec.name.to_string());
    bar
}

/// The running execution in the service's numbers.
async fn seen(context: &Context, job: &Job) -> Result<Option<TransferObservation>, Failure> {
    let Phase::Running { execution, .. } = &job.phase else { return Ok(None) };
    if execution.engine() != Engine::DataSync {
        return Ok(None);
    }
    observe(context, execution).await
}

async fn observe(context: &Context, execution: &ExecutionArn) -> Result<Option<TransferObservation>, Failure> {
    match context.world.transfers().observe(execution).await {
        Ok(seen) => Ok(Some(seen)),
        // A busy service is no reason to stop watching.
        Err(PortError::Retryable { .. } | PortError::Ambiguous { .. } | PortError::Missing { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn draw(bar: &ProgressBar, job: &Job, seen: Option<&TransferObservation>) {
    bar.set_message(seen.map_or_else(|| standing(job), phase_word));
    let count = |n: Option<i64>| n.and_then(|n| u64::try_from(n).ok()).unwrap_or_default();
    if let Some(seen) = seen {
        bar.set_length(count(seen.counts.bytes_estimated));
        bar.set_position(count(seen.counts.bytes_written));
    } else if let Some(settlement) = job.settlement() {
        bar.set_length(settlement.tally.bytes);
        bar.set_position(settlement.tally.bytes);
        bar.finish();
    }
}

fn phase_word(seen: &TransferObservation) -> String {
    match &seen.state {
        ExecutionState::InProgress(word) | ExecutionState::Unrecognised(word) => word.to_lowercase(),
        ExecutionState::Success | ExecutionState::Error => "judging".into(),
    }
}

fn line(night: &Night) -> String {
    let settled = night.jobs.iter().filter(|job| job.settlement().is_some()).count();
    let open: Vec<String> = night
        .jobs
        .iter()
        .filter(|job| job.settlement().is_none())
        .take(5)
        .map(|job| format!("{} {}", job.spec.name, standing(job)))
        .collect();
    let tail = if open.is_empty() { String::new() } else { format!("; {}", open.join(", ")) };
    format!("{}: {settled} of {} job(s) settled{tail}", night.run.id, night.run.job_count)
}
