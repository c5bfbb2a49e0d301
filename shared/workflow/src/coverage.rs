//! What is protected now: asks EC2 for the machines and AWS Backup for what is in the vault.

use jiff::Timestamp;
use nightferry_domain::backup::coverage::{Coverage, Facts, untagged_ids};
use nightferry_domain::backup::machine::Instance;
use nightferry_domain::backup::{BackupWork, Machine};
use nightferry_domain::job_spec::{DeployedPlan, JobSpec};
use nightferry_domain::plan::{Fire, fire_times};

use crate::error::PortError;
use crate::ports::{Backups, Clock, Instances, World};

/// Fire times of a schedule whose widest gap is the longest time between two backups.
const FIRES_LOOKED_AT: usize = 15;
/// The longest time between two backups where the schedule does not tell one, in seconds.
const A_DAY_SECS: i64 = 86_400;

/// The coverage of each of these jobs that backs machines up. What can't be found out is said in its place.
pub async fn coverage<'a, W: World>(
    world: &W,
    plan: &DeployedPlan,
    jobs: impl Iterator<Item = &'a JobSpec>,
) -> Vec<Coverage> {
    let now = world.clock().now();
    let mut all = vec![];
    for job in jobs {
        let Some(work) = job.work.backup() else { continue };
        let told = of_job(world, plan, job, work, now).await;
        all.push(told.unwrap_or_else(|refusal| Coverage::unknown(&job.name, work, refusal.to_string())));
    }
    all
}

async fn of_job<W: World>(
    world: &W,
    plan: &DeployedPlan,
    job: &JobSpec,
    work: &BackupWork,
    now: Timestamp,
) -> Result<Coverage, PortError> {
    let tagged = world.instances().tagged(&work.tags).await?;
    let tagged: Vec<Machine> = tagged.iter().filter(|it| work.selects(it)).map(Instance::machine).collect();
    let points = world.backups().points_in(&work.vault).await?;
    let others = untagged_ids(&tagged, &points);
    let there = if others.is_empty() { vec![] } else { world.instances().described(&others).await? };
    let untagged: Vec<Machine> = there.iter().filter(|it| !it.is_terminated()).map(Instance::machine).collect();
    let (tagged, untagged, points) = (tagged.as_slice(), untagged.as_slice(), points.as_slice());
    let facts = Facts { tagged, untagged, points, promise_secs: promise_secs(plan, job, now), now };
    Ok(Coverage::of(&job.name, work, &facts))
}

/// The newest recovery point may be as old as the widest gap between two nights, and the time that a night may take.
pub(crate) fn promise_secs(plan: &DeployedPlan, job: &JobSpec, now: Timestamp) -> i64 {
    let schedule = plan.schedules.get(&job.schedule);
    let fires = schedule.and_then(|schedule| fire_times(schedule, now, FIRES_LOOKED_AT).ok()).unwrap_or_default();
    let times: Vec<Timestamp> = fires.iter().filter_map(Fire::at).map(jiff::Zoned::timestamp).collect();
    let gaps = times.iter().zip(times.iter().skip(1)).map(|(one, next)| next.duration_since(*one).as_secs());
    gaps.max().unwrap_or(A_DAY_SECS).saturating_add(i64::from(job.complete_within_secs))
}
