//! The measurement itself: one process at a time, contenders in turn, round after round.

use std::collections::BTreeMap;
use std::process::Child;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::authority::Authority;
use crate::contender::{Contender, NotMeasured, Surroundings};
use crate::paths::Paths;
use crate::play::{Invocation, Play};
use crate::process::{Usage, usage};
use crate::quota::Quota;
use crate::stage::SharedStage;
use crate::{aws_endpoint, runtime_api};

/// After this time a contender counts as stuck.
const PATIENCE: Duration = Duration::from_mins(2);
/// How often it is looked whether a contender still lives, while nothing is heard of it.
const LOOK: Duration = Duration::from_millis(200);
/// How many of the last lines of a contender that failed are shown.
const LINES_SHOWN: usize = 8;

/// What one process did.
#[derive(Debug, Clone)]
pub(crate) struct Run {
    /// From its start until it asked for work.
    pub(crate) init: Duration,
    pub(crate) invocations: Vec<Invocation>,
    pub(crate) usage: Usage,
}

/// The runs of each contender, in the order of the rounds; whoever failed once is in none.
pub(crate) type Runs = BTreeMap<String, Vec<Run>>;

/// The stubs, and the stage that they watch.
pub(crate) struct Bench {
    around: Surroundings,
    stage: SharedStage,
}

/// A process that doesn't outlive the measurement.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself; either way it is waited for, so that none is left behind.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Bench {
    pub(crate) fn new(paths: &Paths, any: &Contender) -> Result<Self> {
        let authority = Authority::new(&paths.work)?;
        let stage = SharedStage::new(&any.scene);
        let aws_port = aws_endpoint::serve(&authority.server, &stage)?;
        let runtime_port = runtime_api::serve(&stage)?;
        let around = Surroundings { runtime_port, aws_port, authority, log: paths.work.join("contender.log") };
        Ok(Self { around, stage })
    }

    /// Every contender once a round. The first round warms the page cache, and is dropped.
    pub(crate) fn rounds(
        &self,
        contenders: &[Contender],
        rounds: usize,
        invocations: usize,
        quota: Option<&Arc<Quota>>,
    ) -> (Runs, Vec<NotMeasured>) {
        let (mut runs, mut failed) = (Runs::new(), Vec::<NotMeasured>::new());
        for round in 0..=rounds {
            for contender in contenders {
                if failed.iter().any(|one| one.name == contender.name) {
                    continue;
                }
                match self.run(contender, invocations, quota) {
                    Ok(_) if round == 0 => {}
                    Ok(run) => runs.entry(contender.name.clone()).or_default().push(run),
                    Err(error) => failed.push(NotMeasured { name: contender.name.clone(), why: format!("{error:#}") }),
                }
            }
        }
        runs.retain(|name, _| failed.iter().all(|one| one.name != *name));
        (runs, failed)
    }

    fn run(&self, contender: &Contender, invocations: usize, quota: Option<&Arc<Quota>>) -> Result<Run> {
        let mut command = contender.command(&self.around)?;
        let (mut stage, is_over) = self.stage.put_on(Play::new(&contender.scene, invocations), quota.cloned());
        let begun = Instant::now();
        let mut running = Running(command.spawn().with_context(|| contender.program.display().to_string())?);
        stage.process = Some(running.0.id());
        drop(stage);
        let waited = wait(&is_over, &mut running.0);
        let usage = usage(running.0.id());
        drop(running);
        self.is_right(waited)?;
        let play = &mut self.stage.lock().play;
        let ready = play.ready.context("it never asked for work")?;
        let invocations = std::mem::take(&mut play.invocations);
        Ok(Run { init: ready.saturating_duration_since(begun), invocations, usage: usage? })
    }

    /// A sample counts only if every answer and every call was right.
    fn is_right(&self, waited: Result<()>) -> Result<()> {
        let first = self.stage.lock().play.mistakes.first().cloned();
        match (first, waited) {
            (None, Ok(())) => Ok(()),
            (Some(mistake), _) => bail!("it {mistake}{}", self.printed()),
            (None, Err(error)) => bail!("{error:#}{}", self.printed()),
        }
    }

    /// What the contender printed last.
    fn printed(&self) -> String {
        let text = std::fs::read_to_string(&self.around.log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        let last = lines.iter().skip(lines.len().saturating_sub(LINES_SHOWN));
        let begin = [String::new()].into_iter();
        begin.chain(last.map(|line| (*line).to_owned())).collect::<Vec<_>>().join("\n    ")
    }
}

/// Until the play is over, or the process.
fn wait(is_over: &Receiver<()>, child: &mut Child) -> Result<()> {
    let begun = Instant::now();
    loop {
        match is_over.recv_timeout(LOOK) {
            Ok(()) => return Ok(()),
            Err(RecvTimeoutError::Disconnected) => bail!("nobody tells of its end any more"),
            Err(RecvTimeoutError::Timeout) => {}
        }
        if let Some(status) = child.try_wait()? {
            bail!("it ended by itself: {status}");
        }
        if begun.elapsed() > PATIENCE {
            bail!("nothing was heard of it for {} s", PATIENCE.as_secs());
        }
    }
}
