//! What a person asks for when a copy is to come back.

use std::fmt;
use std::str::FromStr;

use crate::plan::{BucketName, FolderPath, InvalidText, JobName, Prefix, RoleArn};

/// What a person asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// Where the copy comes back to.
    pub to: To,
    /// Patterns of what comes back, from the top of the copy; everything where there is none.
    pub only: Vec<String>,
    /// The jobs whose live files or objects may be written over, typed by name.
    pub over_source: Vec<JobName>,
    /// By which roles, where the house has none for it.
    pub roles: Roles,
    /// Whether it is only a rehearsal, into a scratch folder.
    pub is_drill: bool,
}

/// Roles that somebody made for restores between buckets: those of the house may write no source, and read no replica.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Roles {
    /// Writes the bucket that the copy comes back to.
    pub write: Option<RoleArn>,
    /// Reads a replica.
    pub read: Option<RoleArn>,
}

/// Where a copy comes back to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum To {
    /// A folder of the file system that it came from.
    Folder(FolderPath),
    /// A folder of a bucket.
    Bucket {
        /// The bucket.
        bucket: BucketName,
        /// The folder; `/` is the whole bucket.
        prefix: Prefix,
    },
}

const SCHEME: &str = "s3://";

impl FromStr for To {
    type Err = InvalidText;

    fn from_str(text: &str) -> Result<Self, InvalidText> {
        let Some(rest) = text.strip_prefix(SCHEME) else { return Ok(Self::Folder(text.parse()?)) };
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        // With its slash, so that a second one is an empty part, which is refused.
        Ok(Self::Bucket { bucket: bucket.parse()?, prefix: format!("/{prefix}").parse()? })
    }
}

impl fmt::Display for To {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(folder) => folder.fmt(f),
            Self::Bucket { bucket, prefix } => write!(f, "{SCHEME}{bucket}/{}", prefix.key_prefix()),
        }
    }
}
