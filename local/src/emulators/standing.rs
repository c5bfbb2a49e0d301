//! An emulator that can be restarted while the front door stays: whoever asks gets the process of the moment.

use anyhow::Context as _;
use tokio::sync::{Mutex, watch};

use super::{Emulator, Surroundings, child::end_group_within};

/// How long an emulator may take to write its state down when it is restarted, in seconds.
const SAVING_SECS: u64 = 60;

/// Starts an emulator, on this port or any free one.
pub(crate) type Spawn = fn(&Surroundings, Option<u16>) -> anyhow::Result<Emulator>;

/// An emulator's place: its process may change, its address does not.
pub(crate) struct Standing {
    spawn: Spawn,
    around: Surroundings,
    now: watch::Sender<Emulator>,
    turn: Mutex<()>,
}

impl Standing {
    /// The place of an emulator that answers.
    pub(crate) fn new(emulator: Emulator, spawn: Spawn, around: Surroundings) -> Self {
        Self { spawn, around, now: watch::Sender::new(emulator), turn: Mutex::new(()) }
    }

    /// The process of the moment.
    pub(crate) fn now(&self) -> Emulator {
        self.now.borrow().clone()
    }

    /// Ends the process with everything that it started, lets it write its state down before that, and starts it on the same port. Calls in between
    /// find nobody. Gives the old and the new process.
    pub(crate) async fn restart(&self) -> anyhow::Result<(Emulator, Emulator)> {
        let _turn = self.turn.lock().await;
        let before = self.now();
        end_group_within(before.pid, SAVING_SECS).await;
        let next = (self.spawn)(&self.around, Some(before.port))?;
        if let Err(error) = next.wait_until_ready().await {
            next.stop().await;
            return Err(error).with_context(|| format!("{} did not come back", before.name));
        }
        let _ = self.now.send_replace(next.clone());
        Ok((before, next))
    }

    /// Waits until the process has ended although nobody restarts it, and tells what a person should know of it.
    pub(crate) async fn ended(&self) -> String {
        loop {
            let emulator = self.now();
            let death = emulator.ended().await;
            // A restart keeps its turn until the next process answers, or never will.
            let _turn = self.turn.lock().await;
            if self.now.borrow().pid == emulator.pid {
                return death;
            }
        }
    }

    /// Ends it for good.
    pub(crate) async fn stop(&self) {
        self.now().stop().await;
    }
}
