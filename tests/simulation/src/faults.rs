//! What can go wrong in a simulated night, how often it does, and how often it did.

use std::cell::RefCell;
use std::rc::Rc;

use fastrand::Rng;
use nightferry_domain::limits::{LIST_STALENESS_MAX_SECS, SERVICE_DELAY_MAX_SECS};

use crate::fake::{Fault, Weather};

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident $word:literal $usual:literal),+ $(,)?) => {
        /// A kind of fault.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Kind { $($(#[$doc])* $kind),+ }

        impl Kind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$kind),+];

            /// Its name.
            #[must_use]
            pub fn word(self) -> &'static str {
                match self { $(Self::$kind => $word),+ }
            }

            /// How likely it is each time, in a seed that has it.
            fn usual(self) -> f64 {
                match self { $(Self::$kind => $usual),+ }
            }
        }
    };
}

kinds! {
    /// A state-change event never comes.
    EventLost "event lost" 0.3,
    /// It comes twice.
    EventDoubled "event doubled" 0.3,
    /// It comes up to an hour late.
    EventLate "event late" 0.2,
    /// It is overtaken by what happens in the next seconds.
    EventReordered "event reordered" 0.3,
    /// Somebody sends an event that claims what is not so.
    EventForged "event forged" 0.2,
    /// A service says: not now.
    CallThrottled "call throttled" 0.05,
    /// A request is lost.
    RequestLost "request lost" 0.03,
    /// A request takes effect, its reply is lost.
    ReplyLost "reply lost" 0.03,
    /// A start takes effect minutes after its reply was lost.
    StartLate "start takes effect late" 0.2,
    /// Lists don't show a new execution for minutes.
    ListStale "list stale" 0.4,
    /// The pointer index lags.
    IndexStale "index stale" 0.4,
    /// A function's process dies.
    FunctionKilled "function killed" 0.08,
    /// A function hangs until its timeout.
    FunctionTimedOut "function timed out" 0.05,
    /// A function runs twice at once.
    FunctionDoubled "function doubled" 0.1,
    /// The schedule is delivered twice.
    ScheduleDoubled "schedule doubled" 0.7,
    /// The schedule is delivered late.
    ScheduleLate "schedule late" 0.5,
    /// The next night's schedule fires while this one is on.
    RunOverlapping "run overlapping" 0.7,
    /// The service uses a word for a state that nobody knows.
    UnknownState "unknown state" 0.2,
    /// The service says SUCCESS, but its counts don't add up.
    CountsWrong "counts wrong" 0.3,
    /// The service leaves counts away.
    CountsMissing "counts missing" 0.2,
    /// The task report comes late.
    ReportLate "task report late" 0.3,
    /// The task report never comes.
    ReportNever "task report never" 0.1,
    /// The execution ends in ERROR.
    ExecutionFails "execution fails" 0.3,
    /// The execution never ends by itself.
    ExecutionHangs "execution hangs" 0.1,
    /// The execution's history goes away.
    ExecutionVanishes "execution vanishes" 0.05,
    /// Cancelling takes longer than the grace.
    CancelSlow "cancel slow" 0.3,
    /// The start is refused for want of a permission.
    StartRefused "start refused" 0.1,
    /// Preflight finds something in the way.
    Obstacle "obstacle" 0.1,
    /// A person stops the workflow.
    WorkflowAborted "workflow aborted" 0.5,
    /// A person cancels the run.
    PersonCancels "person cancels" 0.5,
    /// A person starts a task by hand.
    ForeignExecution "foreign execution" 0.6,
    /// A record is written by the version before, or after, this one.
    VersionMixed "version mixed" 0.2,
}

/// Chance itself: everything that is drawn in one seed comes from here.
#[derive(Debug)]
pub struct Chance {
    rng: Rng,
    rates: Vec<f64>,
    counts: Vec<u64>,
    /// Whether faults still happen.
    pub is_stormy: bool,
}

impl Chance {
    /// Draws the rates of a seed: some kinds are absent, some rare, some frequent.
    #[must_use]
    pub fn of_seed(seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let rates = Kind::ALL.iter().map(|kind| rate(&mut rng, *kind)).collect();
        Self { rng, rates, counts: vec![0; Kind::ALL.len()], is_stormy: true }
    }

    /// Chance without faults, or with only these, always at their usual rate.
    #[must_use]
    pub fn with_only(seed: u64, kinds: &[(Kind, f64)]) -> Self {
        let rate = |kind: &Kind| kinds.iter().find(|(only, _)| only == kind).map_or(0.0, |(_, rate)| *rate);
        let rates = Kind::ALL.iter().map(rate).collect();
        Self { rng: Rng::with_seed(seed), rates, counts: vec![0; Kind::ALL.len()], is_stormy: true }
    }

    /// Whether a fault of this kind happens now; it is counted if so.
    pub fn strikes(&mut self, kind: Kind) -> bool {
        let does = self.is_stormy && self.rates[kind as usize] > 0.0 && self.rng.f64() < self.rates[kind as usize];
        if does {
            self.counts[kind as usize] += 1;
        }
        does
    }

    /// The same, drawn from a generator of the caller's own, so that the order of draws makes no difference.
    pub fn strikes_by(&mut self, kind: Kind, rng: &mut Rng) -> bool {
        let does = rng.f64() < self.rates[kind as usize] && self.is_stormy;
        if does {
            self.counts[kind as usize] += 1;
        }
        does
    }

    /// How often each kind happened.
    #[must_use]
    pub fn counts(&self) -> &[u64] {
        &self.counts
    }

    /// A number from the range.
    pub fn within(&mut self, range: std::ops::Range<i64>) -> i64 {
        self.rng.i64(range)
    }

    /// A number from 0 to 1.
    pub fn share(&mut self) -> f64 {
        self.rng.f64()
    }

    /// A number, uniform over all.
    pub fn roll(&mut self) -> u64 {
        self.rng.u64(..)
    }
}

fn rate(rng: &mut Rng, kind: Kind) -> f64 {
    if rng.f64() < 0.6 {
        return 0.0;
    }
    (kind.usual() * [0.3, 1.0, 2.0][rng.usize(0..3)]).min(1.0)
}

/// The calls' part of chance.
#[derive(Debug)]
pub struct SeededWeather(pub Rc<RefCell<Chance>>);

impl Weather for SeededWeather {
    fn strikes(&mut self, _: &'static str) -> Option<Fault> {
        let mut chance = self.0.borrow_mut();
        if chance.strikes(Kind::CallThrottled) {
            Some(Fault::Throttled)
        } else if chance.strikes(Kind::RequestLost) {
            Some(Fault::LostBefore)
        } else if chance.strikes(Kind::ReplyLost) {
            Some(Fault::LostAfter)
        } else {
            None
        }
    }

    fn late_start_secs(&mut self) -> Option<i64> {
        let mut chance = self.0.borrow_mut();
        chance.strikes(Kind::StartLate).then(|| chance.within(1..SERVICE_DELAY_MAX_SECS))
    }

    fn listing_delay_secs(&mut self) -> i64 {
        let mut chance = self.0.borrow_mut();
        if chance.strikes(Kind::ListStale) { chance.within(1..LIST_STALENESS_MAX_SECS) } else { 0 }
    }

    fn index_delay_secs(&mut self) -> i64 {
        let mut chance = self.0.borrow_mut();
        if chance.strikes(Kind::IndexStale) { chance.within(1..120) } else { 0 }
    }

    fn roll(&mut self) -> Option<u64> {
        Some(self.0.borrow_mut().roll())
    }
}
