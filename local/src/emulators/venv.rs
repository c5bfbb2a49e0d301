//! The virtual environment that holds the emulators: made once, recognised by the digest of its requirements.

use std::{
    fmt::Write as _,
    fs::{File, TryLockError},
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use sha2::{Digest as _, Sha256};
use tokio::process::Command;

/// Oldest Python that the pinned packages run on.
const OLDEST_PYTHON: (u32, u32) = (3, 10);
/// Lines of a failed program's own words that go into our message.
const QUOTED_LINES: usize = 12;
/// Pause between two looks at a lock that somebody else holds, in milliseconds.
const LOOK_MILLIS: u64 = 100;
/// Name of the file that says which requirements are installed.
const STAMP: &str = "nightferry-requirements.sha256";

/// A virtual environment with the emulators in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Venv {
    dir: PathBuf,
}

impl Venv {
    /// Folder of its programs.
    #[must_use]
    pub(crate) fn bin(&self) -> PathBuf {
        self.dir.join("bin")
    }

    /// One of its programs.
    #[must_use]
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.bin().join(name)
    }
}

/// Why there is no virtual environment.
#[derive(Debug, thiserror::Error)]
pub(crate) enum VenvError {
    /// No interpreter on the PATH.
    #[error(
        "python3 was not found: the local AWS runs two emulators written in Python. Install Python 3.10 or newer (it has to be on the PATH as `python3`) and start again"
    )]
    NoPython,
    /// An interpreter that the packages do not run on.
    #[error("python3 is {found}, but the emulators need {}.{} or newer: install a newer Python 3 and put it first on the PATH", OLDEST_PYTHON.0, OLDEST_PYTHON.1)]
    OldPython {
        /// What the interpreter says of itself.
        found: String,
    },
    /// Debian and its children split `venv` off.
    #[error(
        "python3 cannot make a virtual environment in {dir}: install its venv module (on Debian and Ubuntu the package `python3-venv`) and start again. It said:\n{said}"
    )]
    NoVenv {
        /// Where it was to be.
        dir: PathBuf,
        /// The program's last lines.
        said: String,
    },
    /// No index, no network, a proxy in between, or a package that fails its digest.
    #[error(
        "the emulators could not be installed into {dir}: pip has to reach a package index once (behind a proxy or with a mirror of your own, set pip's usual PIP_INDEX_URL, HTTPS_PROXY or PIP_FIND_LINKS) and start again. It said:\n{said}"
    )]
    Pip {
        /// Where they were to be.
        dir: PathBuf,
        /// The program's last lines.
        said: String,
    },
    /// The disk.
    #[error("{what} {path}: {source}")]
    Disk {
        /// What was tried.
        what: &'static str,
        /// With which file.
        path: PathBuf,
        /// The system's answer.
        source: std::io::Error,
    },
}

/// The virtual environment at `venv_dir` with exactly what `requirements` pins. Instant when it is there already; otherwise made from nothing,
/// with one line to `progress` for each step. An environment of which the installation broke off is made anew.
pub(crate) async fn ensure(requirements: &Path, venv_dir: &Path, progress: impl Fn(&str)) -> Result<Venv, VenvError> {
    let text = std::fs::read(requirements).map_err(disk("cannot read", requirements))?;
    let digest = hex(&Sha256::digest(&text));
    let venv = Venv { dir: venv_dir.to_owned() };
    let _alone = alone(venv_dir).await?;
    if is_stamped(venv_dir, &digest) {
        return Ok(venv);
    }
    check_python().await?;
    progress("making a virtual environment for the two emulators (once)");
    clear(venv_dir)?;
    make(venv_dir).await?;
    progress("installing MiniStack and moto, pinned and hashed (once, one to three minutes)");
    install(&venv, requirements).await?;
    let stamp = venv_dir.join(STAMP);
    std::fs::write(&stamp, &digest).map_err(disk("cannot write", &stamp))?;
    Ok(venv)
}

fn is_stamped(venv_dir: &Path, digest: &str) -> bool {
    std::fs::read_to_string(venv_dir.join(STAMP)).is_ok_and(|stamp| stamp == digest)
}

/// The right to touch the environment, held as long as the file is open: two local AWSs may start at once.
async fn alone(venv_dir: &Path) -> Result<File, VenvError> {
    if let Some(parent) = venv_dir.parent() {
        std::fs::create_dir_all(parent).map_err(disk("cannot make the folder", parent))?;
    }
    let path = venv_dir.with_extension("lock");
    let file = File::create(&path).map_err(disk("cannot write", &path))?;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) => tokio::time::sleep(Duration::from_millis(LOOK_MILLIS)).await,
            Err(TryLockError::Error(error)) => return Err(disk("cannot lock", &path)(error)),
        }
    }
}

