//! The program as a user runs it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use serde_json::Value;

/// One local AWS at a time: its state lives in one folder.
static TURN: Mutex<()> = Mutex::new(());
static PROGRAM: OnceLock<PathBuf> = OnceLock::new();

/// Waits for this test's turn; a failed test before it is no reason not to run.
pub(crate) fn turn() -> MutexGuard<'static, ()> {
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The repository's folder.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The program, built where this test was built.
pub(crate) fn program() -> &'static Path {
    PROGRAM.get_or_init(|| {
        let deps = std::env::current_exe().unwrap().parent().unwrap().to_owned();
        let folder = deps.parent().unwrap().to_owned();
        let mut cargo = Command::new(env!("CARGO"));
        // `cargo test` tells its tests about itself; build scripts that read the same names would all run again.
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("CARGO_") && name != "CARGO_HOME" {
                let _ = cargo.env_remove(name);
            }
        }
        let status = cargo
            .current_dir(root())
            .args(["build", "--bins", "--locked", "--target-dir"])
            .arg(folder.parent().unwrap())
            .status()
            .unwrap();
        assert!(status.success(), "the program does not build");
        folder.join("nightferry")
    })
}

/// What the program answered.
pub(crate) struct Answer {
    pub(crate) exit: i32,
    pub(crate) said: String,
    pub(crate) told: String,
}

impl Answer {
    /// Standard output as the one JSON document that it has to be.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.said).unwrap_or_else(|error| panic!("{error}: {}\n{}", self.said, self.told))
    }
}

/// Runs the program with the variables given and nothing of a real account.
pub(crate) fn run(arguments: &[&str], variables: &[(String, String)]) -> Answer {
    let Output { status, stdout, stderr } = Command::new(program())
        .current_dir(root())
        .args(arguments)
        .env_remove("AWS_PROFILE")
        .envs(variables.iter().cloned())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    Answer {
        exit: status.code().unwrap_or(-1),
        said: String::from_utf8_lossy(&stdout).into_owned(),
        told: String::from_utf8_lossy(&stderr).into_owned(),
    }
}

/// Ends a local AWS that a test kept up, also when the test fails.
pub(crate) struct Down;

impl Drop for Down {
    fn drop(&mut self) {
        let _ = run(&["local", "down"], &[]);
    }
}
