//! The demo's machines: three that carry the tag, and one that does not.

use nightferry_domain::plan::JobName;
use nightferry_local::upstream::Upstream;
use nightferry_local::upstream::ec2::{self, WantedInstance};
use nightferry_local::{FileSystem, LocalAws};
use serde::Serialize;

use crate::exit::Failure;
use crate::nights::Night;
use crate::output::Output;

/// The job that backs them up.
pub(crate) const JOB: &str = "servers";
/// The vault that holds their recovery points.
pub(super) const VAULT: &str = "EC2";
/// The tag by which machines are selected, as the article has it.
pub(super) const TAG: (&str, &str) = ("AWSBackup", "EC2");

const TAGGED: [&str; 3] = ["web-1", "db-1", "batch-1"];
const UNTAGGED: &str = "scratch-1";
/// What the machines were started from.
const IMAGE: &str = "ami-0123456789abcdef0";

/// One machine and what the night left of it.
#[derive(Debug, Serialize)]
pub(crate) struct MachineProof {
    /// Its `Name` tag.
    pub(crate) name: String,
    /// `i-...`
    pub(crate) instance_id: String,
    /// Whether it carries the tag.
    pub(crate) is_tagged: bool,
    /// Images of it that EC2 has now, by name.
    pub(crate) images: Vec<String>,
    /// Whether the night had a job for it.
    pub(crate) had_a_job: bool,
}

impl MachineProof {
    /// A tagged machine has an image and had a job; any other has neither.
    pub(crate) fn is_as_promised(&self) -> bool {
        self.had_a_job == self.is_tagged && self.images.is_empty() != self.is_tagged
    }

    /// In words.
    pub(crate) fn words(&self) -> String {
        let images = if self.images.is_empty() { "no image".to_owned() } else { self.images.join(", ") };
        let tag = if self.is_tagged { "" } else { " (without the tag)" };
        format!("{} {}{tag}: {images}", self.name, self.instance_id)
    }
}

/// Starts the machines, in the subnet that the demo has already.
pub(super) async fn furnish(local: &LocalAws, place: &FileSystem) -> Result<(), Failure> {
    Output::say(&format!("starting {} machines with the tag {}={} and one without", TAGGED.len(), TAG.0, TAG.1));
    let aws = local.aws();
    for name in TAGGED {
        start(&aws, place, name, true).await?;
    }
    start(&aws, place, UNTAGGED, false).await
}

async fn start(aws: &Upstream, place: &FileSystem, name: &str, is_tagged: bool) -> Result<(), Failure> {
    let mut tags = vec![("Name".to_owned(), name.to_owned())];
    if is_tagged {
        tags.push((TAG.0.to_owned(), TAG.1.to_owned()));
    }
    let wanted = WantedInstance {
        image_id: IMAGE.to_owned(),
        instance_type: "t3.micro".to_owned(),
        subnet_id: Some(place.subnet_id.clone()),
        security_groups: vec![place.security_group_id.clone()],
        tags,
        ..WantedInstance::default()
    };
    ec2::run_instance(aws, &wanted).await.map(drop).map_err(|error| anyhow::Error::from(error).into())
}

/// Ids of the machines that run, ours or not.
pub(super) async fn running(local: &LocalAws) -> Result<Vec<String>, Failure> {
    let machines = ec2::instances(&local.aws()).await.map_err(anyhow::Error::from)?;
    Ok(machines.into_iter().filter(|machine| machine.state != "terminated").map(|machine| machine.id).collect())
}

/// Looks at every machine and its images as EC2 has them, without asking AWS Backup or Nightferry.
pub(super) async fn compare(local: &LocalAws, night: &Night) -> Result<Vec<MachineProof>, Failure> {
    let aws = local.aws();
    let machines = ec2::instances(&aws).await.map_err(anyhow::Error::from)?;
    let images = ec2::image_names(&aws).await.map_err(anyhow::Error::from)?;
    let mut proofs: Vec<_> = machines.iter().map(|machine| proof(machine, &images, night)).collect();
    proofs.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(proofs)
}

fn proof(machine: &ec2::Instance, images: &[String], night: &Night) -> MachineProof {
    let is_its_job = |name: &JobName| name.machine() == Some(machine.id.as_str());
    let start = format!("AWSBackup_{}_", machine.id);
    MachineProof {
        name: machine.tag("Name").unwrap_or_default().to_owned(),
        instance_id: machine.id.clone(),
        is_tagged: machine.tag(TAG.0) == Some(TAG.1),
        images: images.iter().filter(|name| name.starts_with(&start)).cloned().collect(),
        had_a_job: night.jobs.iter().any(|job| is_its_job(&job.spec.name)),
    }
}
