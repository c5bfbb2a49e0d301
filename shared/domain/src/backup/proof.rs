//! What a machine's backup left behind, as the record and the report keep it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A recovery point that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptPoint {
    /// Its ARN; of a machine, the AMI's.
    pub arn: String,
    /// Name of the vault that holds it.
    pub vault: String,
    /// Its size, where AWS Backup tells one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// When AWS Backup deletes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delete_at: Option<Timestamp>,
    /// What became of each declared copy.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub copies: Vec<KeptCopy>,
    /// What is odd about it and harmless.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<String>,
}

/// A declared copy of a recovery point.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptCopy {
    /// ARN of the vault.
    pub vault_arn: String,
    /// ARN of the copy; none where it is not proved to be there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub copy: Option<String>,
}

impl KeptPoint {
    /// Copies that are there.
    #[must_use]
    pub fn copy_count(&self) -> usize {
        self.copies.iter().filter(|copy| copy.copy.is_some()).count()
    }
}
