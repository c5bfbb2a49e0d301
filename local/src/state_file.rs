//! `state.json`: how another process finds a running local AWS, and how the next one finds what a killed one left behind.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde::{Deserialize, Serialize};

use crate::emulators::{end_group, is_ours};

/// Name of the file within the local AWS's folder.
const NAME: &str = "state.json";

/// A running local AWS.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// The one address: `http://127.0.0.1:<port>`.
    pub endpoint: String,
    /// The process that serves it.
    pub pid: u32,
    /// What that process's command line contains, because process ids are used again.
    pub program: String,
    /// The emulators.
    pub children: Vec<Child>,
    /// Twelve digits.
    pub account: String,
    /// For example `ap-northeast-1`.
    pub region: String,
    /// Name of the stack whose functions are known.
    pub stack: String,
}

/// A process that has to be gone when the local AWS is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Child {
    /// Leader of its group.
    pub pid: u32,
    /// What its command line contains.
    pub program: String,
}

impl State {
    /// Reads it; `None` when no local AWS was started in this folder, or it was stopped.
    pub(crate) fn read(dir: &Path) -> anyhow::Result<Option<Self>> {
        let path = path(dir);
        let text = match std::fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
        };
        serde_json::from_slice(&text).with_context(|| format!("{} is damaged: delete it", path.display())).map(Some)
    }

    /// Writes it whole or not at all.
    pub(crate) fn write(&self, dir: &Path) -> anyhow::Result<()> {
        let (path, new) = (path(dir), dir.join("state.json.new"));
        std::fs::write(&new, serde_json::to_vec_pretty(self)?)
            .with_context(|| format!("cannot write {}", new.display()))?;
        std::fs::rename(&new, &path).with_context(|| format!("cannot write {}", path.display()))
    }

    /// Another process stands in an emulator's place.
    pub(crate) fn replace_child(dir: &Path, old_pid: u32, pid: u32) -> anyhow::Result<()> {
        let Some(mut state) = Self::read(dir)? else { return Ok(()) };
        for child in state.children.iter_mut().filter(|child| child.pid == old_pid) {
            child.pid = pid;
        }
        state.write(dir)
    }

    /// Takes it away.
    pub(crate) fn remove(dir: &Path) {
        // Gone already is as good.
        let _ = std::fs::remove_file(path(dir));
    }

    /// Whether the process that wrote it is still there.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        is_ours(self.pid, &self.program)
    }
}

/// Ends what a local AWS left behind that was killed, and takes its file away. Fails when one is alive.
pub(crate) async fn clean(dir: &Path) -> anyhow::Result<()> {
    let Some(state) = State::read(dir)? else { return Ok(()) };
    anyhow::ensure!(
        !state.is_alive(),
        "a local AWS already runs at {} (process {}): `nightferry local down` ends it",
        state.endpoint,
        state.pid
    );
    for child in state.children.iter().filter(|child| is_ours(child.pid, &child.program)) {
        tracing::info!(pid = child.pid, program = child.program, "ending what an earlier local AWS left behind");
        end_group(child.pid).await;
    }
    State::remove(dir);
    Ok(())
}

fn path(dir: &Path) -> PathBuf {
    dir.join(NAME)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(pid: u32, children: Vec<Child>) -> State {
        let text = |text: &str| text.to_owned();
        State {
            endpoint: text("http://127.0.0.1:1"),
            pid,
            program: text("nightferry"),
            children,
            account: text("1"),
            region: text("r"),
            stack: text("s"),
        }
    }

    #[tokio::test]
    async fn leftovers_of_a_killed_one_are_ended_but_strangers_with_their_ids_are_not() {
        let dir = tempfile::tempdir().unwrap();
        let sleeper =
            || tokio::process::Command::new("sleep").arg("600").process_group(0).kill_on_drop(true).spawn().unwrap();
        let (mut leftover, mut stranger) = (sleeper(), sleeper());
        let child = |pid: Option<u32>, program: &str| Child { pid: pid.unwrap(), program: program.to_owned() };
        let children = vec![child(leftover.id(), "sleep"), child(stranger.id(), "ministack")];
        state(u32::MAX, children).write(dir.path()).unwrap();
        let (cleaned, ended) = tokio::join!(clean(dir.path()), leftover.wait());
        cleaned.unwrap();
        assert!(!ended.unwrap().success());
        assert!(stranger.try_wait().unwrap().is_none(), "a process that only got the same id must live");
        assert_eq!(State::read(dir.path()).unwrap(), None);
        stranger.kill().await.unwrap();
    }

    #[test]
    fn a_restarted_emulator_is_found_by_its_new_process() {
        let dir = tempfile::tempdir().unwrap();
        let child = |pid| Child { pid, program: "ministack".to_owned() };
        state(1, vec![child(2), child(3)]).write(dir.path()).unwrap();
        State::replace_child(dir.path(), 2, 4).unwrap();
        assert_eq!(State::read(dir.path()).unwrap().unwrap().children, [child(4), child(3)]);
    }

    #[tokio::test]
    async fn a_second_one_in_the_same_folder_is_refused_with_the_way_out() {
        let dir = tempfile::tempdir().unwrap();
        let program = std::env::current_exe().unwrap().file_name().unwrap().to_string_lossy().into_owned();
        State { program, ..state(std::process::id(), Vec::new()) }.write(dir.path()).unwrap();
        let refused = clean(dir.path()).await.unwrap_err().to_string();
        assert!(refused.contains("nightferry local down"), "{refused}");
    }
}
