//! One thing wrong at a time: it is found, named, and nothing else is.

use super::*;

type Change = fn(&mut NetworkFacts);

/// What is wrong, and the one obstacle that it is.
const WRONG: &[(&str, Change, &str)] = &[
    ("agent-endpoint-missing", |facts| facts.endpoint = Seen::Missing, ENDPOINT),
    ("agent-endpoint-unavailable", |facts| endpoint(facts).state = "pendingAcceptance".into(), "pendingAcceptance"),
    ("agent-endpoint-of-another-service", |facts| endpoint(facts).service = "com.amazonaws.x.s3".into(), "x.s3"),
    ("agent-endpoint-not-in-subnet", |facts| endpoint(facts).interfaces[0].subnet = "subnet-2".into(), "subnet-2"),
    ("agent-endpoint-not-in-subnet", |facts| endpoint(facts).interfaces.clear(), "none"),
    ("agent-private-dns", |facts| facts.public_agents = vec!["osaka".into()], "osaka"),
    ("agent-subnet-missing", |facts| facts.subnet = Seen::Missing, SUBNET),
    ("subnet-addresses-short", |facts| facts.subnet = Seen::Found(SubnetFacts { free: 7, ..subnet() }), "need 8"),
    ("agent-networks-overlap", |facts| facts.vpc_networks.push(cidr("192.168.0.0/20")), "192.168.0.0/20"),
    ("agent-group-of-another-vpc", |facts| endpoint(facts).vpc = "vpc-2".into(), "vpc-2"),
    ("agent-acl-closed", |facts| acl(facts).push(entry(50, false, false, 1064, 1064)), "TCP 1064 "),
    ("agent-acl-closed", |facts| acl(facts).retain(|entry| entry.is_egress), "TCP 443, 1024-1064"),
    ("agent-acl-no-replies", |facts| acl(facts).push(entry(50, true, false, 40_000, 40_010)), "TCP 40000-40010"),
    ("agent-acl-no-replies", |facts| acl(facts).retain(|entry| !entry.is_egress), "32768-60999"),
    ("agent-no-route", |facts| routes(facts).retain(|route| route.through == "local"), "no route"),
    ("agent-no-route", |facts| routes(facts)[1].is_blackhole = true, "vgw-1 is gone"),
    ("agent-no-route", |facts| routes(facts)[1] = route("0.0.0.0/0", "igw-1"), "internet, through igw-1"),
    ("agent-no-route", |facts| routes(facts).push(route("192.168.7.0/24", "nat-1")), "nat-1"),
];

fn acl(facts: &mut NetworkFacts) -> &mut Vec<AclEntry> {
    let Seen::Found(entries) = &mut facts.acl else { panic!("no ACL") };
    entries
}

fn routes(facts: &mut NetworkFacts) -> &mut Vec<Route> {
    let Seen::Found(routes) = &mut facts.routes else { panic!("no routes") };
    routes
}

#[test]
fn each_wrong_thing_is_one_obstacle_that_names_it() {
    for (id, change, words) in WRONG {
        let mut facts = facts();
        change(&mut facts);
        let found = judge(&plan(), &needs(), &facts).obstacles;
        let [only] = found.as_slice() else { panic!("{id}: {found:?}") };
        assert_eq!(only.id, *id, "{}", only.what);
        assert!(only.what.contains(words), "{}", only.what);
    }
}

fn closed_by(inbound: Vec<Rule>) -> Vec<Obstacle> {
    let facts = NetworkFacts { groups: group(inbound), ..facts() };
    judge(&plan(), &needs(), &facts).obstacles
}

