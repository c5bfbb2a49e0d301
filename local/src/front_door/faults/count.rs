//! How often a fault strikes among the calls or events that it matches.

use serde::{Deserialize, Serialize};

/// Which matches are struck. Nothing given means each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Often {
    /// Only this match, counted from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nth: Option<u64>,
    /// Each match whose number is a multiple of this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<u64>,
    /// At most so many strikes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u64>,
}

impl Often {
    /// Exactly the `nth` match, counted from 1.
    #[must_use]
    pub fn nth(nth: u64) -> Self {
        Self { nth: Some(nth), ..Self::default() }
    }

    /// The first `times` matches.
    #[must_use]
    pub fn times(times: u64) -> Self {
        Self { times: Some(times), ..Self::default() }
    }

    /// Whether match number `seen` is struck when `injected` were struck before.
    pub(super) fn strikes(self, seen: u64, injected: u64) -> bool {
        self.nth.is_none_or(|nth| seen == nth)
            && self.every.is_none_or(|every| every > 0 && seen.is_multiple_of(every))
            && self.times.is_none_or(|times| injected < times)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn struck(often: Often) -> Vec<u64> {
        let mut injected = 0;
        (1..=6)
            .filter(|seen| {
                often.strikes(*seen, injected) && {
                    injected += 1;
                    true
                }
            })
            .collect()
    }

    #[test]
    fn nth_every_and_times_choose_among_the_matches() {
        assert_eq!(struck(Often::default()), [1, 2, 3, 4, 5, 6]);
        assert_eq!(struck(Often::nth(3)), [3]);
        assert_eq!(struck(Often::times(2)), [1, 2]);
        assert_eq!(struck(Often { every: Some(2), ..Often::default() }), [2, 4, 6]);
        assert_eq!(struck(Often { every: Some(2), times: Some(1), ..Often::default() }), [2]);
        assert_eq!(struck(Often { every: Some(0), ..Often::default() }), Vec::<u64>::new());
    }
}
