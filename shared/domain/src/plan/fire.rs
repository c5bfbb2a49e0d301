//! When a schedule fires, as EventBridge Scheduler does it: daylight-saving gaps skip a time, overlaps fire it once.

use croner::Cron;
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Timestamp, Zoned};

use super::Schedule;
use super::cron_field::read_cron;
use super::problem::nearest;
use super::schedule_error::ScheduleError;
use super::text_type::printable;

/// The most times that one question returns; a year of hours.
const MAX_TIMES: usize = 8_784;
/// The last year that AWS's cron fields can name.
const LAST_YEAR: i16 = 2_199;

/// One time of a schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fire {
    /// A run opens.
    At(Zoned),
    /// A run opens once, at the first of the two instants that the wall clock shows this time.
    FirstOfOverlap(Zoned),
    /// No run opens: the wall clock jumps over this time.
    SkippedByGap {
        /// The time that the wall clock never shows.
        local: DateTime,
    },
}

impl Fire {
    /// When the run opens, if one does.
    #[must_use]
    pub const fn at(&self) -> Option<&Zoned> {
        match self {
            Self::At(at) | Self::FirstOfOverlap(at) => Some(at),
            Self::SkippedByGap { .. } => None,
        }
    }
}

impl std::fmt::Display for Fire {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::At(at) => write!(f, "{}", at.strftime("%a %F %H:%M %Z (%:z)")),
            Self::FirstOfOverlap(at) => write!(
                f,
                "{}, once: the clock goes back and shows this time twice, and the first one counts",
                at.strftime("%a %F %H:%M %Z (%:z)")
            ),
            Self::SkippedByGap { local } => write!(
                f,
                "{} is skipped: the clock goes forward over it, and no run opens",
                local.strftime("%a %F %H:%M")
            ),
        }
    }
}

/// A schedule that has been understood.
#[derive(Debug, Clone)]
pub struct Times {
    cron: Cron,
    zone: TimeZone,
}

impl Schedule {
    /// Reads both keys; offline (the zones are built in).
    pub fn times(&self) -> Result<Times, ScheduleError> {
        let zone = read_zone(&self.timezone)?;
        let cron = read_cron(&self.cron)?;
        let first = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);
        if next(&cron, first, true).is_none() {
            return Err(ScheduleError::Never { given: printable(&self.cron) });
        }
        Ok(Times { cron, zone })
    }
}

impl Times {
    /// The times after an instant, the skipped ones among them; fewer than `count` if the schedule ends before.
    #[must_use]
    pub fn after(&self, after: Timestamp, count: usize) -> Vec<Fire> {
        let mut fires = Vec::new();
        let mut local = after.to_zoned(self.zone.clone()).datetime();
        // The wall clock may repeat a time that has passed already: the first look includes it, the filter decides.
        let mut inclusive = true;
        while fires.len() < count.min(MAX_TIMES) {
            let Some(found) = next(&self.cron, local, inclusive) else {
                break;
            };
            (local, inclusive) = (found, false);
            fires.extend(self.fire(found).filter(|fire| fire.at().is_none_or(|at| at.timestamp() > after)));
        }
        fires
    }

    fn fire(&self, local: DateTime) -> Option<Fire> {
        let ambiguous = self.zone.to_ambiguous_zoned(local);
        match ambiguous.offset() {
            AmbiguousOffset::Unambiguous { .. } => ambiguous.compatible().ok().map(Fire::At),
            AmbiguousOffset::Gap { .. } => Some(Fire::SkippedByGap { local }),
            AmbiguousOffset::Fold { .. } => ambiguous.earlier().ok().map(Fire::FirstOfOverlap),
        }
    }
}

fn next(cron: &Cron, local: DateTime, inclusive: bool) -> Option<DateTime> {
    let found = cron.find_next_occurrence(&local, inclusive).ok()?;
    (found.year() <= LAST_YEAR).then_some(found)
}

fn read_zone(name: &str) -> Result<TimeZone, ScheduleError> {
    let zones = jiff::tz::db();
    // Scheduler's own limit is 50 characters, and it knows zones by their exact names.
    let known = zones.available().find(|zone| zone.as_str() == name && name.len() <= 50);
    known.and_then(|zone| zones.get(zone.as_str()).ok()).ok_or_else(|| {
        let names: Vec<_> = zones.available().collect();
        let near = nearest(name, names.iter().map(jiff::tz::TimeZoneName::as_str));
        ScheduleError::Zone {
            given: printable(name),
            near: near.map_or_else(String::new, |near| format!("; did you mean `{near}`?")),
        }
    })
}

/// The next times of a schedule after an instant; see [`Times::after`].
pub fn fire_times(schedule: &Schedule, after: Timestamp, count: usize) -> Result<Vec<Fire>, ScheduleError> {
    Ok(schedule.times()?.after(after, count))
}
