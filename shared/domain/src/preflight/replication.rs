//! A replicated bucket: both roles, both buckets and the rule between them.

use serde_json::{Map, Value, json};

use super::access::{acls, ask_key, unknown_bucket, used_key};
use super::ask::{Ask, Caller, Thing, TrustAsk, judge};
use super::{BucketFacts, Findings, Obstacle, Place, ReplicationFacts, missing_bucket, trails};
use crate::plan::JobName;
use crate::policy::{Document, Statement};
use crate::provision::actions;
use crate::provision::{ObservedBucket, marks};
use crate::replication::Replication;
use crate::stack::Stack;

/// Whether a replicated bucket can be replicated tonight.
#[must_use]
pub fn replication(stack: &Stack, job: &JobName, work: &Replication, facts: &ReplicationFacts) -> Findings {
    let mut found = Findings::default();
    let case = Case { stack, job, work, facts };
    case.buckets(&mut found);
    case.by_rule(&mut found);
    case.by_batch(&mut found);
    facts.around.say(&mut found);
    trails::say(&facts.trails, &mut found);
    found
}

struct Case<'a> {
    stack: &'a Stack,
    job: &'a JobName,
    work: &'a Replication,
    facts: &'a ReplicationFacts,
}

impl Case<'_> {
    fn arn(&self, bucket: &str) -> String {
        format!("arn:{}:s3:::{bucket}", self.stack.partition)
    }

    fn is_own_destination(&self) -> bool {
        self.work.destination_account == self.stack.account
    }

    fn buckets(&self, found: &mut Findings) {
        let (work, facts) = (self.work, self.facts);
        let ends = [
            (&work.bucket, self.stack.account.as_str(), &facts.source),
            (&work.destination_bucket, work.destination_account.as_str(), &facts.destination),
        ];
        for (bucket, owner, seen) in ends {
            match seen {
                BucketFacts::Missing => found.obstacles.push(missing_bucket(bucket)),
                BucketFacts::Unreadable => found.note(unknown_bucket(bucket, owner)),
                BucketFacts::Read(there) => versioning(bucket, owner, there, found),
            }
        }
        if !self.is_own_destination() {
            acls(&work.destination_bucket, &work.destination_account, &facts.destination, found);
        }
        if facts.records.read().is_some_and(|there| there.locks_objects) {
            found.obstacles.push(locked(&work.reports.bucket));
        }
        if let Some(source) = facts.source.read() {
            self.rule(source, found);
        }
    }

    fn rule(&self, source: &ObservedBucket, found: &mut Findings) {
        let there = source.replication.as_ref();
        let all = there.and_then(|there| there.get("Rules")).and_then(Value::as_array).cloned().unwrap_or_default();
        let ours = all.iter().find(|rule| text(rule, "/ID") == self.work.rule);
        let acts = there.map(|there| text(there, "/Role")).unwrap_or_default();
        let wanted = self.wanted(source);
        let mut wrong = |what: String| found.obstacles.push(self.rule_obstacle(what, &wanted));
        let Some(rule) = ours else {
            return wrong(format!("Bucket {} has no replication rule {}", self.work.bucket, self.work.rule));
        };
        if acts != self.work.replication_role {
            return wrong(format!("The rules of bucket {} work by the role {acts}", self.work.bucket));
        }
        if let Some(what) = self.differs(rule, source) {
            return wrong(what);
        }
        if let Some(other) = all.iter().find(|other| self.shadows(other, rule)) {
            let id = text(other, "/ID");
            let obstacle = Obstacle::new(
                "replication-rule-shadowed",
                format!(
                    "Rule {id} of bucket {} goes before ours ({}) and replicates otherwise",
                    self.work.bucket, self.work.rule
                ),
                "Give that rule a lower priority than ours, or the same destination settings.".into(),
            );
            found.obstacles.push(obstacle);
        }
    }

    /// What of the rule would keep tonight's objects from arriving, or from belonging to their bucket's owner.
    fn differs(&self, rule: &Value, source: &ObservedBucket) -> Option<String> {
        let work = self.work;
        let named = format!("The replication rule {} of bucket {}", work.rule, work.bucket);
        let to = self.arn(&work.destination_bucket);
        let prefix = text(rule, "/Filter/Prefix");
        if text(rule, "/Status") != "Enabled" {
            return Some(format!("{named} is switched off"));
        }
        if text(rule, "/Destination/Bucket") != to {
            return Some(format!("{named} replicates to {} instead of {to}", text(rule, "/Destination/Bucket")));
        }
        if !self.is_own_destination() && text(rule, "/Destination/Account") != work.destination_account {
            return Some(format!("{named} does not name the account {} of its destination", work.destination_account));
        }
        if !self.is_own_destination() && text(rule, "/Destination/AccessControlTranslation/Owner") != "Destination" {
            return Some(format!("{named} leaves the replicas in our ownership"));
        }
        let filter = rule.get("Filter");
        let narrows = filter.is_some_and(|filter| filter.get("Tag").is_some() || filter.get("And").is_some());
        if filter.is_none() || narrows || !work.prefix.starts_with(prefix) {
            return Some(format!("{named} does not cover the prefix `{}`", work.prefix));
        }
        self.encryption_differs(rule, source, &named)
    }

    fn encryption_differs(&self, rule: &Value, source: &ObservedBucket, named: &str) -> Option<String> {
        let encrypts = source.key.is_some() || rule.get("SourceSelectionCriteria").is_some();
        let key = text(rule, "/Destination/EncryptionConfiguration/ReplicaKmsKeyID");
        if encrypts && text(rule, "/SourceSelectionCriteria/SseKmsEncryptedObjects/Status") != "Enabled" {
            return Some(format!("{named} passes over objects that are encrypted with a KMS key"));
        }
        if encrypts && key.is_empty() {
            return Some(format!("{named} names no key to encrypt the replicas with"));
        }
        let default = self.facts.destination.read().and_then(|there| there.key.as_deref());
        default
            .filter(|default| encrypts && *default != key)
            .map(|default| format!("{named} encrypts with {key}, and the bucket's own key is {default}"))
    }

    /// Of rules to one destination the one with the higher priority decides for objects of both.
    fn shadows(&self, other: &Value, ours: &Value) -> bool {
        let priority = |rule: &Value| rule.get("Priority").and_then(Value::as_i64).unwrap_or_default();
        let overlaps = {
            let prefix = text(other, "/Filter/Prefix");
            prefix.starts_with(&self.work.prefix) || self.work.prefix.starts_with(prefix)
        };
        text(other, "/ID") != self.work.rule
            && text(other, "/Status") == "Enabled"
            && text(other, "/Destination/Bucket") == text(ours, "/Destination/Bucket")
            && overlaps
            && priority(other) > priority(ours)
            && other.get("Destination") != ours.get("Destination")
    }

    /// The rule as it should be, with what is known of it.
    fn wanted(&self, source: &ObservedBucket) -> Value {
        let work = self.work;
        let is_other = !self.is_own_destination();
        let key = self.facts.destination.read().and_then(|there| there.key.clone()).filter(|_| source.key.is_some());
        let destination = object([
            ("Bucket", Some(self.arn(&work.destination_bucket).into())),
            ("Account", is_other.then(|| work.destination_account.as_str().into())),
            ("AccessControlTranslation", is_other.then(|| json!({"Owner": "Destination"}))),
            ("EncryptionConfiguration", key.as_ref().map(|key| json!({"ReplicaKmsKeyID": key}))),
            ("Metrics", Some(json!({"Status": "Enabled"}))),
        ]);
        let encrypted = key.map(|_| json!({"SseKmsEncryptedObjects": {"Status": "Enabled"}}));
        let rule = object([
            ("ID", Some(work.rule.as_str().into())),
            ("Status", Some("Enabled".into())),
            ("Filter", Some(json!({"Prefix": work.prefix}))),
            ("SourceSelectionCriteria", encrypted),
            ("Destination", Some(destination)),
            ("DeleteMarkerReplication", Some(json!({"Status": "Disabled"}))),
        ]);
        json!({"Role": work.replication_role, "Rules": [rule]})
    }

    fn rule_obstacle(&self, what: String, wanted: &Value) -> Obstacle {
        Obstacle::new(
            "replication-rule-wrong",
            what,
            "`nightferry apply` in our own account puts the rule right.".into(),
        )
        .patched(Place::BucketSetting(self.work.bucket.clone()), Some(json!({"ReplicationConfiguration": wanted})))
    }

    fn by_rule(&self, found: &mut Findings) {
        let source = self.arn(&self.work.bucket);
        let trust = TrustAsk {
            service: actions::S3,
            name: "S3 replication",
            id: "role-not-trusting-replication",
            sources: vec![&source],
            any_of_ours: Some(source.clone()),
        };
        let (work, facts) = (self.work, self.facts);
        let Some(role) = Caller::role(self.stack, &work.replication_role, &facts.replication_role, &trust, found)
        else {
            return;
        };
        if facts.source != BucketFacts::Missing {
            let thing = Thing::bucket(&work.bucket, &self.stack.account, &facts.source);
            let inside = format!("{source}/{}", work.prefix);
            judge(&role, &thing, &own(&actions::REPLICATION_BUCKET, &source, &source), found);
            judge(&role, &thing, &own(&actions::REPLICATION_READ, &probe(&inside), &format!("{inside}*")), found);
        }
        self.replicas(&role, found);
        self.keys(&role, found);
    }

    fn replicas(&self, role: &Caller, found: &mut Findings) {
        let (work, there) = (self.work, &self.facts.destination);
        if *there == BucketFacts::Missing {
            return;
        }
        let bucket = self.arn(&work.destination_bucket);
        let theirs = |actions: &[&str], purpose: &str, on: &str| {
            let sid = marks::sid(self.stack, self.job, purpose);
            let statement = Statement::allow(actions.iter().copied()).sid(sid).for_aws([&role.arn]).on([on]);
            serde_json::to_value(&statement).ok().filter(|_| !self.is_own_destination())
        };
        let thing = Thing::bucket(&work.destination_bucket, &work.destination_account, there);
        let all = format!("{bucket}/*");
        let write = Ask {
            actions: &actions::REPLICATION_WRITE,
            on: probe(&format!("{bucket}/{}", work.prefix)),
            wanted: all.clone(),
            context: vec![],
            theirs: theirs(&actions::REPLICATION_WRITE, "Replicas", &all),
        };
        judge(role, &thing, &write, found);
        if self.is_own_destination() {
            return;
        }
        // Asked of the bucket's own side alone: S3 reads the versioning for the role.
        let anything = Document::new([Statement::allow(["s3:*"]).on(["*"])]).to_json();
        let Some(unbound) = Caller::of(&role.arn, &[anything], None, Place::Role(role.arn.clone())) else { return };
        let look = Ask {
            actions: &actions::REPLICA_BUCKET,
            on: bucket.clone(),
            wanted: bucket.clone(),
            context: vec![],
            theirs: theirs(&actions::REPLICA_BUCKET, "ReplicaBucket", &bucket),
        };
        judge(&unbound, &thing, &look, found);
    }

    fn keys(&self, role: &Caller, found: &mut Findings) {
        let (facts, stack, job) = (self.facts, self.stack, self.job);
        if let Some(key) = used_key(None, &facts.source) {
            ask_key(stack, job, role, key, &actions::KEY_READ, &actions::KEY_READ, &facts.around, found);
        }
        let rules = facts.source.read().and_then(|there| there.replication.as_ref());
        let rules = rules.and_then(|rules| rules.get("Rules")).and_then(Value::as_array);
        let ours = rules.and_then(|rules| rules.iter().find(|rule| text(rule, "/ID") == self.work.rule));
        let planned = ours.map(|rule| text(rule, "/Destination/EncryptionConfiguration/ReplicaKmsKeyID"));
        if let Some(key) = used_key(planned.filter(|key| !key.is_empty()), &facts.destination) {
            let listed = &actions::REPLICA_KEY_POLICY;
            ask_key(stack, job, role, key, &actions::REPLICA_KEY, listed, &facts.around, found);
        }
    }

    fn by_batch(&self, found: &mut Findings) {
        let (work, facts) = (self.work, self.facts);
        let job = self.stack.arn("s3", "job/00000000-0000-0000-0000-000000000000");
        let trust = TrustAsk {
            service: actions::BATCH,
            name: "S3 Batch Operations",
            id: "role-not-trusting-batch-operations",
            sources: vec![&job],
            any_of_ours: Some(self.stack.arn("s3", "job/*")),
        };
        let Some(role) = Caller::role(self.stack, &work.batch_role, &facts.batch_role, &trust, found) else { return };
        let source = self.arn(&work.bucket);
        if facts.source != BucketFacts::Missing {
            let thing = Thing::bucket(&work.bucket, &self.stack.account, &facts.source);
            let inside = format!("{source}/{}", work.prefix);
            judge(&role, &thing, &own(&actions::BATCH_OBJECTS, &probe(&inside), &format!("{inside}*")), found);
            judge(&role, &thing, &own(&actions::BATCH_BUCKET, &source, &source), found);
        }
        let records = Thing::bucket(&work.reports.bucket, &self.stack.account, &facts.records);
        let below = |place: &crate::job_spec::ReportPlace| {
            format!("{}/{}/", self.arn(&place.bucket), place.prefix.trim_end_matches('/'))
        };
        let (manifests, reports) = (below(&work.manifests), below(&work.reports));
        judge(&role, &records, &own(&actions::BATCH_MANIFEST, &probe(&manifests), &format!("{manifests}*")), found);
        judge(&role, &records, &own(&actions::BATCH_REPORT, &probe(&manifests), &format!("{manifests}*")), found);
        judge(&role, &records, &own(&actions::BATCH_REPORT, &probe(&reports), &format!("{reports}*")), found);
    }
}

