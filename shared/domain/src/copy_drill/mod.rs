//! A copy between buckets, rehearsed: objects drawn by chance are read at both ends, and held against each other.

mod begun;
mod draw;
#[cfg(test)]
mod tests;
mod verdict;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::filters::Filters;
use crate::job_spec::Work;

pub use begun::Begun;
pub use draw::{Drawn, OBJECT_BYTES_MAX, draw};
pub use verdict::{Asked, CopyVerdict, Looked, verdict};

/// Objects that are read unless a person says otherwise.
pub const OBJECTS_USUAL: u16 = 20;

/// A folder of a bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Folder {
    /// The bucket.
    pub bucket: String,
    /// What keys in it begin with; empty for the whole bucket.
    pub prefix: String,
}

/// Where a copy is made from, and where it lies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ends {
    /// The source.
    pub source: Folder,
    /// The copy.
    pub copy: Folder,
    /// What of the source is copied.
    #[serde(default, skip_serializing_if = "Filters::is_unsaid")]
    pub filters: Filters,
}

impl Ends {
    /// Both ends of a job's copy, where both are buckets. A replica keeps its key.
    #[must_use]
    pub fn of(work: &Work) -> Option<Self> {
        match work {
            Work::Replicate(it) => Some(Self {
                source: Folder { bucket: it.bucket.clone(), prefix: it.prefix.clone() },
                copy: Folder { bucket: it.destination_bucket.clone(), prefix: it.prefix.clone() },
                filters: Filters::default(),
            }),
            Work::DataSync(it) => it.reach.source.as_ref().zip(it.destination.bucket()).map(|(source, to)| Self {
                source: Folder { bucket: source.bucket.clone(), prefix: source.prefix.clone() },
                copy: Folder { bucket: to.bucket.clone(), prefix: to.prefix.clone() },
                filters: source.filters.clone(),
            }),
            Work::Backup(_) | Work::Restore(_) => None,
        }
    }

    /// The key of a source object's copy.
    #[must_use]
    pub fn key_of_copy(&self, key: &str) -> String {
        format!("{}{}", self.copy.prefix, self.below_the_source(key))
    }

    /// A source object's key from the top of the source, as patterns name it.
    fn path_of(&self, key: &str) -> String {
        format!("/{}", self.below_the_source(key))
    }

    fn below_the_source<'a>(&self, key: &'a str) -> &'a str {
        key.strip_prefix(&self.source.prefix).unwrap_or(key)
    }
}

/// An object of the source, as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// Its key.
    pub key: String,
    /// Its size.
    pub bytes: u64,
    /// When it was written.
    pub written_at: Timestamp,
    /// Whether it has to be brought out of an archive before anybody can read it.
    pub is_archived: bool,
}

/// What an object's bytes amount to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digest {
    /// How many they are.
    pub bytes: u64,
    /// SHA-256 over them, in hexadecimal digits.
    pub sha256: String,
}

/// What reading an object came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Read {
    /// Its bytes were read to the end.
    Whole(Digest),
    /// There is none of that key.
    Missing,
    /// Whoever read may not: the service's words.
    Refused(String),
    /// No answer came, or none for now: nothing is known of the copy.
    Unanswered(String),
}
