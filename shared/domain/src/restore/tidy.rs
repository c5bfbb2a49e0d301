//! What a drill made is removed again, always; and nothing else ever is.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::machine::Machine;
use super::state::{RestoreObservation, RestoreState};
use super::{Restore, id_of};
use crate::ids::{ExecutionArn, RunId};
use crate::job::after;
use crate::limits::{MACHINE_CHECKS_GRACE_SECS, TIDY_GRACE_SECS};

/// The tag without which no machine is ever terminated. Its value is the drill's run.
pub const DRILL_TAG: &str = "nightferry:drill";

/// What became of what a drill made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Tidied {
    /// Everything is gone.
    Removed {
        /// The machines.
        machines: Vec<String>,
        /// When that was seen.
        at: Timestamp,
    },
    /// The restore had made nothing.
    NothingMade {
        /// When that was seen.
        at: Timestamp,
    },
    /// The task and the locations by which a copy came back are deleted.
    WayRemoved {
        /// When that was seen.
        at: Timestamp,
    },
    /// They stand for every drill of the job's, and stay.
    WayStands {
        /// When that was seen.
        at: Timestamp,
    },
    /// They are still there. They cost nothing, and nobody but a person starts them.
    WayKept {
        /// What, and why.
        what: String,
        /// When it was given up.
        at: Timestamp,
    },
    /// Something may still be there, and costs money: a person has to look.
    LeftBehind {
        /// What and why.
        what: String,
        /// When it was given up.
        at: Timestamp,
    },
}

impl Tidied {
    /// When that was seen.
    #[must_use]
    pub fn at(&self) -> Timestamp {
        match self {
            Self::Removed { at, .. }
            | Self::NothingMade { at }
            | Self::WayRemoved { at }
            | Self::WayStands { at }
            | Self::WayKept { at, .. }
            | Self::LeftBehind { at, .. } => *at,
        }
    }

    /// One line for the report.
    #[must_use]
    pub fn shown(&self) -> String {
        match self {
            Self::Removed { machines, .. } => format!("the drill's machine was removed again: {}", machines.join(", ")),
            Self::NothingMade { .. } => "the drill made no machine".to_owned(),
            Self::WayRemoved { .. } => "the task and the location made for the restore were deleted again".to_owned(),
            Self::WayStands { .. } => {
                "the task that `apply` made for the job's drills stays for the next one".to_owned()
            }
            Self::WayKept { what, .. } => {
                format!("made for the restore, and still there; delete it in DataSync: {what}")
            }
            Self::LeftBehind { what, .. } => format!("LEFT BEHIND, look at it: {what}"),
        }
    }
}

/// What is to be done next about one restore job of a drill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tidying {
    /// It still goes on, and AWS Backup can't be told to stop it: look again.
    Wait,
    /// It made nothing.
    NothingMade,
    /// Mark the machine as the drill's, then look again.
    Mark(String),
    /// Remove the machine, which carries the drill's mark.
    Remove(String),
    /// Being removed: look again.
    Removing(String),
    /// Gone.
    Removed(String),
    /// Never touched, and why.
    Refuse(String),
}

/// What may be done about the machine of one restore job.
///
/// Three things must hold before anything is marked or removed: the drill's own restore job names the machine as made by
/// it, it is not the machine that was backed up, and it was launched after the attempt was claimed.
#[must_use]
pub fn next(
    restore: &Restore,
    run: &RunId,
    claimed_at: Timestamp,
    seen: &RestoreObservation,
    machine: Option<&Machine>,
    now: Timestamp,
) -> Tidying {
    let Some(created) = seen.created.as_deref().map(id_of) else {
        return match seen.state {
            RestoreState::InProgress(_) | RestoreState::Unrecognised(_) => Tidying::Wait,
            RestoreState::Completed | RestoreState::Aborted | RestoreState::Failed => Tidying::NothingMade,
        };
    };
    if created == restore.machine_id() {
        return Tidying::Refuse(format!("the restore job names {created}, the very machine that was backed up"));
    }
    let Some(machine) = machine else { return unlisted(created, seen, now) };
    if machine.is_gone() {
        return Tidying::Removed(created.to_owned());
    }
    let earliest = earliest(claimed_at);
    let is_young = machine.launched_at.is_some_and(|launched_at| launched_at >= earliest);
    if machine.id != created || !is_young {
        return Tidying::Refuse(format!("{} was not launched by this drill: it is older", machine.id));
    }
    match machine.drill_tag.as_deref() {
        Some(tag) if tag != run.as_str() => {
            Tidying::Refuse(format!("{created} carries the mark of another drill, {tag}"))
        }
        None => Tidying::Mark(created.to_owned()),
        Some(_) if machine.state == "shutting-down" => Tidying::Removing(created.to_owned()),
        Some(_) => Tidying::Remove(created.to_owned()),
    }
}

