//! One question after the other: may this role do that, by the documents of both sides that could be read.

use serde_json::Value;

use super::{BucketFacts, Findings, Obstacle, Place, RoleFacts, missing_role};
use crate::policy::{
    BlockPublicAccess, Decision, Document, Policies, Principal, Request, Resource, Side, Statement, Test, Verdict,
    evaluate,
};
use crate::stack::Stack;

/// A role with its documents read.
pub(super) struct Caller {
    pub(super) arn: String,
    principal: Principal,
    identity: Vec<Document>,
    boundary: Option<Document>,
    /// In whose documents a missing statement belongs.
    place: Place,
}

/// A thing and its own policy.
pub(super) struct Thing<'a> {
    /// In a person's words: `bucket x`.
    pub(super) words: String,
    /// Twelve digits.
    pub(super) owner: &'a str,
    pub(super) policy: ThingPolicy,
    pub(super) place: Place,
    /// A bucket's switches beside its policy.
    pub(super) public_access: BlockPublicAccess,
}

/// What a thing's own policy says.
pub(super) enum ThingPolicy {
    /// It has none, or this one.
    Known(Option<Document>),
    /// It can't be read.
    Unknown,
}

/// Actions on one resource, with the statements that would allow them on either side.
pub(super) struct Ask<'a> {
    pub(super) actions: &'a [&'static str],
    /// The ARN that is tried.
    pub(super) on: String,
    /// The ARN pattern that a mending statement names.
    pub(super) wanted: String,
    /// Circumstances.
    pub(super) context: Vec<(&'static str, String)>,
    /// What the thing's policy should say, with our Sid.
    pub(super) theirs: Option<Value>,
}

/// A service that takes a role on.
pub(super) struct TrustAsk<'a> {
    pub(super) service: &'static str,
    pub(super) name: &'static str,
    pub(super) id: &'static str,
    /// Any one of these is enough: the service does not say for which it acts.
    pub(super) sources: Vec<&'a str>,
    /// The pattern that a mending statement names; nothing for a service that tells only for which account it acts.
    pub(super) any_of_ours: Option<String>,
}

impl Caller {
    /// A role that is there and could be read; else what that means.
    pub(super) fn role(
        stack: &Stack,
        arn: &str,
        facts: &RoleFacts,
        trust: &TrustAsk<'_>,
        found: &mut Findings,
    ) -> Option<Self> {
        match facts {
            RoleFacts::Missing => {
                found.obstacles.push(missing_role(arn));
                None
            }
            RoleFacts::Unreadable => {
                found.note(format!("the role {arn} can't be read, so nobody knows what it may do"));
                None
            }
            RoleFacts::Found { trust: document, policies, boundary } => {
                trusted(stack, arn, document, trust, found);
                let caller = Self::of(arn, policies, boundary.as_deref(), Place::Role(arn.to_owned()));
                if caller.is_none() {
                    found.note(format!("a policy of the role {arn} is none that this program can read"));
                }
                caller
            }
        }
    }

    pub(super) fn of(arn: &str, policies: &[String], boundary: Option<&str>, place: Place) -> Option<Self> {
        let read = |text: &str| text.parse::<Document>().ok();
        Some(Self {
            arn: arn.to_owned(),
            principal: Principal::from_arn(arn).ok()?,
            identity: policies.iter().map(|text| read(text)).collect::<Option<_>>()?,
            boundary: boundary.map(|text| read(text).ok_or(())).transpose().ok()?,
            place,
        })
    }
}

