//! A file system: a directory of this machine, read and written as an NFS client would.
//!
//! Tests run as root, to whom nothing is unreadable. So that permissions can fail here at all, a file or directory whose
//! mode has no read bit for anybody is refused, as an NFS server that squashes root refuses it.

use std::fs::Metadata;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use filetime::FileTime;
use tokio::fs;
use tokio::io::AsyncWriteExt;

use super::failure::Failure;
use super::flow::{Flow, Reader};
use super::item::{Item, Kept, Kind, Posix};
use super::place::Listing;

/// Where half-written files lie until they are whole; the service names its own so.
pub(super) const SCRATCH: &str = ".aws-datasync";

/// The directory a location stands for.
#[derive(Debug, Clone)]
pub(super) struct Efs {
    root: PathBuf,
}

impl Efs {
    /// The directory below the file system's root that the location names; it has to exist.
    pub(super) async fn open(file_system: &Path, subdirectory: &str) -> io::Result<Self> {
        let root = file_system.join(subdirectory.trim_matches('/'));
        if fs::metadata(&root).await?.is_dir() { Ok(Self { root }) } else { Err(io::ErrorKind::NotADirectory.into()) }
    }

    fn place(&self, path: &str) -> PathBuf {
        self.root.join(path.trim_start_matches('/'))
    }

    /// Everything below the root.
    pub(super) async fn list(&self) -> Listing {
        let root = self.root.clone();
        let walked = tokio::task::spawn_blocking(move || walk(&root)).await;
        walked.unwrap_or_else(|error| Listing::broken("/", Failure::new(format!("Failed to list the source: {error}"))))
    }

    /// One item as it is now, or `None` when it is gone.
    pub(super) async fn look(&self, path: &str) -> Result<Option<Item>, Failure> {
        match fs::symlink_metadata(self.place(path)).await {
            Ok(metadata) => Ok(item(path.to_owned(), &metadata)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Failure::io("read metadata for file", path, &error)),
        }
    }

    /// Opens an item's content.
    pub(super) async fn read(&self, item: &Item) -> Result<Reader, Failure> {
        let place = self.place(&item.path);
        let failed = |error: &io::Error| Failure::io("open source file", &item.path, error);
        match item.kind {
            Kind::Directory => Ok(Reader::Once(None)),
            Kind::Link => {
                let target = fs::read_link(&place).await.map_err(|error| failed(&error))?;
                Ok(Reader::Once(Some(Bytes::copy_from_slice(target.as_os_str().as_bytes()))))
            }
            Kind::File => {
                let mode = fs::metadata(&place).await.map_err(|error| failed(&error))?.permissions().mode();
                if mode & 0o444 == 0 {
                    return Err(failed(&io::ErrorKind::PermissionDenied.into()));
                }
                Ok(Reader::File(fs::File::open(&place).await.map_err(|error| failed(&error))?))
            }
        }
    }

    /// Writes an item: first whole into the scratch folder, then into place.
    pub(super) async fn write(&self, item: &Item, flow: &mut Flow<'_>, kept: Kept) -> Result<(), Failure> {
        let failed = |error: io::Error| Failure::io("write", &item.path, &error);
        let place = self.place(&item.path);
        if item.is_folder() {
            fs::create_dir_all(&place).await.map_err(failed)?;
            return self.dress(&place, item, kept).await.map_err(failed);
        }
        let scratch = self.root.join(SCRATCH);
        for folder in [Some(scratch.as_path()), place.parent()].into_iter().flatten() {
            fs::create_dir_all(folder).await.map_err(failed)?;
        }
        let half = scratch.join(format!("{:016x}", fastrand::u64(..)));
        let written = self.fill(&half, item, flow).await;
        if let Err(failure) = written {
            let _ = fs::remove_file(&half).await;
            return Err(failure);
        }
        self.dress(&half, item, kept).await.map_err(failed)?;
        fs::rename(&half, &place).await.map_err(failed)
    }

    async fn fill(&self, half: &Path, item: &Item, flow: &mut Flow<'_>) -> Result<(), Failure> {
        let failed = |error: io::Error| Failure::io("write", &item.path, &error);
        if item.kind == Kind::Link {
            let target = flow.rest().await?;
            let target = std::ffi::OsStr::from_bytes(&target).to_owned();
            return fs::symlink(target, half).await.map_err(failed);
        }
        let mut file = fs::File::create(half).await.map_err(failed)?;
        while let Some(chunk) = flow.next().await? {
            file.write_all(&chunk).await.map_err(failed)?;
        }
        file.flush().await.map_err(failed)
    }

