//! Both accounts' documents, correct to begin with, as preflight is shown them.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::job_spec::{JobSpec, Work};
use crate::plan::parse;
use crate::policy::BlockPublicAccess;
use crate::preflight::{
    Around, BucketFacts, EndFacts, Findings, Obstacle, Place, ReplicationFacts, RoleFacts, TaskFacts, TrailFacts,
    TransferFacts, replication, transfer,
};
use crate::provision::replication_rules::{self, Rules};
use crate::provision::{Creator, ObservedBucket, deployed, desired, marks, other_sides};
use crate::stack::Stack;

pub(super) const OTHER: &str = "222222222222";
pub(super) const CREATOR: &str = "arn:aws:iam::123456789012:role/Deployer";
const OWN_KEY: &str = "arn:aws:kms:ap-northeast-1:123456789012:key/own";
const THEIR_KEY: &str = "arn:aws:kms:us-east-1:222222222222:key/theirs";

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Role {
    pub(super) trust: Value,
    pub(super) policy: Value,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Bucket {
    pub(super) policy: Option<Value>,
    pub(super) versioning: Option<String>,
    pub(super) ownership: Option<String>,
    pub(super) replication: Option<Value>,
    pub(super) key: Option<String>,
    pub(super) locks_objects: bool,
    pub(super) is_hidden: bool,
}

/// Both accounts and the one job between them.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct World {
    pub(super) spec: JobSpec,
    pub(super) roles: BTreeMap<String, Role>,
    pub(super) buckets: BTreeMap<String, Bucket>,
    pub(super) keys: BTreeMap<String, Value>,
    pub(super) creator: Value,
}

pub(super) fn stack() -> Stack {
    Stack::in_region("123456789012", "ap-northeast-1", "nightferry")
}

/// Pull, push and replicate, each without and with keys.
pub(super) fn setups() -> Vec<(&'static str, World)> {
    let datasync = |from: &str, to: &str| format!("datasync:\n      from: {{ {from} }}\n      to: {{ {to} }}");
    let replicate = |from: &str, to: &str| {
        format!("replicate:\n      from: {{ {from} }}\n      to: {{ {to} }}\n      confirm: {{ max_objects: 9 }}")
    };
    let other = format!("account: \"{OTHER}\"");
    let (own, their) = (format!(", kms_key: \"{OWN_KEY}\""), format!(", kms_key: \"{THEIR_KEY}\""));
    let pull = |a: &str, b: &str| {
        datasync(&format!("s3: partner-logs, prefix: /y, {other}{a}"), &format!("s3: example-copies, prefix: /p{b}"))
    };
    let push = |a: &str, b: &str| {
        datasync(&format!("s3: example-exports, prefix: /e{a}"), &format!("s3: partner-inbox, prefix: /i, {other}{b}"))
    };
    let assets = |a: &str, b: &str| {
        replicate(&format!("s3: example-assets, prefix: /a{a}"), &format!("s3: example-assets-dr, {other}{b}"))
    };
    vec![
        ("pull", World::of(&pull("", ""), false)),
        ("pull with keys", World::of(&pull(&their, &own), true)),
        ("push", World::of(&push("", ""), false)),
        ("push with keys", World::of(&push(&own, &their), true)),
        ("replicate", World::of(&assets("", ""), false)),
        ("replicate with keys", World::of(&assets(&own, &their), true)),
    ]
}

fn allow(statements: &[Value]) -> Value {
    json!({"Version": "2012-10-17", "Statement": statements})
}

