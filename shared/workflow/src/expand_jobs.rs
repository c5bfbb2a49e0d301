//! Which machines a run is about: asked of EC2 once, written down, and read back, so that an opening that was cut off and
//! repeated promises the same.

use nightferry_domain::backup::expand::{Listed, expand};
use nightferry_domain::job_spec::JobSpec;
use nightferry_domain::run::Run;
use serde::{Deserialize, Serialize};

use crate::error::{PortError, WorkflowError};
use crate::ports::{Instances, Records, World};

/// `runs/<id>/jobs.json`.
#[derive(Debug, Serialize, Deserialize)]
struct Promised {
    /// The plan that the machines were selected by.
    plan_key: String,
    jobs: Vec<JobSpec>,
}

/// Expands the plan's jobs. Whoever comes second gets the jobs, and the plan, of whoever came first.
pub(crate) async fn promise<W: World>(
    world: &W,
    run: &mut Run,
    planned: Vec<JobSpec>,
) -> Result<Vec<JobSpec>, WorkflowError> {
    if !has_machines(&planned) {
        return Ok(planned);
    }
    let jobs = list(world, run, planned).await?;
    let document = Promised { plan_key: run.plan_key.clone(), jobs };
    let body = serde_json::to_vec(&document).map_err(|error| unreadable(run, &error))?;
    let _ = world.records().put_once(&run.jobs_key(), "application/json", body).await?;
    let stored = read(world, run).await?;
    run.plan_key = stored.plan_key;
    Ok(stored.jobs)
}

/// The jobs of a run that is being opened, as they were written down.
pub(crate) async fn promised<W: World>(
    world: &W,
    run: &Run,
    planned: Vec<JobSpec>,
) -> Result<Vec<JobSpec>, WorkflowError> {
    if has_machines(&planned) { Ok(read(world, run).await?.jobs) } else { Ok(planned) }
}

fn has_machines(planned: &[JobSpec]) -> bool {
    planned.iter().any(|job| job.work.backup().is_some())
}

async fn read<W: World>(world: &W, run: &Run) -> Result<Promised, WorkflowError> {
    let key = run.jobs_key();
    let stored = world.records().get(&key).await?;
    let stored = stored.ok_or_else(|| WorkflowError::NotFound { record: format!("list of jobs `{key}`") })?;
    serde_json::from_slice(&stored).map_err(|error| unreadable(run, &error))
}

fn unreadable(run: &Run, error: &serde_json::Error) -> WorkflowError {
    WorkflowError::Invalid { what: format!("the list of jobs `{}` can't be read: {error}", run.jobs_key()) }
}

async fn list<W: World>(world: &W, run: &Run, planned: Vec<JobSpec>) -> Result<Vec<JobSpec>, WorkflowError> {
    let mut jobs = vec![];
    for spec in planned {
        let Some(work) = spec.work.backup() else {
            jobs.push(spec);
            continue;
        };
        let listed = match world.instances().tagged(&work.tags).await {
            Ok(found) => {
                Listed::Machines(found.iter().map(nightferry_domain::backup::machine::Instance::machine).collect())
            }
            // Nobody would be told of a night that is never opened: it opens, and says why nothing is backed up.
            Err(refusal @ (PortError::Rejected { .. } | PortError::Missing { .. })) => {
                Listed::Refused(refusal.to_string())
            }
            Err(error @ (PortError::Retryable { .. } | PortError::Ambiguous { .. })) => return Err(error.into()),
        };
        jobs.extend(expand(run, &spec, work, &listed));
    }
    Ok(jobs)
}
