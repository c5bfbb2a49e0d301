//! What EC2 says of a machine, as far as a restore is proved by it.

use serde::{Deserialize, Serialize};

/// A volume, of a point or of a machine.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Volume {
    /// `/dev/xvda`
    pub device: String,
    /// Its size, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size_gib: Option<u64>,
}

/// `DescribeInstances` and `DescribeInstanceStatus` of one machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// `i-...`
    pub id: String,
    /// `instanceState`: `pending`, `running`, `shutting-down`, `terminated`, `stopping`, `stopped`.
    pub state: String,
    /// `InstanceStatus`: `ok`, `impaired`, `initializing`, `insufficient-data`, `not-applicable`.
    pub instance_status: Option<String>,
    /// `SystemStatus`, in the same words.
    pub system_status: Option<String>,
    /// `t3.large`
    pub instance_type: String,
    /// `subnet-...`
    pub subnet: Option<String>,
    /// ARN of the instance profile.
    pub profile: Option<String>,
    /// `sg-...`
    pub security_groups: Vec<String>,
    /// Whether its metadata service demands tokens.
    pub requires_imdsv2: Option<bool>,
    /// What is attached.
    pub volumes: Vec<Volume>,
    /// When it was launched.
    pub launched_at: Option<jiff::Timestamp>,
    /// The value of [`super::tidy::DRILL_TAG`], where it carries one.
    pub drill_tag: Option<String>,
}

impl Machine {
    /// Whether it is gone for good.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        self.state == "terminated"
    }

    /// Whether its checks may still come out well: it starts, or they are being made.
    #[must_use]
    pub fn is_coming_up(&self) -> bool {
        let awaits = |status: &Option<String>| {
            status.as_deref().is_none_or(|word| matches!(word, "initializing" | "insufficient-data"))
        };
        let is_checked = !awaits(&self.instance_status) && !awaits(&self.system_status);
        self.state == "pending" || (self.state == "running" && !is_checked)
    }
}
