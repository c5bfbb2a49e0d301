//! Replication of buckets: the roles, the rule and the other side's statements, as S3 asks for them and no more.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::actions::{self, BATCH, S3};
use super::documents::paper;
use super::{Role, marks, names};
use crate::plan::{AccountId, JobName, Plan, Protection, ReplicaTarget, Replicate};
use crate::policy::{Document, Statement, Test};
use crate::stack::Stack;

/// What the replicated buckets need.
#[derive(Debug, Clone, PartialEq)]
pub struct Replicas {
    /// The source bucket, which is the stack's own account's.
    pub bucket: String,
    /// The one role of all its rules.
    pub role: Role,
    /// Job and rule, by name; the rules without a priority, which what is there decides.
    pub rules: Vec<(JobName, Value)>,
    /// One role of S3 Batch Operations a job.
    pub batch_roles: Vec<(JobName, Role)>,
    /// Destination buckets of the stack's own account, whose versioning is `apply`'s too.
    pub own_destinations: Vec<String>,
}

impl Replicas {
    /// Its roles with their jobs; the bucket's own with the first.
    pub fn roles(&self) -> impl Iterator<Item = (&JobName, &Role)> {
        let own = self.rules.first().map(|(job, _)| (job, &self.role));
        own.into_iter().chain(self.batch_roles.iter().map(|(job, role)| (job, role)))
    }

    /// The stack's own account's buckets, the source first.
    pub fn buckets(&self) -> impl Iterator<Item = &String> {
        std::iter::once(&self.bucket).chain(&self.own_destinations)
    }
}

impl ReplicaTarget {
    /// Twelve digits: whose bucket it is.
    #[must_use]
    pub fn owner<'a>(&'a self, stack: &'a Stack) -> &'a str {
        self.account.as_ref().map_or(&stack.account, AccountId::as_str)
    }

    /// The owner, where it is not the stack's own account.
    #[must_use]
    pub fn other_owner(&self, stack: &Stack) -> Option<&str> {
        self.account.as_ref().map(AccountId::as_str).filter(|owner| *owner != stack.account)
    }
}

/// Every replicated bucket of the plan, by name: jobs of one bucket share its configuration, and so its role.
pub(super) fn replicas(plan: &Plan, stack: &Stack) -> Vec<Replicas> {
    let mut by_bucket: BTreeMap<&str, Vec<(&JobName, &Replicate)>> = BTreeMap::new();
    for (name, job) in &plan.jobs {
        if let Protection::Replicate(replicate) = &job.protection {
            by_bucket.entry(replicate.from.s3.as_str()).or_default().push((name, replicate));
        }
    }
    by_bucket.into_iter().map(|(bucket, jobs)| of_bucket(stack, bucket, &jobs)).collect()
}

type Jobs<'a> = [(&'a JobName, &'a Replicate)];

fn of_bucket(stack: &Stack, bucket: &str, jobs: &Jobs<'_>) -> Replicas {
    let own = jobs.iter().filter(|(_, replicate)| replicate.to.other_owner(stack).is_none());
    let mut own_destinations: Vec<String> = own.map(|(_, replicate)| replicate.to.s3.to_string()).collect();
    own_destinations.sort();
    own_destinations.dedup();
    Replicas {
        bucket: bucket.to_owned(),
        role: Role {
            role_name: names::replication_role(stack, bucket),
            assume_role_policy_document: replication_trust(stack, bucket),
            policy: Some(replication_access(stack, bucket, jobs)),
        },
        rules: jobs.iter().map(|(name, replicate)| ((*name).clone(), rule(stack, name, replicate))).collect(),
        batch_roles: jobs.iter().map(|(name, _)| ((*name).clone(), batch_role(stack, name, bucket))).collect(),
        own_destinations,
    }
}

fn replication_trust(stack: &Stack, bucket: &str) -> Value {
    let assume = Statement::allow(["sts:AssumeRole"]).sid("Replication").for_service(S3);
    paper(&Document::new([assume.from_source(&stack.account, &names::bucket_arn(stack, bucket))]))
}

fn replication_access(stack: &Stack, bucket: &str, jobs: &Jobs<'_>) -> Value {
    let source = names::bucket_arn(stack, bucket);
    let mut statements = vec![
        Statement::allow(actions::REPLICATION_BUCKET).sid("Bucket").on([&source]),
        Statement::allow(actions::REPLICATION_READ).sid("Objects").on([format!("{source}/*")]),
    ];
    for (name, replicate) in jobs {
        let replicas = format!("{}/*", names::bucket_arn(stack, replicate.to.s3.as_str()));
        let owned = (Test::StringEquals, "aws:ResourceAccount", [replicate.to.owner(stack)]);
        let write = Statement::allow(actions::REPLICATION_WRITE).sid(sid("Replicas", name)).on([replicas]);
        statements.push(write.when(owned.0, owned.1, owned.2));
        statements.extend(keys(stack, name, replicate));
    }
    paper(&Document::new(statements))
}

