//! Which transfers this version runs.

use super::{AgentName, DataSync, Endpoint, NotCarried};

impl DataSync {
    /// Whether this version runs it: from EFS, a bucket or a file server to a bucket, of this account or another; and
    /// from a file server to EFS.
    pub fn carried(&self) -> Result<(), NotCarried> {
        match (&self.from, &self.to) {
            (_, Endpoint::S3(_)) | (Endpoint::Nfs(_) | Endpoint::Smb(_), Endpoint::Efs(_)) => Ok(()),
            (from, to) => Err(NotCarried { kind: format!("datasync from {} to {}", from.words(), to.words()) }),
        }
    }
}

impl DataSync {
    /// Whether both ends are buckets.
    #[must_use]
    pub const fn is_between_buckets(&self) -> bool {
        matches!((&self.from, &self.to), (Endpoint::S3(_), Endpoint::S3(_)))
    }
}

impl Endpoint {
    /// The key that names it in the plan: `efs`, `s3`, `nfs` or `smb`.
    #[must_use]
    pub const fn key(&self) -> &'static str {
        match self {
            Self::Efs(_) => "efs",
            Self::S3(_) => "s3",
            Self::Nfs(_) => "nfs",
            Self::Smb(_) => "smb",
        }
    }

    /// The agent that reaches it, where one has to.
    #[must_use]
    pub const fn agent(&self) -> Option<&AgentName> {
        match self {
            Self::Nfs(end) => Some(&end.agent),
            Self::Smb(end) => Some(&end.agent),
            Self::Efs(_) | Self::S3(_) => None,
        }
    }

    fn words(&self) -> String {
        match self {
            Self::S3(end) => {
                end.account.as_ref().map_or_else(|| "s3".to_owned(), |account| format!("s3 of account {account}"))
            }
            Self::Efs(_) | Self::Nfs(_) | Self::Smb(_) => self.key().to_owned(),
        }
    }
}
