//! One task: one version of one object.

use crate::replication::Failure;
use crate::upstream::versions::Version;

/// What a job is to work on.
#[derive(Debug, Clone)]
pub(super) struct Task {
    /// The bucket's name.
    pub(super) bucket: String,
    /// The key.
    pub(super) key: String,
    /// The version that the list names; nothing where it has no such column.
    pub(super) id: Option<String>,
    /// The version, where the list was made from a listing.
    pub(super) version: Option<Version>,
}

/// A task that was tried, as the report tells it.
#[derive(Debug, Clone)]
pub(super) struct Row {
    /// What it was.
    pub(super) task: Task,
    /// Why not, if not.
    pub(super) failure: Option<Failure>,
}
