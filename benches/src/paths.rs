//! Where things are: the repository, what cargo built, and a folder of our own below it.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The folders of one measurement.
#[derive(Debug, Clone)]
pub(crate) struct Paths {
    /// The repository.
    pub(crate) root: PathBuf,
    /// Cargo's release folder: where this program lies, and the functions beside it.
    pub(crate) release: PathBuf,
    /// Peers are set up in here.
    pub(crate) work: PathBuf,
}

impl Paths {
    pub(crate) fn find() -> Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("the repository")?.to_owned();
        let own = std::env::current_exe()?;
        let target = own.ancestors().nth(2).context("cargo's target folder")?;
        let (release, work) = (target.join("release"), target.join("benches"));
        std::fs::create_dir_all(&work).with_context(|| work.display().to_string())?;
        Ok(Self { root, release, work })
    }

    /// `benches/NAME`.
    pub(crate) fn benches(&self, name: &str) -> PathBuf {
        self.root.join("benches").join(name)
    }

    /// The names of all functions.
    pub(crate) fn functions(&self) -> Result<Vec<String>> {
        names(&self.root.join("functions"), "")
    }

    /// The names of all scenes.
    pub(crate) fn scenes(&self) -> Result<Vec<String>> {
        names(&self.benches("scenes"), ".json")
    }
}

/// What lies in a folder, sorted, without its ending.
fn names(folder: &Path, ending: &str) -> Result<Vec<String>> {
    let mut names = vec![];
    for entry in std::fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        names.extend(name.strip_suffix(ending).map(str::to_owned));
    }
    names.sort();
    Ok(names)
}
