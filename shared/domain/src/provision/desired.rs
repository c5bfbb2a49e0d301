//! From a plan and a stack to everything that should be there.

use serde::Serialize;

use super::{EfsLocation, Location, LogGroup, LogPolicy, Role, S3Location, ScheduleEntry, Task, documents};
use crate::plan::{Endpoint, Job, JobName, NotCarried, Plan, Protection};
use crate::stack::Stack;

/// Everything that should be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Desired {
    /// Where.
    pub stack: Stack,
    /// DataSync's log group.
    pub log_group: LogGroup,
    /// What lets DataSync write to it.
    pub log_policy: LogPolicy,
    /// One a carried job, in the order of their names.
    pub setups: Vec<Setup>,
    /// One a schedule that a carried job uses.
    pub schedules: Vec<ScheduleEntry>,
    /// What the plan holds and this version does not carry.
    pub left_out: Vec<LeftOut>,
}

/// What one DataSync job needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setup {
    /// The job.
    pub job: JobName,
    /// How DataSync reaches its bucket.
    pub role: Role,
    /// The source.
    pub from: Location,
    /// The destination.
    pub to: Location,
    /// The task between them.
    pub task: Task,
}

/// An end of a transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum End {
    /// The source.
    From,
    /// The destination.
    To,
}

/// Something that the plan holds and `apply` passes over, with the reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// `job assets` or `schedule weekly`.
    pub what: String,
    /// Why, in words.
    pub why: String,
}

impl Setup {
    /// The location at one of the ends.
    #[must_use]
    pub const fn end(&self, end: End) -> &Location {
        match end {
            End::From => &self.from,
            End::To => &self.to,
        }
    }
}

/// Everything that the plan needs in the stack's account and region.
#[must_use]
pub fn desired(plan: &Plan, stack: &Stack) -> Desired {
    let outcomes: Vec<_> = plan.jobs.iter().map(|(name, job)| (name, setup(stack, name, job))).collect();
    let left_out_jobs = outcomes.iter().filter_map(|(name, outcome)| {
        let why = outcome.as_ref().err()?.to_string();
        Some(LeftOut { what: format!("job {name}"), why })
    });
    let left_out = left_out_jobs.chain(idle_schedules(plan)).collect();
    Desired {
        stack: stack.clone(),
        log_group: LogGroup::of(stack),
        log_policy: LogPolicy::of(stack),
        setups: outcomes.into_iter().filter_map(|(_, outcome)| outcome.ok()).collect(),
        schedules: schedules(plan, stack),
        left_out,
    }
}

fn setup(stack: &Stack, name: &JobName, job: &Job) -> Result<Setup, NotCarried> {
    job.protection.carried()?;
    let Protection::DataSync(datasync) = &job.protection else {
        return Err(NotCarried { kind: job.protection.key().to_owned() });
    };
    let (Endpoint::Efs(from), Endpoint::S3(to)) = (&datasync.from, &datasync.to) else {
        return Err(NotCarried { kind: format!("datasync from {} to {}", datasync.from.key(), datasync.to.key()) });
    };
    Ok(Setup {
        job: name.clone(),
        role: Role::of(stack, name, documents::destination_access(stack, to)),
        from: Location::Efs(EfsLocation::of(stack, from)),
        to: Location::S3(S3Location::of(stack, name, to)),
        task: Task::of(stack, name, datasync),
    })
}

/// A schedule without a carried job would open empty nights, and an empty night reads as a good one.
fn schedules(plan: &Plan, stack: &Stack) -> Vec<ScheduleEntry> {
    let used = plan.schedules.iter().filter(|(name, _)| is_used(plan, name));
    used.map(|(name, schedule)| ScheduleEntry::of(stack, name, schedule)).collect()
}

fn idle_schedules(plan: &Plan) -> impl Iterator<Item = LeftOut> {
    plan.schedules.keys().filter(|name| !is_used(plan, name)).map(|name| LeftOut {
        what: format!("schedule {name}"),
        why: "no job that this version carries uses it".to_owned(),
    })
}

fn is_used(plan: &Plan, schedule: &crate::plan::ScheduleName) -> bool {
    plan.jobs.values().any(|job| &job.schedule == schedule && job.protection.carried().is_ok())
}
