//! Folders inside a location: S3 prefixes and file system paths, each in one written form.

use super::text_type::text_type;

text_type!(
    /// A folder of a bucket, written `/home`; `/` is the whole bucket. `home`, `home/` and `/home/` are the same prefix.
    Prefix, "a prefix",
    "letters, digits, spaces and _ - + . / ( ), without empty, . and .. parts, at most 1,000 characters",
    "^[a-zA-Z0-9_+./() -]{1,1000}$", read_folder
);
text_type!(
    /// A folder of a file system, written `/exports/home`; `/` is its root.
    FolderPath, "a path",
    "begins with /, then letters, digits, spaces and _ - + . / ( ), without empty, . and .. parts, at most 1,000 characters",
    "^/[a-zA-Z0-9_+./() -]{0,999}$",
    |text| text.starts_with('/').then(|| read_folder(text)).flatten()
);

/// DataSync's own limit is 4,096 bytes for a path, but S3 ends at 1,024 for the whole key.
const LONGEST: usize = 1_000;

/// The one written form: one slash in front, none at the end.
fn read_folder(text: &str) -> Option<String> {
    let inner = text.strip_prefix('/').unwrap_or(text);
    let inner = inner.strip_suffix('/').unwrap_or(inner);
    let fits = !text.is_empty()
        && text.len() <= LONGEST
        && text.bytes().all(is_folder_char)
        && (text == "/" || inner.split('/').all(|part| !matches!(part, "" | "." | "..")));
    fits.then(|| format!("/{inner}"))
}

/// What DataSync takes in a subdirectory (its pattern also has Unicode spaces, which nobody means to type).
const fn is_folder_char(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'+' | b'.' | b'/' | b'(' | b')' | b' ')
}

impl Default for Prefix {
    fn default() -> Self {
        Self("/".to_owned())
    }
}

impl Default for FolderPath {
    fn default() -> Self {
        Self("/".to_owned())
    }
}

impl Prefix {
    /// What object keys begin with: `home/`, or nothing for the whole bucket.
    #[must_use]
    pub fn key_prefix(&self) -> String {
        key_prefix(&self.0)
    }

    /// Whether an object can lie in both: one is the other or contains it.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        overlap(&self.0, &other.0)
    }
}

impl FolderPath {
    /// Whether a file can lie in both: one is the other or contains it.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        overlap(&self.0, &other.0)
    }
}

fn key_prefix(folder: &str) -> String {
    match folder.trim_start_matches('/') {
        "" => String::new(),
        inner => format!("{inner}/"),
    }
}

fn overlap(one: &str, other: &str) -> bool {
    let (one, other) = (key_prefix(one), key_prefix(other));
    one.starts_with(&other) || other.starts_with(&one)
}
