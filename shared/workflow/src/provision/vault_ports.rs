//! AWS Backup's vaults and plans as `apply` and `destroy` need them.
#![expect(async_fn_in_trait, reason = "every caller runs on one thread, so no future has to be Send")]

use std::collections::BTreeSet;

use nightferry_domain::plan::JobName;
use nightferry_domain::provision::{
    BackupPlan, BackupSelection, BackupVault, ObservedPlan, ObservedVault, VaultLock, VaultOf,
};
use nightferry_domain::stack::Stack;

use crate::error::PortError;

/// Vaults of this account and Region, and access policies of those of other Regions.
pub trait Vaults {
    /// Those with the stack's tag, and those of these names, by name.
    async fn vaults(&self, stack: &Stack, names: &BTreeSet<String>) -> Result<Vec<ObservedVault>, PortError>;
    /// One vault, in whatever Region; nothing when it is not there, or another account's than said.
    async fn vault(&self, vault: &VaultOf) -> Result<Option<ObservedVault>, PortError>;
    /// Makes it with its key and the stack's tag, without lock and policy.
    async fn create_vault(&self, stack: &Stack, vault: &BackupVault) -> Result<(), PortError>;
    /// Locks it, or changes its lock.
    async fn put_vault_lock(&self, vault: &str, lock: &VaultLock) -> Result<(), PortError>;
    /// Takes its lock off.
    async fn delete_vault_lock(&self, vault: &str) -> Result<(), PortError>;
    /// Replaces its access policy.
    async fn put_vault_policy(&self, vault: &VaultOf, policy: &str) -> Result<(), PortError>;
    /// Deletes its access policy.
    async fn delete_vault_policy(&self, vault: &VaultOf) -> Result<(), PortError>;
    /// Deletes it. The service refuses to while it holds a recovery point.
    async fn delete_vault(&self, vault: &str) -> Result<(), PortError>;
}

/// Backup plans: AWS Backup's own schedules.
pub trait BackupPlans {
    /// Those with the stack's tag.
    async fn backup_plans(&self, stack: &Stack) -> Result<Vec<ObservedPlan>, PortError>;
    /// Makes one, tagged, without its selection; its id.
    async fn create_backup_plan(&self, stack: &Stack, job: &JobName, plan: &BackupPlan) -> Result<String, PortError>;
    /// Replaces its name and rule.
    async fn update_backup_plan(&self, id: &str, plan: &BackupPlan) -> Result<(), PortError>;
    /// Deletes it, when it has no selection any more.
    async fn delete_backup_plan(&self, id: &str) -> Result<(), PortError>;
    /// Makes a selection of a plan.
    async fn create_selection(&self, plan: &str, selection: &BackupSelection) -> Result<(), PortError>;
    /// Deletes a selection of a plan.
    async fn delete_selection(&self, plan: &str, selection: &str) -> Result<(), PortError>;
}
