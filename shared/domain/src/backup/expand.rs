//! From a plan's job of tagged machines to the jobs of a run: one for each machine, or one that says why there is none.

use super::{BackupWork, Machine, Starter};
use crate::job_spec::{JobSpec, Work};
use crate::outcome::Cause;
use crate::plan::{InstanceId, JobName};
use crate::run::{Run, Trigger};

/// What EC2 said when it was asked for the machines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listed {
    /// These carry the tags.
    Machines(Vec<Machine>),
    /// It refused, in these words.
    Refused(String),
}

/// The jobs that stand in a run for this job of the plan, in the order of the machines' ids.
#[must_use]
pub fn expand(run: &Run, spec: &JobSpec, work: &BackupWork, listed: &Listed) -> Vec<JobSpec> {
    let work = BackupWork { start: starter(run, work), ..work.clone() };
    let job = |name: JobName, work: BackupWork| JobSpec { name, work: Work::Backup(work), ..spec.clone() };
    match listed {
        Listed::Refused(said) => {
            let without = BackupWork { unlisted: Some(said.clone()), ..work };
            asked_by_id(run, spec).into_iter().map(|name| job(name, without.clone())).collect()
        }
        Listed::Machines(machines) => {
            let named = machines.iter().map(|machine| (spec.name.of_machine(&machine.id), machine));
            let named: Vec<_> = named.filter(|(name, _)| run.means(name)).collect();
            let mut jobs: Vec<JobSpec> =
                named.iter().map(|(name, it)| job(name.clone(), of_machine(&work, it))).collect();
            let is_there = |name: &JobName| named.iter().any(|(known, _)| known == name);
            let missing = asked_by_id(run, spec).into_iter().filter(|name| !is_there(name));
            // Whoever asks for the whole job and gets a machine has got what they asked for.
            let missing = missing.filter(|name| name.machine().is_some() || named.is_empty());
            jobs.extend(missing.map(|name| job(name, work.clone())));
            jobs
        }
    }
}

fn of_machine(work: &BackupWork, machine: &Machine) -> BackupWork {
    BackupWork { from: machine.shown(), machine: Some(machine.clone()), ..work.clone() }
}

/// AWS Backup's own schedule fires for scheduled nights only.
fn starter(run: &Run, work: &BackupWork) -> Starter {
    match &run.trigger {
        Trigger::Schedule { .. } => work.start.clone(),
        Trigger::Person { .. } | Trigger::ForeignFailure { .. } => Starter::Nightferry,
    }
}

/// The names that the trigger asks for, of this job of the plan.
fn asked_by_id(run: &Run, spec: &JobSpec) -> Vec<JobName> {
    let is_of_it = |name: &&JobName| name.plan_job() == spec.name.plan_job();
    let asked: Vec<JobName> = match &run.trigger {
        Trigger::Person { jobs, .. } => jobs.iter().filter(is_of_it).cloned().collect(),
        Trigger::ForeignFailure { job, .. } => vec![job.clone()],
        Trigger::Schedule { .. } => vec![],
    };
    if asked.is_empty() { vec![spec.name.clone()] } else { asked }
}

/// Why a job of a run has no machine; `None` if it has one.
#[must_use]
pub fn lacks_machine(name: &JobName, work: &BackupWork) -> Option<Cause> {
    if work.machine.is_some() {
        return None;
    }
    let tags: Vec<String> = work.tags.iter().map(|(key, value)| format!("{key}={value}")).collect();
    let tags = tags.join(", ");
    Some(match (&work.unlisted, name.machine()) {
        (Some(said), _) => Cause {
            id: "instances-not-listed".into(),
            what: "EC2 refused to list the instances, so nobody knows what was to be backed up".into(),
            fix: "Let the functions open-run, record-state and sweep-runs call ec2:DescribeInstances; then `nightferry run`.".into(),
            said: Some(said.clone()),
        },
        (None, Some(machine)) => Cause {
            id: "instance-not-selected".into(),
            what: format!("No instance {machine} carries the tag {tags}: it is gone, or has lost the tag"),
            fix: "Tag it again if it is to be backed up; `nightferry coverage` lists what is selected.".into(),
            said: None,
        },
        (None, None) => Cause {
            id: "no-instances".into(),
            what: format!("Nothing carries the tag {tags}: nothing is being backed up"),
            fix: "Tag the instances; upper and lower case count, in the key and in the value.".into(),
            said: None,
        },
    })
}

/// The machine that an ARN of EC2 names.
#[must_use]
pub fn machine_of(resource: &str) -> Option<InstanceId> {
    resource.rsplit_once(":instance/")?.1.parse().ok()
}

#[cfg(test)]
#[path = "expand_tests.rs"]
mod tests;
