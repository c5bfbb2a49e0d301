//! AWS Backup's vaults: their locks and access policies.

use std::collections::BTreeSet;

use aws_sdk_backup::Client;
use aws_sdk_backup::config::{Builder, Region};
use aws_sdk_backup::types::BackupVaultListMember;
use jiff::Timestamp;
use nightferry_domain::provision::{BackupVault, Hold, ObservedLock, ObservedVault, VaultLock, VaultOf, names};
use nightferry_domain::stack::Stack;
use nightferry_workflow::error::PortError;
use nightferry_workflow::ports::Clock as _;
use nightferry_workflow::provision::ports::Vaults;

use super::AwsAccount;
use crate::sdk_error::Call;

impl Vaults for AwsAccount {
    async fn vaults(&self, stack: &Stack, wanted: &BTreeSet<String>) -> Result<Vec<ObservedVault>, PortError> {
        let mut found = vec![];
        for listed in list(&self.backup, None).await? {
            let (name, arn) =
                (listed.backup_vault_name().unwrap_or_default(), listed.backup_vault_arn().unwrap_or_default());
            let is_ours = self.is_tagged(stack, arn).await?;
            if is_ours || wanted.contains(name) {
                let of = VaultOf { vault: name.to_owned(), region: stack.region.clone(), owner: stack.account.clone() };
                found.push(self.observed_vault(&of, &listed, is_ours).await?);
            }
        }
        Ok(found)
    }

    /// Found in the list: of a vault that is not there AWS Backup only says that it may not be looked at.
    async fn vault(&self, vault: &VaultOf) -> Result<Option<ObservedVault>, PortError> {
        let listed = list(&self.backup, Some(&vault.region)).await?;
        let is_it = |told: &&BackupVaultListMember| {
            told.backup_vault_arn().and_then(VaultOf::from_arn).is_some_and(|found| found == *vault)
        };
        match listed.iter().find(is_it) {
            Some(told) => Ok(Some(self.observed_vault(vault, told, false).await?)),
            None => Ok(None),
        }
    }

    /// May be sent again: the request's id makes it the same vault.
    async fn create_vault(&self, stack: &Stack, vault: &BackupVault) -> Result<(), PortError> {
        const CREATE: Call = Call::write("AWS Backup", "CreateBackupVault");
        let name = &vault.backup_vault_name;
        let request = self.backup.create_backup_vault().backup_vault_name(name);
        let request = request.creator_request_id(format!("{}-{name}", stack.name));
        let request = request.backup_vault_tags(names::STACK_TAG, &stack.name);
        let made = request.set_encryption_key_arn(vault.encryption_key_arn.clone()).send().await;
        made.map(drop).map_err(|error| CREATE.refused(&error))
    }

    async fn put_vault_lock(&self, vault: &str, lock: &VaultLock) -> Result<(), PortError> {
        const PUT: Call = Call::write("AWS Backup", "PutBackupVaultLockConfiguration");
        let request = self.backup.put_backup_vault_lock_configuration().backup_vault_name(vault);
        let request = request
            .set_min_retention_days(lock.min_retention_days)
            .set_max_retention_days(lock.max_retention_days)
            .set_changeable_for_days(lock.changeable_for_days);
        request.send().await.map(drop).map_err(|error| PUT.refused(&error))
    }

    async fn delete_vault_lock(&self, vault: &str) -> Result<(), PortError> {
        const DELETE: Call = Call::write("AWS Backup", "DeleteBackupVaultLockConfiguration");
        let asked = self.backup.delete_backup_vault_lock_configuration().backup_vault_name(vault).send().await;
        asked.map(drop).map_err(|error| DELETE.refused(&error))
    }

    async fn put_vault_policy(&self, vault: &VaultOf, policy: &str) -> Result<(), PortError> {
        const PUT: Call = Call::write("AWS Backup", "PutBackupVaultAccessPolicy");
        let request = self.backup.put_backup_vault_access_policy().backup_vault_name(&vault.vault).policy(policy);
        let put = request.customize().config_override(in_region(&vault.region)).send().await;
        put.map(drop).map_err(|error| PUT.refused(&error))
    }

    async fn delete_vault_policy(&self, vault: &VaultOf) -> Result<(), PortError> {
        const DELETE: Call = Call::write("AWS Backup", "DeleteBackupVaultAccessPolicy");
        let request = self.backup.delete_backup_vault_access_policy().backup_vault_name(&vault.vault);
        let deleted = request.customize().config_override(in_region(&vault.region)).send().await;
        deleted.map(drop).map_err(|error| DELETE.refused(&error))
    }

