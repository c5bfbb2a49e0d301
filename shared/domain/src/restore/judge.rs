//! How an ended restore job ended. `COMPLETED` only says that a machine was made.

use jiff::Timestamp;

use super::authorization::Refused;
use super::compare::{Compared, compare, differences, unknowns};
use super::drill::{Content, Drill};
use super::machine::Machine;
use super::state::{RestoreObservation, RestoreState};
use super::{Restore, id_of};
use crate::diagnosis::{Diagnosis, Evidence, Speaker, diagnose_from};
use crate::job::after;
use crate::judge::Ruling;
use crate::limits::MACHINE_CHECKS_GRACE_SECS;
use crate::outcome::{Cause, Judgement, Outcome, Retry, Tally};

/// Cause of a rehearsal whose check did not work: neither pass nor fail.
pub const DRILL_CHECK_BROKE: &str = "drill-check-broke";

/// What there is to judge by.
#[derive(Debug, Clone, Copy)]
pub struct Evidences<'a> {
    /// What was asked for.
    pub restore: &'a Restore,
    /// What AWS Backup says.
    pub seen: &'a RestoreObservation,
    /// What EC2 says of the machine; `None` if it knows none.
    pub machine: Option<&'a Machine>,
    /// What the encoded part of the message says, where there is one and STS decoded it.
    pub refused: Option<&'a Refused>,
    /// What a user's check came to; `None` while it is still to be made.
    pub content: Option<&'a Content>,
    /// Now.
    pub now: Timestamp,
}

/// Judges a restore job.
#[must_use]
pub fn judge(evidences: &Evidences<'_>) -> Ruling {
    match evidences.seen.state {
        RestoreState::InProgress(_) | RestoreState::Unrecognised(_) => Ruling::InProgress,
        RestoreState::Completed => judge_completed(evidences),
        RestoreState::Failed => Ruling::Ended(judge_failed(evidences)),
        RestoreState::Aborted => Ruling::Ended(judge_aborted(evidences)),
    }
}

/// What AWS Backup says of a restore job, or of a request for one.
#[must_use]
pub fn of_restore(evidence: &Evidence<'_>) -> Diagnosis {
    diagnose_from(Speaker::Backup, evidence)
}

/// Whether a machine made just now may not be listed, or not be checked, yet.
fn is_early(evidences: &Evidences<'_>) -> bool {
    let until = evidences.seen.ended_at.map(|ended_at| after(ended_at, MACHINE_CHECKS_GRACE_SECS));
    until.is_some_and(|until| evidences.now < until)
}

fn judge_completed(evidences: &Evidences<'_>) -> Ruling {
    let Evidences { restore, seen, machine, .. } = evidences;
    if let Some(other) = seen.recovery_point.as_deref().filter(|point| *point != restore.recovery_point) {
        let what = format!("The restore job restored {other}, not {}", restore.recovery_point);
        return Ruling::Ended(Judgement::failed(cause("restore-unproved", what, RERUN), Retry::Sensible));
    }
    let Some(created) = seen.created.as_deref() else {
        let what = "AWS Backup says COMPLETED, but names no machine that it made".to_owned();
        return Ruling::Ended(Judgement::failed(cause("restore-unproved", what, RERUN), Retry::Useless));
    };
    match machine {
        None if is_early(evidences) => Ruling::AwaitsReport,
        None => Ruling::Ended(missing(created, "EC2 does not know it")),
        Some(machine) if machine.is_gone() => Ruling::Ended(missing(created, "it is terminated already")),
        Some(machine) if machine.is_coming_up() && is_early(evidences) => Ruling::AwaitsReport,
        Some(machine) => of_machine(evidences, machine),
    }
}

const RERUN: &str = "See the restore job in AWS Backup's console, then restore again.";

fn missing(created: &str, why: &str) -> Judgement {
    let what = format!("AWS Backup says COMPLETED and that it made {}, but {why}", id_of(created));
    let fix = "CloudTrail's TerminateInstances tells who removed it; `nightferry restore` makes another.";
    Judgement::failed(cause("restored-machine-missing", what, fix), Retry::Useless)
}

