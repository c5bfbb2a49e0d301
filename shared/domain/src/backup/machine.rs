//! What EC2 says of machines and images, as far as anything depends on it.

use std::collections::BTreeMap;

use crate::plan::InstanceId;

use super::Machine;

/// An EC2 instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instance {
    /// `i-...`
    pub id: InstanceId,
    /// Its ARN.
    pub arn: String,
    /// `pending`, `running`, `stopped` ..., as EC2 says it.
    pub state: String,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// The image that it was made from.
    pub image: Option<String>,
    /// `InstanceType`
    pub instance_type: Option<String>,
    /// ARN of its instance profile.
    pub profile: Option<String>,
    /// Its subnet.
    pub subnet: Option<String>,
    /// Its block devices with the ids of their volumes.
    pub volumes: BTreeMap<String, String>,
}

/// An AMI.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// `ami-...`
    pub id: String,
    /// `AWSBackup_<instance>_<backup job>` of one that AWS Backup made.
    pub name: Option<String>,
    /// `available`, `pending`, `failed` ..., as EC2 says it.
    pub state: String,
    /// Its EBS block devices.
    pub devices: Vec<ImageDevice>,
}

/// A block device of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageDevice {
    /// `/dev/xvda`
    pub device: String,
    /// `snap-...`
    pub snapshot: Option<String>,
    /// Size of the volume in GiB.
    pub gib: Option<u64>,
}

impl Instance {
    /// Its `Name` tag.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.tags.get("Name").map(String::as_str).filter(|name| !name.is_empty())
    }

    /// Whether it is gone, or about to be: EC2 lists it for an hour more.
    #[must_use]
    pub fn is_terminated(&self) -> bool {
        ["terminated", "shutting-down"].contains(&self.state.as_str())
    }

    /// What a run keeps of it.
    #[must_use]
    pub fn machine(&self) -> Machine {
        Machine { id: self.id.clone(), arn: self.arn.clone(), name: self.name().map(str::to_owned) }
    }
}