/// Reading by the source's key and writing by the destination's, each only through S3 in that key's Region.
fn keys(stack: &Stack, job: &JobName, replicate: &Replicate) -> Vec<Statement> {
    let (test, name) = actions::VIA_SERVICE;
    let one = |key: &str, uses: &[&str], purpose: &str| {
        Statement::allow(uses.iter().copied()).sid(sid(purpose, job)).on([key]).when(
            test,
            name,
            [actions::via_s3(stack, key)],
        )
    };
    let read = replicate.from.kms_key.as_ref().map(|key| one(key.as_str(), &actions::KEY_READ, "SourceKey"));
    let write = replicate.to.kms_key.as_ref().map(|key| one(key.as_str(), &actions::REPLICA_KEY, "ReplicaKey"));
    read.into_iter().chain(write).collect()
}

fn sid(purpose: &str, job: &JobName) -> String {
    let plain: String = job.as_str().chars().map(|letter| if letter == '-' { 'X' } else { letter }).collect();
    format!("{purpose}{plain}")
}

/// The role of batch jobs: starting replication, reading the rule, writing manifest and report. It never touches the
/// destination: copying is the replication role's.
fn batch_role(stack: &Stack, job: &JobName, bucket: &str) -> Role {
    let assume = Statement::allow(["sts:AssumeRole"]).sid("BatchOperations").for_service(BATCH);
    let trust = assume.from_source(&stack.account, &stack.arn("s3", "job/*"));
    let source = names::bucket_arn(stack, bucket);
    let records = names::bucket_arn(stack, &stack.records_bucket());
    let (manifests, reports) = (names::batch_manifests(job), names::batch_reports(job));
    let below = |prefix: &str| format!("{records}/{prefix}/*");
    let statements = [
        Statement::allow(actions::BATCH_OBJECTS).sid("Objects").on([format!("{source}/*")]),
        Statement::allow(actions::BATCH_BUCKET).sid("Bucket").on([&source]),
        Statement::allow(actions::BATCH_MANIFEST).sid("Manifests").on([below(&manifests)]),
        Statement::allow(actions::BATCH_REPORT).sid("Reports").on([below(&reports), below(&manifests)]),
    ];
    Role {
        role_name: names::batch_role(stack, job),
        assume_role_policy_document: paper(&Document::new([trust])),
        policy: Some(paper(&Document::new(statements))),
    }
}

/// The rule in S3's second form, without its priority.
fn rule(stack: &Stack, job: &JobName, replicate: &Replicate) -> Value {
    let mut rule = json!({
        "ID": marks::rule(stack, job),
        "Status": "Enabled",
        "Filter": {"Prefix": replicate.from.prefix.key_prefix()},
        "Destination": destination(stack, replicate),
        "DeleteMarkerReplication": {"Status": switched(replicate.delete_markers)},
    });
    if let (Value::Object(members), true) = (&mut rule, replicate.to.kms_key.is_some()) {
        let encrypted = json!({"SseKmsEncryptedObjects": {"Status": "Enabled"}});
        let _ = members.insert("SourceSelectionCriteria".to_owned(), encrypted);
    }
    rule
}

fn destination(stack: &Stack, replicate: &Replicate) -> Value {
    let to = &replicate.to;
    let mut members = serde_json::Map::new();
    let mut put = |name: &str, value: Value| drop(members.insert(name.to_owned(), value));
    put("Bucket", names::bucket_arn(stack, to.s3.as_str()).into());
    if let Some(owner) = to.other_owner(stack) {
        // Else the replicas would belong to us, and their bucket's owner could not read them.
        put("Account", owner.into());
        put("AccessControlTranslation", json!({"Owner": "Destination"}));
    }
    if let Some(class) = to.storage_class {
        put("StorageClass", super::location::storage_class(class).into());
    }
    if let Some(key) = &to.kms_key {
        put("EncryptionConfiguration", json!({"ReplicaKmsKeyID": key.as_str()}));
    }
    if replicate.replication_time_control {
        put("ReplicationTime", json!({"Status": "Enabled", "Time": {"Minutes": 15}}));
        put("Metrics", json!({"Status": "Enabled", "EventThreshold": {"Minutes": 15}}));
    } else {
        put("Metrics", json!({"Status": "Enabled"}));
    }
    Value::Object(members)
}

const fn switched(on: bool) -> &'static str {
    if on { "Enabled" } else { "Disabled" }
}

/// What the destination's bucket policy has to allow.
pub(super) fn destination_statements(stack: &Stack, job: &JobName, replicate: &Replicate) -> Vec<Value> {
    let role = names::role_arn(stack, &names::replication_role(stack, replicate.from.s3.as_str()));
    let bucket = names::bucket_arn(stack, replicate.to.s3.as_str());
    let ours = |actions: &[&str], purpose: &str| {
        Statement::allow(actions.iter().copied()).sid(marks::sid(stack, job, purpose)).for_aws([&role])
    };
    let statements = [
        ours(&actions::REPLICA_BUCKET, "ReplicaBucket").on([&bucket]),
        ours(&actions::REPLICATION_WRITE, "Replicas").on([format!("{bucket}/*")]),
    ];
    statements.iter().filter_map(|statement| serde_json::to_value(statement).ok()).collect()
}
