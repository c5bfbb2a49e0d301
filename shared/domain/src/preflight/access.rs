//! The two ends of a transfer: whether DataSync may take on the roles, and whether the roles may use buckets and keys.

use serde_json::{Value, json};

use super::ask::{Ask, Caller, Thing, ThingPolicy, TrustAsk, judge};
use super::{Around, BucketFacts, Findings, Obstacle, Place, RoleFacts, TransferFacts, missing_bucket};
use crate::job_spec::Transfer;
use crate::plan::JobName;
use crate::policy::{BlockPublicAccess, Statement};
use crate::provision::actions::{self, DATASYNC};
use crate::provision::diff::ACLS_OFF;
use crate::provision::{Creator, marks};
use crate::stack::Stack;

/// What DataSync surely asks of files that it writes. AWS lists more; between buckets all of it is asked.
const FILES: [&str; 4] = ["s3:AbortMultipartUpload", "s3:GetObject", "s3:ListMultipartUploadParts", "s3:PutObject"];

/// One end that is a bucket.
struct End<'a> {
    bucket: &'a str,
    prefix: &'a str,
    owner: &'a str,
    role: &'a str,
    key: Option<&'a str>,
    location: Option<&'a str>,
    role_facts: &'a RoleFacts,
    facts: &'a BucketFacts,
    objects: &'a [&'static str],
    listed: &'a [&'static str],
    key_uses: &'a [&'static str],
    is_written: bool,
}

pub(super) fn ends(stack: &Stack, job: &JobName, transfer: &Transfer, facts: &TransferFacts, found: &mut Findings) {
    let reach = &transfer.reach;
    let case = Case { stack, job, transfer, around: &facts.around };
    let between_buckets = reach.source.is_some();
    if let Some((to, write)) = transfer.destination.bucket().zip(facts.destination.as_ref()) {
        case.end(
            &End {
                bucket: &to.bucket,
                prefix: &to.prefix,
                owner: reach.owner.as_deref().unwrap_or(&stack.account),
                role: &to.bucket_access_role,
                key: used_key(reach.key.as_deref(), &write.bucket),
                location: write.location.as_deref(),
                role_facts: &write.role,
                facts: &write.bucket,
                objects: if between_buckets { &actions::TRANSFER_WRITE } else { &FILES },
                listed: &actions::TRANSFER_WRITE,
                key_uses: &actions::KEY_WRITE,
                is_written: true,
            },
            found,
        );
    }
    let Some((source, read)) = reach.source.as_ref().zip(facts.source.as_ref()) else { return };
    case.end(
        &End {
            bucket: &source.bucket,
            prefix: &source.prefix,
            owner: source.owner.as_deref().unwrap_or(&stack.account),
            role: &source.bucket_access_role,
            key: used_key(source.key.as_deref(), &read.bucket),
            location: read.location.as_deref(),
            role_facts: &read.role,
            facts: &read.bucket,
            objects: &actions::TRANSFER_READ,
            listed: &actions::TRANSFER_READ,
            key_uses: &actions::KEY_READ,
            is_written: false,
        },
        found,
    );
}

/// The key that the plan names, else the one by which the bucket encrypts unless told otherwise.
pub(super) fn used_key<'a>(planned: Option<&'a str>, facts: &'a BucketFacts) -> Option<&'a str> {
    planned.or_else(|| facts.read().and_then(|there| there.key.as_deref()))
}

struct Case<'a> {
    stack: &'a Stack,
    job: &'a JobName,
    transfer: &'a Transfer,
    around: &'a Around,
}

