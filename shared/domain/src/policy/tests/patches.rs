//! Patches: what is printed, put where it belongs, allows the request and keeps everything else as it was.
//!
//! AWS pages: IAM User Guide, "Policy evaluation logic"; "AWS global condition context keys" for the exception by
//! aws:PrincipalArn and aws:PrincipalServiceName.

use super::super::{
    Change, Decision, Document, Policies, Principal, Request, Resource, Side, Version, evaluate, repair,
};
use super::{OBJECT, OURS, ROLE, by_identity, doc, one, read, read_theirs, who};

fn denying(members: &str) -> Document {
    one(&format!(r#""Sid":"D","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*"{members}"#))
}

fn allowing() -> Document {
    one(r#""Effect":"Allow","Action":"s3:*","Resource":"*""#)
}

fn against(deny: Document) -> Policies {
    Policies { identity: vec![allowing()], resource: Some(deny), ..Policies::default() }
}

#[test]
fn what_is_missing_on_both_sides_is_two_patches_in_order() {
    let theirs =
        one(r#""Sid":"Theirs","Effect":"Allow","Principal":{"AWS":"999999999999"},"Action":"s3:*","Resource":"*""#);
    let policies = Policies { resource: Some(theirs.clone()), ..Policies::default() };
    let patches = repair(&read_theirs(), &policies).expect("a repair");
    let places: Vec<_> = patches.iter().map(|patch| (patch.side, patch.policy)).collect();
    assert_eq!(places, [(Side::Identity, 0), (Side::Resource, 0)]);
    assert_eq!(patches[1].document.statements[0], theirs.statements[0], "what was there stays");
    let mut mended = policies;
    for patch in &patches {
        patch.apply(&mut mended);
    }
    assert!(evaluate(&read_theirs(), &mended).is_allowed());
}

#[test]
fn an_allowed_request_needs_no_patch_and_iam_across_accounts_has_none() {
    let allowed = Policies { identity: vec![allowing()], ..Policies::default() };
    assert_eq!(repair(&read(), &allowed), Some(vec![]));
    let pass =
        Request::new(who(ROLE), "iam:PassRole", Resource::new("arn:aws:iam::210987654321:role/t", "210987654321"));
    assert_eq!(repair(&pass, &allowed), None);
}

#[test]
fn a_deny_is_excepted_for_the_caller_and_for_nobody_else() {
    for members in ["", r#","Condition":{"ArnNotEquals":{"AWS:principalarn":"arn:aws:iam::1:role/x"}}"#] {
        let policies = against(denying(members));
        let patches = repair(&read(), &policies).expect("a repair");
        let [patch] = patches.as_slice() else { panic!("one patch in {patches:?}") };
        assert!(matches!(&patch.change, Change::Except { index: 0, before, .. } if before.sid.as_deref() == Some("D")));
        let mut mended = policies;
        patch.apply(&mut mended);
        assert!(evaluate(&read(), &mended).is_allowed());
        let other = Request { principal: who("arn:aws:iam::123456789012:role/Other"), ..read() };
        assert_eq!(evaluate(&other, &mended).decision, Decision::ExplicitDeny);
    }
}

#[test]
fn a_service_is_excepted_by_its_name_and_an_anonymous_caller_not_at_all() {
    let service = Request::new(Principal::service("s3.amazonaws.com"), "s3:PutObject", Resource::new(OBJECT, OURS));
    let policies = Policies { resource: Some(denying("")), ..Policies::default() };
    let patches = repair(&service, &policies).expect("a repair");
    assert_eq!(patches.len(), 2, "the exception and the grant");
    let condition = r#""Condition":{"StringNotEquals":{"aws:PrincipalServiceName":"s3.amazonaws.com"}}"#;
    assert!(patches[0].statement.to_string().contains(condition), "{}", patches[0].statement);
    let anonymous = Request { principal: Principal::Anonymous, ..service };
    assert_eq!(repair(&anonymous, &policies), None);
}

#[test]
fn an_own_policy_is_added_beside_the_others_and_a_boundary_is_widened() {
    let other = one(r#""Effect":"Allow","Action":"s3:PutObject","Resource":"*""#);
    let policies = Policies { identity: vec![other.clone()], boundary: Some(other), ..Policies::default() };
    let patches = repair(&read(), &policies).expect("a repair");
    let places: Vec<_> =
        patches.iter().map(|patch| (patch.side, patch.policy, patch.document.statements.len())).collect();
    assert_eq!(places, [(Side::Identity, 1, 1), (Side::Boundary, 0, 2)]);
}

#[test]
fn a_policy_in_the_old_language_is_lifted_where_the_statement_needs_it() {
    let old = doc(r#"{"Statement":[{"Effect":"Allow","Action":"s3:PutObject","Resource":"*"}]}"#);
    let policies = Policies { identity: vec![allowing()], boundary: Some(old), ..Policies::default() };
    let starred = Request { resource: Resource::new("arn:aws:s3:::b/a*", OURS), ..read() };
    let patches = repair(&starred, &policies).expect("a repair");
    assert_eq!(patches[0].document.version, Version::V2012);
    assert_eq!(repair(&read(), &policies).expect("a repair")[0].document.version, Version::V2008);
}

#[test]
fn a_patch_prints_as_the_statement_with_its_new_lines_marked() {
    let patches = repair(&read(), &against(denying(""))).expect("a repair");
    let expected = format!(
        concat!(
            "  {{\n    \"Sid\": \"D\",\n    \"Effect\": \"Deny\",\n    \"Principal\": \"*\",\n    \"Action\": \"s3:*\",\n",
            "    \"Resource\": \"*\",\n+   \"Condition\": {{\n+     \"ArnNotEquals\": {{\n",
            "+       \"aws:PrincipalArn\": \"{}\"\n+     }}\n+   }}\n  }}"
        ),
        ROLE
    );
    assert_eq!(patches[0].to_string(), expected);
    let added = repair(&read(), &Policies::default()).expect("a repair");
    assert!(added[0].to_string().lines().all(|line| line.starts_with("+ ")), "{}", added[0]);
    assert!(by_identity(&read(), added[0].document.clone()).is_allowed());
}
