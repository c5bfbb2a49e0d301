//! How a job ends, why, and what a person does about it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::backup::proof::KeptPoint;
use crate::ids::RunId;
use crate::observation::FailedItem;

/// The four ends of a job, best first. `Partial` is in the type, so that no match can forget the partial copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Proved: everything was already there.
    NothingToDo,
    /// Proved: everything that was to be copied was copied and verified.
    Succeeded,
    /// Something is safe and something is not, or is not proved.
    Partial,
    /// Nothing of this night is proved safe.
    Failed,
}

impl Outcome {
    /// Whether a person may sleep on.
    #[must_use]
    pub fn is_safe(self) -> bool {
        match self {
            Self::NothingToDo | Self::Succeeded => true,
            Self::Partial | Self::Failed => false,
        }
    }

    /// The word for it in reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::NothingToDo => "nothing to do",
            Self::Succeeded => "succeeded",
            Self::Partial => "partial",
            Self::Failed => "failed",
        }
    }
}

/// Why something is not safe, in the words of the person who has to mend it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cause {
    /// Id of the entry in `docs/errors.md`.
    pub id: String,
    /// What happened and why.
    pub what: String,
    /// What to do.
    pub fix: String,
    /// The service's own words, where it said some.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<String>,
}

impl Cause {
    /// The same, told of this run: a restore is asked for again as a restore. `rerun` would run the plan's job instead, and
    /// copy over what the restore reads.
    #[must_use]
    pub fn in_run(self, run: &RunId) -> Self {
        let Some(kind) = run.restore_kind() else { return self };
        Self { fix: self.fix.replace("`nightferry rerun`", &format!("`nightferry {kind}` again")), ..self }
    }
}

/// What was counted of a job, over all of its attempts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Files (in Basic mode with directories) that were copied.
    pub files: u64,
    /// Bytes that were written.
    pub bytes: u64,
    /// Files that were deleted at the destination.
    pub deleted: u64,
    /// Files known to have failed, after the last attempt.
    pub failed: u64,
    /// Files that were copied and that the service did not verify.
    #[serde(default)]
    pub unverified: u64,
    /// Attempts that may have copied files which nobody could count.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub uncounted_attempts: u64,
}

/// Whether a count says nothing, so that its member may be left away.
pub(crate) fn is_zero<T: Default + PartialEq>(count: &T) -> bool {
    *count == T::default()
}

/// The end of one attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judgement {
    /// How it ended.
    pub outcome: Outcome,
    /// Why, unless it is safe.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    /// Whether a further attempt can help.
    pub retry: Retry,
    /// What this attempt moved.
    pub tally: Tally,
    /// The first items that failed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failed_items: Vec<FailedItem>,
    /// What a machine's backup left in the vault.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub point: Option<KeptPoint>,
}

/// Whether trying again can help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Retry {
    /// A further attempt may succeed.
    Sensible,
    /// The same would happen again until a person mends it.
    Useless,
}

impl Judgement {
    /// A failure that moved nothing.
    #[must_use]
    pub fn failed(cause: Cause, retry: Retry) -> Self {
        Self {
            outcome: Outcome::Failed,
            cause: Some(cause),
            retry,
            tally: Tally::default(),
            failed_items: vec![],
            point: None,
        }
    }
}

/// The end of a job. It never changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settlement {
    /// How it ended.
    pub outcome: Outcome,
    /// When.
    pub at: Timestamp,
    /// Why, unless it is safe.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    /// Sum over all attempts.
    pub tally: Tally,
    /// The first items that failed in the last attempt.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failed_items: Vec<FailedItem>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_outcome_has_its_word() {
        let words = [Outcome::NothingToDo, Outcome::Succeeded, Outcome::Partial, Outcome::Failed].map(Outcome::word);
        assert_eq!(words, ["nothing to do", "succeeded", "partial", "failed"]);
    }

    #[test]
    fn regression_the_fix_of_a_restore_is_never_the_backup_that_would_overwrite_its_copy() {
        let fix = "Mend what the listed items have in common, then `nightferry rerun`.".to_owned();
        let cause = Cause { id: "items-failed".into(), what: String::new(), fix, said: None };
        for (is_drill, wanted) in [(false, "`nightferry restore` again"), (true, "`nightferry drill` again")] {
            let told = cause.clone().in_run(&RunId::restore(Timestamp::UNIX_EPOCH, 1, is_drill));
            assert!(told.fix.ends_with(&format!("then {wanted}.")), "{}", told.fix);
        }
        assert_eq!(cause.clone().in_run(&RunId::manual(Timestamp::UNIX_EPOCH, 1)), cause);
    }
}
