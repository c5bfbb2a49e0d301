//! A network in which everything is right, and each thing that can be wrong in it.

mod around_efs;
mod one_wrong;
mod properties;

use std::collections::BTreeMap;

use super::facts::*;
use super::*;

pub(super) const ENDPOINT: &str = "vpce-0123456789abcdef0";
pub(super) const SUBNET: &str = "subnet-0a1b2c3d";
pub(super) const GROUP: &str = "sg-0a1b2c3d";

pub(super) fn cidr(text: &str) -> Cidr {
    text.parse().unwrap()
}

pub(super) fn plan() -> Agent {
    Agent {
        address: "192.168.7.5".parse().unwrap(),
        vpc_endpoint: ENDPOINT.parse().unwrap(),
        subnet: SUBNET.parse().unwrap(),
        security_group: GROUP.parse().unwrap(),
    }
}

pub(super) fn needs() -> Needs {
    Needs {
        agent: "192.168.7.5".parse().unwrap(),
        source_networks: vec![cidr("192.168.7.0/24")],
        support_channel: false,
        tasks_to_make: 2,
    }
}

pub(super) fn rule(from: u16, to: u16, peer: Peer) -> Rule {
    Rule { tcp: Some(PortRange::of(from, to)), peers: vec![peer] }
}

pub(super) fn on_premises() -> Peer {
    Peer::Network(cidr("192.168.0.0/16"))
}

pub(super) fn group(inbound: Vec<Rule>) -> BTreeMap<String, Seen<GroupFacts>> {
    BTreeMap::from([(GROUP.to_owned(), Seen::Found(GroupFacts { vpc: "vpc-1".into(), inbound }))])
}

pub(super) fn entry(number: u32, is_egress: bool, allows: bool, from: u16, to: u16) -> AclEntry {
    AclEntry { number, is_egress, allows, tcp: Some(PortRange::of(from, to)), network: Cidr::ALL }
}

pub(super) fn route(to: &str, through: &str) -> Route {
    Route { to: Some(cidr(to)), through: through.into(), is_blackhole: false }
}

pub(super) fn subnet() -> SubnetFacts {
    SubnetFacts {
        id: SUBNET.into(),
        vpc: "vpc-1".into(),
        zone: "apne1-az1".into(),
        network: cidr("10.0.1.0/24"),
        free: 8,
    }
}

pub(super) fn facts() -> NetworkFacts {
    NetworkFacts {
        endpoint: Seen::Found(EndpointFacts {
            state: "available".into(),
            service: "com.amazonaws.ap-northeast-1.datasync".into(),
            vpc: "vpc-1".into(),
            has_private_dns: true,
            interfaces: vec![InterfaceFacts {
                subnet: SUBNET.into(),
                address: "10.0.1.4".parse().unwrap(),
                groups: vec![GROUP.into()],
            }],
        }),
        subnet: Seen::Found(subnet()),
        groups: group(vec![rule(443, 443, on_premises()), rule(1024, 1064, on_premises())]),
        prefix_lists: BTreeMap::new(),
        acl: Seen::Found(vec![entry(100, false, true, 0, 65535), entry(100, true, true, 0, 65535)]),
        routes: Seen::Found(vec![route("10.0.0.0/16", "local"), route("192.168.0.0/16", "vgw-1")]),
        vpc_networks: vec![cidr("10.0.0.0/16")],
        public_agents: vec![],
    }
}

pub(super) fn endpoint(facts: &mut NetworkFacts) -> &mut EndpointFacts {
    let Seen::Found(endpoint) = &mut facts.endpoint else { panic!("no endpoint") };
    endpoint
}

pub(super) fn ids(facts: &NetworkFacts, needs: &Needs) -> Vec<String> {
    judge(&plan(), needs, facts).obstacles.into_iter().map(|obstacle| obstacle.id).collect()
}

#[test]
fn a_network_with_everything_right_has_nothing_in_the_way() {
    assert_eq!(judge(&plan(), &needs(), &facts()), Findings::default());
    assert_eq!(endpoint_address(&plan(), &facts()), Ok(Ipv4Addr::new(10, 0, 1, 4)));
}

#[test]
fn an_address_that_is_not_known_is_told_with_its_cause() {
    let missing = NetworkFacts { endpoint: Seen::Missing, ..facts() };
    assert_eq!(endpoint_address(&plan(), &missing).unwrap_err().id, "agent-endpoint-missing");
    let mut elsewhere = facts();
    endpoint(&mut elsewhere).interfaces.clear();
    assert_eq!(endpoint_address(&plan(), &elsewhere).unwrap_err().id, "agent-endpoint-not-in-subnet");
}

#[test]
fn what_cannot_be_read_proves_nothing_and_is_told() {
    let facts = NetworkFacts {
        endpoint: Seen::Unreadable("denied".into()),
        subnet: Seen::Unreadable("denied".into()),
        groups: BTreeMap::from([(GROUP.to_owned(), Seen::Unreadable("denied".into()))]),
        acl: Seen::Unreadable("denied".into()),
        routes: Seen::Unreadable("denied".into()),
        ..facts()
    };
    let found = judge(&plan(), &needs(), &facts);
    assert_eq!(found.obstacles, vec![]);
    assert_eq!(found.notes.len(), 3, "{found:?}");
    assert_eq!(endpoint_address(&plan(), &facts).unwrap_err().id, "agent-caller-may-not");
    let facts = NetworkFacts { endpoint: super::tests::facts().endpoint, subnet: Seen::Found(subnet()), ..facts };
    let found = judge(&plan(), &needs(), &facts);
    assert_eq!(found.obstacles, vec![]);
    assert_eq!(found.notes.len(), 4, "{found:?}");
}
