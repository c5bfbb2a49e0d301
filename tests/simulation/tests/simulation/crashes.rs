//! Promise R4: killing any invocation at any await point, any number of times, breaks no other promise.

use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};

use nightferry_simulation::campaign::cores;
use nightferry_simulation::driver::Manner;
use nightferry_simulation::machine::Machine;
use nightferry_simulation::oracle::violations;
use nightferry_simulation::scenarios::{self, Scenario};

/// About how many pairs of crashes are tried of one night, unless `SIM_PAIRS` says otherwise: CI has an hour, and a long
/// night has tens of thousands.
const PAIRS_MAX: u64 = 400;

/// How many that is today.
fn pairs_max() -> u64 {
    let asked = std::env::var("SIM_PAIRS").ok();
    asked.map_or(PAIRS_MAX, |text| text.parse().unwrap_or_else(|_| panic!("SIM_PAIRS={text} is not a number")))
}

/// Lives through a scenario; returns its await points.
fn lives(scenario: &Scenario, machine: &Rc<Machine>, manner: Manner) -> u64 {
    let told = format!("{}, {manner:?}", scenario.name);
    let mut night = scenario.begin(machine, manner);
    let is_closed = night.run();
    let broken = violations(&night, is_closed);
    assert!(broken.is_empty(), "{told}: {broken:#?}");
    night.points
}

fn dying(at: impl IntoIterator<Item = u64>) -> Manner {
    Manner { deaths: at.into_iter().collect(), ..Manner::default() }
}

/// Gives the scenarios to as many threads as there are cores.
fn for_each_scenario(look: impl Fn(&Scenario, &Rc<Machine>) -> usize + Sync) -> usize {
    let (next, nights) = (AtomicUsize::new(0), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..cores() {
            let _ = scope.spawn(|| {
                let (all, machine) = (scenarios::all(), Rc::new(Machine::nightly_run()));
                while let Some(scenario) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let _ = nights.fetch_add(look(scenario, &machine), Ordering::Relaxed);
                }
            });
        }
    });
    nights.into_inner()
}

#[test]
fn every_scenario_keeps_every_promise_when_nothing_dies() {
    let nights = for_each_scenario(|scenario, machine| {
        let points = lives(scenario, machine, Manner::default());
        assert!(points > 20, "{} has only {points} await points", scenario.name);
        1
    });
    assert!(nights >= 20, "{nights} scenarios");
}

#[test]
fn r4_a_crash_at_any_point_breaks_no_promise() {
    let nights = for_each_scenario(|scenario, machine| {
        let points = lives(scenario, machine, Manner::default());
        for at in 1..=points {
            let _ = lives(scenario, machine, dying([at]));
        }
        usize::try_from(points).unwrap()
    });
    eprintln!("{nights} nights, each with one crash");
    assert!(nights > 1_000);
}

#[test]
fn r4_two_crashes_at_any_two_points_break_no_promise() {
    let nights = for_each_scenario(|scenario, machine| {
        let points = lives(scenario, machine, Manner::default());
        let every = points.pow(2).div_ceil(2 * pairs_max());
        let mut nights = 0;
        for first in 1..=points {
            // What comes after the first crash is another night: its own points are counted anew.
            let after = lives(scenario, machine, dying([first]));
            for second in (first + 1..=after).filter(|second| (first + second).is_multiple_of(every)) {
                let _ = lives(scenario, machine, dying([first, second]));
                nights += 1;
            }
        }
        nights
    });
    eprintln!("{nights} nights, each with two crashes");
    assert!(std::env::var_os("SIM_PAIRS").is_some() || nights > 5_000, "{nights} nights");
}

#[test]
fn r4_every_function_may_run_twice() {
    let nights = for_each_scenario(|scenario, machine| {
        let manner = Manner { repeats: true, ..Manner::default() };
        let points = lives(scenario, machine, manner.clone());
        for at in 1..=points {
            let deaths = BTreeSet::from([at]);
            let _ = lives(scenario, machine, Manner { deaths, ..manner.clone() });
        }
        usize::try_from(points).unwrap()
    });
    assert!(nights > 1_000);
}
