//! The documents that our own product writes, asked the questions that a night asks of them.

use super::super::{Decision, Document, Policies, Principal, Request, Resource, Side, evaluate};
use super::{OURS, THEIRS, doc, who};

/// DataSync's bucket access role may be taken on by DataSync, for this account, in this Region.
const DATASYNC_TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"datasync.amazonaws.com"},"Action":"sts:AssumeRole",
 "Condition":{"StringEquals":{"aws:SourceAccount":"123456789012"},"ArnLike":{"aws:SourceArn":"arn:aws:datasync:ap-northeast-1:123456789012:*"}}}]}"#;

/// What that role may read.
const SOURCE: &str = r#"{"Version":"2012-10-17","Statement":[
 {"Effect":"Allow","Action":["s3:GetBucketLocation","s3:ListBucket","s3:ListBucketMultipartUploads"],"Resource":"arn:aws:s3:::nightferry-src-example"},
 {"Effect":"Allow","Action":["s3:GetObject","s3:GetObjectTagging","s3:GetObjectVersion","s3:GetObjectVersionTagging","s3:ListMultipartUploadParts"],"Resource":"arn:aws:s3:::nightferry-src-example/*"}]}"#;

/// The other account's bucket policy.
const BUCKET: &str = r#"{"Version":"2012-10-17","Statement":[
 {"Sid":"NightferryDataSyncBucket","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::210987654321:role/nightferry/NightferryDataSyncSource"},"Action":["s3:GetBucketLocation","s3:ListBucket","s3:ListBucketMultipartUploads"],"Resource":"arn:aws:s3:::nightferry-src-example"},
 {"Sid":"NightferryDataSyncObjects","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::210987654321:role/nightferry/NightferryDataSyncSource"},"Action":["s3:GetObject","s3:GetObjectTagging","s3:GetObjectVersion","s3:GetObjectVersionTagging","s3:ListMultipartUploadParts"],"Resource":"arn:aws:s3:::nightferry-src-example/*"},
 {"Sid":"NightferryCreateLocation","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::210987654321:role/nightferry/NightferryDeployer"},"Action":"s3:ListBucket","Resource":"arn:aws:s3:::nightferry-src-example"}]}"#;

/// A vault that takes copies from the organisation and lets nobody delete.
const VAULT: &str = r#"{"Version":"2012-10-17","Statement":[
 {"Sid":"AllowCopyIn","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:root"},"Action":"backup:CopyIntoBackupVault","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-exampleorg"}}},
 {"Sid":"DenyDelete","Effect":"Deny","Principal":"*","Action":["backup:DeleteRecoveryPoint","backup:UpdateRecoveryPointLifecycle","backup:DeleteBackupVaultAccessPolicy","backup:PutBackupVaultAccessPolicy"],"Resource":"*","Condition":{"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::210987654321:role/nightferry/BreakGlass"}}}]}"#;

/// DataSync's log group.
const LOGS: &str = r#"{"Version":"2012-10-17","Statement":[{"Sid":"DataSyncLogs","Effect":"Allow","Principal":{"Service":"datasync.amazonaws.com"},
 "Action":["logs:PutLogEvents","logs:CreateLogStream"],"Resource":"arn:aws:logs:ap-northeast-1:123456789012:log-group:/aws/datasync/nightferry:*",
 "Condition":{"ArnLike":{"aws:SourceArn":"arn:aws:datasync:ap-northeast-1:123456789012:task/*"},"StringEquals":{"aws:SourceAccount":"123456789012"}}}]}"#;

const TASK: &str = "arn:aws:datasync:ap-northeast-1:123456789012:task/task-0123456789abcdef0";

fn resource(document: &str) -> Policies {
    Policies { resource: Some(doc(document)), ..Policies::default() }
}

