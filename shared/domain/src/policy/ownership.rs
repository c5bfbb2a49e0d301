//! Who owns an object in S3, and which ACLs a bucket takes: asked beside all policies.
//!
//! An object belongs to whoever wrote it unless the bucket says otherwise. A copy that belongs to the other account can
//! be read by nobody of ours, and a bucket policy does not speak for it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A bucket's Object Ownership setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ObjectOwnership {
    /// ACLs are off; everything belongs to the bucket's owner. What new buckets have.
    BucketOwnerEnforced,
    /// What is written with `bucket-owner-full-control` belongs to the bucket's owner.
    BucketOwnerPreferred,
    /// Everything belongs to whoever wrote it. What old buckets without ownership controls have.
    ObjectWriter,
}

/// A canned ACL, as the header `x-amz-acl` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the variants are AWS's own names; a sentence each would repeat them")]
pub enum CannedAcl {
    Private,
    PublicRead,
    PublicReadWrite,
    AuthenticatedRead,
    AwsExecRead,
    BucketOwnerRead,
    BucketOwnerFullControl,
    LogDeliveryWrite,
}

const ACLS: [(&str, CannedAcl); 8] = [
    ("private", CannedAcl::Private),
    ("public-read", CannedAcl::PublicRead),
    ("public-read-write", CannedAcl::PublicReadWrite),
    ("authenticated-read", CannedAcl::AuthenticatedRead),
    ("aws-exec-read", CannedAcl::AwsExecRead),
    ("bucket-owner-read", CannedAcl::BucketOwnerRead),
    ("bucket-owner-full-control", CannedAcl::BucketOwnerFullControl),
    ("log-delivery-write", CannedAcl::LogDeliveryWrite),
];

/// What Object Ownership has against a write.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OwnershipError {
    /// The bucket has ACLs turned off.
    #[error(
        "AccessControlListNotSupported: the bucket has ACLs turned off and refuses the ACL {acl}; send none, or \
         bucket-owner-full-control"
    )]
    AclNotSupported {
        /// The ACL that was sent.
        acl: CannedAcl,
    },
    /// The copies would belong to another account than the bucket.
    #[error(
        "copies that account {writer} writes into the bucket of account {bucket} would belong to {writer}, and {bucket} \
         could not read them; set the bucket's Object Ownership to BucketOwnerEnforced, or replicate with the owner \
         override"
    )]
    ForeignOwner {
        /// The account that writes.
        writer: String,
        /// The account of the bucket.
        bucket: String,
    },
}

/// A name that AWS does not have for these settings.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is none of S3's names for it")]
pub struct UnknownName(String);

impl ObjectOwnership {
    /// Whether a bucket with this setting takes a write with this ACL.
    pub fn check_acl(self, acl: Option<CannedAcl>) -> Result<(), OwnershipError> {
        match (self, acl) {
            (Self::BucketOwnerEnforced, Some(acl)) if acl != CannedAcl::BucketOwnerFullControl => {
                Err(OwnershipError::AclNotSupported { acl })
            }
            _ => Ok(()),
        }
    }

    /// The account that owns what `writer` writes into a bucket of account `bucket` with this ACL.
    #[must_use]
    pub fn owner<'a>(self, writer: &'a str, bucket: &'a str, acl: Option<CannedAcl>) -> &'a str {
        match (self, acl) {
            (Self::BucketOwnerEnforced, _) | (Self::BucketOwnerPreferred, Some(CannedAcl::BucketOwnerFullControl)) => {
                bucket
            }
            (Self::BucketOwnerPreferred | Self::ObjectWriter, _) => writer,
        }
    }

    /// Whether what `writer` copies into a bucket of account `bucket` will belong to that account. `override_owner` is
    /// replication's owner override, which hands each replica over; for any other writer it is false.
    pub fn check_copies(
        self,
        writer: &str,
        bucket: &str,
        acl: Option<CannedAcl>,
        override_owner: bool,
    ) -> Result<(), OwnershipError> {
        self.check_acl(acl)?;
        if override_owner || self.owner(writer, bucket, acl) == bucket {
            return Ok(());
        }
        Err(OwnershipError::ForeignOwner { writer: writer.to_owned(), bucket: bucket.to_owned() })
    }
}

/// Whether a bucket's policy speaks for an object: only for those that belong to the bucket's owner.
#[must_use]
pub fn policy_speaks_for(object_owner: &str, bucket_owner: &str) -> bool {
    object_owner == bucket_owner
}

impl CannedAcl {
    /// Whether it grants to everyone, or to everyone with any AWS account, which S3 calls public too.
    #[must_use]
    pub fn is_public(self) -> bool {
        match self {
            Self::PublicRead | Self::PublicReadWrite | Self::AuthenticatedRead => true,
            Self::Private
            | Self::AwsExecRead
            | Self::BucketOwnerRead
            | Self::BucketOwnerFullControl
            | Self::LogDeliveryWrite => false,
        }
    }
}

impl fmt::Display for CannedAcl {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(ACLS.iter().find(|(_, acl)| acl == self).map_or("", |(name, _)| name))
    }
}

impl FromStr for CannedAcl {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        let found = ACLS.iter().find(|(known, _)| *known == name).map(|(_, acl)| *acl);
        found.ok_or_else(|| UnknownName(crate::printable::quoted(name)))
    }
}

impl FromStr for ObjectOwnership {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, UnknownName> {
        match name {
            "BucketOwnerEnforced" => Ok(Self::BucketOwnerEnforced),
            "BucketOwnerPreferred" => Ok(Self::BucketOwnerPreferred),
            "ObjectWriter" => Ok(Self::ObjectWriter),
            _ => Err(UnknownName(crate::printable::quoted(name))),
        }
    }
}
