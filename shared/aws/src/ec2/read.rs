//! From EC2's XML to our words. What is not there stays unsaid.

use std::collections::BTreeMap;

use nightferry_domain::backup::machine::{Image, ImageDevice, Instance};
use nightferry_domain::stack::Stack;
use roxmltree::{Document, Node};

pub(super) fn instances(stack: &Stack, document: &Document<'_>) -> Vec<Instance> {
    let reservations = items(document.root_element(), "reservationSet");
    let all = reservations.flat_map(|reservation| items(reservation, "instancesSet"));
    all.filter_map(|node| instance(stack, node)).collect()
}

fn instance(stack: &Stack, node: Node<'_, '_>) -> Option<Instance> {
    let id = text(node, &["instanceId"])?;
    Some(Instance {
        arn: stack.arn("ec2", &format!("instance/{id}")),
        id: id.parse().ok()?,
        state: text(node, &["instanceState", "name"]).unwrap_or_default(),
        tags: tags(node),
        image: text(node, &["imageId"]),
        instance_type: text(node, &["instanceType"]),
        profile: text(node, &["iamInstanceProfile", "arn"]),
        subnet: text(node, &["subnetId"]),
        volumes: items(node, "blockDeviceMapping")
            .filter_map(|device| Some((text(device, &["deviceName"])?, text(device, &["ebs", "volumeId"])?)))
            .collect(),
    })
}

fn tags(node: Node<'_, '_>) -> BTreeMap<String, String> {
    let pair = |tag| Some((text(tag, &["key"])?, text(tag, &["value"]).unwrap_or_default()));
    items(node, "tagSet").filter_map(pair).collect()
}

pub(crate) fn images(document: &Document<'_>) -> Vec<Image> {
    items(document.root_element(), "imagesSet").filter_map(image).collect()
}

fn image(node: Node<'_, '_>) -> Option<Image> {
    Some(Image {
        id: text(node, &["imageId"])?,
        name: text(node, &["name"]),
        state: text(node, &["imageState"]).unwrap_or_default(),
        devices: items(node, "blockDeviceMapping").filter_map(device).collect(),
    })
}

/// A device without EBS is an instance store, and is in no image.
fn device(node: Node<'_, '_>) -> Option<ImageDevice> {
    let ebs = child(node, "ebs")?;
    Some(ImageDevice {
        device: text(node, &["deviceName"])?,
        snapshot: text(ebs, &["snapshotId"]),
        gib: text(ebs, &["volumeSize"]).and_then(|size| size.parse().ok()),
    })
}

pub(super) fn next_token(document: &Document<'_>) -> Option<String> {
    text(document.root_element(), &["nextToken"])
}

fn child<'a, 'd>(node: Node<'a, 'd>, name: &str) -> Option<Node<'a, 'd>> {
    node.children().find(|child| child.tag_name().name() == name)
}

pub(crate) fn items<'a, 'd: 'a>(node: Node<'a, 'd>, set: &str) -> impl Iterator<Item = Node<'a, 'd>> + use<'a, 'd> {
    child(node, set).into_iter().flat_map(|set| set.children().filter(|item| item.tag_name().name() == "item"))
}

pub(crate) fn text(node: Node<'_, '_>, path: &[&str]) -> Option<String> {
    let found = path.iter().try_fold(node, |node, name| child(node, name))?;
    found.text().map(str::to_owned).filter(|text| !text.is_empty())
}
