//! The report as one self-contained page: no scripts, nothing fetched, nothing of others left unescaped.
//!
//! The template escapes for HTML; [`shown`] makes visible what would deceive the eye.

use askama::Template;
use jiff::tz::TimeZone;

use super::agents;
use super::cover::{copied, gaps, point, summary, title};
use super::new_objects::line;
use super::timeline::{Timeline, tone};
use super::words::{
    bytes, cause, counted, duration, grouped, headline, label, moment, night_date, night_name, shown, trigger,
};
use super::{AttemptReport, JobReport, Report};
use crate::observation::FailedItem;
use crate::outcome::Cause;

/// Jobs told on a card of their own, worst first; the page says how many are not, and its table has them all.
pub const CARDS_MAX: usize = 200;

/// A page that can't be written.
#[derive(Debug, thiserror::Error)]
#[error("the report can't be written as a page: {0}; its JSON form has the same content")]
pub struct HtmlError(#[from] askama::Error);

/// The page of a night. Times are told in `zone`, and on the axis in UTC also.
pub fn page(report: &Report, zone: &TimeZone) -> Result<String, HtmlError> {
    Ok(Page::of(report, zone).render()?)
}

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    css: &'static str,
    report: &'a Report,
    title: String,
    headline: String,
    tone: &'static str,
    trigger: String,
    plan_key: String,
    opened: String,
    closed: String,
    opened_utc: String,
    zone: String,
    is_utc: bool,
    tiles: Vec<(&'static str, String, &'static str)>,
    cards: Vec<Card>,
    cards_left_out: usize,
    agents: Vec<String>,
    timeline: Timeline,
    rows: Vec<Row>,
    arriving: Vec<(String, String)>,
    points: Vec<(String, String)>,
    coverage: Vec<(String, Vec<String>)>,
}

/// A job that is not safe.
struct Card {
    id: String,
    name: String,
    label: &'static str,
    tone: &'static str,
    from: String,
    to: String,
    cause: Option<Cause>,
    figures: String,
    next_run: String,
    attempts: Vec<Try>,
    items: Vec<FailedItem>,
    items_unnamed: u64,
    notes: Vec<String>,
}

struct Try {
    number: u32,
    span: String,
    label: &'static str,
    tone: &'static str,
    figures: String,
    cause: String,
    execution: String,
}

/// A line of the table of all jobs.
struct Row {
    name: String,
    label: &'static str,
    tone: &'static str,
    files: String,
    bytes: String,
    duration: String,
    attempts: usize,
    next_run: String,
    cause: String,
}

impl<'a> Page<'a> {
    fn of(report: &'a Report, zone: &TimeZone) -> Self {
        let run = &report.run;
        let bad = report.jobs.iter().filter(|job| !job.outcome.is_safe());
        let cards: Vec<Card> = bad.clone().take(CARDS_MAX).map(|job| Card::of(job, zone)).collect();
        Self {
            css: include_str!("report.css"),
            report,
            title: format!("{} {}: {}", night_name(run), night_date(report), headline(report)),
            headline: headline(report),
            tone: tone(run.outcome),
            trigger: trigger(&run.trigger),
            plan_key: shown(&run.plan_key),
            opened: moment(run.opened_at, zone),
            closed: moment(run.closed_at, zone),
            opened_utc: moment(run.opened_at, &TimeZone::UTC),
            zone: zone.iana_name().unwrap_or("the local zone").to_owned(),
            is_utc: *zone == TimeZone::UTC,
            tiles: tiles(report),
            cards_left_out: bad.count().saturating_sub(cards.len()),
            cards,
            agents: agents::lines(&report.agents, zone),
            timeline: Timeline::draw(report, zone),
            rows: report.jobs.iter().map(|job| Row::of(job, zone)).collect(),
            arriving: report.jobs.iter().filter_map(|job| arriving(job, zone)).collect(),
            points: report.jobs.iter().filter_map(|job| recovery_point(job, zone)).collect(),
            coverage: report.coverage.iter().map(|it| (summary(it), gaps(it, zone))).collect(),
        }
    }
}

