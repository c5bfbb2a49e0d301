//! Promises R1, R2 and R5 to R12 in nights that are drawn from seeds.

use std::rc::Rc;

use nightferry_simulation::campaign::{Campaign, cores, run};
use nightferry_simulation::machine::Machine;
use nightferry_simulation::seeds::live;

/// Nights of one CI run; what is not reached within a minute is left.
const SEEDS: u64 = 200_000;
/// That minute.
const LIMIT_SECS: u64 = 60;

/// A number from the environment.
fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name}={text} is not a number")))
}

/// Seeds that once broke a promise.
fn known() -> Vec<u64> {
    let text = include_str!("seeds.txt");
    let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
    lines.filter(|line| !line.is_empty()).map(|line| line.parse().unwrap()).collect()
}

#[test]
fn seeds_that_once_broke_a_promise_keep_it() {
    let machine = Rc::new(Machine::nightly_run());
    let seeds = number("SIM_SEED").map_or_else(known, |seed| vec![seed]);
    for seed in seeds {
        let verdict = live(seed, &machine, None, number("SIM_SEED").is_some());
        let trace = verdict.trace.join("\n");
        assert!(verdict.violations.is_empty(), "seed {seed}: {:#?}\n{trace}", verdict.violations);
    }
}

#[test]
fn the_same_seed_is_the_same_night() {
    let machine = Rc::new(Machine::nightly_run());
    let once = |seed| live(seed, &machine, None, true).trace;
    for seed in 0..20 {
        assert_eq!(once(seed), once(seed), "seed {seed}");
    }
}

#[test]
fn no_seed_breaks_a_promise_and_every_kind_of_fault_happens() {
    let campaign = Campaign {
        from: number("SIM_FROM").unwrap_or_default(),
        seeds: SEEDS,
        limit_secs: Some(LIMIT_SECS),
        plant: None,
        threads: cores(),
        stops_at_first: false,
    };
    let found = run(&campaign, |_, _| {});
    eprintln!("{} seeds, {:.0} a second", found.seeds, found.per_second());
    assert!(found.failing.is_empty(), "SIM_SEED=n replays one: {:#?}", found.failing);
    let absent: Vec<_> = found.faults().filter(|(_, count)| *count == 0).map(|(kind, _)| kind.word()).collect();
    assert!(absent.is_empty(), "never injected: {absent:?}");
}
