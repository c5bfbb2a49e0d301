//! What the house promises of itself: small files, a sentence at the head of each, links that lead somewhere.

use std::path::{Path, PathBuf};

use nightferry_workflow::WorkflowError;
use serde_json::Value;

/// The wall for a file's length, in lines.
const LINES_MAX: usize = 400;

/// The repository's folder.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn files(ending: &str) -> Vec<PathBuf> {
    let mut found = vec![];
    let mut folders = vec![root()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() && name != "target" && !name.starts_with('.') {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == ending) {
                found.push(path);
            }
        }
    }
    found
}

#[test]
fn no_source_file_is_longer_than_the_wall() {
    let long: Vec<_> = files("rs")
        .into_iter()
        .filter(|path| std::fs::read_to_string(path).unwrap().lines().count() > LINES_MAX)
        .collect();
    assert!(long.is_empty(), "{long:?}");
}

#[test]
fn every_product_file_says_at_its_head_what_it_is() {
    let is_test = |path: &Path| {
        let path = path.to_string_lossy();
        path.ends_with("tests.rs") || path.contains("/tests/") || path.ends_with("build.rs")
    };
    let mute: Vec<_> = files("rs")
        .into_iter()
        .filter(|path| !is_test(path))
        .filter(|path| !std::fs::read_to_string(path).unwrap().starts_with("//!"))
        .collect();
    assert!(mute.is_empty(), "{mute:?}");
}

#[test]
fn links_between_documents_lead_somewhere() {
    let mut broken = vec![];
    for document in files("md") {
        let text = std::fs::read_to_string(&document).unwrap();
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = target.split('#').next().unwrap_or_default();
            if !file.is_empty() && !file.contains("://") && !document.parent().unwrap().join(file).exists() {
                broken.push(format!("{}: {target}", document.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:?}");
}

/// Every error name of ours that the state machine matches is one that a use case can give.
#[test]
fn the_state_machine_matches_only_errors_that_exist() {
    let asl = std::fs::read(root().join("statemachines/nightly-run.asl.json")).unwrap();
    let mut matched = vec![];
    collect("ErrorEquals", &serde_json::from_slice(&asl).unwrap(), &mut matched);
    let ours: Vec<&String> = matched.iter().filter(|name| name.starts_with("Nightferry.")).collect();
    assert!(!ours.is_empty());
    for name in ours {
        assert!(WorkflowError::NAMES.contains(&name.as_str()), "{name}");
    }
}

fn collect(member: &str, value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(object) => {
            for (name, inner) in object {
                if name == member {
                    found.extend(inner.as_array().unwrap().iter().map(|n| n.as_str().unwrap().to_owned()));
                }
                collect(member, inner, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(member, item, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
