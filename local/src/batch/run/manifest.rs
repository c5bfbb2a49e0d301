//! The list of a job's tasks: made from the source bucket's versions, or read from where somebody put it.

use bytes::Bytes;
use http_body_util::BodyExt as _;
use md5::{Digest as _, Md5};
use serde_json::json;

use super::super::SERVICE;
use super::super::asked::{Generator, Manifest};
use super::super::job::Why;
use super::task::Task;
use super::{Work, csv, filter};
use crate::access::{Denied, RoleOnBucket, Source};
use crate::replication::{Config, is_taken};
use crate::upstream::UpstreamError;
use crate::upstream::s3::Attributes;
use crate::upstream::versions::Version;

const NO_KEYS: &str = "Manifest generation found no keys matching the filter criteria.";
const FORBIDDEN: &str = "Reading the manifest is forbidden: AccessDenied";

/// What the job is to work on. Reading and making the list happen under the job's role.
pub(super) async fn tasks(work: &Work) -> Result<Vec<Task>, Why> {
    match &work.job.wanted.manifest {
        Manifest::Given { bucket, key, version, etag, fields } => {
            let text = read(work, bucket, key, version.as_deref(), Some(etag)).await?;
            csv::tasks(&text, fields).map_err(|why| Why::new("ManifestMalformed", why))
        }
        Manifest::Generated(generator) => generated(work, generator).await,
    }
}

/// A bucket under the job's role.
pub(super) async fn open(work: &Work, bucket: &str, owner: Option<&String>) -> Result<RoleOnBucket, Denied> {
    let job = &work.job;
    let source = Source { service: SERVICE, arn: job.arn(), account: job.account.clone() };
    let upstream = work.batch.seen_from(&job.account, &job.region);
    let access = RoleOnBucket::open(&upstream, &job.wanted.role, bucket, source, &work.batch.witness).await?;
    if owner.is_some_and(|owner| owner != access.bucket().owner()) {
        return Err(Denied::Action { action: "ExpectedBucketOwner", resource: format!("arn:aws:s3:::{bucket}") });
    }
    Ok(access)
}

async fn generated(work: &Work, generator: &Generator) -> Result<Vec<Task>, Why> {
    let access = open(work, &generator.source, generator.owner.as_ref()).await.map_err(|denied| unprepared(&denied))?;
    for action in ["s3:GetReplicationConfiguration", "s3:PutInventoryConfiguration"] {
        access.bucket_action(action).await.map_err(|denied| unprepared(&denied))?;
    }
    let versions = chosen(work, generator, &access).await?;
    if versions.is_empty() {
        return Err(Why::new("ManifestGenerationFailed", NO_KEYS));
    }
    let tasks: Vec<Task> = versions.into_iter().map(|version| task(&generator.source, version)).collect();
    if let Some((bucket, prefix, owner)) = &generator.output {
        keep(work, &generator.source, (bucket, prefix, owner.as_ref()), &tasks).await?;
    }
    Ok(tasks)
}

fn task(bucket: &str, version: Version) -> Task {
    Task { bucket: bucket.to_owned(), key: version.key.clone(), id: Some(version.id.clone()), version: Some(version) }
}

/// The versions that filter and rules choose, oldest first, so that each key's history comes in its order.
async fn chosen(work: &Work, generator: &Generator, access: &RoleOnBucket) -> Result<Vec<Version>, Why> {
    let (bucket, replication) = (access.bucket(), &work.batch.replication);
    let [prefixes, ..] = &generator.filter.names;
    let prefix = prefixes.first().map_or("", String::as_str);
    let config = replication.configuration(bucket).await.map_err(|error| unprepared(&error.into()))?;
    let config = config.as_deref().and_then(Config::parse);
    if generator.filter.eligible && config.is_none() {
        let reason = "Error occurred when preparing manifest: The replication configuration was not found.";
        return Err(Why::new("ManifestGenerationFailed", reason));
    }
    let listed = bucket.versions(prefix).await.map_err(|error| unprepared(&error.into()))?;
    let mut chosen = Vec::new();
    for version in listed.into_iter().rev() {
        let entry = replication.ledger.entry(bucket.name(), &version.key, &version.id);
        if !filter::passes(&generator.filter, &version, entry.as_ref()) {
            continue;
        }
        let is_eligible = match config.as_ref().filter(|_| generator.filter.eligible) {
            Some(config) => is_taken(config, bucket, &version).await.map_err(|error| unprepared(&error.into()))?,
            None => true,
        };
        if is_eligible {
            chosen.push(version);
        }
    }
    // A stable order: each key's versions stay as they are, oldest first.
    chosen.sort_by(|one, other| one.key.cmp(&other.key));
    Ok(chosen)
}

