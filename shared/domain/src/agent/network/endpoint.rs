//! The VPC endpoint: there, available, DataSync's, and with an interface in the plan's subnet.

use super::facts::{EndpointFacts, NetworkFacts, Seen};
use crate::plan::Agent;
use crate::preflight::{Findings, Obstacle};

pub(super) fn judge(plan: &Agent, facts: &NetworkFacts, found: &mut Findings) {
    let id = &plan.vpc_endpoint;
    match &facts.endpoint {
        Seen::Missing => found.obstacles.push(Obstacle::new(
            "agent-endpoint-missing",
            format!("The VPC endpoint {id} is not in this account and Region"),
            "Make an interface endpoint for DataSync in the VPC, or name the right one in the plan.".into(),
        )),
        Seen::Unreadable(why) => found.note(format!("the VPC endpoint {id} can't be read: {why}")),
        Seen::Found(endpoint) => judge_found(plan, endpoint, facts, found),
    }
}

fn judge_found(plan: &Agent, endpoint: &EndpointFacts, facts: &NetworkFacts, found: &mut Findings) {
    let id = &plan.vpc_endpoint;
    if !endpoint.state.eq_ignore_ascii_case("available") {
        found.obstacles.push(Obstacle::new(
            "agent-endpoint-unavailable",
            format!("The VPC endpoint {id} is {}, not available", crate::printable::quoted(&endpoint.state)),
            "Wait until it is available; one that was rejected or deleted has to be made again.".into(),
        ));
    }
    if !is_datasync(&endpoint.service) {
        found.obstacles.push(Obstacle::new(
            "agent-endpoint-of-another-service",
            format!("The VPC endpoint {id} leads to {}, not to DataSync", crate::printable::quoted(&endpoint.service)),
            "Name the endpoint whose service ends in `.datasync` in the plan.".into(),
        ));
    }
    if endpoint.interface_in(plan.subnet.as_str()).is_none() {
        let subnets: Vec<&str> = endpoint.interfaces.iter().map(|interface| interface.subnet.as_str()).collect();
        let elsewhere = if subnets.is_empty() { "none".to_owned() } else { subnets.join(", ") };
        found.obstacles.push(Obstacle::new(
            "agent-endpoint-not-in-subnet",
            format!("The VPC endpoint {id} has no interface in {}; it has them in: {elsewhere}", plan.subnet),
            "Name a subnet of the endpoint in the plan, or add the subnet to the endpoint.".into(),
        ));
    }
    if endpoint.has_private_dns && !facts.public_agents.is_empty() {
        found.obstacles.push(Obstacle::new(
            "agent-private-dns",
            format!(
                "The VPC endpoint {id} takes over DataSync's public name in {}, and these agents use the public endpoint: {}. Those inside the VPC go offline",
                endpoint.vpc,
                facts.public_agents.join(", ")
            ),
            "Turn private DNS off at the endpoint, or activate those agents for the endpoint too.".into(),
        ));
    }
}

/// `com.amazonaws.REGION.datasync`, and the like of other partitions.
fn is_datasync(service: &str) -> bool {
    service.rsplit('.').next().is_some_and(|last| last == "datasync" || last == "datasync-fips")
}
