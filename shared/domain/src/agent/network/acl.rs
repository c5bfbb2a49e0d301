//! The subnet's network ACL. It knows no connections: requests in and replies out each need an entry.

use std::net::Ipv4Addr;

use super::Needs;
use super::facts::{AclEntry, Seen, SubnetFacts};
use super::groups::of_endpoint;
use super::ports::{PortRange, closed, listed};
use crate::preflight::{Findings, Obstacle};

/// From which ports a Linux machine, as every agent is, opens its connections: there the replies go.
const EPHEMERAL: PortRange = PortRange::of(32_768, 60_999);

pub(super) fn judge(subnet: &SubnetFacts, needs: &Needs, acl: &Seen<Vec<AclEntry>>, found: &mut Findings) {
    let entries = match acl {
        Seen::Found(entries) => entries,
        Seen::Missing => return found.note(format!("no network ACL is known of the subnet {}", subnet.id)),
        Seen::Unreadable(why) => return found.note(format!("the network ACL of {} can't be read: {why}", subnet.id)),
    };
    let agent = needs.agent;
    let inward = closed(&of_endpoint(needs), |port| passes(entries, false, port, agent));
    if !inward.is_empty() {
        let ports = listed(&inward);
        found.obstacles.push(Obstacle::new(
            "agent-acl-closed",
            format!("The network ACL of {} keeps out TCP {ports} from the agent {agent}", subnet.id),
            "Add entries to the subnet's network ACL before the one that denies: inbound for these ports, outbound for the replies.".into(),
        ));
    }
    let outward = closed(&[EPHEMERAL], |port| passes(entries, true, port, agent));
    if !outward.is_empty() {
        let ports = listed(&outward);
        found.obstacles.push(Obstacle::new(
            "agent-acl-no-replies",
            format!("The network ACL of {} keeps back replies to the agent {agent}: TCP {ports}", subnet.id),
            "Add an outbound entry for TCP 1024-65535 to the agent's network: a network ACL knows no connections."
                .into(),
        ));
    }
}

/// The lowest number that fits decides; what no entry fits does not pass.
fn passes(entries: &[AclEntry], is_egress: bool, port: u16, agent: Ipv4Addr) -> bool {
    let fits = |entry: &&AclEntry| {
        entry.is_egress == is_egress && entry.network.contains(agent) && entry.tcp.is_some_and(|tcp| tcp.contains(port))
    };
    entries.iter().filter(fits).min_by_key(|entry| entry.number).is_some_and(|entry| entry.allows)
}
