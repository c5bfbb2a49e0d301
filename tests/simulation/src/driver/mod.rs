//! Lets a whole night happen in virtual time: one queue of what comes next, polled by nobody's clock.
//!
//! A function is a future. Each of its calls has two await points; at any of them it may be overtaken by anything else,
//! and a crash is the future, dropped there.

mod backups;
mod batch;
mod datasync;
mod events;
mod functions;
mod people;
mod queue;
mod workflows;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use jiff::{SignedDuration, Timestamp};
use nightferry_domain::ids::RunId;
use nightferry_domain::observation::TransferFailures;

pub use functions::Call;
use functions::Invocations;
use queue::{Queue, What};
use workflows::Workflows;

use crate::fake::{Fake, News};
use crate::faults::Chance;
use crate::machine::Machine;
use crate::night::Night;
use crate::plants::Plant;
use crate::script::Script;
use crate::wiring::Wired;

/// Seconds between two sweeps, as `template.yaml` has them.
pub const SWEEP_SECS: i64 = 300;
/// Things that may happen in one night before it counts as endless, and for each job of a large one.
const STEPS_MAX: u64 = 2_000_000;
const STEPS_OF_A_JOB_MAX: usize = 2_000;

/// How a night is driven.
#[derive(Debug, Default, Clone)]
pub struct Manner {
    /// Functions die at these await points, counted over the whole night from 1.
    pub deaths: BTreeSet<u64>,
    /// Every function runs once more after it has ended, and its second answer is lost.
    pub repeats: bool,
    /// The same pace for everything: the order of things then depends on nothing but the scenario.
    pub is_steady: bool,
    /// A planted bug.
    pub plant: Option<Plant>,
    /// Whether to write down what happens.
    pub is_traced: bool,
}

/// A night under way.
pub struct Simulation {
    /// Everything outside.
    pub fake: Rc<Fake>,
    /// What was drawn.
    pub chance: Rc<RefCell<Chance>>,
    /// What the night is.
    pub night: Night,
    /// Await points passed so far.
    pub points: u64,
    /// What a person reads of a traced night.
    pub trace: Vec<String>,
    /// Schedules that were given up, with an alarm.
    pub dead_letters: Vec<Call>,
    /// Each execution's life, and how often it has changed.
    pub scripts: BTreeMap<usize, (Script, u32)>,
    /// Each batch job's life, and how often it has changed.
    pub batch_scripts: BTreeMap<usize, (Script, u32)>,
    /// Each backup job's life, and how often it has changed.
    pub backup_scripts: BTreeMap<usize, (Script, u32)>,
    /// When the faults ended, in milliseconds.
    pub storm_ends_ms: i64,
    /// Task reports that are still to come.
    reports: BTreeMap<usize, TransferFailures>,
    world: Rc<Wired>,
    machine: Rc<Machine>,
    manner: Manner,
    queue: Queue,
    invocations: Invocations,
    workflows: Workflows,
    now_ms: i64,
    steps: u64,
}

impl Simulation {
    /// Stands before the night.
    #[must_use]
    pub fn new(night: Night, chance: Chance, machine: Rc<Machine>, manner: Manner) -> Self {
        let chance = Rc::new(RefCell::new(chance));
        let fake = Rc::new(night.world(Rc::clone(&chance), manner.is_traced));
        let world = Wired { fake: Rc::clone(&fake), plant: manner.plant, chance: Rc::clone(&chance) };
        let storm_ends_ms = night.storm_secs * 1_000;
        let mut simulation = Self {
            fake,
            chance,
            night,
            points: 0,
            trace: vec![],
            dead_letters: vec![],
            scripts: BTreeMap::new(),
            batch_scripts: BTreeMap::new(),
            backup_scripts: BTreeMap::new(),
            reports: BTreeMap::new(),
            storm_ends_ms,
            world: Rc::new(world),
            machine,
            manner,
            queue: Queue::default(),
            invocations: Invocations::default(),
            workflows: Workflows::default(),
            now_ms: 0,
            steps: 0,
        };
        simulation.begin();
        simulation
    }

    fn begin(&mut self) {
        self.put(self.storm_ends_ms, What::StormEnds);
        if self.manner.plant != Some(Plant::NoSweep) {
            self.put(SWEEP_SECS * 1_000, What::Sweep);
        }
        self.expect_schedules();
        self.expect_backup_plans();
        self.expect_people();
    }

    /// Lets the night happen until everything is closed, or can't be any more. Says whether it was closed.
    pub fn run(&mut self) -> bool {
        let of_jobs = u64::try_from(self.night.jobs.len() * STEPS_OF_A_JOB_MAX).unwrap_or(u64::MAX);
        let (limit_ms, steps_max) = (self.night.limit_ms(), STEPS_MAX.max(of_jobs));
        while let Some((at_ms, what)) = self.queue.take() {
            self.steps += 1;
            if at_ms > limit_ms || self.steps > steps_max {
                return false;
            }
            self.now_ms = at_ms;
            self.fake.set_time(self.now());
            let may_be_over = !matches!(what, What::Poll(_));
            self.happen(what);
            if may_be_over && self.is_over() {
                return true;
            }
        }
        self.is_over()
    }

