//! The plan's JSON Schema, for editors.

use super::Plan;

/// The JSON Schema (draft 2020-12) of a plan file: the keys, their types, patterns and choices, with descriptions.
///
/// What keys say together (names that exist, prefixes that overlap) is beyond a schema; [`super::parse`] checks it.
#[must_use]
pub fn schema() -> serde_json::Value {
    let mut schema = schemars::schema_for!(Plan);
    let _ = schema.insert("title".to_owned(), "Nightferry plan".into());
    schema.to_value()
}
