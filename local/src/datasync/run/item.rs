//! One file, folder or link on either side, and its POSIX metadata as S3 user metadata.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::upstream::s3::{Attributes, Head};

const KIND_BITS: u32 = 0o170_000;
const DIRECTORY_BITS: u32 = 0o040_000;
const LINK_BITS: u32 = 0o120_000;
const FILE_BITS: u32 = 0o100_000;

/// Who owns what comes from a bucket and says nothing about it: nobody, as the service applies it.
const NOBODY: u32 = 65_534;

/// What an item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A file or an object.
    File,
    /// A directory, or the object `key/` that stands for one.
    Directory,
    /// A symbolic link; its content is its target.
    Link,
}

impl Kind {
    /// The word of task reports.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::File => "Regular",
            Self::Directory => "Directory",
            Self::Link => "Symlink",
        }
    }

    /// The letter of log lines.
    pub(super) fn letter(self) -> char {
        match self {
            Self::File => 'R',
            Self::Directory => 'D',
            Self::Link => 'L',
        }
    }
}

/// Owner, permissions and times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Posix {
    /// Kind and permission bits, as `stat` gives them.
    pub(super) mode: u32,
    /// The owner's number.
    pub(super) uid: u32,
    /// The group's number.
    pub(super) gid: u32,
    /// Last change, in nanoseconds since 1970.
    pub(super) mtime_ns: i64,
    /// Last access, in nanoseconds since 1970.
    pub(super) atime_ns: i64,
}

/// What only an object has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Object {
    /// The entity tag.
    pub(super) etag: String,
    /// The version read, where a manifest names one.
    pub(super) version: Option<String>,
    /// What travels with it.
    pub(super) attributes: Attributes,
    /// Whether its metadata tell owner, permissions and times.
    pub(super) tells_posix: bool,
    /// When it was written, in nanoseconds since 1970.
    pub(super) written_ns: i64,
}

/// One item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Item {
    /// Where it is below its location: `/dir/file`.
    pub(super) path: String,
    /// What it is.
    pub(super) kind: Kind,
    /// Bytes.
    pub(super) size: u64,
    /// Owner, permissions, times.
    pub(super) posix: Posix,
    /// Present when it is in a bucket.
    pub(super) object: Option<Object>,
    /// Whether it is a folder only because keys below it exist.
    pub(super) is_implied: bool,
}

impl Item {
    /// Whether it is a directory.
    pub(super) fn is_folder(&self) -> bool {
        self.kind == Kind::Directory
    }

    /// An object as HEAD shows it.
    pub(super) fn from_object(path: &str, head: Head, is_folder: bool) -> Self {
        let written_ns = nanos_of_date(&head.last_modified);
        let metadata = &head.attributes.metadata;
        let number = |name: &str| metadata.get(name).and_then(|text| text.parse().ok());
        let mode = metadata.get("file-permissions").and_then(|text| u32::from_str_radix(text, 8).ok());
        let time = |name: &str| metadata.get(name).and_then(|text| text.trim_end_matches("ns").parse().ok());
        let default_mode = if is_folder { DIRECTORY_BITS | 0o755 } else { FILE_BITS | 0o755 };
        let mode_bits = mode.unwrap_or(default_mode);
        let kind = match mode_bits & KIND_BITS {
            _ if is_folder => Kind::Directory,
            LINK_BITS => Kind::Link,
            _ => Kind::File,
        };
        let posix = Posix {
            mode: mode_bits,
            uid: number("file-owner").unwrap_or(NOBODY),
            gid: number("file-group").unwrap_or(NOBODY),
            mtime_ns: time("file-mtime").unwrap_or(written_ns),
            atime_ns: time("file-atime").unwrap_or(written_ns),
        };
        let tells_posix = mode.is_some() || metadata.contains_key("file-mtime");
        let object = Object { etag: head.etag, version: None, attributes: head.attributes, tells_posix, written_ns };
        Self { path: path.to_owned(), kind, size: head.size, posix, object: Some(object), is_implied: false }
    }

