//! A bucket's prefix, every action decided under the location's role before it is done.

use std::sync::Arc;

use tokio::task::JoinSet;

use super::efs::SCRATCH;
use super::failure::Failure;
use super::flow::{Flow, Reader};
use super::item::{Item, Kept, Kind};
use super::place::Listing;
use crate::access::{Denied, RoleOnBucket};
use crate::upstream::s3::{Attributes, Listed};

/// One part of a multipart upload; what is shorter goes in one request.
const PART: usize = 8 * 1024 * 1024;
/// S3's limit of a key.
const KEY_MAX: usize = 1024;
const HEADS_AT_ONCE: usize = 8;

/// The prefix a location stands for.
#[derive(Debug)]
pub(super) struct Prefix(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    access: RoleOnBucket,
    prefix: String,
    class: String,
}

impl Prefix {
    /// The objects below `subdirectory`, reached through a role.
    pub(super) fn new(access: RoleOnBucket, subdirectory: &str, class: &str) -> Self {
        let prefix = subdirectory.trim_start_matches('/').to_owned();
        Self(Arc::new(Inner { access, prefix, class: class.to_owned() }))
    }

    /// Every object with its metadata, and the folders their keys imply.
    pub(super) async fn list(&self) -> Result<Listing, Denied> {
        self.0.access.bucket_action("s3:ListBucket").await?;
        let objects = self.0.access.bucket().list(&self.0.prefix).await?;
        let mut listing = Listing::default();
        let mut heads = JoinSet::new();
        for object in objects {
            if heads.len() >= HEADS_AT_ONCE {
                gather(&mut listing, heads.join_next().await);
            }
            let _ = heads.spawn(look_at(Arc::clone(&self.0), object));
        }
        while let Some(head) = heads.join_next().await {
            gather(&mut listing, Some(head));
        }
        imply_folders(&mut listing);
        Ok(listing)
    }

    /// One object as it is now; of a path both `path` and the folder `path/` are looked for.
    pub(super) async fn look(&self, path: &str, version: Option<&str>) -> Result<Option<Item>, Failure> {
        let key = format!("{}{}", self.0.prefix, path.trim_start_matches('/'));
        for (key, is_folder) in [(key.clone(), false), (format!("{key}/"), true)] {
            let found = self.0.head(path, &key, version).await?;
            if let Some(head) = found {
                let mut item = Item::from_object(path, head, is_folder);
                if let Some(object) = &mut item.object {
                    object.version = version.map(str::to_owned);
                }
                return Ok(Some(item));
            }
        }
        Ok(None)
    }

    /// Opens an object's content.
    pub(super) async fn read(&self, item: &Item) -> Result<Reader, Failure> {
        if item.is_folder() {
            return Ok(Reader::Once(None));
        }
        let version = item.object.as_ref().and_then(|object| object.version.as_deref());
        let action = if version.is_some() { "s3:GetObjectVersion" } else { "s3:GetObject" };
        let failed = |denied: Denied| Failure::s3(action, &item.path, &denied);
        let key = self.0.key(item);
        self.0.access.object_action(action, &key).await.map_err(failed)?;
        let answer = self.0.access.bucket().get(&key, version).await.map_err(|error| failed(error.into()))?;
        Ok(Reader::Object(answer.into_body()))
    }

    /// Writes an object, in parts where it is large; gives the new version's id.
    pub(super) async fn write(&self, item: &Item, flow: &mut Flow<'_>, kept: Kept) -> Result<Option<String>, Failure> {
        let key = self.0.key(item);
        if key.len() > KEY_MAX {
            return Err(Failure::new(format!(
                "Failed to write {}: the object key is longer than {KEY_MAX} bytes",
                item.path
            )));
        }
        let failed = |denied: Denied| Failure::s3("s3:PutObject", &item.path, &denied);
        self.0.access.object_action("s3:PutObject", &key).await.map_err(failed)?;
        let attributes = self.0.attributes(item, kept);
        let (first, ended) = flow.upto(PART).await?;
        if ended {
            let written = self.0.access.bucket().put(&key, first, &attributes).await;
            return written.map(|written| written.version).map_err(|error| failed(error.into()));
        }
        self.write_parts(item, &key, first, flow, &attributes).await
    }

    async fn write_parts(
        &self,
        item: &Item,
        key: &str,
        first: bytes::Bytes,
        flow: &mut Flow<'_>,
        attributes: &Attributes,
    ) -> Result<Option<String>, Failure> {
        let failed = |denied: Denied| Failure::s3("s3:PutObject", &item.path, &denied);
        let bucket = self.0.access.bucket();
        let upload = bucket.start_multipart(key, attributes).await.map_err(|error| failed(error.into()))?;
        let sent = self.send_parts(item, key, &upload, first, flow).await;
        let etags = match sent {
            Ok(etags) => etags,
            Err(failure) => {
                let _ = bucket.abort_multipart(key, &upload).await;
                return Err(failure);
            }
        };
        let written = bucket.complete_multipart(key, &upload, &etags).await.map_err(|error| failed(error.into()))?;
        Ok(written.version)
    }

    async fn send_parts(
        &self,
        item: &Item,
        key: &str,
        upload: &str,
        first: bytes::Bytes,
        flow: &mut Flow<'_>,
    ) -> Result<Vec<String>, Failure> {
        let failed = |denied: Denied| Failure::s3("s3:PutObject", &item.path, &denied);
        let (mut part, mut ended, mut etags) = (first, false, Vec::new());
        while !part.is_empty() {
            self.0.access.object_action("s3:PutObject", key).await.map_err(failed)?;
            let number = etags.len() + 1;
            let sent = self.0.access.bucket().put_part(key, upload, number, part).await;
            etags.push(sent.map_err(|error| failed(error.into()))?);
            if ended {
                break;
            }
            (part, ended) = flow.upto(PART).await?;
        }
        Ok(etags)
    }