/// A replicated bucket's job and what became of new objects.
fn arriving(job: &JobReport, zone: &TimeZone) -> Option<(String, String)> {
    Some((title(job), line(job.new_objects.as_ref()?, zone)))
}

/// A machine and what its backup left in the vault.
fn recovery_point(job: &JobReport, zone: &TimeZone) -> Option<(String, String)> {
    Some((title(job), point(job.recovery_point.as_ref()?, zone)))
}

/// Counts at a glance. A count of zero carries no colour: nothing to see there.
fn tiles(report: &Report) -> Vec<(&'static str, String, &'static str)> {
    let counts = &report.counts;
    let toned = |count: u64, tone: &'static str| if count > 0 { tone } else { "" };
    vec![
        ("failed", grouped(counts.failed), toned(counts.failed, "failed")),
        ("partial", grouped(counts.partial), toned(counts.partial, "partial")),
        ("ok", grouped(counts.succeeded), toned(counts.succeeded, "ok")),
        ("nothing to do", grouped(counts.nothing_to_do), toned(counts.nothing_to_do, "idle")),
        ("files copied", grouped(counts.files), ""),
        ("written", bytes(counts.bytes), ""),
        ("items failed", grouped(counts.failed_items), toned(counts.failed_items, "partial")),
    ]
}

impl Card {
    fn of(job: &JobReport, zone: &TimeZone) -> Self {
        let named = u64::try_from(job.failed_items.len()).unwrap_or(u64::MAX);
        Self {
            id: job.name.to_string(),
            name: title(job),
            label: label(job.outcome),
            tone: tone(job.outcome),
            from: shown(&job.from),
            to: shown(&job.to),
            cause: cause(job),
            figures: figures(job),
            next_run: next_run(job, zone),
            attempts: job.attempts.iter().map(|attempt| Try::of(attempt, zone)).collect(),
            items: job.failed_items.iter().map(shown_item).collect(),
            items_unnamed: job.failed.saturating_sub(named),
            notes: job.notes.iter().map(|note| format!("{}: {}", moment(note.at, zone), shown(&note.text))).collect(),
        }
    }
}

impl Try {
    fn of(attempt: &AttemptReport, zone: &TimeZone) -> Self {
        let end = attempt.ended_at.map_or_else(|| "not known".to_owned(), |end| moment(end, zone));
        Self {
            number: attempt.number,
            span: format!("{} to {end}", moment(attempt.started_at, zone)),
            label: attempt.outcome.map_or("not judged", label),
            tone: attempt.outcome.map_or("unknown", tone),
            figures: format!("{}, {}", counted(attempt.files, "file"), bytes(attempt.bytes)),
            cause: attempt.cause.as_ref().map(|cause| shown(&cause.what)).unwrap_or_default(),
            execution: attempt.execution.as_ref().map_or("no execution known", |arn| arn.as_str()).to_owned(),
        }
    }
}

impl Row {
    fn of(job: &JobReport, zone: &TimeZone) -> Self {
        Self {
            name: title(job),
            label: label(job.outcome),
            tone: tone(job.outcome),
            files: grouped(job.files),
            bytes: bytes(job.bytes),
            duration: duration(job.duration_secs),
            attempts: job.attempts.len(),
            next_run: next_run(job, zone),
            cause: cause(job).map(|cause| cause.id).unwrap_or_default(),
        }
    }
}

fn figures(job: &JobReport) -> String {
    format!(
        "{} copied, {} written, {} deleted at the destination, {} failed; {}",
        copied(job),
        bytes(job.bytes),
        grouped(job.deleted),
        grouped(job.failed),
        duration(job.duration_secs)
    )
}

fn next_run(job: &JobReport, zone: &TimeZone) -> String {
    job.next_run.map_or_else(|| "not known".to_owned(), |at| moment(at, zone))
}

fn shown_item(item: &FailedItem) -> FailedItem {
    FailedItem {
        path: shown(&item.path),
        phase: shown(&item.phase),
        code: shown(&item.code),
        reason: shown(&item.reason),
    }
}

#[cfg(test)]
#[path = "html_tests.rs"]
mod tests;
