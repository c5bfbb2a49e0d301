//! Everything that the stand-in remembers, behind one lock that is never held across an await.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::copy::CopyJob;
use super::job::Job;
use super::plan::Plan;
use super::point::Point;
use super::read::Home;
use super::restore::{Restore, decode::Encoded};
use super::testing::TestPlan;
use super::vault::Vault;

/// What is remembered.
#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) vaults: Vec<Vault>,
    pub(super) jobs: Vec<Job>,
    pub(super) points: Vec<Point>,
    pub(super) copies: Vec<CopyJob>,
    pub(super) tests: Vec<TestPlan>,
    pub(super) plans: Vec<Plan>,
    pub(super) restores: Vec<Restore>,
    /// Refusals that somebody may want to have decoded.
    pub(super) encoded: VecDeque<Encoded>,
    /// Resource types that somebody switched on or off.
    pub(super) opt_in: BTreeMap<Home, BTreeMap<String, bool>>,
}

/// The store.
#[derive(Debug)]
pub(super) struct Store {
    state: Mutex<State>,
    changes: watch::Sender<()>,
}

impl Default for Store {
    fn default() -> Self {
        Self { state: Mutex::default(), changes: watch::channel(()).0 }
    }
}

impl Store {
    /// What is remembered, until the guard goes.
    pub(super) fn open(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A copy of a job.
    pub(super) fn job(&self, id: &str) -> Option<Job> {
        self.open().jobs.iter().find(|job| job.id == id).cloned()
    }

    /// Changes a job and lets those hear of it who wait.
    pub(super) fn change_job<T>(&self, id: &str, change: impl FnOnce(&mut Job) -> T) -> Option<T> {
        let changed = self.open().jobs.iter_mut().find(|job| job.id == id).map(change);
        self.announce();
        changed
    }

    /// Lets those hear who wait for a change.
    pub(super) fn announce(&self) {
        self.changes.send_replace(());
    }

    /// Waits until something is so; whatever `found` gives then is the answer. `found` may change what it needs to.
    pub(super) async fn until<T>(&self, mut found: impl FnMut(&mut State) -> Option<T>) -> T {
        let mut changes = self.changes.subscribe();
        loop {
            changes.mark_unchanged();
            if let Some(found) = found(&mut self.open()) {
                return found;
            }
            if changes.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }
}

impl State {
    /// The recovery points of a vault.
    pub(super) fn points_in<'a>(&'a self, vault_arn: &'a str) -> impl Iterator<Item = &'a Point> {
        self.points.iter().filter(move |point| point.vault_arn == vault_arn)
    }
}
