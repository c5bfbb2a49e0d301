//! The two ends of a transfer as DataSync's locations, written as Describe shows them so that the two compare.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{End, names};
use crate::agent::activation::service_name;
use crate::plan::{EfsEndpoint, Encryption, NfsEndpoint, S3Endpoint, SmbEndpoint, StorageClass};
use crate::stack::Stack;

/// One end of a transfer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Location {
    /// A folder of a shared file system.
    Efs(EfsLocation),
    /// A prefix of a bucket.
    S3(S3Location),
    /// A folder of an SMB server, through an agent.
    Smb(SmbLocation),
    /// A folder of an NFS server, through an agent.
    Nfs(NfsLocation),
}

/// `CreateLocationEfs`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct EfsLocation {
    /// The file system.
    pub efs_filesystem_arn: String,
    /// With one slash in front and none at the end.
    pub subdirectory: String,
    /// Where DataSync's network interfaces are placed.
    pub subnet_arn: String,
    /// Of those interfaces.
    pub security_group_arns: BTreeSet<String>,
    /// The mount's access point.
    pub access_point_arn: Option<String>,
    /// `TLS1_2` or `NONE`.
    pub in_transit_encryption: String,
}

/// `CreateLocationS3`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct S3Location {
    /// The bucket.
    pub s3_bucket_arn: String,
    /// With one slash in front and none at the end.
    pub subdirectory: String,
    /// Of written objects.
    pub s3_storage_class: String,
    /// The role of every read and write.
    pub bucket_access_role_arn: String,
}

/// `CreateLocationNfs`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct NfsLocation {
    /// The server, as the agent resolves it.
    pub server_hostname: String,
    /// With one slash in front and none at the end.
    pub subdirectory: String,
    /// The agent's name in DataSync. It has an ARN only once it is activated, so a plan can't tell that.
    pub agent_name: String,
}

/// `CreateLocationSmb`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct SmbLocation {
    /// The server, as the agent resolves it.
    pub server_hostname: String,
    /// The share and folder, with one slash in front and none at the end.
    pub subdirectory: String,
    /// The agent's name in DataSync.
    pub agent_name: String,
    /// ARN of the secret with user and password. The service never tells a password: a tag tells what it was read from.
    pub credentials: String,
}

impl Location {
    /// Which end it was made for, as far as it tells. Of two buckets the role tells: reading and writing are never the same one.
    #[must_use]
    pub fn end(&self) -> End {
        match self {
            Self::S3(bucket) if !bucket.bucket_access_role_arn.ends_with(names::SOURCE_SUFFIX) => End::To,
            Self::Efs(_) | Self::S3(_) | Self::Nfs(_) | Self::Smb(_) => End::From,
        }
    }

    /// The name in DataSync of the agent that reaches it, where one does.
    #[must_use]
    pub fn agent_name(&self) -> Option<&str> {
        match self {
            Self::Nfs(server) => Some(&server.agent_name),
            Self::Smb(server) => Some(&server.agent_name),
            Self::Efs(_) | Self::S3(_) => None,
        }
    }
}

impl NfsLocation {
    pub(super) fn of(stack: &Stack, from: &NfsEndpoint) -> Self {
        Self {
            server_hostname: from.nfs.to_string(),
            subdirectory: from.path.to_string(),
            agent_name: service_name(stack, &from.agent),
        }
    }
}

impl SmbLocation {
    pub(super) fn of(stack: &Stack, from: &SmbEndpoint) -> Self {
        Self {
            server_hostname: from.smb.to_string(),
            subdirectory: from.path.to_string(),
            agent_name: service_name(stack, &from.agent),
            credentials: from.credentials.to_string(),
        }
    }
}

impl EfsLocation {
    pub(super) fn of(stack: &Stack, from: &EfsEndpoint) -> Self {
        let group = |id: &crate::plan::SecurityGroupId| stack.arn("ec2", &format!("security-group/{id}"));
        let point = |id: &crate::plan::AccessPointId| stack.arn("elasticfilesystem", &format!("access-point/{id}"));
        Self {
            efs_filesystem_arn: stack.arn("elasticfilesystem", &format!("file-system/{}", from.efs)),
            subdirectory: from.path.to_string(),
            subnet_arn: stack.arn("ec2", &format!("subnet/{}", from.subnet)),
            security_group_arns: from.security_groups.iter().map(group).collect(),
            access_point_arn: from.access_point.as_ref().map(point),
            in_transit_encryption: match from.encryption {
                Encryption::Tls => "TLS1_2".to_owned(),
                Encryption::None => "NONE".to_owned(),
            },
        }
    }
}

impl S3Location {
    pub(super) fn of(stack: &Stack, role: &str, to: &S3Endpoint) -> Self {
        Self {
            s3_bucket_arn: names::bucket_arn(stack, to.s3.as_str()),
            subdirectory: to.prefix.to_string(),
            s3_storage_class: storage_class(to.storage_class.unwrap_or(StorageClass::Standard)).to_owned(),
            bucket_access_role_arn: names::role_arn(stack, role),
        }
    }
}

pub(super) const fn storage_class(class: StorageClass) -> &'static str {
    match class {
        StorageClass::Standard => "STANDARD",
        StorageClass::StandardIa => "STANDARD_IA",
        StorageClass::OnezoneIa => "ONEZONE_IA",
        StorageClass::IntelligentTiering => "INTELLIGENT_TIERING",
        StorageClass::GlacierInstantRetrieval => "GLACIER_INSTANT_RETRIEVAL",
        StorageClass::Glacier => "GLACIER",
        StorageClass::DeepArchive => "DEEP_ARCHIVE",
    }
}

/// The store and the folder of a location's URI, which is all that Describe tells of them.
///
/// `s3://bucket/home/` gives `bucket` and `/home`; `efs://region.fs-1/` gives `fs-1` and `/`. Nothing for any other.
#[must_use]
pub fn uri_parts(uri: &str) -> Option<(&str, String)> {
    let (kind, rest) = uri.split_once("://")?;
    let (host, folder) = rest.split_once('/').unwrap_or((rest, ""));
    let store = match kind {
        "s3" | "nfs" | "smb" => host,
        "efs" => host.rsplit('.').next()?,
        _ => return None,
    };
    Some((store, format!("/{}", folder.trim_matches('/'))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locations_uri_tells_its_store_and_folder() {
        assert_eq!(uri_parts("s3://bucket/home/a/"), Some(("bucket", "/home/a".to_owned())));
        assert_eq!(uri_parts("s3://my.bucket"), Some(("my.bucket", "/".to_owned())));
        assert_eq!(uri_parts("efs://eu-west-1.fs-0123abcd/"), Some(("fs-0123abcd", "/".to_owned())));
        assert_eq!(uri_parts("nfs://nas.example/export/"), Some(("nas.example", "/export".to_owned())));
        assert_eq!(uri_parts("smb://nas.example/share/a"), Some(("nas.example", "/share/a".to_owned())));
        assert_eq!(uri_parts("fsxw://region.fs-1/"), None);
        assert_eq!(uri_parts("bucket"), None);
    }
}
