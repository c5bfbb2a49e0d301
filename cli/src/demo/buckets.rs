//! The demo's buckets in three accounts: a partner's logs that are pulled, our assets that are replicated, and where both go.

use hyper::Method;
use nightferry_local::LocalAws;
use nightferry_local::batch::{Quotas, Trail};
use nightferry_local::upstream::s3::{self, Attributes, Bucket};
use nightferry_local::upstream::{Ask, Upstream, UpstreamError};
use tokio::task::JoinSet;

use crate::exit::Failure;
use crate::output::Output;

/// The partner, whose logs we pull.
pub(crate) const PARTNER: &str = "111111111111";
/// The account that receives the replicas.
pub(crate) const SAFE_HAVEN: &str = "222222222222";
/// The partner's bucket.
pub(crate) const LOGS: &str = "partner-logs";
/// Where the partner's logs go, in our account.
pub(crate) const LOG_COPIES: &str = "example-copies";
/// Our bucket with versions.
pub(crate) const ASSETS: &str = "example-assets";
/// Its replica in the other account.
pub(crate) const REPLICAS: &str = "example-assets-dr";

/// The partner's objects.
const LOG_COUNT: usize = 120;
/// Keys of the assets; with their older versions and delete markers they are about 1,200 versions.
const ASSET_COUNT: usize = 1_000;
/// Each so many keys one has two older versions.
const VERSIONED_EACH: usize = 12;
/// Each so many keys one was deleted: a delete marker lies on top.
const DELETED_EACH: usize = 40;
/// Writes at once.
const WRITES_AT_ONCE: usize = 8;

/// Makes the buckets and what is in them, as it was before anybody thought of backups.
pub(crate) async fn furnish(local: &LocalAws) -> Result<(), Failure> {
    Output::say(&format!(
        "filling {LOGS} (account {PARTNER}) and {ASSETS} with {LOG_COUNT} and {ASSET_COUNT} objects, older versions and delete markers"
    ));
    let ours = local.aws();
    let [partner, safe_haven] = [PARTNER, SAFE_HAVEN].map(|account| ours.seen_from(account, ours.region()));
    for (aws, bucket) in [(&partner, LOGS), (&ours, LOG_COPIES), (&ours, ASSETS), (&safe_haven, REPLICAS)] {
        s3::create_bucket(aws, bucket).await.map_err(anyhow::Error::from)?;
    }
    for (aws, bucket) in [(&ours, ASSETS), (&safe_haven, REPLICAS)] {
        enable_versioning(aws, bucket).await.map_err(anyhow::Error::from)?;
    }
    // As where a trail logs management events: without one, batch jobs tell nothing, and the sweep alone carries them.
    local.admin().set_batch_quotas(Quotas { trail: Trail::On, ..Quotas::default() }).await?;
    fill(&found(local, LOGS).await?, LOG_COUNT, false).await?;
    fill(&found(local, ASSETS).await?, ASSET_COUNT, true).await
}

/// One more object in the assets, after the replication rule was made: it goes by the rule, not by the batch job.
pub(crate) async fn add_asset(local: &LocalAws) -> Result<(), Failure> {
    write(&found(local, ASSETS).await?, "pictures/new-after-apply.png", 0, 1).await.map_err(anyhow::Error::from)?;
    Ok(())
}

/// A bucket by its name, seen as its owner.
pub(crate) async fn found(local: &LocalAws, name: &str) -> Result<Bucket, Failure> {
    let aws = local.aws();
    for account in [PARTNER, SAFE_HAVEN] {
        aws.learn_account(account);
    }
    let found = Bucket::find(&aws, name).await.map_err(anyhow::Error::from)?;
    found.ok_or_else(|| Failure::not_found(format!("the bucket {name} is gone")))
}

async fn enable_versioning(aws: &Upstream, bucket: &str) -> Result<(), UpstreamError> {
    let body = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
    aws.read(Ask::new(Method::PUT, "s3", format!("/{bucket}?versioning")).body(body)).await.map(drop)
}

async fn fill(bucket: &Bucket, count: usize, has_history: bool) -> Result<(), Failure> {
    let mut writes = JoinSet::new();
    for number in 0..count {
        if writes.len() >= WRITES_AT_ONCE {
            ended(writes.join_next().await)?;
        }
        let bucket = bucket.clone();
        let _ = writes.spawn(async move { object(&bucket, number, has_history).await });
    }
    while !writes.is_empty() {
        ended(writes.join_next().await)?;
    }
    Ok(())
}

fn ended(write: Option<Result<Result<(), UpstreamError>, tokio::task::JoinError>>) -> Result<(), Failure> {
    match write {
        Some(written) => Ok(written.map_err(anyhow::Error::from)?.map_err(anyhow::Error::from)?),
        None => Ok(()),
    }
}

/// One key with its history.
async fn object(bucket: &Bucket, number: usize, has_history: bool) -> Result<(), UpstreamError> {
    let key = key(number);
    let older = if has_history && number.is_multiple_of(VERSIONED_EACH) { 2 } else { 0 };
    for version in 0..=older {
        write(bucket, &key, number, version).await?;
    }
    if has_history && number.is_multiple_of(DELETED_EACH) {
        bucket.delete(&key).await?;
    }
    Ok(())
}

/// Keys as people give them: folders, spaces, other scripts, signs that URLs have to encode.
fn key(number: usize) -> String {
    match number % 5 {
        0 => format!("pictures/{number:04}.png"),
        1 => format!("documents/報告書 {number}.pdf"),
        2 => format!("music/100% & more+{number}.ogg"),
        3 => format!("deep/er/and/deeper/{number}"),
        _ => format!("{number:04} Übersicht.txt"),
    }
}

async fn write(bucket: &Bucket, key: &str, number: usize, version: usize) -> Result<(), UpstreamError> {
    let line = format!("version {version} of object {number}\n");
    let body = line.repeat(1 + number % 40);
    let attributes = Attributes {
        content_type: Some("application/x-demo".to_owned()),
        metadata: [("number".to_owned(), number.to_string())].into(),
        ..Attributes::default()
    };
    bucket.put(key, body.into(), &attributes).await.map(drop)
}
