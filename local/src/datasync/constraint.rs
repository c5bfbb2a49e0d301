//! What a member of a request may be, and the check of a whole request against its table.

use regex::Regex;
use serde_json::Value;

use super::refusal::Refusal;

/// What a value may be. Patterns, lengths and enumerations are those of the service's published model.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shape {
    /// Text of at most this many characters that matches the pattern.
    Text { max: usize, pattern: &'static str },
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// A whole number within these bounds.
    Whole { min: i64, max: i64 },
    /// A list with so many members.
    List { min: usize, max: usize, of: &'static Shape },
    /// A structure.
    Object(&'static [Member]),
    /// A structure, or an empty one that clears what was set before.
    Clearable(&'static [Member]),
}

/// One member of a structure.
#[derive(Debug, Clone, Copy)]
pub(super) struct Member {
    /// Its name on the wire.
    pub(super) name: &'static str,
    /// Whether the call is refused without it.
    pub(super) required: bool,
    /// What it may be.
    pub(super) shape: Shape,
}

/// A member that must be there.
pub(super) const fn required(name: &'static str, shape: Shape) -> Member {
    Member { name, required: true, shape }
}

/// A member that may be left out.
pub(super) const fn optional(name: &'static str, shape: Shape) -> Member {
    Member { name, required: false, shape }
}

/// Checks a request against the table of its operation.
pub(super) fn check(members: &[Member], request: &Value) -> Result<(), Refusal> {
    let mut broken = Vec::new();
    members_of(members, request, "", &mut broken);
    if broken.is_empty() {
        return Ok(());
    }
    let (count, list) = (broken.len(), broken.join("; "));
    let plural = if count == 1 { "error" } else { "errors" };
    Err(Refusal::coded("ValidationError", format!("{count} validation {plural} detected: {list}")))
}

fn members_of(members: &[Member], value: &Value, path: &str, broken: &mut Vec<String>) {
    for member in members {
        let path = if path.is_empty() { member.name.to_owned() } else { format!("{path}.{}", member.name) };
        match value.get(member.name) {
            None | Some(Value::Null) if member.required => {
                broken.push(format!("Value null at '{path}' failed to satisfy constraint: Member must not be null"));
            }
            None | Some(Value::Null) => {}
            Some(found) => shape_of(&member.shape, found, &path, broken),
        }
    }
}

fn shape_of(shape: &Shape, value: &Value, path: &str, broken: &mut Vec<String>) {
    let mut say = |what: String| {
        broken.push(format!("Value '{}' at '{path}' failed to satisfy constraint: {what}", shown(value)));
    };
    match shape {
        Shape::Text { max, pattern } => match value.as_str() {
            None => say("Member must be a string".to_owned()),
            Some(text) if text.chars().count() > *max => {
                say(format!("Member must have length less than or equal to {max}"));
            }
            Some(text) if !matches(pattern, text) => {
                say(format!("Member must satisfy regular expression pattern: {pattern}"));
            }
            Some(_) => {}
        },
        Shape::OneOf(words) if value.as_str().is_some_and(|word| words.contains(&word)) => {}
        Shape::OneOf(words) => say(format!("Member must satisfy enum value set: [{}]", words.join(", "))),
        Shape::Whole { min, max } => match value.as_i64() {
            Some(number) if (*min..=*max).contains(&number) => {}
            _ => say(format!("Member must be between {min} and {max}")),
        },
        Shape::List { min, max, of } => list_of(value, (*min, *max), of, path, broken),
        Shape::Clearable(_) if value.as_object().is_some_and(serde_json::Map::is_empty) => {}
        Shape::Object(members) | Shape::Clearable(members) if value.is_object() => {
            members_of(members, value, path, broken);
        }
        Shape::Object(_) | Shape::Clearable(_) => say("Member must be a structure".to_owned()),
    }
}

fn list_of(value: &Value, (min, max): (usize, usize), of: &Shape, path: &str, broken: &mut Vec<String>) {
    let Some(items) = value.as_array() else {
        broken
            .push(format!("Value '{}' at '{path}' failed to satisfy constraint: Member must be a list", shown(value)));
        return;
    };
    if !(min..=max).contains(&items.len()) {
        broken.push(format!(
            "Value at '{path}' failed to satisfy constraint: Member must have between {min} and {max} entries"
        ));
    }
    for (index, item) in items.iter().enumerate() {
        shape_of(of, item, &format!("{path}.{}.member", index + 1), broken);
    }
}

fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn matches(pattern: &str, text: &str) -> bool {
    // Every pattern in the tables is a constant that the tests compile; one that did not would refuse everything.
    Regex::new(pattern).is_ok_and(|regex| regex.is_match(text))
}
