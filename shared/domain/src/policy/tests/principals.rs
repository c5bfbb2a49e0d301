//! AWS's rules of who a policy speaks of.
//!
//! AWS pages: IAM User Guide, "AWS JSON policy elements: Principal" and "`NotPrincipal`".

use super::super::error::RequestError;
use super::super::{Decision, Policies, Principal, Request, Resource, evaluate};
use super::{OBJECT, OURS, ROLE, SESSION, by_resource, one, role, who};

fn grants(principal: &str, caller: Principal) -> bool {
    let document = one(&format!(r#""Effect":"Allow","Principal":{principal},"Action":"s3:GetObject","Resource":"*""#));
    by_resource(&Request::new(caller, "s3:GetObject", Resource::new(OBJECT, OURS)), document).is_allowed()
}

#[test]
fn a_session_is_named_by_itself_by_its_role_and_by_everyone() {
    for (principal, expected) in [
        (format!(r#"{{"AWS":"{SESSION}"}}"#), true),
        (format!(r#"{{"AWS":"{ROLE}"}}"#), true),
        (r#""*""#.to_owned(), true),
        (r#"{"AWS":"*"}"#.to_owned(), true),
        (r#"{"AWS":"arn:aws:sts::123456789012:assumed-role/Copier/day"}"#.to_owned(), false),
        (r#"{"AWS":"arn:aws:iam::123456789012:role/nightferry/Other"}"#.to_owned(), false),
        (r#"{"AWS":"arn:aws:iam::210987654321:role/nightferry/Copier"}"#.to_owned(), false),
        (r#"{"Service":"s3.amazonaws.com"}"#.to_owned(), false),
        (r#"{"CanonicalUser":"79a59d"}"#.to_owned(), false),
    ] {
        assert_eq!(grants(&principal, role()), expected, "{principal}");
    }
}

#[test]
fn part_of_a_principal_cannot_be_a_wildcard() {
    assert!(!grants(r#"{"AWS":"arn:aws:iam::123456789012:role/*"}"#, role()));
    assert!(!grants(r#"{"AWS":"arn:aws:sts::123456789012:assumed-role/Copier/*"}"#, role()));
}

#[test]
fn a_role_named_without_its_path_is_another_role() {
    assert!(!grants(r#"{"AWS":"arn:aws:iam::123456789012:role/Copier"}"#, role()));
}

#[test]
fn a_session_whose_role_path_is_unknown_belongs_to_the_role_of_its_name() {
    let session = who(SESSION);
    assert!(grants(&format!(r#"{{"AWS":"{ROLE}"}}"#), session.clone()));
    assert!(!grants(r#"{"AWS":"arn:aws:iam::123456789012:role/nightferry/NotCopier"}"#, session.clone()));
    assert!(!grants(r#"{"AWS":"arn:aws:iam::123456789012:user/Copier"}"#, session));
}

#[test]
fn everyone_includes_services_and_anonymous_callers() {
    for caller in [Principal::Anonymous, Principal::service("s3.amazonaws.com")] {
        assert!(grants(r#""*""#, caller));
    }
    let stranger = who("arn:aws:iam::210987654321:role/r");
    assert!(!grants(r#""*""#, stranger), "another account's caller needs its own side as well");
    assert!(!grants(&format!(r#"{{"AWS":"{OURS}"}}"#), Principal::Anonymous));
}

#[test]
fn a_provider_is_named_as_federated() {
    let caller = Principal::Federated { provider: "accounts.google.com".to_owned() };
    assert!(grants(r#"{"Federated":"accounts.google.com"}"#, caller.clone()));
    assert!(!grants(r#"{"Federated":"www.amazon.com"}"#, caller));
}

/// Whether a Deny with this `NotPrincipal` spares the caller.
fn spares(not_principal: &str, caller: Principal, boundary: bool) -> bool {
    let everything = r#""Action":"*","Resource":"*""#;
    let allow = one(&format!(r#""Effect":"Allow",{everything}"#));
    let policies = Policies {
        identity: vec![allow.clone()],
        resource: Some(one(&format!(r#""Effect":"Deny","NotPrincipal":{{"AWS":{not_principal}}},{everything}"#))),
        boundary: boundary.then_some(allow),
        session: Vec::new(),
    };
    let request = Request::new(caller, "s3:GetObject", Resource::new(OBJECT, OURS));
    evaluate(&request, &policies).decision != Decision::ExplicitDeny
}

#[test]
fn a_deny_for_all_but_some_spares_only_who_is_listed_with_the_account() {
    let root = "arn:aws:iam::123456789012:root";
    let user = "arn:aws:iam::123456789012:user/ann";
    for (listed, caller, expected) in [
        (format!(r#"["{ROLE}","{root}"]"#), role(), true),
        (format!(r#"["{ROLE}"]"#), role(), false),
        (format!(r#"["{ROLE}","arn:aws:sts::123456789012:root"]"#), role(), false),
        (format!(r#"["{root}"]"#), role(), false),
        (format!(r#"["{SESSION}","{ROLE}","{OURS}"]"#), role(), true),
        (format!(r#"["{user}","{root}"]"#), who(user), true),
        (format!(r#"["{user}"]"#), who(user), false),
        (format!(r#"["{root}"]"#), who(root), true),
        (r#"["*"]"#.to_owned(), role(), true),
    ] {
        assert_eq!(spares(&listed, caller, false), expected, "{listed}");
    }
}

#[test]
fn a_deny_for_all_but_some_never_spares_a_caller_with_a_boundary() {
    assert!(!spares(&format!(r#"["{ROLE}","{OURS}"]"#), role(), true));
}

#[test]
fn an_arn_tells_what_kind_of_principal_it_is() {
    assert!(matches!(who(ROLE), Principal::Role(role) if role.session_arn.is_none() && role.name == "Copier"));
    assert!(matches!(who("arn:aws:iam::1:root"), Principal::Root { .. }));
    assert!(matches!(who("datasync.amazonaws.com"), Principal::Service { .. }));
    for odd in ["", "someone", "arn:aws:s3:::b", "arn:aws:iam::1:group/g", "arn:aws:sts::1:assumed-role/NoSession"] {
        assert!(matches!(Principal::from_arn(odd), Err(RequestError::NotAPrincipal { .. })), "{odd}");
    }
}

#[test]
fn a_session_of_another_role_is_refused() {
    let odd = Principal::session("arn:aws:iam::123456789012:role/Other", SESSION);
    assert!(matches!(odd, Err(RequestError::OtherRolesSession { .. })));
    assert!(Principal::session(SESSION, SESSION).is_err(), "a session is no role");
}

#[test]
fn an_iam_arn_that_names_nobody_is_no_principal() {
    assert!(Principal::from_arn("arn:aws:iam::123456789012:root").is_ok());
    assert!(Principal::from_arn("arn:aws:iam::123456789012:group").is_err());
}
