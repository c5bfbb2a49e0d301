//! An agent came or went: says which jobs of the applied plan hang on it, once for each change.
//!
//! The event is a hint here too: DataSync is asked how the agent is. What is about to be told is saved first, then told,
//! then saved as told; whoever comes second, or late, finds it so and says nothing.

use jiff::Timestamp;
use nightferry_domain::agent::notice;
use nightferry_domain::agent::standing::{AgentInUse, AgentState, Standing, jobs_at_risk, jobs_through};
use nightferry_domain::agent::watch::{AgentWatch, Turn, turn};
use nightferry_domain::ids::AgentArn;
use nightferry_domain::job_spec::DeployedPlan;
use nightferry_domain::report::metrics;

use crate::agents_in_use::agents_in_use;
use crate::error::{PortError, WorkflowError};
use crate::ports::{AgentStates, Clock, Dice, Metrics, Notices, Records, RunTable, Saved, Versioned, World};

/// What became of an agent's event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Watched {
    /// DataSync has no such agent any more.
    Deleted,
    /// No job of the applied plan goes through it, or none was applied yet.
    Unneeded,
    /// What it is now was told already; or it is ONLINE, and nobody was ever told otherwise.
    Unchanged,
    /// Another invocation is telling it.
    BeingTold,
    /// It was told.
    Told {
        /// That it is ONLINE again, or that it is not.
        is_online: bool,
    },
}

/// Looks at the agent, and tells of it where that is news.
///
/// # Errors
/// When something outside does not answer. Lambda calls again; a message that may have gone out goes out again then,
/// rather than never.
#[tracing::instrument(skip_all, fields(agent.arn = %arn))]
pub async fn watch_agent<W: World>(world: &W, stack: &str, arn: &AgentArn) -> Result<Watched, WorkflowError> {
    let watched = look(world, stack, arn).await?;
    tracing::info!(?watched, "an agent's state has changed");
    Ok(watched)
}

async fn look<W: World>(world: &W, stack: &str, arn: &AgentArn) -> Result<Watched, WorkflowError> {
    let Some(seen) = unless_missing(world.agent_states().agent(arn).await)? else { return Ok(Watched::Deleted) };
    // An agent is activated before the first plan that needs it is applied.
    let Some((_, plan)) = unless_missing(world.records().current_plan().await)? else { return Ok(Watched::Unneeded) };
    let now = world.clock().now();
    if jobs_through(&plan, &seen.name, now).is_empty() {
        return Ok(Watched::Unneeded);
    }
    match claim(world, &seen, now).await? {
        Claim::Ours(claimed) => tell(world, stack, &plan, &seen, claimed).await,
        Claim::None(watched) => Ok(watched),
    }
}

fn unless_missing<T>(answer: Result<T, PortError>) -> Result<Option<T>, PortError> {
    match answer {
        Ok(there) => Ok(Some(there)),
        Err(PortError::Missing { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether it is this invocation's to tell.
enum Claim {
    Ours(Versioned<AgentWatch>),
    None(Watched),
}

async fn claim<W: World>(world: &W, seen: &AgentState, now: Timestamp) -> Result<Claim, WorkflowError> {
    let known = world.table().load_watch(&seen.name).await?;
    match turn(known.as_ref().map(|known| &known.record), seen, now) {
        Turn::Unchanged => return Ok(Claim::None(Watched::Unchanged)),
        Turn::BeingTold => return Ok(Claim::None(Watched::BeingTold)),
        Turn::Tell => {}
    }
    let record = AgentWatch::claimed(seen, world.dice().roll(), now);
    let version = known.map_or(0, |known| known.version);
    match world.table().save_watch(&Versioned { record: record.clone(), version }).await? {
        Saved::At(version) => Ok(Claim::Ours(Versioned { record, version })),
        Saved::Conflict => met(world, record).await,
    }
}

/// Somebody else was first; or it is our own save, whose first reply got lost.
async fn met<W: World>(world: &W, ours: AgentWatch) -> Result<Claim, WorkflowError> {
    match world.table().load_watch(&ours.agent).await? {
        Some(stored) if stored.record == ours => Ok(Claim::Ours(stored)),
        Some(stored) if stored.record.is_online == ours.is_online => Ok(Claim::None(Watched::BeingTold)),
        // The agent has changed twice at once: called again, what it is then is told.
        Some(_) | None => Err(WorkflowError::Conflict { record: format!("agent {}", ours.agent) }),
    }
}

async fn tell<W: World>(
    world: &W,
    stack: &str,
    plan: &DeployedPlan,
    seen: &AgentState,
    claimed: Versioned<AgentWatch>,
) -> Result<Watched, WorkflowError> {
    let now = claimed.record.since;
    let jobs = jobs_through(plan, &seen.name, now);
    world.notices().publish(&notice::subject(seen, &jobs), &notice::message(seen, &jobs, now)).await?;
    measure(world, stack, plan, seen, now).await;
    let Versioned { record, version } = claimed;
    // A conflict here: the agent has changed again in the meantime, and that is told by whoever saw it.
    let _ = world.table().save_watch(&Versioned { record: record.told(), version }).await?;
    Ok(Watched::Told { is_online: seen.is_online() })
}

/// What the alarm watches: the jobs at risk by any agent. Lists may lag behind, so this agent's own state counts as seen.
async fn measure<W: World>(world: &W, stack: &str, plan: &DeployedPlan, seen: &AgentState, now: Timestamp) {
    let agents = agents_in_use(world, plan, now).await.into_iter().map(|agent| as_seen(agent, seen));
    if let Some(count) = jobs_at_risk(&agents.collect::<Vec<_>>()) {
        world.metrics().emit(&metrics::jobs_at_risk(stack, count, now));
    }
}

fn as_seen(agent: AgentInUse, seen: &AgentState) -> AgentInUse {
    let standing = match seen.is_online() {
        _ if agent.agent != seen.name => return agent,
        true => Standing::Online,
        false => Standing::NotOnline { status: seen.status.clone() },
    };
    AgentInUse { standing, ..agent }
}
