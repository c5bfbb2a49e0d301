//! Many seeds on many threads.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use crate::faults::Kind;
use crate::machine::Machine;
use crate::plants::Plant;
use crate::seeds::{self, Verdict};

/// Seconds between two lines of progress.
const PROGRESS_SECS: u64 = 60;

/// What to live through.
#[derive(Debug, Clone, Copy)]
pub struct Campaign {
    /// The first seed.
    pub from: u64,
    /// How many.
    pub seeds: u64,
    /// When to stop, whatever is left, in seconds.
    pub limit_secs: Option<u64>,
    /// A planted bug.
    pub plant: Option<Plant>,
    /// Threads.
    pub threads: usize,
    /// Whether the first failing seed is enough.
    pub stops_at_first: bool,
}

/// What was found.
#[derive(Debug, Default)]
pub struct Found {
    /// Nights lived through.
    pub seeds: u64,
    /// Wall-clock seconds.
    pub secs: f64,
    /// What each failing seed broke.
    pub failing: BTreeMap<u64, Vec<String>>,
    counts: Vec<u64>,
}

impl Found {
    /// How often each kind of fault was injected.
    pub fn faults(&self) -> impl Iterator<Item = (Kind, u64)> {
        Kind::ALL.iter().copied().zip(self.counts.iter().copied())
    }

    /// Seeds for each second.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "nobody lives through 2^52 nights")]
    pub fn per_second(&self) -> f64 {
        self.seeds as f64 / self.secs.max(0.001)
    }

    fn add(&mut self, verdict: Verdict) {
        self.seeds += 1;
        self.counts.resize(Kind::ALL.len(), 0);
        self.counts.iter_mut().zip(verdict.faults).for_each(|(sum, count)| *sum += count);
        if !verdict.violations.is_empty() {
            let _ = self.failing.insert(verdict.seed, verdict.violations);
        }
    }
}

/// As many threads as the machine has cores.
#[must_use]
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// Lives through the seeds. `progress` is told how many are done after how many seconds, once a minute.
pub fn run(campaign: &Campaign, mut progress: impl FnMut(u64, u64)) -> Found {
    let began = Instant::now();
    let (next, stop) = (AtomicU64::new(campaign.from), AtomicBool::new(false));
    let mut found = Found::default();
    std::thread::scope(|scope| {
        let (sender, verdicts) = channel();
        for _ in 0..campaign.threads.max(1) {
            let (sender, next, stop) = (sender.clone(), &next, &stop);
            let _ = scope.spawn(move || work(campaign, next, stop, &sender));
        }
        drop(sender);
        collect(campaign, &verdicts, &stop, &mut found, began, &mut progress);
    });
    found.secs = began.elapsed().as_secs_f64();
    found
}

fn work(campaign: &Campaign, next: &AtomicU64, stop: &AtomicBool, verdicts: &Sender<Verdict>) {
    let machine = Rc::new(Machine::nightly_run());
    while !stop.load(Ordering::Relaxed) {
        let seed = next.fetch_add(1, Ordering::Relaxed);
        if seed >= campaign.from + campaign.seeds {
            return;
        }
        if verdicts.send(seeds::live(seed, &machine, campaign.plant, false)).is_err() {
            return;
        }
    }
}

fn collect(
    campaign: &Campaign,
    verdicts: &Receiver<Verdict>,
    stop: &AtomicBool,
    found: &mut Found,
    began: Instant,
    progress: &mut impl FnMut(u64, u64),
) {
    let mut told_secs = 0;
    loop {
        match verdicts.recv_timeout(Duration::from_secs(1)) {
            Ok(verdict) => found.add(verdict),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        let secs = began.elapsed().as_secs();
        if secs >= told_secs + PROGRESS_SECS {
            told_secs = secs;
            progress(found.seeds, secs);
        }
        let is_enough = campaign.stops_at_first && !found.failing.is_empty();
        if is_enough || campaign.limit_secs.is_some_and(|limit| secs >= limit) {
            stop.store(true, Ordering::Relaxed);
        }
    }
}
