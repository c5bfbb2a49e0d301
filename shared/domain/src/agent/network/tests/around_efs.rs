//! An EFS end: its zone, its port, its addresses.

use super::*;
use crate::destination::FilesEnd;

fn end() -> FilesEnd {
    FilesEnd {
        file_system: "arn:aws:elasticfilesystem:ap-northeast-1:123456789012:file-system/fs-0123456789abcdef0".into(),
        folder: "/".into(),
        access_point: None,
        subnet: SUBNET.into(),
        security_groups: vec![GROUP.into()],
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
        prefix_lists: BTreeMap::new(),
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

#[test]
fn an_agent_gets_its_data_in_only_where_the_locations_groups_open_443_to_it() {
    let at = |inbound: Vec<Rule>| {
        let group = Seen::Found(GroupFacts { vpc: "vpc-1".into(), inbound });
        let facts = EfsFacts { groups: BTreeMap::from([(GROUP.to_owned(), group)]), ..open() };
        agent_at_efs(&end(), needs().agent, &facts)
    };
    assert_eq!(at(vec![rule(443, 443, on_premises())]), Findings::default());
    for inbound in [vec![], vec![rule(1024, 1064, on_premises())], vec![rule(443, 443, Peer::Group(GROUP.into()))]] {
        let found = at(inbound.clone()).obstacles;
        assert_eq!(found.len(), 1, "{inbound:?}");
        assert!(found[0].id == "agent-group-closed" && found[0].what.contains("fs-0123456789abcdef0"), "{found:?}");
    }
    let unknown = at(vec![rule(443, 443, Peer::PrefixList("pl-1".into()))]);
    assert_eq!((unknown.obstacles.len(), unknown.notes.len()), (0, 1), "{unknown:?}");
}
