//! Instances, images, snapshots and volumes, as far as backing up and restoring needs them.

use hyper::Method;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use roxmltree::{Document, Node};

use super::{Ask, Upstream, UpstreamError};

const VERSION: &str = "2016-11-15";
/// The field by which `RunInstances` is told whether tokens are demanded.
pub(crate) const TOKENS: &str = "MetadataOptions.HttpTokens";

/// A volume that is attached to an instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attached {
    /// `/dev/xvda`.
    pub device: String,
    /// `vol-...`
    pub volume_id: String,
}

/// An instance.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Instance {
    /// `i-...`
    pub id: String,
    /// `running`, `stopped`, `terminated` and so on.
    pub state: String,
    /// The image from which it was started.
    pub image_id: String,
    /// For example `t3.micro`.
    pub instance_type: String,
    /// Its key pair; empty without one.
    pub key_name: String,
    /// `subnet-...`
    pub subnet_id: String,
    /// `vpc-...`
    pub vpc_id: String,
    /// For example `ap-northeast-1a`.
    pub zone: String,
    /// Its address in the subnet.
    pub private_ip: String,
    /// `sg-...`
    pub security_groups: Vec<String>,
    /// ARN of its instance profile; empty without one.
    pub profile_arn: String,
    /// `x86_64`, `arm64`.
    pub architecture: String,
    /// `/dev/xvda`.
    pub root_device: String,
    /// `hvm`.
    pub virtualization: String,
    /// Its volumes.
    pub volumes: Vec<Attached>,
    /// Its tags.
    pub tags: Vec<(String, String)>,
}

impl Instance {
    /// The value of a tag.
    #[must_use]
    pub fn tag(&self, key: &str) -> Option<&str> {
        self.tags.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }
}

/// An image that is to be.
#[derive(Debug, Clone)]
pub struct WantedImage<'a> {
    /// Its name, which no other image of the account has.
    pub name: &'a str,
    /// What people read.
    pub description: &'a str,
    /// `x86_64`, `arm64`.
    pub architecture: &'a str,
    /// `/dev/xvda`.
    pub root_device: &'a str,
    /// `hvm`.
    pub virtualization: &'a str,
    /// Device, snapshot and size in GiB of each volume.
    pub snapshots: Vec<(&'a str, &'a str, u64)>,
    /// Its tags.
    pub tags: Vec<(String, String)>,
}

/// An instance that is to be.
#[derive(Debug, Clone, Default)]
pub struct WantedInstance {
    /// The image. The emulator starts no instance from one that was registered from snapshots.
    pub image_id: String,
    /// For example `t3.micro`.
    pub instance_type: String,
    /// The key pair, if any.
    pub key_name: Option<String>,
    /// The subnet; the default one without.
    pub subnet_id: Option<String>,
    /// Its security groups; the default one without.
    pub security_groups: Vec<String>,
    /// Name of its instance profile.
    pub profile: Option<String>,
    /// A fixed address.
    pub private_ip: Option<String>,
    /// Whether its metadata service demands tokens (`IMDSv2`).
    pub requires_tokens: bool,
    /// Its tags.
    pub tags: Vec<(String, String)>,
}

/// An instance by its id; `None` when there is none.
pub async fn instance(ec2: &Upstream, id: &str) -> Result<Option<Instance>, UpstreamError> {
    match described(ec2, &[("InstanceId.1".to_owned(), id.to_owned())]).await {
        Ok(found) => Ok(found.into_iter().next()),
        Err(UpstreamError::Refused { code, .. }) if code.starts_with("InvalidInstanceID") => Ok(None),
        Err(error) => Err(error),
    }
}

/// Every instance of the account in the Region, terminated ones too.
pub async fn instances(ec2: &Upstream) -> Result<Vec<Instance>, UpstreamError> {
    described(ec2, &[]).await
}

