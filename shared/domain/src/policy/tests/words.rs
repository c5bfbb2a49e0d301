//! The language: what parses, what is refused and how, what is written.
//!
//! AWS page: IAM User Guide, "Grammar of the IAM JSON policy language".

use super::super::{Document, Effect, Match, Side, Statement, Test, Version};
use super::{doc, one};

#[test]
fn a_single_value_and_a_list_of_one_mean_the_same() {
    let single = one(r#""Effect":"Allow","Action":"s3:GetObject","Resource":"*""#);
    let list =
        doc(r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["s3:GetObject"],"Resource":["*"]}}"#);
    assert_eq!(single, list);
}

#[test]
fn the_canonical_text_sorts_values_and_keeps_aws_order_of_elements() {
    let document = one(
        r#""Condition":{"Bool":{"aws:SecureTransport":false},"ArnLike":{"aws:SourceArn":["b","a","b"]}},
           "Resource":"*","Action":["s3:PutObject","s3:GetObject"],"Principal":{"AWS":"1","Service":["s"]},"Effect":"Deny","Sid":"X""#,
    );
    assert_eq!(
        document.to_json(),
        concat!(
            r#"{"Version":"2012-10-17","Statement":[{"Sid":"X","Effect":"Deny","Principal":{"AWS":"1","Service":"s"},"#,
            r#""Action":["s3:GetObject","s3:PutObject"],"Resource":"*","#,
            r#""Condition":{"ArnLike":{"aws:SourceArn":["a","b"]},"Bool":{"aws:SecureTransport":"false"}}}]}"#
        )
    );
}

#[test]
fn what_is_written_reads_back_the_same() {
    for members in [
        r#""Effect":"Deny","NotPrincipal":{"AWS":"1","CanonicalUser":"c","Federated":"f"},"NotAction":"s3:*","NotResource":"*""#,
        r#""Effect":"Allow","Principal":"*","Action":"*","Resource":["a","b"],
           "Condition":{"ForAnyValue:StringLikeIfExists":{"k":["x","y"]},"Null":{"k":"true"}}"#,
    ] {
        let document = one(members);
        assert_eq!(doc(&document.to_json()), document);
        assert_eq!(doc(&document.to_json_pretty()), document);
    }
}

