//! Looks at everything of the stack, and changes nothing.

use std::collections::BTreeSet;

use nightferry_domain::provision::deployed::{Deployed, PlanPointer};
use nightferry_domain::provision::diff::{ObservedBuckets, ObservedOther};
use nightferry_domain::provision::{
    BucketOf, Desired, Kind, Observed, ObservedPlan, ObservedRole, ObservedVault, OtherSide, VaultOf, names,
};
use nightferry_domain::stack::Stack;

use super::error::ProvisionError;
use super::ports::{Account, Marked};
use crate::error::PortError;

/// What has to be looked at besides what carries the stack's mark.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Buckets by name.
    pub buckets: BTreeSet<String>,
    /// Vaults by name.
    pub vaults: BTreeSet<String>,
    /// Whether any job goes through an agent.
    pub agents: bool,
}

impl Wanted {
    /// What a plan needs.
    #[must_use]
    pub fn of(desired: &Desired) -> Self {
        let vaults = desired.vaults.iter().map(|vault| vault.backup_vault_name.clone());
        Self { buckets: desired.buckets().collect(), vaults: vaults.collect(), agents: !desired.agents().is_empty() }
    }
}

/// Everything of the stack that is there, with what is wanted and the buckets that the plan in force replicates.
///
/// # Errors
/// `Unseen` when a service could not be asked: a difference to half a picture would be a wrong one.
pub async fn observe<A: Account>(account: &A, stack: &Stack, wanted: &Wanted) -> Result<Observed, ProvisionError> {
    look(account, stack, wanted).await.map_err(ProvisionError::unseen)
}

async fn look<A: Account>(account: &A, stack: &Stack, wanted: &Wanted) -> Result<Observed, PortError> {
    let roles = account.roles(stack).await?;
    let log_group = account.log_group(stack).await?;
    let schedules = if_there(account.schedules(stack).await)?;
    let deployed = if_there(deployed(account, stack).await)?;
    let buckets =
        wanted.buckets.iter().cloned().chain(replicated(deployed.as_ref().and_then(Option::as_ref))).collect();
    let buckets = look_at_buckets(account, &stack.account, buckets).await?;
    let (vaults, backup_plans) = look_at_vaults(account, stack, wanted, &roles.ours).await?;
    let lacks_stack = schedules.is_none() || deployed.is_none();
    let schedules = schedules.unwrap_or(Marked { ours: vec![], foreign: vec![] });
    let taken = [(Kind::Role, roles.foreign), (Kind::LogGroup, log_group.foreign), (Kind::Schedule, schedules.foreign)];
    Ok(Observed {
        log_group: log_group.ours.into_iter().next(),
        log_policy: account.log_policy(stack).await?,
        roles: roles.ours,
        locations: account.locations(stack).await?,
        tasks: account.tasks(stack).await?,
        schedules: schedules.ours,
        deployed: deployed.flatten(),
        lacks_stack,
        buckets,
        vaults,
        backup_plans,
        agents: if wanted.agents { account.agent_names().await? } else { BTreeSet::new() },
        foreign: taken.into_iter().flat_map(|(kind, names)| names.into_iter().map(move |name| (kind, name))).collect(),
    })
}

/// AWS Backup is asked only where a plan wants it, or wanted it once: the roles are what comes first and goes last.
async fn look_at_vaults<A: Account>(
    account: &A,
    stack: &Stack,
    wanted: &Wanted,
    roles: &[ObservedRole],
) -> Result<(Vec<ObservedVault>, Vec<ObservedPlan>), PortError> {
    let was_wanted = roles.iter().any(|there| names::is_backup_role(&there.role.role_name));
    if wanted.vaults.is_empty() && !was_wanted {
        return Ok((vec![], vec![]));
    }
    Ok((account.vaults(stack, &wanted.vaults).await?, account.backup_plans(stack).await?))
}

/// The schedule group and the bucket are the stack's own: `destroy` goes on without them, `apply` does not.
fn if_there<T>(told: Result<T, PortError>) -> Result<Option<T>, PortError> {
    match told {
        Ok(told) => Ok(Some(told)),
        Err(PortError::Missing { .. }) => Ok(None),
        Err(refusal) => Err(refusal),
    }
}

/// A pointer or plan that can't be read is no reason to stop: `apply` writes a new one.
async fn deployed<A: Account>(account: &A, stack: &Stack) -> Result<Option<Deployed>, PortError> {
    let Some(body) = account.read(stack, names::CURRENT_PLAN_KEY).await? else { return Ok(None) };
    let Ok(pointer) = serde_json::from_slice::<PlanPointer>(&body) else {
        return Ok(Some(Deployed { key: String::new(), plan: None }));
    };
    let plan = account.read(stack, &pointer.key).await?;
    let plan = plan.and_then(|body| serde_json::from_slice(&body).ok());
    Ok(Some(Deployed { key: pointer.key, plan }))
}

/// The source buckets of the plan in force: rules of ours may be in them though no plan names them any more.
fn replicated(deployed: Option<&Deployed>) -> Vec<String> {
    let jobs =
        deployed.and_then(|deployed| deployed.plan.as_ref()).map(|plan| plan.jobs.as_slice()).unwrap_or_default();
    jobs.iter().filter_map(|job| Some(job.work.replication()?.bucket.clone())).collect()
}

/// What the buckets of one account are like; those that are not there, or not its, are left out.
async fn look_at_buckets<A: Account>(
    account: &A,
    owner: &str,
    names: BTreeSet<String>,
) -> Result<ObservedBuckets, PortError> {
    let mut found = ObservedBuckets::new();
    for name in names {
        let bucket = BucketOf { bucket: name.clone(), owner: owner.to_owned() };
        if let Some(there) = account.bucket(&bucket).await? {
            let _ = found.insert(name, there);
        }
    }
    Ok(found)
}

/// What another account's half is like.
pub(super) async fn look_at_other<A: Account>(
    account: &A,
    owner: &str,
    side: &OtherSide,
) -> Result<ObservedOther, PortError> {
    let buckets = look_at_buckets(account, owner, side.buckets.keys().cloned().collect()).await?;
    let mut vaults = vec![];
    for of in side.vaults.keys().filter_map(|arn| VaultOf::from_arn(arn)) {
        vaults.extend(account.vault(&of).await?.map(|there| (of, there)));
    }
    Ok(ObservedOther { buckets, vaults })
}
