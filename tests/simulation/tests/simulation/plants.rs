//! The simulator bites: it finds every planted bug.

use nightferry_simulation::campaign::{Campaign, cores, run};
use nightferry_simulation::plants::Plant;

/// Nights in which the rarest planted bug has to be found.
const SEEDS_MAX: u64 = 20_000;

#[test]
fn every_planted_bug_is_found() {
    let mut missed = vec![];
    for plant in Plant::ALL {
        let campaign = Campaign {
            from: 0,
            seeds: SEEDS_MAX,
            limit_secs: None,
            plant: Some(*plant),
            threads: cores(),
            stops_at_first: true,
        };
        let found = run(&campaign, |_, _| {});
        eprintln!("{:26} found within {:>6} seeds", plant.word(), found.seeds);
        if found.failing.is_empty() {
            missed.push(plant.word());
        }
    }
    assert!(Plant::ALL.len() >= 15);
    assert!(missed.is_empty(), "not found in {SEEDS_MAX} seeds: {missed:?}");
}
