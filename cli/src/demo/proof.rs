//! The demo's own proof, independent of DataSync's numbers: every regular file, byte for byte, under the bucket's prefix.

use std::path::{Path, PathBuf};

use http_body_util::BodyExt as _;
use nightferry_local::LocalAws;
use nightferry_local::upstream::s3::Bucket;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::exit::Failure;

/// Differences that are named.
pub(crate) const NAMED_MAX: usize = 10;

/// What comparing source and copy gave.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Proof {
    /// Regular files at the source.
    pub(crate) files: u64,
    /// Those whose copy has the same SHA-256.
    pub(crate) equal: u64,
    /// Those that can't be read at the source, so that nothing can be compared.
    pub(crate) unreadable: u64,
    /// The first ones that differ or are missing.
    pub(crate) different: Vec<String>,
}

impl Proof {
    /// Whether each file is there, byte for byte.
    pub(crate) fn is_whole(&self) -> bool {
        self.equal == self.files
    }

    /// In words; `what` is compared: `files`.
    pub(crate) fn words(&self, what: &str) -> String {
        let tail =
            if self.different.is_empty() { String::new() } else { format!("; not: {}", self.different.join(", ")) };
        format!("compared with the source: {} of {} {what} are byte for byte the same{tail}", self.equal, self.files)
    }
}

/// Reads every regular file and its copy.
pub(crate) async fn compare(local: &LocalAws, bucket: &str, prefix: &str, source: &Path) -> Result<Proof, Failure> {
    let found = Bucket::find(&local.aws(), bucket).await.map_err(anyhow::Error::from)?;
    let found = found.ok_or_else(|| Failure::not_found(format!("the bucket {bucket} is gone")))?;
    let mut proof = Proof::default();
    for file in regular_files(source)? {
        proof.files += 1;
        let name = file.strip_prefix(source).unwrap_or(&file).to_string_lossy().into_owned();
        let original = if is_locked(&file)? { None } else { Some(hash_file(&file)?) };
        let copy = hash_object(&found, &format!("{prefix}{name}")).await;
        match (original, copy) {
            (None, _) => proof.unreadable += 1,
            (Some(original), Some(copy)) if original == copy => proof.equal += 1,
            (Some(_), _) if proof.different.len() < NAMED_MAX => proof.different.push(name),
            (Some(_), _) => {}
        }
    }
    Ok(proof)
}

fn regular_files(source: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut files = vec![];
    for entry in walkdir::WalkDir::new(source).sort_by_file_name() {
        let entry = entry.map_err(anyhow::Error::from)?;
        if entry.file_type().is_file() {
            files.push(entry.into_path());
        }
    }
    Ok(files)
}

/// The same rule as the stand-in's: a file without any read bit is one that the file server would refuse.
fn is_locked(file: &Path) -> Result<bool, Failure> {
    use std::os::unix::fs::PermissionsExt as _;
    Ok(std::fs::metadata(file)?.permissions().mode() & 0o444 == 0)
}

fn hash_file(file: &Path) -> Result<[u8; 32], Failure> {
    let mut hash = Sha256::new();
    let _ = std::io::copy(&mut std::fs::File::open(file)?, &mut hash)?;
    Ok(hash.finalize().into())
}

/// The hash of an object, read as it streams; `None` when it is not there or breaks off.
async fn hash_object(bucket: &Bucket, key: &str) -> Option<[u8; 32]> {
    let mut body = bucket.get(key, None).await.ok()?.into_body();
    let mut hash = Sha256::new();
    while let Some(frame) = body.frame().await {
        if let Ok(piece) = frame.ok()?.into_data() {
            hash.update(&piece);
        }
    }
    Some(hash.finalize().into())
}