impl World {
    fn of(job: &str, has_keys: bool) -> Self {
        let text = format!(
            "version: 1\nschedules:\n  nightly: {{ cron: \"0 6 * * ? *\", timezone: UTC }}\njobs:\n  one:\n    schedule: nightly\n    {job}\n"
        );
        let plan = parse(&text).unwrap();
        let task = "arn:aws:datasync:ap-northeast-1:123456789012:task/task-0a1b2c3d4e5f60718".parse().unwrap();
        let tasks = [("one".parse().unwrap(), task)].into();
        let spec = deployed::assemble(&plan, &stack(), &tasks, jiff::Timestamp::UNIX_EPOCH).jobs.remove(0);
        let desired = desired(&plan, &stack());
        let mut world = Self {
            roles: desired
                .roles()
                .map(|(_, role)| {
                    let arn = format!("arn:aws:iam::123456789012:role/nightferry/{}", role.role_name);
                    let trust = role.assume_role_policy_document.clone();
                    (arn, Role { trust, policy: role.policy.clone().unwrap() })
                })
                .collect(),
            buckets: BTreeMap::new(),
            keys: BTreeMap::new(),
            creator: allow(&[
                json!({"Sid": "All", "Effect": "Allow", "Action": ["iam:PassRole", "s3:ListBucket"], "Resource": "*"}),
            ]),
            spec,
        };
        let creator = Creator::of(CREATOR).unwrap();
        let side = other_sides(&plan, &stack(), Some(&creator)).remove(OTHER).unwrap();
        for (name, wanted) in &side.buckets {
            let bucket = Bucket {
                policy: Some(allow(&wanted.statements)),
                versioning: wanted.is_versioned.then(|| "Enabled".to_owned()),
                ownership: wanted.is_written.then(|| "BucketOwnerEnforced".to_owned()),
                key: has_keys.then(|| THEIR_KEY.to_owned()),
                ..Bucket::default()
            };
            let _ = world.buckets.insert(name.clone(), bucket);
        }
        for (key, statements) in &side.keys {
            let _ = world.keys.insert(key.clone(), allow(statements));
        }
        if has_keys {
            let root = json!({"Sid": "Root", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
                              "Action": "kms:*", "Resource": "*"});
            let _ = world.keys.insert(OWN_KEY.to_owned(), allow(&[root]));
        }
        world.own_buckets(&desired, has_keys);
        world
    }

    fn own_buckets(&mut self, desired: &crate::provision::Desired, has_keys: bool) {
        let key = has_keys.then(|| OWN_KEY.to_owned());
        for name in ["example-copies", "example-exports", "nightferry-123456789012-ap-northeast-1"] {
            let _ = self.buckets.insert(name.to_owned(), Bucket { key: key.clone(), ..Bucket::default() });
        }
        for replicas in &desired.replicas {
            let rules: Vec<Value> = replicas.rules.iter().map(|(_, rule)| rule.clone()).collect();
            let role = format!("arn:aws:iam::123456789012:role/nightferry/{}", replicas.role.role_name);
            let merged = replication_rules::merge(&replicas.bucket, None, &role, &rules, &marks::rules(&stack()));
            let Ok(Rules::Set(replication)) = merged else { panic!("{merged:?}") };
            let bucket = Bucket {
                replication: Some(replication),
                versioning: Some("Enabled".to_owned()),
                key: key.clone(),
                ..Bucket::default()
            };
            let _ = self.buckets.insert(replicas.bucket.clone(), bucket);
        }
    }

    pub(super) fn hide_other_side(&mut self) {
        for name in ["partner-logs", "partner-inbox", "example-assets-dr"] {
            if let Some(bucket) = self.buckets.get_mut(name) {
                bucket.is_hidden = true;
            }
        }
    }

    fn role(&self, arn: &str) -> RoleFacts {
        self.roles.get(arn).map_or(RoleFacts::Missing, |role| RoleFacts::Found {
            trust: role.trust.to_string(),
            policies: vec![role.policy.to_string()],
            boundary: None,
        })
    }

