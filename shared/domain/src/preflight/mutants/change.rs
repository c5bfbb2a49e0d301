//! Every single thing that can be wrong in a set-up of two accounts.

use serde_json::{Value, json};

use super::world::{Bucket, CREATOR, World};
use crate::preflight::{Findings, Place};

/// A set-up of which one thing is wrong.
#[derive(Debug, Clone)]
pub(super) struct Mutant {
    pub(super) what: String,
    pub(super) world: World,
    /// Where the cause lies.
    place: Place,
}

impl Mutant {
    /// Whether some obstacle points at the place that was changed: by its patch, or by its words where none helps.
    pub(super) fn is_named_by(&self, found: &Findings) -> bool {
        let words = match &self.place {
            Place::Trust(name)
            | Place::Role(name)
            | Place::BucketPolicy(name)
            | Place::KeyPolicy(name)
            | Place::BucketSetting(name)
            | Place::VaultSetting(name)
            | Place::RegionSetting(name)
            | Place::Creator(name) => name.as_str(),
        };
        found
            .obstacles
            .iter()
            .any(|o| o.place.as_ref() == Some(&self.place) || (o.place.is_none() && o.what.contains(words)))
    }
}

/// A document of a set-up.
fn documents(world: &World) -> Vec<Place> {
    let roles = world.roles.keys().flat_map(|arn| [Place::Trust(arn.clone()), Place::Role(arn.clone())]);
    let policies = world.buckets.iter().filter(|(_, bucket)| bucket.policy.is_some());
    let policies = policies.map(|(name, _)| Place::BucketPolicy(name.clone()));
    let keys = world.keys.keys().map(|arn| Place::KeyPolicy(arn.clone()));
    let is_transfer = world.spec.work.transfer().is_some();
    let creator = is_transfer.then(|| Place::Creator(CREATOR.to_owned()));
    roles.chain(policies).chain(keys).chain(creator).collect()
}

fn document<'a>(world: &'a mut World, place: &Place) -> &'a mut Value {
    match place {
        Place::Trust(arn) => &mut world.roles.get_mut(arn).unwrap().trust,
        Place::Role(arn) => &mut world.roles.get_mut(arn).unwrap().policy,
        Place::BucketPolicy(name) => world.buckets.get_mut(name).unwrap().policy.as_mut().unwrap(),
        Place::KeyPolicy(arn) => world.keys.get_mut(arn).unwrap(),
        Place::Creator(_) => &mut world.creator,
        Place::BucketSetting(_) | Place::VaultSetting(_) | Place::RegionSetting(_) => {
            panic!("a setting is no document")
        }
    }
}

/// Every mutant of a set-up.
pub(super) fn mutants(world: &World) -> Vec<Mutant> {
    let mut found = vec![];
    for place in documents(world) {
        let statements = document(&mut world.clone(), &place)["Statement"].as_array().unwrap().clone();
        for (at, statement) in statements.iter().enumerate() {
            for (what, changed) in wrong(statement) {
                let mut mutant = world.clone();
                let list = document(&mut mutant, &place)["Statement"].as_array_mut().unwrap();
                match changed {
                    Some(changed) => list[at] = changed,
                    None => drop(list.remove(at)),
                }
                let what = format!("{place:?} statement {}: {what}", statement["Sid"]);
                found.push(Mutant { what, world: mutant, place: place.clone() });
            }
        }
    }
    found.extend(gone(world));
    found.extend(settings(world));
    found
}

