//! `docs/errors.md` and the program tell the same causes: neither has one that the other lacks.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::diagnosis::{Again, Class, Diagnosis, Evidence, catalogue, diagnose};

/// What stands before the id of a cause in the sources.
const BEFORE_AN_ID: [&str; 3] = ["cause(", "Obstacle::new(", " id: "];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn document() -> String {
    std::fs::read_to_string(root().join("docs/errors.md")).unwrap()
}

fn headings(document: &str) -> Vec<&str> {
    document.lines().filter_map(|line| line.strip_prefix("### ")).collect()
}

/// The product's code in `shared/`, without its tests.
fn sources() -> Vec<String> {
    let crates = std::fs::read_dir(root().join("shared")).unwrap();
    let mut folders: Vec<PathBuf> = crates.map(|entry| entry.unwrap().path().join("src")).collect();
    let mut sources = vec![];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension() == Some("rs".as_ref()) && !name.ends_with("tests.rs") && name != "sample.rs" {
                sources.push(without_tests(&std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    sources
}

fn without_tests(source: &str) -> String {
    source.split("#[cfg(test)]\nmod tests {").next().unwrap().to_owned()
}

/// The ids that a source writes out: `id: "x".into()`, `cause("x", ..)`, `Obstacle::new("x", ..)`.
fn ids_in(source: &str) -> Vec<&str> {
    let literal_after = |start: usize| source[start..].trim_start().strip_prefix('"')?.split_once('"');
    let is_id = |(id, after): &(&str, &str)| {
        let is_owned = after.starts_with(".into()") || after.starts_with(".to_owned()");
        let is_plain = !id.is_empty() && id.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
        is_plain && (is_owned || after.starts_with(','))
    };
    let places = BEFORE_AN_ID.iter().flat_map(|mark| source.match_indices(mark).map(|(at, _)| at + mark.len()));
    places.filter_map(literal_after).filter(is_id).map(|(id, _)| id).collect()
}

/// A row as its entry has to be.
fn entry(row: &Diagnosis) -> String {
    let phrases = row.fragments.iter().map(|all| {
        let parts: Vec<_> = all.iter().map(|part| format!("`{part}`")).collect();
        parts.join(" with ")
    });
    let alternatives = row.codes.iter().map(|code| format!("the code `{code}`")).chain(phrases);
    let arrived = if row.leaves_a_partial_copy {
        "files that were copied before it ended are counted."
    } else {
        "nothing of the execution is counted as safe."
    };
    format!(
        "### {}\n\n{}.\n\n- **What to do:** {}\n- **Who has to act:** {}\n- **Kind:** {}\n- **Recognised by:** {}\n- **Tried again:** {}\n\
         - **What arrived:** {arrived}\n",
        row.id,
        row.why,
        row.fix,
        row.who,
        kind(row.class),
        alternatives.collect::<Vec<_>>().join(" or "),
        again(row.again),
    )
}

fn kind(class: Class) -> &'static str {
    match class {
        Class::Permission => "a missing permission",
        Class::Network => "a connection that does not come about",
        Class::Configuration => "settings that do not fit",
        Class::Quota => "an exhausted quota",
        Class::State => "a state that passes",
        Class::Data => "the files themselves",
        Class::Service => "the service itself",
        Class::Unknown => "not known",
    }
}

fn again(again: Again) -> &'static str {
    match again {
        Again::Never => "Not until somebody has mended it.",
        Again::Soon => "Yes, soon.",
        Again::Later => "Yes, after a wait.",
    }
}

#[test]
fn every_row_of_the_catalogue_has_its_entry_word_for_word() {
    let document = document();
    let missing: Vec<_> = catalogue().map(entry).filter(|entry| !document.contains(entry)).collect();
    assert!(missing.is_empty(), "docs/errors.md lacks, or tells differently:\n\n{}", missing.join("\n"));
}

#[test]
fn the_document_and_the_program_have_the_same_causes() {
    let (document, sources) = (document(), sources());
    let told: BTreeSet<&str> = headings(&document).into_iter().collect();
    let mut known: BTreeSet<&str> = catalogue().map(|row| row.id).collect();
    let _ = known.insert(diagnose(&Evidence { code: "", message: "" }).id);
    known.extend(sources.iter().flat_map(|source| ids_in(source)));
    assert!(known.contains("items-failed") && known.contains("deadline-passed"), "the sources are not read: {known:?}");
    assert_eq!(told, known);
}

#[test]
fn every_fix_in_the_document_is_the_programs_own() {
    let (document, sources) = (document(), sources());
    for fix in document.lines().filter_map(|line| line.strip_prefix("- **What to do:** ")) {
        assert!(sources.iter().any(|source| source.contains(fix)), "no cause says: {fix}");
    }
}

#[test]
fn no_cause_is_told_twice() {
    let document = document();
    let headings = headings(&document);
    assert_eq!(headings.len(), headings.iter().collect::<BTreeSet<_>>().len());
}
