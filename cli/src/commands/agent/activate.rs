//! `agent activate`: safe to run again, however the last one ended.

use nightferry_aws::connect;
use nightferry_aws::ec2::network::Ec2Network;
use nightferry_domain::agent::activation::order;
use nightferry_domain::agent::network::endpoint_address;
use nightferry_domain::agent::{ActivationRequest, AgentAddress, KeyRefused, Stage, Written, address};
use nightferry_workflow::agents::{self, ActivateError, Activated, Progress, Question};
use serde::Serialize;

use super::Asked;
use crate::agents::Fetcher;
use crate::agents::world::AgentWorld;
use crate::exit::{Exit, Failure};
use crate::output::Output;

#[derive(Serialize)]
struct Told<'a> {
    agent: &'a str,
    arn: &'a str,
    status: &'static str,
    /// Whether this call made it.
    is_new: bool,
}

/// Activates the agent and waits until it is ONLINE.
pub(super) async fn activate(
    asked: &Asked,
    output: Output,
    host: Option<String>,
    local_port: Option<u16>,
) -> Result<Exit, Failure> {
    let done = activated(asked, host, local_port).await?;
    let told = Told { agent: asked.name.as_str(), arn: &done.arn, status: "ONLINE", is_new: done.is_new };
    output.answer(&told, || {
        let how = if done.is_new { "is activated and" } else { "was activated before and" };
        format!("{} {how} is ONLINE: {}", asked.name, done.arn)
    })?;
    Ok(Exit::Ok)
}

/// All of it but telling how it ended.
pub(super) async fn activated(
    asked: &Asked,
    host: Option<String>,
    local_port: Option<u16>,
) -> Result<Activated, Failure> {
    let fetcher = fetcher(stage(asked), local_port)?;
    let world = AgentWorld { agents: asked.agents.clone(), fetcher };
    let order = order(&asked.context.stack, &asked.name, &asked.agent);
    let host = host.unwrap_or_else(|| asked.agent.address.to_string());
    let question = async || question(asked, &host).await;
    let mut tell = say;
    tokio::select! {
        done = agents::activate(&world, &order, question, &mut tell) => Ok(done?),
        _ = tokio::signal::ctrl_c() => {
            let words = format!("stopped; `nightferry agent activate {}` goes on where it was", asked.name);
            Err(Failure::new(Exit::Interrupted, words))
        }
    }
}

/// Only the local AWS's agents are on this machine.
pub(super) fn stage(asked: &Asked) -> Stage {
    if connect::is_local(&asked.context.config) { Stage::Local } else { Stage::Production }
}

pub(super) fn fetcher(stage: Stage, local_port: Option<u16>) -> Result<Fetcher, Failure> {
    match (local_port, stage) {
        (None, _) => Ok(Fetcher::new()),
        (Some(port), Stage::Local) => Ok(Fetcher::on_port(port)),
        (Some(_), Stage::Production) => Err(Failure::usage("agents are asked on port 80 and on no other")),
    }
}

/// Where the agent is, and which address of the VPC endpoint it is told.
async fn question(asked: &Asked, host: &str) -> Result<Question, ActivateError> {
    let address = located(host, stage(asked)).await?;
    let facts = Ec2Network::new(&asked.context.config).facts(&asked.agent, vec![]).await?;
    let endpoint = endpoint_address(&asked.agent, &facts).map_err(ActivateError::Refused)?;
    let region = asked.context.stack.region.clone();
    Ok((address, ActivationRequest { region, private_link_endpoint: endpoint }))
}

/// A name is resolved here, once; what it leads to is what is asked.
pub(super) async fn located(host: &str, stage: Stage) -> Result<AgentAddress, KeyRefused> {
    match address::read(host, stage)? {
        Written::Address(address) => Ok(address),
        Written::Name(name) => {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await;
            let found: Vec<_> = found.map(|all| all.map(|one| one.ip()).collect()).unwrap_or_default();
            Ok(address::pin(&name, &found, stage)?)
        }
    }
}

fn say(progress: Progress) {
    match progress {
        Progress::Asking => Output::say("asking the agent for its key"),
        Progress::Making => Output::say("the agent gave its key; making it in DataSync"),
        Progress::Waiting { arn, status, secs } => Output::say(&format!("{arn} is {status}; waiting, {secs} s")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_name_that_leads_to_this_machine_is_asked_in_the_local_stage_alone() {
        assert!(located("localhost", Stage::Local).await.is_ok());
        let refused = located("localhost", Stage::Production).await.unwrap_err();
        assert_eq!(refused.cause().id, "agent-address-refused");
    }

    #[tokio::test]
    async fn what_is_no_address_is_not_resolved() {
        for host in ["0x7f.1", "169.254.169.254", "http://10.0.0.5", "10.0.0.5:8080", ""] {
            assert!(located(host, Stage::Production).await.is_err(), "{host}");
        }
    }

    #[test]
    fn another_port_is_for_the_local_stage_alone() {
        assert!(fetcher(Stage::Local, Some(8080)).is_ok());
        assert!(fetcher(Stage::Production, Some(8080)).is_err());
        assert!(fetcher(Stage::Production, None).is_ok());
    }
}
