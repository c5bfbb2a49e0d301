//! Security groups: what the endpoint's and the tasks' interfaces let in from the agent. Replies pass by themselves.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use super::Needs;
use super::facts::{GroupFacts, NetworkFacts, Peer, Rule, Seen};
use super::ports::{PortRange, closed, listed};
use crate::agent::Cidr;
use crate::plan::Agent;
use crate::preflight::{Findings, Obstacle};

/// Activation, and data to a task's interfaces.
pub(super) const TLS: PortRange = PortRange::one(443);
/// How an agent talks to its endpoint.
pub(super) const CONTROL: PortRange = PortRange::of(1024, 1064);
/// The way in for AWS Support.
const SUPPORT: PortRange = PortRange::one(22);

/// The ports that an agent needs of its endpoint.
pub(super) fn of_endpoint(needs: &Needs) -> Vec<PortRange> {
    let support = needs.support_channel.then_some(SUPPORT);
    support.into_iter().chain([TLS, CONTROL]).collect()
}

/// Security groups as they were seen, and the networks behind the lists that their rules name.
pub(super) struct Doors<'a> {
    pub(super) groups: &'a BTreeMap<String, Seen<GroupFacts>>,
    pub(super) prefix_lists: &'a BTreeMap<String, Vec<Cidr>>,
}

pub(super) fn judge(plan: &Agent, needs: &Needs, facts: &NetworkFacts, found: &mut Findings) {
    let own = plan.security_group.as_str();
    let doors = Doors { groups: &facts.groups, prefix_lists: &facts.prefix_lists };
    let interface = facts.endpoint.found().and_then(|endpoint| endpoint.interface_in(plan.subnet.as_str()));
    if let Some(interface) = interface {
        let words = format!("the VPC endpoint {}", plan.vpc_endpoint);
        opened(&words, &interface.groups, &of_endpoint(needs), needs.agent, &doors, found);
    }
    opened("the tasks' network interfaces", &[own.to_owned()], &[TLS], needs.agent, &doors, found);
    let vpc = facts.endpoint.found().map(|endpoint| &endpoint.vpc);
    match (facts.groups.get(own).and_then(Seen::found), vpc) {
        (Some(group), Some(vpc)) if group.vpc != *vpc => found.obstacles.push(Obstacle::new(
            "agent-group-of-another-vpc",
            format!("The security group {own} is of {}, the VPC endpoint of {vpc}", group.vpc),
            "Name a security group of the endpoint's VPC in the plan; the endpoint's own is the simplest.".into(),
        )),
        _ => {}
    }
}

/// Judges one interface by its groups together: whatever one of them lets in is let in.
pub(super) fn opened(
    words: &str,
    ids: &[String],
    wanted: &[PortRange],
    agent: Ipv4Addr,
    facts: &Doors<'_>,
    found: &mut Findings,
) {
    let Some(groups) = seen(words, ids, facts, found) else { return };
    let rules: Vec<&Rule> = groups.iter().flat_map(|group| &group.inbound).collect();
    let closed = closed(wanted, |port| rules.iter().any(|rule| admits(rule, port, agent, facts) == Admits::Yes));
    if closed.is_empty() {
        return;
    }
    let ports = listed(&closed);
    if closed.iter().all(|range| is_open_perhaps(&rules, *range, agent, facts)) {
        return found.note(format!(
            "whether {words} lets in TCP {ports} from {agent} depends on prefix lists that can't be read"
        ));
    }
    let by_group = rules.iter().any(|rule| {
        let is_about = closed.iter().any(|range| rule.tcp.is_some_and(|tcp| tcp.contains(range.from)));
        is_about && rule.peers.iter().any(|peer| matches!(peer, Peer::Group(_)))
    });
    let hint =
        if by_group { "; a rule that names a security group lets in its members only, no agent outside" } else { "" };
    found.obstacles.push(Obstacle::new(
        "agent-group-closed",
        format!(
            "The security groups of {words} ({}) don't let in TCP {ports} from the agent {agent}{hint}",
            ids.join(", ")
        ),
        "Add an inbound rule to the security group for these TCP ports from the agent's address.".into(),
    ));
}

/// The groups, if all of them could be read.
fn seen<'a>(words: &str, ids: &[String], facts: &Doors<'a>, found: &mut Findings) -> Option<Vec<&'a GroupFacts>> {
    let mut groups = Some(vec![]);
    for id in ids {
        match facts.groups.get(id) {
            Some(Seen::Found(group)) => {
                if let Some(groups) = &mut groups {
                    groups.push(group);
                }
            }
            Some(Seen::Missing) => {
                groups = None;
                found.obstacles.push(Obstacle::new(
                    "agent-group-missing",
                    format!("The security group {id} of {words} is not there"),
                    "Name a security group of the endpoint's VPC in the plan.".into(),
                ));
            }
            Some(Seen::Unreadable(why)) => {
                groups = None;
                found.note(format!("the security group {id} of {words} can't be read: {why}"));
            }
            None => {
                groups = None;
                found.note(format!("the security group {id} of {words} was not looked at"));
            }
        }
    }
    groups
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Admits {
    Yes,
    /// A prefix list that can't be read decides.
    Perhaps,
    No,
}

fn admits(rule: &Rule, port: u16, agent: Ipv4Addr, facts: &Doors<'_>) -> Admits {
    if !rule.tcp.is_some_and(|tcp| tcp.contains(port)) {
        return Admits::No;
    }
    let of_peer = |peer: &Peer| match peer {
        Peer::Network(network) if network.contains(agent) => Admits::Yes,
        Peer::Network(_) | Peer::Group(_) => Admits::No,
        Peer::PrefixList(id) => match facts.prefix_lists.get(id) {
            None => Admits::Perhaps,
            Some(networks) if networks.iter().any(|network| network.contains(agent)) => Admits::Yes,
            Some(_) => Admits::No,
        },
    };
    let verdicts: Vec<Admits> = rule.peers.iter().map(of_peer).collect();
    [Admits::Yes, Admits::Perhaps].into_iter().find(|verdict| verdicts.contains(verdict)).unwrap_or(Admits::No)
}

fn is_open_perhaps(rules: &[&Rule], range: PortRange, agent: Ipv4Addr, facts: &Doors<'_>) -> bool {
    (range.from..=range.to).all(|port| rules.iter().any(|rule| admits(rule, port, agent, facts) != Admits::No))
}
