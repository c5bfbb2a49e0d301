//! One step: which port carries it, and what later steps learn from it.

use std::collections::BTreeMap;

use nightferry_domain::plan::JobName;
use nightferry_domain::provision::deployed::{self, PlanPointer, Tasks};
use nightferry_domain::provision::{End, LocationRef, Step, Task, names};

use super::carry_out::Run;
use super::ports::Account;
use super::vault_step;
use crate::error::PortError;

/// ARNs that came into being on the way, for the steps that refer to them.
pub(super) struct Made {
    locations: BTreeMap<(JobName, End), String>,
    tasks: Tasks,
}

impl Made {
    pub(super) fn staying(tasks: Tasks) -> Self {
        Self { locations: BTreeMap::new(), tasks }
    }

    fn location<'a>(&'a self, place: &'a LocationRef) -> Option<&'a str> {
        match place {
            LocationRef::There(arn) => Some(arn),
            LocationRef::Made(job, end) => self.locations.get(&(job.clone(), *end)).map(String::as_str),
        }
    }
}

pub(super) async fn take<A: Account>(run: &Run<'_, A>, step: &Step, made: &mut Made) -> Result<(), PortError> {
    let (account, stack) = (run.account, run.stack);
    match step {
        Step::CreateLogGroup(group) => account.create_log_group(stack, group).await,
        Step::SetRetention(group) => account.set_retention(group).await,
        Step::PutLogPolicy(policy) => account.put_log_policy(policy).await,
        Step::CreateRole(job, role) => account.create_role(stack, job, role).await,
        Step::SetTrust(role) => account.set_trust(role).await,
        Step::PutRolePolicy(role) => account.put_role_policy(role).await,
        Step::CreateLocation(job, end, location) => {
            let arn = account.create_location(stack, job, location).await?;
            let _ = made.locations.insert((job.clone(), *end), arn);
            Ok(())
        }
        Step::CreateTask(job, task, from, to) => create_task(run, job, task, (from, to), made).await,
        Step::UpdateTask(arn, task) => account.update_task(arn, task).await,
        Step::EnableVersioning(bucket) => account.enable_versioning(bucket).await,
        Step::PutReplication(bucket, rules) => account.set_replication(bucket, Some(rules)).await,
        Step::PutBucketPolicy(bucket, policy) => account.put_bucket_policy(bucket, policy).await,
        Step::TurnAclsOff(bucket) => account.turn_acls_off(bucket).await,
        Step::CreateVault(_)
        | Step::PutVaultLock(..)
        | Step::PutVaultPolicy(..)
        | Step::CreateBackupPlan(..)
        | Step::UpdateBackupPlan(..)
        | Step::CreateSelection(..) => vault_step::take(run, step, &mut made.tasks).await,
        Step::PublishPlan => publish(run, made).await,
        Step::CreateSchedule(entry) => account.create_schedule(entry).await,
        Step::UpdateSchedule(entry) => account.update_schedule(entry).await,
        Step::DeleteSchedule(_)
        | Step::WithdrawPlan
        | Step::DeleteVaultLock(_)
        | Step::DeleteVaultPolicy(_)
        | Step::DeleteSelection(..)
        | Step::DeleteBackupPlan(_)
        | Step::DeleteVault(_)
        | Step::RemoveRules(..)
        | Step::DeleteBucketPolicy(_)
        | Step::DeleteTask(_)
        | Step::DeleteLocation(_)
        | Step::DeleteRole(_)
        | Step::DeleteLogPolicy(_)
        | Step::DeleteLogGroup(_) => gone_is_gone(delete(run, step).await),
    }
}

