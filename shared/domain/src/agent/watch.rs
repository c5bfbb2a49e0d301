//! Whether a change of an agent is to be told, by what was told of it last: once for each change, however often and however
//! late its event comes.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::standing::AgentState;
use crate::limits::AGENT_TELLING_LEASE_SECS;

/// What was told of an agent last. There is one record an agent, from its first absence on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentWatch {
    /// Its name in DataSync.
    pub agent: String,
    /// Whether it was told as ONLINE.
    pub is_online: bool,
    /// When that was noticed.
    pub since: Timestamp,
    /// Who tells it: a number of the invocation's own, so that it knows its own save again.
    pub claim: u64,
    /// Until then it belongs to whoever claimed it; `None` once it is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub telling_until: Option<Timestamp>,
}

/// What is to be done about an agent as it is now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Nothing: this is what was told last.
    Unchanged,
    /// Nothing: another invocation is about to tell it, and is called again if it dies over it.
    BeingTold,
    /// Tell it.
    Tell,
}

/// Decides. Of an agent that nothing was told of, ONLINE is no news.
#[must_use]
pub fn turn(known: Option<&AgentWatch>, seen: &AgentState, now: Timestamp) -> Turn {
    match known {
        None if seen.is_online() => Turn::Unchanged,
        None => Turn::Tell,
        Some(known) if known.is_online != seen.is_online() => Turn::Tell,
        Some(AgentWatch { telling_until: None, .. }) => Turn::Unchanged,
        Some(AgentWatch { telling_until: Some(until), .. }) if now < *until => Turn::BeingTold,
        // Whoever wanted to tell it is gone: twice rather than never.
        Some(AgentWatch { telling_until: Some(_), .. }) => Turn::Tell,
    }
}

impl AgentWatch {
    /// The claim of whoever tells how the agent is now.
    #[must_use]
    pub fn claimed(seen: &AgentState, claim: u64, now: Timestamp) -> Self {
        let lease = SignedDuration::from_secs(AGENT_TELLING_LEASE_SECS);
        Self {
            agent: seen.name.clone(),
            is_online: seen.is_online(),
            since: now,
            claim,
            telling_until: Some(now.saturating_add(lease).unwrap_or(Timestamp::MAX)),
        }
    }

    /// The same, told.
    #[must_use]
    pub fn told(self) -> Self {
        Self { telling_until: None, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::super::standing::tests::evening;
    use super::*;

    fn seen(status: &str) -> AgentState {
        AgentState { name: "tokyo".into(), status: status.into() }
    }

    fn told(status: &str) -> AgentWatch {
        AgentWatch::claimed(&seen(status), 7, evening()).told()
    }

    #[test]
    fn the_first_absence_is_told_and_the_first_presence_is_not() {
        assert_eq!(turn(None, &seen("ONLINE"), evening()), Turn::Unchanged);
        assert_eq!(turn(None, &seen("OFFLINE"), evening()), Turn::Tell);
        assert_eq!(turn(None, &seen("A NEW WORD"), evening()), Turn::Tell);
    }

    #[test]
    fn a_change_is_told_and_what_was_told_is_not() {
        assert_eq!(turn(Some(&told("OFFLINE")), &seen("OFFLINE"), evening()), Turn::Unchanged);
        assert_eq!(turn(Some(&told("OFFLINE")), &seen("A NEW WORD"), evening()), Turn::Unchanged);
        assert_eq!(turn(Some(&told("OFFLINE")), &seen("ONLINE"), evening()), Turn::Tell);
        assert_eq!(turn(Some(&told("ONLINE")), &seen("OFFLINE"), evening()), Turn::Tell);
    }

    #[test]
    fn a_claim_belongs_to_one_until_it_is_too_old_to_be_kept() {
        let claimed = AgentWatch::claimed(&seen("OFFLINE"), 7, evening());
        let after = |secs| evening() + SignedDuration::from_secs(secs);
        assert_eq!(turn(Some(&claimed), &seen("OFFLINE"), after(44)), Turn::BeingTold);
        assert_eq!(turn(Some(&claimed), &seen("OFFLINE"), after(45)), Turn::Tell);
        assert_eq!(turn(Some(&claimed), &seen("ONLINE"), after(1)), Turn::Tell, "the next change waits for nobody");
    }
}
