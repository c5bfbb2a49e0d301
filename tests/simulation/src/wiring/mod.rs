//! The world as the use cases get it: the one in memory, with a planted bug in between where somebody wants one.

mod backups;
mod batch;
mod plain;
mod restores;
mod table;
mod transfers;

use std::cell::RefCell;
use std::rc::Rc;

use nightferry_workflow::ports::World;

use crate::fake::Fake;
use crate::faults::Chance;
use crate::plants::Plant;

/// The wired world.
#[derive(Debug)]
pub(crate) struct Wired {
    /// What everything outside holds.
    pub fake: Rc<Fake>,
    /// The bug.
    pub plant: Option<Plant>,
    /// For records of other versions.
    pub chance: Rc<RefCell<Chance>>,
}

impl Wired {
    fn has(&self, plant: Plant) -> bool {
        self.plant == Some(plant)
    }
}

macro_rules! world {
    ($($port:ident $name:ident),+) => {
        impl World for Wired {
            $(type $port = Self; fn $name(&self) -> &Self { self })+
        }
    };
}
world!(
    Table table, Transfers transfers, AgentStates agent_states, BatchJobs batch_jobs, Backups backups, Instances instances, Restores restores, Preflight preflight, Workflows workflows, Records records, Notices notices,
    Metrics metrics, Clock clock, Dice dice
);
