//! A manifest: the very files or objects to transfer, read from a bucket under its own role.

use http_body_util::BodyExt;
use serde_json::Value;

use super::super::ids;
use super::bucket::is_path;
use super::failure::{Failure, Stop};
use super::item::Item;
use super::place::Listing;
use super::{Job, Sides};
use crate::access::{Denied, RoleOnBucket, Source};

/// Looks every entry of the manifest up at the source. An entry that is not there is a failure of that entry.
pub(super) async fn listed(job: &Job, sides: &Sides) -> Result<Listing, Stop> {
    let text =
        read(job).await.map_err(|reason| Stop::Failed { code: "ManifestReadFailed".to_owned(), detail: reason })?;
    let mut listing = Listing::default();
    for (path, version) in entries(&text) {
        if !is_path(&path) {
            let failure = Failure::new(format!("Failed to open source file {path}: Invalid argument"));
            listing.fail(path, failure);
            continue;
        }
        let found: Result<Option<Item>, Failure> = sides.source.look(&path, version.as_deref()).await;
        match found {
            Ok(Some(item)) => drop(listing.items.insert(path, item)),
            Ok(None) => {
                let failure = Failure::new(format!("Failed to open source file {path}: No such file or directory"));
                listing.fail(path, failure);
            }
            Err(failure) => listing.fail(path, failure),
        }
    }
    Ok(listing)
}

async fn read(job: &Job) -> Result<String, String> {
    let s3 = job.execution.setup.manifest.pointer("/Source/S3").cloned().unwrap_or_default();
    let member = |name: &str| s3.get(name).and_then(Value::as_str).unwrap_or_default();
    let (bucket, key) = (ids::bucket_of(member("S3BucketArn")), member("ManifestObjectPath").trim_start_matches('/'));
    let version = s3.get("ManifestObjectVersionId").and_then(Value::as_str);
    let failed = |denied: Denied| format!("Failed to read manifest s3://{bucket}/{key}: {denied}");
    let source = Source::datasync(job.task.arn.clone());
    let upstream = job.sync.upstream_of(&job.arn);
    let access = RoleOnBucket::open(&upstream, member("BucketAccessRoleArn"), bucket, source, &job.sync.witness)
        .await
        .map_err(failed)?;
    let action = if version.is_some() { "s3:GetObjectVersion" } else { "s3:GetObject" };
    access.object_action(action, key).await.map_err(failed)?;
    let answer = access.bucket().get(key, version).await.map_err(|error| failed(error.into()))?;
    let body = answer
        .into_body()
        .collect()
        .await
        .map_err(|error| format!("Failed to read manifest s3://{bucket}/{key}: {error}"))?;
    Ok(String::from_utf8_lossy(&body.to_bytes()).into_owned())
}

/// `path` or `path,version-id` a line, quoted as CSV; paths are below the source location, with or without a slash.
fn entries(text: &str) -> Vec<(String, Option<String>)> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let rows = reader.records().filter_map(Result::ok);
    rows.filter_map(|row| {
        let path = row.get(0).map(|path| path.trim_start_matches('/')).filter(|path| !path.is_empty())?;
        let version = row.get(1).filter(|version| !version.is_empty()).map(str::to_owned);
        Some((format!("/{path}"), version))
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_names_paths_and_maybe_versions() {
        let found = entries("a.txt\n\"b,c.txt\",v1\n/d/e\n");
        let expected = [("/a.txt", None), ("/b,c.txt", Some("v1")), ("/d/e", None)];
        assert_eq!(
            found,
            expected.map(|(path, version): (&str, Option<&str>)| (path.to_owned(), version.map(str::to_owned)))
        );
    }
}
