//! The schema for editors.

use boon::{Compiler, SchemaIndex, Schemas};
use serde_json::Value;

use super::EXAMPLE;
use crate::plan::{init_text, parse, schema};

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

/// The plan file as an editor sees it: YAML read without this program's types.
fn document(text: &str) -> Value {
    serde_saphyr::from_str(text).unwrap()
}

/// The schema as an editor holds it.
struct Editor {
    schemas: Schemas,
    plan: SchemaIndex,
}

impl Editor {
    fn new() -> Self {
        let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
        compiler.add_resource("nightferry.json", schema()).unwrap();
        let plan = compiler.compile("nightferry.json", &mut schemas).unwrap();
        Self { schemas, plan }
    }

    fn refusal(&self, text: &str) -> Option<String> {
        self.schemas.validate(&document(text), self.plan).err().map(|error| error.to_string())
    }
}

#[test]
fn editors_accept_the_example_and_the_file_of_init() {
    let editor = Editor::new();
    let underscored = EXAMPLE.replace("2_000_000", "\"2_000_000\"");
    for text in [EXAMPLE, init_text(), &underscored] {
        assert_eq!(editor.refusal(text), None, "{text}");
    }
}

#[test]
fn editors_refuse_what_the_program_refuses() {
    let editor = Editor::new();
    for (good, bad) in [
        ("from: { s3: partner", "fom: { s3: partner"),
        ("verify: transferred", "verify: maybe"),
        ("version: 1", "version: 2"),
        ("\"111111111111\"", "111111111111"),
        ("wait: 10m", "wait: 10"),
        ("5TiB", "5T"),
        ("fs-0123", "fx-0123"),
        ("attempts: 3", "attempts: 11"),
        ("    replicate:", "    replicat:"),
        ("{ s3: partner-logs,", "{ s3: partner-logs, subnet: subnet-0a1b2c3d,"),
        ("tag: { AWSBackup: EC2 }", "tag: {}"),
        ("address: 10.0.0.5", "address: here"),
        ("  servers:", "  Servers:"),
    ] {
        assert!(EXAMPLE.contains(good), "{good}");
        let text = EXAMPLE.replace(good, bad);
        assert!(parse(&text).is_err(), "the program takes {bad}");
        assert!(editor.refusal(&text).is_some(), "the schema takes {bad}");
    }
}
