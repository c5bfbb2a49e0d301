//! The door of the file: what is too large, hostile or no YAML is refused here.

use serde_saphyr::{Error, MergeKeyPolicy, budget, options};

use super::problem::{Place, Problem};
use super::text_type::printable;
use super::tree::Node;

/// A plan of 10,000 jobs fits well; more is not a plan.
pub const MAX_FILE_BYTES: usize = 1 << 20;
const MAX_NODES: usize = 200_000;
const MAX_DEPTH: usize = 16;
const MAX_ANCHORS: usize = 64;
const MAX_ALIASES: usize = 1_000;

/// The file's tree, or the one problem that keeps it from being read.
pub(super) fn read_tree(text: &str) -> Result<Node, Problem> {
    if text.len() > MAX_FILE_BYTES {
        return Err(problem(
            Place::START,
            format!("the file has {} bytes; a plan has at most {MAX_FILE_BYTES}", text.len()),
            None,
        ));
    }
    refuse_hidden_characters(text)?;
    serde_saphyr::from_str_with_options(text, yaml_options()).map_err(|error| told(&error))
}

fn yaml_options() -> serde_saphyr::Options {
    options! {
        budget: budget! {
            max_events: MAX_NODES * 2,
            max_nodes: MAX_NODES,
            max_depth: MAX_DEPTH,
            max_anchors: MAX_ANCHORS,
            max_aliases: MAX_ALIASES,
            max_documents: 2,
            max_total_scalar_bytes: MAX_FILE_BYTES,
        },
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: MAX_NODES,
            max_replay_stack_depth: 4,
        },
        merge_keys: MergeKeyPolicy::Error,
        reject_unsupported_tags: true,
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
        with_snippet: false,
    }
}

/// Control characters and reversed writing can make a file look other than it reads.
fn refuse_hidden_characters(text: &str) -> Result<(), Problem> {
    let hidden = |c: char| {
        (c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
            || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
    };
    let mut place = Place::START;
    for c in text.chars() {
        if hidden(c) {
            return Err(problem(
                place,
                format!("the invisible character U+{:04X} has no place in a plan", u32::from(c)),
                Some("delete it"),
            ));
        }
        if c == '\n' {
            place = Place { line: place.line + 1, column: 1 };
        } else {
            place.column += 1;
        }
    }
    Ok(())
}

fn problem(place: Place, message: String, suggestion: Option<&str>) -> Problem {
    Problem { place, path: String::new(), message, suggestion: suggestion.map(str::to_owned) }
}

/// The YAML reader's error in a plan's words.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the crate's enum grows with its versions; what has no words of ours keeps the crate's"
)]
fn told(error: &Error) -> Problem {
    let place = error
        .location()
        .map_or(Place::START, |location| Place { line: location.line().max(1), column: location.column().max(1) });
    match error {
        Error::WithSnippet { error, .. } => told(error),
        Error::AliasError { error, .. } => Problem { place, ..told(error) },
        Error::UnknownAnchor { .. } => problem(
            place,
            "this alias (`*name`) has no anchor (`&name`) before it".to_owned(),
            Some("a text that begins with * needs quotes"),
        ),
        Error::RecursiveReferencesRequireWeakTypes { .. } => problem(
            place,
            "this alias stands inside its own anchor and would never end".to_owned(),
            Some("write it out plainly"),
        ),
        Error::DuplicateMappingKey { key, .. } => problem(
            place,
            format!("the key `{}` stands here twice", printable(key.as_deref().unwrap_or("?"))),
            Some("keep one of them"),
        ),
        Error::MergeKeyNotAllowed { .. } => {
            problem(place, "merge keys (`<<`) are not part of a plan".to_owned(), Some("write the keys out"))
        }
        Error::MultipleDocuments { .. } => {
            problem(place, "a plan is one document, and a second begins here".to_owned(), Some("delete the `---`"))
        }
        Error::Budget { .. }
        | Error::AliasReplayLimitExceeded { .. }
        | Error::AliasExpansionLimitExceeded { .. }
        | Error::AliasReplayStackDepthExceeded { .. } => problem(
            place,
            format!(
                "the file is larger inside than a plan can be: at most {MAX_NODES} values (aliases counted out), \
                 {MAX_DEPTH} levels, {MAX_ANCHORS} anchors and {MAX_ALIASES} aliases"
            ),
            Some("write it out plainly"),
        ),
        other => problem(place, yaml_words(other), None),
    }
}

/// The crate's own words on one line, without its place and snippet.
fn yaml_words(error: &Error) -> String {
    let words = error.to_string();
    let first = words.lines().next().unwrap_or_default();
    let plain = first.split(" at line ").next().unwrap_or(first);
    format!("this is not YAML as a plan needs it: {}", printable(plain))
}