    fn happen(&mut self, what: What) {
        match what {
            What::Poll(id) => self.poll(id),
            What::TimesOut(id) => self.time_out(id),
            What::Branch { branch, epoch, why } => self.branch_goes_on(branch, epoch, why),
            What::Execution { at, epoch, step } => self.execution_goes_on(at, epoch, step),
            What::BatchJob { at, epoch, step } => self.batch_job_goes_on(at, epoch, step),
            What::CreatesLate(late) => self.fake.creates_late(&late),
            What::Backup { at, epoch, step } => self.backup_goes_on(at, epoch, step),
            What::BacksUpLate(late) => self.fake.backs_up_late(&late),
            What::PlanBacksUp(job) => self.plan_backs_up(job),
            What::CopyEnds(at) => self.copy_ends(at),
            What::Deliver(event) => self.invoke_async(Call::RecordState(event), 0),
            What::Call { call, tries } => self.invoke_async(call, tries),
            What::Sweep => {
                self.put(self.now_ms + SWEEP_SECS * 1_000, What::Sweep);
                self.invoke_async(Call::Sweep, 0);
            }
            What::StartsLate(late) => drop(self.fake.starts_late(&late)),
            What::Person(act) => self.person(act),
            What::StormEnds => {
                self.chance.borrow_mut().is_stormy = false;
                self.told(|| "the faults end".to_owned());
            }
        }
        self.follow_news();
    }

    /// Sets in motion what calls have begun.
    fn follow_news(&mut self) {
        loop {
            let news = std::mem::take(&mut self.fake.state.borrow_mut().news);
            if news.is_empty() {
                return;
            }
            for item in news {
                match item {
                    News::Started(at) => self.execution_starts(at),
                    News::Cancelled(at) => self.execution_is_cancelled(at),
                    News::StartsLater(late) => {
                        self.put(self.now_ms + late.after_secs * 1_000, What::StartsLate(late));
                    }
                    News::BatchCreated(at) => self.batch_job_starts(at),
                    News::BatchConfirmed(at) => self.batch_job_is_confirmed(at),
                    News::BatchCancelled(at) => self.batch_job_is_cancelled(at),
                    News::CreatesLater(late) => {
                        self.put(self.now_ms + late.after_secs * 1_000, What::CreatesLate(late));
                    }
                    News::BackupStarted(at) => self.backup_starts(at),
                    News::BackupStopped(at) => self.backup_is_stopped(at),
                    News::CopyStarted(at) => self.copy_starts(at),
                    News::BacksUpLater(late) => {
                        self.put(self.now_ms + late.after_secs * 1_000, What::BacksUpLate(late));
                    }
                    News::WorkflowStarted(run) => self.workflow_starts(&run),
                    News::Woken(token) => self.token_is_answered(&token),
                }
            }
        }
    }

    fn is_over(&self) -> bool {
        self.now_ms >= self.storm_ends_ms
            && self.invocations.is_empty()
            && self.queue.is_idle()
            && self.fake.state.borrow().runs.values().all(|run| !run.record.is_open())
    }

    /// Virtual now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.night.begins_at + SignedDuration::from_millis(self.now_ms)
    }

    /// Milliseconds since the night began.
    #[must_use]
    pub fn millis(&self, at: Timestamp) -> i64 {
        at.as_millisecond() - self.night.begins_at.as_millisecond()
    }

    /// Deaths that were ordered, beside those that the faults bring.
    #[must_use]
    pub fn deaths(&self) -> i64 {
        i64::try_from(self.manner.deaths.len()).unwrap_or(i64::MAX)
    }

    /// State transitions of each workflow so far: those of runs, and those of their map's items.
    #[must_use]
    pub fn transitions(&self) -> Vec<u64> {
        self.workflows.transitions().collect()
    }

    /// Functions called so far, by name.
    #[must_use]
    pub fn invocations(&self) -> &BTreeMap<&'static str, u64> {
        self.invocations.called()
    }

    /// Where a run's workflow stands, for whoever reads a trace.
    #[must_use]
    pub fn where_is(&self, run: &RunId) -> Vec<String> {
        self.workflows.states_of(run)
    }

    fn put(&mut self, at_ms: i64, what: What) {
        let tie = if self.manner.is_steady { 0 } else { self.chance.borrow_mut().roll() };
        self.queue.put(at_ms.max(self.now_ms), tie, what);
    }

    fn told(&mut self, line: impl FnOnce() -> String) {
        if self.manner.is_traced {
            let secs = self.now_ms / 1_000;
            let (hours, mins, rest) = (secs / 3_600, secs / 60 % 60, secs % 60);
            self.trace.push(format!("+{hours:02}:{mins:02}:{rest:02}.{:03}  {}", self.now_ms % 1_000, line()));
        }
        if let Some(lines) = self.fake.trace.borrow_mut().as_mut() {
            self.trace.append(lines);
        }
    }
}
