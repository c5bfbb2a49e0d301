//! What a service did under a role that it was given: the stand-in's own accesses to buckets, each role's actions with what they were used on.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use serde::{Deserialize, Serialize};

use crate::stand_in::{Access, Witness};

/// Different accesses kept; of more, only the known ones are counted on.
const KEPT: usize = 100_000;

/// An action that a role was used for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Used {
    /// ARN of the role, path included.
    pub role: String,
    /// For example `s3:PutObject`.
    pub action: String,
    /// On what: an ARN.
    pub resource: String,
    /// Whether the role's and the resource's policies allowed it.
    pub is_allowed: bool,
    /// How often.
    #[serde(default)]
    pub count: u64,
}

/// The record.
#[derive(Debug, Default)]
pub(crate) struct Accesses(Mutex<BTreeMap<Used, u64>>);

impl Accesses {
    /// Everything since the last clearing.
    pub(crate) fn all(&self) -> Vec<Used> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().map(|(used, count)| Used { count: *count, ..used.clone() }).collect()
    }

    /// Forgets everything.
    pub(crate) fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

impl Witness for Accesses {
    fn saw(&self, access: Access<'_>) {
        let Access { role, action, resource, is_allowed } = access;
        let used = Used {
            role: role.to_owned(),
            action: action.to_owned(),
            resource: resource.to_owned(),
            is_allowed,
            count: 0,
        };
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < KEPT || kept.contains_key(&used) {
            *kept.entry(used).or_default() += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_access_is_counted_and_an_allowed_one_is_not_a_denied_one() {
        let accesses = Accesses::default();
        for is_allowed in [true, true, false] {
            accesses.saw(Access { role: "r", action: "s3:PutObject", resource: "arn:aws:s3:::b/k", is_allowed });
        }
        let counts: Vec<(bool, u64)> = accesses.all().iter().map(|used| (used.is_allowed, used.count)).collect();
        assert_eq!(counts, [(false, 1), (true, 2)]);
        accesses.clear();
        assert!(accesses.all().is_empty());
    }
}
