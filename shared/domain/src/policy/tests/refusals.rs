//! A request file that cannot be read: what is said of it, and what is taken all the same.

use serde_json::{Value, json};

use super::super::explain::Question;

fn question() -> Value {
    json!({
        "principal": {"arn": "arn:aws:iam::123456789012:role/r", "account": "123456789012"},
        "action": "s3:GetObject",
        "resource": {"arn": "arn:aws:s3:::b/a", "account": "123456789012"},
    })
}

/// The question with the value at a pointer such as `/principal/arn` replaced or added.
fn with(pointer: &str, value: Value) -> Value {
    let mut question = question();
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    question.pointer_mut(parent).unwrap()[key] = value;
    question
}

fn refusal(question: &Value) -> String {
    question.to_string().parse::<Question>().expect_err("a refusal").to_string()
}

#[test]
fn a_misspelt_key_is_refused_with_the_one_that_was_meant() {
    for (pointer, expected) in [
        ("/polices", "the request has no key `polices`; did you mean `policies`? Known are principal, action, "),
        ("/principal/ran", "`principal` has no key `ran`; did you mean `arn`? "),
        ("/resource/acount", "`resource` has no key `acount`; did you mean `account`? "),
    ] {
        let said = refusal(&with(pointer, json!({})));
        assert!(said.starts_with(expected), "{said}");
    }
    let said = refusal(&with("/policies", json!({"identities": []})));
    assert!(said.starts_with("`policies` has no key `identities`; did you mean `identity`? "), "{said}");
}

#[test]
fn a_missing_key_and_a_doubled_one_are_named() {
    let mut without = question();
    let _ = without.as_object_mut().unwrap().remove("action");
    assert_eq!(refusal(&without), "the request lacks `action`; add it");
    assert_eq!(refusal(&with("/principal", json!({"account": "123456789012"}))), "`principal` lacks `arn`; add it");
    assert_eq!(refusal(&with("/resource", json!({}))), "`resource` lacks `arn`; add it");
    let twice = question().to_string().replacen('{', r#"{"action":"s3:PutObject","#, 1);
    assert_eq!(twice.parse::<Question>().unwrap_err().to_string(), "the request has `action` twice; keep one");
}

#[test]
fn a_value_of_the_wrong_kind_is_named_with_the_way_to_it() {
    for (pointer, value, expected) in [
        ("/principal", json!("bob"), "`principal` must be an object, but is the string \"bob\""),
        ("/principal/arn", json!(7), "`principal.arn` must be a string, but is the number 7"),
        (
            "/principal/service",
            json!("s3.amazonaws.com"),
            "`principal.service` must be left away, because the principal",
        ),
        (
            "/principal/account",
            json!(123_456_789_012_u64),
            "`principal.account` must be an account number: 12 digits in quotes, but is the number",
        ),
        ("/resource/account", json!("1234"), "`resource.account` must be an account number"),
        ("/principal/tags", json!({"team": ["a"]}), "`principal.tags.team` must be a string, but is a list"),
        (
            "/action",
            json!("GetObject"),
            "`action` must be one action, such as s3:GetObject, but is the string \"GetObject\"",
        ),
        ("/action", json!("s3:Get*"), "`action` must be one action"),
        ("/action", json!(["s3:GetObject"]), "`action` must be one action, such as s3:GetObject, but is a list"),
        ("/context", json!([]), "`context` must be an object, but is a list"),
        (
            "/context",
            json!({"aws:SourceIp": {"a": 1}}),
            "`context.aws:SourceIp` must be a string, a number, a boolean or a list of them, but is an object",
        ),
        (
            "/policies",
            json!({"identity": [7]}),
            "`policies.identity[0]` must be a policy: an object, or its JSON text, but is the number 7",
        ),
        (
            "/policies",
            json!({"resource": []}),
            "`policies.resource` must be a policy: an object, or its JSON text, but is a list",
        ),
        (
            "/policies",
            json!({"session": [{"Statement": []}, {"Statement": {"Effect": "Permit", "Action": "*"}}]}),
            "`policies.session[1]`: statement 1: `Effect` must be Allow or Deny, but is Permit",
        ),
        ("/policies", json!({"trust": "{"}), "`policies.trust`: the policy is not JSON: "),
    ] {
        let said = refusal(&with(pointer, value));
        assert!(said.starts_with(expected), "{said}");
    }
}

#[test]
fn what_is_no_request_at_all_is_said_so() {
    assert!("{".parse::<Question>().unwrap_err().to_string().starts_with("the request is not JSON: EOF"));
    assert_eq!("[]".parse::<Question>().unwrap_err().to_string(), "`the request` must be an object, but is a list");
    let doubled = r#"{"Statement":{"Effect":"Deny","Effect":"Allow","Action":"*","Resource":"*"}}"#;
    let said = refusal(&with("/policies", json!({"identity": doubled})));
    assert_eq!(said, "`policies.identity[0]`: statement 1: `Effect` is there twice; merge the two");
}

#[test]
fn one_policy_a_list_of_them_and_its_text_are_read_alike() {
    let policy = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}});
    for identity in [policy.clone(), json!([policy]), json!(policy.to_string()), json!([policy.to_string()])] {
        let question = with("/policies", json!({"identity": identity, "session": null, "boundary": null}));
        let answer = question.to_string().parse::<Question>().unwrap().answer().unwrap();
        assert!(answer.is_allowed(), "{identity}");
    }
}