    /// Deletes an object.
    pub(super) async fn delete(&self, item: &Item) -> Result<(), Failure> {
        let failed = |denied: Denied| Failure::s3("s3:DeleteObject", &item.path, &denied);
        let key = self.0.key(item);
        self.0.access.object_action("s3:DeleteObject", &key).await.map_err(failed)?;
        self.0.access.bucket().delete(&key).await.map_err(|error| failed(error.into()))
    }

    /// Copies an object's tags from another bucket.
    pub(super) async fn copy_tags(&self, from: &Self, item: &Item) -> Result<(), Failure> {
        let version = item.object.as_ref().and_then(|object| object.version.as_deref());
        let (source, target) = (from.0.key(item), self.0.key(item));
        let get = |denied: Denied| Failure::s3("s3:GetObjectTagging", &item.path, &denied);
        from.0.access.object_action("s3:GetObjectTagging", &source).await.map_err(get)?;
        let tags = from.0.access.bucket().tags(&source, version).await.map_err(|error| get(error.into()))?;
        if !String::from_utf8_lossy(&tags).contains("<Tag>") {
            return Ok(());
        }
        let put = |denied: Denied| Failure::s3("s3:PutObjectTagging", &item.path, &denied);
        self.0.access.object_action("s3:PutObjectTagging", &target).await.map_err(put)?;
        self.0.access.bucket().put_tags(&target, tags).await.map_err(|error| put(error.into()))
    }

    /// Sees policies anew at the next decision.
    pub(super) fn refresh(&self) {
        self.0.access.refresh();
    }
}

impl Inner {
    fn key(&self, item: &Item) -> String {
        let slash = if item.is_folder() { "/" } else { "" };
        format!("{}{}{slash}", self.prefix, item.path.trim_start_matches('/'))
    }

    async fn head(
        &self,
        path: &str,
        key: &str,
        version: Option<&str>,
    ) -> Result<Option<crate::upstream::s3::Head>, Failure> {
        let failed = |denied: Denied| Failure::s3("s3:HeadObject", path, &denied);
        let action = if version.is_some() { "s3:GetObjectVersion" } else { "s3:GetObject" };
        self.access.object_action(action, key).await.map_err(failed)?;
        self.access.bucket().head(key, version).await.map_err(|error| failed(error.into()))
    }

    /// What travels with an object: its own metadata from another bucket, POSIX metadata from a file system.
    fn attributes(&self, item: &Item, kept: Kept) -> Attributes {
        let mut attributes = match &item.object {
            Some(object) => object.attributes.clone(),
            None => Attributes { metadata: item.posix.metadata(kept), ..Attributes::default() },
        };
        attributes.storage_class = Some(self.class.clone());
        if item.kind == Kind::Directory {
            attributes.content_type = Some("application/x-directory".to_owned());
        }
        attributes
    }
}

/// Whether every step of a path leads further down. The service refuses other keys, and no directory may be left by one.
pub(super) fn is_path(path: &str) -> bool {
    path.strip_prefix('/').unwrap_or(path).split('/').all(|step| !matches!(step, "" | "." | ".."))
}

async fn look_at(inner: Arc<Inner>, object: Listed) -> (String, Result<Option<Item>, Failure>) {
    let below = object.key.strip_prefix(&inner.prefix).unwrap_or_default();
    let path = format!("/{}", below.strip_suffix('/').unwrap_or(below));
    if below.is_empty() || below.starts_with(SCRATCH) {
        return (path, Ok(None));
    }
    if !is_path(&path) {
        return (
            path.clone(),
            Err(Failure::new(format!("Failed to read metadata for file {path}: the object key is not a path"))),
        );
    }
    let is_folder = below.ends_with('/');
    let item = inner
        .head(&path, &object.key, None)
        .await
        .map(|head| head.map(|head| Item::from_object(&path, head, is_folder)));
    (path, item)
}

type Looked = Result<(String, Result<Option<Item>, Failure>), tokio::task::JoinError>;

fn gather(listing: &mut Listing, looked: Option<Looked>) {
    match looked {
        Some(Ok((path, Ok(Some(item))))) => drop(listing.items.insert(path, item)),
        Some(Ok((path, Err(failure)))) => listing.fail(path, failure),
        Some(Err(error)) => listing.fail("/".to_owned(), Failure::new(format!("Failed to list objects: {error}"))),
        Some(Ok((_, Ok(None)))) | None => {}
    }
}

fn imply_folders(listing: &mut Listing) {
    let paths: Vec<String> = listing.items.keys().cloned().collect();
    for path in paths {
        for (at, _) in path.match_indices('/').skip(1) {
            let Some(folder) = path.get(..at) else { continue };
            let _ = listing.items.entry(folder.to_owned()).or_insert_with(|| Item::implied_folder(folder));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_does_not_lead_down_is_no_path() {
        for (path, expected) in [
            ("/a/b", true),
            ("/..a/b", true),
            ("//a", false),
            ("/a//b", false),
            ("/a/../b", false),
            ("/a/..", false),
            ("/.", false),
        ] {
            assert_eq!(is_path(path), expected, "{path}");
        }
    }
}
