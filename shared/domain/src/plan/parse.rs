//! From the file's text to a plan, collecting every problem on the way.

use std::collections::BTreeMap;
use std::str::FromStr;

use serde::de::DeserializeOwned;

use super::check::check;
use super::problem::{PROBLEMS_MAX, Place, PlanErrors, Problem, nearest, step, suggest};
use super::reader::{Notes, Reader};
use super::tree::{Node, Value};
use super::yaml::{read_text, read_tree, without_mark};
use super::{InvalidText, Plan, VERSION, forty_jobs, ninety_days};

const KEYS: &[&str] = &["version", "notify", "schedules", "jobs", "agents", "vaults", "keep_records", "concurrency"];

/// Reads a plan file as it lies on disk, whatever lies there. Nobody needs to read more than [`super::MAX_FILE_BYTES`]
/// and one byte of it: it is too large then.
pub fn parse_bytes(file: &[u8]) -> Result<Plan, PlanErrors> {
    parse(read_text(file).map_err(|problem| PlanErrors::new(vec![problem]))?)
}

/// Reads a plan file. Offline and without a clock: the same text always gives the same answer.
///
/// On failure every section (each schedule, job and agent) has told its problems, not just the first one, up to
/// [`PROBLEMS_MAX`] in all.
pub fn parse(text: &str) -> Result<Plan, PlanErrors> {
    let text = without_mark(text);
    let tree = read_tree(text).map_err(|problem| PlanErrors::new(vec![problem]))?;
    let notes = Notes::new(text);
    let plan = read_plan(&tree, &notes);
    let is_full = notes.is_full();
    let mut problems = notes.problems.into_inner();
    if let Some(plan) = plan.as_ref().filter(|_| !is_full) {
        check(plan, &tree, &mut problems);
    }
    match plan {
        Some(plan) if problems.is_empty() => Ok(plan),
        _ => Err(PlanErrors::new(problems)),
    }
}

/// The plan without the sections that could not be read; nothing (but a problem) if the file is no plan at all.
fn read_plan(tree: &Node, notes: &Notes<'_>) -> Option<Plan> {
    if !matches!(tree.value, Value::Map(_)) {
        note(
            notes,
            Place::START,
            "",
            "the file holds no plan",
            Some("`nightferry init` writes one to begin with".to_owned()),
        );
        return None;
    }
    for (key, _) in tree.entries().iter().take_while(|_| !notes.is_full()) {
        if !KEYS.contains(&key.text.as_str()) {
            let message = format!("unknown key `{}`", super::text_type::printable(&key.text));
            note(notes, key.place, "", &message, suggest(&key.text, KEYS));
        }
    }
    read_version(tree, notes);
    for key in ["schedules", "jobs"] {
        if tree.get(key).is_none() && !is_misspelt(tree, key) {
            note(notes, Place::START, "", &format!("the key `{key}` is missing"), None);
        }
    }
    Some(Plan {
        version: VERSION,
        notify: section(tree, "notify", notes).flatten(),
        schedules: sections(tree, "schedules", notes),
        jobs: sections(tree, "jobs", notes),
        agents: sections(tree, "agents", notes),
        vaults: sections(tree, "vaults", notes),
        keep_records: section(tree, "keep_records", notes).unwrap_or_else(ninety_days),
        concurrency: section(tree, "concurrency", notes).unwrap_or_else(forty_jobs),
    })
}

/// Whether some unknown key was meant for this one; then its own problem says so.
fn is_misspelt(tree: &Node, key: &str) -> bool {
    let unknown = tree.entries().iter().filter(|(own, _)| !KEYS.contains(&own.text.as_str()));
    let mut unknown = unknown.take(PROBLEMS_MAX);
    unknown.any(|(own, _)| nearest(&own.text, KEYS.iter().copied()) == Some(key))
}

fn read_version(tree: &Node, notes: &Notes<'_>) {
    let (place, path, message) = match tree.get("version") {
        Some(node @ Node { value: Value::Unsigned(version), .. })
            if *version == u64::from(VERSION) && node.is_plain_decimal(notes.source) =>
        {
            return;
        }
        Some(node) => (node.place, "version", "this program reads version 1 of the plan's form only"),
        None => (Place::START, "", "the key `version` is missing"),
    };
    note(notes, place, path, message, Some(format!("write version: {VERSION}")));
}

fn section<T: DeserializeOwned>(tree: &Node, key: &str, notes: &Notes<'_>) -> Option<T> {
    Reader::new(tree.get(key)?, key.to_owned(), notes).read()
}

/// The named parts of a section that could be read; each of the others has noted its own problem.
fn sections<K, V>(tree: &Node, key: &str, notes: &Notes<'_>) -> BTreeMap<K, V>
where
    K: FromStr<Err = InvalidText> + Ord,
    V: DeserializeOwned,
{
    let Some(node) = tree.get(key) else {
        return BTreeMap::new();
    };
    if !matches!(node.value, Value::Map(_)) {
        let message = "a set of names is expected here, each with its keys below";
        note(notes, node.place, key, message, None);
    }
    let mut read = BTreeMap::new();
    for (name, below) in node.entries().iter().take_while(|_| !notes.is_full()) {
        let value = Reader::new(below, step(key, &name.text), notes).read();
        match (name.text.parse::<K>(), value) {
            (Ok(name), Some(value)) => {
                let _ = read.insert(name, value);
            }
            (Err(error), _) => note(notes, name.place, key, &error.to_string(), None),
            (Ok(_), None) => {}
        }
    }
    read
}

fn note(notes: &Notes<'_>, place: Place, path: &str, message: &str, suggestion: Option<String>) {
    notes.problems.borrow_mut().push(Problem { place, path: path.to_owned(), message: message.to_owned(), suggestion });
}
