//! What holds of every network: rules only add, ACLs are read in order, and each port is judged by itself.

use proptest::prelude::*;

use super::*;
use crate::agent::network::ports::closed;

fn a_peer() -> impl Strategy<Value = Peer> {
    prop_oneof![
        Just(on_premises()),
        Just(Peer::Network(cidr("172.16.0.0/12"))),
        Just(Peer::Network(Cidr::ALL)),
        Just(Peer::Group(GROUP.into())),
        Just(Peer::PrefixList("pl-1".into())),
    ]
}

fn a_rule() -> impl Strategy<Value = Rule> {
    (400..1100_u16, 0..700_u16, a_peer()).prop_map(|(from, more, peer)| rule(from, from + more, peer))
}

fn rules() -> impl Strategy<Value = Vec<Rule>> {
    proptest::collection::vec(a_rule(), 0..4)
}

fn entries() -> impl Strategy<Value = Vec<AclEntry>> {
    let an_entry = (1..6_u32, any::<bool>(), any::<bool>(), 0..2000_u16, 0..64_000_u16);
    proptest::collection::vec(an_entry, 0..6).prop_map(|all| {
        all.into_iter().map(|(n, out, allows, from, to)| entry(n * 10, out, allows, from, to)).collect()
    })
}

/// As EC2's manual puts it: in order of their numbers, the first that fits decides, else it is denied.
fn lets_in(entries: &[AclEntry], port: u16) -> bool {
    let mut in_order: Vec<&AclEntry> = entries.iter().filter(|entry| !entry.is_egress).collect();
    in_order.sort_by_key(|entry| entry.number);
    for entry in in_order {
        if entry.tcp.unwrap().from <= port && port <= entry.tcp.unwrap().to {
            return entry.allows;
        }
    }
    false
}

proptest! {
    #[test]
    fn a_further_rule_never_closes_a_group(some in rules(), more in rules()) {
        let with = |inbound: Vec<Rule>| ids(&NetworkFacts { groups: group(inbound), ..facts() }, &needs()).len();
        let together = some.iter().chain(&more).cloned().collect();
        prop_assert!(with(together) <= with(some));
    }

    #[test]
    fn a_group_is_open_only_if_every_port_is_let_in_by_some_rule(inbound in rules()) {
        let lists = || BTreeMap::from([("pl-1".to_owned(), vec![cidr("192.168.7.5/32")])]);
        let found = ids(&NetworkFacts { groups: group(inbound.clone()), prefix_lists: lists(), ..facts() }, &needs());
        let agent = needs().agent;
        let admits = |port: u16| inbound.iter().any(|rule| rule.tcp.unwrap().contains(port) && rule.peers.iter().any(|peer| match peer {
            Peer::Network(network) => network.contains(agent),
            Peer::PrefixList(_) => true,
            Peer::Group(_) => false,
        }));
        let is_open = admits(443) && (1024..=1064).all(admits);
        prop_assert_eq!(found.is_empty(), is_open, "{:?}", found);
    }

    #[test]
    fn an_acl_is_read_in_the_order_of_its_numbers(entries in entries()) {
        let mut numbers: Vec<(bool, u32)> = entries.iter().map(|entry| (entry.is_egress, entry.number)).collect();
        numbers.sort_unstable();
        numbers.dedup();
        prop_assume!(numbers.len() == entries.len());
        let found = ids(&NetworkFacts { acl: Seen::Found(entries.clone()), ..facts() }, &needs());
        let is_open = lets_in(&entries, 443) && (1024..=1064).all(|port| lets_in(&entries, port));
        prop_assert_eq!(found.iter().any(|id| id == "agent-acl-closed"), !is_open);
    }

    #[test]
    fn what_is_closed_is_told_whole_and_in_as_few_ranges_as_can_be(open in proptest::collection::btree_set(1000..1100_u16, 0..90)) {
        let told = closed(&[PortRange::of(1024, 1064)], |port| open.contains(&port));
        for port in 1024..=1064 {
            prop_assert_eq!(told.iter().filter(|range| range.contains(port)).count(), usize::from(!open.contains(&port)));
        }
        prop_assert!(told.windows(2).all(|pair| pair[0].to + 1 < pair[1].from));
    }
}
