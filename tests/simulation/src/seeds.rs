//! One seed is one night.

use std::rc::Rc;

use crate::driver::{Manner, Simulation};
use crate::faults::Chance;
use crate::machine::Machine;
use crate::night::Night;
use crate::oracle;
use crate::plants::Plant;

/// What became of a seed's night.
#[derive(Debug)]
pub struct Verdict {
    /// The seed.
    pub seed: u64,
    /// Every promise that it broke.
    pub violations: Vec<String>,
    /// How often each kind of fault happened.
    pub faults: Vec<u64>,
    /// What happened, where it was traced.
    pub trace: Vec<String>,
}

/// Lives through the night of a seed.
#[must_use]
pub fn live(seed: u64, machine: &Rc<Machine>, plant: Option<Plant>, is_traced: bool) -> Verdict {
    let mut chance = Chance::of_seed(seed);
    let night = Night::of_seed(seed, &mut chance);
    let manner = Manner { plant, is_traced, ..Manner::default() };
    let mut simulation = Simulation::new(night, chance, Rc::clone(machine), manner);
    let is_closed = simulation.run();
    let violations = oracle::violations(&simulation, is_closed);
    let faults = simulation.chance.borrow().counts().to_vec();
    Verdict { seed, violations, faults, trace: simulation.trace }
}
