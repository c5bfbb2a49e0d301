//! The demo's own proof of replicas, independent of S3's numbers: every version and delete marker, byte for byte, read by the owner of the replicas.

use std::collections::BTreeMap;

use http_body_util::BodyExt as _;
use nightferry_local::LocalAws;
use nightferry_local::upstream::s3::Bucket;
use nightferry_local::upstream::versions::Version;
use tokio::task::JoinSet;

use crate::demo::buckets;
use crate::demo::proof::{NAMED_MAX, Proof};
use crate::exit::Failure;

/// Keys compared at once.
const KEYS_AT_ONCE: usize = 8;

/// A key's versions, oldest first.
type Histories = BTreeMap<String, Vec<Version>>;

/// Reads each version of each key on both sides; `files` counts versions and delete markers.
pub(crate) async fn compare(local: &LocalAws, source: &str, replica: &str) -> Result<Proof, Failure> {
    let (source, replica) = (buckets::found(local, source).await?, buckets::found(local, replica).await?);
    let (originals, mut copies) = (histories(&source).await?, histories(&replica).await?);
    let mut proof = Proof::default();
    let mut keys = JoinSet::new();
    for (key, versions) in originals {
        if keys.len() >= KEYS_AT_ONCE {
            count(&mut proof, keys.join_next().await)?;
        }
        let replicas = copies.remove(&key).unwrap_or_default();
        let (source, replica) = (source.clone(), replica.clone());
        let _ = keys.spawn(async move { (equal(&source, &versions, &replica, &replicas).await, key, versions.len()) });
    }
    while !keys.is_empty() {
        count(&mut proof, keys.join_next().await)?;
    }
    Ok(proof)
}

type Compared = (u64, String, usize);

fn count(proof: &mut Proof, compared: Option<Result<Compared, tokio::task::JoinError>>) -> Result<(), Failure> {
    let Some(compared) = compared else { return Ok(()) };
    let (equal, key, versions) = compared.map_err(anyhow::Error::from)?;
    let versions = u64::try_from(versions).unwrap_or(u64::MAX);
    proof.files += versions;
    proof.equal += equal;
    if equal < versions && proof.different.len() < NAMED_MAX {
        proof.different.push(key);
    }
    Ok(())
}

async fn histories(bucket: &Bucket) -> Result<Histories, Failure> {
    let mut histories = Histories::new();
    let versions = bucket.versions("").await.map_err(anyhow::Error::from)?;
    for version in versions.into_iter().rev() {
        histories.entry(version.key.clone()).or_default().push(version);
    }
    Ok(histories)
}

/// How many of the versions have their equal at the same place in the copy's history.
async fn equal(source: &Bucket, versions: &[Version], replica: &Bucket, copied: &[Version]) -> u64 {
    let mut equal = 0;
    for (original, copy) in versions.iter().zip(copied) {
        let is_equal = match (original.is_delete_marker, copy.is_delete_marker) {
            (true, true) => true,
            (false, false) => {
                let original = content(source, original).await;
                original.is_some() && original == content(replica, copy).await
            }
            (true, false) | (false, true) => false,
        };
        equal += u64::from(is_equal);
    }
    equal
}

async fn content(bucket: &Bucket, version: &Version) -> Option<Vec<u8>> {
    let answer = bucket.get(&version.key, Some(&version.id)).await.ok()?;
    Some(answer.into_body().collect().await.ok()?.to_bytes().to_vec())
}

/// Reads every object below nothing and its copy below the prefix.
pub(crate) async fn compare_objects(
    local: &LocalAws,
    source: &str,
    copy: &str,
    prefix: &str,
) -> Result<Proof, Failure> {
    let (source, copy) = (buckets::found(local, source).await?, buckets::found(local, copy).await?);
    let mut proof = Proof::default();
    for object in source.list("").await.map_err(anyhow::Error::from)? {
        proof.files += 1;
        let original = latest(&source, &object.key).await;
        if original.is_some() && original == latest(&copy, &format!("{prefix}{}", object.key)).await {
            proof.equal += 1;
        } else if proof.different.len() < NAMED_MAX {
            proof.different.push(object.key);
        }
    }
    Ok(proof)
}

async fn latest(bucket: &Bucket, key: &str) -> Option<Vec<u8>> {
    let answer = bucket.get(key, None).await.ok()?;
    Some(answer.into_body().collect().await.ok()?.to_bytes().to_vec())
}
