//! KMS: a key's own policy always has to allow, or to leave it to its account's identity policies.
//!
//! AWS pages: KMS Developer Guide, "Key policies in AWS KMS", "Default key policy", "Allowing users in other accounts to
//! use a KMS key"; IAM User Guide, "Cross-account policy evaluation logic".

use super::super::{Decision, Document, Policies, Principal, Request, Resource, Side, Verdict, evaluate};
use super::{OURS, ROLE, SESSION, THEIRS, one, role, who};

const KEY: &str = "arn:aws:kms:ap-northeast-1:123456789012:key/1234abcd";

fn decrypt(caller: Principal, account: &str) -> Request {
    Request::new(caller, "kms:Decrypt", Resource::new(KEY, account))
}

fn key_policy(principal: &str) -> Document {
    one(&format!(r#""Sid":"K","Effect":"Allow","Principal":{principal},"Action":"kms:*","Resource":"*""#))
}

fn own() -> Vec<Document> {
    vec![one(r#""Effect":"Allow","Action":"kms:Decrypt","Resource":"*""#)]
}

/// The verdict on our role with this key policy, and with or without an identity policy that allows.
fn judged(principal: &str, with_identity: bool, account: &str) -> Verdict {
    let identity = if with_identity { own() } else { vec![] };
    let policies = Policies { identity, resource: Some(key_policy(principal)), ..Policies::default() };
    evaluate(&decrypt(role(), account), &policies)
}

#[test]
fn a_key_opens_where_its_policy_allows_or_delegates_to_an_account_that_allows() {
    let root = format!(r#"{{"AWS":"arn:aws:iam::{OURS}:root"}}"#);
    let (by_role, by_session) = (format!(r#"{{"AWS":"{ROLE}"}}"#), format!(r#"{{"AWS":"{SESSION}"}}"#));
    let stranger = format!(r#"{{"AWS":"{THEIRS}"}}"#);
    for (principal, identity, expected) in [
        (&root, true, None),
        (&root, false, Some(Side::Identity)),
        (&by_role, false, None),
        (&by_session, false, None),
        (&stranger, true, Some(Side::Resource)),
    ] {
        let verdict = judged(principal, identity, OURS);
        let lacking = (!verdict.is_allowed()).then_some(verdict.side);
        assert_eq!(lacking, expected, "{principal}, identity policy: {identity}");
    }
}

#[test]
fn an_identity_policy_alone_opens_no_key_and_the_root_user_no_key_either() {
    let policies = Policies { identity: own(), ..Policies::default() };
    assert_eq!(evaluate(&decrypt(role(), OURS), &policies).side, Side::Resource);
    let root = evaluate(&decrypt(who("arn:aws:iam::123456789012:root"), OURS), &policies);
    assert_eq!((root.decision, root.side), (Decision::ImplicitDeny, Side::Resource));
}

#[test]
fn a_key_of_another_account_needs_both_its_policy_and_the_callers() {
    for principal in [format!(r#"{{"AWS":"{ROLE}"}}"#), format!(r#"{{"AWS":"arn:aws:iam::{OURS}:root"}}"#)] {
        assert!(judged(&principal, true, THEIRS).is_allowed(), "{principal}");
        assert_eq!(judged(&principal, false, THEIRS).side, Side::Identity, "{principal}");
    }
    let theirs_alone = format!(r#"{{"AWS":"{THEIRS}"}}"#);
    assert_eq!(judged(&theirs_alone, true, THEIRS).side, Side::Resource);
}

#[test]
fn a_deny_in_a_keys_policy_holds_for_the_identity_that_may() {
    let both = Document::new(
        [key_policy(r#"{"AWS":"123456789012"}"#), one(r#""Sid":"D","Effect":"Deny","Principal":"*","Action":"kms:Decrypt","Resource":"*","Condition":{"StringNotEquals":{"kms:ViaService":"s3.ap-northeast-1.amazonaws.com"}}"#)]
            .into_iter()
            .flat_map(|document| document.statements),
    );
    let policies = Policies { identity: own(), resource: Some(both), ..Policies::default() };
    assert_eq!(evaluate(&decrypt(role(), OURS), &policies).decision, Decision::ExplicitDeny);
    let through_s3 = decrypt(role(), OURS).with("kms:ViaService", "s3.ap-northeast-1.amazonaws.com");
    assert!(evaluate(&through_s3, &policies).is_allowed());
}

#[test]
fn a_service_uses_a_key_by_the_keys_policy_alone() {
    let guarded =
        one(r#""Effect":"Allow","Principal":{"Service":"backup.amazonaws.com"},"Action":"kms:Decrypt","Resource":"*",
           "Condition":{"StringEquals":{"aws:SourceAccount":"123456789012"}}"#);
    let policies = Policies { resource: Some(guarded), ..Policies::default() };
    let asks = decrypt(Principal::service("backup.amazonaws.com"), OURS);
    assert!(evaluate(&asks.clone().with("aws:SourceAccount", OURS), &policies).is_allowed());
    assert!(!evaluate(&asks.with("aws:SourceAccount", THEIRS), &policies).is_allowed());
}

#[test]
fn what_a_keys_policy_lacks_is_written_as_key_policies_are() {
    let verdict = evaluate(&decrypt(role(), OURS), &Policies { identity: own(), ..Policies::default() });
    assert_eq!(
        verdict.missing.expect("a statement").to_string(),
        format!(r#"{{"Effect":"Allow","Principal":{{"AWS":"{ROLE}"}},"Action":"kms:Decrypt","Resource":"*"}}"#)
    );
}