    /// A folder that exists only as the prefix of a key.
    pub(super) fn implied_folder(path: &str) -> Self {
        let posix = Posix { mode: DIRECTORY_BITS | 0o755, uid: NOBODY, gid: NOBODY, mtime_ns: 0, atime_ns: 0 };
        Self { path: path.to_owned(), kind: Kind::Directory, size: 0, posix, object: None, is_implied: true }
    }
}

/// Which metadata an execution keeps.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "one member for each of the service's options")]
pub(super) struct Kept {
    /// `Uid`.
    pub(super) uid: bool,
    /// `Gid`.
    pub(super) gid: bool,
    /// `PosixPermissions`.
    pub(super) mode: bool,
    /// `Mtime`.
    pub(super) mtime: bool,
    /// `Atime`.
    pub(super) atime: bool,
}

impl Posix {
    /// As DataSync writes it beside an object, in the form file gateways and `FSx` for Lustre read too.
    pub(super) fn metadata(&self, kept: Kept) -> BTreeMap<String, String> {
        let pairs = [
            (kept.mode, "file-permissions", format!("{:07o}", self.mode)),
            (kept.uid, "file-owner", self.uid.to_string()),
            (kept.gid, "file-group", self.gid.to_string()),
            (kept.mtime, "file-mtime", format!("{}ns", self.mtime_ns)),
            (kept.atime, "file-atime", format!("{}ns", self.atime_ns)),
            (true, "user-agent", "aws-datasync".to_owned()),
        ];
        pairs.into_iter().filter(|(keep, ..)| *keep).map(|(_, name, value)| (name.to_owned(), value)).collect()
    }

    /// Whether everything that is kept is the same, access times aside.
    pub(super) fn agrees(&self, other: &Self, kept: Kept) -> bool {
        (!kept.uid || self.uid == other.uid)
            && (!kept.gid || self.gid == other.gid)
            && (!kept.mode || self.mode & 0o7777 == other.mode & 0o7777)
            && (!kept.mtime || self.mtime_ns == other.mtime_ns)
    }
}

fn nanos_of_date(date: &str) -> i64 {
    let at = jiff::fmt::rfc2822::parse(date).map_or(Timestamp::UNIX_EPOCH, |zoned| zoned.timestamp());
    i64::try_from(at.as_nanosecond()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: Kept = Kept { uid: true, gid: true, mode: true, mtime: true, atime: true };

    #[test]
    fn metadata_of_a_file_come_back_as_they_went() {
        let posix = Posix { mode: 0o100_640, uid: 500, gid: 501, mtime_ns: 1_595_002_920_000_000_000, atime_ns: 7 };
        let metadata = posix.metadata(ALL);
        assert_eq!(metadata.get("file-permissions").map(String::as_str), Some("0100640"));
        assert_eq!(metadata.get("file-mtime").map(String::as_str), Some("1595002920000000000ns"));
        let attributes = Attributes { metadata, ..Attributes::default() };
        let item = Item::from_object("/f", Head { attributes, ..Head::default() }, false);
        assert_eq!((item.kind, item.posix), (Kind::File, posix));
    }

    #[test]
    fn an_object_that_says_it_is_a_link_is_one() {
        let metadata = BTreeMap::from([("file-permissions".to_owned(), "0120777".to_owned())]);
        let attributes = Attributes { metadata, ..Attributes::default() };
        assert_eq!(Item::from_object("/l", Head { attributes, ..Head::default() }, false).kind, Kind::Link);
    }

    #[test]
    fn an_object_without_metadata_belongs_to_nobody_and_is_as_old_as_its_upload() {
        let head = Head { last_modified: "Sun, 22 Nov 2026 05:27:23 GMT".to_owned(), ..Head::default() };
        let item = Item::from_object("/f", head, false);
        assert_eq!((item.posix.uid, item.posix.mtime_ns), (65_534, 1_795_325_243_000_000_000));
    }
}
