//! Which trails tell of batch jobs, and what is said where none does.

use serde_json::{Value, json};

use super::*;

fn selectors(told: Value) -> Selectors {
    serde_json::from_value(told).unwrap()
}

fn takes(told: Value) -> bool {
    selectors(told).take_batch_jobs()
}

fn advanced(fields: &Value) -> bool {
    takes(json!({"TrailARN": "arn", "AdvancedEventSelectors": [{"Name": "n", "FieldSelectors": fields}]}))
}

fn trail(is_logging: Option<bool>, takes: Option<bool>) -> Trail {
    let told = |takes: bool| selectors(json!({"EventSelectors": [{"IncludeManagementEvents": takes}]}));
    Trail { name: "audit".into(), is_logging, selectors: takes.map(told) }
}

fn said(facts: &TrailFacts) -> Findings {
    let mut found = Findings::default();
    say(facts, &mut found);
    assert_eq!(found.obstacles, vec![], "a night works without a trail");
    found
}

#[test]
fn a_selector_of_the_older_kind_takes_batch_jobs_where_it_takes_management_events_that_write() {
    let of = |kind: &str, is_management: bool| {
        takes(json!({"EventSelectors": [{
            "ReadWriteType": kind, "IncludeManagementEvents": is_management,
            "DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}], "ExcludeManagementEventSources": ["kms.amazonaws.com"],
        }]}))
    };
    assert!(of("All", true) && of("WriteOnly", true));
    assert!(!of("ReadOnly", true) && !of("All", false) && !of("WriteOnly", false) && !of("SomethingNew", true));
    assert!(takes(json!({"EventSelectors": [{}]})), "both members are All and true where they are left away");
    assert!(!takes(json!({})), "a trail without any selector takes nothing");
}

#[test]
fn a_selector_of_the_newer_kind_takes_batch_jobs_where_every_field_does() {
    let management = json!({"Field": "eventCategory", "Equals": ["Management"]});
    assert!(advanced(&json!([management])));
    assert!(advanced(&json!([management, {"Field": "readOnly", "Equals": ["false"]}])));
    assert!(!advanced(&json!([management, {"Field": "readOnly", "Equals": ["true"]}])));
    assert!(advanced(
        &json!([management, {"Field": "eventSource", "NotEquals": ["kms.amazonaws.com", "rdsdata.amazonaws.com"]}])
    ));
    assert!(!advanced(
        &json!([management, {"Field": "eventSource", "NotEquals": ["kms.amazonaws.com", "s3.amazonaws.com"]}])
    ));
    assert!(!advanced(
        &json!([{"Field": "eventCategory", "Equals": ["Data"]}, {"Field": "resources.type", "Equals": ["AWS::S3::Object"]}])
    ));
    assert!(!advanced(&json!([{"Field": "readOnly", "Equals": ["false"]}])), "the category has to be named");
    assert!(!advanced(&json!([])));
}

#[test]
fn each_comparison_of_the_newer_kind_counts_for_itself() {
    let named = |comparison: &str, value: &str| {
        advanced(
            &json!([{"Field": "eventCategory", "Equals": ["Management"]}, {"Field": "eventName", comparison: [value, "Other"]}]),
        )
    };
    assert!(named("Equals", "JobStatusChanged") && !named("NotEquals", "JobStatusChanged"));
    assert!(named("StartsWith", "Job") && !named("NotStartsWith", "Job"));
    assert!(named("EndsWith", "Changed") && !named("NotEndsWith", "Changed"));
    assert!(!named("Equals", "Job") && named("NotEquals", "Job"));
    assert!(!named("StartsWith", "Changed") && named("NotStartsWith", "Changed"));
    assert!(!named("EndsWith", "Job") && named("NotEndsWith", "Job"));
}

#[test]
fn a_field_that_this_version_does_not_know_takes_nothing() {
    let management = json!({"Field": "eventCategory", "Equals": ["Management"]});
    assert!(!advanced(&json!([management, {"Field": "userIdentity.arn", "NotEquals": ["arn:aws:iam::1:role/x"]}])));
}

#[test]
fn a_trail_that_tells_of_batch_jobs_is_named_and_nothing_is_left_open() {
    let found = said(&TrailFacts::Read(vec![trail(Some(false), Some(true)), trail(Some(true), Some(true))]));
    assert_eq!(found.seen, ["trail audit logs management events, so that batch jobs are heard of at once"]);
    assert_eq!((found.notes, found.warnings), (vec![], vec![]));
}

#[test]
fn where_no_trail_tells_of_batch_jobs_a_warning_says_what_that_costs_and_what_mends_it() {
    for trails in [
        vec![],
        vec![trail(Some(false), Some(true))],
        vec![trail(Some(true), Some(false))],
        vec![trail(None, Some(false))],
        vec![trail(Some(false), None)],
    ] {
        let found = said(&TrailFacts::Read(trails.clone()));
        assert_eq!((found.seen, found.notes), (vec![], vec![]), "{trails:?}");
        let [warning] = found.warnings.as_slice() else { panic!("{:?}", found.warnings) };
        assert_eq!(warning.id, "batch-events-untold");
        assert!(
            warning.what.contains("5 minutes") && warning.fix.contains("ManagementEventsTrail=create"),
            "{warning:?}"
        );
        assert_eq!(warning.what.contains("There is no trail"), trails.is_empty());
    }
}

#[test]
fn what_is_not_shown_is_told_as_unknown_and_as_no_warning() {
    let half = [trail(None, Some(true)), trail(Some(true), None), trail(None, None)];
    let known = half.into_iter().map(|trail| TrailFacts::Read(vec![trail]));
    for facts in known.chain([TrailFacts::Unreadable, TrailFacts::NotAsked]) {
        let found = said(&facts);
        assert_eq!((found.seen, found.warnings), (vec![], vec![]), "{facts:?}");
        assert_eq!(found.notes.len(), 1, "{facts:?}");
        assert!(found.notes[0].contains("5 minutes"), "{:?}", found.notes);
    }
    let beside = TrailFacts::Read(vec![trail(None, None), trail(Some(true), Some(true))]);
    assert_eq!(said(&beside).notes, Vec::<String>::new(), "one that tells is enough");
}
