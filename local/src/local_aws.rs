//! A local AWS that runs in another process: starting it, finding it, using it, ending it.

use std::{
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use anyhow::{Context as _, bail};
use tokio::{
    process::{ChildStdin, Command},
    time::Instant,
};

use crate::{Admin, State, state_file, upstream::Upstream};

/// Pause between two looks, in milliseconds.
const LOOK_MILLIS: u64 = 50;
/// How long the end may take, in seconds.
const DOWN_SECS: u64 = 20;
/// File for what a detached local AWS says.
const LOG: &str = "serve.log";

/// A running local AWS.
#[derive(Debug)]
pub struct LocalAws {
    dir: PathBuf,
    state: State,
    /// Open as long as this value lives, when the local AWS is to end with it.
    lifeline: Option<ChildStdin>,
}

impl LocalAws {
    /// The one that runs with this folder; `None` when none does.
    pub fn attach(dir: &Path) -> anyhow::Result<Option<Self>> {
        let state = State::read(dir)?.filter(State::is_alive);
        Ok(state.map(|state| Self { dir: dir.to_owned(), state, lifeline: None }))
    }

    /// Starts `program arguments` (which has to call [`crate::serve`] for this folder) in a session of its own and waits until it is ready. Its words go
    /// into `serve.log`. With `lifeline` it ends when this value is dropped, however that happens; its settings have to say so, too.
    pub async fn start_detached(
        program: &Path,
        arguments: &[String],
        dir: &Path,
        lifeline: bool,
    ) -> anyhow::Result<Self> {
        std::fs::create_dir_all(dir).with_context(|| format!("cannot make {}", dir.display()))?;
        state_file::clean(dir).await?;
        let log_path = dir.join(LOG);
        let log = std::fs::File::create(&log_path).with_context(|| format!("cannot write {}", log_path.display()))?;
        let mut command = Command::new(program);
        let _ = command
            .args(arguments)
            .stdin(if lifeline { Stdio::piped() } else { Stdio::null() })
            .stdout(log.try_clone()?)
            .stderr(log)
            .process_group(0);
        let mut child = command.spawn().with_context(|| format!("cannot start {}", program.display()))?;
        let lifeline = child.stdin.take();
        loop {
            if let Some(status) = child.try_wait()? {
                let said = std::fs::read_to_string(&log_path).unwrap_or_default();
                bail!("the local AWS did not start ({status}):\n{}", said.trim());
            }
            if let Some(mut found) = Self::attach(dir)? {
                found.lifeline = lifeline;
                // Reaps the child once it ends; it has to end by other ways.
                let _reaper = tokio::spawn(async move { child.wait().await });
                return Ok(found);
            }
            tokio::time::sleep(Duration::from_millis(LOOK_MILLIS)).await;
        }
    }

    /// What is known of it.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The admin endpoint.
    #[must_use]
    pub fn admin(&self) -> Admin {
        Admin::new(&self.state.endpoint)
    }

    /// A client for its AWS side, through the front door.
    #[must_use]
    pub fn aws(&self) -> Upstream {
        Upstream::new(&self.state.endpoint, &self.state.account, &self.state.region)
    }

    /// Ends it and waits until it is gone.
    pub async fn down(self) -> anyhow::Result<()> {
        self.admin().stop().await?;
        let limit = Instant::now() + Duration::from_secs(DOWN_SECS);
        while self.state.is_alive() || State::read(&self.dir)?.is_some() {
            if Instant::now() >= limit {
                bail!(
                    "the local AWS (process {}) did not end within {DOWN_SECS} s: end it with `kill -9 {}` and start again, which cleans up",
                    self.state.pid,
                    self.state.pid
                );
            }
            tokio::time::sleep(Duration::from_millis(LOOK_MILLIS)).await;
        }
        Ok(())
    }

    /// Environment variables that point any SDK, the AWS CLI and `sam` at it, as name and value.
    #[must_use]
    pub fn environment(&self) -> Vec<(String, String)> {
        self.environment_of(&self.state.account)
    }

    /// The same for somebody of another account: its twelve digits are the access key.
    #[must_use]
    pub fn environment_of(&self, account: &str) -> Vec<(String, String)> {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        vec![
            pair("AWS_ENDPOINT_URL", &self.state.endpoint),
            pair("AWS_ACCESS_KEY_ID", account),
            pair("AWS_SECRET_ACCESS_KEY", "local"),
            pair("AWS_REGION", &self.state.region),
            pair("AWS_DEFAULT_REGION", &self.state.region),
            // Nothing of a real account may slip in, and nobody has to ask an instance for credentials.
            pair("AWS_SESSION_TOKEN", ""),
            pair("AWS_EC2_METADATA_DISABLED", "true"),
            pair("NO_PROXY", "127.0.0.1,localhost"),
        ]
    }

    /// The same as lines for a shell.
    #[must_use]
    pub fn env_lines(&self) -> Vec<String> {
        self.environment().into_iter().map(|(name, value)| format!("export {name}={value}")).collect()
    }
}
