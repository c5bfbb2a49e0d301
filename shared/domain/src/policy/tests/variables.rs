//! AWS's rules of wildcards and policy variables.
//!
//! AWS pages: IAM User Guide, "IAM policy elements: Variables and tags", "IAM JSON policy elements: Resource" and
//! "Action", "`NotAction`", "`NotResource`".

use super::super::{Document, Principal, Request, Resource};
use super::{OURS, by_identity, doc, holds, one, role, who};

fn may(action: &str, arn: &str, document: &Document) -> bool {
    by_identity(&Request::new(role(), action, Resource::new(arn, OURS)), document.clone()).is_allowed()
}

fn on(resource: &str) -> Document {
    one(&format!(r#""Effect":"Allow","Action":"s3:*","Resource":"{resource}""#))
}

#[test]
fn actions_are_equal_whatever_their_case_and_resources_are_not() {
    let document = one(r#""Effect":"Allow","Action":"S3:getobject*","Resource":"arn:aws:s3:::b/A""#);
    assert!(may("s3:GetObject", "arn:aws:s3:::b/A", &document));
    assert!(may("s3:GetObjectVersion", "arn:aws:s3:::b/A", &document));
    assert!(!may("s3:PutObject", "arn:aws:s3:::b/A", &document));
    assert!(!may("s3:GetObject", "arn:aws:s3:::b/a", &document));
}

#[test]
fn a_bucket_is_not_its_objects() {
    assert!(!may("s3:GetObject", "arn:aws:s3:::b/a", &on("arn:aws:s3:::b")));
    assert!(!may("s3:ListBucket", "arn:aws:s3:::b", &on("arn:aws:s3:::b/*")));
    assert!(may("s3:GetObject", "arn:aws:s3:::b/x/y/z", &on("arn:aws:s3:::b/*")));
}

#[test]
fn a_star_in_a_resource_crosses_colons_only_at_the_end_of_its_segment() {
    for (pattern, arn, expected) in [
        ("arn:aws:s3*", "arn:aws:s3:::b/a", true),
        ("arn:aws:*:::b/a", "arn:aws:s3:::b/a", true),
        ("arn:aws:*3:::b/a", "arn:aws:s3:::b/a", true),
        ("arn:aws:s*b/a", "arn:aws:s3:::b/a", false),
        ("arn:aws:logs:r:1:log-group:*x:*", "arn:aws:logs:r:1:log-group:/a:b/x:stream", true),
        ("arn:aws:logs:r:1:log*x", "arn:aws:logs:r:1:log-group:/x", true),
        ("arn:aws:s3:::?", "arn:aws:s3:::b", true),
        ("arn:aws:s3:::?", "arn:aws:s3:::bb", false),
        ("*", "*", true),
        ("arn:*", "*", false),
    ] {
        assert_eq!(may("s3:Any", arn, &on(pattern)), expected, "{pattern} for {arn}");
    }
}

#[test]
fn not_action_and_not_resource_speak_of_everything_else() {
    let document = one(r#""Effect":"Allow","NotAction":"s3:Delete*","NotResource":"arn:aws:s3:::b/secret/*""#);
    assert!(may("s3:GetObject", "arn:aws:s3:::b/open", &document));
    assert!(!may("s3:DeleteObject", "arn:aws:s3:::b/open", &document));
    assert!(!may("s3:GetObject", "arn:aws:s3:::b/secret/a", &document));
}

#[test]
fn a_variable_stands_for_the_value_of_its_key() {
    let user = who("arn:aws:iam::123456789012:user/staff/ann");
    let home = on("arn:aws:s3:::b/home/${aws:username}/*");
    let asks = |arn: &str| Request::new(user.clone(), "s3:GetObject", Resource::new(arn, OURS));
    assert!(by_identity(&asks("arn:aws:s3:::b/home/ann/a"), home.clone()).is_allowed());
    assert!(!by_identity(&asks("arn:aws:s3:::b/home/bob/a"), home.clone()).is_allowed());
    assert!(!may("s3:GetObject", "arn:aws:s3:::b/home/ann/a", &home), "a role has no user name");
}

#[test]
fn in_the_language_of_2008_a_variable_is_plain_text() {
    let old = doc(
        r#"{"Version":"2008-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b/${aws:username}"}]}"#,
    );
    assert!(may("s3:GetObject", "arn:aws:s3:::b/${aws:username}", &old));
}

#[test]
fn star_question_mark_and_dollar_can_be_meant_literally() {
    let literal = on("arn:aws:s3:::b/${*}${?}${$}");
    assert!(may("s3:GetObject", "arn:aws:s3:::b/*?$", &literal));
    assert!(!may("s3:GetObject", "arn:aws:s3:::b/xyz", &literal));
}

#[test]
fn a_star_that_comes_out_of_a_variable_is_no_wildcard() {
    let condition = r#"{"StringLike":{"k":"${t}"}}"#;
    assert!(holds(condition, &[("t", &["*"]), ("k", &["*"])]));
    assert!(!holds(condition, &[("t", &["*"]), ("k", &["anything"])]));
}

#[test]
fn a_missing_variable_takes_its_default_or_matches_nothing() {
    for (wanted, k, expected) in [
        ("${t, 'blue'}", "blue", true),
        ("${t,'blue'}", "red", false),
        ("${t}", "", false),
        ("x${t}", "x", false),
        ("${t, unquoted}", "unquoted", false),
    ] {
        let condition = format!(r#"{{"StringEquals":{{"k":"{wanted}"}}}}"#);
        assert_eq!(holds(&condition, &[("k", &[k])]), expected, "{wanted} for {k}");
    }
    assert!(holds(r#"{"StringNotEquals":{"k":"${t}"}}"#, &[("k", &["x"])]), "no value equals nothing");
}

#[test]
fn a_multivalued_key_cannot_be_a_variable() {
    assert!(!holds(r#"{"StringEquals":{"k":"${t, 'a'}"}}"#, &[("t", &["a", "b"]), ("k", &["a"])]));
}

#[test]
fn variables_work_in_string_and_arn_operators_but_not_in_numbers() {
    let arn = "arn:aws:iam::1:role/r";
    assert!(holds(r#"{"ArnEquals":{"k":"${t}"}}"#, &[("t", &[arn]), ("k", &[arn])]));
    assert!(!holds(r#"{"NumericEquals":{"k":"${t}"}}"#, &[("t", &["1"]), ("k", &["1"])]));
}

#[test]
fn what_follows_from_principal_and_resource_needs_no_telling() {
    for (key, value) in [
        ("aws:PrincipalArn", "arn:aws:iam::123456789012:role/nightferry/Copier"),
        ("aws:PrincipalAccount", OURS),
        ("aws:ResourceAccount", OURS),
        ("aws:PrincipalType", "AssumedRole"),
        ("aws:PrincipalIsAWSService", "false"),
    ] {
        assert!(holds(&format!(r#"{{"StringEquals":{{"{key}":"{value}"}}}}"#), &[]), "{key}");
    }
    let service = Request::new(Principal::service("s3.amazonaws.com"), "sns:Publish", Resource::new("arn:t", OURS));
    let named = one(
        r#""Effect":"Allow","Principal":"*","Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalServiceName":"s3.amazonaws.com"}}"#,
    );
    assert!(super::by_resource(&service, named).is_allowed());
}

#[test]
fn many_stars_cost_no_more_than_length_times_length() {
    let pattern = format!("arn:aws:s3:::{}b", "a*".repeat(200));
    assert!(!may("s3:GetObject", &format!("arn:aws:s3:::{}", "a".repeat(2000)), &on(&pattern)));
}
