//! The steps that make or change what AWS Backup holds.

use nightferry_domain::provision::deployed::Tasks;
use nightferry_domain::provision::{PlanRef, Step};

use super::carry_out::Run;
use super::ports::Account;
use crate::error::PortError;

/// Takes a step of AWS Backup; the id of a plan that comes into being on the way is kept. Any other step is nobody's here.
pub(super) async fn take<A: Account>(run: &Run<'_, A>, step: &Step, made: &mut Tasks) -> Result<(), PortError> {
    let (account, stack) = (run.account, run.stack);
    if let Step::CreateVault(vault) = step {
        return account.create_vault(stack, vault).await;
    }
    if let Step::PutVaultLock(vault, lock) = step {
        return account.put_vault_lock(vault, lock).await;
    }
    if let Step::PutVaultPolicy(vault, policy) = step {
        return account.put_vault_policy(vault, policy).await;
    }
    if let Step::CreateBackupPlan(job, plan) = step {
        let id = account.create_backup_plan(stack, job, plan).await?;
        let _ = made.backup_plans.insert(job.clone(), id);
    }
    if let Step::UpdateBackupPlan(id, plan) = step {
        return account.update_backup_plan(id, plan).await;
    }
    if let Step::CreateSelection(plan, selection) = step {
        return account.create_selection(plan_id(plan, made)?, selection).await;
    }
    Ok(())
}

fn plan_id<'a>(plan: &'a PlanRef, made: &'a Tasks) -> Result<&'a str, PortError> {
    let found = match plan {
        PlanRef::There(id) => Some(id),
        PlanRef::Made(job) => made.backup_plans.get(job),
    };
    found.map(String::as_str).ok_or_else(|| PortError::Missing {
        service: "AWS Backup",
        operation: "CreateBackupSelection",
        message: "no step before has made the backup plan".to_owned(),
    })
}
