//! Making the image: under the job's role, action by action, of a real instance.

use std::sync::Arc;

use serde_json::json;

use super::super::Backup;
use super::super::acting::{Acting, Refused};
use super::super::job::{Job, instance_id, point_tags};
use super::super::point::{Point, Snapshot};
use super::super::read::Tags;
use crate::upstream::{Upstream, ec2};

/// What a role needs for looking at an instance; none of these knows a resource.
const LOOKS: [&str; 3] = ["ec2:DescribeInstances", "ec2:DescribeInstanceAttribute", "ec2:DescribeImages"];
/// Instances in one of these states are backed up.
const STATES: [&str; 3] = ["running", "stopped", "stopping"];
/// The words for a retention that the vault doesn't admit.
const RETENTION: &str =
    "The retention specified in the job is not within the range specified for the target Backup Vault";

/// Makes the image and its recovery point, with a remark where something is to be said. The error is in the service's words.
pub(super) async fn made(backup: &Arc<Backup>, job: &Job) -> Result<(Point, Option<String>), String> {
    admitted(backup, job)?;
    let said = |refused: Refused| refused.message();
    let acting = Acting::assume(backup, &job.order.role, &job.vault_arn()).await.map_err(said)?;
    for action in LOOKS {
        acting.may(action, "*", &[]).map_err(said)?;
    }
    let aws = backup.upstream.seen_from(&job.home.account, &job.home.region);
    let id = instance_id(&job.order.resource_arn);
    let found = ec2::instance(&aws, id).await.map_err(|error| error.to_string())?;
    let found = found.filter(|instance| instance.state != "terminated");
    let instance = found.ok_or_else(|| format!("Could not find resource {}", job.order.resource_arn))?;
    if !STATES.contains(&instance.state.as_str()) {
        return Err(format!("Instance is not in state 'running' or 'stopped': {id} is {}", instance.state));
    }
    may_create(&acting, job).map_err(said)?;
    let tags = point_tags(job, &instance.tags.iter().cloned().collect());
    let pairs: Vec<(String, String)> = tags.clone().into_iter().collect();
    let snapshots = snapshots(&aws, &instance, job, &pairs).await?;
    let image = registered(&aws, &instance, job, &snapshots, pairs).await?;
    Ok((point(backup, job, &instance, Made { image, snapshots, tags }), None))
}

struct Made {
    image: String,
    snapshots: Vec<Snapshot>,
    tags: Tags,
}

fn admitted(backup: &Backup, job: &Job) -> Result<(), String> {
    let state = backup.store.open();
    let vault = state.vault(&job.home, &job.order.vault).map_err(|_| super::super::vault::missing(&job.order.vault))?;
    let is_admitted = vault.lock.as_ref().is_none_or(|lock| lock.admits(&job.order.lifecycle));
    if is_admitted { Ok(()) } else { Err(RETENTION.to_owned()) }
}

/// An image is made of an instance, and is an image and snapshots, which are tagged.
fn may_create(acting: &Acting, job: &Job) -> Result<(), Refused> {
    let of = |kind: &str| format!("arn:aws:ec2:{}::{kind}/*", job.home.region);
    for resource in [&job.order.resource_arn, &of("image"), &of("snapshot")] {
        acting.may("ec2:CreateImage", resource, &[])?;
    }
    for resource in [of("image"), of("snapshot")] {
        acting.may("ec2:CreateTags", &resource, &[("ec2:CreateAction", "CreateImage")])?;
    }
    Ok(())
}

async fn snapshots(
    aws: &Upstream,
    instance: &ec2::Instance,
    job: &Job,
    tags: &[(String, String)],
) -> Result<Vec<Snapshot>, String> {
    let volumes = ec2::attached(aws, &instance.id).await.map_err(|error| error.to_string())?;
    let mut made = Vec::new();
    for volume in volumes {
        let description = format!("This snapshot is created by the AWS Backup service: {}", job.id);
        let (id, size_gib) = ec2::create_snapshot(aws, &volume.volume_id, &description, tags)
            .await
            .map_err(|error| format!("Cannot snapshot volume {}: {error}", volume.volume_id))?;
        made.push(Snapshot { device: volume.device, id, size_gib });
    }
    Ok(made)
}

