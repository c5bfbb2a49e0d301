//! `policy explain` as a person calls it: a file in, words and an exit code out.

use std::io::Write as _;

use serde_json::{Value, json};

use super::*;
use crate::output::Format;

fn cross_account(policies: &Value) -> Value {
    json!({
        "principal": {"arn": "arn:aws:iam::111111111111:role/Copier", "account": "111111111111"},
        "action": "s3:GetObject",
        "resource": {"arn": "arn:aws:s3:::partner-logs/a", "account": "222222222222"},
        "policies": policies,
    })
}

fn allows(principal: Option<&str>) -> Value {
    let mut statement = json!({"Sid": "Copies", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"});
    if let Some(principal) = principal {
        statement["Principal"] = json!({"AWS": principal});
    }
    json!({"Version": "2012-10-17", "Statement": [statement]})
}

/// The command's exit code and the words for a person.
fn ask(request: &str) -> Result<(Exit, String), Failure> {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(request.as_bytes()).unwrap();
    let exit = explain(Output::new(Format::Json), file.path())?;
    Ok((exit, words(&judge(file.path())?)))
}

#[test]
fn an_allowed_request_ends_with_nought_and_names_both_statements() {
    let policies = json!({"identity": allows(None), "resource": allows(Some("111111111111"))});
    let (exit, words) = ask(&cross_account(&policies).to_string()).unwrap();
    assert_eq!(exit, Exit::Ok);
    assert!(words.starts_with("allowed\nby: the resource's policy, statement 1 (Sid Copies)\n  {\n"), "{words}");
    assert!(words.contains("\nand by: identity policy 1, statement 1 (Sid Copies)\n"), "{words}");
    assert!(!words.contains("change"), "{words}");
}

#[test]
fn a_missing_statement_ends_with_six_and_says_whose_side_has_to_add_what() {
    let (exit, words) = ask(&cross_account(&json!({"identity": [allows(None)]})).to_string()).unwrap();
    assert_eq!(exit, Exit::Preflight);
    assert!(words.contains("\nmissing: an Allow in the resource's policy\n"), "{words}");
    assert!(words.contains("\nchange: add to the resource's policy (account 222222222222)\n  + {\n"), "{words}");
    assert!(words.contains("AWS says: User: arn:aws:iam::111111111111:role/Copier is not authorized"), "{words}");
}

#[test]
fn what_is_missing_on_both_sides_is_told_in_order() {
    let (_, words) = ask(&cross_account(&json!({})).to_string()).unwrap();
    assert!(
        words.contains("missing: an Allow in the caller's own policies, and one in the resource's policy\n"),
        "{words}"
    );
    assert!(words.contains("change 1 of 2: add to the caller's own policies (account 111111111111)\n"), "{words}");
    assert!(words.contains("change 2 of 2: add to the resource's policy (account 222222222222)\n"), "{words}");
}

#[test]
fn a_deny_ends_with_six_and_is_excepted_for_the_caller() {
    let deny = json!({"Version": "2012-10-17", "Statement": {"Sid": "No", "Effect": "Deny", "Principal": "*",
        "Action": "s3:*", "Resource": "*"}});
    let (exit, words) = ask(&cross_account(&json!({"identity": allows(None), "resource": deny})).to_string()).unwrap();
    assert_eq!(exit, Exit::Preflight);
    assert!(
        words.starts_with(
            "explicitly denied; no Allow helps against it\nby: the resource's policy, statement 1 (Sid No)\n"
        ),
        "{words}"
    );
    assert!(
        words.contains(
            "change 1 of 2: except the caller in the resource's policy, statement 1 (account 222222222222)\n"
        ),
        "{words}"
    );
    assert!(words.contains("+       \"aws:PrincipalArn\": \"arn:aws:iam::111111111111:role/Copier\"\n"), "{words}");
}

#[test]
fn a_statement_that_nearly_allows_says_which_condition_fails() {
    let mut guarded = allows(None);
    guarded["Statement"][0]["Condition"] = json!({"Bool": {"aws:SecureTransport": true}});
    let policies = json!({"identity": guarded, "resource": allows(Some("111111111111"))});
    let (_, words) = ask(&cross_account(&policies).to_string()).unwrap();
    let expected = "nearly: identity policy 1, statement 1 (Sid Copies) would allow, but Bool aws:SecureTransport wants true; the request has nothing\n";
    assert!(words.contains(expected), "{words}");
}

#[test]
fn what_no_statement_mends_is_said_so() {
    let mut pass = cross_account(&json!({}));
    pass["action"] = json!("iam:PassRole");
    pass["resource"]["arn"] = json!("arn:aws:iam::222222222222:role/r");
    let (exit, words) = ask(&pass.to_string()).unwrap();
    assert_eq!(exit, Exit::Preflight);
    assert!(words.contains("\nno statement there would help"), "{words}");
    assert!(!words.contains("change"), "{words}");
}

#[test]
fn the_root_user_of_the_account_needs_no_statement() {
    let mut root = cross_account(&json!({}));
    root["principal"] = json!({"arn": "arn:aws:iam::222222222222:root"});
    let (exit, words) = ask(&root.to_string()).unwrap();
    assert_eq!((exit, words.lines().nth(1).map(|line| line.starts_with("by: no statement"))), (Exit::Ok, Some(true)));
}

#[test]
fn an_unreadable_request_ends_with_two_and_names_file_and_key() {
    for (request, expected) in [
        ("{", ": the request is not JSON: "),
        (r#"{"principle":{}}"#, ": the request has no key `principle`; did you mean `principal`?"),
        (r#"{"principal":{"arn":"bob"},"action":"s3:GetObject","resource":{"arn":"*"}}"#, ": `bob` is not a principal"),
    ] {
        let failure = ask(request).expect_err("a refusal");
        assert_eq!(failure.exit, Exit::Usage);
        assert!(failure.error.to_string().contains(expected), "{}", failure.error);
    }
}

#[test]
fn the_example_of_the_documentation_is_answered_as_it_says() {
    let page = include_str!("../../../docs/policies.md");
    let blocks: Vec<&str> = page.split("```json\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    let question: Question = blocks[0].parse().expect("the documented request");
    let answer = serde_json::to_value(question.explain().expect("an answer")).unwrap();
    let documented: Value = serde_json::from_str(blocks[1]).expect("the documented answer");
    assert_eq!(answer, documented, "{}", serde_json::to_string_pretty(&answer).unwrap());
    let shown = page.split("```text\n").nth(1).and_then(|rest| rest.split("```").next()).expect("the words");
    assert_eq!(ask(blocks[0]).unwrap().1.trim(), shown.trim());
}
