//! The tools in Python, in a virtual environment below `target/` that is made on first use.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::OnceLock,
};

use crate::stack::root;

/// A virtual environment with what `tests/requirements.txt` pins.
pub(crate) struct Venv {
    dir: PathBuf,
}

impl Venv {
    /// The one environment of this test run.
    pub(crate) fn shared() -> &'static Self {
        static SHARED: OnceLock<Venv> = OnceLock::new();
        SHARED.get_or_init(|| {
            ensure(
                &root().join("tests/requirements.txt"),
                &Path::new(env!("CARGO_TARGET_TMPDIR")).join("template-tools"),
            )
        })
    }

    /// One of its programs, run in the repository's folder.
    pub(crate) fn run(&self, program: &str, arguments: &[&str]) -> Output {
        let mut command = Command::new(self.dir.join("bin").join(program));
        command
            .args(arguments)
            .current_dir(root())
            .env("AWS_DEFAULT_REGION", "eu-west-1")
            .output()
            .unwrap_or_else(|error| panic!("{program}: {error}"))
    }
}

/// Takes an environment that holds exactly these requirements as it is; makes it anew otherwise.
fn ensure(requirements: &Path, dir: &Path) -> Venv {
    let venv = Venv { dir: dir.to_owned() };
    let pinned = std::fs::read_to_string(requirements).unwrap();
    let stamp = dir.join("requirements.txt");
    if std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == pinned) {
        return venv;
    }
    if dir.exists() {
        std::fs::remove_dir_all(dir).unwrap();
    }
    succeed(Command::new("python3").args(["-m", "venv"]).arg(dir));
    let pip =
        ["install", "--quiet", "--disable-pip-version-check", "--no-input", "--no-compile", "--require-hashes", "-r"];
    succeed(Command::new(dir.join("bin/pip")).args(pip).arg(requirements));
    std::fs::write(&stamp, pinned).unwrap();
    venv
}

fn succeed(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}:\n{}", said(&output));
}

/// Both outputs of a program.
pub(crate) fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn every_tool_is_pinned_with_its_digest_and_no_index_is_named() {
    let text = crate::stack::text("tests/requirements.txt");
    assert!(!text.contains("index-url") && !text.contains("://"));
    for package in text.lines().filter(|line| !line.is_empty() && !line.starts_with([' ', '#'])) {
        assert!(package.contains("==") && package.ends_with('\\'), "{package}");
    }
}
