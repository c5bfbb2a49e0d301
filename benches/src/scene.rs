//! One piece of work: the event, the calls that it leads to with AWS's answers, and what the function must answer.

use std::path::Path;

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::Value;

/// Stands in an item for text that holds a JSON document, so that a scene can be read: `{"JSON": {...}}` is `{"S": "{...}"}`.
const DOCUMENT: &str = "JSON";

/// A scene file of `benches/scenes`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Scene {
    /// What is done, in a few words.
    pub(crate) does: String,
    /// What the function is called with.
    pub(crate) event: Value,
    /// The calls in their order, with AWS's answers.
    #[serde(default)]
    pub(crate) calls: Vec<Call>,
    /// What it must answer.
    pub(crate) answer: Value,
}

/// One call to AWS.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Call {
    /// The operation's name: `GetItem`.
    pub(crate) call: String,
    /// AWS's answer.
    pub(crate) answer: Value,
}

impl Scene {
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).with_context(|| format!("the scene {}", path.display()))?;
        let mut scene: Self = serde_json::from_str(&text).with_context(|| format!("the scene {}", path.display()))?;
        for call in &mut scene.calls {
            write_documents(&mut call.answer);
        }
        Ok(scene)
    }
}

/// Turns each document into the text that DynamoDB keeps it as.
fn write_documents(answer: &mut Value) {
    match answer {
        Value::Object(members) => {
            if let Some(document) = members.remove(DOCUMENT) {
                let _ = members.insert("S".to_owned(), Value::String(document.to_string()));
            }
            members.values_mut().for_each(write_documents);
        }
        Value::Array(elements) => elements.iter_mut().for_each(write_documents),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::PathBuf;

    use nightferry_domain::job::Job;
    use nightferry_domain::run::Run;
    use serde_json::json;

    use super::*;

    fn root() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
    }

    fn names(folder: &str, ending: &str) -> BTreeSet<String> {
        let entries = std::fs::read_dir(root().join(folder)).unwrap();
        let name = |entry: std::io::Result<std::fs::DirEntry>| entry.unwrap().file_name().into_string().unwrap();
        entries.map(name).filter_map(|name| name.strip_suffix(ending).map(str::to_owned)).collect()
    }

    fn scenes() -> Vec<(String, Scene)> {
        let folder = root().join("benches/scenes");
        let read = |name: String| (name.clone(), Scene::read(&folder.join(format!("{name}.json"))).unwrap());
        names("benches/scenes", ".json").into_iter().map(read).collect()
    }

    #[test]
    fn a_document_becomes_the_text_that_dynamodb_keeps() {
        let mut answer = json!({ "Item": { "document": { "JSON": { "is": "open" } }, "version": { "N": "3" } } });
        write_documents(&mut answer);
        assert_eq!(answer, json!({ "Item": { "document": { "S": r#"{"is":"open"}"# }, "version": { "N": "3" } } }));
    }

    #[test]
    fn every_function_has_a_scene_that_calls_aws() {
        for function in names("functions", "") {
            let scenes = scenes();
            let scene = scenes.iter().find(|(name, _)| *name == function);
            let (_, scene) = scene.unwrap_or_else(|| panic!("benches/scenes/{function}.json is missing"));
            assert!(!scene.calls.is_empty(), "{function}");
        }
    }

    #[test]
    fn every_record_in_a_scene_is_one_that_the_product_would_write() {
        let mut records = 0;
        for (name, scene) in scenes() {
            for item in scene.calls.iter().filter_map(|call| call.answer.get("Item")) {
                let (Some(key), Some(document)) = (item["sk"]["S"].as_str(), item["document"]["S"].as_str()) else {
                    continue;
                };
                let written = match key {
                    "run" => serde_json::to_value(serde_json::from_str::<Run>(document).unwrap()).unwrap(),
                    _ => serde_json::to_value(serde_json::from_str::<Job>(document).unwrap()).unwrap(),
                };
                assert_eq!(written, serde_json::from_str::<Value>(document).unwrap(), "{name}");
                records += 1;
            }
        }
        assert!(records >= names("functions", "").len() - 2, "{records}");
    }
}
