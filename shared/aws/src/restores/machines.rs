//! The machines that restores make: looked at, marked and removed, by signed calls of EC2.

use nightferry_domain::ids::RunId;
use nightferry_domain::restore::machine::Machine;
use nightferry_domain::restore::tidy::DRILL_TAG;
use nightferry_workflow::error::PortError;

use super::read;
use crate::ec2::{EC2, document};
use crate::sdk_error::Call;
use crate::signed::Signed;

const INSTANCES: Call = Call::read("EC2", "DescribeInstances");
const STATUS: Call = Call::read("EC2", "DescribeInstanceStatus");
const VOLUMES: Call = Call::read("EC2", "DescribeVolumes");
/// The same tag again is the same tag.
const MARK: Call = Call::write("EC2", "CreateTags");
/// Terminating twice is terminating once.
const REMOVE: Call = Call::write("EC2", "TerminateInstances");
/// EC2's word for a machine that it does not know any more.
const GONE: &str = "InvalidInstanceID.NotFound";

/// One of which EC2 has listed the machine is asked for its checks and volumes, too.
pub(super) async fn machine(ec2: &Signed, id: &str) -> Result<Option<Machine>, PortError> {
    let reply = ec2.query(INSTANCES, EC2, "DescribeInstances", &filter("instance-id", id)).await?;
    let Some(found) = read::machine(&document(INSTANCES, &reply)?, id) else { return Ok(None) };
    if found.is_gone() {
        return Ok(Some(found));
    }
    let asked = pairs([("InstanceId.1", id), ("IncludeAllInstances", "true")]);
    let status = match ec2.query(STATUS, EC2, "DescribeInstanceStatus", &asked).await {
        Ok(reply) => read::status(&document(STATUS, &reply)?, id),
        Err(PortError::Rejected { code, .. }) if code == GONE => read::Status::default(),
        Err(refusal) => return Err(refusal),
    };
    let reply = ec2.query(VOLUMES, EC2, "DescribeVolumes", &filter("attachment.instance-id", id)).await?;
    let volumes = read::volumes(&document(VOLUMES, &reply)?, id);
    Ok(Some(Machine { instance_status: status.instance, system_status: status.system, volumes, ..found }))
}

pub(super) async fn mark(ec2: &Signed, id: &str, run: &RunId) -> Result<(), PortError> {
    let asked = pairs([("ResourceId.1", id), ("Tag.1.Key", DRILL_TAG), ("Tag.1.Value", run.as_str())]);
    ec2.query(MARK, EC2, "CreateTags", &asked).await.map(drop)
}

pub(super) async fn remove(ec2: &Signed, id: &str) -> Result<(), PortError> {
    match ec2.query(REMOVE, EC2, "TerminateInstances", &pairs([("InstanceId.1", id)])).await {
        Err(PortError::Rejected { code, .. }) if code == GONE => Ok(()),
        told => told.map(drop),
    }
}

fn filter(name: &str, value: &str) -> Vec<(String, String)> {
    pairs([("Filter.1.Name", name), ("Filter.1.Value.1", value)])
}

fn pairs<const N: usize>(pairs: [(&str, &str); N]) -> Vec<(String, String)> {
    pairs.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
}