/// Writes the list where it is to be kept, in the layout of an inventory report, and reads it back as the job's role.
async fn keep(
    work: &Work,
    source: &str,
    (bucket, prefix, owner): (&str, &str, Option<&String>),
    tasks: &[Task],
) -> Result<(), Why> {
    let access = open(work, bucket, owner).await.map_err(|denied| unprepared(&denied))?;
    let folder = format!("{}job-{}", folder(prefix), work.job.id);
    let row = |task: &Task| vec![task.bucket.clone(), csv::encoded(&task.key), task.id.clone().unwrap_or_default()];
    let rows = csv::written(tasks.iter().map(row));
    let data = format!("{folder}/data/{:x}.csv", Md5::digest(&rows));
    let manifest = json!({
        "sourceBucket": source, "destinationBucket": format!("arn:aws:s3:::{bucket}"), "version": "2021-11-30",
        "creationTimestamp": work.batch.now().as_millisecond().to_string(), "fileFormat": "CSV", "fileSchema": "Bucket, Key, VersionId",
        "files": [{"key": data, "size": rows.len(), "MD5checksum": format!("{:x}", Md5::digest(&rows))}],
    });
    let key = format!("{folder}/manifest.json");
    let document = Bytes::from(manifest.to_string());
    let etag = format!("{:x}", Md5::digest(&document));
    for (key, body) in [(&data, Bytes::from(rows)), (&key, document)] {
        access.object_action("s3:PutObject", key).await.map_err(|denied| unprepared(&denied))?;
        let put = access.bucket().put(key, body, &Attributes::default()).await;
        let _ = put.map_err(|error| unprepared(&error.into()))?;
    }
    let arn = format!("arn:aws:s3:::{bucket}/{key}");
    let _ = work.batch.store.change(&work.job.id, |job| job.generated = Some((arn, etag)));
    read(work, bucket, &key, None, None).await.map(drop)
}

async fn read(
    work: &Work,
    bucket: &str,
    key: &str,
    version: Option<&str>,
    etag: Option<&String>,
) -> Result<Bytes, Why> {
    let access = open(work, bucket, None).await.map_err(|denied| match denied {
        Denied::Assume { .. } => unprepared(&denied),
        denied => unread(&denied),
    })?;
    for action in ["s3:GetObject", "s3:GetObjectVersion"] {
        access.object_action(action, key).await.map_err(|denied| unread(&denied))?;
    }
    let answer = access.bucket().get(key, version).await.map_err(|error| unread(&error.into()))?;
    let found = answer.headers().get("etag").and_then(|tag| tag.to_str().ok()).unwrap_or_default().trim_matches('"');
    if etag.is_some_and(|etag| etag != found) {
        let reason = format!("The manifest's ETag is {found} and not the one that the job was given.");
        return Err(Why::new("ManifestETagMismatch", reason));
    }
    let body = answer.into_body().collect().await;
    let broken =
        |error: hyper::Error| Why::new("ManifestUnreadable", format!("Reading the manifest broke off: {error}"));
    body.map(http_body_util::Collected::to_bytes).map_err(broken)
}

/// A prefix with its slash, or nothing.
pub(super) fn folder(prefix: &str) -> String {
    if prefix.is_empty() { String::new() } else { format!("{prefix}/") }
}

/// Only the first of these texts is known to be the service's.
fn unprepared(denied: &Denied) -> Why {
    let reason = match denied {
        Denied::Assume { .. } => "Failed to assume role.".to_owned(),
        Denied::Action { action, resource } => format!("Access denied: {action} on {resource}."),
        Denied::NoBucket { .. } | Denied::Upstream(_) => format!("{denied}."),
    };
    Why::new("ManifestGenerationFailed", format!("Error occurred when preparing manifest: {reason}"))
}

fn unread(denied: &Denied) -> Why {
    let reason = match denied {
        Denied::Assume { .. } | Denied::Action { .. } => FORBIDDEN.to_owned(),
        Denied::Upstream(UpstreamError::Refused { status: 404, .. }) => "The manifest does not exist.".to_owned(),
        Denied::NoBucket { .. } | Denied::Upstream(_) => format!("The manifest cannot be read: {denied}"),
    };
    Why::new("ManifestUnreadable", reason)
}