impl Case<'_> {
    fn end(&self, end: &End<'_>, found: &mut Findings) {
        if *end.facts == BucketFacts::Missing {
            found.obstacles.push(missing_bucket(end.bucket));
        }
        let trust = TrustAsk {
            service: DATASYNC,
            name: "DataSync",
            id: "role-not-trusting-datasync",
            sources: std::iter::once(self.transfer.task.as_str()).chain(end.location).collect(),
            any_of_ours: Some(self.stack.arn("datasync", "*")),
        };
        let Some(role) = Caller::role(self.stack, end.role, end.role_facts, &trust, found) else { return };
        if *end.facts == BucketFacts::Missing {
            return;
        }
        self.bucket(&role, end, found);
        self.key(&role, end, found);
        self.ownership(end, found);
        self.creator(end, found);
    }

    fn is_own(&self, end: &End<'_>) -> bool {
        end.owner == self.stack.account
    }

    fn bucket(&self, role: &Caller, end: &End<'_>, found: &mut Findings) {
        let thing = Thing::bucket(end.bucket, end.owner, end.facts);
        if matches!(thing.policy, ThingPolicy::Unknown) && !self.is_own(end) {
            found.note(unknown_bucket(end.bucket, end.owner));
        }
        let bucket = format!("arn:{}:s3:::{}", self.stack.partition, end.bucket);
        let folder = format!("{bucket}/{}", end.prefix);
        let theirs = |actions: &[&str], purpose: &str, on: &str| {
            let statement = Statement::allow(actions.iter().copied());
            let statement = statement.sid(marks::sid(self.stack, self.job, purpose)).for_aws([end.role]).on([on]);
            (!self.is_own(end)).then(|| serde_json::to_value(&statement).ok()).flatten()
        };
        let objects = format!("{folder}*");
        let whole = Ask {
            actions: &actions::TRANSFER_BUCKET,
            on: bucket.clone(),
            wanted: bucket.clone(),
            context: vec![],
            theirs: theirs(&actions::TRANSFER_BUCKET, "Bucket", &bucket),
        };
        judge(role, &thing, &whole, found);
        let inside = Ask {
            actions: end.objects,
            on: format!("{folder}nightferry-preflight"),
            wanted: objects.clone(),
            context: vec![],
            theirs: theirs(end.listed, "Objects", &objects),
        };
        judge(role, &thing, &inside, found);
    }

    fn key(&self, role: &Caller, end: &End<'_>, found: &mut Findings) {
        if let Some(key) = end.key {
            ask_key(self.stack, self.job, role, key, end.key_uses, end.key_uses, self.around, found);
        }
    }

    /// With ACLs on, what we write into another account's bucket belongs to us.
    fn ownership(&self, end: &End<'_>, found: &mut Findings) {
        if end.is_written && !self.is_own(end) {
            acls(end.bucket, end.owner, end.facts, found);
        }
    }

    fn creator(&self, end: &End<'_>, found: &mut Findings) {
        let Some((arn, policies)) = &self.around.creator else { return };
        let Some(caller) = Caller::of(arn, policies, None, Place::Creator(arn.clone())) else { return };
        let pass = Ask {
            actions: &["iam:PassRole"],
            on: end.role.to_owned(),
            wanted: end.role.to_owned(),
            context: vec![("iam:PassedToService", DATASYNC.to_owned())],
            theirs: None,
        };
        let role = Thing {
            words: format!("role {}", end.role),
            owner: &self.stack.account,
            policy: ThingPolicy::Known(None),
            place: Place::Role(end.role.to_owned()),
            public_access: BlockPublicAccess::default(),
        };
        judge(&caller, &role, &pass, found);
        let bucket = format!("arn:{}:s3:::{}", self.stack.partition, end.bucket);
        let sid = marks::sid(self.stack, self.job, "CreateLocation");
        let theirs = Creator::of(arn)
            .map(|creator| creator.named_in(Statement::allow(["s3:ListBucket"]).sid(sid).on([&bucket])));
        let list = Ask {
            actions: &["s3:ListBucket"],
            on: bucket.clone(),
            wanted: bucket,
            context: vec![],
            theirs: theirs.and_then(|statement| serde_json::to_value(&statement).ok()),
        };
        if !self.is_own(end) {
            judge(&caller, &Thing::bucket(end.bucket, end.owner, end.facts), &list, found);
        }
    }
}

pub(super) fn unknown_bucket(bucket: &str, owner: &str) -> String {
    format!(
        "what bucket {bucket} of account {owner} allows can't be read from here, so nobody knows it: `nightferry check --other-profile P` judges it with that account's profile"
    )
}

#[expect(clippy::too_many_arguments, reason = "one question has so many parts, and two engines ask it")]
pub(super) fn ask_key(
    stack: &Stack,
    job: &JobName,
    role: &Caller,
    key: &str,
    uses: &[&'static str],
    listed: &[&'static str],
    around: &Around,
    found: &mut Findings,
) {
    let thing = Thing::key(key, around.keys.get(key));
    let (test, name) = actions::VIA_SERVICE;
    let via = actions::via_s3(stack, key);
    if matches!(thing.policy, ThingPolicy::Unknown) {
        found.note(format!(
            "the policy of key {key} can't be read, so nobody knows whether it lets {} use it",
            role.arn
        ));
    }
    let statement = Statement::allow(listed.iter().copied())
        .sid(marks::sid(stack, job, "Key"))
        .for_aws([&role.arn])
        .on(["*"])
        .when(test, name, [&via]);
    let ask = Ask {
        actions: uses,
        on: key.to_owned(),
        wanted: key.to_owned(),
        context: vec![(name, via)],
        theirs: serde_json::to_value(&statement).ok(),
    };
    judge(role, &thing, &ask, found);
}

pub(super) fn acls(bucket: &str, owner: &str, facts: &BucketFacts, found: &mut Findings) {
    let Some(there) = facts.read() else { return };
    if there.ownership.as_deref() == Some(ACLS_OFF) {
        return;
    }
    let setting: Value = json!({"ObjectOwnership": ACLS_OFF});
    found.obstacles.push(
        Obstacle::new(
            "bucket-acls-on",
            format!(
                "Bucket {bucket} has ACLs on, so that what we write belongs to us and account {owner} can't read it"
            ),
            "`nightferry apply --side other` with that account's profile turns ACLs off.".into(),
        )
        .patched(Place::BucketSetting(bucket.to_owned()), Some(setting)),
    );
}
