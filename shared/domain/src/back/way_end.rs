//! An end of a way back that is made for it: a location, told from the other end by what it stands for.

use std::fmt;

use crate::provision::{EfsLocation, S3Location, uri_parts};

/// A location that is made for a restore.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WayEnd {
    /// A folder of a file system.
    Files(EfsLocation),
    /// A folder of a bucket.
    Bucket(S3Location),
}

impl WayEnd {
    /// Whether a location with this URI stands for it. Both ends of one way are never the same place.
    #[must_use]
    pub fn is_at(&self, uri: &str) -> bool {
        let (store, folder) = self.place();
        uri_parts(uri).is_some_and(|(at, under)| at == store && under == folder)
    }

    /// File system or bucket, and the folder in it.
    fn place(&self) -> (&str, &str) {
        match self {
            Self::Files(files) => {
                (files.efs_filesystem_arn.rsplit('/').next().unwrap_or_default(), &files.subdirectory)
            }
            Self::Bucket(bucket) => (bucket.s3_bucket_arn.rsplit(':').next().unwrap_or_default(), &bucket.subdirectory),
        }
    }
}

/// For people: `efs fs-0123/restored`, `s3://bucket/restored/`.
impl fmt::Display for WayEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (store, folder) = self.place();
        match self {
            Self::Files(_) => write!(f, "efs {store}{folder}"),
            Self::Bucket(_) => write!(f, "s3://{store}{}/", folder.trim_end_matches('/')),
        }
    }
}