    /// Gives owner, permissions and times.
    async fn dress(&self, place: &Path, item: &Item, kept: Kept) -> io::Result<()> {
        let (place, posix, kind) = (place.to_owned(), item.posix, item.kind);
        tokio::task::spawn_blocking(move || dress(&place, posix, kind, kept)).await.map_err(io::Error::other)?
    }

    /// Deletes an item. A folder that something was put into meanwhile stays, and that is a failure.
    pub(super) async fn delete(&self, item: &Item) -> Result<(), Failure> {
        let place = self.place(&item.path);
        let deleted = if item.is_folder() { fs::remove_dir(&place).await } else { fs::remove_file(&place).await };
        deleted.map_err(|error| Failure::io("delete", &item.path, &error))
    }

    /// Takes the scratch folder away once nothing lies in it any more.
    pub(super) async fn tidy(&self) {
        let _ = fs::remove_dir(self.root.join(SCRATCH)).await;
    }
}

fn dress(place: &Path, posix: Posix, kind: Kind, kept: Kept) -> io::Result<()> {
    let uid = kept.uid.then_some(posix.uid);
    let gid = kept.gid.then_some(posix.gid);
    std::os::unix::fs::lchown(place, uid, gid)?;
    if kept.mode && kind != Kind::Link {
        std::fs::set_permissions(place, std::fs::Permissions::from_mode(posix.mode & 0o7777))?;
    }
    if kept.mtime {
        filetime::set_symlink_file_times(place, time(posix.atime_ns), time(posix.mtime_ns))?;
    }
    Ok(())
}

fn time(ns: i64) -> FileTime {
    let nanos = u32::try_from(ns.rem_euclid(1_000_000_000)).unwrap_or_default();
    FileTime::from_unix_time(ns.div_euclid(1_000_000_000), nanos)
}

fn walk(root: &Path) -> Listing {
    let mut listing = Listing::default();
    let mut entries = walkdir::WalkDir::new(root).min_depth(1).into_iter();
    while let Some(entry) = entries.next() {
        match entry {
            Err(error) => {
                let path = error.path().and_then(|path| below(root, path)).unwrap_or_else(|| "/".to_owned());
                listing.fail(path, Failure::new(format!("Failed to read directory: {error}")));
            }
            Ok(entry) if entry.depth() == 1 && entry.file_name() == SCRATCH => entries.skip_current_dir(),
            Ok(entry) => {
                if !take(root, &entry, &mut listing) {
                    entries.skip_current_dir();
                }
            }
        }
    }
    listing
}

/// Adds an entry to the listing; false when its inside cannot be listed.
fn take(root: &Path, entry: &walkdir::DirEntry, listing: &mut Listing) -> bool {
    let Some(path) = below(root, entry.path()) else {
        let shown = entry.path().to_string_lossy().into_owned();
        listing.fail(
            shown.clone(),
            Failure::new(format!("Failed to read metadata for file {shown}: the name is not UTF-8")),
        );
        return true;
    };
    match entry.metadata() {
        Err(error) => {
            listing.fail(path.clone(), Failure::new(format!("Failed to read metadata for file {path}: {error}")));
        }
        Ok(metadata) if metadata.is_dir() && metadata.mode() & 0o444 == 0 => {
            let denied = io::ErrorKind::PermissionDenied.into();
            listing.fail(path.clone(), Failure::io("read directory", &path, &denied));
            return false;
        }
        // Sockets, pipes and devices are not transferred, and the service does not speak of them.
        Ok(metadata) => listing.items.extend(item(path.clone(), &metadata).map(|item| (path, item))),
    }
    true
}

fn below(root: &Path, path: &Path) -> Option<String> {
    path.strip_prefix(root).ok()?.to_str().map(|path| format!("/{path}"))
}

fn item(path: String, metadata: &Metadata) -> Option<Item> {
    let kind = match metadata.file_type() {
        kind if kind.is_dir() => Kind::Directory,
        kind if kind.is_symlink() => Kind::Link,
        kind if kind.is_file() => Kind::File,
        _ => return None,
    };
    let posix = Posix {
        mode: metadata.mode(),
        uid: metadata.uid(),
        gid: metadata.gid(),
        mtime_ns: nanos(metadata.mtime(), metadata.mtime_nsec()),
        atime_ns: nanos(metadata.atime(), metadata.atime_nsec()),
    };
    let size = if kind == Kind::Directory { 0 } else { metadata.len() };
    Some(Item { path, kind, size, posix, object: None, is_implied: false })
}

fn nanos(seconds: i64, nanos: i64) -> i64 {
    seconds.saturating_mul(1_000_000_000).saturating_add(nanos)
}
