//! The report as Markdown (with GitHub's tables), for tickets and chat.

use jiff::tz::TimeZone;

use super::agents;
use super::cover::{gaps, point, summary, title};
use super::new_objects::line;
use super::words::{bytes, cause, counted, duration, grouped, headline, label, moment, shown, trigger};
use super::{AttemptReport, JobReport, Report};
use crate::observation::FailedItem;

/// The Markdown of a night; times are in UTC.
#[must_use]
pub fn text(report: &Report) -> String {
    let sections = [head(report), table(report)];
    let cards = report.jobs.iter().filter(|job| !job.outcome.is_safe()).map(card);
    let machines = machines(report).into_iter();
    let arriving = arriving(report).into_iter();
    sections
        .into_iter()
        .chain(at_risk(report))
        .chain(cards)
        .chain(arriving)
        .chain(machines)
        .chain([foot(report)])
        .collect::<Vec<_>>()
        .join("\n")
}

fn head(report: &Report) -> String {
    let (run, counts) = (&report.run, &report.counts);
    format!(
        "# {}\n\nRun `{}` ({}), from {} to {}: {} copied, {} written, {} failed.\n",
        headline(report),
        run.id,
        literal(&trigger(&run.trigger)),
        moment(run.opened_at, &TimeZone::UTC),
        moment(run.closed_at, &TimeZone::UTC),
        counted(counts.files, "file"),
        bytes(counts.bytes),
        counted(counts.failed_items, "item"),
    )
}

fn table(report: &Report) -> String {
    let head = "| job | outcome | files | bytes | failed | duration | attempts | next run |\n\
                |---|---|--:|--:|--:|--:|--:|---|\n";
    report.jobs.iter().fold(head.to_owned(), |rows, job| rows + &row(job))
}

/// What the agents' absence means for the next night.
fn at_risk(report: &Report) -> Option<String> {
    let lines = agents::lines(&report.agents, &TimeZone::UTC);
    let lines: Vec<String> = lines.iter().map(|line| format!("- {}", literal(line))).collect();
    (!lines.is_empty()).then(|| format!("## Agents\n\n{}\n", lines.join("\n")))
}

/// What became of new objects, where a bucket is replicated.
fn arriving(report: &Report) -> Option<String> {
    let of = |job: &JobReport| {
        let told = line(job.new_objects.as_ref()?, &TimeZone::UTC);
        Some(format!("- {}: {}", job.name, literal(&told)))
    };
    let lines: Vec<String> = report.jobs.iter().filter_map(of).collect();
    (!lines.is_empty()).then(|| format!("## New objects\n\n{}\n", lines.join("\n")))
}

/// Recovery points and coverage, where a job has machines.
fn machines(report: &Report) -> Vec<String> {
    let points: Vec<String> = report.jobs.iter().filter_map(recovery_point).collect();
    let points = (!points.is_empty()).then(|| format!("## Recovery points\n\n{}\n", points.join("\n")));
    let coverage = report.coverage.iter().map(|coverage| {
        let gaps = gaps(coverage, &TimeZone::UTC);
        let gaps: Vec<String> = gaps.iter().map(|gap| format!("- {}", literal(gap))).collect();
        format!("## Coverage\n\n{}\n\n{}\n", literal(&summary(coverage)), gaps.join("\n"))
    });
    points.into_iter().chain(coverage).collect()
}

fn recovery_point(job: &JobReport) -> Option<String> {
    let kept = job.recovery_point.as_ref()?;
    Some(format!("- {}: {}", literal(&title(job)), literal(&point(kept, &TimeZone::UTC))))
}

fn row(job: &JobReport) -> String {
    format!(
        "| {} | {} | {} | {} | {} | {} | {} | {} |\n",
        row_title(job),
        label(job.outcome),
        grouped(job.files),
        bytes(job.bytes),
        grouped(job.failed),
        duration(job.duration_secs),
        job.attempts.len(),
        job.next_run.map_or_else(|| "not known".to_owned(), |at| moment(at, &TimeZone::UTC)),
    )
}

/// A machine's own name may hold anything.
fn row_title(job: &JobReport) -> String {
    if job.name.machine().is_some() { literal(&title(job)) } else { job.name.to_string() }
}

fn card(job: &JobReport) -> String {
    let mut lines = vec![
        format!("## {}: {}\n", label(job.outcome), row_title(job)),
        format!("From {} to {}\n", literal(&job.from), literal(&job.to)),
    ];
    if let Some(cause) = cause(job) {
        lines.push(format!("- **Cause** ({}): {}", literal(&cause.id), literal(&cause.what)));
        lines.push(format!("- **Fix**: {}", literal(&cause.fix)));
        lines.extend(cause.said.map(|said| format!("- **The service said**: {}", literal(&said))));
    }
    lines.extend(job.attempts.iter().map(attempt));
    lines.extend(job.failed_items.iter().map(failed_item));
    lines.extend(job.notes.iter().map(|note| format!("- Note: {}", literal(&note.text))));
    lines.join("\n") + "\n"
}

fn attempt(attempt: &AttemptReport) -> String {
    format!(
        "- Attempt {} at {}: {}, {}, {}",
        attempt.number,
        moment(attempt.started_at, &TimeZone::UTC),
        attempt.outcome.map_or("not judged", label),
        counted(attempt.files, "file"),
        attempt.execution.as_ref().map_or("no execution known", |execution| execution.as_str()),
    )
}

fn failed_item(item: &FailedItem) -> String {
    format!("- Failed: {} ({}: {})", literal(&item.path), literal(&item.code), literal(&item.reason))
}

fn foot(report: &Report) -> String {
    format!("---\n{} `sha256 {}`; see more with `nightferry show {}`.\n", report.schema, report.digest, report.run.id)
}

/// Text of others, with every character that Markdown could take for markup escaped.
fn literal(text: &str) -> String {
    shown(text).chars().fold(String::new(), |mut literal, c| {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '~' | '&' | '!' | '$') {
            literal.push('\\');
        }
        literal.push(c);
        literal
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::super::sample::{any_night, at, night};
    use super::*;

    #[test]
    fn the_page_says_the_worst_first() {
        insta::assert_snapshot!(text(&night()));
    }

    proptest! {
        #[test]
        fn no_text_of_others_becomes_markup((run, jobs) in any_night()) {
            let report = Report::build(&run, &jobs, &BTreeMap::new(), at(2_000)).unwrap();
            let text = text(&report);
            prop_assert!(!text.contains("<script") || text.matches("<script").count() == text.matches("\\<script").count());
            prop_assert_eq!(text.matches("](").count(), text.matches("\\](").count());
            prop_assert_eq!(text.lines().filter(|line| line.starts_with("| job-")).count(), jobs.len());
        }
    }
}
