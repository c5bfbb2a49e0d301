//! A copy brought back: from its bucket to a file system or to a bucket, by a task that is made for it and taken away after it.

mod buckets;
mod consent;
pub mod drill;
pub mod hold;
mod notes;
pub mod order;
mod patterns;
mod places;
mod refusal;
mod scheduled;
mod spot;
#[cfg(test)]
mod tests;
mod way_end;
mod wish;

use serde::{Deserialize, Serialize};

use crate::ids::TaskArn;
use crate::judge::Ruling;
use crate::observation::TransferCounts;
use crate::outcome::{Cause, Judgement, Retry};

pub use patterns::PatternError;
pub use places::{Held, Known, copies, known, live_buckets};
pub use refusal::Refusal;
pub use scheduled::drill_of;
pub use spot::{Roots, Spot};
pub use way_end::WayEnd;
pub use wish::{Roles, To, Wish};

/// The tag without which no task and no location is ever deleted by a function. Its value is the restore's run.
pub const RESTORE_TAG: &str = "nightferry:restore";

/// What a restore made for itself, and what it is about: a part of its transfer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Back {
    /// ARNs of the locations that were made for it. The job's own, where that is what it reads, stays.
    pub locations: Vec<String>,
    /// Patterns of what comes back; everything where there is none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub only: Vec<String>,
    /// What a person should know of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// Whether it is only a rehearsal, of which a verdict is said.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_drill: bool,
    /// The task whose copy it is, where what it comes back by was not made for this run but stands for every drill: then it waits for
    /// that task's execution to end, and nothing is taken away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standing: Option<TaskArn>,
}

/// A night that had nothing to do is a good one; a restore that brought nothing back is not.
#[must_use]
pub(crate) fn nothing_restored(back: &Back, counts: &TransferCounts) -> Option<Ruling> {
    // Every attempt carries all of it: what was skipped was not brought back.
    if counts.files_transferred.is_none_or(|files| files > 0) {
        return None;
    }
    let named = if back.only.is_empty() { String::new() } else { format!(" that {} names", back.only.join(" or ")) };
    let cause = Cause {
        id: "nothing-restored".into(),
        what: format!("Nothing was restored: no file{named} came out of the copy"),
        fix: "Look for the file's path in the bucket; `--only` takes paths from the top of the copy, and `*` only at the end.".into(),
        said: None,
    };
    Some(Ruling::Ended(Judgement::failed(cause, Retry::Useless)))
}
