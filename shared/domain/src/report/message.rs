//! The morning message: a subject that carries the counts, and a text that says the worst first.

use jiff::tz::TimeZone;

use super::agents;
use super::cover::{copied, gaps, point, summary, title};
use super::new_objects::line;
use super::words::{
    bytes, cause, counted, duration, grouped, headline, label, moment, night_date, night_name, shown, trigger,
};
use super::{JobReport, Report};
use crate::backup::coverage::Coverage;

/// SNS takes subjects of fewer than 100 characters.
pub const SUBJECT_CHARS_MAX: usize = 99;
/// SNS takes messages of 256 KiB, attributes included; the rest is left for its envelope.
pub const MESSAGE_BYTES_MAX: usize = 200 * 1024;

const FAILED_ITEMS_TOLD_MAX: usize = 5;
const GAPS_TOLD_MAX: usize = 20;
/// What is said after the jobs, of coverage and agents: the rest of the message is the jobs'.
const AFTER_BYTES_MAX: usize = MESSAGE_BYTES_MAX / 4;

/// The subject: plain ASCII in one line, for example `[Nightferry] nightly 2026-11-20: 3 ok, 1 PARTIAL, 1 FAILED`.
#[must_use]
pub fn subject(report: &Report) -> String {
    let counts = &report.counts;
    let mut parts = vec![format!("{} ok", counts.safe())];
    for (count, word) in [(counts.partial, "PARTIAL"), (counts.failed, "FAILED"), (report.jobs_at_risk(), "AT RISK")] {
        if count > 0 {
            parts.push(format!("{count} {word}"));
        }
    }
    let tail = format!(" {}: {}", night_date(report), parts.join(", "));
    let head: String = format!("[Nightferry] {}", night_name(&report.run));
    // The counts are what the subject is for, so it is the name that gives way.
    let room = SUBJECT_CHARS_MAX.saturating_sub(tail.chars().count());
    head.chars().take(room).chain(tail.chars()).filter(|c| c.is_ascii() && !c.is_ascii_control()).collect()
}

/// The text. Beyond [`MESSAGE_BYTES_MAX`] it ends early and says how many jobs it leaves out.
#[must_use]
pub fn message(report: &Report) -> String {
    let (head, foot) = (head(report), after(report) + &foot(report));
    let mut room = MESSAGE_BYTES_MAX.saturating_sub(head.len() + foot.len() + left_out(report, usize::MAX).len());
    let mut text = head;
    for (told, job) in report.jobs.iter().enumerate() {
        let block = if job.outcome.is_safe() { safe_line(report, job) } else { unsafe_block(job) };
        let Some(rest) = room.checked_sub(block.len()) else {
            text.push_str(&left_out(report, report.jobs.len().saturating_sub(told)));
            break;
        };
        room = rest;
        text.push_str(&block);
    }
    text + &foot
}

fn head(report: &Report) -> String {
    let run = &report.run;
    let sums = format!(
        "{} copied, {} written, {} failed",
        counted(report.counts.files, "file"),
        bytes(report.counts.bytes),
        counted(report.counts.failed_items, "item")
    );
    format!(
        "{}.\n\nRun {} ({})\nFrom {} to {}\n{sums}\n\n",
        headline(report),
        run.id,
        trigger(&run.trigger),
        moment(run.opened_at, &TimeZone::UTC),
        moment(run.closed_at, &TimeZone::UTC),
    )
}

fn foot(report: &Report) -> String {
    let id = &report.run.id;
    let mut lines = vec![format!("\nSee more:      nightferry show {id}")];
    if report.counts.unsafe_jobs() > 0 {
        lines.push(match id.restore_kind() {
            Some(kind) => format!("Ask again:     nightferry {kind}, as for this run"),
            None => format!("Start again:   nightferry rerun {id} --failed-only"),
        });
    }
    lines.push(format!("Report digest: sha256 {}\n", report.digest));
    lines.join("\n")
}