/// A statement removed, or changed so that it no longer lets what it has to.
pub(in crate::preflight) fn wrong(statement: &Value) -> Vec<(String, Option<Value>)> {
    let mut found = vec![("removed".to_owned(), None)];
    let mut put = |what: String, path: &str, value: Value| {
        let mut changed = statement.clone();
        *changed.pointer_mut(path).unwrap() = value;
        found.push((what, Some(changed)));
    };
    put("denies".to_owned(), "/Effect", json!("Deny"));
    let actions = statement["Action"].as_array().cloned().unwrap_or_default();
    for at in 0..actions.len() {
        let mut rest = actions.clone();
        let gone = rest.remove(at);
        put(format!("without {gone}"), "/Action", rest.into());
    }
    if actions.is_empty() {
        put("another action".to_owned(), "/Action", json!("s3:GetBucketAcl"));
    }
    if statement.get("Resource").is_some() {
        put("another resource".to_owned(), "/Resource", json!("arn:aws:s3:::another-bucket/x"));
    }
    for (kind, other) in [("AWS", "arn:aws:iam::123456789012:role/another"), ("Service", "ec2.amazonaws.com")] {
        if statement.pointer(&format!("/Principal/{kind}")).is_some() {
            put("another principal".to_owned(), &format!("/Principal/{kind}"), json!(other));
        }
    }
    for (operator, keys) in statement["Condition"].as_object().into_iter().flatten() {
        for key in keys.as_object().unwrap().keys() {
            let path = format!("/Condition/{operator}/{}", key.replace('/', "~1"));
            put(format!("another {key}"), &path, json!("arn:aws:s3:::wrong"));
        }
    }
    found
}

/// Whole things that are not there.
fn gone(world: &World) -> Vec<Mutant> {
    let mut found = vec![];
    for arn in world.roles.keys() {
        let mut mutant = world.clone();
        let _ = mutant.roles.remove(arn);
        let place = Place::Role(arn.clone());
        // Nothing printed makes a role: `apply` does, so this one is checked for its name alone.
        if mutant.findings().obstacles.iter().any(|o| o.id == "role-missing" && o.what.contains(arn.as_str())) {
            continue;
        }
        found.push(Mutant { what: format!("no role {arn}"), world: mutant, place });
    }
    found
}

type Change = fn(&mut Bucket);

/// What a bucket that others write to must not be like.
const OWNERSHIP: [(&str, Change); 3] = [
    ("ACLs on", |bucket| bucket.ownership = Some("ObjectWriter".into())),
    ("ownership never chosen", |bucket| bucket.ownership = None),
    ("ACLs preferred", |bucket| bucket.ownership = Some("BucketOwnerPreferred".into())),
];

/// What neither end of a replication must be like.
const VERSIONING: [(&str, Change); 2] = [
    ("versioning suspended", |bucket| bucket.versioning = Some("Suspended".into())),
    ("versioning never on", |bucket| bucket.versioning = None),
];

/// What the rule must not be like.
const RULE: [(&str, Change); 17] = [
    ("no replication", |bucket| bucket.replication = None),
    ("no rules", |bucket| rules(bucket).clear()),
    ("another role", |bucket| {
        bucket.replication.as_mut().unwrap()["Role"] = json!("arn:aws:iam::123456789012:role/x");
    }),
    ("rule off", |bucket| rule(bucket)["Status"] = json!("Disabled")),
    ("rule of another ID", |bucket| rule(bucket)["ID"] = json!("theirs")),
    ("another prefix", |bucket| rule(bucket)["Filter"] = json!({"Prefix": "b/"})),
    ("a narrower prefix", |bucket| rule(bucket)["Filter"] = json!({"Prefix": "a/b/"})),
    ("only tagged objects", |bucket| rule(bucket)["Filter"] = json!({"Tag": {"Key": "k", "Value": "v"}})),
    ("no filter", |bucket| take(rule(bucket), "Filter")),
    ("another destination", |bucket| rule(bucket)["Destination"]["Bucket"] = json!("arn:aws:s3:::x")),
    ("another account", |bucket| rule(bucket)["Destination"]["Account"] = json!("333333333333")),
    ("no account", |bucket| take(&mut rule(bucket)["Destination"], "Account")),
    ("replicas stay ours", |bucket| take(&mut rule(bucket)["Destination"], "AccessControlTranslation")),
    ("encrypted objects passed over", |bucket| take(rule(bucket), "SourceSelectionCriteria")),
    ("encrypted objects switched off", |bucket| {
        if let Some(status) = rule(bucket).pointer_mut("/SourceSelectionCriteria/SseKmsEncryptedObjects/Status") {
            *status = json!("Disabled");
        }
    }),
    ("no replica key", |bucket| take(&mut rule(bucket)["Destination"], "EncryptionConfiguration")),
    ("another replica key", |bucket| {
        if let Some(key) = rule(bucket).pointer_mut("/Destination/EncryptionConfiguration/ReplicaKmsKeyID") {
            *key = json!("arn:aws:kms:us-east-1:222222222222:key/another");
        }
    }),
];

