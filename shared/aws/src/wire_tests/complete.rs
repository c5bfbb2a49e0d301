//! The tables against what they are tables of: this crate's source, and the SDKs'.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::codes::SERVICES;
use super::sites::{self, Kind};
use super::{scenes, wire::Operation};

type Place = (String, Kind, String, String);

#[test]
fn every_place_that_calls_aws_has_a_row() {
    let written: BTreeSet<Place> = sources().iter().flat_map(|file| places_in(file)).collect();
    let listed: BTreeSet<Place> = sites::all()
        .map(|site| (site.file.to_owned(), site.kind, site.operation.0.to_owned(), site.operation.1.to_owned()))
        .collect();
    assert_eq!(written, listed);
}

#[test]
fn every_scene_is_played_by_a_row_or_shows_another_request_of_one() {
    let played: BTreeSet<&str> = sites::all().map(|site| site.scene.name).collect();
    let only_shown: Vec<&str> =
        scenes::all().into_iter().map(|scene| scene.name).filter(|name| !played.contains(name)).collect();
    assert_eq!(only_shown, ["START_TRANSFER_AGAIN", "CLOSE_RUN", "CREATE_JOB", "TASK_TOKEN", "CURRENT_PLAN"]);
}

#[test]
fn the_tables_have_every_error_that_the_sdks_document() {
    let manifests = manifests();
    let mut unlisted = vec![];
    for service in SERVICES.into_iter().filter(|service| !service.sdk.is_empty()) {
        let (_, manifest) = manifests.iter().find(|(name, _)| name == service.sdk).unwrap();
        for (operation, listed) in service.operations {
            for code in documented(manifest.parent().unwrap(), operation) {
                if !listed.contains(&code.as_str()) {
                    unlisted.push(format!("{} {operation}: {code}", service.name));
                }
            }
        }
    }
    assert_eq!(unlisted, Vec::<String>::new());
}

#[test]
fn no_table_has_an_operation_that_is_never_called() {
    let called: BTreeSet<Operation> = sites::all().map(|site| site.operation).collect();
    let listed = SERVICES.into_iter().flat_map(|service| {
        service.operations.iter().map(|(operation, _)| (service.name, *operation)).collect::<Vec<_>>()
    });
    assert_eq!(called, listed.collect::<BTreeSet<_>>());
}

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// Every file of this crate that ships.
fn sources() -> Vec<PathBuf> {
    let (mut folders, mut files) = (vec![source()], vec![]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let is_test = path.file_stem().unwrap().to_str().unwrap().ends_with("tests");
            match (path.is_dir(), is_test) {
                (_, true) => {}
                (true, false) => folders.push(path),
                (false, false) => files.push(path),
            }
        }
    }
    files
}

/// The calls that a file names: `Call::read("S3", "GetObject")`.
fn places_in(file: &Path) -> Vec<Place> {
    let text = std::fs::read_to_string(file).unwrap();
    let name = file.strip_prefix(source()).unwrap().to_str().unwrap().to_owned();
    let kinds = [("read", Kind::Read), ("write", Kind::Write), ("start", Kind::Start)];
    let mut places = vec![];
    for (word, kind) in kinds {
        for rest in text.split(&format!("Call::{word}(")).skip(1) {
            let mut quoted = rest.split('"');
            let (service, operation) = (quoted.nth(1).unwrap(), quoted.nth(1).unwrap());
            places.push((name.clone(), kind, service.to_owned(), operation.to_owned()));
        }
    }
    places
}

/// Where the sources of the dependencies lie, as cargo knows them.
fn manifests() -> Vec<(String, PathBuf)> {
    let cargo = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--offline", "--manifest-path"])
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml"))
        .output()
        .unwrap();
    let told: Value = serde_json::from_slice(&cargo.stdout).unwrap();
    let package = |package: &Value| {
        (package["name"].as_str().unwrap().to_owned(), PathBuf::from(package["manifest_path"].as_str().unwrap()))
    };
    told["packages"].as_array().unwrap().iter().map(package).collect()
}

/// The codes by which the SDK tells an operation's errors apart: `"CODE" => crate::operation::...Error::`.
fn documented(sdk: &Path, operation: &str) -> Vec<String> {
    let module = snake_case(operation);
    let files = [format!("src/operation/{module}.rs"), format!("src/protocol_serde/shape_{module}.rs")];
    let texts = files.iter().filter_map(|file| std::fs::read_to_string(sdk.join(file)).ok());
    let text = texts.collect::<Vec<_>>().join("\n").replace("=> {\n", "=> ");
    let lines = text.lines().map(str::trim_start);
    let of_operation = |line: &&str| line.contains("=> ") && line.contains(&format!("crate::operation::{module}::"));
    let code = |line: &str| Some(line.strip_prefix('"')?.split('"').next()?.to_owned());
    assert!(!text.is_empty(), "the SDK's sources of {operation} are elsewhere");
    lines.filter(of_operation).filter_map(code).collect()
}

fn snake_case(operation: &str) -> String {
    let mut name = String::new();
    for letter in operation.chars() {
        if letter.is_ascii_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(letter.to_ascii_lowercase());
    }
    name
}
