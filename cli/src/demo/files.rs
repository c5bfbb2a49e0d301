//! The content of the demo's file system: a directory that the user names, or over two hundred made-up files.

use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use nightferry_local::Settings;

use crate::args::{DemoArgs, DemoFault};
use crate::exit::Failure;

/// Bytes of the one large file: more than one part of a multipart upload.
const LARGE_BYTES: u64 = 64 << 20;
/// Homes, each with its own files.
const HOMES: u64 = 12;
/// People whose files are on the server in the office.
const DESKS: u64 = 2;
/// Files in each home.
const FILES_PER_HOME: u64 = 18;
/// Name of the file that the fault makes unreadable.
pub(crate) const UNREADABLE: &str = "payroll-locked.db";

/// The directory that becomes the file system.
pub(crate) async fn prepare(settings: &Settings, wanted: &DemoArgs) -> Result<PathBuf, Failure> {
    let is_locked = wanted.fault == Some(DemoFault::UnreadableFile);
    let folder = match &wanted.files {
        Some(given) if is_locked => {
            let words = format!(
                "--fault unreadable-file needs files that the demo may change: leave --files {} away",
                given.display()
            );
            return Err(Failure::usage(words));
        }
        Some(given) => std::fs::canonicalize(given)
            .map_err(|error| Failure::usage(format!("--files {}: {error}", given.display())))?,
        None => {
            let folder = super::folder(settings).join("files");
            tokio::task::spawn_blocking(move || make(&folder, is_locked).map(|()| folder))
                .await
                .map_err(anyhow::Error::from)??
        }
    };
    if !folder.is_dir() {
        return Err(Failure::usage(format!("--files {}: not a directory", folder.display())));
    }
    std::fs::create_dir_all(super::folder(settings))?;
    Ok(folder)
}

/// Makes the files anew, always the same ones, so that two demos can be compared.
fn make(folder: &Path, is_locked: bool) -> std::io::Result<()> {
    if folder.exists() {
        std::fs::remove_dir_all(folder)?;
    }
    for home in 0..HOMES {
        make_home(folder, home)?;
    }
    write(&folder.join("video-archive.bin"), LARGE_BYTES, 7)?;
    if is_locked {
        let locked = folder.join(UNREADABLE);
        write(&locked, 4_096, 99)?;
        std::fs::set_permissions(&locked, std::os::unix::fs::PermissionsExt::from_mode(0o000))?;
    }
    Ok(())
}

/// Makes the folder of the file server in the office anew.
pub(super) async fn office(settings: &Settings) -> Result<PathBuf, Failure> {
    let folder = super::folder(settings).join("office");
    let made = folder.clone();
    tokio::task::spawn_blocking(move || make_office(&made)).await.map_err(anyhow::Error::from)??;
    Ok(folder)
}

fn make_office(folder: &Path) -> std::io::Result<()> {
    if folder.exists() {
        std::fs::remove_dir_all(folder)?;
    }
    let export = folder.join("export");
    (HOMES..HOMES + DESKS).try_for_each(|desk| make_home(&export, desk))
}

/// One person's folder below another one.
fn make_home(folder: &Path, home: u64) -> std::io::Result<()> {
    let home_folder = folder.join(format!("user-{home:02}"));
    std::fs::create_dir_all(home_folder.join("documents/2026"))?;
    std::fs::create_dir_all(home_folder.join("empty folder"))?;
    for number in 0..FILES_PER_HOME {
        write(&home_folder.join(name(number)), size(home, number), home * 1_000 + number)?;
    }
    std::os::unix::fs::symlink("documents", home_folder.join("link to documents"))
}

/// Names as people give them: spaces, other scripts, signs that URLs have to encode.
fn name(number: u64) -> String {
    match number % 6 {
        0 => format!("documents/report {number}.txt"),
        1 => format!("documents/2026/請求書-{number}.pdf"),
        2 => format!("naïve+plan & 100%-{number}.md"),
        3 => format!("notes_{number}.log"),
        4 => format!("documents/Прибыль #{number}.csv"),
        _ => format!("{number}.dat"),
    }
}

/// Sizes from nothing to a few hundred kilobytes.
fn size(home: u64, number: u64) -> u64 {
    match number % 9 {
        0 => 0,
        1 => 1,
        2 => 65_537,
        _ => (home * 7_919 + number * 104_729) % 300_000,
    }
}

/// Bytes that look random and are always the same: a multiplicative congruential sequence from the file's own seed.
fn write(file: &Path, bytes: u64, seed: u64) -> std::io::Result<()> {
    let mut out = BufWriter::new(std::fs::File::create(file)?);
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut left = bytes;
    while left > 0 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let word = state.rotate_left(23).to_le_bytes();
        let take = usize::try_from(left.min(8)).unwrap_or(8);
        out.write_all(word.get(..take).unwrap_or(&word))?;
        left -= left.min(8);
    }
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn over_two_hundred_varied_files_are_made_with_a_large_one_among_them() {
        let folder = tempfile::tempdir().unwrap();
        make(&folder.path().join("files"), false).unwrap();
        let files: Vec<_> = walkdir::WalkDir::new(folder.path()).into_iter().filter_map(Result::ok).collect();
        let sizes: Vec<u64> =
            files.iter().filter(|f| f.file_type().is_file()).map(|f| f.metadata().unwrap().len()).collect();
        assert!(sizes.len() > 200);
        assert!(sizes.contains(&0) && sizes.contains(&LARGE_BYTES));
        assert!(files.iter().any(|f| f.file_type().is_symlink()));
    }
}