#[test]
fn a_closed_group_names_the_ports_that_are_closed_and_for_whom() {
    let old = closed_by(vec![rule(443, 443, on_premises()), rule(1024, 1062, on_premises())]);
    assert_eq!(old.len(), 1);
    assert!(old[0].what.contains("TCP 1063-1064 from the agent 192.168.7.5"), "{}", old[0].what);
    let only_control = closed_by(vec![rule(1024, 1064, on_premises())]);
    let ids: Vec<&str> = only_control.iter().map(|obstacle| obstacle.id.as_str()).collect();
    assert_eq!(ids, ["agent-group-closed", "agent-group-closed"], "the endpoint's and the tasks' interfaces");
    assert_eq!(closed_by(vec![Rule { tcp: None, peers: vec![on_premises()] }]).len(), 2);
}

#[test]
fn a_rule_for_the_groups_own_members_lets_no_agent_in_and_is_told_so() {
    let own = Peer::Group(GROUP.into());
    let found = closed_by(vec![rule(0, 65535, own)]);
    assert!(found[0].what.contains("its members only"), "{}", found[0].what);
}

#[test]
fn several_groups_together_let_in_what_one_of_them_does() {
    let mut facts = facts();
    endpoint(&mut facts).interfaces[0].groups.push("sg-2".into());
    let second = GroupFacts { vpc: "vpc-1".into(), inbound: vec![rule(1024, 1064, on_premises())] };
    facts.groups = group(vec![rule(443, 443, on_premises())]);
    let _ = facts.groups.insert("sg-2".into(), Seen::Found(second));
    assert_eq!(ids(&facts, &needs()), Vec::<String>::new());
    let _ = facts.groups.insert("sg-2".into(), Seen::Missing);
    assert_eq!(ids(&facts, &needs()), ["agent-group-missing"]);
}

#[test]
fn a_prefix_list_counts_by_what_is_in_it() {
    let by_list = || group(vec![rule(443, 1064, Peer::PrefixList("pl-1".into()))]);
    let with = |lists: &[(&str, &str)]| {
        let prefix_lists = lists.iter().map(|(id, net)| ((*id).to_owned(), vec![cidr(net)])).collect();
        judge(&plan(), &needs(), &NetworkFacts { groups: by_list(), prefix_lists, ..facts() })
    };
    assert_eq!(with(&[("pl-1", "192.168.7.0/24")]), Findings::default());
    assert_eq!(with(&[("pl-1", "192.168.8.0/24")]).obstacles.len(), 2);
    let unread = with(&[]);
    assert_eq!((unread.obstacles.len(), unread.notes.len()), (0, 2), "{unread:?}");
}

#[test]
fn the_support_channel_is_asked_for_only_when_it_is_wanted() {
    let wanted = Needs { support_channel: true, ..needs() };
    assert_eq!(ids(&facts(), &wanted), ["agent-group-closed"]);
    let mut facts = facts();
    facts.groups = group(vec![rule(0, 65535, on_premises())]);
    assert_eq!(ids(&facts, &wanted), Vec::<String>::new());
}

#[test]
fn no_task_to_make_needs_no_address() {
    let facts = NetworkFacts { subnet: Seen::Found(SubnetFacts { free: 0, ..subnet() }), ..facts() };
    assert_eq!(ids(&facts, &Needs { tasks_to_make: 0, ..needs() }), Vec::<String>::new());
}

#[test]
fn the_narrowest_route_decides() {
    let mut facts = facts();
    routes(&mut facts).push(route("0.0.0.0/0", "igw-1"));
    assert_eq!(ids(&facts, &needs()), Vec::<String>::new());
    *routes(&mut facts) = vec![Route { to: None, through: "tgw-1".into(), is_blackhole: false }];
    let found = judge(&plan(), &needs(), &facts);
    assert_eq!((found.obstacles.len(), found.notes.len()), (0, 1), "{found:?}");
}

#[test]
fn private_dns_is_no_trap_where_nobody_uses_the_public_endpoint() {
    let mut facts = facts();
    facts.public_agents = vec!["osaka".into()];
    endpoint(&mut facts).has_private_dns = false;
    assert_eq!(ids(&facts, &needs()), Vec::<String>::new());
}
