//! From EC2's XML to the facts of the judgement.

use std::net::Ipv4Addr;

use nightferry_domain::agent::Cidr;
use nightferry_domain::agent::network::PortRange;
use nightferry_domain::agent::network::facts::{
    AclEntry, EndpointFacts, GroupFacts, InterfaceFacts, Peer, Route, Rule, SubnetFacts,
};
use roxmltree::{Document, Node};

use super::super::read::{items, text};

/// How EC2 calls TCP, and every protocol, in rules and entries.
const TCP: [&str; 2] = ["tcp", "6"];
const ANY: [&str; 2] = ["-1", "all"];

/// The endpoint without its interfaces, and their ids.
pub(super) fn endpoint(document: &Document<'_>) -> Option<(EndpointFacts, Vec<String>)> {
    let node = first(document, "vpcEndpointSet")?;
    let interfaces = items(node, "networkInterfaceIdSet").filter_map(|item| item.text().map(str::to_owned)).collect();
    let endpoint = EndpointFacts {
        state: text(node, &["state"])?,
        service: text(node, &["serviceName"])?,
        vpc: text(node, &["vpcId"])?,
        has_private_dns: text(node, &["privateDnsEnabled"]).is_some_and(|told| told == "true"),
        interfaces: vec![],
    };
    Some((endpoint, interfaces))
}

pub(super) fn interfaces(document: &Document<'_>) -> Vec<InterfaceFacts> {
    let interface = |node: Node<'_, '_>| {
        Some(InterfaceFacts {
            subnet: text(node, &["subnetId"])?,
            address: text(node, &["privateIpAddress"])?.parse::<Ipv4Addr>().ok()?,
            groups: items(node, "groupSet").filter_map(|group| text(group, &["groupId"])).collect(),
        })
    };
    items(document.root_element(), "networkInterfaceSet").filter_map(interface).collect()
}

pub(super) fn subnet(document: &Document<'_>) -> Option<SubnetFacts> {
    let node = first(document, "subnetSet")?;
    Some(SubnetFacts {
        id: text(node, &["subnetId"])?,
        vpc: text(node, &["vpcId"])?,
        zone: text(node, &["availabilityZone"])?,
        network: text(node, &["cidrBlock"])?.parse().ok()?,
        free: text(node, &["availableIpAddressCount"])?.parse().ok()?,
    })
}

pub(super) fn group(document: &Document<'_>) -> Option<GroupFacts> {
    let node = first(document, "securityGroupInfo")?;
    Some(GroupFacts { vpc: text(node, &["vpcId"])?, inbound: items(node, "ipPermissions").map(rule).collect() })
}

fn rule(node: Node<'_, '_>) -> Rule {
    let networks = items(node, "ipRanges").filter_map(|item| Some(Peer::Network(network(item, "cidrIp")?)));
    let groups = items(node, "groups").filter_map(|item| text(item, &["groupId"]).map(Peer::Group));
    let lists = items(node, "prefixListIds").filter_map(|item| text(item, &["prefixListId"]).map(Peer::PrefixList));
    let protocol = text(node, &["ipProtocol"]).unwrap_or_default();
    let ports = || Some(PortRange::of(port(node, &["fromPort"])?, port(node, &["toPort"])?));
    Rule { tcp: tcp(&protocol, ports), peers: networks.chain(groups).chain(lists).collect() }
}

pub(super) fn acl(document: &Document<'_>) -> Option<Vec<AclEntry>> {
    let entries = items(first(document, "networkAclSet")?, "entrySet");
    Some(entries.filter_map(acl_entry).collect())
}

/// Entries for IPv6 are none of an agent's.
fn acl_entry(node: Node<'_, '_>) -> Option<AclEntry> {
    let protocol = text(node, &["protocol"]).unwrap_or_default();
    let ports = || Some(PortRange::of(port(node, &["portRange", "from"])?, port(node, &["portRange", "to"])?));
    Some(AclEntry {
        number: text(node, &["ruleNumber"])?.parse().ok()?,
        is_egress: text(node, &["egress"]).is_some_and(|told| told == "true"),
        allows: text(node, &["ruleAction"]).is_some_and(|told| told == "allow"),
        tcp: tcp(&protocol, ports),
        network: network(node, "cidrBlock")?,
    })
}

pub(super) fn routes(document: &Document<'_>) -> Option<Vec<Route>> {
    Some(items(first(document, "routeTableSet")?, "routeSet").filter_map(route).collect())
}

/// Routes for IPv6 are none of an agent's; one to a prefix list leads nobody knows where.
fn route(node: Node<'_, '_>) -> Option<Route> {
    const WAYS: [&str; 9] = [
        "gatewayId",
        "natGatewayId",
        "transitGatewayId",
        "vpcPeeringConnectionId",
        "networkInterfaceId",
        "instanceId",
        "localGatewayId",
        "carrierGatewayId",
        "egressOnlyInternetGatewayId",
    ];
    let to = network(node, "destinationCidrBlock");
    if to.is_none() && text(node, &["destinationPrefixListId"]).is_none() {
        return None;
    }
    let through = WAYS.iter().find_map(|way| text(node, &[way])).unwrap_or_default();
    let is_blackhole = text(node, &["state"]).is_some_and(|state| state == "blackhole");
    Some(Route { to, through, is_blackhole })
}

pub(super) fn vpc_networks(document: &Document<'_>) -> Option<Vec<Cidr>> {
    let node = first(document, "vpcSet")?;
    let all = items(node, "cidrBlockAssociationSet").filter_map(|item| network(item, "cidrBlock"));
    let mut networks: Vec<Cidr> = all.chain(network(node, "cidrBlock")).collect();
    networks.sort_unstable();
    networks.dedup();
    Some(networks)
}

/// A list with an entry that can't be read is none: what it lets in would be guessed.
pub(super) fn prefix_list(document: &Document<'_>) -> Option<Vec<Cidr>> {
    items(document.root_element(), "entrySet").map(|item| network(item, "cidr")).collect()
}

fn first<'a, 'd: 'a>(document: &'a Document<'d>, set: &str) -> Option<Node<'a, 'd>> {
    items(document.root_element(), set).next()
}

fn network(node: Node<'_, '_>, name: &str) -> Option<Cidr> {
    text(node, &[name])?.parse().ok()
}

fn port(node: Node<'_, '_>, path: &[&str]) -> Option<u16> {
    text(node, path)?.parse().ok()
}

fn tcp(protocol: &str, ports: impl Fn() -> Option<PortRange>) -> Option<PortRange> {
    if ANY.contains(&protocol) {
        return Some(PortRange::ALL);
    }
    // TCP without ports is all of them.
    TCP.contains(&protocol).then(|| ports().unwrap_or(PortRange::ALL))
}
