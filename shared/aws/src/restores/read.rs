//! From EC2's XML to a restored machine. What is not there stays unsaid.

use nightferry_domain::restore::machine::{Machine, Volume};
use nightferry_domain::restore::tidy::DRILL_TAG;
use roxmltree::{Document, Node};

use crate::ec2::read::{items, text};

/// Both of EC2's checks.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Status {
    pub(super) instance: Option<String>,
    pub(super) system: Option<String>,
}

/// The machine of this id, still without its checks and volumes.
pub(super) fn machine(document: &Document<'_>, id: &str) -> Option<Machine> {
    let reservations = items(document.root_element(), "reservationSet");
    let mut all = reservations.flat_map(|reservation| items(reservation, "instancesSet"));
    let node = all.find(|node| text(*node, &["instanceId"]).as_deref() == Some(id))?;
    Some(Machine {
        id: id.to_owned(),
        state: text(node, &["instanceState", "name"]).unwrap_or_default(),
        instance_status: None,
        system_status: None,
        instance_type: text(node, &["instanceType"]).unwrap_or_default(),
        subnet: text(node, &["subnetId"]),
        profile: text(node, &["iamInstanceProfile", "arn"]),
        security_groups: items(node, "groupSet").filter_map(|group| text(group, &["groupId"])).collect(),
        requires_imdsv2: text(node, &["metadataOptions", "httpTokens"]).map(|word| word == "required"),
        volumes: vec![],
        launched_at: text(node, &["launchTime"]).and_then(|time| time.parse().ok()),
        drill_tag: tag(node, DRILL_TAG),
    })
}

fn tag(node: Node<'_, '_>, wanted: &str) -> Option<String> {
    let found = items(node, "tagSet").find(|tag| text(*tag, &["key"]).as_deref() == Some(wanted))?;
    Some(text(found, &["value"]).unwrap_or_default())
}

pub(super) fn status(document: &Document<'_>, id: &str) -> Status {
    let mut all = items(document.root_element(), "instanceStatusSet");
    let found = all.find(|node| text(*node, &["instanceId"]).as_deref() == Some(id));
    found.map_or_else(Status::default, |node| Status {
        instance: text(node, &["instanceStatus", "status"]),
        system: text(node, &["systemStatus", "status"]),
    })
}

/// A volume names its device in its attachment to the machine.
pub(super) fn volumes(document: &Document<'_>, id: &str) -> Vec<Volume> {
    let volume = |node| {
        let to_it = |held: &Node<'_, '_>| text(*held, &["instanceId"]).as_deref() == Some(id);
        let device = text(items(node, "attachmentSet").find(to_it)?, &["device"])?;
        Some(Volume { device, size_gib: text(node, &["size"]).and_then(|size| size.parse().ok()) })
    };
    items(document.root_element(), "volumeSet").filter_map(volume).collect()
}