fn settings(world: &World) -> Vec<Mutant> {
    let of = |name: &str, changes: &[(&str, Change)]| {
        let mutant = |(what, change): &(&str, Change)| set(world, name, what, *change);
        changes.iter().filter_map(mutant).collect::<Vec<_>>()
    };
    if let Some(transfer) = world.spec.work.transfer() {
        let bucket = transfer.destination.bucket().filter(|_| transfer.reach.owner.is_some());
        return bucket.map_or_else(Vec::new, |to| of(&to.bucket, &OWNERSHIP));
    }
    let locks: [(&str, Change); 1] = [("locks objects", |bucket| bucket.locks_objects = true)];
    [
        of("example-assets", &VERSIONING),
        of("example-assets-dr", &VERSIONING),
        of("example-assets-dr", &OWNERSHIP),
        of("nightferry-123456789012-ap-northeast-1", &locks),
        of("example-assets", &RULE),
    ]
    .concat()
}

/// Nothing where the change changes nothing.
fn set(world: &World, name: &str, what: &str, change: Change) -> Option<Mutant> {
    let mut mutant = world.clone();
    change(mutant.buckets.get_mut(name)?);
    let place = Place::BucketSetting(name.into());
    (mutant != *world).then(|| Mutant { what: format!("{name}: {what}"), world: mutant, place })
}

fn rules(bucket: &mut Bucket) -> &mut Vec<Value> {
    bucket.replication.as_mut().unwrap()["Rules"].as_array_mut().unwrap()
}

fn rule(bucket: &mut Bucket) -> &mut Value {
    &mut rules(bucket)[0]
}

fn take(of: &mut Value, name: &str) {
    let _ = of.as_object_mut().unwrap().remove(name);
}

/// Changes of the same kinds that leave the night as it was, with the reason: equivalent mutants.
pub(super) fn same_in_effect(world: &World) -> Vec<(String, World)> {
    let mut found = vec![];
    for place in documents(world) {
        let count = document(&mut world.clone(), &place)["Statement"].as_array().unwrap().len();
        for at in 0..count {
            let mut changed = world.clone();
            let statement = &mut document(&mut changed, &place)["Statement"][at];
            if statement.get("Condition").is_some() && !matches!(place, Place::BucketPolicy(_)) {
                take(statement, "Condition");
                found.push((
                    format!("{place:?}: without its condition a statement lets more, not less"),
                    changed.clone(),
                ));
            }
            let statement = &mut document(&mut changed, &place)["Statement"][at];
            statement["Sid"] = json!("Renamed");
            found.push((format!("{place:?}: a Sid decides nothing"), changed));
        }
    }
    if world.spec.work.replication().is_some() {
        let mut put = |why: &str, change: Change| {
            let mut changed = world.clone();
            change(changed.buckets.get_mut("example-assets").unwrap());
            found.push((why.to_owned(), changed));
        };
        put("delete markers are a matter of taste", |bucket| {
            rule(bucket)["DeleteMarkerReplication"] = json!({"Status": "Enabled"});
        });
        put("metrics only count", |bucket| take(&mut rule(bucket)["Destination"], "Metrics"));
        put("any priority does while no other rule has that destination", |bucket| {
            rule(bucket)["Priority"] = json!(77);
        });
        put("a storage class changes the price only", |bucket| {
            rule(bucket)["Destination"]["StorageClass"] = json!("STANDARD_IA");
        });
        put("the whole bucket holds the prefix", |bucket| rule(bucket)["Filter"] = json!({"Prefix": ""}));
    }
    found
}