async fn described(ec2: &Upstream, fields: &[(String, String)]) -> Result<Vec<Instance>, UpstreamError> {
    let xml = query(ec2, "DescribeInstances", fields).await?;
    let document = parsed("DescribeInstances", &xml)?;
    let sets = document.descendants().filter(|node| node.has_tag_name_any("instancesSet"));
    Ok(sets.flat_map(items).map(read_instance).collect())
}

fn read_instance(node: Node<'_, '_>) -> Instance {
    let inside = |outer: &str, inner: &str| child(node, outer).map(|found| text(found, inner)).unwrap_or_default();
    let listed = |name: &str| child(node, name).into_iter().flat_map(items);
    Instance {
        id: text(node, "instanceId"),
        state: inside("instanceState", "name"),
        image_id: text(node, "imageId"),
        instance_type: text(node, "instanceType"),
        key_name: text(node, "keyName"),
        subnet_id: text(node, "subnetId"),
        vpc_id: text(node, "vpcId"),
        zone: inside("placement", "availabilityZone"),
        private_ip: text(node, "privateIpAddress"),
        security_groups: listed("groupSet").map(|group| text(group, "groupId")).collect(),
        profile_arn: inside("iamInstanceProfile", "arn"),
        architecture: text(node, "architecture"),
        root_device: text(node, "rootDeviceName"),
        virtualization: text(node, "virtualizationType"),
        volumes: listed("blockDeviceMapping").filter_map(read_attached).collect(),
        tags: listed("tagSet").map(|tag| (text(tag, "key"), text(tag, "value"))).collect(),
    }
}

fn read_attached(node: Node<'_, '_>) -> Option<Attached> {
    let volume_id = text(child(node, "ebs")?, "volumeId");
    Some(Attached { device: text(node, "deviceName"), volume_id })
}

/// The volumes that are attached to an instance, device and id; the emulator's instances list only their root volume.
pub async fn attached(ec2: &Upstream, instance_id: &str) -> Result<Vec<Attached>, UpstreamError> {
    let xml = query(ec2, "DescribeVolumes", &[]).await?;
    let document = parsed("DescribeVolumes", &xml)?;
    let sets = document.descendants().filter(|node| node.has_tag_name_any("attachmentSet"));
    let ours = sets.flat_map(items).filter(|attachment| text(*attachment, "instanceId") == instance_id);
    let mut found: Vec<Attached> = ours
        .map(|attachment| Attached { device: text(attachment, "device"), volume_id: text(attachment, "volumeId") })
        .collect();
    found.sort_by(|one, other| one.device.cmp(&other.device));
    Ok(found)
}

/// Makes a snapshot of a volume; its id, and the volume's size in GiB.
pub async fn create_snapshot(
    ec2: &Upstream,
    volume_id: &str,
    description: &str,
    tags: &[(String, String)],
) -> Result<(String, u64), UpstreamError> {
    let mut fields = vec![pair("VolumeId", volume_id), pair("Description", description)];
    fields.extend(tag_fields("snapshot", tags));
    let xml = query(ec2, "CreateSnapshot", &fields).await?;
    let document = parsed("CreateSnapshot", &xml)?;
    let size = text_in(&document, "volumeSize").parse().unwrap_or_default();
    Ok((text_in(&document, "snapshotId"), size))
}

/// Deletes a snapshot. One that is gone already is deleted.
pub async fn delete_snapshot(ec2: &Upstream, id: &str) -> Result<(), UpstreamError> {
    gone(query(ec2, "DeleteSnapshot", &[pair("SnapshotId", id)]).await, "InvalidSnapshot.NotFound")
}

/// Registers an image; its id.
pub async fn register_image(ec2: &Upstream, wanted: &WantedImage<'_>) -> Result<String, UpstreamError> {
    let mut fields = vec![
        pair("Name", wanted.name),
        pair("Description", wanted.description),
        pair("Architecture", wanted.architecture),
        pair("RootDeviceName", wanted.root_device),
        pair("VirtualizationType", wanted.virtualization),
    ];
    for (number, (device, snapshot, size)) in (1..).zip(&wanted.snapshots) {
        let name = |field: &str| format!("BlockDeviceMapping.{number}.{field}");
        fields.push((name("DeviceName"), (*device).to_owned()));
        fields.push((name("Ebs.SnapshotId"), (*snapshot).to_owned()));
        fields.push((name("Ebs.VolumeSize"), size.to_string()));
    }
    fields.extend(tag_fields("image", &wanted.tags));
    let xml = query(ec2, "RegisterImage", &fields).await?;
    Ok(text_in(&parsed("RegisterImage", &xml)?, "imageId"))
}

