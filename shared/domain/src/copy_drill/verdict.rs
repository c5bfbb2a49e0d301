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
const UNSEEN: &str = "the source could not be looked at, so nothing was compared";
const LOST: &str = "no word came of it: the program that carried it out was ended, or lost its way to the run table. Nothing is proved; drill again";

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
    /// Whoever looked was ended before a word was said.
    Lost,
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

/// Says what was proved. What could not be compared is never a pass; a copy that nobody may read is a failure, and one that gave
/// no answer is neither.
#[must_use]
pub fn verdict(asked: Asked, looked: Looked, now: Timestamp) -> CopyVerdict {
    let took_secs = now.duration_since(asked.began_at).as_secs();
    let (objects, left_out, broke) = match looked {
        Looked::At { objects, left_out } => (objects, left_out, None),
        Looked::Broke(why) => (vec![], vec![], Some(format!("{UNSEEN}: {}", printable(&why, WORDS_CHARS_MAX)))),
        Looked::Lost => (vec![], vec![], Some(LOST.to_owned())),
    };
    let held: Vec<(Standing, Compared)> =
        objects.iter().map(|(key, source, copy)| (standing(source, copy), held(key, source, copy))).collect();
    let (came_out, why) = weigh(broke, &held);
    let compared = held.into_iter().map(|(_, compared)| compared).collect();
    CopyVerdict { asked, came_out, why, at: now, took_secs, compared, left_out }
}

/// What is known of one copy. The sentence tells them in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Standing {
    Wrong,
    Unread,
    Unanswered,
    Right,
}

impl Standing {
    /// For the sentence: `2 of 9 object(s) ...`.
    const fn words(self) -> &'static str {
        match self {
            Self::Wrong => "are not the source's",
            Self::Unread => "can't be read",
            Self::Unanswered => "gave no answer",
            Self::Right => "are the source's",
        }
    }
}

fn standing(source: &Digest, copy: &Read) -> Standing {
    match copy {
        Read::Whole(digest) if digest == source => Standing::Right,
        Read::Whole(_) | Read::Missing => Standing::Wrong,
        Read::Refused(_) => Standing::Unread,
        Read::Unanswered(_) => Standing::Unanswered,
    }
}

fn weigh(broke: Option<String>, held: &[(Standing, Compared)]) -> (CameOut, String) {
    if let Some(why) = broke {
        return (CameOut::CheckBroke, why);
    }
    let came_out = match held.iter().map(|(standing, _)| *standing).min() {
        None => {
            let why = "there was no object that could be drawn, so nothing was compared";
            return (CameOut::CheckBroke, why.to_owned());
        }
        Some(Standing::Right) => {
            return (CameOut::Passed, format!("{} object(s) read and byte for byte the source's", held.len()));
        }
        // What gave no answer says nothing of the copy, for good or ill.
        Some(Standing::Unanswered) => CameOut::CheckBroke,
        Some(Standing::Wrong | Standing::Unread) => CameOut::Failed,
    };
    (came_out, sentence(held))
}

/// How many of what kind, and the first of them by name.
fn sentence(held: &[(Standing, Compared)]) -> String {
    let mut wrong: Vec<&(Standing, Compared)> = held.iter().filter(|(it, _)| *it != Standing::Right).collect();
    wrong.sort_by_key(|(standing, _)| *standing);
    let parts = [Standing::Wrong, Standing::Unread, Standing::Unanswered].into_iter().filter_map(|kind| {
        let count = wrong.iter().filter(|(standing, _)| *standing == kind).count();
        (count > 0).then(|| format!("{count} of {} object(s) {}", held.len(), kind.words()))
    });
    let parts: Vec<String> = parts.collect();
    let named = wrong.iter().take(NAMED_MAX).map(|(_, it)| format!("`{}`: {}", it.what, it.found));
    let named: Vec<String> = named.collect();
    let more = wrong.len().saturating_sub(named.len());
    let more = if more > 0 { format!("; and {more} more") } else { String::new() };
    format!("{}: {}{more}", parts.join(", "), named.join("; "))
}

fn held(key: &str, source: &Digest, copy: &Read) -> Compared {
    let found = match copy {
        Read::Whole(digest) => shown(digest),
        Read::Missing => "not there".to_owned(),
        Read::Refused(said) => format!("can't be read: {}", printable(said, WORDS_CHARS_MAX)),
        Read::Unanswered(said) => format!("no answer: {}", printable(said, WORDS_CHARS_MAX)),
    };
    let is_right = standing(source, copy) == Standing::Right;
    let is_known = matches!(copy, Read::Whole(_) | Read::Missing);
    Compared { what: printable(key, WORDS_CHARS_MAX), wanted: shown(source), found, is_right, is_known }
}

fn shown(digest: &Digest) -> String {
    let start: String = digest.sha256.chars().take(12).collect();
    format!("{} byte(s), SHA-256 {start}...", digest.bytes)
}

impl Asked {
    /// The verdict's place in the records bucket.
    #[must_use]
    pub fn key(&self) -> String {
        format!("runs/{}/verdict.json", self.drill)
    }
}

impl CopyVerdict {
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
