//! The schema for editors.

use serde_json::Value;

use super::EXAMPLE;
use crate::plan::schema;

/// Every object of the schema with fixed keys.
fn objects<'v>(value: &'v Value, found: &mut Vec<&'v Value>) {
    match value {
        Value::Object(map) => {
            if map.contains_key("properties") {
                found.push(value);
            }
            map.values().for_each(|below| objects(below, found));
        }
        Value::Array(items) => items.iter().for_each(|below| objects(below, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn no_object_of_the_schema_takes_unknown_keys_and_every_key_is_described() {
    let schema = schema();
    let mut found = Vec::new();
    objects(&schema, &mut found);
    assert!(found.len() > 10, "{}", found.len());
    for object in found {
        assert_eq!(object["additionalProperties"], false, "{object:#}");
        for (key, property) in object["properties"].as_object().unwrap() {
            assert!(property["description"].is_string(), "{key}: {property}");
        }
    }
}

#[test]
fn the_schema_is_this_document() {
    insta::assert_json_snapshot!(schema());
}
