//! Either side of a transfer.

use std::collections::BTreeMap;

use super::super::record::{Location, Place as Kept};
use super::super::{DataSync, ids};
use super::bucket::Prefix;
use super::efs::Efs;
use super::failure::{Failure, Stop};
use super::flow::{Flow, Reader};
use super::item::{self, Item};
use crate::access::{RoleOnBucket, Source};

/// What is on one side, and what of it could not be listed.
#[derive(Debug, Default)]
pub(super) struct Listing {
    /// By path.
    pub(super) items: BTreeMap<String, Item>,
    /// By path; what lies below such a path is not known.
    pub(super) failures: BTreeMap<String, Failure>,
}

impl Listing {
    /// A listing that failed altogether.
    pub(super) fn broken(path: &str, failure: Failure) -> Self {
        Self { items: BTreeMap::new(), failures: BTreeMap::from([(path.to_owned(), failure)]) }
    }

    /// Notes what could not be listed.
    pub(super) fn fail(&mut self, path: String, failure: Failure) {
        let _ = self.failures.insert(path, failure);
    }

    /// Whether the path, or a folder above it, could not be listed.
    pub(super) fn is_unknown(&self, path: &str) -> bool {
        self.failures.keys().any(|failed| {
            path == failed || path.strip_prefix(failed.trim_end_matches('/')).is_some_and(|rest| rest.starts_with('/'))
        })
    }
}

/// One side.
#[derive(Debug)]
pub(super) enum Place {
    /// A directory.
    Efs(Efs),
    /// A bucket's prefix.
    Bucket(Prefix),
}

impl Place {
    /// Opens a location for a task, assuming its role.
    pub(super) async fn open(sync: &DataSync, location: &Location, task: &str) -> Result<Self, Stop> {
        let id = ids::last_part(&location.arn);
        match &location.place {
            Kept::Efs { file_system, .. } => {
                let directory = sync.file_systems.directory(ids::last_part(file_system)).unwrap_or_default();
                let opened = Efs::open(&directory, &location.subdirectory).await;
                opened.map(Self::Efs).map_err(|error| Stop::Failed {
                    code: "SyncTaskErrorLocationNotAdded".to_owned(),
                    detail: format!(
                        "Task failed to access location {id}: x40016: Failed to connect to EFS mount target: {error}"
                    ),
                })
            }
            Kept::Shared(shared) => {
                let directory = sync.file_systems.directory(&shared.server);
                let opened = match directory {
                    Some(directory) => {
                        Efs::open(&directory, &location.subdirectory).await.map_err(|error| error.to_string())
                    }
                    None => Err("Connection timed out".to_owned()),
                };
                let mount = if shared.scheme == "nfs" { "mount.nfs" } else { "mount.cifs" };
                opened.map(Self::Efs).map_err(|error| Stop::Failed {
                    code: "SyncTaskErrorLocationNotAdded".to_owned(),
                    detail: format!("Task failed to access location {id}: x40016: {mount}: {error}"),
                })
            }
            Kept::S3 { bucket, role, class } => {
                let source = Source::datasync(task.to_owned());
                let upstream = sync.upstream_of(task);
                let told = |denied| Stop::location(id, "s3:ListBucket", &denied);
                let access = RoleOnBucket::open(&upstream, role, ids::bucket_of(bucket), source, &sync.witness)
                    .await
                    .map_err(told)?;
                access.bucket_action("s3:ListBucket").await.map_err(told)?;
                Ok(Self::Bucket(Prefix::new(access, &location.subdirectory, class)))
            }
        }
    }

    /// Everything on this side. A bucket whose listing is denied ends the execution.
    pub(super) async fn list(&self, location: &str) -> Result<Listing, Stop> {
        match self {
            Self::Efs(efs) => Ok(efs.list().await),
            Self::Bucket(prefix) => {
                prefix.list().await.map_err(|denied| Stop::location(ids::last_part(location), "s3:ListBucket", &denied))
            }
        }
    }

    /// One item as it is now.
    pub(super) async fn look(&self, path: &str, version: Option<&str>) -> Result<Option<Item>, Failure> {
        match self {
            Self::Efs(efs) => efs.look(path).await,
            Self::Bucket(prefix) => prefix.look(path, version).await,
        }
    }

    /// Opens an item's content.
    pub(super) async fn read(&self, item: &Item) -> Result<Reader, Failure> {
        match self {
            Self::Efs(efs) => efs.read(item).await,
            Self::Bucket(prefix) => prefix.read(item).await,
        }
    }

    /// Writes an item; gives the new version's id where there is one.
    pub(super) async fn write(
        &self,
        item: &Item,
        flow: &mut Flow<'_>,
        kept: item::Kept,
    ) -> Result<Option<String>, Failure> {
        match self {
            Self::Efs(efs) => efs.write(item, flow, kept).await.map(|()| None),
            Self::Bucket(prefix) => prefix.write(item, flow, kept).await,
        }
    }

    /// Deletes an item.
    pub(super) async fn delete(&self, item: &Item) -> Result<(), Failure> {
        match self {
            Self::Efs(efs) => efs.delete(item).await,
            Self::Bucket(prefix) => prefix.delete(item).await,
        }
    }

    /// Copies an object's tags, where both sides are buckets.
    pub(super) async fn copy_tags(&self, from: &Self, item: &Item) -> Result<(), Failure> {
        match (from, self) {
            (Self::Bucket(from), Self::Bucket(to)) => to.copy_tags(from, item).await,
            _ => Ok(()),
        }
    }

    /// Puts things back as they should be after the last write.
    pub(super) async fn tidy(&self) {
        if let Self::Efs(efs) = self {
            efs.tidy().await;
        }
    }

    /// Sees policies anew at the next decision.
    pub(super) fn refresh(&self) {
        if let Self::Bucket(prefix) = self {
            prefix.refresh();
        }
    }
}
