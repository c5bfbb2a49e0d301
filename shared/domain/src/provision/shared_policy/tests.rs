//! Whatever a policy looks like, ours come and go and everybody else's stay.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{BUCKET_POLICY, Merged, SharedPolicyError, SizeLimit, marked, merge, remove};

const MARK: &str = "Nightferry0a1b2c3d";

fn ours(purpose: &str, action: &str) -> Value {
    json!({"Sid": format!("{MARK}{purpose}"), "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:role/r"},
           "Action": action, "Resource": "arn:aws:s3:::b"})
}

fn text(merged: Merged, before: Option<&str>) -> Option<String> {
    match merged {
        Merged::Unchanged => before.map(str::to_owned),
        Merged::Text(text) => Some(text),
        Merged::Gone => None,
    }
}

fn merged(there: Option<&str>, ours: &[Value]) -> Option<String> {
    text(merge(there, ours, MARK, BUCKET_POLICY).unwrap(), there)
}

fn removed(there: Option<&str>) -> Option<String> {
    text(remove(there, MARK).unwrap(), there)
}

fn json_of(text: Option<&str>) -> Value {
    text.map_or(Value::Null, |text| serde_json::from_str(text).unwrap())
}

/// Statements as people write them: strings or lists, odd members, other stacks' Sids, none at all.
fn theirs() -> impl Strategy<Value = Value> {
    let actions = prop_oneof![Just(json!("s3:GetObject")), Just(json!(["s3:GetObject", "s3:PutObject"]))];
    let sids = prop_oneof![
        Just(Value::Null),
        Just(json!("Nightferry")),
        Just(json!("Nightferry99999999Bucket")),
        Just(json!("TheirRule")),
        Just(json!(7)),
    ];
    let principals = prop_oneof![Just(json!("*")), Just(json!({"AWS": ["111111111111", "arn:aws:iam::1:root"]}))];
    (actions, sids, principals, any::<bool>()).prop_map(|(action, sid, principal, odd)| {
        let mut statement = json!({"Resource": "arn:aws:s3:::b/*", "Effect": "Deny"});
        statement["Principal"] = principal;
        statement["Action"] = action;
        if !sid.is_null() {
            statement["Sid"] = sid;
        }
        if odd {
            statement["Condition"] = json!({"Bool": {"aws:SecureTransport": "false"}, "New": {"z": 1, "a": [2]}});
        }
        statement
    })
}

fn policy() -> impl Strategy<Value = Option<String>> {
    let list = prop::collection::vec(theirs(), 0..5).prop_map(Value::Array);
    let statements = prop_oneof![list, theirs()];
    let document = (statements, any::<bool>()).prop_map(|(statements, odd)| {
        let mut document = json!({"Version": "2008-10-17", "Id": "theirs"});
        document["Statement"] = statements;
        if odd {
            document["Unknown"] = json!({"b": 1, "a": 2});
        }
        serde_json::to_string_pretty(&document).unwrap()
    });
    prop::option::of(document)
}

fn wanted() -> impl Strategy<Value = Vec<Value>> {
    let one = |purpose: &'static str| prop_oneof![Just(ours(purpose, "s3:ListBucket")), Just(ours(purpose, "s3:Get*"))];
    (one("A"), one("B"), one("C"), 0_usize..4).prop_map(|(a, b, c, many)| [a, b, c].into_iter().take(many).collect())
}

fn others(policy: Option<&str>) -> Vec<Value> {
    let statements = json_of(policy).get("Statement").cloned().unwrap_or(json!([]));
    let list = if let Value::Array(list) = statements { list } else { vec![statements] };
    let is_ours = |statement: &Value| statement["Sid"].as_str().is_some_and(|sid| sid.starts_with(MARK));
    list.into_iter().filter(|statement| !is_ours(statement)).collect()
}

