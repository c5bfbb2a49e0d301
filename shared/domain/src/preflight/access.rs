//! Whether DataSync may take on the role, and whether the role may use the bucket.

use serde_json::Value;

use super::{BucketFacts, Obstacle};
use crate::job_spec::Transfer;
use crate::policy::{Decision, Document, Policies, Principal, Request, Resource, Side, Statement, Verdict, evaluate};
use crate::stack::Stack;

const DATASYNC: &str = "datasync.amazonaws.com";
/// What DataSync asks of the bucket itself.
const BUCKET_ACTIONS: [&str; 3] = ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"];
/// What DataSync asks of the objects that it writes.
const OBJECT_ACTIONS: [&str; 4] =
    ["s3:AbortMultipartUpload", "s3:GetObject", "s3:ListMultipartUploadParts", "s3:PutObject"];

/// DataSync acts for the task or for its location, and the service does not say which: either is enough.
pub(super) fn trust(stack: &Stack, transfer: &Transfer, destination: Option<&str>, trust: &str) -> Vec<Obstacle> {
    let Ok(document) = trust.parse::<Document>() else { return vec![] };
    let policies = Policies { resource: Some(document), ..Policies::default() };
    let role = Resource::new(&transfer.bucket_access_role, &stack.account);
    let asked_for = |source: &str| {
        let request = Request::new(Principal::service(DATASYNC), "sts:AssumeRole", role.clone())
            .with("aws:SourceAccount", &stack.account)
            .with("aws:SourceArn", source);
        evaluate(&request, &policies)
    };
    let sources = [Some(transfer.task.as_str()), destination];
    if sources.into_iter().flatten().any(|source| asked_for(source).is_allowed()) {
        return vec![];
    }
    let any_of_ours = stack.arn("datasync", "*");
    let missing = Statement::allow(["sts:AssumeRole"]).for_service(DATASYNC).from_source(&stack.account, &any_of_ours);
    vec![Obstacle {
        id: "role-not-trusting-datasync".into(),
        what: format!("The role {} does not let DataSync take it on", transfer.bucket_access_role),
        fix: "Add the statement to the role's trust policy, or let `nightferry apply` mend it.".into(),
        patch: json(&missing),
    }]
}

pub(super) fn bucket(
    stack: &Stack,
    transfer: &Transfer,
    policies: &[String],
    boundary: Option<&str>,
    bucket: &BucketFacts,
) -> Vec<Obstacle> {
    let (Some(policies), Ok(role)) =
        (around(policies, boundary, bucket), Principal::from_arn(&transfer.bucket_access_role))
    else {
        return vec![];
    };
    let bucket_arn = format!("arn:{}:s3:::{}", stack.partition, transfer.bucket);
    let folder = format!("{bucket_arn}/{}", transfer.prefix);
    let case = Case { stack, transfer, role, policies };
    let mut found = case.judge(&BUCKET_ACTIONS, &bucket_arn, &bucket_arn);
    found.extend(case.judge(&OBJECT_ACTIONS, &format!("{folder}nightferry-preflight"), &format!("{folder}*")));
    found
}

/// The policies around the role; `None` when one of them can't be read, or when the bucket is not there to be used.
fn around(policies: &[String], boundary: Option<&str>, bucket: &BucketFacts) -> Option<Policies> {
    let read = |text: &str| text.parse::<Document>().ok();
    let resource = match bucket {
        BucketFacts::Missing => return None,
        BucketFacts::Unreadable => None,
        BucketFacts::Own { policy } => policy.as_deref().map(|text| read(text).ok_or(())).transpose().ok()?,
    };
    Some(Policies {
        identity: policies.iter().map(|text| read(text)).collect::<Option<_>>()?,
        resource,
        boundary: boundary.map(|text| read(text).ok_or(())).transpose().ok()?,
        session: vec![],
    })
}

struct Case<'a> {
    stack: &'a Stack,
    transfer: &'a Transfer,
    role: Principal,
    policies: Policies,
}

impl Case<'_> {
    /// Judges each action on one thing; `wanted` is the resource that a mending statement should name.
    fn judge(&self, actions: &[&'static str], on: &str, wanted: &str) -> Vec<Obstacle> {
        let verdict = |action: &&'static str| {
            let resource = Resource::new(on, &self.stack.account);
            (*action, evaluate(&Request::new(self.role.clone(), *action, resource), &self.policies))
        };
        let refused: Vec<_> = actions.iter().map(verdict).filter(|(_, verdict)| !verdict.is_allowed()).collect();
        let denied = refused.iter().find(|(_, verdict)| verdict.decision == Decision::ExplicitDeny);
        if let Some((action, verdict)) = denied {
            return vec![self.denied(action, verdict, wanted)];
        }
        let lacking: Vec<&str> = refused.iter().map(|(action, _)| *action).collect();
        if lacking.is_empty() { vec![] } else { vec![self.lacking(&lacking, wanted)] }
    }

    fn denied(&self, action: &str, verdict: &Verdict, on: &str) -> Obstacle {
        let statement = verdict.decided_by.as_ref();
        let name = statement.and_then(|found| found.sid.as_deref()).unwrap_or("without a Sid");
        let place = match verdict.side {
            Side::Resource => "the bucket's policy",
            Side::Boundary => "the role's permissions boundary",
            Side::Identity | Side::Trust | Side::Session => "the role's own policy",
        };
        Obstacle::new(
            "bucket-access-denied",
            format!("{place} denies {action} on {on} to {}: statement {name}", self.transfer.bucket_access_role),
            "Except the role from that Deny; no Allow helps against it.".into(),
        )
    }

    fn lacking(&self, actions: &[&str], on: &str) -> Obstacle {
        let statement = Statement::allow(actions.iter().copied()).on([on]);
        Obstacle {
            id: "bucket-access-missing".into(),
            what: format!("The role {} may not {} on {on}", self.transfer.bucket_access_role, actions.join(", ")),
            fix: "Add the statement to the role's policy, or let `nightferry apply` mend it.".into(),
            patch: json(&statement),
        }
    }
}

fn json(statement: &Statement) -> Option<Value> {
    serde_json::to_value(statement).ok()
}
