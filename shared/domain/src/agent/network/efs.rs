//! What an EFS end needs of the network: a mount target in its subnet's zone, port 2049, and addresses.

use std::net::Ipv4Addr;

use super::facts::{EfsFacts, GroupFacts, MountTarget, Peer, Seen, SubnetFacts};
use super::free_addresses;
use super::groups::{Doors, TLS, opened};
use crate::destination::FilesEnd;
use crate::preflight::{Findings, Obstacle};

const NFS: u16 = 2049;

/// Judges an EFS end. `addresses` is how many the interfaces of the tasks that have none yet take.
#[must_use]
pub fn efs(end: &FilesEnd, addresses: u32, facts: &EfsFacts) -> Findings {
    let mut found = Findings::default();
    let subnet = match &facts.subnet {
        Seen::Found(subnet) => subnet,
        Seen::Missing => {
            found.obstacles.push(Obstacle::new(
                "efs-subnet-missing",
                format!("The subnet {} is not there", end.subnet),
                "Name a subnet of the file system's VPC in the plan, in a zone that has a mount target.".into(),
            ));
            return found;
        }
        Seen::Unreadable(why) => {
            found.note(format!("the subnet {} can't be read: {why}", end.subnet));
            return found;
        }
    };
    free_addresses(subnet, addresses, &mut found);
    match &facts.mount_targets {
        Seen::Unreadable(why) => found.note(format!("the mount targets of {} can't be read: {why}", end.id())),
        Seen::Missing => no_target(end, subnet, &[], &mut found),
        Seen::Found(targets) => {
            match targets.iter().find(|target| target.zone == subnet.zone && target.vpc == subnet.vpc) {
                None => no_target(end, subnet, targets, &mut found),
                Some(target) => reached(end, subnet, target, facts, &mut found),
            }
        }
    }
    found
}

fn no_target(end: &FilesEnd, subnet: &SubnetFacts, targets: &[MountTarget], found: &mut Findings) {
    let zones: Vec<&str> = targets.iter().map(|target| target.zone.as_str()).collect();
    let elsewhere = if zones.is_empty() { "none at all".to_owned() } else { zones.join(", ") };
    found.obstacles.push(Obstacle::new(
        "efs-no-mount-target",
        format!(
            "The file system {} has no mount target in {}, the zone of {}; it has: {elsewhere}",
            end.id(),
            subnet.zone,
            subnet.id
        ),
        "Make a mount target in that zone, or name a subnet of a zone that has one.".into(),
    ));
}

/// Whether the agent gets its data into the interfaces of an EFS end: they have the location's groups, not the agent's.
#[must_use]
pub fn agent_at_efs(end: &FilesEnd, agent: Ipv4Addr, facts: &EfsFacts) -> Findings {
    let mut found = Findings::default();
    let words = format!("the tasks' network interfaces at {}", end.id());
    let doors = Doors { groups: &facts.groups, prefix_lists: &facts.prefix_lists };
    opened(&words, &end.security_groups, &[TLS], agent, &doors, &mut found);
    found
}

/// DataSync's interfaces come as members of their groups, with addresses of the subnet that are not known before.
fn reached(end: &FilesEnd, subnet: &SubnetFacts, target: &MountTarget, facts: &EfsFacts, found: &mut Findings) {
    let mut groups: Vec<&GroupFacts> = vec![];
    for id in &target.groups {
        match facts.groups.get(id).and_then(Seen::found) {
            Some(group) => groups.push(group),
            None => return found.note(format!("the security group {id} of the mount target can't be read")),
        }
    }
    let rules =
        groups.iter().flat_map(|group| &group.inbound).filter(|rule| rule.tcp.is_some_and(|tcp| tcp.contains(NFS)));
    let peers: Vec<&Peer> = rules.flat_map(|rule| &rule.peers).collect();
    let admits = |peer: &&Peer| match peer {
        Peer::Group(id) => facts.location_groups.contains(id),
        Peer::Network(network) => network.covers(subnet.network),
        Peer::PrefixList(_) => false,
    };
    if peers.iter().any(admits) {
        return;
    }
    let by_address = peers.iter().any(|peer| match peer {
        Peer::Network(network) => network.overlaps(subnet.network),
        Peer::PrefixList(_) => true,
        Peer::Group(_) => false,
    });
    if by_address {
        return found.note(format!(
            "the mount target of {} lets in TCP {NFS} by addresses; whether DataSync's interfaces in {} get one of them shows only then",
            end.id(), end.subnet
        ));
    }
    found.obstacles.push(Obstacle::new(
        "efs-group-closed",
        format!(
            "The mount target of {} ({}) lets in nobody of {} on TCP {NFS}",
            end.id(),
            target.groups.join(", "),
            facts.location_groups.join(", ")
        ),
        "Add an inbound rule for TCP 2049 from the location's security group to the mount target's security group."
            .into(),
    ));
}
