//! A drill that was begun owes a verdict. Where whoever began it was ended, the sweep says one.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Asked, CopyVerdict, Looked, verdict};
use crate::limits::COPY_DRILL_LONGEST_SECS;

/// What is written down before the first object is read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Begun {
    /// What is rehearsed.
    pub asked: Asked,
    /// When its verdict was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told_at: Option<Timestamp>,
}

impl Begun {
    /// Nothing is said of it yet.
    #[must_use]
    pub const fn new(asked: Asked) -> Self {
        Self { asked, told_at: None }
    }

    /// Its verdict was sent.
    #[must_use]
    pub fn told(self, now: Timestamp) -> Self {
        Self { told_at: Some(now), ..self }
    }

    /// Whether it has owed its verdict for longer than any drill takes.
    #[must_use]
    pub fn is_lost(&self, now: Timestamp) -> bool {
        let owed = now.duration_since(self.asked.began_at);
        self.told_at.is_none() && owed >= SignedDuration::from_secs(COPY_DRILL_LONGEST_SECS)
    }

    /// The verdict in its place: nothing is proved.
    #[must_use]
    pub fn lost(&self, now: Timestamp) -> CopyVerdict {
        verdict(self.asked.clone(), Looked::Lost, now)
    }
}