    async fn delete_vault(&self, vault: &str) -> Result<(), PortError> {
        const DELETE: Call = Call::write("AWS Backup", "DeleteBackupVault");
        let deleted = self.backup.delete_backup_vault().backup_vault_name(vault).send().await;
        deleted.map(drop).map_err(|error| DELETE.refused(&error))
    }
}

fn in_region(region: &str) -> Builder {
    Builder::new().region(Region::new(region.to_owned()))
}

async fn list(client: &Client, region: Option<&str>) -> Result<Vec<BackupVaultListMember>, PortError> {
    const LIST: Call = Call::read("AWS Backup", "ListBackupVaults");
    let (mut found, mut next) = (vec![], None);
    for _ in 0..super::PAGES_MAX {
        let request = client.list_backup_vaults().set_next_token(next);
        let asked = match region {
            Some(region) => request.customize().config_override(in_region(region)).send().await,
            None => request.send().await,
        };
        let page = asked.map_err(|error| LIST.refused(&error))?;
        found.extend_from_slice(page.backup_vault_list());
        next = page.next_token().map(str::to_owned);
        if next.is_none() {
            return Ok(found);
        }
    }
    Err(LIST.rejected("TooManyPages", "the account holds more vaults than its quota allows"))
}

impl AwsAccount {
    /// Whether a thing of AWS Backup carries the stack's tag.
    async fn is_tagged(&self, stack: &Stack, arn: &str) -> Result<bool, PortError> {
        let tags = self.backup_tags(arn).await?;
        Ok(tags.iter().any(|(key, value)| key == names::STACK_TAG && *value == stack.name))
    }

    /// The tags of a thing of AWS Backup; none where it has gone since it was listed.
    pub(super) async fn backup_tags(&self, arn: &str) -> Result<Vec<(String, String)>, PortError> {
        const TAGS: Call = Call::read("AWS Backup", "ListTags");
        match self.backup.list_tags().resource_arn(arn).send().await.map_err(|error| TAGS.refused(&error)) {
            Ok(told) => Ok(told.tags.unwrap_or_default().into_iter().collect()),
            Err(PortError::Missing { .. }) => Ok(vec![]),
            Err(refusal) => Err(refusal),
        }
    }

    async fn observed_vault(
        &self,
        of: &VaultOf,
        told: &BackupVaultListMember,
        is_ours: bool,
    ) -> Result<ObservedVault, PortError> {
        const POLICY: Call = Call::read("AWS Backup", "GetBackupVaultAccessPolicy");
        let request = self.backup.get_backup_vault_access_policy().backup_vault_name(&of.vault);
        let policy = request.customize().config_override(in_region(&of.region)).send().await;
        let policy = match policy.map_err(|error| POLICY.refused(&error)) {
            Ok(policy) => policy.policy,
            Err(PortError::Missing { .. }) => None,
            Err(refusal) => return Err(refusal),
        };
        Ok(ObservedVault {
            name: of.vault.clone(),
            is_ours,
            key: told.encryption_key_arn().map(str::to_owned),
            lock: lock(told, self.now()),
            policy,
            recovery_points: told.number_of_recovery_points(),
        })
    }
}

/// A lock without a date is one that can be taken off.
pub(crate) fn lock(told: &BackupVaultListMember, now: Timestamp) -> Option<ObservedLock> {
    let until = told.lock_date().and_then(|date| Timestamp::from_second(date.secs()).ok());
    let hold = match until {
        None => Hold::Governance,
        Some(until) if until > now => Hold::CoolingOff(until),
        Some(_) => Hold::ForEver,
    };
    (told.locked() == Some(true)).then_some(ObservedLock {
        min_retention_days: told.min_retention_days(),
        max_retention_days: told.max_retention_days(),
        hold,
    })
}

#[cfg(test)]
mod tests {
    use aws_sdk_backup::primitives::DateTime;

    use super::*;

    #[test]
    fn a_lock_with_a_date_holds_for_ever_from_then_on() {
        let now = Timestamp::from_second(1_000).unwrap();
        let told = |secs: Option<i64>| {
            let date = secs.map(DateTime::from_secs);
            let told = BackupVaultListMember::builder().locked(true).min_retention_days(7).set_lock_date(date).build();
            lock(&told, now).unwrap().hold
        };
        assert_eq!(told(None), Hold::Governance);
        assert_eq!(told(Some(1_001)), Hold::CoolingOff(Timestamp::from_second(1_001).unwrap()));
        assert_eq!(told(Some(1_000)), Hold::ForEver);
        assert_eq!(lock(&BackupVaultListMember::builder().locked(false).build(), now), None);
    }
}
