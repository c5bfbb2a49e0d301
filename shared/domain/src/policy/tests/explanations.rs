//! What a verdict tells: the statement that is missing, the one that nearly fitted, AWS's own words.

use super::super::{Document, Policies, Principal, Request, Resource, Side, evaluate};
use super::{OBJECT, OURS, ROLE, by_identity, by_resource, one, read, read_theirs, role};

fn other() -> Document {
    one(r#""Effect":"Allow","Action":"s3:PutObject","Resource":"*""#)
}

fn assume() -> Request {
    Request::new(role(), "sts:AssumeRole", Resource::new("arn:aws:iam::123456789012:role/Target", OURS))
}

#[test]
fn all_that_is_missing_is_told_side_by_side() {
    let verdict = evaluate(&read_theirs(), &Policies { boundary: Some(other()), ..Policies::default() });
    assert_eq!(verdict.side, Side::Identity);
    let sides: Vec<_> = verdict.also_missing.iter().map(|missing| missing.side).collect();
    assert_eq!(sides, [Side::Resource, Side::Boundary]);
    assert_eq!(
        verdict.also_missing[0].statement.to_string(),
        format!(r#"{{"Effect":"Allow","Principal":{{"AWS":"{ROLE}"}},"Action":"s3:GetObject","Resource":"{OBJECT}"}}"#)
    );
}

#[test]
fn what_is_missing_ties_a_passed_role_to_its_service_and_a_service_to_its_source() {
    let pass =
        Request { action: "iam:PassRole".to_owned(), ..assume() }.with("iam:PassedToService", "backup.amazonaws.com");
    let missing = evaluate(&pass, &Policies::default()).missing.expect("a statement");
    assert!(
        missing
            .to_string()
            .ends_with(r#""Condition":{"StringEquals":{"iam:PassedToService":"backup.amazonaws.com"}}}"#)
    );
    let service = Request { principal: Principal::service("datasync.amazonaws.com"), ..assume() };
    let service =
        service.with("aws:SourceAccount", OURS).with("aws:SourceArn", "arn:aws:datasync:r:123456789012:task/t");
    let missing = evaluate(&service, &Policies::default()).missing.expect("a statement");
    assert_eq!(
        missing.to_string(),
        concat!(
            r#"{"Effect":"Allow","Principal":{"Service":"datasync.amazonaws.com"},"Action":"sts:AssumeRole","#,
            r#""Condition":{"ArnLike":{"aws:SourceArn":"arn:aws:datasync:r:123456789012:task/t"},"#,
            r#""StringEquals":{"aws:SourceAccount":"123456789012"}}}"#
        )
    );
}

#[test]
fn what_is_missing_means_a_name_with_a_star_in_it_literally() {
    let odd = Request { resource: Resource::new("arn:aws:s3:::b/a*?${x}", OURS), ..read() };
    let missing = evaluate(&odd, &Policies::default()).missing.expect("a statement");
    assert!(by_identity(&odd, missing.clone().into()).is_allowed());
    let plain = Request { resource: Resource::new("arn:aws:s3:::b/abc${x}", OURS), ..read() };
    assert!(!by_identity(&plain, missing.into()).is_allowed());
}

#[test]
fn an_allow_that_fails_by_its_condition_alone_is_pointed_at() {
    let guarded = one(
        r#""Sid":"Trust","Effect":"Allow","Principal":{"Service":"datasync.amazonaws.com"},"Action":"sts:AssumeRole",
           "Condition":{"StringEquals":{"aws:SourceAccount":"123456789012"}}"#,
    );
    let by = |service| Request { principal: Principal::service(service), ..assume() };
    let verdict = by_resource(&by("datasync.amazonaws.com").with("aws:SourceAccount", "1"), guarded.clone());
    let [near] = verdict.near_misses.as_slice() else { panic!("one near miss in {verdict:?}") };
    assert_eq!((near.statement.sid.as_deref(), near.statement.side), (Some("Trust"), Side::Trust));
    assert_eq!((near.operator.to_string(), near.key.as_str()), ("StringEquals".to_owned(), "aws:SourceAccount"));
    assert_eq!(
        (near.wanted.first().map(String::as_str), near.found.as_slice()),
        (Some(OURS), &["1".to_owned()] as &[_])
    );
    let stranger = by_resource(&by("backup.amazonaws.com"), guarded);
    assert!(stranger.near_misses.is_empty(), "another service is not meant at all");
}

#[test]
fn a_refusal_reads_as_aws_writes_it() {
    let user = "User: arn:aws:sts::123456789012:assumed-role/Copier/night is not authorized to perform: s3:GetObject";
    let said = |policies: &Policies| evaluate(&read(), policies).denial(&read()).expect("a refusal");
    let identity =
        Policies { identity: vec![one(r#""Effect":"Allow","Action":"s3:*","Resource":"*""#)], ..Policies::default() };
    assert_eq!(
        said(&Policies::default()),
        format!("{user} on resource: \"{OBJECT}\" because no identity-based policy allows the s3:GetObject action")
    );
    assert_eq!(
        said(&Policies { boundary: Some(other()), ..identity.clone() }),
        format!("{user} on resource: \"{OBJECT}\" because no permissions boundary allows the s3:GetObject action")
    );
    let deny = one(r#""Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*""#);
    assert_eq!(
        said(&Policies { resource: Some(deny), ..identity.clone() }),
        format!("{user} on resource: \"{OBJECT}\" with an explicit deny in a resource-based policy")
    );
    let trust = evaluate(&assume(), &Policies::default()).denial(&assume()).expect("a refusal");
    assert!(trust.ends_with(
        "on resource: arn:aws:iam::123456789012:role/Target because no role trust policy allows the sts:AssumeRole action"
    ));
    assert_eq!(evaluate(&read(), &identity).denial(&read()), None);
}