async fn registered(
    aws: &Upstream,
    instance: &ec2::Instance,
    job: &Job,
    snapshots: &[Snapshot],
    tags: Vec<(String, String)>,
) -> Result<String, String> {
    let name = format!("AWSBackup_{}_{}", instance.id, job.id);
    let wanted = ec2::WantedImage {
        name: &name,
        description: "This image is created by the AWS Backup service.",
        architecture: &instance.architecture,
        root_device: &instance.root_device,
        virtualization: &instance.virtualization,
        snapshots: snapshots.iter().map(|s| (s.device.as_str(), s.id.as_str(), s.size_gib)).collect(),
        tags,
    };
    ec2::register_image(aws, &wanted).await.map_err(|error| error.to_string())
}

fn point(backup: &Backup, job: &Job, instance: &ec2::Instance, made: Made) -> Point {
    Point {
        arn: format!("arn:aws:ec2:{}::image/{}", job.home.region, made.image),
        home: job.home.clone(),
        vault: job.order.vault.clone(),
        vault_arn: job.vault_arn(),
        source_vault_arn: None,
        resource_arn: job.order.resource_arn.clone(),
        resource_name: instance.tag("Name").map(str::to_owned),
        role: job.order.role.clone(),
        created: job.created,
        completed: backup.clock.now(),
        lifecycle: job.order.lifecycle,
        status: "COMPLETED",
        message: None,
        snapshots: made.snapshots,
        tags: made.tags,
        creator: job.order.creator.clone(),
        metadata: metadata(instance, backup.tokens.are_demanded(&instance.id)),
        source_image: instance.image_id.clone(),
        last_restored: None,
    }
}

/// What a restore is given: texts, some of which are JSON.
fn metadata(instance: &ec2::Instance, requires_tokens: bool) -> Tags {
    let interface = json!([{
        "DeviceIndex": 0, "SubnetId": instance.subnet_id, "Groups": instance.security_groups,
        "PrivateIpAddress": instance.private_ip, "DeleteOnTermination": true, "Description": "",
        "PrivateIpAddresses": [{"Primary": true, "PrivateIpAddress": instance.private_ip}],
        "SecondaryPrivateIpAddressCount": 0, "Ipv6AddressCount": 0, "Ipv6Addresses": [],
    }]);
    let profile = instance.profile_arn.rsplit('/').next().unwrap_or_default();
    [
        ("InstanceType", instance.instance_type.clone()),
        ("KeyName", instance.key_name.clone()),
        ("SubnetId", instance.subnet_id.clone()),
        ("vpcId", instance.vpc_id.clone()),
        ("SecurityGroupIds", json!(instance.security_groups).to_string()),
        ("IamInstanceProfileName", profile.to_owned()),
        ("Placement", json!({"AvailabilityZone": instance.zone, "Tenancy": "default"}).to_string()),
        ("NetworkInterfaces", interface.to_string()),
        ("Monitoring", json!({"State": "disabled"}).to_string()),
        ("CpuOptions", json!({}).to_string()),
        ("HibernationOptions", json!({"Configured": false}).to_string()),
        ("CapacityReservationSpecification", json!({"CapacityReservationPreference": "open"}).to_string()),
        ("InstanceInitiatedShutdownBehavior", "stop".to_owned()),
        ("DisableApiTermination", "false".to_owned()),
        ("EbsOptimized", "false".to_owned()),
        ("RequireIMDSv2", requires_tokens.to_string()),
        ("aws:backup:request-id", super::super::ids::uuid()),
    ]
    .map(|(key, value)| (key.to_owned(), value))
    .into_iter()
    .filter(|(_, value)| !value.is_empty())
    .collect()
}