#[test]
fn an_identity_provider_is_named_by_its_domain_or_its_arn() {
    let trust = |provider: &str| {
        json!({"trust": {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"Federated": provider},
            "Action": "sts:AssumeRoleWithWebIdentity"}}})
    };
    let arn = "arn:aws:iam::123456789012:oidc-provider/example.com";
    for (principal, provider) in
        [(json!({"federated": "accounts.google.com"}), "accounts.google.com"), (json!({"arn": arn}), arn)]
    {
        let question = json!({"principal": principal, "action": "sts:AssumeRoleWithWebIdentity",
            "resource": {"arn": "arn:aws:iam::123456789012:role/r"}, "policies": trust(provider)});
        assert!(question.to_string().parse::<Question>().unwrap().answer().unwrap().is_allowed(), "{provider}");
    }
}

fn explained(question: &Value) -> Value {
    let question: Question = question.to_string().parse().unwrap();
    serde_json::to_value(question.explain().unwrap()).unwrap()
}

#[test]
fn an_explanation_writes_out_the_statement_that_decided() {
    let deny = json!({"Version": "2012-10-17", "Statement": {"Sid": "No", "Effect": "Deny", "Principal": "*",
        "Action": "s3:*", "Resource": "*"}});
    let answer = explained(&with("/policies", json!({"resource": deny})));
    assert_eq!(answer["decision"], "explicit_deny");
    assert_eq!((&answer["side"], &answer["account"]), (&json!("resource"), &json!("123456789012")));
    assert_eq!(
        answer["decided_by"],
        json!({"side": "resource", "policy": 0, "index": 0, "sid": "No", "statement": deny["Statement"]})
    );
    let changes: Vec<_> = answer["patches"].as_array().unwrap().iter().map(|patch| patch["change"].clone()).collect();
    assert_eq!(changes, ["except", "add"]);
    assert!(answer["message"].as_str().unwrap().ends_with("with an explicit deny in a resource-based policy"));
}

#[test]
fn an_explanation_says_what_had_no_bearing_on_it() {
    let statement = json!({"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"});
    let policy = json!({"Version": "2012-10-17", "Statement": statement});
    let answer = explained(&with("/policies", json!({"identity": policy, "trust": policy})));
    let notes: Vec<&str> = answer["notes"].as_array().unwrap().iter().map(|note| note.as_str().unwrap()).collect();
    assert_eq!(notes.len(), 3, "{notes:?}");
    assert!(notes[0].starts_with("policies.identity[0]: AWS would not take it: statement 1: `Principal` has no place"));
    assert!(notes[1].starts_with("policies.trust: AWS would not take it: statement 1: `Resource` has no place"));
    assert_eq!(notes[2], "policies.trust was not asked: s3:GetObject does not take on a role");
    let mut alias = with("/resource/arn", json!("arn:aws:kms:r:123456789012:alias/a"));
    alias["action"] = json!("kms:Decrypt");
    assert!(explained(&alias)["notes"][0].as_str().unwrap().contains("give the key's own ARN"));
}
