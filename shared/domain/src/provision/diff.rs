//! Compares what should be with what is there.

mod backups;
mod leftovers;
mod made;
mod other;
mod replicas;
mod statements;
mod transfer;

use super::deployed::{self, Deployed, Tasks};
use super::{Action, Change, Changeset, Desired, Kind, Move, Observed, Refusal, Step, names};
use crate::plan::Plan;
use crate::stack::Stack;

pub use leftovers::away;
pub use other::{ACLS_OFF, ObservedBuckets, ObservedOther, away_other, towards_other};

/// The way from what is observed to what is desired.
///
/// # Errors
/// Every reason why nothing may be done.
pub fn towards(plan: &Plan, desired: &Desired, observed: &Observed) -> Result<Changeset, Vec<Refusal>> {
    let refusals = refusals(desired, observed);
    if !refusals.is_empty() {
        return Err(refusals);
    }
    let transfers: Vec<_> = desired.setups.iter().map(|setup| transfer::transfer(setup, observed)).collect();
    let mut tasks: Tasks = transfers.iter().filter_map(|t| Some((t.job.clone(), t.task.clone()?))).collect();
    tasks.backup_plans.extend(backups::plan_ids(desired, observed));
    let keeps = leftovers::Keeps::of(desired, &transfers, observed);
    let mut moves = vec![made::log_group(desired, observed), made::log_policy(desired, observed)];
    moves.extend(desired.roles().map(|(job, role)| made::role(job, role, observed)));
    moves.extend(transfers.iter().flat_map(|transfer| transfer.moves.clone()));
    moves.extend(replicas::moves(desired, observed));
    moves.extend(backups::moves(desired, observed));
    moves.push(deployed_plan(plan, desired, observed, &tasks));
    moves.extend(desired.schedules.iter().map(|entry| made::schedule(entry, observed)));
    moves.extend(leftovers::leftovers(&desired.stack, observed, &keeps));
    Ok(Changeset { moves, left_out: desired.left_out.clone(), tasks })
}

fn refusals(desired: &Desired, observed: &Observed) -> Vec<Refusal> {
    let wanted = wanted_names(desired);
    let taken = observed.foreign.iter().filter(|name| wanted.contains(name));
    let foreign = taken.map(|(kind, name)| Refusal::Foreign { kind: *kind, name: name.clone() });
    no_stack(desired, observed)
        .into_iter()
        .chain(foreign)
        .chain(records_bucket(desired))
        .chain(no_agents(desired, observed))
        .chain(replicas::refusals(desired, observed))
        .chain(backups::refusals(desired, observed))
        .collect()
}

fn no_stack(desired: &Desired, observed: &Observed) -> Option<Refusal> {
    let Stack { account, region, name, .. } = desired.stack.clone();
    observed.lacks_stack.then_some(Refusal::NoStack { name, account, region })
}

fn wanted_names(desired: &Desired) -> Vec<(Kind, String)> {
    let roles = desired.roles().map(|(_, role)| (Kind::Role, role.role_name.clone()));
    let schedules = desired.schedules.iter().map(|entry| (Kind::Schedule, entry.name.clone()));
    let log = (Kind::LogGroup, desired.log_group.log_group_name.clone());
    roles.chain(schedules).chain([log]).collect()
}

fn records_bucket(desired: &Desired) -> impl Iterator<Item = Refusal> {
    let bucket = desired.stack.records_bucket();
    let arn = names::bucket_arn(&desired.stack, &bucket);
    let hits = desired.setups.iter().filter(move |setup| match &setup.to {
        super::Location::S3(to) => to.s3_bucket_arn == arn,
        super::Location::Efs(_) | super::Location::Nfs(_) | super::Location::Smb(_) => false,
    });
    hits.map(move |setup| Refusal::RecordsBucket { job: setup.job.clone(), bucket: bucket.clone() })
}

/// A location can't be made without its agent, and a plan without one of its jobs would hide that it is not protected.
fn no_agents<'a>(desired: &'a Desired, observed: &'a Observed) -> impl Iterator<Item = Refusal> + 'a {
    let missing = desired.agents().into_iter().filter(|(agent, _)| !observed.agents.contains(*agent));
    missing.map(|(agent, job)| Refusal::NoAgent { job: job.clone(), agent: agent.to_owned() })
}

/// Written anew only when it says something new: the plan in force keeps its key, and its runs their plan.
fn deployed_plan(plan: &Plan, desired: &Desired, observed: &Observed, tasks: &Tasks) -> Move {
    let key_to_be = key_to_be(plan, desired, tasks);
    let is_in_force = |there: &Deployed| there.plan.is_some() && Some(&there.key) == key_to_be.as_ref();
    let action = match &observed.deployed {
        None => Action::Create,
        Some(there) if is_in_force(there) => Action::Keep,
        Some(_) => Action::Update,
    };
    let steps = if action == Action::Keep { vec![] } else { vec![Step::PublishPlan] };
    Move { change: Change::plain(action, Kind::DeployedPlan, names::CURRENT_PLAN_KEY), steps }
}

/// Nothing while a task is still to be made.
fn key_to_be(plan: &Plan, desired: &Desired, tasks: &Tasks) -> Option<String> {
    let planned = desired.backups.iter().filter(|setup| setup.plan.is_some());
    let all_there = desired.setups.iter().all(|setup| tasks.contains_key(&setup.job))
        && planned.into_iter().all(|setup| tasks.backup_plans.contains_key(&setup.job));
    let deployed = || deployed::assemble(plan, &desired.stack, tasks, jiff::Timestamp::UNIX_EPOCH);
    all_there.then(|| deployed::key(&deployed()))
}

impl Change {
    pub(super) fn plain(action: Action, kind: Kind, name: &str) -> Self {
        Self { action, kind, name: name.to_owned(), details: vec![], note: None }
    }
}
