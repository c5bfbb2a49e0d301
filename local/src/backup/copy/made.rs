//! Making the copy: the role has to be allowed it on both sides, and the other account's vault has to let it in.

use std::sync::Arc;

use nightferry_domain::policy::{Document, Resource};

use super::super::Backup;
use super::super::acting::{Acting, Refused};
use super::super::point::{Point, Snapshot};
use super::super::read::Home;
use super::super::vault::{self, Key, Vault};
use super::CopyJob;
use crate::upstream::{Upstream, ec2};

/// The words for a role that may not see which tags the point has.
const TAGS: &str = "Access denied exception while trying to list tags";
/// The words for another account's vault under the service's own key.
const OWN_KEY: &str =
    "Copy job failed because the destination Backup vault is encrypted with the default Backup service managed key.";
/// The words for a retention that the vault doesn't admit.
const RETENTION: &str =
    "The retention specified in the job is not within the range specified for the target Backup Vault";

/// Makes the copy. The error is in the service's words.
pub(super) async fn copied(backup: &Arc<Backup>, job: &CopyJob) -> Result<Point, String> {
    let target = backup.store.open().vault_by_arn(&job.order.vault_arn).cloned();
    let name = job.order.vault_arn.rsplit(':').next().unwrap_or_default();
    let target = target.ok_or_else(|| vault::missing(name))?;
    if target.home.account != job.home.account && matches!(target.key, Key::Managed(_)) {
        return Err(OWN_KEY.to_owned());
    }
    if target.lock.as_ref().is_some_and(|lock| !lock.admits(&job.order.lifecycle)) {
        return Err(RETENTION.to_owned());
    }
    let said = |refused: Refused| refused.message();
    let acting = Acting::assume(backup, &job.order.role, &job.point.vault_arn).await.map_err(said)?;
    acting.may("ec2:DescribeTags", "*", &[]).map_err(|_| TAGS.to_owned())?;
    admitted(&acting, job, &target)?;
    may_copy(&acting, job, &target.home).map_err(said)?;
    let aws = backup.upstream.seen_from(&target.home.account, &target.home.region);
    let (image, snapshots) = images(&aws, job).await.map_err(|error| error.to_string())?;
    Ok(point(backup, job, &target, &image, snapshots))
}

/// The role has to be allowed to copy into the vault; another account's vault has to allow it, too.
fn admitted(acting: &Acting, job: &CopyJob, target: &Vault) -> Result<(), String> {
    let policy: Option<Document> = target.policy.as_deref().and_then(vault::policy::read);
    let resource = Resource::new(target.arn(), &target.home.account);
    acting.may_there("backup:CopyIntoBackupVault", resource, policy).map_err(|_| {
        format!(
            "Access Denied trying to call AWS Backup service: {} may not copy into {}",
            job.order.role,
            target.arn()
        )
    })
}

fn may_copy(acting: &Acting, job: &CopyJob, target: &Home) -> Result<(), Refused> {
    let there = |kind: &str| format!("arn:aws:ec2:{}::{kind}/*", target.region);
    for resource in [&job.point.arn, &there("image")] {
        acting.may("ec2:CopyImage", resource, &[])?;
    }
    for kind in ["image", "snapshot"] {
        acting.may("ec2:CreateTags", &there(kind), &[("ec2:CreateAction", "CopyImage")])?;
    }
    if target.account != job.home.account {
        let tag = "aws:ResourceTag/aws:backup:source-resource";
        let source = job.point.tags.get("aws:backup:source-resource").map_or("", String::as_str);
        acting.may("ec2:ModifyImageAttribute", &job.point.arn, &[(tag, source)])?;
    }
    Ok(())
}

/// The emulator copies no images, so each volume is made anew in the destination, and goes again once there is a snapshot of it.
async fn images(aws: &Upstream, job: &CopyJob) -> Result<(String, Vec<Snapshot>), crate::upstream::UpstreamError> {
    let tags: Vec<(String, String)> = job.point.tags.clone().into_iter().collect();
    let mut snapshots = Vec::new();
    for original in &job.point.snapshots {
        let zone = format!("{}a", aws.region());
        let volume = ec2::create_volume(aws, &zone, original.size_gib, None).await?;
        let description = format!("Copied by the AWS Backup service from {}", original.id);
        let (id, size_gib) = ec2::create_snapshot(aws, &volume, &description, &tags).await?;
        ec2::delete_volume(aws, &volume).await?;
        snapshots.push(Snapshot { device: original.device.clone(), id, size_gib });
    }
    let name = format!("AWSBackup_{}_{}", job.point.image_id(), job.id);
    let wanted = ec2::WantedImage {
        name: &name,
        description: "This image is created by the AWS Backup service.",
        architecture: "x86_64",
        root_device: snapshots.first().map_or("/dev/xvda", |snapshot| snapshot.device.as_str()),
        virtualization: "hvm",
        snapshots: snapshots.iter().map(|s| (s.device.as_str(), s.id.as_str(), s.size_gib)).collect(),
        tags,
    };
    let image = ec2::register_image(aws, &wanted).await?;
    Ok((image, snapshots))
}

fn point(backup: &Backup, job: &CopyJob, target: &Vault, image: &str, snapshots: Vec<Snapshot>) -> Point {
    Point {
        arn: format!("arn:aws:ec2:{}::image/{image}", target.home.region),
        home: target.home.clone(),
        vault: target.name.clone(),
        vault_arn: target.arn(),
        source_vault_arn: Some(job.point.vault_arn.clone()),
        created: job.created,
        completed: backup.clock.now(),
        lifecycle: job.order.lifecycle,
        role: job.order.role.clone(),
        snapshots,
        status: "COMPLETED",
        message: None,
        last_restored: None,
        ..job.point.clone()
    }
}
