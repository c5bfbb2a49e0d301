//! The subnet's routes: whether replies find the way to the agent.

use std::net::Ipv4Addr;

use super::facts::{NetworkFacts, Route, Seen, SubnetFacts};
use crate::preflight::{Findings, Obstacle};

/// Ways that lead to the internet, where private addresses are nobody's.
const INTERNET: [&str; 3] = ["igw-", "nat-", "eigw-"];

pub(super) fn judge(subnet: &SubnetFacts, agent: Ipv4Addr, facts: &NetworkFacts, found: &mut Findings) {
    let routes = match &facts.routes {
        Seen::Found(routes) => routes,
        Seen::Missing => return found.note(format!("no route table is known of the subnet {}", subnet.id)),
        Seen::Unreadable(why) => return found.note(format!("the routes of {} can't be read: {why}", subnet.id)),
    };
    let fits = |route: &&Route| route.to.is_some_and(|to| to.contains(agent));
    let narrowest = routes.iter().filter(fits).max_by_key(|route| route.to.map(super::Cidr::bits));
    let fix = "Add a route to the agent's network to the subnet's route table: through the VPN, Direct Connect, peering or transit gateway that leads there.";
    let wrong = match narrowest {
        None if routes.iter().any(|route| route.to.is_none()) => {
            return found.note(format!(
                "whether {} has a route to {agent} depends on a prefix list that can't be read",
                subnet.id
            ));
        }
        None => format!("The subnet {} has no route to the agent {agent}", subnet.id),
        Some(route) if route.is_blackhole => {
            format!("The route of {} to the agent {agent} leads into nothing: {} is gone", subnet.id, route.through)
        }
        Some(route) if INTERNET.iter().any(|way| route.through.starts_with(way)) => {
            format!(
                "The subnet {} sends what is for the agent {agent} to the internet, through {}",
                subnet.id, route.through
            )
        }
        Some(_) => return,
    };
    found.obstacles.push(Obstacle::new("agent-no-route", wrong, fix.into()));
}
