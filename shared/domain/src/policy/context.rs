//! The request's context: what is known of a call besides who, what and where.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Context keys with their values. Keys are equal whatever their case; a key without values counts as absent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "BTreeMap<String, Vec<String>>", into = "BTreeMap<String, Vec<String>>")]
pub struct Context(BTreeMap<String, Vec<String>>);

impl Context {
    /// A context without any key.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a key to one value.
    #[must_use]
    pub fn with(self, key: &str, value: impl Into<String>) -> Self {
        self.with_all(key, [value])
    }

    /// Sets a key to several values.
    #[must_use]
    pub fn with_all<S: Into<String>>(mut self, key: &str, values: impl IntoIterator<Item = S>) -> Self {
        self.set(key, values.into_iter().map(Into::into).collect());
        self
    }

    /// Sets a key to these values, replacing what it had.
    pub fn set(&mut self, key: &str, values: Vec<String>) {
        let _ = self.0.insert(key.to_lowercase(), values);
    }

    /// Sets a key unless the context has it: what a caller states wins over what is derived.
    pub(super) fn fill(&mut self, key: &str, value: impl Into<String>) {
        let _ = self.0.entry(key.to_lowercase()).or_insert_with(|| vec![value.into()]);
    }

    /// A key's values; empty when the request does not have it.
    #[must_use]
    pub fn values(&self, key: &str) -> &[String] {
        self.0.get(&key.to_lowercase()).map_or(&[], Vec::as_slice)
    }

    /// A key's value, when it has exactly one.
    #[must_use]
    pub fn single(&self, key: &str) -> Option<&str> {
        match self.values(key) {
            [only] => Some(only),
            _ => None,
        }
    }
}

impl From<BTreeMap<String, Vec<String>>> for Context {
    fn from(map: BTreeMap<String, Vec<String>>) -> Self {
        let mut context = Self::new();
        for (key, values) in map {
            context.set(&key, values);
        }
        context
    }
}

impl From<Context> for BTreeMap<String, Vec<String>> {
    fn from(context: Context) -> Self {
        context.0
    }
}