fn clear(venv_dir: &Path) -> Result<(), VenvError> {
    if venv_dir.exists() {
        std::fs::remove_dir_all(venv_dir).map_err(disk("cannot clear the half-made", venv_dir))?;
    }
    Ok(())
}

async fn check_python() -> Result<(), VenvError> {
    let asked = Command::new("python3")
        .args(["-c", "import sys; print('%d.%d' % sys.version_info[:2])"])
        .stdin(Stdio::null())
        .output()
        .await;
    let output = asked.map_err(|_| VenvError::NoPython)?;
    let found = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    let version = found.split_once('.').and_then(|(major, minor)| Some((major.parse().ok()?, minor.parse().ok()?)));
    match version {
        Some(version) if version >= OLDEST_PYTHON => Ok(()),
        Some(_) => Err(VenvError::OldPython { found }),
        None => Err(VenvError::NoPython),
    }
}

async fn make(venv_dir: &Path) -> Result<(), VenvError> {
    let mut python = Command::new("python3");
    let _ = python.args(["-m", "venv"]).arg(venv_dir);
    run(python).await.map_err(|said| VenvError::NoVenv { dir: venv_dir.to_owned(), said })
}

async fn install(venv: &Venv, requirements: &Path) -> Result<(), VenvError> {
    let mut pip = Command::new(venv.program("python3"));
    // --no-compile: Python compiles what is really imported on its first use; compiling all of it takes longer than downloading it.
    let _ = pip
        .args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--no-input",
            "--no-compile",
            "--require-hashes",
            "-r",
        ])
        .arg(requirements);
    run(pip).await.map_err(|said| VenvError::Pip { dir: venv.dir.clone(), said })
}

/// Its last words when it fails. `kill_on_drop`, so that Ctrl-C in the middle leaves no installer behind.
async fn run(mut command: Command) -> Result<(), String> {
    let output = command.stdin(Stdio::null()).kill_on_drop(true).output().await.map_err(|error| error.to_string())?;
    if output.status.success() {
        return Ok(());
    }
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    Err(last_lines(&said, QUOTED_LINES))
}

/// The last `count` lines of a text.
pub(super) fn last_lines(text: &str, count: usize) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines.iter().skip(lines.len().saturating_sub(count)).copied().collect::<Vec<_>>().join("\n")
}

fn disk(what: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> VenvError {
    let path = path.to_owned();
    move |source| VenvError::Disk { what, path, source }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_stamped_environment_is_taken_as_it_is() {
        let dir = tempfile::tempdir().unwrap();
        let requirements = dir.path().join("requirements.txt");
        std::fs::write(&requirements, "one==1").unwrap();
        let venv_dir = dir.path().join("venv");
        std::fs::create_dir(&venv_dir).unwrap();
        std::fs::write(venv_dir.join(STAMP), hex(&Sha256::digest(b"one==1"))).unwrap();
        let venv =
            ensure(&requirements, &venv_dir, |step| panic!("nothing was to be done, but: {step}")).await.unwrap();
        assert_eq!(venv.program("moto_server"), venv_dir.join("bin/moto_server"));
    }

    #[test]
    fn other_requirements_make_the_stamp_stale() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(STAMP), hex(&Sha256::digest(b"one==1"))).unwrap();
        assert!(!is_stamped(dir.path(), &hex(&Sha256::digest(b"one==2"))));
    }

    #[tokio::test]
    async fn what_pip_cannot_verify_is_refused_in_its_own_words() {
        let dir = tempfile::tempdir().unwrap();
        let requirements = dir.path().join("requirements.txt");
        // A folder has no digest, and no index has to be asked to know that.
        std::fs::write(&requirements, format!("{}\n", dir.path().display())).unwrap();
        std::fs::write(dir.path().join("setup.py"), "").unwrap();
        let venv_dir = dir.path().join("venv");
        let refused = ensure(&requirements, &venv_dir, |_| ()).await.unwrap_err();
        let VenvError::Pip { said, .. } = refused else { panic!("{refused}") };
        assert!(said.contains("hashes"), "{said}");
        assert!(!venv_dir.join(STAMP).exists(), "half an environment must not count as one");
    }

    #[test]
    fn the_shipped_requirements_name_no_index_and_pin_every_package_with_a_digest() {
        let text = include_str!("../../requirements.txt");
        assert!(!text.contains("index-url") && !text.contains("://"));
        let packages = text.lines().filter(|line| !line.starts_with([' ', '#']) && !line.is_empty());
        for package in packages {
            assert!(package.contains("==") && package.ends_with('\\'), "{package}");
        }
    }
}
