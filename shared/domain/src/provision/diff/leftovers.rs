//! What carries our mark and is no longer wanted.

use std::collections::BTreeSet;

use super::transfer::{Transfer, location_name};
use super::{backups, replicas};
use crate::provision::deployed::Tasks;
use crate::provision::{
    Action, Change, Changeset, Desired, End, Kind, Move, Observed, ObservedLocation, ObservedRole, ObservedTask,
    Refusal, Step, names,
};
use crate::stack::Stack;

/// What stays.
#[derive(Default)]
pub(super) struct Keeps {
    roles: BTreeSet<String>,
    locations: BTreeSet<String>,
    tasks: BTreeSet<String>,
    schedules: BTreeSet<String>,
    buckets: BTreeSet<String>,
    vaults: Vec<String>,
    backup_plans: Vec<String>,
}

impl Keeps {
    /// What is desired, and what an unwanted task needs until its execution has ended.
    pub(super) fn of(desired: &Desired, transfers: &[Transfer], observed: &Observed) -> Self {
        let mut keeps = Self {
            roles: desired.roles().map(|(_, role)| role.role_name.clone()).collect(),
            locations: transfers.iter().flat_map(|transfer| transfer.locations.clone()).collect(),
            tasks: transfers.iter().filter_map(|transfer| Some(transfer.task.as_ref()?.to_string())).collect(),
            buckets: desired.buckets().collect(),
            vaults: desired.vaults.iter().map(|vault| vault.backup_vault_name.clone()).collect(),
            backup_plans: backups::plan_ids(desired, observed).into_iter().map(|(_, id)| id).collect(),
            schedules: desired.schedules.iter().map(|entry| entry.name.clone()).collect(),
        };
        for busy in observed.tasks.iter().filter(|task| task.is_busy) {
            keeps.locations.extend([busy.from.clone(), busy.to.clone()]);
            // A drill's task, `JOB.drill`, reads by its job's role.
            let roles = observed.roles.iter().filter(|there| there.job.plan_job() == busy.job.plan_job());
            keeps.roles.extend(roles.map(|there| there.role.role_name.clone()));
        }
        keeps
    }
}

pub(super) fn leftovers(stack: &Stack, observed: &Observed, keeps: &Keeps) -> Vec<Move> {
    let schedules = observed.schedules.iter().map(|entry| &entry.name).filter(|name| !keeps.schedules.contains(*name));
    let tasks = observed.tasks.iter().filter(|task| !keeps.tasks.contains(task.arn.as_str()));
    let locations = observed.locations.iter().filter(|there| !keeps.locations.contains(&there.arn));
    let roles = observed.roles.iter().filter(|there| !keeps.roles.contains(&there.role.role_name));
    let mut moves: Vec<Move> = schedules.map(|name| schedule(name)).collect();
    let stays: Vec<&str> = keeps.buckets.iter().map(String::as_str).collect();
    moves.extend(replicas::leftovers(stack, &stays, observed));
    moves.extend(tasks.map(task));
    moves.extend(locations.map(|there| location(there, observed.end_of(there))));
    moves.extend(backups::leftovers(observed, &keeps.backup_plans, &keeps.vaults));
    let are_ended_by_it = backups::holds_points(observed);
    moves.extend(roles.map(|there| role(there, are_ended_by_it)));
    moves
}

fn deletion(kind: Kind, name: &str, step: Step) -> Move {
    Move { change: Change::plain(Action::Delete, kind, name), steps: vec![step] }
}

fn schedule(name: &str) -> Move {
    deletion(Kind::Schedule, name, Step::DeleteSchedule(name.to_owned()))
}

fn task(task: &ObservedTask) -> Move {
    let name = format!("{} ({})", task.task.name, task.arn.id());
    if task.is_busy {
        let note = "no longer wanted, but being executed: the next apply deletes it".to_owned();
        let change = Change { note: Some(note), ..Change::plain(Action::Keep, Kind::Task, &name) };
        return Move { change, steps: vec![] };
    }
    deletion(Kind::Task, &name, Step::DeleteTask(task.arn.clone()))
}

fn location(there: &ObservedLocation, end: End) -> Move {
    let id = there.arn.rsplit('/').next().unwrap_or_default();
    let name = format!("{} {id}", location_name(&there.job, end));
    deletion(Kind::Location, &name, Step::DeleteLocation(there.arn.clone()))
}

fn role(there: &ObservedRole, are_points_left: bool) -> Move {
    let name = &there.role.role_name;
    if are_points_left && names::is_backup_role(name) {
        let note = "no longer wanted, but AWS Backup deletes recovery points by it when their time is over: it goes when no vault of ours holds any".to_owned();
        let change = Change { note: Some(note), ..Change::plain(Action::Keep, Kind::Role, name) };
        return Move { change, steps: vec![] };
    }
    deletion(Kind::Role, name, Step::DeleteRole(name.clone()))
}

/// The way from what is observed to nothing of ours. Written plans stay in the records bucket: old reports refer to them.
///
/// # Errors
/// Every reason why nothing may be done.
pub fn away(stack: &Stack, observed: &Observed) -> Result<Changeset, Vec<Refusal>> {
    let busy = observed.tasks.iter().filter(|task| task.is_busy);
    let refusals: Vec<_> = busy.map(|task| Refusal::Busy { job: task.job.clone() }).collect();
    if !refusals.is_empty() {
        return Err(refusals);
    }
    let pointer = observed.deployed.as_ref();
    let withdrawal = pointer.map(|_| deletion(Kind::DeployedPlan, names::CURRENT_PLAN_KEY, Step::WithdrawPlan));
    let policy = observed.log_policy.as_ref().map(|policy| &policy.policy_name);
    let group = observed.log_group.as_ref().map(|group| &group.log_group_name);
    let mut moves = leftovers(stack, observed, &Keeps::default());
    moves.extend(withdrawal);
    moves.extend(policy.map(|name| deletion(Kind::LogPolicy, name, Step::DeleteLogPolicy(name.clone()))));
    moves.extend(group.map(|name| deletion(Kind::LogGroup, name, Step::DeleteLogGroup(name.clone()))));
    Ok(Changeset { moves, left_out: vec![], tasks: Tasks::new() })
}
