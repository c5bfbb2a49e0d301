//! An end of a transfer as the plan writes it: which keys belong to which kind.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::endpoint::{EfsEndpoint, Encryption, NfsEndpoint, S3Endpoint, SmbEndpoint, StorageClass};
use super::{
    AccessPointId, AccountId, AgentName, BucketName, Endpoint, FileSystemId, FolderPath, KeyArn, Prefix, SecretArn,
    SecurityGroupId, ServerName, SubnetId,
};

/// Every key that some kind of end has.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct EndpointKeys {
    #[serde(skip_serializing_if = "Option::is_none")]
    efs: Option<FileSystemId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    s3: Option<BucketName>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nfs: Option<ServerName>,
    #[serde(skip_serializing_if = "Option::is_none")]
    smb: Option<ServerName>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<FolderPath>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prefix: Option<Prefix>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subnet: Option<SubnetId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    security_groups: Option<Vec<SecurityGroupId>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    access_point: Option<AccessPointId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    encryption: Option<Encryption>,
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<AccountId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    storage_class: Option<StorageClass>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kms_key: Option<KeyArn>,
    #[serde(skip_serializing_if = "Option::is_none")]
    agent: Option<AgentName>,
    #[serde(skip_serializing_if = "Option::is_none")]
    credentials: Option<SecretArn>,
}

/// Why the keys don't make an end of a transfer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum EndpointKeysError {
    /// No key says what it is, or several do.
    #[error("one of the keys `efs`, `s3`, `nfs` and `smb` must say what this end is, and only one")]
    NotOneKind,
    /// A key of another kind.
    #[error("an {kind} end has no key `{key}`; its keys are {keys}")]
    Stray { kind: &'static str, key: &'static str, keys: String },
    /// A key that the kind cannot be without.
    #[error("an {kind} end needs the key `{key}`")]
    Missing { kind: &'static str, key: &'static str },
}

const EFS_KEYS: &[&str] = &["efs", "path", "subnet", "security_groups", "access_point", "encryption"];
const S3_KEYS: &[&str] = &["s3", "prefix", "account", "storage_class", "kms_key"];
const NFS_KEYS: &[&str] = &["nfs", "path", "agent"];
const SMB_KEYS: &[&str] = &["smb", "path", "agent", "credentials"];

impl EndpointKeys {
    fn kind(&self) -> Result<(&'static str, &'static [&'static str]), EndpointKeysError> {
        let kinds = [
            (self.efs.is_some(), "efs", EFS_KEYS),
            (self.s3.is_some(), "s3", S3_KEYS),
            (self.nfs.is_some(), "nfs", NFS_KEYS),
            (self.smb.is_some(), "smb", SMB_KEYS),
        ];
        let mut named = kinds.into_iter().filter(|(there, ..)| *there);
        match (named.next(), named.next()) {
            (Some((_, kind, keys)), None) => Ok((kind, keys)),
            _ => Err(EndpointKeysError::NotOneKind),
        }
    }

    fn written(&self) -> impl Iterator<Item = &'static str> {
        [
            ("path", self.path.is_some()),
            ("prefix", self.prefix.is_some()),
            ("subnet", self.subnet.is_some()),
            ("security_groups", self.security_groups.is_some()),
            ("access_point", self.access_point.is_some()),
            ("encryption", self.encryption.is_some()),
            ("account", self.account.is_some()),
            ("storage_class", self.storage_class.is_some()),
            ("kms_key", self.kms_key.is_some()),
            ("agent", self.agent.is_some()),
            ("credentials", self.credentials.is_some()),
        ]
        .into_iter()
        .filter_map(|(key, there)| there.then_some(key))
    }
}

impl TryFrom<EndpointKeys> for Endpoint {
    type Error = EndpointKeysError;

    fn try_from(keys: EndpointKeys) -> Result<Self, Self::Error> {
        let (kind, own) = keys.kind()?;
        if let Some(key) = keys.written().find(|key| !own.contains(key)) {
            return Err(EndpointKeysError::Stray { kind, key, keys: format!("`{}`", own.join("`, `")) });
        }
        let missing = |key| EndpointKeysError::Missing { kind, key };
        match (keys.efs, keys.s3, keys.nfs, keys.smb) {
            (Some(efs), ..) => Ok(Self::Efs(EfsEndpoint {
                efs,
                path: keys.path.unwrap_or_default(),
                subnet: keys.subnet.ok_or_else(|| missing("subnet"))?,
                security_groups: keys.security_groups.ok_or_else(|| missing("security_groups"))?,
                access_point: keys.access_point,
                encryption: keys.encryption.unwrap_or_default(),
            })),
            (_, Some(s3), ..) => Ok(Self::S3(S3Endpoint {
                s3,
                prefix: keys.prefix.unwrap_or_default(),
                account: keys.account,
                storage_class: keys.storage_class,
                kms_key: keys.kms_key,
            })),
            (_, _, Some(nfs), _) => Ok(Self::Nfs(NfsEndpoint {
                nfs,
                path: keys.path.ok_or_else(|| missing("path"))?,
                agent: keys.agent.ok_or_else(|| missing("agent"))?,
            })),
            (_, _, _, Some(smb)) => Ok(Self::Smb(SmbEndpoint {
                smb,
                path: keys.path.ok_or_else(|| missing("path"))?,
                agent: keys.agent.ok_or_else(|| missing("agent"))?,
                credentials: keys.credentials.ok_or_else(|| missing("credentials"))?,
            })),
            (None, None, None, None) => Err(EndpointKeysError::NotOneKind),
        }
    }
}

impl From<Endpoint> for EndpointKeys {
    fn from(endpoint: Endpoint) -> Self {
        match endpoint {
            Endpoint::Efs(end) => Self {
                efs: Some(end.efs),
                path: Some(end.path),
                subnet: Some(end.subnet),
                security_groups: Some(end.security_groups),
                access_point: end.access_point,
                encryption: Some(end.encryption),
                ..Self::default()
            },
            Endpoint::S3(end) => Self {
                s3: Some(end.s3),
                prefix: Some(end.prefix),
                account: end.account,
                storage_class: end.storage_class,
                kms_key: end.kms_key,
                ..Self::default()
            },
            Endpoint::Nfs(end) => {
                Self { nfs: Some(end.nfs), path: Some(end.path), agent: Some(end.agent), ..Self::default() }
            }
            Endpoint::Smb(end) => Self {
                smb: Some(end.smb),
                path: Some(end.path),
                agent: Some(end.agent),
                credentials: Some(end.credentials),
                ..Self::default()
            },
        }
    }
}

impl JsonSchema for Endpoint {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Endpoint".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let kinds = [
            generator.subschema_for::<EfsEndpoint>(),
            generator.subschema_for::<S3Endpoint>(),
            generator.subschema_for::<NfsEndpoint>(),
            generator.subschema_for::<SmbEndpoint>(),
        ];
        schemars::json_schema!({ "oneOf": kinds })
    }
}
