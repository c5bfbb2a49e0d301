//! AWS's dialect of the cron fields, each checked on its own so that a message can name the field.

use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};

use super::schedule_error::ScheduleError;
use super::text_type::printable;

/// A field of the expression: its name, its bounds, and which of its letters AWS knows.
#[derive(Debug)]
struct Field {
    name: &'static str,
    rule: &'static str,
    least: u16,
    most: u16,
    words: &'static [&'static str],
    special: fn(&str) -> bool,
}

const MONTHS: &[&str] = &["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const DAYS: &[&str] = &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

const FIELDS: [Field; 6] = [
    Field { name: "minute", rule: "0 to 59", least: 0, most: 59, words: &[], special: |_| false },
    Field { name: "hour", rule: "0 to 23", least: 0, most: 23, words: &[], special: |_| false },
    Field {
        name: "day-of-month",
        rule: "1 to 31, L (the last day) or 15W (the weekday nearest the 15th), else ?",
        least: 1,
        most: 31,
        words: &[],
        special: |text| text == "L" || text.strip_suffix('W').is_some_and(|day| within(day, 1, 31)),
    },
    Field { name: "month", rule: "1 to 12 or JAN to DEC", least: 1, most: 12, words: MONTHS, special: |_| false },
    Field {
        name: "day-of-week",
        rule: "1 to 7 or SUN to SAT (1 is SUN), 6L (the month's last Friday) or 2#1 (its first Monday), else ?",
        least: 1,
        most: 7,
        words: DAYS,
        special: is_special_weekday,
    },
    Field { name: "year", rule: "1970 to 2199", least: 1970, most: 2199, words: &[], special: |_| false },
];

fn within(text: &str, least: u16, most: u16) -> bool {
    let number = text.parse::<u16>().ok().filter(|_| text.bytes().all(|b| b.is_ascii_digit()));
    number.is_some_and(|number| (least..=most).contains(&number))
}

fn is_weekday(text: &str) -> bool {
    within(text, 1, 7) || DAYS.contains(&text)
}

fn is_special_weekday(text: &str) -> bool {
    let nth = text.split_once('#').is_some_and(|(day, nth)| is_weekday(day) && within(nth, 1, 5));
    text == "L" || nth || text.strip_suffix('L').is_some_and(is_weekday)
}

impl Field {
    fn fits(&self, text: &str) -> bool {
        text == "*" || (self.special)(text) || text.split(',').all(|part| self.part_fits(part))
    }

    /// A value, a range, or either of them or `*` with a step.
    fn part_fits(&self, part: &str) -> bool {
        match part.split_once('/') {
            Some((range, step)) => within(step, 1, self.most) && (range == "*" || self.range_fits(range)),
            None => self.range_fits(part),
        }
    }

    fn range_fits(&self, range: &str) -> bool {
        match range.split_once('-') {
            Some((first, last)) => {
                matches!((self.number(first), self.number(last)), (Some(first), Some(last)) if first <= last)
            }
            None => self.number(range).is_some(),
        }
    }

    fn number(&self, text: &str) -> Option<u16> {
        let word = self.words.iter().position(|word| *word == text);
        let counted = word.and_then(|index| u16::try_from(index + 1).ok());
        counted.or_else(|| text.parse().ok().filter(|_| within(text, self.least, self.most)))
    }
}

/// The expression as a calendar search, or the field that AWS would refuse.
pub(super) fn read_cron(cron: &str) -> Result<Cron, ScheduleError> {
    let upper = cron.trim().to_uppercase();
    if upper.starts_with("CRON(") || upper.starts_with("RATE(") || upper.starts_with("AT(") {
        return Err(ScheduleError::Wrapped { given: printable(cron) });
    }
    let parts: Vec<&str> = upper.split_whitespace().collect();
    let [minute, hour, month_day, month, weekday, year] = parts.as_slice() else {
        return Err(ScheduleError::FieldCount { count: parts.len(), given: printable(cron) });
    };
    if (*month_day == "?") == (*weekday == "?") {
        return Err(ScheduleError::QuestionMark { given: printable(cron) });
    }
    for (field, text) in FIELDS.iter().zip([minute, hour, month_day, month, weekday, year]) {
        let open = *text == "?" && matches!(field.name, "day-of-month" | "day-of-week");
        if !open && !field.fits(text) {
            return Err(ScheduleError::Field { field: field.name, given: printable(text), rule: field.rule });
        }
    }
    // The crate knows no bare L as a weekday; to AWS it is the last day of the week.
    let weekday = if *weekday == "L" { "7" } else { weekday };
    // The crate's years have no such bounds: without them it would search for 3,000 years what never fires.
    let year = year.replace('*', "1970-2199");
    let seconds_first = format!("0 {minute} {hour} {month_day} {month} {weekday} {year}");
    search()
        .parse(&seconds_first)
        .map_err(|error| ScheduleError::Calendar { given: printable(cron), reason: error.to_string() })
}

fn search() -> CronParser {
    CronParser::builder()
        .seconds(Seconds::Required)
        .year(Year::Required)
        .alternative_weekdays(true)
        .sloppy_ranges(true)
        .build()
}
