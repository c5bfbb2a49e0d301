//! Our rules come and go beside other people's.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Rules, RulesError, marked, merge, remove};

const MARK: &str = "nightferry-0a1b2c3d-";
const ROLE: &str = "arn:aws:iam::123456789012:role/nightferry/replication";

fn ours(job: &str, prefix: &str) -> Value {
    json!({"ID": format!("{MARK}{job}"), "Status": "Enabled", "Filter": {"Prefix": prefix},
           "Destination": {"Bucket": "arn:aws:s3:::to"}, "DeleteMarkerReplication": {"Status": "Disabled"}})
}

fn theirs(id: &str, priority: i64) -> Value {
    json!({"ID": id, "Priority": priority, "Status": "Disabled", "Filter": {"Tag": {"Key": "a", "Value": "b"}},
           "Destination": {"Bucket": "arn:aws:s3:::theirs"}, "New": {"z": 1}})
}

fn configuration(rules: &[Value]) -> Value {
    json!({"Role": ROLE, "Rules": rules})
}

fn after(rules: Rules, before: Option<&Value>) -> Option<Value> {
    match rules {
        Rules::Unchanged => before.cloned(),
        Rules::Set(set) => Some(set),
        Rules::Gone => None,
    }
}

fn merged(there: Option<&Value>, ours: &[Value]) -> Option<Value> {
    after(merge("b", there, ROLE, ours, MARK).unwrap(), there)
}

fn there() -> impl Strategy<Value = Option<Value>> {
    let rules = prop::collection::btree_set(1_i64..20, 0..4)
        .prop_map(|priorities| priorities.into_iter().map(|p| theirs(&format!("theirs-{p}"), p)).collect::<Vec<_>>());
    prop::option::of(rules.prop_filter("a configuration has a rule", |rules| !rules.is_empty()))
        .prop_map(|rules| rules.map(|rules| configuration(&rules)))
}

fn wanted() -> impl Strategy<Value = Vec<Value>> {
    prop::collection::btree_map("[a-d]", "[x-z]/", 0..4)
        .prop_map(|rules| rules.iter().map(|(job, prefix)| ours(job, prefix)).collect())
}

fn others(configuration: Option<&Value>) -> Vec<Value> {
    let rules = configuration.map_or(json!([]), |found| found["Rules"].clone());
    let list = rules.as_array().unwrap().clone();
    list.into_iter().filter(|rule| !rule["ID"].as_str().unwrap().starts_with(MARK)).collect()
}

proptest! {
    #[test]
    fn what_was_put_in_and_taken_out_again_leaves_what_was_there(there in there(), ours in wanted()) {
        let with = merged(there.as_ref(), &ours);
        prop_assert_eq!(after(remove(with.as_ref(), MARK), with.as_ref()), there);
    }

    #[test]
    fn a_second_merge_changes_nothing(there in there(), ours in wanted()) {
        let once = merged(there.as_ref(), &ours);
        prop_assert_eq!(merge("b", once.as_ref(), ROLE, &ours, MARK).unwrap(), Rules::Unchanged);
    }

    #[test]
    fn other_peoples_rules_stay_and_no_two_rules_have_one_priority(there in there(), one in wanted(), two in wanted()) {
        let once = merged(there.as_ref(), &one);
        let twice = merged(once.as_ref(), &two);
        prop_assert_eq!(others(twice.as_ref()), others(there.as_ref()));
        prop_assert_eq!(marked(twice.as_ref(), MARK).len(), two.len());
        let rules = twice.map_or(json!([]), |found| found["Rules"].clone());
        let mut priorities: Vec<_> = rules.as_array().unwrap().iter().map(|r| r["Priority"].as_i64().unwrap()).collect();
        let all = priorities.len();
        priorities.sort_unstable();
        priorities.dedup();
        prop_assert_eq!(priorities.len(), all);
    }
}

#[test]
fn a_rule_of_ours_keeps_its_priority_when_it_is_put_right() {
    let mut old = ours("a", "x/");
    old["Priority"] = json!(7);
    let there = configuration(&[old, theirs("t", 9)]);
    let after = merged(Some(&there), &[ours("a", "y/")]).unwrap();
    assert_eq!(after["Rules"][0]["Priority"], 7);
    assert_eq!(after["Rules"][0]["Filter"]["Prefix"], "y/");
    assert_eq!(after["Rules"][1], theirs("t", 9));
}

#[test]
fn another_role_in_force_is_refused_and_named() {
    let there = json!({"Role": "arn:aws:iam::123456789012:role/theirs", "Rules": [theirs("t", 1)]});
    let refused = merge("assets", Some(&there), ROLE, &[ours("a", "x/")], MARK).unwrap_err();
    assert!(matches!(refused, RulesError::OtherRole { .. }));
    assert!(refused.to_string().contains("role/theirs") && refused.to_string().contains("assets"));
}

#[test]
fn a_role_of_nobody_else_is_ours_to_replace() {
    let there = json!({"Role": "arn:aws:iam::123456789012:role/old", "Rules": [ours("a", "x/")]});
    assert_eq!(merged(Some(&there), &[ours("a", "x/")]).unwrap()["Role"], ROLE);
}

#[test]
fn rules_of_the_first_form_are_refused_and_named() {
    let there = configuration(&[json!({"ID": "old", "Prefix": "", "Status": "Enabled", "Destination": {}})]);
    let refused = merge("assets", Some(&there), ROLE, &[ours("a", "x/")], MARK).unwrap_err();
    assert!(refused.to_string().contains("the replication rule old"), "{refused}");
}