fn takes_on(service: &str, account: &str, source: &str) -> bool {
    let role = Resource::new("arn:aws:iam::123456789012:role/nightferry/NightferryDataSyncSource", OURS);
    let request = Request::new(Principal::service(service), "sts:AssumeRole", role)
        .with("aws:SourceAccount", account)
        .with("aws:SourceArn", source);
    evaluate(&request, &resource(DATASYNC_TRUST)).is_allowed()
}

#[test]
fn datasync_takes_on_its_role_for_our_own_task_only() {
    assert!(takes_on("datasync.amazonaws.com", OURS, TASK));
    assert!(!takes_on("backup.amazonaws.com", OURS, TASK), "another service");
    assert!(!takes_on("datasync.amazonaws.com", THEIRS, TASK), "for another account");
    assert!(
        !takes_on("datasync.amazonaws.com", OURS, &TASK.replace("ap-northeast-1", "us-east-1")),
        "in another Region"
    );
    assert!(!takes_on("datasync.amazonaws.com", OURS, &TASK.replace(OURS, THEIRS)), "for another account's task");
}

#[test]
fn a_service_that_names_no_source_does_not_take_on_a_guarded_role() {
    let role = Resource::new("arn:aws:iam::123456789012:role/r", OURS);
    let request = Request::new(Principal::service("datasync.amazonaws.com"), "sts:AssumeRole", role);
    let verdict = evaluate(&request, &resource(DATASYNC_TRUST));
    assert_eq!((verdict.decision, verdict.side), (Decision::ImplicitDeny, Side::Trust));
}

