//! Encoded refusals, found and read.

use super::super::authorization::{encoded, read};
use super::ROLE;

const CODE: &str = "4GIOHlTkIaWHQD0Q0m6XSnuUMCm-abcdefghijklmnop_QRSTUVWXYZ";

fn decoded(action: &str, resource: &str, is_denied: bool) -> String {
    format!(
        r#"{{"allowed":false,"explicitDeny":{is_denied},"matchedStatements":{{"items":[]}},"failures":{{"items":[]}},"context":{{"principal":{{"id":"AROAX:AWSBackup-1","arn":"arn:aws:sts::123456789012:assumed-role/nightferry-servers-restore/AWSBackup-1"}},"action":"{action}","resource":"{resource}","conditions":{{"items":[{{"key":"iam:PassedToService","values":{{"items":[{{"value":"ec2.amazonaws.com"}}]}}}},{{"key":"aws:Region","values":{{"items":[{{"value":"ap-northeast-1"}}]}}}}]}}}}}}"#
    )
}

const WEB: &str = "arn:aws:iam::123456789012:role/app/WebInstanceRole";

#[test]
fn the_code_is_found_in_the_services_words() {
    for words in [
        format!("You are not authorized to perform this operation. Encoded authorization failure message: {CODE}"),
        format!("... encoded authorization failure message: {CODE} (Service: AmazonEC2; Status Code: 403)"),
        format!("\"You are not authorized.  Encoded Authorization Failure Message:\t{CODE}\""),
    ] {
        assert_eq!(encoded(&words), Some(CODE), "{words}");
    }
    for words in ["", "Encoded authorization failure message:", "Encoded authorization failure message: none", CODE] {
        assert_eq!(encoded(words), None, "{words}");
    }
    assert_eq!(encoded("İ Encoded authorization failure message: short"), None);
}

#[test]
fn a_missing_pass_role_becomes_the_one_narrow_statement() {
    let refused = read(&decoded("iam:PassRole", WEB, false)).unwrap();
    let statement = serde_json::to_value(refused.missing().unwrap()).unwrap();
    assert_eq!(
        statement,
        serde_json::json!({
            "Effect": "Allow", "Action": "iam:PassRole", "Resource": WEB,
            "Condition": {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}
        })
    );
    let cause = refused.cause(ROLE, "the service's words");
    assert_eq!((cause.id.as_str(), cause.said.as_deref()), ("restore-may-not-pass-role", Some("the service's words")));
    assert!(cause.what.contains("role/nightferry-servers-restore may not do iam:PassRole on"), "{}", cause.what);
    assert!(cause.fix.contains("instance_roles") && cause.fix.contains("--no-profile"), "{}", cause.fix);
}

#[test]
fn another_missing_action_is_another_cause() {
    let refused =
        read(&decoded("ec2:RunInstances", "arn:aws:ec2:ap-northeast-1:123456789012:instance/*", false)).unwrap();
    let cause = refused.cause(ROLE, "");
    assert_eq!(cause.id, "restore-role-denied");
    assert!(cause.fix.contains(r#""Action":"ec2:RunInstances""#), "{}", cause.fix);
}

#[test]
fn against_a_deny_no_statement_is_advised() {
    let refused = read(&decoded("iam:PassRole", WEB, true)).unwrap();
    assert_eq!(refused.missing(), None);
    let cause = refused.cause(ROLE, "");
    assert!(cause.fix.contains("no Allow helps") && !cause.fix.contains("Effect"), "{}", cause.fix);
}

#[test]
fn what_does_not_tell_action_and_resource_is_no_diagnosis() {
    for text in [
        "",
        "{}",
        "null",
        r#"{"context":{"action":"iam:PassRole"}}"#,
        r#"{"context":{"action":"","resource":"*"}}"#,
        r#"{"context":{"action":"a:b","resource":"\u001b[2J"}}"#,
    ] {
        assert_eq!(read(text), None, "{text}");
    }
    let bare = read(r#"{"context":{"action":"ec2:CreateTags","resource":"*"}}"#).unwrap();
    assert_eq!((bare.role, bare.is_denied, bare.conditions.len()), (None, false, 0));
}

proptest::proptest! {
    #[test]
    fn no_message_breaks_the_search(words in ".{0,300}") {
        let _ = encoded(&words);
        let _ = encoded(&format!("{words}Encoded authorization failure message: {words}"));
        let _ = read(&words);
    }
}
