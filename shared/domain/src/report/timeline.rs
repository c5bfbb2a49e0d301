//! The night drawn: a time axis, and a bar for each attempt of each job. Numbers here are units of the drawing.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::words::{clock, counted, duration, label, moment};
use super::{AttemptReport, JobReport, Report};
use crate::outcome::Outcome;

/// Jobs that are drawn, worst first; the page says how many are not.
pub(super) const ROWS_MAX: usize = 60;

const LEFT: i64 = 28;
const WIDTH: i64 = 584;
const AXIS_HEIGHT: i64 = 34;
const ROW_HEIGHT: i64 = 34;
const BAR_WIDTH_MIN: i64 = 3;
const TICKS_MAX: i64 = 7;
const TICK_STEPS_MINS: [i64; 13] = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1_440, 10_080];

/// The drawing, ready for the template.
pub(super) struct Timeline {
    pub(super) height: i64,
    pub(super) ticks: Vec<Tick>,
    pub(super) rows: Vec<Row>,
    pub(super) undrawn: usize,
}

/// A line across all rows with its time.
pub(super) struct Tick {
    pub(super) x: i64,
    pub(super) local: String,
    pub(super) utc: String,
}

/// One job.
pub(super) struct Row {
    pub(super) label: String,
    pub(super) label_y: i64,
    pub(super) bar_y: i64,
    pub(super) span: Option<(i64, i64)>,
    pub(super) bars: Vec<Bar>,
}

/// One attempt.
pub(super) struct Bar {
    pub(super) x: i64,
    pub(super) width: i64,
    pub(super) tone: &'static str,
    pub(super) title: String,
}

/// From the opening of the night to the end of its last job.
struct Axis {
    start: i64,
    secs: i64,
}

impl Axis {
    fn of(report: &Report) -> Self {
        let starts = report.jobs.iter().filter_map(|job| job.started_at);
        let start = starts.chain([report.run.opened_at]).min().unwrap_or(report.run.opened_at).as_second();
        let end = report.jobs.iter().map(|job| job.ended_at.as_second()).max().unwrap_or(start);
        Self { start, secs: end.saturating_sub(start).max(60) }
    }

    fn x(&self, at: Timestamp) -> i64 {
        self.x_of(at.as_second())
    }

    fn x_of(&self, second: i64) -> i64 {
        let since = second.saturating_sub(self.start).clamp(0, self.secs);
        LEFT + since.saturating_mul(WIDTH) / self.secs
    }

    /// The smallest round step that needs no more than [`TICKS_MAX`] ticks.
    fn step_secs(&self) -> i64 {
        let fits = |step: &i64| self.secs / step < TICKS_MAX;
        TICK_STEPS_MINS.iter().map(|mins| mins * 60).find(fits).unwrap_or(self.secs / TICKS_MAX)
    }

    fn ticks(&self, zone: &TimeZone) -> Vec<Tick> {
        let step = self.step_secs().max(1);
        let first = self.start.saturating_add(step - 1).div_euclid(step).saturating_mul(step);
        let seconds = (0..=TICKS_MAX).map(|n| first.saturating_add(n * step));
        let inside = seconds.take_while(|second| *second <= self.start.saturating_add(self.secs));
        inside.filter_map(|second| self.tick(second, zone)).collect()
    }

    fn tick(&self, second: i64, zone: &TimeZone) -> Option<Tick> {
        let at = Timestamp::from_second(second).ok()?;
        Some(Tick { x: self.x_of(second), local: clock(at, zone), utc: clock(at, &TimeZone::UTC) })
    }
}

impl Timeline {
    /// Draws the first [`ROWS_MAX`] jobs of a report, which are the worst.
    pub(super) fn draw(report: &Report, zone: &TimeZone) -> Self {
        let axis = Axis::of(report);
        let tops = (0i64..).map(|position| AXIS_HEIGHT + position * ROW_HEIGHT);
        let rows: Vec<Row> =
            report.jobs.iter().take(ROWS_MAX).zip(tops).map(|(job, top)| draw_row(&axis, job, top, zone)).collect();
        let drawn = i64::try_from(rows.len()).unwrap_or_default();
        Self {
            height: AXIS_HEIGHT + drawn * ROW_HEIGHT + 4,
            ticks: axis.ticks(zone),
            undrawn: report.jobs.len().saturating_sub(rows.len()),
            rows,
        }
    }
}

