//! Whether the network lets an agent work: from what EC2 says of the VPC endpoint, its subnet and everything around it to
//! what stands in the way, each with its cause and its fix.
//!
//! Only what is proved wrong is an obstacle; what can't be read is a note. What lies between the VPC and the agent's own
//! network (firewalls, a VPN, the agent's machine) is nobody's to read here: the agent itself tries it when it is asked for
//! its key.

mod acl;
mod efs;
mod endpoint;
pub mod facts;
mod groups;
mod ports;
mod routes;
#[cfg(test)]
mod tests;

use std::net::Ipv4Addr;

use super::Cidr;
use crate::outcome::Cause;
use crate::plan::Agent;
use crate::preflight::{Findings, Obstacle};
use facts::{NetworkFacts, Seen, SubnetFacts};

pub use efs::{agent_at_efs, efs};
pub use ports::PortRange;

/// Addresses that the interfaces of one task through an agent take of the subnet, for each end in AWS.
pub const ADDRESSES_A_TASK: u32 = 4;
/// The same without an agent, for an EFS end.
pub const ADDRESSES_A_TASK_WITHOUT_AGENT: u32 = 2;

/// What is asked of the network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Needs {
    /// The address that the agent has as the VPC sees it.
    pub agent: Ipv4Addr,
    /// The networks of agent and file servers, where they are known.
    pub source_networks: Vec<Cidr>,
    /// Whether AWS Support is to be let in through the agent (TCP 22).
    pub support_channel: bool,
    /// Tasks that have no interfaces yet and will be made in this subnet.
    pub tasks_to_make: u32,
}

/// Judges everything, the cause before its consequences.
#[must_use]
pub fn judge(plan: &Agent, needs: &Needs, facts: &NetworkFacts) -> Findings {
    let mut found = Findings::default();
    endpoint::judge(plan, facts, &mut found);
    groups::judge(plan, needs, facts, &mut found);
    match &facts.subnet {
        Seen::Missing => found.obstacles.push(Obstacle::new(
            "agent-subnet-missing",
            format!("The subnet {} is not there", plan.subnet),
            "Name a subnet of this account and Region in the plan, one in which the VPC endpoint has an interface."
                .into(),
        )),
        Seen::Unreadable(why) => found.note(format!("the subnet {} can't be read: {why}", plan.subnet)),
        Seen::Found(subnet) => {
            free_addresses(subnet, needs.tasks_to_make.saturating_mul(ADDRESSES_A_TASK), &mut found);
            acl::judge(subnet, needs, &facts.acl, &mut found);
            routes::judge(subnet, needs.agent, facts, &mut found);
        }
    }
    overlaps(needs, &facts.vpc_networks, &mut found);
    found
}

/// The interface of the VPC endpoint in the plan's subnet: the address that the agent is told; else why it is not known.
pub fn endpoint_address(plan: &Agent, facts: &NetworkFacts) -> Result<Ipv4Addr, Cause> {
    let interface = facts.endpoint.found().and_then(|endpoint| endpoint.interface_in(plan.subnet.as_str()));
    if let Some(interface) = interface {
        return Ok(interface.address);
    }
    let mut found = Findings::default();
    endpoint::judge(plan, facts, &mut found);
    Err(match found.obstacles.into_iter().last() {
        Some(obstacle) => Cause { id: obstacle.id, what: obstacle.what, fix: obstacle.fix, said: None },
        None => Cause {
            id: "agent-caller-may-not".to_owned(),
            what: format!("The address of the VPC endpoint is not known: {}", found.notes.join("; ")),
            fix: "Add the statement to the policy of whoever activates the agent.".to_owned(),
            said: None,
        },
    })
}

fn free_addresses(subnet: &SubnetFacts, needed: u32, found: &mut Findings) {
    if subnet.free < needed {
        found.obstacles.push(Obstacle::new(
            "subnet-addresses-short",
            format!("The subnet {} has {} free addresses, and its tasks need {needed}", subnet.id, subnet.free),
            "Free addresses (unused network interfaces), or name a larger subnet of the same zone.".into(),
        ));
    }
}

fn overlaps(needs: &Needs, vpc: &[Cidr], found: &mut Findings) {
    for source in &needs.source_networks {
        for network in vpc.iter().filter(|network| network.overlaps(*source)) {
            found.obstacles.push(Obstacle::new(
                "agent-networks-overlap",
                format!("The agent's network {source} and the VPC's {network} have addresses in common: replies to them never leave the VPC"),
                "Give one of them other addresses, or put the endpoint into a VPC whose addresses differ.".into(),
            ));
        }
    }
}