async fn delete<A: Account>(run: &Run<'_, A>, step: &Step) -> Result<(), PortError> {
    let (account, stack) = (run.account, run.stack);
    match step {
        Step::DeleteSchedule(name) => account.delete_schedule(stack, name).await,
        Step::WithdrawPlan => account.remove(stack, names::CURRENT_PLAN_KEY).await,
        Step::RemoveRules(bucket, rest) => account.set_replication(bucket, rest.as_ref()).await,
        Step::DeleteBucketPolicy(bucket) => account.delete_bucket_policy(bucket).await,
        Step::DeleteVaultLock(vault) => account.delete_vault_lock(vault).await,
        Step::DeleteVaultPolicy(vault) => account.delete_vault_policy(vault).await,
        Step::DeleteSelection(plan, id) => account.delete_selection(plan, id).await,
        Step::DeleteBackupPlan(id) => account.delete_backup_plan(id).await,
        Step::DeleteVault(vault) => account.delete_vault(vault).await,
        Step::DeleteTask(arn) => account.delete_task(arn).await,
        Step::DeleteLocation(arn) => account.delete_location(arn).await,
        Step::DeleteRole(name) => account.delete_role(name).await,
        Step::DeleteLogPolicy(name) => account.delete_log_policy(name).await,
        Step::DeleteLogGroup(name) => account.delete_log_group(name).await,
        Step::CreateLogGroup(_)
        | Step::SetRetention(_)
        | Step::PutLogPolicy(_)
        | Step::CreateRole(..)
        | Step::SetTrust(_)
        | Step::PutRolePolicy(_)
        | Step::CreateLocation(..)
        | Step::CreateTask(..)
        | Step::UpdateTask(..)
        | Step::EnableVersioning(_)
        | Step::PutReplication(..)
        | Step::PutBucketPolicy(..)
        | Step::TurnAclsOff(_)
        | Step::CreateVault(_)
        | Step::PutVaultLock(..)
        | Step::PutVaultPolicy(..)
        | Step::CreateBackupPlan(..)
        | Step::UpdateBackupPlan(..)
        | Step::CreateSelection(..)
        | Step::PublishPlan
        | Step::CreateSchedule(_)
        | Step::UpdateSchedule(_) => Ok(()),
    }
}

/// Somebody was quicker, or the reply to the last try got lost: either way it is no longer there.
fn gone_is_gone(outcome: Result<(), PortError>) -> Result<(), PortError> {
    match outcome {
        Err(PortError::Missing { .. }) => Ok(()),
        Ok(()) | Err(PortError::Retryable { .. } | PortError::Ambiguous { .. } | PortError::Rejected { .. }) => outcome,
    }
}

async fn create_task<A: Account>(
    run: &Run<'_, A>,
    job: &JobName,
    task: &Task,
    (from, to): (&LocationRef, &LocationRef),
    made: &mut Made,
) -> Result<(), PortError> {
    let (Some(from), Some(to)) = (made.location(from), made.location(to)) else {
        return Err(PortError::Missing {
            service: "DataSync",
            operation: "CreateTask",
            message: format!("no step before has made the locations of job {job}"),
        });
    };
    let arn = run.account.create_task(run.stack, job, task, (from, to)).await?;
    let _ = made.tasks.insert(job.clone(), arn);
    Ok(())
}

/// The plan first, then the pointer: whoever follows the pointer finds a plan. A plan that is there already is the same
/// one, applied earlier.
async fn publish<A: Account>(run: &Run<'_, A>, made: &Made) -> Result<(), PortError> {
    let Some(plan) = run.plan else { return Ok(()) };
    let (account, stack) = (run.account, run.stack);
    let deployed = deployed::assemble(plan, stack, &made.tasks, account.now());
    let key = deployed::key(&deployed);
    if account.read(stack, &key).await?.is_none() {
        account.write(stack, &key, json(&deployed)?).await?;
    }
    account.write(stack, names::CURRENT_PLAN_KEY, json(&PlanPointer { key })?).await
}

fn json(document: &impl serde::Serialize) -> Result<Vec<u8>, PortError> {
    serde_json::to_vec_pretty(document).map_err(|error| PortError::Rejected {
        service: "Nightferry",
        operation: "PublishPlan",
        code: "NotJson".to_owned(),
        message: error.to_string(),
    })
}