    fn bucket(&self, name: &str) -> BucketFacts {
        match self.buckets.get(name) {
            None => BucketFacts::Missing,
            Some(bucket) if bucket.is_hidden => BucketFacts::Unreadable,
            Some(bucket) => BucketFacts::Read(Box::new(ObservedBucket {
                policy: bucket.policy.as_ref().map(Value::to_string),
                versioning: bucket.versioning.clone(),
                ownership: bucket.ownership.clone(),
                replication: bucket.replication.clone(),
                key: bucket.key.clone(),
                locks_objects: bucket.locks_objects,
                // As AWS makes every new bucket.
                public_access: BlockPublicAccess::ALL,
            })),
        }
    }

    pub(super) fn findings(&self) -> Findings {
        let around = Around {
            keys: self.keys.iter().map(|(arn, policy)| (arn.clone(), policy.to_string())).collect(),
            creator: Some((CREATOR.to_owned(), vec![self.creator.to_string()])),
            unshown_block: None,
        };
        match &self.spec.work {
            Work::DataSync(work) => {
                let source = work.reach.source.as_ref().unwrap();
                let facts = TransferFacts {
                    task: TaskFacts::Found { status: "AVAILABLE".into(), error: None },
                    missing_locations: vec![],
                    destination: work.destination.bucket().map(|to| EndFacts {
                        location: None,
                        role: self.role(&to.bucket_access_role),
                        bucket: self.bucket(&to.bucket),
                    }),
                    files: None,
                    source: Some(EndFacts {
                        location: None,
                        role: self.role(&source.bucket_access_role),
                        bucket: self.bucket(&source.bucket),
                    }),
                    around,
                };
                transfer(&stack(), &self.spec.name, work, &facts)
            }
            Work::Replicate(work) => {
                let facts = ReplicationFacts {
                    replication_role: self.role(&work.replication_role),
                    batch_role: self.role(&work.batch_role),
                    source: self.bucket(&work.bucket),
                    destination: self.bucket(&work.destination_bucket),
                    records: self.bucket(&work.reports.bucket),
                    around,
                    trails: TrailFacts::NotAsked,
                };
                replication(&stack(), &self.spec.name, work, &facts)
            }
            Work::Backup(_) | Work::Restore(_) => panic!("no world of these tests backs a machine up, or restores one"),
        }
    }

    /// Does what is printed: adds statements (in the place of one of the same Sid), makes settings, takes a named Deny away.
    pub(super) fn mend(&mut self, findings: &Findings) {
        for obstacle in &findings.obstacles {
            match (&obstacle.place, &obstacle.patch) {
                (Some(place), Some(patch)) => self.patch(place, patch),
                _ => self.take_deny_away(obstacle),
            }
        }
    }

    fn patch(&mut self, place: &Place, patch: &Value) {
        match place {
            Place::Trust(arn) => add(&mut self.roles.get_mut(arn).unwrap().trust, patch),
            Place::Role(arn) => add(&mut self.roles.get_mut(arn).unwrap().policy, patch),
            Place::KeyPolicy(arn) => add(self.keys.entry(arn.clone()).or_insert_with(|| allow(&[])), patch),
            Place::Creator(_) => add(&mut self.creator, patch),
            Place::BucketPolicy(name) => {
                let bucket = self.buckets.get_mut(name).unwrap();
                add(bucket.policy.get_or_insert_with(|| allow(&[])), patch);
            }
            Place::VaultSetting(_) | Place::RegionSetting(_) => panic!("no world of these tests has a vault"),
            Place::BucketSetting(name) => set(self.buckets.get_mut(name).unwrap(), patch),
        }
    }

    fn take_deny_away(&mut self, obstacle: &Obstacle) {
        let Some((_, sid)) = obstacle.what.rsplit_once("statement ") else { return };
        let roles = self.roles.values_mut().flat_map(|role| [&mut role.policy, &mut role.trust]);
        let policies = self.buckets.values_mut().filter_map(|bucket| bucket.policy.as_mut());
        let all = roles.chain(policies).chain(self.keys.values_mut()).chain([&mut self.creator]);
        for document in all {
            document["Statement"].as_array_mut().unwrap().retain(|s| !(s["Sid"] == sid && s["Effect"] == "Deny"));
        }
    }

