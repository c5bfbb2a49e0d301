//! `apply --print`: the documents alone, for who makes the resources in another way.

use serde::Serialize;
use serde_json::Value;

use super::{Desired, Location, LogGroup, LogPolicy, ScheduleEntry, Setup, Task, names};

/// Everything that `apply` would write, as the services are told it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Documents<'a> {
    /// See [`LogGroup`].
    pub log_group: &'a LogGroup,
    /// See [`LogPolicy`].
    pub log_policy: &'a LogPolicy,
    /// One a carried job.
    pub jobs: Vec<JobDocuments<'a>>,
    /// One a schedule.
    pub schedules: &'a [ScheduleEntry],
}

/// What one job needs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct JobDocuments<'a> {
    /// The job.
    pub job: &'a str,
    /// Name of the bucket access role, with its path.
    pub role: String,
    /// Who may assume it.
    pub trust_policy: &'a Value,
    /// What it may do.
    pub role_policy: Option<&'a Value>,
    /// The source.
    pub from: &'a Location,
    /// The destination.
    pub to: &'a Location,
    /// The task.
    pub task: &'a Task,
}

/// The documents of everything desired.
#[must_use]
pub fn documents(desired: &Desired) -> Documents<'_> {
    Documents {
        log_group: &desired.log_group,
        log_policy: &desired.log_policy,
        jobs: desired.setups.iter().map(JobDocuments::of).collect(),
        schedules: &desired.schedules,
    }
}

impl<'a> JobDocuments<'a> {
    fn of(setup: &'a Setup) -> Self {
        Self {
            job: setup.job.as_str(),
            role: format!("{}{}", names::ROLE_PATH, setup.role.role_name),
            trust_policy: &setup.role.assume_role_policy_document,
            role_policy: setup.role.policy.as_ref(),
            from: &setup.from,
            to: &setup.to,
            task: &setup.task,
        }
    }
}
