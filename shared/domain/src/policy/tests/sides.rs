//! AWS's rules of which side has to allow.
//!
//! AWS pages: IAM User Guide, "Policy evaluation logic", "Cross-account policy evaluation logic", "Permissions boundaries
//! for IAM entities" and "Session policies"; for the trust policy "The confused deputy problem".

use super::super::{Decision, Document, Policies, Principal, Request, Resource, Side, Verdict, evaluate};
use super::{OBJECT, OURS, ROLE, SESSION, THEIRS, by_identity, by_resource, one, read, read_theirs, who};

fn allow() -> Document {
    one(r#""Sid":"A","Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::nightferry-src-example/*""#)
}

fn deny() -> Document {
    one(r#""Sid":"D","Effect":"Deny","Action":"s3:Get*","Resource":"*""#)
}

fn other() -> Document {
    one(r#""Effect":"Allow","Action":"s3:PutObject","Resource":"*""#)
}

fn bucket(principal: &str) -> Document {
    one(&format!(r#""Sid":"B","Effect":"Allow","Principal":{{"AWS":"{principal}"}},"Action":"s3:*","Resource":"*""#))
}

fn policies(identity: Document) -> Policies {
    Policies { identity: vec![identity], ..Policies::default() }
}

fn denied_on(verdict: &Verdict) -> Option<Side> {
    (verdict.decision == Decision::ImplicitDeny).then_some(verdict.side)
}

#[test]
fn without_any_policy_nothing_is_allowed() {
    let verdict = evaluate(&read(), &Policies::default());
    assert_eq!((verdict.decision, verdict.side), (Decision::ImplicitDeny, Side::Identity));
}

#[test]
fn an_explicit_deny_on_any_side_wins() {
    let denying = one(r#""Sid":"D","Effect":"Deny","Principal":"*","Action":"*","Resource":"*""#);
    let all = || Policies {
        identity: vec![allow()],
        resource: Some(bucket(SESSION)),
        boundary: Some(allow()),
        session: vec![allow()],
    };
    for (side, policies) in [
        (Side::Identity, Policies { identity: vec![allow(), deny()], ..all() }),
        (Side::Resource, Policies { resource: Some(denying), ..all() }),
        (Side::Boundary, Policies { boundary: Some(deny()), ..all() }),
        (Side::Session, Policies { session: vec![allow(), deny()], ..all() }),
    ] {
        let verdict = evaluate(&read(), &policies);
        assert_eq!((verdict.decision, verdict.side), (Decision::ExplicitDeny, side));
        let decided = verdict.decided_by.expect("the statement that denies");
        assert_eq!((decided.side, decided.sid.as_deref()), (side, Some("D")));
        assert_eq!(verdict.missing, None, "no statement helps against a deny");
    }
    assert!(evaluate(&read(), &all()).is_allowed());
}

#[test]
fn in_the_same_account_either_side_is_enough() {
    let identity = by_identity(&read(), allow());
    assert_eq!((identity.is_allowed(), identity.side), (true, Side::Identity));
    for principal in [ROLE, SESSION, "*"] {
        let resource = by_resource(&read(), bucket(principal));
        assert_eq!((resource.is_allowed(), resource.side), (true, Side::Resource), "{principal}");
    }
}

#[test]
fn a_resource_policy_that_names_the_account_leaves_it_to_the_identity_policies() {
    for account in [OURS, "arn:aws:iam::123456789012:root"] {
        assert_eq!(denied_on(&by_resource(&read(), bucket(account))), Some(Side::Identity));
        let both = Policies { resource: Some(bucket(account)), ..policies(allow()) };
        assert!(evaluate(&read(), &both).is_allowed());
    }
}

#[test]
fn of_several_grants_the_strongest_counts() {
    for (first, second) in [(OURS, ROLE), (ROLE, OURS)] {
        let [first, second] = [first, second].map(|principal| bucket(principal).statements);
        let both = Document::new(first.into_iter().chain(second));
        assert!(by_resource(&read(), both).is_allowed());
    }
}

#[test]
fn across_accounts_both_sides_must_allow() {
    for principal in [ROLE, SESSION, OURS, "*"] {
        let both = Policies { resource: Some(bucket(principal)), ..policies(allow()) };
        let verdict = evaluate(&read_theirs(), &both);
        assert!(verdict.is_allowed(), "{principal}");
        assert_eq!(verdict.decided_by.map(|found| found.side), Some(Side::Resource));
        assert_eq!(verdict.also_by.map(|found| found.side), Some(Side::Identity));
        assert_eq!(denied_on(&by_resource(&read_theirs(), bucket(principal))), Some(Side::Identity), "{principal}");
    }
    assert_eq!(denied_on(&by_identity(&read_theirs(), allow())), Some(Side::Resource));
    let wrong_account = Policies { resource: Some(bucket(THEIRS)), ..policies(allow()) };
    assert_eq!(denied_on(&evaluate(&read_theirs(), &wrong_account)), Some(Side::Resource));
}

#[test]
fn a_boundary_and_session_policies_narrow_what_the_identity_policies_grant() {
    let boundary = Policies { boundary: Some(other()), ..policies(allow()) };
    assert_eq!(denied_on(&evaluate(&read(), &boundary)), Some(Side::Boundary));
    let session = Policies { session: vec![other()], ..policies(allow()) };
    assert_eq!(denied_on(&evaluate(&read(), &session)), Some(Side::Session));
    let two = Policies { session: vec![other(), allow()], ..policies(allow()) };
    assert!(evaluate(&read(), &two).is_allowed(), "one of the session policies is enough");
    let alone = Policies { boundary: Some(allow()), session: vec![allow()], ..Policies::default() };
    assert_eq!(denied_on(&evaluate(&read(), &alone)), Some(Side::Identity), "neither grants by itself");
}

#[test]
fn a_resource_grant_to_the_role_is_narrowed_and_one_to_the_session_is_not() {
    let user = "arn:aws:iam::123456789012:user/ann";
    let by_user = Request { principal: who(user), ..read() };
    for (request, principal, expected) in
        [(read(), ROLE, Some(Side::Boundary)), (read(), SESSION, None), (read(), "*", None), (by_user, user, None)]
    {
        let policies = Policies { resource: Some(bucket(principal)), boundary: Some(other()), ..Policies::default() };
        assert_eq!(denied_on(&evaluate(&request, &policies)), expected, "{principal}");
    }
    let session = Policies { resource: Some(bucket(ROLE)), session: vec![other()], ..Policies::default() };
    assert_eq!(denied_on(&evaluate(&read(), &session)), Some(Side::Session));
}

#[test]
fn across_accounts_a_grant_to_the_session_is_narrowed_as_well() {
    let policies = Policies { resource: Some(bucket(SESSION)), session: vec![other()], ..policies(allow()) };
    assert_eq!(denied_on(&evaluate(&read_theirs(), &policies)), Some(Side::Session));
}

#[test]
fn a_service_and_an_anonymous_caller_need_the_resource_policy_alone() {
    let topic =
        one(r#""Effect":"Allow","Principal":{"Service":"backup.amazonaws.com"},"Action":"sns:Publish","Resource":"*""#);
    let publish =
        |name| Request::new(Principal::service(name), "sns:Publish", Resource::new("arn:aws:sns:r:1:t", OURS));
    assert!(by_resource(&publish("backup.amazonaws.com"), topic.clone()).is_allowed());
    assert_eq!(denied_on(&by_resource(&publish("s3.amazonaws.com"), topic)), Some(Side::Resource));
    let anything = one(r#""Effect":"Allow","Action":"*","Resource":"*""#);
    assert_eq!(denied_on(&by_identity(&publish("backup.amazonaws.com"), anything)), Some(Side::Resource));
    let anonymous = Request { principal: Principal::Anonymous, ..read() };
    assert!(by_resource(&anonymous, bucket("*")).is_allowed());
    assert!(!by_resource(&anonymous, bucket(OURS)).is_allowed());
}

fn assume(account: &str) -> Request {
    let arn = format!("arn:aws:iam::{account}:role/Target");
    Request { resource: Resource::new(arn, account), action: "sts:AssumeRole".to_owned(), ..read() }
}

fn trust(principal: &str) -> Document {
    one(&format!(r#""Effect":"Allow","Principal":{{"AWS":"{principal}"}},"Action":"sts:AssumeRole""#))
}

#[test]
fn a_role_is_assumed_only_by_whom_its_trust_names() {
    let own = one(r#""Effect":"Allow","Action":"sts:AssumeRole","Resource":"arn:aws:iam::*:role/Target""#);
    let with = |document| Policies { resource: Some(document), ..policies(own.clone()) };
    assert_eq!(denied_on(&by_identity(&assume(OURS), own.clone())), Some(Side::Trust), "even in the same account");
    assert!(by_resource(&assume(OURS), trust(ROLE)).is_allowed(), "named by ARN, the role needs no policy of its own");
    assert_eq!(denied_on(&by_resource(&assume(OURS), trust(OURS))), Some(Side::Identity));
    assert!(evaluate(&assume(OURS), &with(trust(OURS))).is_allowed());
    assert_eq!(denied_on(&by_resource(&assume(THEIRS), trust(ROLE))), Some(Side::Identity));
    let cross = evaluate(&assume(THEIRS), &with(trust(ROLE)));
    assert_eq!((cross.is_allowed(), cross.side), (true, Side::Trust));
}

#[test]
fn a_key_is_used_only_where_its_own_policy_lets_the_account_or_the_role() {
    let key = Resource::new("arn:aws:kms:r:123456789012:key/k", OURS);
    let decrypt = Request { action: "kms:Decrypt".to_owned(), resource: key, ..read() };
    let identity = one(r#""Effect":"Allow","Action":"kms:*","Resource":"*""#);
    let policy = |principal| {
        one(&format!(r#""Effect":"Allow","Principal":{{"AWS":"{principal}"}},"Action":"kms:*","Resource":"*""#))
    };
    assert_eq!(denied_on(&by_identity(&decrypt, identity.clone())), Some(Side::Resource));
    assert_eq!(denied_on(&by_resource(&decrypt, policy(OURS))), Some(Side::Identity));
    assert!(by_resource(&decrypt, policy(ROLE)).is_allowed());
    let both = Policies { resource: Some(policy(OURS)), ..policies(identity.clone()) };
    assert!(evaluate(&decrypt, &both).is_allowed());
    let list = Request { action: "kms:ListKeys".to_owned(), resource: Resource::new("*", OURS), ..read() };
    assert!(by_identity(&list, identity).is_allowed(), "listing keys concerns no key");
}

#[test]
fn to_pass_a_role_its_trust_policy_does_not_matter_and_no_account_is_crossed() {
    let pass = |account| Request { action: "iam:PassRole".to_owned(), ..assume(account) };
    let own = one(r#""Effect":"Allow","Action":"iam:PassRole","Resource":"*""#);
    let open = one(r#""Effect":"Allow","Principal":"*","Action":"*","Resource":"*""#);
    assert!(by_identity(&pass(OURS), own.clone()).is_allowed());
    assert!(!by_resource(&pass(OURS), open.clone()).is_allowed());
    let crossed = evaluate(&pass(THEIRS), &Policies { resource: Some(open), ..policies(own) });
    assert_eq!((denied_on(&crossed), crossed.missing), (Some(Side::Resource), None), "no statement would help");
}

#[test]
fn the_root_user_may_everything_in_its_account_and_nothing_in_another() {
    let root = |account| Request {
        principal: who("arn:aws:iam::123456789012:root"),
        resource: Resource::new(OBJECT, account),
        ..read()
    };
    assert!(evaluate(&root(OURS), &Policies::default()).is_allowed());
    assert_eq!(denied_on(&evaluate(&root(THEIRS), &Policies::default())), Some(Side::Resource));
    let denying = one(r#""Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*""#);
    assert_eq!(by_resource(&root(OURS), denying).decision, Decision::ExplicitDeny);
}

#[test]
fn a_statement_that_is_invalid_on_its_side_grants_nothing_but_still_denies() {
    let without_principal = one(r#""Effect":"Allow","Action":"*","Resource":"*""#);
    assert!(!by_resource(&read(), without_principal).is_allowed());
    let with_principal = one(r#""Effect":"Allow","Principal":"*","Action":"*","Resource":"*""#);
    assert!(!by_identity(&read(), with_principal).is_allowed());
    let without_resource = one(r#""Effect":"Allow","Action":"*""#);
    assert!(!by_identity(&read(), without_resource).is_allowed());
    let denying = one(r#""Effect":"Deny","Action":"*""#);
    assert_eq!(by_resource(&read(), denying).decision, Decision::ExplicitDeny);
}

#[test]
fn of_two_statements_that_allow_alike_the_first_is_named() {
    let twice = r#"{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}"#;
    let both = super::doc(&format!(r#"{{"Version":"2012-10-17","Statement":[{twice},{twice}]}}"#));
    assert_eq!(by_identity(&read(), both).decided_by.unwrap().index, 0);
}

#[test]
fn an_alias_of_a_key_is_no_key_with_a_policy_of_its_own() {
    let alias = Resource::new("arn:aws:kms:r:123456789012:alias/a", OURS);
    let create = Request { action: "kms:CreateAlias".to_owned(), resource: alias, ..read() };
    assert!(by_identity(&create, one(r#""Effect":"Allow","Action":"kms:*","Resource":"*""#)).is_allowed());
}
