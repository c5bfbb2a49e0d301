//! Where a transfer's copy lies: in a bucket that DataSync reaches by a role of ours, or in a file system that it mounts.

use serde::{Deserialize, Serialize};

use crate::plan::EfsEndpoint;
use crate::stack::Stack;

/// What a transfer writes; of a copy that comes back to files, the bucket that it reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Destination {
    /// A bucket, or a prefix of it.
    Bucket(BucketEnd),
    /// A folder of an EFS file system.
    Files(FilesEnd),
}

/// A bucket, and how DataSync reaches it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BucketEnd {
    /// Its name.
    pub bucket: String,
    /// Key prefix in the bucket, without a leading and with a trailing slash; empty for the whole bucket.
    pub prefix: String,
    /// ARN of the role by which DataSync reads and writes it.
    pub bucket_access_role: String,
}

/// A folder of a file system, and where DataSync's interfaces to it are. Files need no role: the network lets them in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilesEnd {
    /// ARN of the file system.
    pub file_system: String,
    /// With one slash in front and none at the end; from the access point's root, where there is one.
    pub folder: String,
    /// ARN of the access point through which it is mounted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_point: Option<String>,
    /// Id of the subnet of the interfaces.
    pub subnet: String,
    /// Ids of their security groups.
    pub security_groups: Vec<String>,
}

impl FilesEnd {
    /// As the plan names it.
    #[must_use]
    pub fn of(stack: &Stack, end: &EfsEndpoint) -> Self {
        Self {
            file_system: stack.arn("elasticfilesystem", &format!("file-system/{}", end.efs)),
            folder: end.path.to_string(),
            access_point: end
                .access_point
                .as_ref()
                .map(|id| stack.arn("elasticfilesystem", &format!("access-point/{id}"))),
            subnet: end.subnet.to_string(),
            security_groups: end.security_groups.iter().map(ToString::to_string).collect(),
        }
    }

    /// `fs-...`
    #[must_use]
    pub fn id(&self) -> &str {
        self.file_system.rsplit('/').next().unwrap_or_default()
    }
}

impl Destination {
    /// The bucket, where it is one.
    #[must_use]
    pub const fn bucket(&self) -> Option<&BucketEnd> {
        match self {
            Self::Bucket(end) => Some(end),
            Self::Files(_) => None,
        }
    }

    /// The file system, where it is one.
    #[must_use]
    pub const fn files(&self) -> Option<&FilesEnd> {
        match self {
            Self::Files(end) => Some(end),
            Self::Bucket(_) => None,
        }
    }
}

impl From<BucketEnd> for Destination {
    fn from(end: BucketEnd) -> Self {
        Self::Bucket(end)
    }
}

impl From<FilesEnd> for Destination {
    fn from(end: FilesEnd) -> Self {
        Self::Files(end)
    }
}
