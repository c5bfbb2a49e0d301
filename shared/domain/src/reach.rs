//! What a transfer touches besides its destination: whose buckets they are, by which roles, with which keys.

use serde::{Deserialize, Serialize};

use crate::filters::Filters;

/// What preflight and a person need to know of both ends. A plan that an earlier version applied says nothing of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reach {
    /// The source, where it is a bucket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceBucket>,
    /// Twelve digits: who owns the destination bucket. Nothing: the stack's own account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// ARN of the key of the destination's objects, where the plan names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

/// The bucket that a transfer reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceBucket {
    /// Its name.
    pub bucket: String,
    /// Key prefix, without a leading and with a trailing slash; empty for the whole bucket.
    pub prefix: String,
    /// Twelve digits: who owns it. Nothing: the stack's own account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Role by which DataSync reads it.
    pub bucket_access_role: String,
    /// ARN of the key of its objects, where the plan names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// What of it is copied. A plan that an earlier version applied does not say.
    #[serde(default, skip_serializing_if = "Filters::is_unsaid")]
    pub filters: Filters,
}

impl Reach {
    /// Whether nothing is said, which then need not be written.
    #[must_use]
    pub fn is_unsaid(&self) -> bool {
        self == &Self::default()
    }
}
