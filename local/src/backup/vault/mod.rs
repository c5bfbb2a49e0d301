//! Vaults: what is remembered of one, and what the API shows of it.

pub(super) mod crud;
pub(super) mod lock;
pub(super) mod notify;
pub(super) mod policy;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::ids::{epoch, lean, maybe_epoch};
use super::read::{Asked, Home, Tags};
use super::refusal::Refusal;
use super::store::State;
use lock::Lock;
use notify::Notifications;

/// What encrypts a vault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Key {
    /// A customer's.
    Customers(String),
    /// The one that AWS manages for AWS Backup in the account and Region.
    Managed(String),
}

impl Key {
    fn arn(&self) -> &str {
        match self {
            Self::Customers(arn) | Self::Managed(arn) => arn,
        }
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::Customers(_) => "CUSTOMER_MANAGED_KMS_KEY",
            Self::Managed(_) => "AWS_OWNED_KMS_KEY",
        }
    }
}

/// One vault.
#[derive(Debug, Clone)]
pub(super) struct Vault {
    pub(super) home: Home,
    pub(super) name: String,
    pub(super) created: Timestamp,
    /// The caller's token, which makes a second creation harmless.
    pub(super) request_id: Option<String>,
    pub(super) key: Key,
    pub(super) tags: Tags,
    /// The access policy as it was written.
    pub(super) policy: Option<String>,
    pub(super) lock: Option<Lock>,
    pub(super) notifications: Option<Notifications>,
}

impl Vault {
    /// Its ARN.
    pub(super) fn arn(&self) -> String {
        self.home.vault_arn(&self.name)
    }

    /// As the API shows it.
    pub(super) fn shown(&self, point_count: usize) -> Value {
        let lock = self.lock.as_ref();
        lean(json!({
            "BackupVaultName": self.name,
            "BackupVaultArn": self.arn(),
            "VaultType": "BACKUP_VAULT",
            "VaultState": "AVAILABLE",
            "CreationDate": epoch(self.created),
            "EncryptionKeyArn": self.key.arn(),
            "EncryptionKeyType": self.key.kind(),
            "CreatorRequestId": self.request_id,
            "NumberOfRecoveryPoints": point_count,
            "Locked": lock.is_some(),
            "MinRetentionDays": lock.and_then(|lock| lock.min_days),
            "MaxRetentionDays": lock.and_then(|lock| lock.max_days),
            "LockDate": maybe_epoch(lock.and_then(|lock| lock.date)),
        }))
    }
}

impl State {
    /// A vault of that home.
    pub(super) fn vault(&self, home: &Home, name: &str) -> Result<&Vault, Refusal> {
        let vault = self.vaults.iter().find(|vault| vault.home == *home && vault.name == name);
        vault.ok_or_else(|| Refusal::missing(missing(name)))
    }

    /// The same, to change it.
    pub(super) fn vault_mut(&mut self, home: &Home, name: &str) -> Result<&mut Vault, Refusal> {
        let vault = self.vaults.iter_mut().find(|vault| vault.home == *home && vault.name == name);
        vault.ok_or_else(|| Refusal::missing(missing(name)))
    }

    /// A vault by its ARN, whoever's it is.
    pub(super) fn vault_by_arn(&self, arn: &str) -> Option<&Vault> {
        self.vaults.iter().find(|vault| vault.arn() == arn)
    }

    /// The vault that a call's path names.
    pub(super) fn asked_vault(&self, asked: &Asked) -> Result<&Vault, Refusal> {
        self.vault(&asked.home, asked.route.part("vault"))
    }
}

/// The service's words for a vault that isn't there.
pub(super) fn missing(name: &str) -> String {
    format!("Backup vault {name} does not exist.")
}
