//! From a plan and a stack to everything that should be there.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{
    BackupSetup, BackupVault, EfsLocation, Location, LogGroup, LogPolicy, NfsLocation, Replicas, Role, S3Location,
    ScheduleEntry, SmbLocation, Task, backups, documents, names, replicas, scratch,
};
use crate::plan::{DataSync, Endpoint, Job, JobName, NotCarried, Plan, Protection, ScheduleName};
use crate::stack::Stack;

/// Everything that should be there.
#[derive(Debug, Clone, PartialEq)]
pub struct Desired {
    /// Where.
    pub stack: Stack,
    /// DataSync's log group.
    pub log_group: LogGroup,
    /// What lets DataSync write to it.
    pub log_policy: LogPolicy,
    /// One a carried job, in the order of their names; behind that of a job which is rehearsed by schedule, one for its drills.
    pub setups: Vec<Setup>,
    /// One a replicated bucket.
    pub replicas: Vec<Replicas>,
    /// One a backup job.
    pub backups: Vec<BackupSetup>,
    /// Their vaults in the stack's account and Region.
    pub vaults: Vec<BackupVault>,
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
    /// How DataSync reaches its destination bucket, where it has one.
    pub role: Option<Role>,
    /// How DataSync reaches its source bucket, where it has one.
    pub source_role: Option<Role>,
    /// The source.
    pub from: Location,
    /// The destination.
    pub to: Location,
    /// The task between them.
    pub task: Task,
}

impl Desired {
    /// Every role, with the job that it is made for.
    pub fn roles(&self) -> impl Iterator<Item = (&JobName, &Role)> {
        let transfers = self.setups.iter().flat_map(|setup| setup.roles().map(|role| (&setup.job, role)));
        let backups =
            self.backups.iter().flat_map(|setup| [(&setup.job, &setup.role), (&setup.job, &setup.restore_role)]);
        transfers.chain(self.replicas.iter().flat_map(Replicas::roles)).chain(backups)
    }

    /// The names in DataSync of the agents that jobs go through, each with the first of its jobs.
    #[must_use]
    pub fn agents(&self) -> BTreeMap<&str, &JobName> {
        let ends = self.setups.iter().rev().flat_map(|setup| [&setup.from, &setup.to].map(|end| (end, &setup.job)));
        ends.filter_map(|(end, job)| Some((end.agent_name()?, job))).collect()
    }

    /// Every bucket that has to be looked at.
    pub fn buckets(&self) -> impl Iterator<Item = String> {
        let records = (!self.replicas.is_empty()).then(|| self.stack.records_bucket());
        let named = self.replicas.iter().flat_map(|replicas| replicas.buckets().cloned());
        records.into_iter().chain(named)
    }
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

