//! `show` and `why`: one night in full, and the story of one job.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use nightferry_domain::batch::new_objects::NewObjects;
use nightferry_domain::ids::RunId;
use nightferry_domain::job::{Attempt, Job};
use nightferry_domain::plan::JobName;
use nightferry_domain::report::cover;
use nightferry_domain::report::new_objects::line;

use crate::args::Globals;
use crate::commands::table;
use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::nights::{self, Night, bytes};
use crate::output::Output;

/// Nights in which `why` looks for the job.
const NIGHTS_LOOKED_AT: usize = 60;

/// One run and its jobs.
pub(crate) async fn show(globals: &Globals, output: Output, run: Option<RunId>) -> Result<Exit, Failure> {
    let context = Context::connect(globals).await?;
    let night = Night::meant(&context, run).await?;
    output.answer(&night, || in_words(&night))?;
    Ok(exit_of(&night))
}

/// What became of new objects, and what has to be done.
fn arriving(told: &NewObjects) -> String {
    let fix = told.cause().map(|cause| format!("\n  do: {}", cause.fix)).unwrap_or_default();
    format!("new objects: {}{fix}", line(told, &TimeZone::UTC))
}

/// The code of a night as far as it has come: an open one is no failure yet.
pub(crate) fn exit_of(night: &Night) -> Exit {
    if night.is_settled() { night.outcome().map_or(Exit::Ok, Exit::of_outcome) } else { Exit::Ok }
}

/// A night as a table with what has to be done below it.
pub(crate) fn in_words(night: &Night) -> String {
    let run = &night.run;
    let state = if run.is_open() { "open" } else { "closed" };
    let mut parts = vec![format!("{} ({state}): {}, opened {}", run.id, nights::trigger(run), run.opened_at)];
    parts.push(table(
        ["JOB", "STATE", "FILES", "BYTES", "FAILED", "ATTEMPTS"],
        night.jobs.iter().map(|job| row(night, job)),
    ));
    for job in &night.jobs {
        let settlement = job.settlement();
        if let Some(cause) = settlement.and_then(|settlement| settlement.cause.as_ref()) {
            parts.push(format!("{}: {}\n  do: {}", job.spec.name, cause.what, cause.fix));
        }
    }
    parts.extend(night.new_objects.iter().map(|(job, told)| format!("{job}: {}", arriving(told))));
    parts.join("\n")
}

fn row(night: &Night, job: &Job) -> [String; 6] {
    let tally = job.settlement().map(|settlement| settlement.tally).unwrap_or_default();
    [
        title(job),
        night.standing(job),
        tally.files.to_string(),
        bytes(tally.bytes),
        tally.failed.to_string(),
        job.attempts.len().to_string(),
    ]
}

/// A machine by its job, its name and its id.
fn title(job: &Job) -> String {
    match job.spec.name.machine() {
        Some(_) => format!("{}: {}", job.spec.name.plan_job(), job.spec.work.from()),
        None => job.spec.name.to_string(),
    }
}

/// Why a job ended as it did, or did not run.
pub(crate) async fn why(globals: &Globals, output: Output, job: JobName, night: Option<Date>) -> Result<Exit, Failure> {
    let context = Context::connect(globals).await?;
    let nights = nights::latest(&context, NIGHTS_LOOKED_AT).await?;
    let Some(found) = meant(&nights, &job, night) else {
        let when = night.map_or_else(|| "in the last runs".to_owned(), |date| format!("on {date} (UTC)"));
        let words = format!(
            "no run had the job `{job}` {when}: it was not in the applied plan, or no run was opened; see `nightferry status`"
        );
        return Err(Failure::not_found(words));
    };
    let Some(record) = found.job(&job) else { return Err(Failure::not_found("the job is gone")) };
    output.answer(record, || story_of(found, record))?;
    Ok(found.outcome_of(record).map_or(Exit::Ok, Exit::of_outcome))
}

/// The latest run with the job, on this date if one is named. What a restore or a drill came to, `show` tells: the question is about the
/// job's nights, if there was one.
pub(crate) fn meant<'n>(nights: &'n [Night], job: &JobName, date: Option<Date>) -> Option<&'n Night> {
    let is_on = |run: &Night| date.is_none_or(|date| date == run.run.opened_at.to_zoned(TimeZone::UTC).date());
    let with_job = || nights.iter().filter(|run| run.job(job).is_some() && is_on(run));
    with_job().find(|run| !run.run.id.is_restore()).or_else(|| with_job().next())
}

/// The job's night, and what became of new objects.
pub(crate) fn story_of(night: &Night, job: &Job) -> String {
    let told = night.new_objects.get(&job.spec.name).into_iter().map(arriving);
    let head = format!("{} in {}: {}", job.spec.name, job.run, night.standing(job));
    [head, story(job)].into_iter().chain(told).collect::<Vec<_>>().join("\n")
}

/// The job's night, told from its beginning.
fn story(job: &Job) -> String {
    let mut lines = vec![];
    lines.push(format!("  {}  promised, to be done by {}", clock(job.opened_at), job.deadline));
    lines.extend(job.attempts.iter().flat_map(attempt_lines));
    lines.extend(job.notes.iter().map(|note| format!("  {}  {}", clock(note.at), note.text)));
    if let Some(settlement) = job.settlement() {
        lines.push(format!("  {}  {}", clock(settlement.at), settlement.outcome.word()));
        if let Some(cause) = &settlement.cause {
            lines.push(format!("why: {} [{}]", cause.what, cause.id));
            lines.extend(cause.said.iter().map(|said| format!("the service's words: {said}")));
            lines.push(format!("do:  {}", cause.fix));
        }
        let failed = settlement.failed_items.iter();
        lines.extend(failed.map(|item| format!("  failed: {} ({}: {})", item.path, item.phase, item.reason)));
    }
    lines.join("\n")
}

fn attempt_lines(attempt: &Attempt) -> Vec<String> {
    let id = attempt.execution.as_ref().map_or("no execution", |execution| execution.id());
    let mut lines = vec![format!("  {}  attempt {}: {id}", clock(attempt.claimed_at), attempt.number)];
    if let (Some(at), Some(judgement)) = (attempt.ended_at, &attempt.judgement) {
        let cause = judgement.cause.as_ref().map(|cause| format!(": {}", cause.what)).unwrap_or_default();
        let moved = match &judgement.point {
            Some(kept) => cover::point(kept, &TimeZone::UTC),
            None => format!("{} files, {}", judgement.tally.files, bytes(judgement.tally.bytes)),
        };
        lines.push(format!(
            "  {}  attempt {} {} ({moved}){cause}",
            clock(at),
            attempt.number,
            judgement.outcome.word()
        ));
    }
    lines
}

fn clock(at: jiff::Timestamp) -> impl std::fmt::Display {
    at.strftime("%T")
}
