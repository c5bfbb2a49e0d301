//! DataSync as a restore of a copy needs it, besides what `apply` needs.
#![expect(async_fn_in_trait, reason = "every caller runs on one thread, so no future has to be Send")]

use nightferry_domain::back::WayEnd;
use nightferry_domain::ids::{RunId, TaskArn};
use nightferry_domain::provision::Task;

use crate::error::PortError;

/// What is there for one restore.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Made {
    /// Locations with its mark.
    pub locations: Vec<MadeLocation>,
    /// Tasks with its mark.
    pub tasks: Vec<TaskArn>,
}

/// A location with a restore's mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadeLocation {
    /// Its ARN.
    pub arn: String,
    /// What it stands for, in DataSync's words.
    pub uri: String,
}

impl Made {
    /// ARN of the one that stands for this end, if it is there.
    #[must_use]
    pub fn location(&self, end: &WayEnd) -> Option<String> {
        self.locations.iter().find(|made| end.is_at(&made.uri)).map(|made| made.arn.clone())
    }
}

/// Tasks and locations that are made for one restore, and carry its mark: the tag `nightferry:restore` with its run.
///
/// They do not carry the stack's: no `apply` takes them for its own.
pub trait WaysBack {
    /// What carries the run's mark.
    async fn made_for(&self, run: &RunId) -> Result<Made, PortError>;
    /// Makes a location in exactly one try; its ARN.
    async fn make_location(&self, run: &RunId, end: &WayEnd) -> Result<String, PortError>;
    /// Makes a task from one location to the other, in exactly one try.
    async fn make_task(&self, run: &RunId, task: &Task, ends: (&str, &str)) -> Result<TaskArn, PortError>;
    /// Whether DataSync is still at making it.
    async fn is_in_the_making(&self, task: &TaskArn) -> Result<bool, PortError>;
}

/// Access points of file systems, as consent needs them.
pub trait AccessPoints {
    /// The root directory of the access point with this ARN, from the top of its file system.
    async fn root_of(&self, point: &str) -> Result<String, PortError>;
}