fn trusted(stack: &Stack, role: &str, document: &str, ask: &TrustAsk<'_>, found: &mut Findings) {
    let Ok(document) = document.parse::<Document>() else {
        return found.note(format!("the trust policy of {role} is none that this program can read"));
    };
    let policies = Policies { resource: Some(document), ..Policies::default() };
    let may = |source: &str| {
        let on = Resource::new(role, &stack.account);
        let request = Request::new(Principal::service(ask.service), "sts:AssumeRole", on)
            .with("aws:SourceAccount", &stack.account)
            .with("aws:SourceArn", source);
        evaluate(&request, &policies)
    };
    let verdicts: Vec<Verdict> = ask.sources.iter().map(|source| may(source)).collect();
    if verdicts.iter().any(Verdict::is_allowed) {
        return;
    }
    let denied = verdicts.iter().find(|verdict| verdict.decision == Decision::ExplicitDeny);
    if let Some(statement) = denied.and_then(|verdict| verdict.decided_by.as_ref()) {
        let name = statement.sid.as_deref().unwrap_or("without a Sid");
        let words = format!(
            "The role {role} does not let {} take it on: its trust policy denies it by statement {name}",
            ask.name
        );
        let fix = "Take that Deny out of the role's trust policy, or let `nightferry apply` mend it.";
        return found.obstacles.push(Obstacle::new(ask.id, words, fix.into()));
    }
    let missing = Statement::allow(["sts:AssumeRole"]).for_service(ask.service);
    let missing = match &ask.any_of_ours {
        Some(source) => missing.from_source(&stack.account, source),
        None => missing.when(Test::StringEquals, "aws:SourceAccount", [&stack.account]),
    };
    let words = format!("The role {role} does not let {} take it on", ask.name);
    let fix = "Add the statement to the role's trust policy, or let `nightferry apply` mend it.";
    found.obstacles.push(
        Obstacle::new(ask.id, words, fix.into())
            .patched(Place::Trust(role.to_owned()), serde_json::to_value(&missing).ok()),
    );
}

impl<'a> Thing<'a> {
    pub(super) fn bucket(name: &str, owner: &'a str, facts: &BucketFacts) -> Self {
        let policy = match facts {
            BucketFacts::Read(there) => match there.policy.as_deref().map(str::parse) {
                None => ThingPolicy::Known(None),
                Some(Ok(document)) => ThingPolicy::Known(Some(document)),
                Some(Err(_)) => ThingPolicy::Unknown,
            },
            BucketFacts::Missing | BucketFacts::Unreadable => ThingPolicy::Unknown,
        };
        let public_access = facts.read().map(|there| there.public_access).unwrap_or_default();
        Self {
            words: format!("bucket {name}"),
            owner,
            policy,
            place: Place::BucketPolicy(name.to_owned()),
            public_access,
        }
    }

    pub(super) fn key(arn: &'a str, policy: Option<&String>) -> Self {
        let document = policy.and_then(|text| text.parse().ok());
        Self {
            words: format!("key {arn}"),
            owner: arn.split(':').nth(4).unwrap_or_default(),
            policy: document.map_or(ThingPolicy::Unknown, |document| ThingPolicy::Known(Some(document))),
            place: Place::KeyPolicy(arn.to_owned()),
            public_access: BlockPublicAccess::default(),
        }
    }
}

/// Judges the actions, side by side: what the caller's own documents lack and what the thing's lack are two obstacles,
/// since two people mend them.
pub(super) fn judge(caller: &Caller, thing: &Thing<'_>, ask: &Ask<'_>, found: &mut Findings) {
    let verdicts: Vec<_> = ask.actions.iter().map(|action| (*action, verdict(caller, thing, ask, action))).collect();
    let denied = verdicts.iter().find(|(_, verdict)| verdict.decision == Decision::ExplicitDeny);
    if let Some((action, verdict)) = denied {
        return found.obstacles.push(denied_by(caller, thing, ask, action, verdict));
    }
    let lacks = |side: fn(Side) -> bool| -> Vec<&str> {
        let lacking = |verdict: &Verdict| {
            let sides = verdict.missing.iter().map(|_| verdict.side).chain(verdict.also_missing.iter().map(|m| m.side));
            verdict.decision != Decision::Allowed && sides.into_iter().any(side)
        };
        verdicts.iter().filter(|(_, verdict)| lacking(verdict)).map(|(action, _)| *action).collect()
    };
    if let Some(blocked) = shut_out(caller, thing, ask).filter(|obstacle| !found.obstacles.contains(obstacle)) {
        found.obstacles.push(blocked);
    }
    let own = lacks(|side| matches!(side, Side::Identity | Side::Boundary | Side::Session));
    if !own.is_empty() {
        found.obstacles.push(own_lack(caller, ask, &own));
    }
    let theirs = lacks(|side| matches!(side, Side::Resource | Side::Trust));
    if !theirs.is_empty() {
        found.obstacles.push(their_lack(caller, thing, ask, &theirs));
    }
}