/// Takes an image away. One that is gone already is away.
pub async fn deregister_image(ec2: &Upstream, id: &str) -> Result<(), UpstreamError> {
    gone(query(ec2, "DeregisterImage", &[pair("ImageId", id)]).await, "InvalidAMIID.NotFound")
}

/// Whether there is an image of this id.
pub async fn has_image(ec2: &Upstream, id: &str) -> Result<bool, UpstreamError> {
    let xml = query(ec2, "DescribeImages", &[pair("ImageId.1", id)]).await?;
    Ok(parsed("DescribeImages", &xml)?.descendants().any(|node| node.text() == Some(id)))
}

/// The names of all images that this account registered.
pub async fn image_names(ec2: &Upstream) -> Result<Vec<String>, UpstreamError> {
    let xml = query(ec2, "DescribeImages", &[pair("Owner.1", "self")]).await?;
    let document = parsed("DescribeImages", &xml)?;
    let sets = document.descendants().filter(|node| node.has_tag_name_any("imagesSet"));
    Ok(sets.flat_map(items).map(|image| text(image, "name")).collect())
}

/// Starts one instance; its id.
pub async fn run_instance(ec2: &Upstream, wanted: &WantedInstance) -> Result<String, UpstreamError> {
    let mut fields = vec![
        pair("ImageId", &wanted.image_id),
        pair("InstanceType", &wanted.instance_type),
        pair("MinCount", "1"),
        pair("MaxCount", "1"),
    ];
    let optional = [
        ("KeyName", &wanted.key_name),
        ("SubnetId", &wanted.subnet_id),
        ("IamInstanceProfile.Name", &wanted.profile),
        ("PrivateIpAddress", &wanted.private_ip),
    ];
    fields.extend(optional.into_iter().filter_map(|(name, value)| Some(pair(name, value.as_deref()?))));
    fields.extend(wanted.requires_tokens.then(|| pair(TOKENS, "required")));
    for (number, group) in (1..).zip(&wanted.security_groups) {
        fields.push((format!("SecurityGroupId.{number}"), group.clone()));
    }
    fields.extend(tag_fields("instance", &wanted.tags));
    let xml = query(ec2, "RunInstances", &fields).await?;
    Ok(text_in(&parsed("RunInstances", &xml)?, "instanceId"))
}

/// Makes a volume; its id.
pub async fn create_volume(
    ec2: &Upstream,
    zone: &str,
    size_gib: u64,
    snapshot: Option<&str>,
) -> Result<String, UpstreamError> {
    let mut fields = vec![pair("AvailabilityZone", zone), pair("Size", &size_gib.to_string())];
    fields.extend(snapshot.map(|snapshot| pair("SnapshotId", snapshot)));
    let xml = query(ec2, "CreateVolume", &fields).await?;
    Ok(text_in(&parsed("CreateVolume", &xml)?, "volumeId"))
}

/// Deletes a volume.
pub async fn delete_volume(ec2: &Upstream, id: &str) -> Result<(), UpstreamError> {
    gone(query(ec2, "DeleteVolume", &[pair("VolumeId", id)]).await, "InvalidVolume.NotFound")
}

/// Attaches a volume to an instance.
pub async fn attach_volume(ec2: &Upstream, volume: &str, instance: &str, device: &str) -> Result<(), UpstreamError> {
    let fields = [pair("VolumeId", volume), pair("InstanceId", instance), pair("Device", device)];
    query(ec2, "AttachVolume", &fields).await.map(drop)
}

