//! The difference as a person reads it: a line a thing, a line a setting, nothing of what stays.

use std::fmt;

use serde_json::Value;

use super::{Action, Change, Changeset, FieldChange};

/// Characters of a value on a terminal; the JSON form has all of them.
const VALUE_CHARS_MAX: usize = 100;

impl fmt::Display for Changeset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for change in self.changes().filter(|change| change.is_shown()) {
            writeln!(f, "{change}")?;
        }
        for left in &self.left_out {
            writeln!(f, "  left out: {}: {}", left.what, left.why)?;
        }
        let [create, update, replace, delete, keep] =
            [Action::Create, Action::Update, Action::Replace, Action::Delete, Action::Keep].map(|a| self.count(a));
        if create + update + replace + delete + keep == 0 {
            return write!(f, "Nothing to change: nothing of the stack is there.");
        }
        if create + update + replace + delete == 0 {
            return write!(f, "Nothing to change: {keep} things are as they should be.");
        }
        write!(f, "{create} to create, {update} to update, {replace} to replace, {delete} to delete; {keep} stay.")
    }
}

impl Change {
    fn is_shown(&self) -> bool {
        self.action != Action::Keep || self.note.is_some()
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>4} {:<13} {}", self.action.sign(), self.kind, self.name)?;
        for detail in &self.details {
            write!(f, "\n{:19}{detail}", "")?;
        }
        self.note.iter().try_for_each(|note| write!(f, "\n{:19}({note})", ""))
    }
}

impl fmt::Display for FieldChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} -> {}", self.field, short(&self.from), short(&self.to))
    }
}

fn short(value: &Value) -> String {
    let text = match value {
        Value::Null => "(not set)".to_owned(),
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    };
    let printable = || text.chars().filter(|c| !c.is_control());
    if printable().count() <= VALUE_CHARS_MAX {
        return printable().collect();
    }
    printable().take(VALUE_CHARS_MAX).chain("...".chars()).collect()
}

impl Action {
    /// The sign in front of a line.
    #[must_use]
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Create => "+",
            Self::Update => "~",
            Self::Replace => "-/+",
            Self::Delete => "-",
            Self::Keep => "=",
        }
    }
}
