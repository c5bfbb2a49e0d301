//! Which transfers this version runs.

use super::{DataSync, Endpoint, NotCarried};

impl DataSync {
    /// Whether this version runs it: from EFS or a bucket to a bucket, of this account or another.
    pub fn carried(&self) -> Result<(), NotCarried> {
        match (&self.from, &self.to) {
            (Endpoint::Efs(_) | Endpoint::S3(_), Endpoint::S3(_)) => Ok(()),
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

    fn words(&self) -> String {
        match self {
            Self::S3(end) => {
                end.account.as_ref().map_or_else(|| "s3".to_owned(), |account| format!("s3 of account {account}"))
            }
            Self::Efs(_) | Self::Nfs(_) | Self::Smb(_) => self.key().to_owned(),
        }
    }
}
