//! A machine made again from its recovery point: from which one, with what settings, and whether it is really there.
//!
//! A restore never touches the machine that was backed up: AWS Backup always makes a new one beside it.

pub mod authorization;
pub mod command;
pub mod compare;
pub mod drill;
pub(crate) mod event;
pub mod judge;
pub mod machine;
pub mod metadata;
pub mod place;
pub mod point;
pub mod state;
#[cfg(test)]
pub(crate) mod tests;
pub mod tidy;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use machine::Volume;
use metadata::{Change, Metadata};

/// One restore, decided when its run is opened: what its attempts ask for, and what the machine must show in the end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restore {
    /// The recovery point's ARN; of a machine it is its image's.
    pub recovery_point: String,
    /// When the point was made: how old the data is that comes back.
    pub point_created_at: Timestamp,
    /// The vault that holds it.
    pub vault: String,
    /// ARN of the machine that was backed up.
    pub machine: String,
    /// Role by which AWS Backup makes the new machine.
    pub restore_role: String,
    /// The settings that are asked for.
    pub metadata: Metadata,
    /// What differs from the settings that AWS Backup proposes, and why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
    /// What a person should know of these settings.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// Whether the machine's tags are to be put on the new one.
    pub copies_tags: bool,
    /// The volumes that the point holds; empty where its image could not be described.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub volumes: Vec<Volume>,
    /// For people: `i-0abc (web-1), recovery point of 2026-11-20T21:00:05Z`.
    pub from: String,
    /// For people: `a new machine in subnet-0a1b2c3d`.
    pub to: String,
    /// Where it is only a rehearsal: what is checked, before the machine is removed again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drill: Option<drill::Drill>,
}

impl Restore {
    /// `i-...` of the machine that was backed up.
    #[must_use]
    pub fn machine_id(&self) -> &str {
        id_of(&self.machine)
    }

    /// Where it is a rehearsal.
    #[must_use]
    pub fn is_drill(&self) -> bool {
        self.drill.is_some()
    }
}

/// The last part of an ARN: `i-...` of a machine's, `ami-...` of an image's.
#[must_use]
pub fn id_of(arn: &str) -> &str {
    arn.rsplit(['/', ':']).next().unwrap_or_default()
}