/// What EC2 shows decides first: a check is only asked about a machine that is as it has to be.
fn of_machine(evidences: &Evidences<'_>, machine: &Machine) -> Ruling {
    let compared = compare(evidences.restore, machine);
    let doubt =
        differences(&compared).map(|what| differs(machine, &what)).or_else(|| unproved(evidences.restore, &compared));
    let drill = evidences.restore.drill.as_ref();
    let asks = drill.is_some_and(Drill::asks);
    let is_by_command = drill.is_some_and(|drill| !drill.check_command.is_empty());
    let doubt = match (doubt, evidences.content) {
        (None, None) if asks => return Ruling::AwaitsCheck { machine: machine.id.clone() },
        (None, Some(content)) => unwell(content, is_by_command),
        (doubt, _) => doubt,
    };
    // The machine counts as the one file that was carried: it is there, whatever is said of it.
    let tally = Tally { files: 1, bytes: evidences.seen.bytes.unwrap_or_default(), ..Tally::default() };
    let outcome = if doubt.is_some() { Outcome::Partial } else { Outcome::Succeeded };
    // Another attempt would make a second machine beside this one: that is for a person.
    Ruling::Ended(Judgement { outcome, cause: doubt, retry: Retry::Useless, tally, failed_items: vec![], point: None })
}

/// A check that broke is not a pass: nobody knows.
fn unwell(content: &Content, is_by_command: bool) -> Option<Cause> {
    let told = |said: &str| if said.is_empty() { "without a word".to_owned() } else { said.to_owned() };
    match content {
        Content::NotAsked | Content::Passed { .. } => None,
        Content::Failed { said } => {
            let what = format!("The machine came back, but its check says no: {}", told(said));
            let fix = "See what the check misses; an older point may have it: `nightferry restore --at`.";
            Some(cause("drill-check-failed", what, fix))
        }
        Content::Broke { said } => {
            let what =
                format!("The machine came back, but its check broke, so nobody knows what is on it: {}", told(said));
            let fix = if is_by_command {
                "Run the command by hand; then `nightferry drill` again, and leave it running until the drill is over."
            } else {
                "Mend the check's function, see its log, then `nightferry drill` again."
            };
            Some(cause("drill-check-broke", what, fix))
        }
    }
}

fn differs(machine: &Machine, what: &str) -> Cause {
    let what = format!("The machine {} was made, but {what}", machine.id);
    let fix =
        "Look at it in EC2 (`aws ec2 get-console-output` tells why one does not start); it stays until you remove it.";
    cause("restored-machine-differs", what, fix)
}

/// What nobody tells is not green, and no difference either: a person can look.
fn unproved(restore: &Restore, compared: &[Compared]) -> Option<Cause> {
    let what = if restore.volumes.is_empty() {
        Some("the point's image could not be described, so nothing proves that it has all volumes".to_owned())
    } else {
        unknowns(compared).map(|what| format!("not everything can be proved: {what}"))
    };
    let fix = "Compare the machine with the recovery point in the console.";
    Some(cause("restore-unproved", format!("The machine runs, but {}", what?), fix))
}

fn judge_failed(evidences: &Evidences<'_>) -> Judgement {
    let said = evidences.seen.message.as_deref().unwrap_or_default();
    if let Some(refused) = evidences.refused {
        return Judgement::failed(refused.cause(&evidences.restore.restore_role, said), refused.retry());
    }
    let evidence = Evidence { code: "", message: said };
    let diagnosis = of_restore(&evidence);
    Judgement::failed(diagnosis.cause(&evidence), diagnosis.retry())
}

fn judge_aborted(evidences: &Evidences<'_>) -> Judgement {
    let said = evidences.seen.message.clone();
    let what = "The restore job was aborted outside of Nightferry".to_owned();
    let fix = "Ask who did, and why; `nightferry restore` starts it again.";
    Judgement::failed(Cause { said, ..cause("restore-aborted", what, fix) }, Retry::Useless)
}

fn cause(id: &str, what: String, fix: &str) -> Cause {
    Cause { id: id.to_owned(), what, fix: fix.to_owned(), said: None }
}
