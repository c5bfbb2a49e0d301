//! What comes next.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use serde_json::Value;

use super::functions::Call;
use crate::fake::{LateBackup, LateBatch, LateStart};
use crate::night::Act;

/// Something that happens.
#[derive(Debug)]
pub(super) enum What {
    /// A function goes on.
    Poll(usize),
    /// A function's time is over.
    TimesOut(usize),
    /// A workflow's branch goes on, unless it has done so already.
    Branch { branch: usize, epoch: u64, why: Why },
    /// An execution goes on, unless its life has changed.
    Execution { at: usize, epoch: u32, step: Step },
    /// A batch job goes on, unless its life has changed.
    BatchJob { at: usize, epoch: u32, step: Step },
    /// A backup job goes on, unless its life has changed.
    Backup { at: usize, epoch: u32, step: Step },
    /// A backup's start takes effect.
    BacksUpLate(Box<LateBackup>),
    /// AWS Backup's own schedule fires for the machine of the job at this place.
    PlanBacksUp(usize),
    /// A copy ends.
    CopyEnds(usize),
    /// A creation takes effect.
    CreatesLate(Box<LateBatch>),
    /// An event arrives.
    Deliver(Value),
    /// A function is called by nobody who waits.
    Call { call: Call, tries: u32 },
    /// The sweep's schedule fires.
    Sweep,
    /// An accepted start takes effect.
    StartsLate(LateStart),
    /// A person does something.
    Person(Act),
    /// From now on nothing goes wrong any more.
    StormEnds,
}

/// Why a branch goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    /// It has slept enough.
    Slept,
    /// Its state's time is over.
    TimedOut,
}

/// A step of an execution's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Its list is ready, or can't be made: a batch job's; it begins: a backup job's.
    Lists,
    /// Its state gets a word that nobody knows.
    BecomesUnknown,
    /// It ends by itself.
    Ends,
    /// It ends because somebody cancelled it.
    EndsCancelled,
    /// Its task report arrives.
    Reports,
    /// Its history goes away.
    Vanishes,
}

#[derive(Debug)]
struct Queued {
    at_ms: i64,
    tie: u64,
    number: u64,
    what: What,
}

impl Queued {
    fn key(&self) -> (i64, u64, u64) {
        (self.at_ms, self.tie, self.number)
    }
}

impl PartialEq for Queued {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Queued {}

impl PartialOrd for Queued {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Queued {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

/// The queue, in the order of time; what happens at the same time comes in the order of chance.
#[derive(Debug, Default)]
pub(super) struct Queue {
    heap: BinaryHeap<Reverse<Queued>>,
    number: u64,
    /// Events, calls and acts that are still to come.
    pending: usize,
}

impl Queue {
    pub(super) fn put(&mut self, at_ms: i64, tie: u64, what: What) {
        self.number += 1;
        self.pending += usize::from(is_outward(&what));
        self.heap.push(Reverse(Queued { at_ms, tie, number: self.number, what }));
    }

    pub(super) fn take(&mut self) -> Option<(i64, What)> {
        let Reverse(Queued { at_ms, what, .. }) = self.heap.pop()?;
        self.pending -= usize::from(is_outward(&what));
        Some((at_ms, what))
    }

    /// Whether nothing is on its way from outside.
    pub(super) fn is_idle(&self) -> bool {
        self.pending == 0
    }
}

fn is_outward(what: &What) -> bool {
    match what {
        What::Deliver(_)
        | What::Call { .. }
        | What::StartsLate(_)
        | What::CreatesLate(_)
        | What::BacksUpLate(_)
        | What::PlanBacksUp(_)
        | What::Person(_) => true,
        What::Poll(_)
        | What::TimesOut(_)
        | What::Branch { .. }
        | What::Execution { .. }
        | What::BatchJob { .. }
        | What::Backup { .. }
        | What::CopyEnds(_)
        | What::Sweep
        | What::StormEnds => false,
    }
}
