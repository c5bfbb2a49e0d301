//! What YAML allows and two readers would read in two ways: keys that are the same text, and values with tags.

use std::collections::HashSet;

use super::problem::{Place, Problem};
use super::text_type::printable;
use super::tree::{Key, Node, Value};

/// The tag of plain texts: it changes nothing that quotes would not.
const TEXT_TAG: &str = "tag:yaml.org,2002:str";

/// Refuses the first thing in the tree that is not clear.
pub(super) fn refuse_unclear(node: &Node) -> Result<(), Problem> {
    if let Some(tag) = node.tag.as_deref().filter(|tag| *tag != TEXT_TAG) {
        let message = format!("a plan's values have no tags, and this one has `{}`", printable(tag));
        return Err(refusal(node.place, message, "write the value without the tag"));
    }
    match &node.value {
        Value::List(items) => items.iter().try_for_each(refuse_unclear),
        Value::Map(entries) => {
            refuse_doubled(entries)?;
            entries.iter().try_for_each(|(_, below)| refuse_unclear(below))
        }
        Value::Null | Value::Bool(_) | Value::Unsigned(_) | Value::Signed(_) | Value::Float(_) | Value::Text(_) => {
            Ok(())
        }
    }
}

/// To YAML `1` and `"1"` are two keys; to a plan, whose keys are texts, the second would silently win.
fn refuse_doubled(entries: &[(Key, Node)]) -> Result<(), Problem> {
    let mut seen = HashSet::new();
    match entries.iter().find(|(key, _)| !seen.insert(key.text.as_str())) {
        Some((key, _)) => Err(doubled(key.place, &key.text)),
        None => Ok(()),
    }
}

/// A key that stands twice.
pub(super) fn doubled(place: Place, key: &str) -> Problem {
    refusal(place, format!("the key `{}` stands here twice", printable(key)), "keep one of them")
}

fn refusal(place: Place, message: String, suggestion: &str) -> Problem {
    Problem { place, path: String::new(), message, suggestion: Some(suggestion.to_owned()) }
}
