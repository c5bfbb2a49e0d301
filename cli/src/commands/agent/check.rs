//! `agent check`: whether the agent can work, from both sides, changing nothing.

use nightferry_aws::agents::caller;
use nightferry_aws::ec2::network::Ec2Network;
use nightferry_aws::file_systems::FileSystems;
use nightferry_domain::agent::activation::{AgentSeen, Next, next, order};
use nightferry_domain::agent::network::{Needs, agent_at_efs, efs, judge};
use nightferry_domain::agent::{Cidr, KeyRefused, caller as callers, jobs};
use nightferry_domain::outcome::Cause;
use nightferry_domain::preflight::{Findings, Obstacle};
use serde::Serialize;

use super::Asked;
use super::activate::{fetcher, located, stage};
use crate::agents::Fetcher;
use crate::exit::{Exit, Failure};
use crate::output::Output;

#[derive(Serialize)]
struct Checked<'a> {
    agent: &'a str,
    /// As DataSync calls it; nothing before it is activated.
    status: Option<&'a str>,
    obstacles: Vec<Obstacle>,
    /// What could not be judged: not green, and no obstacle either.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notes: Vec<String>,
}

/// What the plan does not tell of the agent.
pub(super) struct From {
    /// Networks of the agent and its file servers.
    pub(super) source_networks: Vec<Cidr>,
    /// Whether AWS Support is let in.
    pub(super) support_channel: bool,
    /// Where its port is tried, where that is not the plan's address.
    pub(super) address: Option<String>,
    /// The port, of an agent of the local AWS.
    pub(super) local_port: Option<u16>,
}

/// Checks the agent. Exit code 6 when something stands in its way.
pub(super) async fn check(asked: &Asked, output: Output, from: From) -> Result<Exit, Failure> {
    let fetcher = fetcher(stage(asked), from.local_port)?;
    let all = asked.agents.all().await?;
    let order = order(&asked.context.stack, &asked.name, &asked.agent);
    let named: Vec<AgentSeen> = all.iter().filter(|seen| seen.name == order.name).cloned().collect();
    let needs = Needs {
        agent: asked.agent.address,
        source_networks: from.source_networks,
        support_channel: from.support_channel,
        // The tasks of an agent that is not there are not there either.
        tasks_to_make: if named.is_empty() { jobs::tasks_in_its_subnet(&asked.plan, &asked.name) } else { 0 },
    };
    let public = all.iter().filter(|seen| seen.link.is_none()).map(|seen| seen.name.clone()).collect();
    let facts = Ec2Network::new(&asked.context.config).facts(&asked.agent, public).await?;
    let Findings { mut obstacles, mut notes, .. } = judge(&asked.agent, &needs, &facts);
    at_file_systems(asked, named.is_empty(), &mut obstacles, &mut notes).await?;
    match caller(&asked.context.config, &asked.context.caller).await? {
        Some(caller) => {
            let found = callers::judge(&asked.context.stack, &caller);
            obstacles.extend(found.obstacles);
            notes.extend(found.notes);
        }
        None => notes.push(format!("the policies of {} can't be read here", asked.context.caller)),
    }
    match next(&order, &named) {
        Next::Refused(cause) => obstacles.push(obstacle(cause)),
        // The agent's own port is open only until it is activated.
        Next::Ask => obstacles.extend(closed(asked, from.address, &fetcher).await.map(obstacle)),
        Next::Wait { .. } | Next::Ready { .. } => {}
    }
    obstacles.extend(jobs::at_risk(&asked.plan, &asked.name, named.first()));
    let status = named.first().map(|seen| seen.status.as_str());
    let checked = Checked { agent: asked.name.as_str(), status, obstacles, notes };
    output.answer(&checked, || words(&checked))?;
    Ok(if checked.obstacles.is_empty() { Exit::Ok } else { Exit::Preflight })
}

/// The file systems that are written through the agent.
async fn at_file_systems(
    asked: &Asked,
    are_tasks_to_come: bool,
    obstacles: &mut Vec<Obstacle>,
    notes: &mut Vec<String>,
) -> Result<(), Failure> {
    let around = FileSystems::new(&asked.context.config);
    for (end, addresses) in jobs::files_through(&asked.plan, &asked.context.stack, &asked.name) {
        let facts = around.facts(&end).await?;
        let addresses = if are_tasks_to_come { addresses } else { 0 };
        for found in [efs(&end, addresses, &facts), agent_at_efs(&end, asked.agent.address, &facts)] {
            obstacles.extend(found.obstacles);
            notes.extend(found.notes);
        }
    }
    Ok(())
}

async fn closed(asked: &Asked, host: Option<String>, fetcher: &Fetcher) -> Option<Cause> {
    let host = host.unwrap_or_else(|| asked.agent.address.to_string());
    let address = match located(&host, stage(asked)).await {
        Ok(address) => address,
        Err(refused) => return Some(refused.cause()),
    };
    let is_listening = fetcher.is_listening(address).await;
    let said = "no connection from this machine".to_owned();
    (!is_listening).then(|| KeyRefused::NotListening { address, said }.cause())
}

fn obstacle(cause: Cause) -> Obstacle {
    Obstacle { id: cause.id, what: cause.what, fix: cause.fix, patch: None, place: None }
}

fn words(checked: &Checked<'_>) -> String {
    let name = checked.agent;
    let notes = checked.notes.iter().map(|note| format!("{name}: not judged: {note}"));
    let obstacles = checked.obstacles.iter().map(|obstacle| {
        let patch = obstacle.patch.as_ref().map(|statement| format!("\n  statement: {statement}")).unwrap_or_default();
        format!("{name}: {} [{}]\n  do: {}{patch}", obstacle.what, obstacle.id, obstacle.fix)
    });
    let clear = checked.obstacles.is_empty().then(|| format!("{name}: nothing is known to stand in the way"));
    clear.into_iter().chain(obstacles).chain(notes).collect::<Vec<_>>().join("\n")
}