    /// Other ways to write the same.
    pub(super) fn variants(&self) -> Vec<(&'static str, Self)> {
        let on_roles = |(how, change): &(&'static str, Change)| {
            let mut world = self.clone();
            world.roles.values_mut().for_each(|role| change(&mut role.policy));
            (*how, world)
        };
        let on_policies = |(how, change): &(&'static str, Change)| {
            let mut world = self.clone();
            world.buckets.values_mut().filter_map(|bucket| bucket.policy.as_mut()).for_each(change);
            (*how, world)
        };
        ROLES.iter().map(on_roles).chain(POLICIES.iter().map(on_policies)).collect()
    }
}

type Change = fn(&mut Value);

const ROLES: [(&str, Change); 4] = [
    ("roles may do everything in S3", |policy| each(policy, widen)),
    ("roles' statements without their conditions", |policy| each(policy, |statement| take(statement, "Condition"))),
    ("roles' statements in another order", |policy| policy["Statement"].as_array_mut().unwrap().reverse()),
    ("roles' statements without Sids", |policy| each(policy, |statement| take(statement, "Sid"))),
];

const POLICIES: [(&str, Change); 6] = [
    ("the other side lets our whole account", |policy| {
        each(policy, |statement| statement["Principal"] = json!({"AWS": "arn:aws:iam::123456789012:root"}));
    }),
    ("the other side names our account by its number", |policy| {
        each(policy, |statement| statement["Principal"] = json!({"AWS": "123456789012"}));
    }),
    ("the other side wants TLS", |policy| {
        let deny = json!({"Sid": "Tls", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*",
                          "Condition": {"Bool": {"aws:SecureTransport": "false"}}});
        policy["Statement"].as_array_mut().unwrap().push(deny);
    }),
    ("the other side lets all of S3's actions", |policy| {
        each(policy, |statement| statement["Action"] = json!("s3:*"));
    }),
    ("the other side denies somebody else", |policy| {
        let deny = json!({"Sid": "Else", "Effect": "Deny", "Action": "s3:*", "Resource": "*",
                          "Principal": {"AWS": "arn:aws:iam::333333333333:root"}});
        policy["Statement"].as_array_mut().unwrap().insert(0, deny);
    }),
    ("Sids of the other side's own liking", |policy| each(policy, |statement| statement["Sid"] = json!("Own"))),
];

fn each(policy: &mut Value, change: impl Fn(&mut Value)) {
    policy["Statement"].as_array_mut().unwrap().iter_mut().for_each(change);
}

fn widen(statement: &mut Value) {
    let is_key = statement["Resource"].as_str().is_some_and(|resource| resource.contains(":kms:"));
    statement["Action"] = json!(if is_key { "kms:*" } else { "s3:*" });
}

fn take(of: &mut Value, name: &str) {
    let _ = of.as_object_mut().unwrap().remove(name);
}

fn add(document: &mut Value, patch: &Value) {
    let statements = document["Statement"].as_array_mut().unwrap();
    let same = |statement: &&mut Value| statement.get("Sid").is_some() && statement.get("Sid") == patch.get("Sid");
    match statements.iter_mut().find(same) {
        Some(statement) => *statement = patch.clone(),
        None => statements.push(patch.clone()),
    }
}

fn set(bucket: &mut Bucket, setting: &Value) {
    if let Some(state) = setting["Versioning"].as_str() {
        bucket.versioning = Some(state.to_owned());
    }
    if let Some(ownership) = setting["ObjectOwnership"].as_str() {
        bucket.ownership = Some(ownership.to_owned());
    }
    if setting.get("DefaultRetention").is_some() {
        bucket.locks_objects = false;
    }
    if let Some(wanted) = setting.get("ReplicationConfiguration") {
        bucket.replication = Some(wanted.clone());
    }
}
