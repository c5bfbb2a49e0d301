//! How a report says things: headlines, amounts, times, and text of others made harmless to look at.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{JobReport, Report, RunSummary};
use crate::outcome::{Cause, Outcome};
use crate::printable::is_treacherous;
use crate::run::Trigger;

/// The one sentence that has to be read.
#[must_use]
pub fn headline(report: &Report) -> String {
    let (all, bad) = (report.counts.jobs, report.counts.unsafe_jobs());
    match (all, bad) {
        (0, _) => "No job was promised for this night".to_owned(),
        (1, 0) => "The one job of this night is safe".to_owned(),
        (_, 0) => format!("All {} jobs are safe", grouped(all)),
        (_, 1) => format!("1 of {} {} is not safe", grouped(all), if all == 1 { "job" } else { "jobs" }),
        _ => format!("{} of {} jobs are not safe", grouped(bad), grouped(all)),
    }
}

/// An outcome as a label.
#[must_use]
pub fn label(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::NothingToDo => "NOTHING TO DO",
        Outcome::Succeeded => "OK",
        Outcome::Partial => "PARTIAL",
        Outcome::Failed => "FAILED",
    }
}

/// Why the night was opened.
#[must_use]
pub fn trigger(trigger: &Trigger) -> String {
    match trigger {
        Trigger::Schedule { schedule, at } => format!("schedule {schedule}, due {}", moment(*at, &TimeZone::UTC)),
        Trigger::Person { note, .. } if note.is_empty() => "asked for by a person".to_owned(),
        Trigger::Person { note, .. } => format!("asked for by a person: {}", shown(note)),
        Trigger::ForeignFailure { execution, job } => {
            format!("{} failed, an execution of job {job} that no run had started", execution.id())
        }
    }
}

/// What the night is called in a line of text: its schedule, or what stands in for one. A drill by schedule is no night.
#[must_use]
pub fn night_name(run: &RunSummary) -> String {
    if let Some(kind) = run.id.restore_kind() {
        return kind.to_owned();
    }
    match &run.trigger {
        Trigger::Schedule { schedule, .. } => schedule.to_string(),
        Trigger::Person { .. } => "manual".to_owned(),
        Trigger::ForeignFailure { job, .. } => format!("rerun of {job}"),
    }
}

/// The date of the night in UTC: the one at which it was due, else the one at which it was opened.
#[must_use]
pub fn night_date(report: &Report) -> String {
    let at = match &report.run.trigger {
        Trigger::Schedule { at, .. } => *at,
        Trigger::Person { .. } | Trigger::ForeignFailure { .. } => report.run.opened_at,
    };
    at.strftime("%Y-%m-%d").to_string()
}

/// Why a job is not safe, with its texts made harmless; `None` if it is safe. A missing cause is said to be missing.
#[must_use]
pub fn cause(job: &JobReport) -> Option<Cause> {
    if job.outcome.is_safe() {
        return None;
    }
    let Some(known) = &job.cause else {
        return Some(Cause {
            id: "unknown".to_owned(),
            what: "No cause was recorded".to_owned(),
            fix: "Read the executions' log in CloudWatch; then `nightferry rerun`.".to_owned(),
            said: None,
        });
    };
    Some(harmless(known))
}

/// A cause with its texts as [`shown`].
#[must_use]
pub fn harmless(cause: &Cause) -> Cause {
    Cause {
        id: shown(&cause.id),
        what: shown(&cause.what),
        fix: shown(&cause.fix),
        said: cause.said.as_deref().map(shown),
    }
}

/// Text of others with every character visible that could move a cursor, break a line, reverse the reading direction or
/// hide: as its escape, for example `\u{202e}`.
#[must_use]
pub fn shown(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut shown, c| {
        if is_treacherous(c) {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
        shown
    })
}

/// Date and time to the minute, with the zone's abbreviation.
#[must_use]
pub fn moment(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M %Z").to_string()
}

/// Time of day to the minute.
#[must_use]
pub fn clock(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%H:%M").to_string()
}

/// A count with commas.
#[must_use]
pub fn grouped(count: u64) -> String {
    let digits = count.to_string();
    digits.chars().enumerate().fold(String::new(), |mut text, (position, digit)| {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
        text
    })
}

/// Bytes in the largest binary unit of which there is one, cut (never rounded up) to one decimal.
#[must_use]
pub fn bytes(count: u64) -> String {
    const UNITS: [&str; 6] = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    let fitting = UNITS.iter().zip((10u32..).step_by(10)).take_while(|(_, shift)| count >> shift > 0).last();
    fitting.map_or_else(
        || format!("{count} B"),
        |(unit, shift)| {
            let tenths = (u128::from(count) * 10) >> shift;
            format!("{}.{} {unit}", tenths / 10, tenths % 10)
        },
    )
}

/// A length of time in its two largest units.
#[must_use]
pub fn duration(secs: u64) -> String {
    match (secs / 3_600, secs / 60 % 60, secs % 60) {
        (0, 0, s) => format!("{s} s"),
        (0, m, 0) => format!("{m} min"),
        (0, m, s) => format!("{m} min {s} s"),
        (h, m, _) => format!("{} h {m} min", grouped(h)),
    }
}

/// "1 file", "2 files".
#[must_use]
pub fn counted(count: u64, one: &str) -> String {
    format!("{} {one}{}", grouped(count), if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_cut_and_never_rounded_up() {
        assert_eq!(bytes(0), "0 B");
        assert_eq!(bytes(1_023), "1023 B");
        assert_eq!(bytes(1_024), "1.0 KiB");
        assert_eq!(bytes(1_048_575), "1023.9 KiB");
        assert_eq!(bytes(u64::MAX), "15.9 EiB");
    }

    #[test]
    fn counts_have_commas_and_durations_two_units() {
        assert_eq!([grouped(7), grouped(999), grouped(1_000), grouped(1_234_567)], ["7", "999", "1,000", "1,234,567"]);
        assert_eq!(
            [duration(36), duration(240), duration(250), duration(18_660)],
            ["36 s", "4 min", "4 min 10 s", "5 h 11 min"]
        );
        assert_eq!([counted(1, "file"), counted(2, "file")], ["1 file", "2 files"]);
    }

    #[test]
    fn characters_that_deceive_the_eye_are_written_out() {
        assert_eq!(shown("a\u{202e}gpj.exe\n\u{1b}[2J"), "a\\u{202e}gpj.exe\\n\\u{1b}[2J");
        assert_eq!(shown("/共有/レポート ü.txt"), "/共有/レポート ü.txt");
    }

    #[test]
    fn the_headline_is_a_sentence_whatever_the_counts() {
        let of = |safe: u64, failed: u64| {
            let mut report = super::super::sample::night();
            report.counts.jobs = safe + failed;
            (report.counts.succeeded, report.counts.nothing_to_do) = (safe, 0);
            (report.counts.partial, report.counts.failed) = (0, failed);
            headline(&report)
        };
        assert_eq!(of(0, 0), "No job was promised for this night");
        assert_eq!(of(1, 0), "The one job of this night is safe");
        assert_eq!(of(1_000, 0), "All 1,000 jobs are safe");
        assert_eq!(of(0, 1), "1 of 1 job is not safe");
        assert_eq!(of(3, 1), "1 of 4 jobs is not safe");
        assert_eq!(of(2, 2), "2 of 4 jobs are not safe");
    }

    #[test]
    fn a_persons_words_follow_if_there_are_any() {
        let by = |note: &str| trigger(&Trigger::Person { jobs: vec![], note: note.into() });
        assert_eq!([by(""), by("again")], ["asked for by a person", "asked for by a person: again"]);
    }
}
