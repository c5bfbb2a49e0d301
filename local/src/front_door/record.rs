//! The record of calls: what the permission proof and the fault tests read.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::action::Need;

/// Calls kept; beyond that the oldest are forgotten and counted.
const KEPT_CALLS: usize = 200_000;

/// One call that came to the front door.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallRecord {
    /// When it came.
    pub at: Timestamp,
    /// `nightferry-start-job` and so on for a function, `state-machine` for a task of a state machine, `scheduler` for a schedule that
    /// was fired on order, `admin` for anybody else.
    pub caller: String,
    /// As services sign: `datasync`, `s3`, `states`.
    pub service: String,
    /// The operation's name.
    pub operation: String,
    /// The first permission that it needed.
    pub iam_action: String,
    /// On what.
    pub resource: String,
    /// Everything that it needed, the first one included.
    pub needs: Vec<Need>,
    /// HTTP status of the answer; 0 when the connection was dropped on order.
    pub status: u16,
    /// Who decided, and how.
    pub decision: Decision,
    /// From its coming to the beginning of its answer, in microseconds: the emulators' own time.
    #[serde(default)]
    pub took_micros: u64,
}

/// How a call was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Nobody of ours with a role: everything is allowed.
    Admin,
    /// The caller's role allows it.
    Allowed,
    /// The caller's role does not allow it.
    Denied,
}

/// What `GET /_local/calls` answers.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Calls {
    /// Oldest first.
    pub calls: Vec<CallRecord>,
    /// How many older ones are gone.
    pub forgotten: u64,
}

#[derive(Debug, Default)]
struct Kept {
    calls: VecDeque<CallRecord>,
    forgotten: u64,
}

/// The record itself.
#[derive(Debug, Default)]
pub(crate) struct Record {
    kept: Mutex<Kept>,
}

impl Record {
    /// Adds a call.
    pub(crate) fn add(&self, call: CallRecord) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.calls.len() >= KEPT_CALLS {
            let _ = kept.calls.pop_front();
            kept.forgotten += 1;
        }
        kept.calls.push_back(call);
    }

    /// A copy of what is kept.
    pub(crate) fn all(&self) -> Calls {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        Calls { calls: kept.calls.iter().cloned().collect(), forgotten: kept.forgotten }
    }

    /// How many there were since the last clearing.
    pub(crate) fn count(&self) -> u64 {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.forgotten + kept.calls.len() as u64
    }

    /// Forgets everything.
    pub(crate) fn clear(&self) {
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = Kept::default();
    }
}
