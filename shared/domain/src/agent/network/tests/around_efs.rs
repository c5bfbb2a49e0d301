//! An EFS end: its zone, its port, its addresses.

use super::*;
use crate::plan::EfsEndpoint;

fn end() -> EfsEndpoint {
    EfsEndpoint {
        efs: "fs-0123456789abcdef0".parse().unwrap(),
        path: "/".parse().unwrap(),
        subnet: SUBNET.parse().unwrap(),
        security_groups: vec![GROUP.parse().unwrap()],
        access_point: None,
        encryption: crate::plan::Encryption::Tls,
    }
}

fn target(zone: &str) -> MountTarget {
    MountTarget { zone: zone.into(), vpc: "vpc-1".into(), groups: vec!["sg-efs".into()] }
}

fn around(inbound: Vec<Rule>) -> EfsFacts {
    EfsFacts {
        subnet: Seen::Found(subnet()),
        location_groups: vec![GROUP.into()],
        mount_targets: Seen::Found(vec![target("apne1-az4"), target("apne1-az1")]),
        groups: BTreeMap::from([("sg-efs".to_owned(), Seen::Found(GroupFacts { vpc: "vpc-1".into(), inbound }))]),
    }
}

fn open() -> EfsFacts {
    around(vec![rule(2049, 2049, Peer::Group(GROUP.into()))])
}

fn found(addresses: u32, facts: &EfsFacts) -> Vec<String> {
    efs(&end(), addresses, facts).obstacles.into_iter().map(|obstacle| obstacle.id).collect()
}

#[test]
fn a_mount_target_in_the_zone_that_lets_the_locations_group_in_is_enough() {
    assert_eq!(efs(&end(), ADDRESSES_A_TASK_WITHOUT_AGENT, &open()), Findings::default());
    let by_network = around(vec![rule(2049, 2049, Peer::Network(cidr("10.0.0.0/16")))]);
    assert_eq!(efs(&end(), 2, &by_network), Findings::default());
}

#[test]
fn each_wrong_thing_is_named() {
    assert_eq!(found(9, &open()), ["subnet-addresses-short"]);
    assert_eq!(found(2, &EfsFacts { subnet: Seen::Missing, ..open() }), ["efs-subnet-missing"]);
    assert_eq!(found(2, &EfsFacts { mount_targets: Seen::Missing, ..open() }), ["efs-no-mount-target"]);
    let elsewhere = vec![target("apne1-az4"), MountTarget { vpc: "vpc-2".into(), ..target("apne1-az1") }];
    assert_eq!(found(2, &EfsFacts { mount_targets: Seen::Found(elsewhere), ..open() }), ["efs-no-mount-target"]);
    for inbound in [
        vec![],
        vec![rule(2048, 2048, Peer::Group(GROUP.into()))],
        vec![rule(2049, 2049, Peer::Group("sg-other".into()))],
        vec![rule(2049, 2049, Peer::Network(cidr("192.168.0.0/16")))],
    ] {
        assert_eq!(found(2, &around(inbound.clone())), ["efs-group-closed"], "{inbound:?}");
    }
}

#[test]
fn what_cannot_be_known_is_told_and_proves_nothing() {
    let part = Peer::Network(cidr("10.0.1.0/25"));
    for facts in [
        around(vec![rule(2049, 2049, part)]),
        around(vec![rule(2049, 2049, Peer::PrefixList("pl-1".into()))]),
        EfsFacts { groups: BTreeMap::new(), ..open() },
        EfsFacts { mount_targets: Seen::Unreadable("denied".into()), ..open() },
        EfsFacts { subnet: Seen::Unreadable("denied".into()), ..open() },
    ] {
        let found = efs(&end(), 2, &facts);
        assert_eq!((found.obstacles.len(), found.notes.len()), (0, 1), "{found:?}");
    }
}