    /// Its roles, the destination's first.
    pub fn roles(&self) -> impl Iterator<Item = &Role> {
        self.role.iter().chain(&self.source_role)
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
    let left_out = left_out_jobs.chain(idle_schedules(plan)).chain(far_vaults(plan, stack)).collect();
    Desired {
        stack: stack.clone(),
        log_group: LogGroup::of(stack),
        log_policy: LogPolicy::of(stack),
        setups: outcomes.into_iter().filter_map(|(_, outcome)| outcome.ok()).flatten().collect(),
        replicas: replicas::replicas(plan, stack),
        backups: backups::setups(plan, stack),
        vaults: backups::vaults(plan, stack),
        schedules: schedules(plan, stack),
        left_out,
    }
}

/// None for a job that is carried without DataSync; two for one that is rehearsed by schedule.
fn setup(stack: &Stack, name: &JobName, job: &Job) -> Result<Vec<Setup>, NotCarried> {
    job.protection.carried()?;
    match &job.protection {
        Protection::DataSync(datasync) => {
            let night = transfer(stack, name, datasync)?;
            let drill = scratch::setup(stack, &night, datasync);
            Ok(std::iter::once(night).chain(drill).collect())
        }
        Protection::Replicate(_) | Protection::Backup(_) => Ok(vec![]),
    }
}

fn transfer(stack: &Stack, name: &JobName, datasync: &DataSync) -> Result<Setup, NotCarried> {
    let (from, source_role) = source(stack, name, datasync);
    let (to, role) = match &datasync.to {
        Endpoint::S3(to) => {
            let role = names::bucket_access_role(stack, name);
            let location = Location::S3(S3Location::of(stack, &role, to));
            (location, Some(Role::of(stack, role, documents::destination_access(stack, to))))
        }
        // Files need no role: the network lets DataSync in.
        Endpoint::Efs(to) => (Location::Efs(EfsLocation::of(stack, to)), None),
        Endpoint::Nfs(_) | Endpoint::Smb(_) => return Err(other_ends(datasync)),
    };
    Ok(Setup { job: name.clone(), from, to, role, source_role, task: Task::of(stack, name, datasync) })
}

fn source(stack: &Stack, name: &JobName, datasync: &DataSync) -> (Location, Option<Role>) {
    match &datasync.from {
        Endpoint::Efs(from) => (Location::Efs(EfsLocation::of(stack, from)), None),
        Endpoint::S3(from) => {
            let role = names::source_access_role(stack, name);
            let location = Location::S3(S3Location::of(stack, &role, from));
            (location, Some(Role::of(stack, role, documents::source_access(stack, from))))
        }
        Endpoint::Nfs(from) => (Location::Nfs(NfsLocation::of(stack, from)), None),
        Endpoint::Smb(from) => (Location::Smb(SmbLocation::of(stack, from)), None),
    }
}

fn other_ends(datasync: &DataSync) -> NotCarried {
    NotCarried { kind: format!("datasync from {} to {}", datasync.from.key(), datasync.to.key()) }
}

/// A schedule without a carried job would open empty nights, and an empty night reads as a good one.
fn schedules(plan: &Plan, stack: &Stack) -> Vec<ScheduleEntry> {
    let used = plan.schedules.iter().filter(|(name, _)| is_used(plan, name));
    let nights = used.map(|(name, schedule)| ScheduleEntry::of(stack, name, schedule));
    let drills = drills(plan).filter_map(|(job, name)| {
        let schedule = plan.schedules.get(name)?;
        Some(ScheduleEntry::of_drill(stack, job, name, schedule))
    });
    nights.chain(drills).collect()
}

/// Jobs that are rehearsed by a schedule, and by which.
fn drills(plan: &Plan) -> impl Iterator<Item = (&JobName, &ScheduleName)> {
    let carried = plan.jobs.iter().filter(|(_, job)| job.protection.carried().is_ok());
    carried.filter_map(|(name, job)| Some((name, job.drill_schedule()?)))
}

fn idle_schedules(plan: &Plan) -> impl Iterator<Item = LeftOut> {
    let is_idle = |name: &&ScheduleName| !is_used(plan, name) && drills(plan).all(|(_, drill)| drill != *name);
    plan.schedules.keys().filter(is_idle).map(|name| LeftOut {
        what: format!("schedule {name}"),
        why: "no job that this version carries uses it".to_owned(),
    })
}

/// `apply` works in one Region of an account at a time.
fn far_vaults(plan: &Plan, stack: &Stack) -> impl Iterator<Item = LeftOut> {
    let copies = backups::jobs(plan).flat_map(|(_, _, backup)| backup.copy.iter());
    let far = copies.filter(|copy| copy.other_owner(stack).is_none() && copy.region(stack) != stack.region);
    far.map(|copy| LeftOut {
        what: format!("vault {} in {}", copy.vault, copy.region(stack)),
        why: "it is of another Region: make it there by hand, with a key of that Region; copies go into it".to_owned(),
    })
}

fn is_used(plan: &Plan, schedule: &ScheduleName) -> bool {
    plan.jobs.values().any(|job| &job.schedule == schedule && job.protection.carried().is_ok())
}
