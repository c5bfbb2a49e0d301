//! AWS Backup in memory, with its rules: a vault that holds something stays, so does a lock that is in force.

use std::collections::BTreeSet;

use nightferry_domain::plan::JobName;
use nightferry_domain::provision::{
    BackupPlan, BackupSelection, BackupVault, Hold, ObservedLock, ObservedPlan, ObservedVault, VaultLock, VaultOf,
};
use nightferry_domain::stack::Stack;

use super::fake::{Fake, State, missing, rejected};
use nightferry_workflow::error::PortError;
use nightferry_workflow::provision::ports::{BackupPlans, Vaults};

fn own(name: &str) -> VaultOf {
    VaultOf { vault: name.to_owned(), region: "ap-northeast-1".to_owned(), owner: "123456789012".to_owned() }
}

fn vault_in<'a>(state: &'a mut State, vault: &VaultOf) -> Result<&'a mut ObservedVault, PortError> {
    state.vaults.get_mut(vault).ok_or_else(|| missing("vault"))
}

fn unlocked(vault: &ObservedVault) -> Result<(), PortError> {
    let is_final = vault.lock.as_ref().is_some_and(|lock| lock.hold == Hold::ForEver);
    if is_final { Err(rejected("InvalidRequestException", "the lock is in force")) } else { Ok(()) }
}

impl Vaults for Fake {
    async fn vaults(&self, stack: &Stack, names: &BTreeSet<String>) -> Result<Vec<ObservedVault>, PortError> {
        let state = self.state.borrow();
        let here = state.vaults.iter().filter(|(of, _)| of.owner == stack.account && of.region == stack.region);
        Ok(here
            .filter(|(of, there)| there.is_ours || names.contains(&of.vault))
            .map(|(_, there)| there.clone())
            .collect())
    }

    async fn vault(&self, vault: &VaultOf) -> Result<Option<ObservedVault>, PortError> {
        Ok(self.state.borrow().vaults.get(vault).cloned())
    }

    async fn create_vault(&self, _stack: &Stack, vault: &BackupVault) -> Result<(), PortError> {
        self.change(|state| {
            let made = ObservedVault {
                name: vault.backup_vault_name.clone(),
                is_ours: true,
                key: vault.encryption_key_arn.clone().or_else(|| Some("arn:aws:kms:own".to_owned())),
                ..ObservedVault::default()
            };
            match state.vaults.insert(own(&vault.backup_vault_name), made) {
                None => Ok(()),
                Some(_) => Err(rejected("AlreadyExistsException", "vault")),
            }
        })
    }

    async fn put_vault_lock(&self, vault: &str, lock: &VaultLock) -> Result<(), PortError> {
        self.change(|state| {
            let there = vault_in(state, &own(vault))?;
            unlocked(there)?;
            let until = jiff::Timestamp::from_second(lock.changeable_for_days.unwrap_or_default() * 86_400).unwrap();
            there.lock = Some(ObservedLock {
                min_retention_days: lock.min_retention_days,
                max_retention_days: lock.max_retention_days,
                hold: lock.changeable_for_days.map_or(Hold::Governance, |_| Hold::CoolingOff(until)),
            });
            Ok(())
        })
    }

    async fn delete_vault_lock(&self, vault: &str) -> Result<(), PortError> {
        self.change(|state| {
            let there = vault_in(state, &own(vault))?;
            unlocked(there)?;
            there.lock = None;
            Ok(())
        })
    }

    async fn put_vault_policy(&self, vault: &VaultOf, policy: &str) -> Result<(), PortError> {
        self.change(|state| {
            vault_in(state, vault)?.policy = Some(policy.to_owned());
            Ok(())
        })
    }

    async fn delete_vault_policy(&self, vault: &VaultOf) -> Result<(), PortError> {
        self.change(|state| {
            vault_in(state, vault)?.policy = None;
            Ok(())
        })
    }

    async fn delete_vault(&self, vault: &str) -> Result<(), PortError> {
        self.change(|state| {
            if vault_in(state, &own(vault))?.recovery_points > 0 {
                return Err(rejected("InvalidRequestException", "the vault contains recovery points"));
            }
            let _ = state.vaults.remove(&own(vault));
            Ok(())
        })
    }
}

impl BackupPlans for Fake {
    async fn backup_plans(&self, stack: &Stack) -> Result<Vec<ObservedPlan>, PortError> {
        let state = self.state.borrow();
        let ours = state
            .backup_plans
            .values()
            .filter(|(owner, _)| owner.as_ref().is_some_and(|(name, _)| *name == stack.name));
        Ok(ours.map(|(_, plan)| plan.clone()).collect())
    }

    async fn create_backup_plan(&self, stack: &Stack, job: &JobName, plan: &BackupPlan) -> Result<String, PortError> {
        self.change(|state| {
            if !state.vaults.contains_key(&own(&plan.rule.target_backup_vault_name)) {
                return Err(missing("vault"));
            }
            let id = format!("plan-{}", state.next_id());
            let made = ObservedPlan {
                id: id.clone(),
                job: job.clone(),
                name: plan.backup_plan_name.clone(),
                rules: vec![plan.rule.clone()],
                selections: vec![],
            };
            let _ = state.backup_plans.insert(id.clone(), (Some((stack.name.clone(), job.clone())), made));
            Ok(id)
        })
    }

    async fn update_backup_plan(&self, id: &str, plan: &BackupPlan) -> Result<(), PortError> {
        self.change(|state| {
            let (_, there) = state.backup_plans.get_mut(id).ok_or_else(|| missing("backup plan"))?;
            there.name.clone_from(&plan.backup_plan_name);
            there.rules = vec![plan.rule.clone()];
            Ok(())
        })
    }

    async fn delete_backup_plan(&self, id: &str) -> Result<(), PortError> {
        self.change(|state| {
            let (_, there) = state.backup_plans.get(id).ok_or_else(|| missing("backup plan"))?;
            if !there.selections.is_empty() {
                return Err(rejected(
                    "InvalidRequestException",
                    "related backup plan selections must be deleted first",
                ));
            }
            let _ = state.backup_plans.remove(id);
            Ok(())
        })
    }

    async fn create_selection(&self, plan: &str, selection: &BackupSelection) -> Result<(), PortError> {
        self.change(|state| {
            let unseen = self.unassumable_for.get();
            self.unassumable_for.set(unseen.saturating_sub(1));
            if unseen > 0 {
                let words = "IAM role arn:aws:iam::1:role/r cannot be assumed by AWS Backup";
                return Err(rejected("InvalidParameterValueException", words));
            }
            let id = format!("selection-{}", state.next_id());
            let (_, there) = state.backup_plans.get_mut(plan).ok_or_else(|| missing("backup plan"))?;
            there.selections.push((id, selection.clone()));
            Ok(())
        })
    }

    async fn delete_selection(&self, plan: &str, selection: &str) -> Result<(), PortError> {
        self.change(|state| {
            let (_, there) = state.backup_plans.get_mut(plan).ok_or_else(|| missing("backup plan"))?;
            let before = there.selections.len();
            there.selections.retain(|(id, _)| id != selection);
            if there.selections.len() == before { Err(missing("selection")) } else { Ok(()) }
        })
    }
}
