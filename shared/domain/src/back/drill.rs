//! A copy of files, rehearsed: brought back into a scratch folder, verified there by DataSync, and what that proved.

use jiff::Timestamp;

use super::Back;
use crate::job::Job;
use crate::outcome::{Outcome, Settlement};
use crate::restore::compare::Compared;
use crate::restore::drill::{CameOut, Content, Verdict, restore_secs};

/// Says what a settled drill of a copy proved: its settlement decides, for DataSync's counts and the task report are in it.
#[must_use]
pub fn verdict(job: &Job, back: &Back, now: Timestamp) -> Verdict {
    let (came_out, why) = job.settlement().map_or_else(unsettled, weigh);
    Verdict {
        came_out,
        why: format!("{why}; {}", left(job, back)),
        at: now,
        // What is rehearsed is the copy as it is now: there is no other point.
        recovery_point: job.spec.work.from().to_owned(),
        machine: None,
        restore_secs: restore_secs(job),
        compared: job.settlement().map(compared).unwrap_or_default(),
        content: Content::NotAsked,
    }
}

fn unsettled() -> (CameOut, String) {
    (CameOut::CheckBroke, "it was weighed before the restore had ended".to_owned())
}

fn weigh(end: &Settlement) -> (CameOut, String) {
    match (end.outcome, &end.cause) {
        // Nothing brought back is no rehearsal, whatever the judge calls it.
        (Outcome::Succeeded, _) if end.tally.files > 0 => {
            let words =
                "each verified by DataSync, with owner, group, mode and times, and none named in its task report";
            (CameOut::Passed, format!("{} file(s), {} bytes came back, {words}", end.tally.files, end.tally.bytes))
        }
        (_, Some(cause)) => (CameOut::Failed, cause.what.clone()),
        (_, None) => (CameOut::Failed, "nothing is known to have come back".to_owned()),
    }
}

/// The counts by which it was judged. Of a transfer that failed as a whole they tell nothing.
fn compared(end: &Settlement) -> Vec<Compared> {
    let is_known = matches!(end.outcome, Outcome::Succeeded | Outcome::Partial);
    let none = |what: &str, found: u64| Compared {
        what: what.to_owned(),
        wanted: "0".to_owned(),
        found: found.to_string(),
        is_right: is_known && found == 0,
        is_known,
    };
    vec![none("files that failed", end.tally.failed), none("files that were not verified", end.tally.unverified)]
}

/// Nobody but a person deletes files: DataSync deletes only against a source, and the functions reach no file system.
fn left(job: &Job, back: &Back) -> String {
    let only = if back.only.is_empty() { String::new() } else { format!(" ({})", back.only.join(", ")) };
    format!("what came back{only} stays in {}: remove it by hand", job.spec.work.to())
}
