//! By which keys the snapshots of a machine's recovery point are encrypted, and to whom those are open.

use std::collections::BTreeSet;

use nightferry_domain::restore::{Restore, id_of};
use nightferry_workflow::error::PortError;

use super::{DataSyncPreflight, is_denied};
use crate::ec2::{EC2, document, read};
use crate::sdk_error::Call;
use crate::signed::Signed;

const IMAGES: Call = Call::read("EC2", "DescribeImages");
const SNAPSHOTS: Call = Call::read("EC2", "DescribeSnapshots");

/// A key's ARN, and its policy, where that is shown.
type KeyPolicy = (String, Option<String>);

/// Each key with its policy. `None` where the image or its snapshots are not shown.
pub(super) async fn read(
    preflight: &DataSyncPreflight,
    restore: &Restore,
) -> Result<Option<Vec<KeyPolicy>>, PortError> {
    let Some(ec2) = &preflight.ec2 else { return Ok(None) };
    let Some(keys) = keys(ec2, id_of(&restore.recovery_point)).await? else { return Ok(None) };
    let mut policies = preflight.keys(keys.iter().map(String::as_str)).await?;
    Ok(Some(keys.into_iter().map(|arn| (arn.clone(), policies.remove(&arn))).collect()))
}

async fn keys(ec2: &Signed, image: &str) -> Result<Option<BTreeSet<String>>, PortError> {
    let Some(reply) = seen(ec2, IMAGES, filtered("image-id", [image.to_owned()])).await? else { return Ok(None) };
    let images = read::images(&document(IMAGES, &reply)?);
    let Some(image) = images.into_iter().find(|listed| listed.id == image) else { return Ok(None) };
    let snapshots: BTreeSet<String> = image.devices.into_iter().filter_map(|device| device.snapshot).collect();
    if snapshots.is_empty() {
        return Ok(Some(BTreeSet::new()));
    }
    let Some(reply) = seen(ec2, SNAPSHOTS, filtered("snapshot-id", snapshots.iter().cloned())).await? else {
        return Ok(None);
    };
    let document = document(SNAPSHOTS, &reply)?;
    let listed = read::items(document.root_element(), "snapshotSet");
    // Whatever does not know the filter answers with all snapshots.
    let is_asked = |id: String| snapshots.contains(&id);
    let listed = listed.filter(|snapshot| read::text(*snapshot, &["snapshotId"]).is_some_and(is_asked));
    let listed: Vec<_> = listed.collect();
    // A snapshot that is not shown may have a key of its own.
    let is_whole = listed.len() == snapshots.len();
    Ok(is_whole.then(|| listed.iter().filter_map(|snapshot| read::text(*snapshot, &["kmsKeyId"])).collect()))
}

/// By filter: an id that EC2 does not know any more would have the whole call refused.
fn filtered(name: &str, values: impl IntoIterator<Item = String>) -> Vec<(String, String)> {
    crate::ec2::filter(1, name, values).collect()
}

/// The reply; `None` where whoever asks may not look.
async fn seen(ec2: &Signed, call: Call, asked: Vec<(String, String)>) -> Result<Option<String>, PortError> {
    match ec2.query(call, EC2, call.operation(), &asked).await {
        Ok(reply) => Ok(Some(reply)),
        Err(refusal) if is_denied(&refusal) => Ok(None),
        Err(refusal) => Err(refusal),
    }
}