proptest! {
    #[test]
    fn what_was_put_in_and_taken_out_again_leaves_what_was_there(there in policy(), ours in wanted()) {
        let with = merged(there.as_deref(), &ours);
        let without = removed(with.as_deref());
        prop_assert_eq!(others(without.as_deref()), others(there.as_deref()));
        prop_assert!(marked(without.as_deref(), MARK).is_empty());
    }

    #[test]
    fn a_second_merge_changes_not_a_byte(there in policy(), ours in wanted()) {
        let once = merged(there.as_deref(), &ours);
        prop_assert_eq!(merge(once.as_deref(), &ours, MARK, BUCKET_POLICY).unwrap(), Merged::Unchanged);
    }

    #[test]
    fn everybody_elses_statements_stay_in_their_order(there in policy(), first in wanted(), then in wanted()) {
        let once = merged(there.as_deref(), &first);
        let twice = merged(once.as_deref(), &then);
        prop_assert_eq!(others(twice.as_deref()), others(there.as_deref()));
        let mut expected = then;
        let mut found = marked(twice.as_deref(), MARK);
        expected.sort_by_key(ToString::to_string);
        found.sort_by_key(ToString::to_string);
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn members_that_nobody_knows_stay(there in policy(), ours in wanted()) {
        let with = json_of(merged(there.as_deref(), &ours).as_deref());
        let before = json_of(there.as_deref());
        for member in ["Version", "Id", "Unknown"] {
            if there.is_some() && with != Value::Null {
                prop_assert_eq!(with.get(member), before.get(member));
            }
        }
    }
}

#[test]
fn a_single_statement_without_a_list_survives_the_coming_and_going_of_ours() {
    let there =
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*"}}"#;
    let with = merged(Some(there), &[ours("A", "s3:ListBucket")]).unwrap();
    assert_eq!(json_of(Some(&with))["Statement"].as_array().unwrap().len(), 2);
    let without = removed(Some(&with)).unwrap();
    assert_eq!(json_of(Some(&without))["Statement"], json!([json_of(Some(there))["Statement"]]));
}

#[test]
fn a_policy_of_ours_alone_goes_with_the_last_of_them() {
    let with = merged(None, &[ours("A", "s3:ListBucket")]).unwrap();
    assert_eq!(remove(Some(&with), MARK).unwrap(), Merged::Gone);
    assert_eq!(remove(None, MARK).unwrap(), Merged::Unchanged);
}

#[test]
fn a_statement_of_ours_that_somebody_changed_is_put_right_where_it_stands() {
    let theirs = json!({"Sid": "Last", "Effect": "Deny"});
    let changed = json!({"Version": "2012-10-17", "Statement": [ours("A", "s3:*"), theirs, ours("A", "s3:Twice")]});
    let after = merged(Some(&changed.to_string()), &[ours("A", "s3:ListBucket")]).unwrap();
    assert_eq!(json_of(Some(&after))["Statement"], json!([ours("A", "s3:ListBucket"), theirs]));
}

#[test]
fn a_policy_in_another_spelling_is_the_same_policy() {
    let mut spelt = ours("A", "s3:ListBucket");
    spelt["Action"] = json!(["s3:ListBucket"]);
    let there = json!({"Version": "2012-10-17", "Statement": [spelt]}).to_string();
    assert_eq!(merge(Some(&there), &[ours("A", "s3:ListBucket")], MARK, BUCKET_POLICY).unwrap(), Merged::Unchanged);
}

#[test]
fn what_can_not_be_read_is_not_replaced() {
    for odd in ["", "[]", "{\"Statement\": 7}", "{\"Statement\": "] {
        let refused = merge(Some(odd), &[ours("A", "s3:ListBucket")], MARK, BUCKET_POLICY);
        assert!(matches!(refused, Err(SharedPolicyError::Unreadable { .. })), "{odd}: {refused:?}");
    }
}

#[test]
fn a_policy_that_would_be_too_large_is_refused_with_both_sizes() {
    let there = json!({"Statement": [{"Sid": "x".repeat(300)}]}).to_string();
    let limit = SizeLimit { of: "a bucket's policy", bytes_max: 400 };
    let refused = merge(Some(&there), &[ours("A", "s3:ListBucket")], MARK, limit).unwrap_err().to_string();
    assert!(refused.contains("a bucket's policy has at most 400"), "{refused}");
    let exactly = merge(None, &[ours("A", "s3:ListBucket")], MARK, BUCKET_POLICY).unwrap();
    let Merged::Text(exactly) = exactly else { panic!("a new policy") };
    let at = |bytes_max| merge(None, &[ours("A", "s3:ListBucket")], MARK, SizeLimit { of: "it", bytes_max });
    assert!(at(exactly.len()).is_ok() && at(exactly.len() - 1).is_err());
}