/// What may be done about an attempt that asked for a restore and never learned its job's name: the reply was lost, and
/// then the job had to end.
///
/// `listed` is what AWS Backup tells of restore jobs since the attempt was claimed, `recorded` the jobs of the drill's
/// other attempts. A list tells no token, so what it shows may be somebody else's: it is named to a person, never touched.
#[must_use]
pub fn unrecorded(
    restore: &Restore,
    claimed_at: Timestamp,
    recorded: &[&ExecutionArn],
    listed: &[RestoreObservation],
) -> Tidying {
    let earliest = earliest(claimed_at);
    let may_be_ours = |seen: &&RestoreObservation| {
        seen.recovery_point.as_ref().is_none_or(|point| *point == restore.recovery_point)
            && seen.created_at.is_none_or(|at| at >= earliest)
            && !recorded.contains(&&seen.execution)
            && !(seen.state.is_end() && seen.created.is_none())
    };
    let doubtful: Vec<&RestoreObservation> = listed.iter().filter(may_be_ours).collect();
    if doubtful.iter().any(|seen| !seen.state.is_end()) {
        return Tidying::Wait;
    }
    if doubtful.is_empty() {
        return Tidying::NothingMade;
    }
    let named: Vec<String> = doubtful.iter().map(|seen| made_by(seen)).collect();
    Tidying::Refuse(format!(
        "a start of {claimed_at} was asked for and its reply was lost; it may have been started: {}",
        named.join(", ")
    ))
}

fn made_by(seen: &RestoreObservation) -> String {
    let machine = seen.created.as_deref().map_or("nothing", id_of);
    format!("restore job {}, which made {machine}", seen.execution.id())
}

/// EC2 lists a terminated machine for about an hour; one that it does not list soon after the restore is rather too new
/// than gone.
fn unlisted(created: &str, seen: &RestoreObservation, now: Timestamp) -> Tidying {
    let is_new = seen.ended_at.is_none_or(|ended_at| now < after(ended_at, MACHINE_CHECKS_GRACE_SECS));
    if is_new { Tidying::Wait } else { Tidying::Removed(created.to_owned()) }
}

/// By how much AWS's clocks may be behind ours.
const CLOCKS_APART: SignedDuration = SignedDuration::from_secs(300);

/// When what an attempt made can have been made at the earliest, by AWS's clocks.
#[must_use]
pub fn earliest(claimed_at: Timestamp) -> Timestamp {
    claimed_at.saturating_sub(CLOCKS_APART).unwrap_or(claimed_at)
}

/// Whether a drill that was settled at this time has been waited for long enough.
#[must_use]
pub fn is_given_up(settled_at: Timestamp, now: Timestamp) -> bool {
    now.duration_since(settled_at) > SignedDuration::from_secs(TIDY_GRACE_SECS)
}

/// What all restore jobs of a drill amount to, once none of them is to be waited for.
#[must_use]
pub fn sum(done: &[Tidying], now: Timestamp) -> Option<Tidied> {
    let is_open = |tidying: &Tidying| {
        matches!(tidying, Tidying::Wait | Tidying::Mark(_) | Tidying::Remove(_) | Tidying::Removing(_))
    };
    if done.iter().any(is_open) {
        return None;
    }
    let refused =
        done.iter().filter_map(|tidying| if let Tidying::Refuse(why) = tidying { Some(why.as_str()) } else { None });
    let refused: Vec<&str> = refused.collect();
    let machines: Vec<String> = done
        .iter()
        .filter_map(|tidying| if let Tidying::Removed(machine) = tidying { Some(machine.clone()) } else { None })
        .collect();
    Some(match (refused.is_empty(), machines.is_empty()) {
        (false, _) => Tidied::LeftBehind { what: refused.join("; "), at: now },
        (true, false) => Tidied::Removed { machines, at: now },
        (true, true) => Tidied::NothingMade { at: now },
    })
}
