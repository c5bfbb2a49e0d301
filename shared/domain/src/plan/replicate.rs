//! Replication of a bucket to another: new objects by S3, existing ones by S3 Batch Operations.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{AccountId, BucketName, ByteSize, KeyArn, PlanDuration, Prefix, StorageClass};

/// A bucket kept in another bucket, with guardrails on how much one night may copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Replicate {
    /// The bucket that is replicated.
    pub from: ReplicaSource,
    /// The bucket that receives the replicas.
    pub to: ReplicaTarget,
    /// How a batch job that has listed its objects is let through.
    #[serde(default)]
    pub confirm: Confirm,
    /// Whether an object that is deleted at the source is hidden at the destination too (delete markers are replicated).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub delete_markers: bool,
    /// S3 Replication Time Control: new objects within 15 minutes by contract, billed by the byte.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub replication_time_control: bool,
    /// The batch jobs' priority among all of the account: the larger goes first; 10 unless told.
    #[serde(default = "ten")]
    pub priority: u32,
}

const fn ten() -> u32 {
    10
}

/// A bucket of this account, or a prefix of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplicaSource {
    /// The bucket's name.
    pub s3: BucketName,
    /// The prefix; the whole bucket unless told.
    #[serde(default)]
    pub prefix: Prefix,
    /// The key that its objects are encrypted with, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kms_key: Option<KeyArn>,
}

/// The bucket that receives replicas; keys stay the same, so it has no prefix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplicaTarget {
    /// The bucket's name.
    pub s3: BucketName,
    /// The account that owns it, if it is not the one Nightferry runs in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// The storage class of the replicas; the source's unless told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage_class: Option<StorageClass>,
    /// The key that replicas are encrypted with, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kms_key: Option<KeyArn>,
}

/// Guardrails: a batch job inside them is confirmed, outside it is cancelled and reported, unless a person decides.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Confirm {
    /// The most objects that one night may copy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "number_with_underscores")]
    pub max_objects: Option<u64>,
    /// The most bytes that one night may copy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_bytes: Option<ByteSize>,
    /// Who decides. Without limits nothing can be confirmed by rule, so that then a person does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<ConfirmBy>,
    /// For how long a person may decide, from 15m; shorter than `complete_within`, and half of it (at most 12h) unless told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<PlanDuration>,
    /// What happens when nobody has decided by then.
    #[serde(default)]
    pub otherwise: Otherwise,
}

/// What becomes of a batch job about which nobody decided in time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Otherwise {
    /// It is cancelled and reported.
    #[default]
    Cancel,
    /// It is confirmed.
    Confirm,
}

/// Who lets a batch job through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ConfirmBy {
    /// The limits: inside confirmed, outside cancelled.
    Limits,
    /// `nightferry confirm`; the job waits (S3 fails it after 30 days).
    Person,
}

/// Many editors read YAML's newer rules, by which `2_000_000` is a text; this program reads a number.
fn number_with_underscores(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({ "anyOf": [
        { "type": "integer", "minimum": 1 },
        { "type": "string", "pattern": "^[0-9][0-9_]*$" }
    ] })
}

impl Confirm {
    /// For how long a person may decide. Half of the job's time unless told: the other half is for listing and copying,
    /// and a word that comes when the job is cut off would be none.
    #[must_use]
    pub fn decide_within(&self, complete_within: PlanDuration) -> PlanDuration {
        let half = PlanDuration::from_secs(complete_within.secs() / 2);
        self.within.unwrap_or_else(|| half.min(PlanDuration::from_hours(12)))
    }

    /// Who decides: as written, else the limits if there are any, else a person.
    #[must_use]
    pub fn decided_by(&self) -> ConfirmBy {
        let limited = self.max_objects.is_some() || self.max_bytes.is_some();
        self.by.unwrap_or(if limited { ConfirmBy::Limits } else { ConfirmBy::Person })
    }
}
