//! A function's package: one executable named `bootstrap`, always the same bytes for the same executable.

use std::{
    fmt::Write as _,
    io::{Cursor, Write as _},
    path::Path,
};

use sha2::{Digest as _, Sha256};
use zip::{CompressionMethod, DateTime, ZipWriter, write::SimpleFileOptions};

/// Mode of the executable in the package.
const EXECUTABLE: u32 = 0o755;
/// Fast: the package is unpacked on this machine a second later.
const LEVEL: i64 = 1;

/// Packs the executable. The error is a sentence without the path.
pub(super) async fn zip(bootstrap: &Path) -> Result<Vec<u8>, String> {
    let bytes = tokio::fs::read(bootstrap).await.map_err(|error| error.to_string())?;
    let packed = tokio::task::spawn_blocking(move || pack(&bytes)).await;
    packed.map_err(|error| error.to_string())?.map_err(|error| error.to_string())
}

fn pack(executable: &[u8]) -> zip::result::ZipResult<Vec<u8>> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(LEVEL))
        .last_modified_time(DateTime::default())
        .unix_permissions(EXECUTABLE);
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.start_file("bootstrap", options)?;
    writer.write_all(executable)?;
    Ok(writer.finish()?.into_inner())
}

/// SHA-256 in hexadecimal digits.
pub(super) fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn the_same_executable_gives_the_same_package() {
        assert_eq!(pack(b"program").unwrap(), pack(b"program").unwrap());
        assert_ne!(digest(&pack(b"program").unwrap()), digest(&pack(b"another").unwrap()));
    }

    #[test]
    fn the_package_holds_an_executable_named_bootstrap() {
        let mut archive = zip::ZipArchive::new(Cursor::new(pack(b"program").unwrap())).unwrap();
        let mut file = archive.by_name("bootstrap").unwrap();
        assert_eq!(file.unix_mode().unwrap() & 0o777, EXECUTABLE);
        let mut content = String::new();
        let _ = file.read_to_string(&mut content).unwrap();
        assert_eq!(content, "program");
    }
}
