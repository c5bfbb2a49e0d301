//! How a report tells of new objects: a line a replicated bucket, and a night that is not clean where they don't arrive.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use super::build::{sort, worst};
use super::words::{bytes, counted, duration, moment, shown};
use super::{Counts, JobReport, Report};
use crate::batch::new_objects::{NewObjects, RuleState};
use crate::outcome::Outcome;
use crate::plan::JobName;

#[cfg(test)]
#[path = "new_objects_tests.rs"]
mod tests;

impl Report {
    /// The same night, with what became of new objects. Attempts and counts stay what they were proved to be; a job that was
    /// safe, and whose new objects are not, is partial.
    #[must_use]
    pub fn with_new_objects(mut self, mut told: BTreeMap<JobName, NewObjects>) -> Self {
        for job in &mut self.jobs {
            if let Some(new_objects) = told.remove(&job.name) {
                tell(job, new_objects);
            }
        }
        sort(&mut self.jobs);
        self.counts = Counts::of(&self.jobs);
        self.run.outcome = worst(&self.jobs);
        self.digest = self.digest_of_content();
        self
    }
}

fn tell(job: &mut JobReport, new_objects: NewObjects) {
    let cause = new_objects.cause().filter(|_| job.outcome.is_safe());
    if cause.is_some() {
        job.outcome = Outcome::Partial;
        job.cause = cause;
    }
    job.new_objects = Some(new_objects);
}

/// New objects in one line: `healthy since 2026-11-19 21:00 UTC; 3 operations (1.0 KiB) pending, 12 s behind`.
#[must_use]
pub fn line(told: &NewObjects, zone: &TimeZone) -> String {
    let since = moment(told.since, zone);
    let head = match told.state {
        RuleState::Healthy if told.carried > 0 => "healthy now".to_owned(),
        RuleState::Healthy => format!("healthy since {since}"),
        RuleState::Failing => format!("FAILING: {} failed since {since}", counted(told.failed, "operation")),
        RuleState::Behind => "BEHIND for longer than the plan promises".to_owned(),
        RuleState::Off => "NOT REPLICATED as planned".to_owned(),
        RuleState::Unknown => "NOT KNOWN".to_owned(),
    };
    let why = told.why.as_ref().map(|why| format!(": {}", shown(why))).unwrap_or_default();
    let parts: Vec<String> = [carried(told), pending(told), behind(told)].into_iter().flatten().collect();
    let rest = if parts.is_empty() { String::new() } else { format!("; {}", parts.join(", ")) };
    format!("{head}{why}{rest}")
}

fn carried(told: &NewObjects) -> Option<String> {
    (told.carried > 0).then(|| {
        format!("{} failed earlier, of which the latest batch job left none behind", counted(told.carried, "operation"))
    })
}

fn pending(told: &NewObjects) -> Option<String> {
    let size = told.bytes_pending.map(|size| format!(" ({})", bytes(size))).unwrap_or_default();
    told.operations_pending.map(|count| format!("{}{size} pending", counted(count, "operation")))
}

fn behind(told: &NewObjects) -> Option<String> {
    told.behind_secs.map(|secs| format!("{} behind", duration(secs)))
}
