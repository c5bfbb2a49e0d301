//! Waits for a run to end and shows how it goes: a bar for each job on a terminal, a line a minute elsewhere.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use nightferry_domain::ids::RunId;
use nightferry_domain::job::Job;
use nightferry_domain::job_spec::Work;
use nightferry_domain::plan::JobName;

use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::nights::{Night, standing};
use crate::output::Output;
use crate::progress::{self, Progress, Unit};

/// Pause between two looks, in milliseconds.
const LOOK_MILLIS: u64 = 1_000;
/// Pause between two lines where nobody looks at a terminal, in seconds.
const LINE_SECS: u64 = 60;
/// Open jobs that one line tells of.
const JOBS_TOLD_MAX: usize = 5;

/// Waits until the run is closed, its report written. Ctrl-C stops the waiting, not the run.
pub(crate) async fn until_closed(context: &Context, run: &RunId) -> Result<Night, Failure> {
    let mut view = View::new();
    loop {
        let night = Night::read(context, run).await?;
        view.show(context, &night).await;
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

    async fn show(&mut self, context: &Context, night: &Night) {
        match self {
            Self::Bars { all, of } => {
                for job in &night.jobs {
                    let bar = of.entry(job.spec.name.clone()).or_insert_with(|| all.add(new_bar(job)));
                    draw(bar, job, progress::of_job(&context.world, job).await.as_ref());
                }
            }
            Self::Lines { last } => {
                let is_due = last.is_none_or(|last| last.elapsed() >= Duration::from_secs(LINE_SECS));
                if is_due || night.is_closed() {
                    *last = Some(Instant::now());
                    Output::say(&line(context, night).await);
                }
            }
        }
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
    let template = match unit(job) {
        Unit::Bytes => {
            "{prefix:20!} {msg:14!} {wide_bar} {decimal_bytes}/{decimal_total_bytes} {decimal_bytes_per_sec} {eta}"
        }
        Unit::Objects => "{prefix:20!} {msg:14!} {wide_bar} {human_pos}/{human_len} objects {per_sec} {eta}",
    };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.set_prefix(job.spec.name.to_string());
    bar
}

fn draw(bar: &ProgressBar, job: &Job, seen: Option<&Progress>) {
    bar.set_message(seen.map_or_else(|| standing(job), |seen| seen.word.clone()));
    if let Some(seen) = seen {
        bar.set_length(seen.all);
        bar.set_position(seen.done);
    } else if let Some(settlement) = job.settlement() {
        let end = match unit(job) {
            Unit::Bytes => settlement.tally.bytes,
            Unit::Objects => settlement.tally.files,
        };
        bar.set_length(end);
        bar.set_position(end);
        bar.finish();
    }
}

/// In which unit the job's bar grows.
fn unit(job: &Job) -> Unit {
    match &job.spec.work {
        Work::DataSync(_) => Unit::Bytes,
        Work::Replicate(_) | Work::Backup(_) | Work::Restore(_) => Unit::Objects,
    }
}

async fn line(context: &Context, night: &Night) -> String {
    let settled = night.jobs.iter().filter(|job| job.settlement().is_some()).count();
    let mut open = vec![];
    for job in night.jobs.iter().filter(|job| job.settlement().is_none()).take(JOBS_TOLD_MAX) {
        let seen = progress::of_job(&context.world, job).await;
        open.push(format!("{} {}", job.spec.name, seen.map_or_else(|| standing(job), |seen| seen.words())));
    }
    let tail = if open.is_empty() { String::new() } else { format!("; {}", open.join(", ")) };
    format!("{}: {settled} of {} job(s) settled{tail}", night.run.id, night.run.job_count)
}
