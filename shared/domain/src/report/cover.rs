//! How a report tells machines: by name and id, their recovery points, and what is not covered.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::JobReport;
use super::words::{bytes, counted, duration, moment, shown};
use crate::backup::coverage::{Cover, Coverage, MachineCover};
use crate::backup::proof::KeptPoint;

/// A job as a person calls it: a machine by its job, its name and its id.
#[must_use]
pub fn title(job: &JobReport) -> String {
    match job.name.machine() {
        Some(_) => format!("{}: {}", job.name.plan_job(), shown(&job.from)),
        None => job.name.to_string(),
    }
}

/// What was copied, in the engine's own unit.
#[must_use]
pub fn copied(job: &JobReport) -> String {
    counted(job.files, if job.engine == "backup" { "recovery point" } else { "file" })
}

/// A recovery point in one line: `ami-0fedcba9876543210 in vault EC2, 8.0 GiB, kept until 2026-12-20 21:00 UTC, 1 of 1 copies`.
#[must_use]
pub fn point(kept: &KeptPoint, zone: &TimeZone) -> String {
    let mut parts = vec![format!("{} in vault {}", shown(short(&kept.arn)), shown(&kept.vault))];
    parts.push(kept.bytes.map_or_else(|| "of unknown size".to_owned(), bytes));
    parts.push(
        kept.delete_at.map_or_else(|| "kept for ever".to_owned(), |at| format!("kept until {}", moment(at, zone))),
    );
    if !kept.copies.is_empty() {
        parts.push(format!("{} of {} copies", kept.copy_count(), kept.copies.len()));
    }
    parts.extend(kept.remarks.iter().map(|remark| shown(remark)));
    parts.join(", ")
}

/// The last part of an ARN: `ami-...`, `snap-...` or an id.
fn short(arn: &str) -> &str {
    arn.rsplit(['/', ':']).next().unwrap_or(arn)
}

/// The coverage of one job in a sentence.
#[must_use]
pub fn summary(coverage: &Coverage) -> String {
    if let Some(why) = &coverage.unknown {
        return format!("{}: not known what is covered: {}", coverage.job, shown(why));
    }
    let covered = coverage.count(Cover::Covered);
    let selected = covered.saturating_add(coverage.count(Cover::Uncovered));
    let promise = u64::try_from(coverage.promise_secs).unwrap_or_default();
    format!(
        "{}: {covered} of {} covered by a recovery point in vault {} no older than {}",
        coverage.job,
        counted(u64::try_from(selected).unwrap_or(u64::MAX), "selected machine"),
        shown(&coverage.vault),
        duration(promise)
    )
}

/// What a person has to look at, one line each: uncovered machines, those that lost the tag, points that cost money.
#[must_use]
pub fn gaps(coverage: &Coverage, zone: &TimeZone) -> Vec<String> {
    let told = coverage.machines.iter().filter_map(|machine| gap(machine, zone));
    let stuck = coverage.stuck.iter().map(|point| {
        let size = point.bytes.map_or_else(|| "of unknown size".to_owned(), bytes);
        let since = since(point.since, zone);
        let arn = shown(&point.arn);
        format!("STUCK {arn}, {size}: past its time{since}, but AWS Backup may not delete it, and it costs money: give the role that made it back, or delete it by hand")
    });
    let selected = coverage.count(Cover::Covered).saturating_add(coverage.count(Cover::Uncovered));
    let nobody = (coverage.unknown.is_none() && selected == 0)
        .then(|| "NOTHING is selected: no instance carries the tag".to_owned());
    nobody.into_iter().chain(told).chain(stuck).collect()
}

fn gap(machine: &MachineCover, zone: &TimeZone) -> Option<String> {
    let name = machine_name(machine);
    match machine.cover {
        Cover::Covered | Cover::Gone => None,
        Cover::Uncovered => {
            let newest = match machine.newest_at {
                Some(at) => format!("its newest good recovery point is of {}", moment(at, zone)),
                None => "it has no good recovery point at all".to_owned(),
            };
            Some(format!("NOT COVERED {name}: {newest}"))
        }
        Cover::LostTheTag => {
            let points = counted(machine.point_count, "good recovery point");
            Some(format!("LOST THE TAG {name}: {points}{}, and no new ones will come", newest(machine.newest_at, zone)))
        }
    }
}

/// `web-1 (i-0123456789abcdef0)`
#[must_use]
pub fn machine_name(machine: &MachineCover) -> String {
    machine.name.as_deref().map_or_else(|| machine.id.to_string(), |name| format!("{} ({})", shown(name), machine.id))
}

fn newest(at: Option<Timestamp>, zone: &TimeZone) -> String {
    at.map(|at| format!(", the newest of {}", moment(at, zone))).unwrap_or_default()
}

fn since(at: Option<Timestamp>, zone: &TimeZone) -> String {
    at.map(|at| format!(" since {}", moment(at, zone))).unwrap_or_default()
}

#[cfg(test)]
#[path = "cover_tests.rs"]
mod tests;
