//! Making the new instance: under the restore role, action by action, as EC2 asks for each.

use std::sync::Arc;

use super::super::Backup;
use super::super::acting::{Acting, Refused};
use super::super::read::Tags;
use super::Restore;
use super::launch_metadata::{Network, given, network};
use super::work::Failed;
use crate::upstream::{Upstream, UpstreamError, ec2, iam};

/// What a role needs for looking around; none of these knows a resource.
const LOOKS: [&str; 2] = ["ec2:DescribeImages", "ec2:DescribeInstances"];
/// The words for another instance profile than the original one.
const OTHER_PROFILE: &str = "AWS Backup does not permit attaching a new instance profile to an EC2 instance. Please restore \
    using the backed up instance profile.";
/// The service's own tags, which it never copies.
const OWN_TAGS: &str = "aws:";

impl From<UpstreamError> for Failed {
    fn from(error: UpstreamError) -> Self {
        match error {
            UpstreamError::Refused { message, code, .. } if !message.is_empty() => {
                Self::Said(format!("{message} ({code})"))
            }
            error @ (UpstreamError::Unreachable { .. }
            | UpstreamError::Refused { .. }
            | UpstreamError::Unreadable { .. }) => Self::Refused(Refused::from(error)),
        }
    }
}

/// Makes the instance; its ARN.
pub(super) async fn instance(backup: &Arc<Backup>, job: &Restore) -> Result<String, Failed> {
    let acting = Acting::assume(backup, &job.order.role, &job.point.vault_arn).await?;
    for action in LOOKS {
        acting.may(action, "*", &[])?;
    }
    let aws = backup.upstream.seen_from(&job.home.account, &job.home.region);
    if !ec2::has_image(&aws, job.point.image_id()).await.unwrap_or_default() {
        return Err(Failed::Said(format!("The image id '[{}]' does not exist", job.point.image_id())));
    }
    let network = network(&job.order.metadata).map_err(|words| Failed::Said(words.to_owned()))?;
    reachable(&aws, &network).await?;
    let profile = profile(&aws, &acting, job).await?;
    let wanted = wanted(job, &network, profile);
    may_run(&acting, job, &wanted)?;
    let id = ec2::run_instance(&aws, &wanted).await?;
    if wanted.requires_tokens {
        backup.tokens.demand(&id);
    }
    attached(&aws, job, &id).await?;
    Ok(format!("arn:aws:ec2:{}:{}:instance/{id}", job.home.region, job.home.account))
}

/// Subnet and security groups have to be there, and a fixed address has to be free.
async fn reachable(aws: &Upstream, network: &Network) -> Result<(), Failed> {
    if let Some(subnet) = &network.subnet
        && !ec2::has_subnet(aws, subnet).await?
    {
        return Err(Failed::Said(format!("The subnet ID '{subnet}' does not exist")));
    }
    for group in &network.groups {
        if !ec2::has_security_group(aws, group).await? {
            return Err(Failed::Said(format!("The security group '{group}' does not exist")));
        }
    }
    let Some(address) = &network.address else { return Ok(()) };
    let alive = ec2::instances(aws).await?.into_iter().filter(|instance| instance.state != "terminated");
    let is_taken = |instance: ec2::Instance| {
        instance.private_ip == *address && network.subnet.as_ref().is_none_or(|subnet| *subnet == instance.subnet_id)
    };
    if alive.into_iter().any(is_taken) {
        return Err(Failed::Said(format!("Address {address} is in use.")));
    }
    Ok(())
}

/// The instance profile: the original one or none, and the role behind it has to be passed to EC2.
async fn profile(aws: &Upstream, acting: &Acting, job: &Restore) -> Result<Option<String>, Failed> {
    let Some(name) = given(&job.order.metadata, "IamInstanceProfileName") else { return Ok(None) };
    if given(&job.point.metadata, "IamInstanceProfileName").as_ref() != Some(&name) {
        return Err(Failed::Said(OTHER_PROFILE.to_owned()));
    }
    let invalid = || {
        format!("Value ({name}) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name")
    };
    let role = iam::profile_role(aws, &name).await?.ok_or_else(|| Failed::Said(invalid()))?;
    acting.may("iam:PassRole", &role, &[("iam:PassedToService", "ec2.amazonaws.com")])?;
    Ok(Some(name))
}

fn wanted(job: &Restore, network: &Network, profile: Option<String>) -> ec2::WantedInstance {
    let asked = &job.order.metadata;
    let original = &job.point.metadata;
    ec2::WantedInstance {
        // The emulator starts no instance from an image that was registered from snapshots, so it gets the original's own.
        image_id: job.point.source_image.clone(),
        instance_type: given(asked, "InstanceType").or_else(|| given(original, "InstanceType")).unwrap_or_default(),
        // The key pair is the original's, whatever is asked for.
        key_name: given(original, "KeyName"),
        subnet_id: network.subnet.clone(),
        security_groups: network.groups.clone(),
        profile,
        private_ip: network.address.clone(),
        requires_tokens: given(asked, "RequireIMDSv2").as_deref() == Some("true"),
        tags: if job.order.copies_tags || job.testing.is_some() { tags(job) } else { Vec::new() },
    }
}

fn tags(job: &Restore) -> Vec<(String, String)> {
    let copied = job.order.copies_tags;
    let own: &Tags = &job.point.tags;
    let mut tags: Vec<(String, String)> = own
        .iter()
        .filter(|(key, _)| copied && !key.starts_with(OWN_TAGS))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    tags.extend(job.testing.as_ref().map(|_| ("awsbackup-restore-test".to_owned(), job.id.clone())));
    tags
}

/// EC2 asks for `RunInstances` on everything that the call names or makes.
fn may_run(acting: &Acting, job: &Restore, wanted: &ec2::WantedInstance) -> Result<(), Refused> {
    let own = |rest: &str| format!("arn:aws:ec2:{}:{}:{rest}", job.home.region, job.home.account);
    let mut resources = vec![own("instance/*"), job.point.arn.clone(), own("network-interface/*"), own("volume/*")];
    resources.extend(wanted.subnet_id.iter().map(|id| own(&format!("subnet/{id}"))));
    resources.extend(wanted.security_groups.iter().map(|id| own(&format!("security-group/{id}"))));
    resources.extend(wanted.key_name.iter().map(|name| own(&format!("key-pair/{name}"))));
    for resource in resources {
        acting.may("ec2:RunInstances", &resource, &[])?;
    }
    // A test's own tag is set by the service itself.
    if job.order.copies_tags {
        acting.may("ec2:CreateTags", &own("instance/*"), &[("ec2:CreateAction", "RunInstances")])?;
    }
    Ok(())
}

/// The emulator gives each instance one volume; the others are made of their snapshots.
async fn attached(aws: &Upstream, job: &Restore, id: &str) -> Result<(), Failed> {
    let Some(instance) = ec2::instance(aws, id).await? else { return Ok(()) };
    for snapshot in job.point.snapshots.iter().filter(|snapshot| snapshot.device != instance.root_device) {
        let volume = ec2::create_volume(aws, &instance.zone, snapshot.size_gib, Some(&snapshot.id)).await?;
        ec2::attach_volume(aws, &volume, id, &snapshot.device).await?;
    }
    Ok(())
}
