//! The door of the file: what is too large, hostile or no YAML is refused here.

use serde_saphyr::{Error, MergeKeyPolicy, budget, options};

use super::problem::{Place, Problem};
use super::text_type::printable;
use super::tree::Node;
use super::unclear::{doubled, refuse_unclear};
use crate::printable::is_treacherous;

/// A plan of 10,000 jobs, each of 300 bytes and 30 nodes, fits well; more is not a plan.
pub const MAX_FILE_BYTES: usize = 4 << 20;
const MAX_NODES: usize = 500_000;
const MAX_DEPTH: usize = 16;
const MAX_ANCHORS: usize = 64;
const MAX_ALIASES: usize = 1_000;
/// A plan whose jobs share their settings needs few; a bomb is made of nothing else.
const MAX_REPLAYED: usize = 50_000;

/// The file's text.
pub(super) fn read_text(file: &[u8]) -> Result<&str, Problem> {
    refuse_large(file.len())?;
    std::str::from_utf8(file).map_err(|error| {
        let (before, after) = file.split_at_checked(error.valid_up_to()).unwrap_or((file, &[]));
        let place = end_of(&String::from_utf8_lossy(before));
        let message = format!("the byte 0x{:02x} is not UTF-8 text", after.first().copied().unwrap_or_default());
        problem(place, message, Some("save the file as UTF-8"))
    })
}

/// The text without the byte order mark that some editors put in front.
pub(super) fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

/// The file's tree, or the one problem that keeps it from being read.
pub(super) fn read_tree(text: &str) -> Result<Node, Problem> {
    refuse_large(text.len())?;
    refuse_hidden_characters(text)?;
    let tree = serde_saphyr::from_str_with_options(text, yaml_options()).map_err(|error| told(&error))?;
    refuse_unclear(&tree)?;
    Ok(tree)
}

fn refuse_large(bytes: usize) -> Result<(), Problem> {
    if bytes > MAX_FILE_BYTES {
        let message = format!("the file is larger than a plan can be, which is {MAX_FILE_BYTES} bytes");
        return Err(problem(Place::START, message, None));
    }
    Ok(())
}

/// The place just behind a text; lines end as YAML has it: with LF, CR or both.
fn end_of(text: &str) -> Place {
    let breaks = text.matches(['\n', '\r']).count().saturating_sub(text.matches("\r\n").count());
    let columns = text.rsplit(['\n', '\r']).next().unwrap_or_default().chars().count();
    let from_one = |before: usize| u64::try_from(before).map_or(u64::MAX, |before| before.saturating_add(1));
    Place { line: from_one(breaks), column: from_one(columns) }
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
            max_total_replayed_events: MAX_REPLAYED,
            max_replay_stack_depth: 4,
        },
        merge_keys: MergeKeyPolicy::Error,
        reject_unsupported_tags: true,
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
        with_snippet: false,
    }
}

/// Control characters, reversed writing and what hides can make a file look other than it reads.
fn refuse_hidden_characters(text: &str) -> Result<(), Problem> {
    let is_hidden = |c: char| is_treacherous(c) && !matches!(c, '\n' | '\r' | '\t');
    let Some((at, c)) = text.char_indices().find(|(_, c)| is_hidden(*c)) else { return Ok(()) };
    let message = format!("the invisible character U+{:04X} has no place in a plan", u32::from(c));
    Err(problem(end_of(text.get(..at).unwrap_or_default()), message, Some("delete it")))
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
        Error::DuplicateMappingKey { key, .. } => doubled(place, key.as_deref().unwrap_or("?")),
        Error::MergeKeyNotAllowed { .. } => {
            problem(place, "merge keys (`<<`) are not part of a plan".to_owned(), Some("write the keys out"))
        }
        Error::MultipleDocuments { .. } => {
            problem(place, "a plan is one document, and a second begins here".to_owned(), Some("delete the `---`"))
        }
        Error::Budget { .. }
        | Error::AliasReplayLimitExceeded { .. }
        | Error::AliasExpansionLimitExceeded { .. }
        | Error::AliasReplayStackDepthExceeded { .. } => too_large_inside(place),
        // The parser below stops at a depth of its own before the budget does.
        Error::ExternalMessage { msg, .. } if msg.contains("recursion limit") => too_large_inside(place),
        Error::NonFiniteFloat { .. } => problem(
            place,
            "a number without bounds, or one too large to be counted with, has no place in a plan".to_owned(),
            Some("a text that looks like one needs quotes"),
        ),
        // Values may be anything here; only a key has to be a text.
        Error::NullIntoString { .. }
        | Error::Unexpected { expected: "string scalar", .. }
        | Error::TaggedScalarCannotDeserializeIntoString { .. } => {
            problem(place, "a key is a plain word here".to_owned(), Some("write it before the `:`"))
        }
        other => problem(place, yaml_words(other), None),
    }
}

fn too_large_inside(place: Place) -> Problem {
    let message = format!(
        "the file is larger inside than a plan can be: at most {MAX_NODES} values ({MAX_REPLAYED} of them by aliases), \
         {MAX_DEPTH} levels, {MAX_ANCHORS} anchors and {MAX_ALIASES} aliases"
    );
    problem(place, message, Some("write it out plainly"))
}

/// The crate's own words on one line, without its place and snippet.
fn yaml_words(error: &Error) -> String {
    let words = error.to_string();
    let first = words.lines().next().unwrap_or_default();
    let plain = first.split(" at line ").next().unwrap_or(first);
    format!("this is not YAML as a plan needs it: {}", printable(plain))
}
