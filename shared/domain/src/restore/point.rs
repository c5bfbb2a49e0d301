//! Which recovery point: the latest, the one of a time, one by chance, or a named one. Only what is whole is chosen.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::id_of;
use crate::backup::seen::RecoveryPoint;
use crate::printable::quoted;

/// Points that a refusal names one by one.
const NAMED_MAX: usize = 5;

/// A recovery point as its vault lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Point {
    /// `arn:P:ec2:REGION::image/ami-...`
    pub arn: String,
    /// ARN of what was backed up.
    pub machine: String,
    /// The vault.
    pub vault: String,
    /// When its backup began: the data is as it was then.
    pub created_at: Timestamp,
    /// Whether it can be used.
    pub status: PointStatus,
    /// `BackupSizeInBytes`
    pub bytes: Option<u64>,
    /// Since when it lies in cold storage, or when it goes there.
    pub cold_at: Option<Timestamp>,
}

/// `RecoveryPointStatus`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PointStatus {
    /// `COMPLETED`, or `AVAILABLE`: whole.
    Whole,
    /// Any other: parts are missing, it is being made or deleted, or a word that this version does not know.
    Other(String),
}

impl Point {
    /// As a vault lists it; `None` of one that does not tell what it is of, or since when.
    #[must_use]
    pub fn of(listed: &RecoveryPoint) -> Option<Self> {
        Some(Self {
            arn: listed.arn.clone(),
            machine: listed.resource.clone()?,
            vault: listed.vault.clone()?,
            created_at: listed.created_at?,
            status: PointStatus::of(listed.status.word()),
            bytes: listed.bytes,
            cold_at: listed.cold_at,
        })
    }
}

impl PointStatus {
    /// Reads AWS Backup's word.
    #[must_use]
    pub fn of(word: &str) -> Self {
        match word {
            "COMPLETED" | "AVAILABLE" => Self::Whole,
            other => Self::Other(quoted(other)),
        }
    }
}

/// Which point is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pick {
    /// The youngest.
    Latest,
    /// The machine as it was at this time: the youngest point that is not younger.
    At(Timestamp),
    /// Any, by a number drawn by the caller: a drill that always takes the latest never sees an old one fail.
    Random(u64),
    /// The one of this ARN.
    Given(String),
}

/// Why no point could be chosen, and what a person does about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoPoint {
    /// Nothing was ever backed up, or all of it has expired.
    #[error("vault `{vault}` holds no recovery point of {machine}; `nightferry coverage` shows what is backed up")]
    None {
        /// The vault.
        vault: String,
        /// `i-...`
        machine: String,
    },
    /// There are some, but none is whole.
    #[error("none of the {count} recovery point(s) of {machine} can be restored: {named}; `nightferry run` makes one")]
    NoneWhole {
        /// `i-...`
        machine: String,
        /// How many there are.
        count: usize,
        /// The youngest with their states.
        named: String,
    },
    /// All are younger than the time asked for.
    #[error("no recovery point of {machine} is as old as {at}: the oldest that can be restored is of {oldest}")]
    NoneSoOld {
        /// `i-...`
        machine: String,
        /// The time asked for.
        at: Timestamp,
        /// The oldest whole point's.
        oldest: Timestamp,
    },
    /// The named one is not among them.
    #[error("vault `{vault}` holds no recovery point {arn} of {machine}; the youngest are {named}")]
    NotThere {
        /// The vault.
        vault: String,
        /// As it was given.
        arn: String,
        /// `i-...`
        machine: String,
        /// The youngest with their states.
        named: String,
    },
    /// The named one is not whole.
    #[error("recovery point {arn} is {status}, and only one that is COMPLETED can be restored")]
    NotWhole {
        /// The point.
        arn: String,
        /// AWS Backup's word.
        status: String,
    },
}

/// Chooses among what the vault lists. Points of other machines are never chosen, whatever is asked.
///
/// # Errors
/// When there is none to choose, with what there is instead.
pub fn choose<'a>(points: &'a [Point], vault: &str, machine: &str, pick: &Pick) -> Result<&'a Point, NoPoint> {
    let mut own: Vec<&Point> = points.iter().filter(|point| point.machine == machine).collect();
    own.sort_by(|one, other| (one.created_at, &one.arn).cmp(&(other.created_at, &other.arn)));
    let whole: Vec<&Point> = own.iter().copied().filter(|point| point.status == PointStatus::Whole).collect();
    let (vault, id) = (vault.to_owned(), id_of(machine).to_owned());
    if let Pick::Given(arn) = pick {
        return given(&own, vault, id, arn);
    }
    let Some((oldest, youngest)) = whole.first().zip(whole.last()) else {
        return Err(match own.len() {
            0 => NoPoint::None { vault, machine: id },
            count => NoPoint::NoneWhole { machine: id, count, named: named(&own) },
        });
    };
    let chosen = match pick {
        Pick::Latest | Pick::Given(_) => Some(youngest),
        Pick::At(at) => whole.iter().rfind(|point| point.created_at <= *at),
        Pick::Random(dice) => whole.get(index(*dice, whole.len())),
    };
    let at = if let Pick::At(at) = pick { *at } else { Timestamp::MAX };
    chosen.copied().ok_or(NoPoint::NoneSoOld { machine: id, at, oldest: oldest.created_at })
}

fn given<'a>(own: &[&'a Point], vault: String, machine: String, arn: &str) -> Result<&'a Point, NoPoint> {
    let Some(point) = own.iter().find(|point| point.arn == arn) else {
        return Err(NoPoint::NotThere { vault, arn: quoted(arn), machine, named: named(own) });
    };
    match &point.status {
        PointStatus::Whole => Ok(point),
        PointStatus::Other(status) => Err(NoPoint::NotWhole { arn: point.arn.clone(), status: status.clone() }),
    }
}

/// Even over all indexes below `len`, as far as the dice is even over `u64`.
fn index(dice: u64, len: usize) -> usize {
    let scaled = u128::from(dice).saturating_mul(u128::try_from(len).unwrap_or(0)) >> 64;
    usize::try_from(scaled).unwrap_or(0)
}

fn named(own: &[&Point]) -> String {
    let told = own.iter().rev().take(NAMED_MAX).map(|point| {
        let status = match &point.status {
            PointStatus::Whole => "COMPLETED",
            PointStatus::Other(status) => status,
        };
        format!("{} of {} ({status})", id_of(&point.arn), point.created_at)
    });
    let told: Vec<String> = told.collect();
    if told.is_empty() { "none".to_owned() } else { told.join(", ") }
}
