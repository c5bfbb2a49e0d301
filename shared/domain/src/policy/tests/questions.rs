//! Questions as a file asks them, and the answers as a person reads them.

use serde_json::json;

use super::super::explain::Question;

fn ask(question: &serde_json::Value) -> serde_json::Value {
    let question: Question = serde_json::from_str(&question.to_string()).expect("a question");
    serde_json::to_value(question.answer().expect("an answer")).expect("JSON")
}

fn cross_account(policies: &serde_json::Value) -> serde_json::Value {
    json!({
        "principal": {"arn": "arn:aws:sts::210987654321:assumed-role/Copier/night", "account": "210987654321", "tags": {"team": "ops"}},
        "action": "s3:GetObject",
        "resource": {"arn": "arn:aws:s3:::b/a", "account": "123456789012"},
        "context": {"aws:SecureTransport": [true], "s3:max-keys": 10},
        "policies": policies,
    })
}

#[test]
fn the_missing_side_comes_with_its_statement() {
    let identity =
        json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}});
    assert_eq!(
        ask(&cross_account(&json!({"identity": [identity]}))),
        json!({
            "decision": "implicit_deny",
            "side": "resource",
            "missing": {
                "Effect": "Allow",
                "Principal": {"AWS": "arn:aws:iam::210987654321:role/Copier"},
                "Action": "s3:GetObject",
                "Resource": "arn:aws:s3:::b/a",
            },
        })
    );
}

#[test]
fn the_deciding_statement_is_named() {
    let identity = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:Get*", "Resource": "*",
        "Condition": {"StringEquals": {"aws:PrincipalTag/team": "ops"}, "Bool": {"aws:SecureTransport": true}, "NumericEquals": {"s3:max-keys": 10}}}]});
    let resource = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": "999999999999"}, "Action": "s3:Get*", "Resource": "*"},
        {"Sid": "Copies", "Effect": "Allow", "Principal": {"AWS": "210987654321"}, "Action": "s3:Get*", "Resource": "*"}]});
    assert_eq!(
        ask(&cross_account(&json!({"identity": identity, "resource": resource}))),
        json!({
            "decision": "allowed",
            "side": "resource",
            "decided_by": {"side": "resource", "policy": 0, "index": 1, "sid": "Copies"},
            "also_by": {"side": "identity", "policy": 0, "index": 0},
        })
    );
}

#[test]
fn the_denying_statement_is_named() {
    let boundary = json!({"Version": "2012-10-17", "Statement": [{"Sid": "Never", "Effect": "Deny", "Action": "*", "Resource": "*"}]});
    assert_eq!(
        ask(&cross_account(&json!({"boundary": boundary, "session": []}))),
        json!({
            "decision": "explicit_deny",
            "side": "boundary",
            "decided_by": {"side": "boundary", "policy": 0, "index": 0, "sid": "Never"},
        })
    );
}

#[test]
fn a_trust_policy_decides_who_assumes_and_a_resource_policy_the_rest() {
    let trust = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "backup.amazonaws.com"}, "Action": "*"}]});
    let question = |action: &str| {
        json!({
            "principal": {"arn": "backup.amazonaws.com"},
            "action": action,
            "resource": {"arn": "arn:aws:iam::123456789012:role/r"},
            "policies": {"trust": trust},
        })
    };
    assert_eq!(ask(&question("sts:AssumeRole"))["decision"], "allowed");
    assert_eq!(ask(&question("sns:Publish"))["decision"], "implicit_deny");
    let mut publish = question("sns:Publish");
    publish["policies"]["resource"] =
        json!({"Statement": {"Effect": "Allow", "Principal": "*", "Action": "sns:*", "Resource": "*"}});
    assert_eq!(ask(&publish)["decision"], "allowed");
}

#[test]
fn a_question_that_cannot_be_judged_says_why() {
    let with = |principal: serde_json::Value, resource: serde_json::Value| {
        let text = json!({"principal": principal, "action": "s3:GetObject", "resource": resource}).to_string();
        serde_json::from_str::<Question>(&text).expect("a question").answer().expect_err("no answer").to_string()
    };
    assert_eq!(
        with(json!({"arn": "*"}), json!({"arn": "arn:aws:s3:::b"})),
        "the resource arn:aws:s3:::b names no account; say whose it is with `account`"
    );
    assert_eq!(
        with(json!({"arn": "arn:aws:iam::1:role/r", "account": "210987654321"}), json!({"arn": "arn:aws:s3:::b"})),
        "the principal arn:aws:iam::1:role/r is not in account 210987654321"
    );
    assert!(
        with(json!({"arn": "bob"}), json!({"arn": "arn:aws:s3:::b"}))
            .starts_with("`bob` is not a principal: expected ")
    );
}

#[test]
fn a_context_reads_back_whatever_the_case_of_its_keys() {
    let context: crate::policy::Context = serde_json::from_str(r#"{"S3:Prefix":["home/","mail/"]}"#).unwrap();
    assert_eq!(context.values("s3:prefix"), ["home/", "mail/"]);
    assert_eq!(serde_json::to_string(&context).unwrap(), r#"{"s3:prefix":["home/","mail/"]}"#);
}
