//! The two ends of a DataSync transfer.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    AccessPointId, AccountId, AgentName, BucketName, FileSystemId, FolderPath, KeyArn, Prefix, SecretArn,
    SecurityGroupId, ServerName, SubnetId,
};
use crate::stack::Stack;

/// One end of a transfer. In the plan its kind is the key that names the thing: `efs`, `s3`, `nfs` or `smb`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "super::endpoint_keys::EndpointKeys", into = "super::endpoint_keys::EndpointKeys")]
pub enum Endpoint {
    /// A shared file system in this account.
    Efs(EfsEndpoint),
    /// A bucket, in this account or another.
    S3(S3Endpoint),
    /// An NFS server, through an agent.
    Nfs(NfsEndpoint),
    /// An SMB server, through an agent.
    Smb(SmbEndpoint),
}

/// An EFS file system and how DataSync mounts it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EfsEndpoint {
    /// The file system.
    pub efs: FileSystemId,
    /// The folder that is copied, or copied to; the root unless told. It has to be there: DataSync mounts it, and does not make it.
    #[serde(default)]
    pub path: FolderPath,
    /// Where DataSync places its network interfaces; its zone must have a mount target.
    pub subnet: SubnetId,
    /// 1 to 5 security groups of those interfaces; the mount target must let them in on port 2049.
    #[schemars(length(min = 1, max = 5))]
    pub security_groups: Vec<SecurityGroupId>,
    /// Mount through this access point; needs `encryption: tls`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_point: Option<AccessPointId>,
    /// Whether the mount is encrypted; TLS 1.2 unless told.
    #[serde(default)]
    pub encryption: Encryption,
}

/// Encryption between DataSync and EFS.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Encryption {
    /// TLS 1.2.
    #[default]
    Tls,
    /// None: the bytes cross the VPC in the clear.
    None,
}

/// A bucket, or a prefix of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct S3Endpoint {
    /// The bucket's name.
    pub s3: BucketName,
    /// The prefix; the whole bucket unless told.
    #[serde(default)]
    pub prefix: Prefix,
    /// The account that owns the bucket, if it is not the one Nightferry runs in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// The storage class of written objects (destinations only); STANDARD unless told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage_class: Option<StorageClass>,
    /// The key that the bucket's objects are encrypted with, so that the roles may use it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kms_key: Option<KeyArn>,
}

impl S3Endpoint {
    /// Twelve digits: whose bucket it is.
    #[must_use]
    pub fn owner<'a>(&'a self, stack: &'a Stack) -> &'a str {
        self.account.as_ref().map_or(&stack.account, AccountId::as_str)
    }

    /// The owner, where it is not the stack's own account.
    #[must_use]
    pub fn other_owner(&self, stack: &Stack) -> Option<&str> {
        self.account.as_ref().map(AccountId::as_str).filter(|owner| *owner != stack.account)
    }
}

/// An S3 storage class, in S3's spelling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StorageClass {
    /// For what is read often.
    Standard,
    /// For what is read seldom; billed for at least 30 days and 128 KB an object.
    StandardIa,
    /// As `STANDARD_IA`, kept in a single zone.
    OnezoneIa,
    /// S3 moves objects by use.
    IntelligentTiering,
    /// Archive that is read at once.
    GlacierInstantRetrieval,
    /// Archive that must be restored before it is read (S3 Glacier Flexible Retrieval).
    Glacier,
    /// The cheapest archive; a restore takes up to 48 hours.
    DeepArchive,
}

/// An export of an NFS server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NfsEndpoint {
    /// The server, as the agent resolves it.
    pub nfs: ServerName,
    /// The exported folder.
    pub path: FolderPath,
    /// The agent that mounts it, from the plan's `agents`.
    pub agent: AgentName,
}

/// A share of an SMB server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SmbEndpoint {
    /// The server, as the agent resolves it.
    pub smb: ServerName,
    /// The share and folder, beginning with a slash.
    pub path: FolderPath,
    /// The agent that mounts it, from the plan's `agents`.
    pub agent: AgentName,
    /// A secret holding JSON with `user`, `password` and, in a domain, `domain`.
    pub credentials: SecretArn,
}
