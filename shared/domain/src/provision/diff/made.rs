//! Things with names of their own: there or not, and if there, as they should be or not.

use serde::Serialize;

use crate::plan::JobName;
use crate::provision::change::field_changes;
use crate::provision::{Action, Change, Desired, Kind, Move, Observed, Role, ScheduleEntry, Step};

/// The change of a thing that has a name and can be changed.
fn change<T: Serialize>(kind: Kind, name: &str, there: Option<&T>, wanted: &T) -> Change {
    let details = there.map(|there| field_changes(there, wanted)).unwrap_or_default();
    let action = match there {
        None => Action::Create,
        Some(_) if details.is_empty() => Action::Keep,
        Some(_) => Action::Update,
    };
    Change { details, ..Change::plain(action, kind, name) }
}

pub(super) fn log_group(desired: &Desired, observed: &Observed) -> Move {
    let wanted = &desired.log_group;
    let change = change(Kind::LogGroup, &wanted.log_group_name, observed.log_group.as_ref(), wanted);
    let retention = Step::SetRetention(wanted.clone());
    let steps = match change.action {
        Action::Create => vec![Step::CreateLogGroup(wanted.clone()), retention],
        Action::Update | Action::Replace => vec![retention],
        Action::Keep | Action::Delete => vec![],
    };
    Move { change, steps }
}

pub(super) fn log_policy(desired: &Desired, observed: &Observed) -> Move {
    let wanted = &desired.log_policy;
    let change = change(Kind::LogPolicy, &wanted.policy_name, observed.log_policy.as_ref(), wanted);
    let steps = if change.action == Action::Keep { vec![] } else { vec![Step::PutLogPolicy(wanted.clone())] };
    Move { change, steps }
}

pub(super) fn role(job: &JobName, wanted: &Role, observed: &Observed) -> Move {
    let mine = observed.roles.iter().find(|there| there.role.role_name == wanted.role_name);
    let there = mine.map(|there| &there.role);
    let change = change(Kind::Role, &wanted.role_name, there, wanted);
    let steps = match there {
        None => vec![Step::CreateRole(job.clone(), wanted.clone()), Step::PutRolePolicy(wanted.clone())],
        Some(there) => role_updates(there, wanted, &change),
    };
    Move { change, steps }
}

fn role_updates(there: &Role, wanted: &Role, change: &Change) -> Vec<Step> {
    let differs = |part: &str| change.details.iter().any(|field| field.field.starts_with(part));
    let trust = differs("AssumeRolePolicyDocument").then(|| Step::SetTrust(wanted.clone()));
    let policy = (there.policy.is_none() || differs("Policy")).then(|| Step::PutRolePolicy(wanted.clone()));
    trust.into_iter().chain(policy).collect()
}

pub(super) fn schedule(wanted: &ScheduleEntry, observed: &Observed) -> Move {
    let there = observed.schedules.iter().find(|there| there.name == wanted.name);
    let change = change(Kind::Schedule, &wanted.name, there, wanted);
    let steps = match change.action {
        Action::Create => vec![Step::CreateSchedule(wanted.clone())],
        Action::Update | Action::Replace => vec![Step::UpdateSchedule(wanted.clone())],
        Action::Keep | Action::Delete => vec![],
    };
    Move { change, steps }
}