/// Whether S3 serves nobody outside the bucket's account, whatever its policy says, because that policy is public.
fn shut_out(caller: &Caller, thing: &Thing<'_>, ask: &Ask<'_>) -> Option<Obstacle> {
    let ThingPolicy::Known(policy) = &thing.policy else { return None };
    let action = ask.actions.first()?;
    let request = Request::new(caller.principal.clone(), *action, Resource::new(&ask.on, thing.owner));
    let blocked = thing.public_access.check_request(&request, policy.as_ref()).err()?;
    let fix = "Narrow the public statement to the principals that it is for; Block Public Access can stay on.";
    Some(Obstacle::new("bucket-public-access-blocked", format!("{}: {blocked}", thing.words), fix.to_owned()))
}

fn verdict(caller: &Caller, thing: &Thing<'_>, ask: &Ask<'_>, action: &str) -> Verdict {
    let resource = Resource::new(&ask.on, thing.owner);
    let mut request = Request::new(caller.principal.clone(), action, resource);
    for (key, value) in &ask.context {
        request = request.with(key, value);
    }
    let policies = Policies {
        identity: caller.identity.clone(),
        resource: match &thing.policy {
            ThingPolicy::Known(document) => document.clone(),
            // Judged by the caller's own side alone; what the other says is told as unknown.
            ThingPolicy::Unknown => assumed(caller, thing, action),
        },
        boundary: caller.boundary.clone(),
        session: vec![],
    };
    evaluate(&request, &policies)
}

/// In our own account the caller's side is enough for S3; elsewhere, and for keys, the thing's has to allow too.
fn assumed(caller: &Caller, thing: &Thing<'_>, action: &str) -> Option<Document> {
    let is_own = caller.principal.account() == Some(thing.owner);
    if is_own && !action.starts_with("kms:") {
        return None;
    }
    let account = caller.principal.account()?;
    let partition = caller.arn.split(':').nth(1).unwrap_or("aws");
    let root = format!("arn:{partition}:iam::{account}:root");
    Some(Document::new([Statement::allow([action]).for_aws([root]).on(["*"])]))
}

fn denied_by(caller: &Caller, thing: &Thing<'_>, ask: &Ask<'_>, action: &str, verdict: &Verdict) -> Obstacle {
    let name = verdict.decided_by.as_ref().and_then(|found| found.sid.as_deref()).unwrap_or("without a Sid");
    let place = match verdict.side {
        Side::Resource => format!("the policy of {}", thing.words),
        Side::Boundary => "the role's permissions boundary".to_owned(),
        Side::Identity | Side::Trust | Side::Session => "the role's own policy".to_owned(),
    };
    Obstacle::new(
        "bucket-access-denied",
        format!("{place} denies {action} on {} to {}: statement {name}", ask.wanted, caller.arn),
        "Except the role from that Deny; no Allow helps against it.".into(),
    )
}

fn own_lack(caller: &Caller, ask: &Ask<'_>, actions: &[&str]) -> Obstacle {
    let statement = Statement::allow(actions.iter().copied()).on([&ask.wanted]);
    Obstacle::new(
        "bucket-access-missing",
        format!("The role {} may not {} on {}", caller.arn, actions.join(", "), ask.wanted),
        "Add the statement to the role's policy, or let `nightferry apply` mend it.".into(),
    )
    .patched(caller.place.clone(), serde_json::to_value(&statement).ok())
}

fn their_lack(caller: &Caller, thing: &Thing<'_>, ask: &Ask<'_>, actions: &[&str]) -> Obstacle {
    let narrow =
        || serde_json::to_value(Statement::allow(actions.iter().copied()).for_aws([&caller.arn]).on([&ask.wanted]));
    let patch = ask.theirs.clone().or_else(|| narrow().ok());
    let mend = match thing.place {
        Place::KeyPolicy(_) => "let the key's administrator add the statement to its policy",
        Place::BucketPolicy(_)
        | Place::Trust(_)
        | Place::Role(_)
        | Place::BucketSetting(_)
        | Place::VaultSetting(_)
        | Place::RegionSetting(_)
        | Place::Creator(_) => "let `nightferry apply --side other` with its profile add the statement",
    };
    Obstacle::new(
        "bucket-access-missing",
        format!(
            "The policy of {} does not let {} do {} on {}",
            thing.words,
            caller.arn,
            actions.join(", "),
            ask.wanted
        ),
        format!("This is for account {}, which owns it: {mend}.", thing.owner),
    )
    .patched(thing.place.clone(), patch)
}
