//! What `apply` leaves behind for a replicated bucket: where objects go, under which roles, and how much one night may copy.

use serde::{Deserialize, Serialize};

use crate::job_spec::ReportPlace;

/// A replicated bucket: new objects go by its replication rule, existing and failed ones by a batch job each night.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replication {
    /// For people: `s3://bucket/prefix`.
    pub from: String,
    /// For people: `s3://bucket of account 222222222222`.
    pub to: String,
    /// Source bucket; it belongs to the account that the batch jobs run in.
    pub bucket: String,
    /// Key prefix of the replication rule, without a leading and with a trailing slash; empty for the whole bucket.
    pub prefix: String,
    /// Destination bucket.
    pub destination_bucket: String,
    /// Twelve digits: who owns the destination bucket.
    pub destination_account: String,
    /// ARN of the role by which S3 replicates; it trusts `s3.amazonaws.com`.
    pub replication_role: String,
    /// ARN of the role by which S3 Batch Operations works; it trusts `batchoperations.s3.amazonaws.com`.
    pub batch_role: String,
    /// Id of our rule in the source bucket's replication configuration.
    pub rule: String,
    /// The batch job's priority: the larger goes first.
    pub priority: u32,
    /// Where completion reports are written.
    pub reports: ReportPlace,
    /// Where generated manifests are written: a bucket in the source bucket's Region.
    pub manifests: ReportPlace,
    /// How much may be copied without a person's word.
    pub guardrails: Guardrails,
}

/// What lets a batch job through that has listed its objects and waits for a confirmation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guardrails {
    /// The most objects; `None` is no limit.
    pub objects_max: Option<u64>,
    /// The most bytes; `None` is no limit. S3 tells no bytes before a job runs: the sum is read from the generated manifest.
    pub bytes_max: Option<u64>,
    /// Who decides.
    pub decided_by: DecidedBy,
    /// For how long a person may decide, in seconds.
    pub decide_within_secs: u32,
    /// What happens when nobody has decided by then.
    pub unless_decided: Unless,
}

/// Who lets a batch job through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DecidedBy {
    /// The limits: inside confirmed, outside cancelled.
    Limits,
    /// `nightferry confirm`. Limits, where there are any, still cancel what is outside of them.
    Person,
}

/// What becomes of a batch job about which no person decided in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unless {
    /// It is cancelled, and the report says so.
    Cancel,
    /// It is confirmed.
    Confirm,
}

#[cfg(test)]
pub(crate) fn sample() -> Replication {
    let place = |prefix: &str| ReportPlace { bucket: "records".into(), prefix: prefix.into() };
    Replication {
        from: "s3://example-assets".into(),
        to: "s3://example-assets-dr of account 222222222222".into(),
        bucket: "example-assets".into(),
        prefix: String::new(),
        destination_bucket: "example-assets-dr".into(),
        destination_account: "222222222222".into(),
        replication_role: "arn:aws:iam::123456789012:role/nightferry-replication-assets".into(),
        batch_role: "arn:aws:iam::123456789012:role/nightferry-batch-assets".into(),
        rule: "nightferry-assets".into(),
        priority: 10,
        reports: place("batch-reports/assets"),
        manifests: place("batch-manifests/assets"),
        guardrails: Guardrails {
            objects_max: Some(1_000),
            bytes_max: None,
            decided_by: DecidedBy::Limits,
            decide_within_secs: 3_600,
            unless_decided: Unless::Cancel,
        },
    }
}
