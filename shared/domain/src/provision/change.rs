//! The difference between what should be and what is, for a person and for a machine, with the steps that close it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Serialize;
use serde_json::Value;

use super::canonical::normalized;
use super::deployed::Tasks;
use super::{LeftOut, Refusal, Step};

/// What becomes of a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// It is not there.
    Create,
    /// It is there with other settings, which can be changed.
    Update,
    /// It is there with settings that can't be changed: a new one is made, then the old one deleted.
    Replace,
    /// It is no longer in the plan.
    Delete,
    /// It stays as it is.
    Keep,
}

/// A kind of thing that `apply` makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// CloudWatch Logs group.
    LogGroup,
    /// CloudWatch Logs resource policy.
    LogPolicy,
    /// IAM role.
    Role,
    /// DataSync location.
    Location,
    /// DataSync task.
    Task,
    /// A bucket's versioning.
    Versioning,
    /// A bucket's replication rules.
    ReplicationRules,
    /// A bucket's policy.
    BucketPolicy,
    /// Whether a bucket has ACLs.
    ObjectOwnership,
    /// AWS Backup vault, with its lock.
    Vault,
    /// A vault's access policy.
    VaultPolicy,
    /// AWS Backup plan, with its rule and selection.
    BackupPlan,
    /// The plan as the functions read it.
    DeployedPlan,
    /// EventBridge Scheduler schedule.
    Schedule,
}

/// One thing and what becomes of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// See [`Action`].
    pub action: Action,
    /// See [`Kind`].
    pub kind: Kind,
    /// Its name; a location's is the job's with its end.
    pub name: String,
    /// What differs; empty for what is made, deleted or kept.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<FieldChange>,
    /// What else a person should know of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// One setting that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldChange {
    /// The setting in AWS's words, with its place: `Options.VerifyMode`.
    pub field: String,
    /// As it is; null where it is not set.
    pub from: Value,
    /// As it should be; null where it should not be set.
    pub to: Value,
}

/// A change with the steps that make it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// What becomes of what.
    pub change: Change,
    /// The calls, in order.
    pub steps: Vec<Step>,
}

/// The whole difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changeset {
    /// One a thing, things that stay included.
    pub moves: Vec<Move>,
    /// What the plan holds and this version does not carry.
    pub left_out: Vec<LeftOut>,
    /// The tasks that stay.
    pub tasks: Tasks,
}

impl Changeset {
    /// Whether there is nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.moves.iter().all(|change| change.steps.is_empty())
    }

    /// The changes, things that stay included.
    pub fn changes(&self) -> impl Iterator<Item = &Change> {
        self.moves.iter().map(|change| &change.change)
    }

    /// Every step with its change, in the order in which they are safe: first what is made, then the plan by which the
    /// functions find it, then the schedules that call them, then what nothing refers to any more.
    #[must_use]
    pub fn steps(&self) -> Vec<(&Change, &Step)> {
        let mut steps: Vec<_> = self.moves.iter().flat_map(|m| m.steps.iter().map(|step| (&m.change, step))).collect();
        // Stable: within a phase, moves keep their order.
        steps.sort_by_key(|(_, step)| step.phase());
        steps
    }

    /// Locks that nobody can take off any more after so many days: vault and days. Making one needs a person's word.
    #[must_use]
    pub fn locks_for_ever(&self) -> Vec<(&str, i64)> {
        let steps = self.moves.iter().flat_map(|change| &change.steps);
        let locks = steps.filter_map(|step| {
            let Step::PutVaultLock(vault, lock) = step else { return None };
            Some((vault.as_str(), lock.changeable_for_days?))
        });
        locks.collect()
    }

    /// A refusal for each of them whose name nobody typed, with the end of the days in which it can be taken off.
    #[must_use]
    pub fn not_accepted(&self, accepted: &[String], now: jiff::Timestamp) -> Vec<Refusal> {
        let unnamed = self.locks_for_ever().into_iter().filter(|(vault, _)| !accepted.iter().any(|name| name == vault));
        let refusal = |(vault, days): (&str, i64)| Refusal::LockNotAccepted {
            vault: vault.to_owned(),
            after: end_of(now, days),
            days,
        };
        unnamed.map(refusal).collect()
    }

    /// How many things have this action.
    #[must_use]
    pub fn count(&self, action: Action) -> usize {
        self.changes().filter(|change| change.action == action).count()
    }
}

/// The date, in UTC, so many days from now.
fn end_of(now: jiff::Timestamp, days: i64) -> String {
    let end = now.checked_add(jiff::SignedDuration::from_hours(days.saturating_mul(24)));
    end.map_or_else(|_| format!("{days} days from now"), |end| end.strftime("%Y-%m-%d %H:%M UTC").to_string())
}

impl Serialize for Changeset {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct as _;
        let mut out = serializer.serialize_struct("Changeset", 2)?;
        out.serialize_field("changes", &self.changes().collect::<Vec<_>>())?;
        out.serialize_field("left_out", &self.left_out)?;
        out.end()
    }
}

impl Kind {
    /// The kind in a person's words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::LogGroup => "log group",
            Self::LogPolicy => "log policy",
            Self::Role => "role",
            Self::Location => "location",
            Self::Task => "task",
            Self::Versioning => "versioning",
            Self::ReplicationRules => "replication",
            Self::BucketPolicy => "bucket policy",
            Self::ObjectOwnership => "ownership",
            Self::Vault => "vault",
            Self::VaultPolicy => "vault policy",
            Self::BackupPlan => "backup plan",
            Self::DeployedPlan => "deployed plan",
            Self::Schedule => "schedule",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.words())
    }
}

/// What differs between two settings of one type, field by field, in the order of the fields.
#[must_use]
pub(super) fn field_changes<T: Serialize>(from: &T, to: &T) -> Vec<FieldChange> {
    let mut found = Vec::new();
    // These types consist of texts, numbers and lists: they always are JSON.
    let (from, to) = (serde_json::to_value(from).unwrap_or_default(), serde_json::to_value(to).unwrap_or_default());
    compare("", &from, &to, &mut found);
    found
}

fn compare(place: &str, from: &Value, to: &Value, found: &mut Vec<FieldChange>) {
    if normalized(from) == normalized(to) {
        return;
    }
    let Some((old, new)) = parts(from).zip(parts(to)) else {
        found.push(FieldChange { field: place.to_owned(), from: from.clone(), to: to.clone() });
        return;
    };
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    for name in names {
        let inner = if place.is_empty() { name.clone() } else { format!("{place}.{name}") };
        let part = |parts: &BTreeMap<String, Value>| parts.get(name).cloned().unwrap_or_default();
        compare(&inner, &part(&old), &part(&new), found);
    }
}

/// The parts of a value that have names: an object's fields, or the statements of a policy by their Sid.
fn parts(value: &Value) -> Option<BTreeMap<String, Value>> {
    match value {
        Value::Object(fields) => Some(fields.iter().map(|(name, part)| (name.clone(), part.clone())).collect()),
        Value::Array(items) => {
            let named: BTreeMap<_, _> =
                items.iter().map(|item| Some((sid(item)?, item.clone()))).collect::<Option<_>>()?;
            (named.len() == items.len() && !named.is_empty()).then_some(named)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

fn sid(statement: &Value) -> Option<String> {
    statement.get("Sid")?.as_str().map(str::to_owned)
}