/// Coverage and agents, as many whole lines as have room.
fn after(report: &Report) -> String {
    let told = at_risk(report) + &covered(report);
    if told.len() <= AFTER_BYTES_MAX {
        return told;
    }
    let mut kept = String::new();
    for line in told.split_inclusive('\n') {
        if kept.len().saturating_add(line.len()) > AFTER_BYTES_MAX {
            break;
        }
        kept.push_str(line);
    }
    kept + &format!(
        "\n... and more, left out because the message is full: `nightferry show {}` has it all.\n",
        report.run.id
    )
}

/// What the agents' absence means for the next night.
fn at_risk(report: &Report) -> String {
    let lines = agents::lines(&report.agents, &TimeZone::UTC);
    lines.into_iter().fold(String::new(), |told, line| told + "\n" + &line + "\n")
}

/// What is protected of tagged machines; no more lines than a person reads.
fn covered(report: &Report) -> String {
    let of = |coverage: &Coverage| {
        let gaps = gaps(coverage, &TimeZone::UTC);
        let more = gaps.len().saturating_sub(GAPS_TOLD_MAX);
        let mut lines = vec![format!("\nCoverage of {}", summary(coverage))];
        lines.extend(gaps.into_iter().take(GAPS_TOLD_MAX).map(|gap| format!("  {gap}")));
        lines.extend((more > 0).then(|| format!("  ... and {more} more: `nightferry coverage {}`", coverage.job)));
        lines.join("\n") + "\n"
    };
    report.coverage.iter().map(of).collect()
}

fn left_out(report: &Report, count: usize) -> String {
    let id = &report.run.id;
    format!(
        "\n... and {count} more job(s), left out because the message is full: `nightferry show {id}` has them all.\n"
    )
}

fn safe_line(report: &Report, job: &JobReport) -> String {
    // What a restore proved, or left behind, is worth a line; other safe jobs are told in one.
    let noted = job.notes.iter().filter(|_| report.run.id.is_restore());
    let noted = noted.fold(String::new(), |told, note| told + "    " + &shown(&note.text) + "\n");
    format!(
        "{}  {}: {}, {}, {}{}\n{}{}{noted}",
        label(job.outcome),
        title(job),
        copied(job),
        bytes(job.bytes),
        duration(job.duration_secs),
        next_run(job),
        job.recovery_point.as_ref().map_or_else(String::new, |kept| format!("    {}\n", point(kept, &TimeZone::UTC))),
        job.new_objects
            .as_ref()
            .map_or_else(String::new, |told| format!("    New objects: {}\n", line(told, &TimeZone::UTC)))
    )
}

fn next_run(job: &JobReport) -> String {
    job.next_run.map_or_else(String::new, |at| format!("; next run {}", moment(at, &TimeZone::UTC)))
}

fn unsafe_block(job: &JobReport) -> String {
    let mut lines = vec![
        format!("{}  {}", label(job.outcome), title(job)),
        format!("  From:  {}", shown(&job.from)),
        format!("  To:    {}", shown(&job.to)),
    ];
    if let Some(cause) = cause(job) {
        lines.push(format!("  Cause: {} ({})", cause.what, cause.id));
        lines.push(format!("  Fix:   {}", cause.fix));
        lines.extend(cause.said.map(|said| format!("  The service said: {said}")));
    }
    lines.push(figures(job));
    lines.extend(job.failed_items.iter().take(FAILED_ITEMS_TOLD_MAX).map(|item| {
        format!(
            "  Failed: {} ({} {}: {})",
            shown(&item.path),
            shown(&item.phase),
            shown(&item.code),
            shown(&item.reason)
        )
    }));
    lines.extend(job.recovery_point.iter().map(|kept| format!("  Kept:  {}", point(kept, &TimeZone::UTC))));
    lines.extend(job.new_objects.iter().map(|told| format!("  New objects: {}", line(told, &TimeZone::UTC))));
    lines.extend(job.notes.iter().map(|note| format!("  Note:  {}", shown(&note.text))));
    lines.join("\n") + "\n\n"
}