fn draw_row(axis: &Axis, job: &JobReport, top: i64, zone: &TimeZone) -> Row {
    let attempts = counted(u64::try_from(job.attempts.len()).unwrap_or(u64::MAX), "attempt");
    Row {
        label: format!("{}: {}, {attempts}, {}", job.name, label(job.outcome), duration(job.duration_secs)),
        label_y: top + 12,
        bar_y: top + 17,
        span: job.started_at.map(|start| (axis.x(start), axis.x(job.ended_at))),
        bars: job.attempts.iter().map(|attempt| draw_bar(axis, job, attempt, zone)).collect(),
    }
}

fn draw_bar(axis: &Axis, job: &JobReport, attempt: &AttemptReport, zone: &TimeZone) -> Bar {
    let end = attempt.ended_at.unwrap_or(job.ended_at);
    let x = axis.x(attempt.started_at).min(LEFT + WIDTH - BAR_WIDTH_MIN);
    let word = attempt.outcome.map_or("not judged", label);
    Bar {
        x,
        width: (axis.x(end) - x).max(BAR_WIDTH_MIN),
        tone: attempt.outcome.map_or("unknown", tone),
        title: format!(
            "{}, attempt {}: {word}, {} to {}",
            job.name,
            attempt.number,
            moment(attempt.started_at, zone),
            moment(end, zone)
        ),
    }
}

/// The style class of an outcome.
pub(super) fn tone(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::NothingToDo => "idle",
        Outcome::Succeeded => "ok",
        Outcome::Partial => "partial",
        Outcome::Failed => "failed",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::super::sample::{any_night, at, night};
    use super::*;

    #[test]
    fn a_night_of_five_hours_has_hourly_ticks_in_both_zones() {
        let drawing = Timeline::draw(&night(), &TimeZone::get("Asia/Tokyo").unwrap());
        let labels: Vec<_> = drawing.ticks.iter().map(|tick| (tick.local.as_str(), tick.utc.as_str())).collect();
        let expected = [
            ("06:00", "21:00"),
            ("07:00", "22:00"),
            ("08:00", "23:00"),
            ("09:00", "00:00"),
            ("10:00", "01:00"),
            ("11:00", "02:00"),
        ];
        assert_eq!(labels, expected);
    }

    #[test]
    fn jobs_that_are_not_drawn_are_counted() {
        let mut report = night();
        report.jobs = std::iter::repeat_n(report.jobs[0].clone(), ROWS_MAX + 7).collect();
        let drawing = Timeline::draw(&report, &TimeZone::UTC);
        assert_eq!((drawing.rows.len(), drawing.undrawn), (ROWS_MAX, 7));
    }

    #[test]
    fn a_longer_night_has_longer_steps() {
        let step = |hours: i64| Axis { start: 0, secs: hours * 3_600 }.step_secs();
        assert_eq!([step(6), step(7), step(13), step(14)], [3_600, 7_200, 7_200, 10_800]);
        assert_eq!(step(24 * 700), 24 * 3_600 * 100, "beyond the longest round step, a seventh of the whole");
    }

    #[test]
    fn a_bar_at_the_very_end_is_still_to_be_seen() {
        let mut report = night();
        let end = report.jobs.iter().map(|job| job.ended_at).max().unwrap();
        (report.jobs[0].attempts[0].started_at, report.jobs[0].attempts[0].ended_at) = (end, Some(end));
        let drawing = Timeline::draw(&report, &TimeZone::UTC);
        let bar = &drawing.rows[0].bars[0];
        assert_eq!((bar.x, bar.width), (LEFT + WIDTH - BAR_WIDTH_MIN, BAR_WIDTH_MIN));
    }

    proptest! {
        #[test]
        fn every_bar_lies_on_the_axis((run, jobs) in any_night()) {
            let report = Report::build(&run, &jobs, &BTreeMap::new(), at(2_000)).unwrap();
            let drawing = Timeline::draw(&report, &TimeZone::UTC);
            for bar in drawing.rows.iter().flat_map(|row| &row.bars) {
                prop_assert!(bar.x >= LEFT && bar.width >= BAR_WIDTH_MIN && bar.x + bar.width <= LEFT + WIDTH, "{}", bar.title);
            }
            prop_assert!(i64::try_from(drawing.ticks.len()).unwrap() <= TICKS_MAX + 1);
        }
    }
}