#[test]
fn a_person_does_not_take_on_datasyncs_role() {
    let everything = doc(r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#);
    let role = Resource::new("arn:aws:iam::123456789012:role/r", OURS);
    let request = Request::new(who("arn:aws:iam::123456789012:user/admin"), "sts:AssumeRole", role);
    let verdict = evaluate(&request, &Policies { identity: vec![everything], ..resource(DATASYNC_TRUST) });
    assert_eq!((verdict.decision, verdict.side), (Decision::ImplicitDeny, Side::Trust));
}

fn pull(role_name: &str, action: &str, arn: &str) -> Request {
    let session = format!("arn:aws:sts::{THEIRS}:assumed-role/{role_name}/datasync");
    let role = format!("arn:aws:iam::{THEIRS}:role/nightferry/{role_name}");
    Request::new(Principal::session(&role, &session).expect("a session"), action, Resource::new(arn, OURS))
}

#[test]
fn a_cross_account_pull_needs_the_role_and_the_bucket_policy() {
    let identity = |document: &str| Policies { identity: vec![doc(document)], ..Policies::default() };
    let both = Policies { identity: vec![doc(SOURCE)], ..resource(BUCKET) };
    for (action, arn) in [
        ("s3:ListBucket", "arn:aws:s3:::nightferry-src-example"),
        ("s3:GetObject", "arn:aws:s3:::nightferry-src-example/home/a.txt"),
        ("s3:GetObjectVersionTagging", "arn:aws:s3:::nightferry-src-example/home/a.txt"),
    ] {
        let request = pull("NightferryDataSyncSource", action, arn);
        assert!(evaluate(&request, &both).is_allowed(), "{action}");
        assert_eq!(evaluate(&request, &identity(SOURCE)).side, Side::Resource, "{action} without the bucket policy");
        assert_eq!(evaluate(&request, &resource(BUCKET)).side, Side::Identity, "{action} without the role's policy");
        assert!(
            !evaluate(&request, &identity(SOURCE)).is_allowed() && !evaluate(&request, &resource(BUCKET)).is_allowed()
        );
    }
    let write = pull("NightferryDataSyncSource", "s3:DeleteObject", "arn:aws:s3:::nightferry-src-example/home/a.txt");
    assert!(!evaluate(&write, &both).is_allowed(), "a source is only read");
    let stranger = pull("Stranger", "s3:GetObject", "arn:aws:s3:::nightferry-src-example/home/a.txt");
    assert_eq!(evaluate(&stranger, &both).side, Side::Resource);
}

#[test]
fn the_owner_condition_of_a_destination_stops_a_bucket_that_changed_hands() {
    let destination =
        doc(&SOURCE.replace(r#"/*"}"#, r#"/*","Condition":{"StringEquals":{"aws:ResourceAccount":"123456789012"}}}"#));
    let request = |owner| {
        let session = who("arn:aws:sts::123456789012:assumed-role/r/s");
        Request::new(session, "s3:GetObject", Resource::new("arn:aws:s3:::nightferry-src-example/a", owner))
    };
    let open = doc(r#"{"Statement":{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"}}"#);
    let policies = Policies { identity: vec![destination], resource: Some(open), ..Policies::default() };
    let judged = |owner| {
        evaluate(
            &request(owner),
            &Policies { resource: policies.resource.clone().filter(|_| owner == THEIRS), ..policies.clone() },
        )
    };
    assert!(judged(OURS).is_allowed());
    assert_eq!(judged(THEIRS).side, Side::Identity);
}

#[test]
fn nobody_but_the_break_glass_role_deletes_from_the_vault() {
    let vault = Resource::new("arn:aws:backup:ap-northeast-1:210987654321:recovery-point:p", THEIRS);
    let all: Document = doc(r#"{"Statement":{"Effect":"Allow","Action":"backup:*","Resource":"*"}}"#);
    let policies = Policies { identity: vec![all], ..resource(VAULT) };
    let delete = |role: &str| {
        let arn = format!("arn:aws:iam::{THEIRS}:role/nightferry/{role}");
        evaluate(&Request::new(who(&arn), "backup:DeleteRecoveryPoint", vault.clone()), &policies)
    };
    let denied = delete("Administrator");
    assert_eq!(denied.decision, Decision::ExplicitDeny);
    assert_eq!(denied.decided_by.and_then(|found| found.sid).as_deref(), Some("DenyDelete"));
    assert!(delete("BreakGlass").is_allowed());
}

#[test]
fn copies_come_into_the_vault_from_the_organisation_only() {
    let vault = Resource::new("arn:aws:backup:ap-northeast-1:210987654321:backup-vault:v", THEIRS);
    let all: Document = doc(r#"{"Statement":{"Effect":"Allow","Action":"backup:*","Resource":"*"}}"#);
    let policies = Policies { identity: vec![all], ..resource(VAULT) };
    let copy = Request::new(who("arn:aws:iam::123456789012:role/Backup"), "backup:CopyIntoBackupVault", vault);
    assert!(evaluate(&copy.clone().with("aws:PrincipalOrgID", "o-exampleorg"), &policies).is_allowed());
    assert_eq!(evaluate(&copy.clone().with("aws:PrincipalOrgID", "o-another"), &policies).side, Side::Resource);
    assert!(!evaluate(&copy, &policies).is_allowed());
}

#[test]
fn datasync_writes_to_our_log_group_and_no_other() {
    let write = |group: &str| {
        let arn = format!("arn:aws:logs:ap-northeast-1:{OURS}:log-group:{group}:log-stream:s");
        let request =
            Request::new(Principal::service("datasync.amazonaws.com"), "logs:PutLogEvents", Resource::new(arn, OURS));
        evaluate(&request.with("aws:SourceAccount", OURS).with("aws:SourceArn", TASK), &resource(LOGS)).is_allowed()
    };
    assert!(write("/aws/datasync/nightferry"));
    assert!(!write("/aws/datasync/other"));
}

#[test]
fn every_own_document_fits_its_side() {
    for (text, side) in [
        (DATASYNC_TRUST, Side::Trust),
        (SOURCE, Side::Identity),
        (BUCKET, Side::Resource),
        (VAULT, Side::Resource),
        (LOGS, Side::Resource),
    ] {
        doc(text).check_for(side).expect("a document for its side");
    }
}
