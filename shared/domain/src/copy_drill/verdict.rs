//! What a drill of a copy proved, said whatever happened.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Digest, Ends, Read};
use crate::ids::RunId;
use crate::plan::JobName;
use crate::printable::printable;
use crate::restore::compare::Compared;
use crate::restore::drill::CameOut;

/// Objects that the one sentence names.
const NAMED_MAX: usize = 5;
/// Most characters of a key, or of a service's words, that are kept.
const WORDS_CHARS_MAX: usize = 1_100;
/// SNS takes subjects of fewer than 100 characters.
const SUBJECT_CHARS_MAX: usize = 99;

/// What was rehearsed, and by whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// The drill's name.
    pub drill: RunId,
    /// The plan's job.
    pub job: JobName,
    /// Where the copy is made from, and where it lies.
    pub ends: Ends,
    /// Who read the copy: ARN.
    pub read_by: String,
    /// When it was asked for.
    pub began_at: Timestamp,
}

/// What the look came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Looked {
    /// Each drawn object with its source's bytes and what reading its copy came to; and what was left out.
    At {
        /// Key of the copy, the source's bytes, the copy.
        objects: Vec<(String, Digest, Read)>,
        /// For people.
        left_out: Vec<String>,
    },
    /// The source could not be looked at, so nothing could be compared.
    Broke(String),
}

/// The verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CopyVerdict {
    /// What was rehearsed.
    #[serde(flatten)]
    pub asked: Asked,
    /// How it came out.
    pub came_out: CameOut,
    /// Why, in one sentence.
    pub why: String,
    /// When it was said.
    pub at: Timestamp,
    /// How long it took, in seconds.
    pub took_secs: i64,
    /// Each object.
    pub compared: Vec<Compared>,
    /// What was left out, for people.
    pub left_out: Vec<String>,
}

/// Says what was proved. What could not be compared is never a pass; a copy that can't be read is a failure.
#[must_use]
pub fn verdict(asked: Asked, looked: Looked, now: Timestamp) -> CopyVerdict {
    let took_secs = now.duration_since(asked.began_at).as_secs();
    let (objects, left_out, broke) = match looked {
        Looked::At { objects, left_out } => (objects, left_out, None),
        Looked::Broke(why) => (vec![], vec![], Some(printable(&why, WORDS_CHARS_MAX))),
    };
    let compared: Vec<Compared> = objects.iter().map(|(key, source, copy)| held(key, source, copy)).collect();
    let (came_out, why) = weigh(broke, &compared);
    CopyVerdict { asked, came_out, why, at: now, took_secs, compared, left_out }
}

fn weigh(broke: Option<String>, compared: &[Compared]) -> (CameOut, String) {
    if let Some(why) = broke {
        return (CameOut::CheckBroke, format!("the source could not be looked at, so nothing was compared: {why}"));
    }
    if compared.is_empty() {
        let why = "there was no object that could be drawn, so nothing was compared";
        return (CameOut::CheckBroke, why.to_owned());
    }
    let wrong: Vec<&Compared> = compared.iter().filter(|it| !it.is_right).collect();
    if wrong.is_empty() {
        return (CameOut::Passed, format!("{} object(s) read and byte for byte the source's", compared.len()));
    }
    let named: Vec<String> = wrong.iter().take(NAMED_MAX).map(|it| format!("`{}`: {}", it.what, it.found)).collect();
    let more = wrong.len().saturating_sub(named.len());
    let more = if more > 0 { format!("; and {more} more") } else { String::new() };
    let unread = wrong.iter().filter(|it| !it.is_known).count();
    let parts = [(wrong.len().saturating_sub(unread), "are not the source's"), (unread, "can't be read")];
    let parts: Vec<String> = parts
        .iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, what)| format!("{n} of {} object(s) {what}", compared.len()))
        .collect();
    (CameOut::Failed, format!("{}: {}{more}", parts.join(", "), named.join("; ")))
}

fn held(key: &str, source: &Digest, copy: &Read) -> Compared {
    let found = match copy {
        Read::Whole(digest) => shown(digest),
        Read::Missing => "not there".to_owned(),
        Read::Refused(said) => format!("can't be read: {}", printable(said, WORDS_CHARS_MAX)),
    };
    let is_right = matches!(copy, Read::Whole(digest) if digest == source);
    let is_known = !matches!(copy, Read::Refused(_));
    Compared { what: printable(key, WORDS_CHARS_MAX), wanted: shown(source), found, is_right, is_known }
}

fn shown(digest: &Digest) -> String {
    let start: String = digest.sha256.chars().take(12).collect();
    format!("{} byte(s), SHA-256 {start}...", digest.bytes)
}

impl CopyVerdict {
    /// Its place in the records bucket.
    #[must_use]
    pub fn key(&self) -> String {
        format!("runs/{}/verdict.json", self.asked.drill)
    }

    /// The message's subject: plain ASCII in one line.
    #[must_use]
    pub fn subject(&self) -> String {
        let subject = format!("[Nightferry] drill of {}: {}", self.asked.job, self.word());
        subject.chars().take(SUBJECT_CHARS_MAX).collect()
    }

    /// The message.
    #[must_use]
    pub fn message(&self) -> String {
        let Asked { drill, ends, read_by, .. } = &self.asked;
        let mut lines = vec![
            format!("DRILL {}: {}", self.word(), self.why),
            format!("from s3://{}/{}", ends.source.bucket, ends.source.prefix),
            format!("copy s3://{}/{}, read by {read_by}", ends.copy.bucket, ends.copy.prefix),
            format!("{drill} took {} s", self.took_secs),
        ];
        lines.extend(self.left_out.iter().cloned());
        lines.join("\n")
    }

    fn word(&self) -> &'static str {
        match self.came_out {
            CameOut::Passed => "PASSED",
            CameOut::Failed => "FAILED",
            CameOut::CheckBroke => "CHECK BROKE",
        }
    }
}