#[test]
fn a_document_without_version_is_in_the_language_of_2008() {
    assert_eq!(doc(r#"{"Statement":[]}"#).version, Version::V2008);
}

#[test]
fn a_built_document_is_the_one_that_would_be_written_by_hand() {
    let built: Document = Statement::allow(["sts:AssumeRole"])
        .sid("Trust")
        .for_service("datasync.amazonaws.com")
        .from_source("123456789012", "arn:aws:datasync:ap-northeast-1:123456789012:*")
        .into();
    let written = one(
        r#""Sid":"Trust","Effect":"Allow","Principal":{"Service":"datasync.amazonaws.com"},"Action":"sts:AssumeRole",
           "Condition":{"StringEquals":{"aws:SourceAccount":"123456789012"},
                        "ArnLike":{"aws:SourceArn":"arn:aws:datasync:ap-northeast-1:123456789012:*"}}"#,
    );
    assert_eq!(built, written);
}

#[test]
fn a_built_deny_can_name_everyone_and_several_conditions() {
    let built = Statement::deny(["s3:*"]).for_everyone().on(["arn:aws:s3:::b", "arn:aws:s3:::b/*"]).when(
        Test::Bool,
        "aws:SecureTransport",
        ["false"],
    );
    assert_eq!(built.effect, Effect::Deny);
    assert!(matches!(built.resource, Some(Match::In(ref resources)) if resources.len() == 2));
    let text = r#"{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::b","arn:aws:s3:::b/*"],"Condition":{"Bool":{"aws:SecureTransport":"false"}}}"#;
    assert_eq!(built.to_string(), text);
}

#[test]
fn a_refusal_names_the_statement_and_the_element() {
    refuses_each(&[
        (
            r#"{"Sid":"B","Effect":"Allow","Action":"s3:*","Ressource":"*"}"#,
            "statement 2 (Sid B): unknown element `Ressource`; known are Sid, Effect, ",
        ),
        (r#"{"Effect":"Permit","Action":"s3:*"}"#, "statement 2: `Effect` must be Allow or Deny, but is Permit"),
        (r#"{"Action":"s3:*"}"#, "statement 2: `Effect` is missing; add it"),
        (r#"{"Effect":"Deny","Resource":"*"}"#, "statement 2: `Action` is missing; add it"),
        (
            r#"{"Effect":"Deny","Action":"s3:*","NotAction":"s3:*"}"#,
            "statement 2: `Action` and `NotAction` exclude each other; keep one",
        ),
        (
            r#"{"Effect":"Deny","Action":"GetObject"}"#,
            "statement 2: `Action` must be service:Action or *, but is \"GetObject\"",
        ),
        (
            r#"{"Effect":"Deny","Action":[]}"#,
            "statement 2: `Action` must be a string or a list with at least one, but is an empty list",
        ),
        (r#"{"Effect":"Deny","Action":7}"#, "statement 2: `Action` must be a string, but is the number 7"),
        (r#"{"Effect":"Deny","Effect":"Allow","Action":"*"}"#, "statement 2: `Effect` is there twice; merge the two"),
        (r#"{"Sid":"Fine","Effect":"Deny","Action":"*"}"#, "the policy: `Sid Fine` is there twice; merge the two"),
        (
            r#"{"Effect":"Deny","Action":"*","Principal":"arn:x"}"#,
            "statement 2: `Principal` must be \"*\" or an object by kind, but is the string \"arn:x\"",
        ),
        (
            r#"{"Effect":"Deny","Action":"*","Principal":{"Aws":"*"}}"#,
            "statement 2: `Principal`: unknown element `Aws`; known are AWS, Service, ",
        ),
    ]);
}

#[test]
fn a_refusal_names_the_operator_and_the_key() {
    refuses_each(&[
        (
            r#"{"Effect":"Deny","Action":"*","Condition":{"StringEqual":{"k":"v"}}}"#,
            "statement 2: `Condition`: `StringEqual` is not a condition operator; did you mean `StringEquals`?",
        ),
        (
            r#"{"Effect":"Deny","Action":"*","Condition":{"NullIfExists":{"k":"true"}}}"#,
            "statement 2: `Condition`: `NullIfExists` is not a condition operator; did you mean `Null`?",
        ),
        (
            r#"{"Effect":"Deny","Action":"*","Condition":{"Bool":{"k":null}}}"#,
            "statement 2: `Bool k` must be a string, a number, a boolean or a list of them, but is null",
        ),
        (
            r#"{"Effect":"Deny","Action":"*","Condition":{"Bool":{"aws:k":"a","AWS:K":"b"}}}"#,
            "statement 2: `Bool aws:k` is there twice; merge the two",
        ),
    ]);
}

/// Checks that each text, as second statement of a document, is refused in words that start like this.
fn refuses_each(table: &[(&str, &str)]) {
    let fine = r#"{"Sid":"Fine","Effect":"Allow","Action":"s3:*","Resource":"*"}"#;
    for (statement, expected) in table {
        let text = format!(r#"{{"Version":"2012-10-17","Statement":[{fine},{statement}]}}"#);
        let error = text.parse::<Document>().expect_err(statement).to_string();
        assert!(error.starts_with(expected), "{statement}\n{error}");
    }
}

#[test]
fn empty_sids_are_none_and_may_stand_twice() {
    let statement = r#"{"Sid":"","Effect":"Allow","Action":"*","Resource":"*"}"#;
    let document = doc(&format!(r#"{{"Version":"2012-10-17","Statement":[{statement},{statement}]}}"#));
    assert!(document.statements.iter().all(|statement| statement.sid.is_none()));
}

#[test]
fn a_version_that_aws_never_published_is_refused() {
    let error = r#"{"Version":"2012-10-18","Statement":[]}"#.parse::<Document>().expect_err("a wrong date");
    assert_eq!(error.to_string(), "the policy: `Version` must be 2012-10-17 or 2008-10-17, but is 2012-10-18");
}

#[test]
fn each_side_has_its_own_elements() {
    let bucket = one(r#""Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*""#);
    let trust = one(r#""Effect":"Allow","Principal":"*","Action":"sts:AssumeRole""#);
    let identity = one(r#""Sid":"I","Effect":"Allow","Action":"s3:*","Resource":"*""#);
    for (document, fitting) in [
        (&bucket, &[Side::Resource] as &[Side]),
        (&trust, &[Side::Trust]),
        (&identity, &[Side::Identity, Side::Boundary, Side::Session]),
    ] {
        for side in [Side::Identity, Side::Resource, Side::Trust, Side::Boundary, Side::Session] {
            assert_eq!(document.check_for(side).is_ok(), fitting.contains(&side), "{document} on {side}");
        }
    }
    let misplaced = bucket.check_for(Side::Identity).expect_err("a principal in an identity policy");
    assert_eq!(
        misplaced.to_string(),
        "statement 1: `Principal` has no place in a policy on the identity side; remove it"
    );
}
