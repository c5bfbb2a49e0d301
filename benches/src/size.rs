//! How large each function's package is: the zip that is uploaded, with `bootstrap` in it.

use std::io::{Cursor, Write};
use std::path::Path;

use anyhow::{Context, Result};
use serde::Serialize;
use zip::write::SimpleFileOptions;

use crate::contender::{Contender, Kind};
use crate::report::Section;

/// The best that deflate has: a package is made once and downloaded at each cold start.
const LEVEL: i64 = 9;

/// One function's package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) binary_bytes: u64,
    pub(crate) zip_bytes: u64,
}

impl Package {
    /// What the goal is given in: a million bytes.
    pub(crate) fn zip_mb(&self) -> f64 {
        megabytes(self.zip_bytes)
    }
}

/// The packages as a table.
pub(crate) fn section(packages: &[Package]) -> Section {
    let cells = |package: &Package| {
        let binary = format!("{:.2}", megabytes(package.binary_bytes));
        vec![package.name.clone(), binary, format!("{:.2}", package.zip_mb())]
    };
    Section {
        title: "Packages".to_owned(),
        rows: packages.iter().filter_map(|package| serde_json::to_value(package).ok()).collect(),
        columns: vec!["function", "binary MB", "zip MB"],
        cells: packages.iter().map(cells).collect(),
    }
}

/// To a hundredth.
fn megabytes(bytes: u64) -> f64 {
    f64::from(u32::try_from(bytes / 10_000).unwrap_or(u32::MAX)) / 100.0
}

/// The packages of our functions among the contenders; a function with several scenes has one package.
pub(crate) fn packages(contenders: &[Contender]) -> Result<Vec<Package>> {
    let mut programs: Vec<&Path> =
        contenders.iter().filter(|one| one.kind == Kind::Ours).map(|one| one.program.as_path()).collect();
    programs.dedup();
    let name = |program: &Path| program.file_name().unwrap_or_default().to_string_lossy().into_owned();
    programs.into_iter().map(|program| package(program, name(program))).collect()
}

fn package(program: &Path, name: String) -> Result<Package> {
    let binary = std::fs::read(program).with_context(|| program.display().to_string())?;
    let mut zip = zip::ZipWriter::new(Cursor::new(vec![]));
    let options = SimpleFileOptions::default().compression_level(Some(LEVEL)).unix_permissions(0o755);
    zip.start_file("bootstrap", options)?;
    zip.write_all(&binary)?;
    let packed = zip.finish()?.into_inner();
    Ok(Package { name, binary_bytes: bytes(binary.len()), zip_bytes: bytes(packed.len()) })
}

fn bytes(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_is_the_program_compressed() {
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/main.rs");
        let package = package(&program, "own".to_owned()).unwrap();
        assert_eq!(package.binary_bytes, std::fs::metadata(&program).unwrap().len());
        assert!((1..package.binary_bytes).contains(&package.zip_bytes));
    }
}
