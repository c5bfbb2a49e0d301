//! One emulator's process: its own group, its log in a file, watched from start to end.

use std::{
    ffi::OsStr,
    fs::File,
    path::PathBuf,
    process::{ExitStatus, Stdio},
    time::Duration,
};

use anyhow::{Context as _, bail};
use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};
use tokio::{process::Command, sync::watch, time::Instant};

use super::venv::last_lines;

/// How long an emulator may take to answer for the first time, in seconds: the first start compiles its Python.
const READY_SECS: u64 = 120;
/// Pause between two looks, in milliseconds.
const LOOK_MILLIS: u64 = 50;
/// How long a group may take to end on SIGTERM before it is killed, in seconds.
const TERM_SECS: u64 = 5;
/// Lines of a dead emulator's log that go into our message.
const QUOTED_LINES: usize = 15;

/// A program and how one knows that it is ready.
#[derive(Debug, Clone)]
pub(super) struct Program {
    pub(super) name: &'static str,
    pub(super) path: PathBuf,
    pub(super) arguments: Vec<String>,
    /// Answers with success once it is ready.
    pub(super) ready_path: &'static str,
    /// What it has to be told then, and where.
    pub(super) settings: Option<(&'static str, serde_json::Value)>,
}

/// A running emulator.
#[derive(Debug, Clone)]
pub(crate) struct Emulator {
    /// What people call it.
    pub name: &'static str,
    /// Its process, and the leader of its group.
    pub pid: u32,
    /// Where it listens, always on 127.0.0.1.
    pub port: u16,
    /// Where what it says goes.
    pub log: PathBuf,
    program: Program,
    ended: watch::Receiver<Option<ExitStatus>>,
}

impl Emulator {
    /// Starts the program with exactly the environment given.
    pub(super) fn spawn(
        program: Program,
        port: u16,
        log: PathBuf,
        environment: &[(&str, String)],
    ) -> anyhow::Result<Self> {
        let name = program.name;
        let file = File::options().create(true).append(true).open(&log);
        let file = file.with_context(|| format!("cannot write {}", log.display()))?;
        let mut command = Command::new(&program.path);
        let _ = command
            .args(&program.arguments)
            .env_clear()
            .envs(environment.iter().map(|(key, value)| (OsStr::new(key), OsStr::new(value))))
            .stdin(Stdio::null())
            .stdout(file.try_clone().context("a log that cannot be shared")?)
            .stderr(file)
            .process_group(0);
        let mut child = command.spawn().with_context(|| format!("cannot start {name} ({})", program.path.display()))?;
        let pid = child.id().with_context(|| format!("{name} ended before it began"))?;
        let (tell, ended) = watch::channel(None);
        let _watcher = tokio::spawn(async move {
            let status = child.wait().await.ok();
            let _ = tell.send(status);
        });
        Ok(Self { name, pid, port, log, program, ended })
    }

    /// `http://127.0.0.1:<port>`
    pub(crate) fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// What to tell a person when the process has ended although nobody asked it to; nothing while it runs.
    pub(crate) fn death(&self) -> Option<String> {
        let status = (*self.ended.borrow())?;
        let said = std::fs::read_to_string(&self.log).unwrap_or_default();
        Some(format!(
            "{} has ended ({status}). `nightferry local down` and `up` start it again. Its last words, from {}:\n{}",
            self.name,
            self.log.display(),
            last_lines(&said, QUOTED_LINES)
        ))
    }

    /// Whether it ended because its port was taken between the look for a free one and its start.
    pub(crate) fn lost_its_port(&self) -> bool {
        self.death().is_some_and(|death| death.to_lowercase().contains("address already in use"))
    }

    /// Waits until the process has ended and tells what a person should know of it.
    pub(crate) async fn ended(&self) -> String {
        let mut ended = self.ended.clone();
        // The sender lives as long as the process; if it is gone, so is the process.
        let _ = ended.wait_for(Option::is_some).await;
        self.death().unwrap_or_else(|| format!("{} has ended", self.name))
    }

    /// Waits until it answers, and tells it its settings.
    pub(crate) async fn wait_until_ready(&self) -> anyhow::Result<()> {
        self.first_answer().await?;
        let Some((path, settings)) = &self.program.settings else { return Ok(()) };
        let (status, body) = crate::wire::post_json(&format!("{}{path}", self.endpoint()), settings).await?;
        anyhow::ensure!(
            status.is_success(),
            "{} refused its settings ({status}): {}",
            self.name,
            String::from_utf8_lossy(&body)
        );
        Ok(())
    }

    async fn first_answer(&self) -> anyhow::Result<()> {
        let limit = Instant::now() + Duration::from_secs(READY_SECS);
        while !answers(self.port, self.program.ready_path).await {
            if let Some(death) = self.death() {
                bail!("{death}");
            }
            if Instant::now() >= limit {
                bail!("{} did not answer within {READY_SECS} s: read {}", self.name, self.log.display());
            }
            tokio::time::sleep(Duration::from_millis(LOOK_MILLIS)).await;
        }
        Ok(())
    }

    /// Ends the whole group.
    pub(crate) async fn stop(&self) {
        end_group(self.pid).await;
    }
}

async fn answers(port: u16, path: &str) -> bool {
    crate::wire::get(&format!("http://127.0.0.1:{port}{path}")).await.is_ok_and(|(status, _)| status.is_success())
}

/// SIGTERM to the group, and SIGKILL to what is left of it.
pub(crate) async fn end_group(pid: u32) {
    end_group_within(pid, TERM_SECS).await;
}

/// The same with another patience, in seconds.
pub(super) async fn end_group_within(pid: u32, secs: u64) {
    let Some(group) = i32::try_from(pid).ok().and_then(Pid::from_raw) else { return };
    let _ = kill_process_group(group, Signal::TERM);
    let limit = Instant::now() + Duration::from_secs(secs);
    while test_kill_process_group(group).is_ok() {
        if Instant::now() >= limit {
            let _ = kill_process_group(group, Signal::KILL);
            return;
        }
        tokio::time::sleep(Duration::from_millis(LOOK_MILLIS)).await;
    }
}

/// Whether the process with this id still is the program of ours that had it: ids are used again.
pub(crate) fn is_ours(pid: u32, program: &str) -> bool {
    let path = format!("/proc/{pid}/cmdline");
    let line = std::fs::read(path).or_else(|_| ps_line(pid)).unwrap_or_default();
    String::from_utf8_lossy(&line).contains(program)
}

/// For systems without /proc.
fn ps_line(pid: u32) -> std::io::Result<Vec<u8>> {
    let output = std::process::Command::new("ps").args(["-o", "command=", "-p", &pid.to_string()]).output()?;
    Ok(output.stdout)
}