fn own<'a>(actions: &'a [&'static str], on: &str, wanted: &str) -> Ask<'a> {
    Ask { actions, on: on.to_owned(), wanted: wanted.to_owned(), context: vec![], theirs: None }
}

/// An object of the members that are there.
fn object<const N: usize>(members: [(&str, Option<Value>); N]) -> Value {
    members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect::<Map<_, _>>().into()
}

fn probe(folder: &str) -> String {
    format!("{folder}nightferry-preflight")
}

fn text<'a>(of: &'a Value, path: &str) -> &'a str {
    of.pointer(path).and_then(Value::as_str).unwrap_or_default()
}

fn versioning(bucket: &str, owner: &str, there: &ObservedBucket, found: &mut Findings) {
    if there.versioning.as_deref() == Some("Enabled") {
        return;
    }
    let state = there.versioning.as_deref().map_or("was never turned on", |_| "is suspended");
    found.obstacles.push(
        Obstacle::new(
            "bucket-unversioned",
            format!("The versioning of bucket {bucket} of account {owner} {state}, and S3 replicates versions"),
            "`nightferry apply` turns it on; in another account with `--side other` and that account's profile.".into(),
        )
        .patched(Place::BucketSetting(bucket.to_owned()), Some(json!({"Versioning": "Enabled"}))),
    );
}

fn locked(bucket: &str) -> Obstacle {
    Obstacle::new(
        "report-bucket-locked",
        format!("Bucket {bucket} locks every new object (default Object Lock retention), so that no batch job can write its report there"),
        "Take the default retention off the bucket.".into(),
    )
    .patched(Place::BucketSetting(bucket.to_owned()), Some(json!({"DefaultRetention": null})))
}
