//! `check`: proves tonight can work, job by job, with the same preflight that the night itself does.

use nightferry_aws::agents::DataSyncAgents;
use nightferry_aws::preflight::DataSyncPreflight;
use nightferry_aws::{connect, identity};
use nightferry_domain::agent::jobs;
use nightferry_domain::job_spec::JobSpec;
use nightferry_domain::plan::JobName;
use nightferry_domain::preflight::{Findings, Obstacle};
use nightferry_workflow::World as _;
use nightferry_workflow::agents::Agents as _;
use nightferry_workflow::ports::Records as _;
use serde::Serialize;

use crate::args::Globals;
use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::output::Output;

/// The other account's profile.
#[derive(Debug)]
pub(crate) struct OtherProfile {
    pub(crate) profile: String,
    pub(crate) region: Option<String>,
}

#[derive(Serialize)]
struct Checked {
    job: JobName,
    obstacles: Vec<Obstacle>,
    /// What stands in the way of a restore, and not of tonight.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    later: Vec<Obstacle>,
    /// What tonight works without, only less well.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<Obstacle>,
    /// What could not be judged: not green, and no obstacle either.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notes: Vec<String>,
    /// What was looked at and found as it should be, where its absence would be a warning.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    seen: Vec<String>,
}

/// Checks the applied plan's jobs. Exit code 6 when something stands in the way of one.
pub(crate) async fn check(
    globals: &Globals,
    output: Output,
    job: Option<JobName>,
    other: Option<OtherProfile>,
) -> Result<Exit, Failure> {
    let context = Context::connect(globals).await?;
    let (_, plan) = context.world.records().current_plan().await?;
    let wanted: Vec<_> = plan.jobs.iter().filter(|spec| job.as_ref().is_none_or(|name| name == &spec.name)).collect();
    if wanted.is_empty() {
        let words = job.map_or_else(
            || "the applied plan has no jobs".to_owned(),
            |name| format!("the applied plan has no job `{name}`; `nightferry apply` it first"),
        );
        return Err(Failure::not_found(words));
    }
    let preflight = match other {
        None => context.world.preflight().clone().with_starter(),
        Some(other) => both_sides(&context, other).await?,
    };
    let preflight = preflight.with_creator(context.caller.clone()).with_file_systems();
    let has_batch_jobs = wanted.iter().any(|spec| spec.work.replication().is_some());
    let preflight = if has_batch_jobs { preflight.with_trails().await? } else { preflight };
    let mut checked = vec![];
    for spec in wanted {
        let Findings { mut obstacles, later, warnings, notes, seen } = preflight.findings(spec).await?;
        obstacles.extend(agent_at_risk(&context, spec).await?);
        checked.push(Checked { job: spec.name.clone(), obstacles, later, warnings, notes, seen });
    }
    output.answer(&checked, || checked.iter().map(words).collect::<Vec<_>>().join("\n"))?;
    let is_clear = checked.iter().all(|checked| checked.obstacles.is_empty() && checked.later.is_empty());
    Ok(if is_clear { Exit::Ok } else { Exit::Preflight })
}

/// What is wrong with the agent that a job goes through, if anything is. The night itself asks about the task alone, which
/// is UNAVAILABLE as long as its agent is away.
async fn agent_at_risk(context: &Context, job: &JobSpec) -> Result<Option<Obstacle>, Failure> {
    let Some(agent) = job.work.transfer().and_then(|transfer| transfer.agent.as_deref()) else { return Ok(None) };
    let seen = DataSyncAgents::new(&context.config).named(agent).await?;
    Ok(jobs::unless_online(agent, &[job.name.as_str()], seen.first()))
}

/// The same preflight, shown the other account's buckets with that account's own credentials.
async fn both_sides(context: &Context, other: OtherProfile) -> Result<DataSyncPreflight, Failure> {
    let region = other.region.as_deref().unwrap_or(&context.stack.region);
    let config = connect::for_person(Some(&other.profile), Some(region)).await;
    let caller = identity::caller(&config).await?;
    if caller.account == context.stack.account {
        let words = format!("profile {} is of account {} too, our own", other.profile, caller.account);
        return Err(Failure::usage(words));
    }
    Ok(context.world.preflight().clone().with_starter().with_other_side(caller.account, &config).await?)
}

fn words(checked: &Checked) -> String {
    let job = &checked.job;
    let line = |obstacle: &Obstacle| {
        let patch = obstacle.patch.as_ref().map(|statement| format!("\n  statement: {statement}")).unwrap_or_default();
        format!("{job}: {} [{}]\n  do: {}{patch}", obstacle.what, obstacle.id, obstacle.fix)
    };
    let later =
        checked.later.iter().map(|obstacle| format!("{} (not tonight: on the day of a restore)", line(obstacle)));
    let warnings =
        checked.warnings.iter().map(|warning| format!("{} (a warning: tonight works all the same)", line(warning)));
    let notes = checked.notes.iter().map(|note| format!("{job}: not judged: {note}"));
    let seen = checked.seen.iter().map(|seen| format!("{job}: {seen}"));
    let all = clear(checked).into_iter().chain(checked.obstacles.iter().map(line));
    all.chain(later).chain(warnings).chain(notes).chain(seen).collect::<Vec<_>>().join("\n")
}

/// Good news, where there is any.
fn clear(checked: &Checked) -> Option<String> {
    if !(checked.obstacles.is_empty() && checked.later.is_empty()) {
        return None;
    }
    let is_known =
        if checked.notes.is_empty() { "nothing stands in the way" } else { "nothing is known to stand in the way" };
    Some(format!("{}: {is_known}", checked.job))
}
