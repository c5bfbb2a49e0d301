//! The one written form of a report, and reading it back only if it is what was written.
//!
//! Canonical: one line of UTF-8 JSON, members sorted by name, no spaces, whole numbers only. Anybody can recount the
//! digest: `jq -cjS 'del(.digest)' report.json | sha256sum`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::build::worst;
use super::{Counts, Report, SCHEMA};

/// Longest document that is read, in bytes: ten thousand jobs with six kilobytes each.
pub const REPORT_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Why a document is not taken for a report.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReportError {
    /// Beyond [`REPORT_BYTES_MAX`].
    #[error("the report is {bytes} bytes long; reports beyond {REPORT_BYTES_MAX} bytes are not read")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// Not JSON, or not of the schema's shape.
    #[error("the report can't be read: {reason}; fetch an earlier version of the object from the bucket")]
    Unreadable {
        /// The parser's words.
        reason: String,
    },
    /// A shape that this version does not know.
    #[error("the report's schema is `{found}`, this program reads `{SCHEMA}`; use the version that wrote it")]
    UnknownSchema {
        /// What it says of itself, cut to 80 characters.
        found: String,
    },
    /// Changed after it was written.
    #[error("the report was changed after it was written: it says digest {said}, its content has {counted}")]
    DigestDiffers {
        /// What stands in the document, cut to 80 characters.
        said: String,
        /// What its content amounts to.
        counted: String,
    },
    /// Its sums or its outcome don't follow from its jobs.
    #[error("the report contradicts itself: its {what} does not follow from its jobs; don't rely on it")]
    Contradictory {
        /// `counts` or `outcome`.
        what: &'static str,
    },
}

impl Report {
    /// The canonical JSON, digest included: what is stored as `report.json`.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut text = String::new();
        write_canonical(&self.to_value(), &mut text);
        text
    }

    /// Reads a stored report: schema, digest, sums and outcome must be right.
    pub fn read(bytes: &[u8]) -> Result<Self, ReportError> {
        if bytes.len() > REPORT_BYTES_MAX {
            return Err(ReportError::TooLong { bytes: bytes.len() });
        }
        let value: Value = serde_json::from_slice(bytes).map_err(|e| unreadable(&e))?;
        refuse_other_schema(&value)?;
        refuse_changed(&value)?;
        let report: Self = serde_json::from_value(value).map_err(|e| unreadable(&e))?;
        report.refuse_contradiction()?;
        Ok(report)
    }

    pub(super) fn digest_of_content(&self) -> String {
        digest(&self.to_value())
    }

    fn to_value(&self) -> Value {
        // Every key is a string and every number is whole, so this can't fail; an empty document would be refused.
        serde_json::to_value(self).unwrap_or_default()
    }

    fn refuse_contradiction(&self) -> Result<(), ReportError> {
        if self.counts != Counts::of(&self.jobs) {
            return Err(ReportError::Contradictory { what: "counts" });
        }
        if self.run.outcome != worst(&self.jobs) {
            return Err(ReportError::Contradictory { what: "outcome" });
        }
        Ok(())
    }
}

fn unreadable(error: &serde_json::Error) -> ReportError {
    ReportError::Unreadable { reason: error.to_string() }
}

fn refuse_other_schema(value: &Value) -> Result<(), ReportError> {
    match text_member(value, "schema") {
        SCHEMA => Ok(()),
        other => Err(ReportError::UnknownSchema { found: cut(other) }),
    }
}

fn refuse_changed(value: &Value) -> Result<(), ReportError> {
    let (said, counted) = (text_member(value, "digest"), digest(value));
    if said == counted { Ok(()) } else { Err(ReportError::DigestDiffers { said: cut(said), counted }) }
}

fn text_member<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn cut(text: &str) -> String {
    crate::printable::quoted(text)
}

/// Over the document as it stands, members that this version does not know included.
fn digest(report: &Value) -> String {
    let mut content = report.clone();
    if let Some(members) = content.as_object_mut() {
        let _ = members.remove("digest");
    }
    let mut text = String::new();
    write_canonical(&content, &mut text);
    hexadecimal(&Sha256::digest(text))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Sorts by itself: whether `serde_json`'s own map keeps an order depends on a feature that any crate can switch on.
fn write_canonical(value: &Value, text: &mut String) {
    match value {
        Value::Object(members) => {
            let sorted: BTreeMap<_, _> = members.iter().collect();
            write_list(text, ['{', '}'], sorted, |text, (name, member)| {
                let _ = write!(text, "{}:", Value::from(name.as_str()));
                write_canonical(member, text);
            });
        }
        Value::Array(items) => write_list(text, ['[', ']'], items, |text, item| write_canonical(item, text)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            let _ = write!(text, "{value}");
        }
    }
}

fn write_list<T>(
    text: &mut String,
    [open, close]: [char; 2],
    items: impl IntoIterator<Item = T>,
    write_item: impl Fn(&mut String, T),
) {
    text.push(open);
    for (position, item) in items.into_iter().enumerate() {
        if position > 0 {
            text.push(',');
        }
        write_item(text, item);
    }
    text.push(close);
}
