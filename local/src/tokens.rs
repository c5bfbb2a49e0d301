//! Which instances demand tokens of whoever asks their metadata service (IMDSv2): the emulator hears the wish and forgets it.

use std::collections::BTreeSet;
use std::sync::{PoisonError, RwLock};

/// Instances that were started with `HttpTokens=required`. Every other one takes both kinds of call, as EC2's own default is.
#[derive(Debug, Default)]
pub(crate) struct Tokens(RwLock<BTreeSet<String>>);

impl Tokens {
    /// From now on this instance demands them.
    pub(crate) fn demand(&self, instance_id: &str) {
        let _ = self.0.write().unwrap_or_else(PoisonError::into_inner).insert(instance_id.to_owned());
    }

    /// Whether it does.
    pub(crate) fn are_demanded(&self, instance_id: &str) -> bool {
        self.0.read().unwrap_or_else(PoisonError::into_inner).contains(instance_id)
    }

    /// The word that EC2 has for it.
    pub(crate) fn word(&self, instance_id: &str) -> &'static str {
        if self.are_demanded(instance_id) { "required" } else { "optional" }
    }
}
