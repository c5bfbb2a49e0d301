//! Settings in the making: what was proposed, what is to be asked for, and why they differ.

use std::collections::BTreeMap;

use super::{Adjusted, Change, Metadata};

pub(super) struct Draft<'a> {
    proposed: &'a Metadata,
    metadata: Metadata,
    reasons: BTreeMap<String, String>,
    notes: Vec<String>,
}

impl<'a> Draft<'a> {
    pub(super) fn of(proposed: &'a Metadata) -> Self {
        Self { proposed, metadata: proposed.clone(), reasons: BTreeMap::new(), notes: vec![] }
    }

    pub(super) fn get(&self, key: &str) -> Option<&str> {
        self.metadata.get(key).map(String::as_str)
    }

    /// A structured value; `None` where it is not there, or is no JSON.
    pub(super) fn json(&self, key: &str) -> Option<serde_json::Value> {
        self.get(key).and_then(|text| serde_json::from_str(text).ok())
    }

    /// The last reason given for a key is the one that is told.
    pub(super) fn set(&mut self, key: &str, value: &str, why: &str) {
        if self.get(key) != Some(value) {
            let _ = self.metadata.insert(key.to_owned(), value.to_owned());
            let _ = self.reasons.insert(key.to_owned(), why.to_owned());
        }
    }

    pub(super) fn set_json(&mut self, key: &str, value: &serde_json::Value, why: &str) {
        if self.json(key).as_ref() != Some(value) {
            self.set(key, &value.to_string(), why);
        }
    }

    pub(super) fn remove(&mut self, key: &str, why: &str) {
        if self.metadata.remove(key).is_some() {
            let _ = self.reasons.insert(key.to_owned(), why.to_owned());
        }
    }

    pub(super) fn note(&mut self, text: &str) {
        if self.notes.iter().all(|note| note != text) {
            self.notes.push(text.to_owned());
        }
    }

    /// Only what differs in the end is a change: what was set and set back is none.
    pub(super) fn finish(self) -> Adjusted {
        let changes = self.reasons.into_iter().filter_map(|(key, why)| {
            let (before, after) = (self.proposed.get(&key).cloned(), self.metadata.get(&key).cloned());
            (before != after).then_some(Change { key, before, after, why })
        });
        Adjusted { changes: changes.collect(), metadata: self.metadata, notes: self.notes }
    }
}