/// Ends an instance. One that is gone already has ended.
pub async fn terminate(ec2: &Upstream, id: &str) -> Result<(), UpstreamError> {
    gone(query(ec2, "TerminateInstances", &[pair("InstanceId.1", id)]).await, "InvalidInstanceID.NotFound")
}

/// Whether there is a subnet of this id.
pub async fn has_subnet(ec2: &Upstream, id: &str) -> Result<bool, UpstreamError> {
    has(query(ec2, "DescribeSubnets", &[pair("SubnetId.1", id)]).await, "InvalidSubnetID", id)
}

/// Whether there is a security group of this id.
pub async fn has_security_group(ec2: &Upstream, id: &str) -> Result<bool, UpstreamError> {
    has(query(ec2, "DescribeSecurityGroups", &[pair("GroupId.1", id)]).await, "InvalidGroup", id)
}

fn has(answer: Result<String, UpstreamError>, missing: &str, id: &str) -> Result<bool, UpstreamError> {
    match answer {
        Ok(xml) => Ok(xml.contains(&format!(">{id}<"))),
        Err(UpstreamError::Refused { code, .. }) if code.starts_with(missing) => Ok(false),
        Err(error) => Err(error),
    }
}

fn gone(answer: Result<String, UpstreamError>, missing: &str) -> Result<(), UpstreamError> {
    match answer {
        Ok(_) => Ok(()),
        Err(UpstreamError::Refused { code, .. }) if code == missing => Ok(()),
        Err(error) => Err(error),
    }
}

pub(super) fn pair(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

fn tag_fields(kind: &str, tags: &[(String, String)]) -> Vec<(String, String)> {
    let mut fields = Vec::new();
    for (number, (key, value)) in (1..).zip(tags) {
        fields.push((format!("TagSpecification.1.Tag.{number}.Key"), key.clone()));
        fields.push((format!("TagSpecification.1.Tag.{number}.Value"), value.clone()));
    }
    if !fields.is_empty() {
        fields.push(pair("TagSpecification.1.ResourceType", kind));
    }
    fields
}

pub(super) async fn query(ec2: &Upstream, action: &str, fields: &[(String, String)]) -> Result<String, UpstreamError> {
    let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let form = fields.iter().fold(format!("Action={action}&Version={VERSION}"), |form, (key, value)| {
        format!("{form}&{}={}", encoded(key), encoded(value))
    });
    let ask = Ask::new(Method::POST, "ec2", "/").header("content-type", "application/x-www-form-urlencoded").body(form);
    Ok(String::from_utf8_lossy(&ec2.read(ask).await?).into_owned())
}

pub(super) fn parsed<'a>(action: &str, xml: &'a str) -> Result<Document<'a>, UpstreamError> {
    let unreadable = |error: roxmltree::Error| UpstreamError::Unreadable {
        request: format!("ec2 {action}"),
        reason: error.to_string(),
    };
    Document::parse(xml).map_err(unreadable)
}

pub(super) fn text_in(document: &Document<'_>, name: &str) -> String {
    let found = document.descendants().find(|node| node.has_tag_name_any(name));
    found.and_then(|node| node.text()).unwrap_or_default().to_owned()
}

/// Elements by their local name, whatever their namespace.
pub(super) trait ByName {
    fn has_tag_name_any(&self, name: &str) -> bool;
}

impl ByName for Node<'_, '_> {
    fn has_tag_name_any(&self, name: &str) -> bool {
        self.tag_name().name() == name
    }
}

fn child<'a>(node: Node<'a, 'a>, name: &str) -> Option<Node<'a, 'a>> {
    node.children().find(|child| child.has_tag_name_any(name))
}

pub(super) fn text(node: Node<'_, '_>, name: &str) -> String {
    let child = node.children().find(|child| child.has_tag_name_any(name));
    child.and_then(|child| child.text()).unwrap_or_default().to_owned()
}

pub(super) fn items<'a>(node: Node<'a, 'a>) -> impl Iterator<Item = Node<'a, 'a>> {
    node.children().filter(|child| child.has_tag_name_any("item"))
}
