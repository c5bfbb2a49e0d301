//! What the stubs and the measurement share: the process that is on now, and who waits for its end.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::play::Play;
use crate::quota::Quota;
use crate::scene::Scene;

/// The process that is on now. Contenders come one after the other.
pub(crate) struct Stage {
    pub(crate) play: Play,
    /// The process, once it is started.
    pub(crate) process: Option<u32>,
    /// What it is held to from its first event on.
    pub(crate) quota: Option<Arc<Quota>>,
    over: SyncSender<()>,
}

impl Stage {
    /// Nobody waits for the play that the receiver is not kept of.
    fn new(play: Play, quota: Option<Arc<Quota>>) -> (Self, Receiver<()>) {
        let (over, is_over) = sync_channel(1);
        (Self { play, process: None, quota, over }, is_over)
    }

    /// The play is over; said twice, it is heard once.
    pub(crate) fn end(&self) {
        let _ = self.over.try_send(());
    }
}

/// The stage as every thread sees it.
#[derive(Clone)]
pub(crate) struct SharedStage(Arc<Mutex<Stage>>);

impl SharedStage {
    /// Empty, until the first play is put on.
    pub(crate) fn new(scene: &Scene) -> Self {
        Self(Arc::new(Mutex::new(Stage::new(Play::new(scene, 0), None).0)))
    }

    /// The next play; what is returned hears of its end.
    pub(crate) fn put_on(&self, play: Play, quota: Option<Arc<Quota>>) -> (MutexGuard<'_, Stage>, Receiver<()>) {
        let mut stage = self.lock();
        let (next, is_over) = Stage::new(play, quota);
        *stage = next;
        (stage, is_over)
    }

    /// A thread that panicked leaves the play as it was: its sample fails, the next one starts afresh.
    pub(crate) fn lock(&self) -> MutexGuard<'_, Stage> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
