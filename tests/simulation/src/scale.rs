//! A run of many jobs in an account whose quotas hold, and what it cost.

use std::collections::BTreeMap;
use std::rc::Rc;

use jiff::Timestamp;
use nightferry_domain::run::RunPhase;

use crate::driver::{Manner, Simulation};
use crate::fake::{Quota, Quotas};
use crate::faults::Chance;
use crate::machine::Machine;
use crate::night::Night;
use crate::scenarios::good;
use crate::script::Script;

/// Items that a distributed map begins in a second.
pub const ITEMS_PER_SEC: i64 = 100;
/// Starts of DataSync's executions in a second. AWS publishes no figure: five to ten calls a second are known to be well.
pub const STARTS_PER_SEC: i64 = 5;
/// Open records on one page of the index, as the adapter asks for them.
const PAGE_RECORDS: usize = 100;

/// The quotas of an account outside the three largest Regions; DataSync's are assumed, and its calls take 60 ms.
pub const QUOTAS: [Quota; 8] = [
    datasync("start", STARTS_PER_SEC),
    datasync("find", 10),
    datasync("in_progress", 10),
    datasync("latest", 10),
    datasync("observe", 10),
    states("start_workflow", 800, 150),
    states("is_going_on", 250, 10),
    states("wake", 1_500, 300),
];

const fn datasync(operation: &'static str, per_sec: i64) -> Quota {
    Quota { operation, bucket: per_sec, per_sec, points_more: 10 }
}

const fn states(operation: &'static str, bucket: i64, per_sec: i64) -> Quota {
    Quota { operation, bucket, per_sec, points_more: 0 }
}

/// A run that was lived through.
pub struct Lived {
    /// Everything that is left of it.
    pub simulation: Simulation,
    /// Whether it was closed.
    pub is_closed: bool,
    lasts_secs: Vec<i64>,
    concurrency: u16,
}

/// Seconds that the transfer of the job at this place takes: one to ten minutes, five and a half on average.
#[must_use]
pub fn lasts_secs(at: usize) -> i64 {
    60 + i64::try_from(at * 7_919 % 541).unwrap_or_default()
}

/// Lives through a night of so many jobs within these quotas.
#[must_use]
pub fn live(jobs: usize, concurrency: u16, quotas: &[Quota]) -> Lived {
    let mut night = Night::quiet(jobs);
    night.concurrency = concurrency;
    for (at, job) in night.jobs.iter_mut().enumerate() {
        job.complete_within_secs = 24 * 3_600;
        let tag = format!("nightly-2026-11-20T21-00-00Z/{}/1", job.name);
        let script = Script { lasts_secs: Some(lasts_secs(at)), ..good() };
        let _ = night.scripted.insert(tag, script);
    }
    let manner = Manner { is_steady: true, ..Manner::default() };
    let mut simulation = Simulation::new(night, Chance::with_only(0, &[]), Rc::new(Machine::nightly_run()), manner);
    simulation.fake.page_records.set(PAGE_RECORDS);
    *simulation.fake.quotas.borrow_mut() = Some(Quotas::new(quotas));
    let is_closed = simulation.run();
    Lived { simulation, is_closed, lasts_secs: (0..jobs).map(lasts_secs).collect(), concurrency }
}

impl Lived {
    /// From the schedule's time to the message, in seconds.
    #[must_use]
    pub fn makespan_secs(&self) -> i64 {
        let state = self.simulation.fake.state.borrow();
        let run = state.runs.values().next().expect("a run");
        let RunPhase::Closed { at, .. } = run.record.phase else { panic!("it is not closed") };
        self.simulation.millis(at) / 1_000
    }

    /// The least that any night of these jobs takes, by the account's quotas and the plan's own, in seconds.
    #[must_use]
    pub fn bound_secs(&self) -> i64 {
        let count = i64::try_from(self.lasts_secs.len()).unwrap_or(i64::MAX);
        let at_once: i64 = self.lasts_secs.iter().sum::<i64>() / i64::from(self.concurrency);
        let longest = self.lasts_secs.iter().copied().max().unwrap_or_default();
        [at_once, longest, count / STARTS_PER_SEC, count / ITEMS_PER_SEC].into_iter().max().unwrap_or_default()
    }

    /// The most executions that were on at any one time.
    #[must_use]
    pub fn at_once(&self) -> i64 {
        let state = self.simulation.fake.state.borrow();
        let mut steps: Vec<(Timestamp, i64)> = vec![];
        for execution in &state.executions {
            steps.push((execution.started_at, 1));
            steps.extend(execution.seen.ended_at.map(|at| (at, -1)));
        }
        steps.sort_unstable();
        let mut now = 0;
        steps
            .iter()
            .map(|(_, step)| {
                now += step;
                now
            })
            .max()
            .unwrap_or_default()
    }

    /// Calls that a quota refused, by operation.
    #[must_use]
    pub fn refused(&self) -> BTreeMap<&'static str, u64> {
        self.simulation.fake.quotas.borrow().as_ref().map(|quotas| quotas.refused.clone()).unwrap_or_default()
    }

    /// State transitions: all of them, and the most of one workflow.
    #[must_use]
    pub fn transitions(&self) -> (u64, u64) {
        let each = self.simulation.transitions();
        (each.iter().sum(), each.iter().copied().max().unwrap_or_default())
    }

    /// Calls of functions: by the night, and by the sweep's schedule.
    #[must_use]
    pub fn invocations(&self) -> (u64, u64) {
        let called = self.simulation.invocations();
        let sweeps = called.get("sweep-runs").copied().unwrap_or_default();
        (called.values().sum::<u64>() - sweeps, sweeps)
    }

    /// Calls of services, those of the sweeps among them.
    #[must_use]
    pub fn calls(&self) -> usize {
        self.simulation.fake.all_calls().values().sum()
    }
}