fn figures(job: &JobReport) -> String {
    format!(
        "  {} copied, {} written, {} failed; {} in {}{}",
        copied(job),
        bytes(job.bytes),
        grouped(job.failed),
        counted(u64::try_from(job.attempts.len()).unwrap_or(u64::MAX), "attempt"),
        duration(job.duration_secs),
        next_run(job)
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::super::sample::{any_night, at, night, restored};
    use super::*;
    use crate::run::Trigger;

    #[test]
    fn the_subject_carries_the_counts() {
        assert_eq!(subject(&night()), "[Nightferry] nightly 2026-11-20: 2 ok, 1 PARTIAL, 1 FAILED");
    }

    #[test]
    fn a_good_night_has_neither_failures_nor_anything_to_start_again() {
        let mut report = night();
        (report.counts.partial, report.counts.failed) = (0, 0);
        assert_eq!(subject(&report), "[Nightferry] nightly 2026-11-20: 2 ok");
        assert!(!message(&report).contains("Start again:"));
    }

    #[test]
    fn regression_a_restore_is_told_as_one_and_nobody_is_sent_to_rerun_it() {
        let report = restored();
        assert_eq!(subject(&report), "[Nightferry] restore 2026-11-20: 2 ok, 1 PARTIAL, 1 FAILED");
        let text = message(&report);
        assert!(text.contains("Ask again:     nightferry restore") && !text.contains("Start again:"), "{text}");
        assert!(!text.contains("next run"), "the plan's next run is no next restore: {text}");
        assert!(message(&night()).contains("next run"));
    }

    #[test]
    fn a_long_name_gives_way_to_the_counts() {
        let mut report = night();
        let schedule = "n".repeat(40).parse().unwrap();
        report.run.trigger = Trigger::Schedule { schedule, at: at(0) };
        report.counts.succeeded = 333_333;
        report.counts.partial = 3_333_333;
        report.counts.failed = 33_333_333;
        let subject = subject(&report);
        assert_eq!(subject.len(), SUBJECT_CHARS_MAX, "{subject}");
        assert!(subject.ends_with("2026-11-20: 333334 ok, 3333333 PARTIAL, 33333333 FAILED"), "{subject}");
    }

    #[test]
    fn the_message_says_the_worst_first() {
        insta::assert_snapshot!(message(&night()));
    }

    #[test]
    fn a_message_that_is_full_says_what_it_leaves_out() {
        let mut report = night();
        report.jobs = std::iter::repeat_n(report.jobs[0].clone(), 2_000).collect();
        let text = message(&report);
        assert!((203_800..=204_800).contains(&text.len()), "{}", text.len());
        let told = text.matches("FAILED  partner-logs").count();
        assert!(told > 100);
        assert!(text.contains(&format!("... and {} more job(s), left out", 2_000 - told)));
        assert!(text.contains("Start again:"));
    }

    #[test]
    fn regression_no_amount_of_coverage_makes_a_message_that_is_refused() {
        let mut report = night();
        let work = crate::backup::sample();
        let coverage = |n| Coverage::unknown(&format!("servers-{n}").parse().unwrap(), &work, "x".repeat(300));
        report.coverage = (0..3_000).map(coverage).collect();
        let text = message(&report);
        assert!(text.len() <= MESSAGE_BYTES_MAX, "{}", text.len());
        assert!(text.contains("Coverage of servers-0") && text.contains("... and more, left out"));
        assert!(text.contains("FAILED  partner-logs") && text.ends_with(&foot(&report)));
    }

    proptest! {
        #[test]
        fn no_text_of_others_begins_a_line_or_moves_a_cursor((run, jobs) in any_night()) {
            let report = Report::build(&run, &jobs, &BTreeMap::new(), at(2_000)).unwrap();
            let subject = subject(&report);
            prop_assert!(subject.len() <= SUBJECT_CHARS_MAX && subject.chars().all(|c| c.is_ascii_graphic() || c == ' '));
            let text = message(&report);
            prop_assert!(!text.contains("\nBcc:"));
            let treacherous = text.chars().find(|c| *c != '\n' && (c.is_control() || ['\u{202e}', '\u{2066}'].contains(c)));
            prop_assert_eq!(treacherous, None);
        }
    }
}
