//! Which resource types the service backs up in a Region. What is switched off here is skipped by plans without a word.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Backup;
use super::events::Told;
use super::ids::iso;
use super::read::{Asked, Home};
use super::refusal::Refusal;

/// The types that are on in a new account.
const TYPES: [&str; 14] = [
    "Aurora",
    "CloudFormation",
    "DocumentDB",
    "DynamoDB",
    "EBS",
    "EC2",
    "EFS",
    "FSx",
    "Neptune",
    "RDS",
    "Redshift",
    "S3",
    "Storage Gateway",
    "VirtualMachine",
];

/// `DescribeRegionSettings`.
pub(super) fn describe(backup: &Backup, asked: &Asked) -> Value {
    let types = backup.opted_in(&asked.home);
    json!({"ResourceTypeOptInPreference": types, "ResourceTypeManagementPreference": {"DynamoDB": true, "EFS": true}})
}

/// `UpdateRegionSettings`: the types that are named, the others stay as they are.
pub(super) fn update(backup: &Backup, asked: &Asked) -> Result<Value, Refusal> {
    let wanted = asked.body.get("ResourceTypeOptInPreference").and_then(Value::as_object).cloned().unwrap_or_default();
    let mut changes = BTreeMap::new();
    for (kind, value) in wanted {
        let is_on = value.as_bool().filter(|_| TYPES.contains(&kind.as_str()));
        let is_on = is_on.ok_or_else(|| Refusal::value(format!("Invalid resource type preference {kind}: {value}")))?;
        let _ = changes.insert(kind, is_on);
    }
    backup.store.open().opt_in.entry(asked.home.clone()).or_default().extend(changes.clone());
    let modified = iso(backup.clock.now());
    let detail = json!({"modifiedAt": modified, "ResourceTypeOptInPreference": changes, "state": "MODIFIED"});
    backup.tell(Told { kind: "Region Setting State Change", home: &asked.home, resource: None, detail });
    Ok(Value::Null)
}

impl Backup {
    /// The types with whether they are on.
    pub(super) fn opted_in(&self, home: &Home) -> BTreeMap<String, bool> {
        let mut types: BTreeMap<String, bool> = TYPES.map(|kind| (kind.to_owned(), true)).into();
        types.extend(self.store.open().opt_in.get(home).cloned().unwrap_or_default());
        types
    }
}
