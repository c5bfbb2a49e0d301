//! Promises that need two nights, or a night of a special kind.

use std::collections::BTreeMap;
use std::rc::Rc;

use nightferry_domain::outcome::{Outcome, Tally};
use nightferry_simulation::driver::{Manner, SWEEP_SECS, Simulation};
use nightferry_simulation::fake::{DATASYNC, Dead};
use nightferry_simulation::faults::{Chance, Kind};
use nightferry_simulation::machine::Machine;
use nightferry_simulation::night::Night;
use nightferry_simulation::oracle::violations;

/// Calls to a service that carries nothing out, for one job in one hour: promise R8.
const CALLS_PER_JOB_HOUR_MAX: usize = 40;

/// What executions do, whatever happens to events.
const LIVES: [(Kind, f64); 5] = [
    (Kind::ExecutionFails, 0.3),
    (Kind::CountsWrong, 0.3),
    (Kind::CountsMissing, 0.1),
    (Kind::UnknownState, 0.2),
    (Kind::ReportLate, 0.3),
];

/// A night of several jobs in which only these kinds of fault happen, as often as said, to its end.
fn night(seed: u64, kinds: &[(Kind, f64)]) -> Simulation {
    let mut night = Night::quiet(4);
    night.seed = seed;
    night.storm_secs = 12 * 3_600;
    night.jobs.iter_mut().for_each(|job| job.complete_within_secs = 12 * 3_600);
    let kinds: Vec<(Kind, f64)> = LIVES.iter().chain(kinds).copied().collect();
    let chance = Chance::with_only(seed, &kinds);
    let mut simulation = Simulation::new(night, chance, Rc::new(Machine::nightly_run()), Manner::default());
    let is_closed = simulation.run();
    assert_eq!(violations(&simulation, is_closed), Vec::<String>::new(), "seed {seed}");
    simulation
}

fn outcomes(night: &Simulation) -> BTreeMap<String, (Outcome, Tally)> {
    let state = night.fake.state.borrow();
    let jobs = state.jobs.values().map(|job| &job.record);
    let outcome = |end: &nightferry_domain::outcome::Settlement| (end.outcome, end.tally);
    jobs.map(|job| (job.spec.name.to_string(), job.settlement().map(outcome).unwrap())).collect()
}

#[test]
fn r3_events_change_no_outcome_only_how_soon_it_is_known() {
    let events = [
        (Kind::EventLost, 0.4),
        (Kind::EventDoubled, 0.4),
        (Kind::EventLate, 0.4),
        (Kind::EventReordered, 0.4),
        (Kind::EventForged, 1.0),
    ];
    for seed in 0..60 {
        assert_eq!(outcomes(&night(seed, &events)), outcomes(&night(seed, &[])), "seed {seed}");
    }
}

#[test]
fn r5_with_every_event_lost_an_end_is_found_by_the_next_sweep() {
    for seed in 0..60 {
        let night = night(seed, &[(Kind::EventLost, 1.0)]);
        let state = night.fake.state.borrow();
        for attempt in state.jobs.values().flat_map(|job| job.record.attempts.clone()) {
            let arn = attempt.execution.unwrap();
            let seen = &state.executions.iter().find(|e| e.seen.execution == arn).unwrap().seen;
            let found_secs = (night.millis(attempt.ended_at.unwrap()) - night.millis(seen.ended_at.unwrap())) / 1_000;
            // A late task report is waited for, up to five minutes; then the workflow looks again twice a minute.
            assert!(found_secs <= SWEEP_SECS + 30 + 300 + 30, "seed {seed}: found after {found_secs} s");
        }
    }
}

/// Calls that DataSync gets for one job in its worst hour, when these operations of it are dead.
fn calls_in_the_worst_hour(dead: Dead) -> usize {
    let mut night = Night::quiet(1);
    night.jobs[0].complete_within_secs = 8 * 3_600;
    let chance = Chance::with_only(7, &[]);
    let mut simulation = Simulation::new(night, chance, Rc::new(Machine::nightly_run()), Manner::default());
    simulation.fake.dead.set(Some(dead));
    assert!(simulation.run(), "the night ends all the same");
    let state = simulation.fake.state.borrow();
    let times = &state.datasync_calls;
    let within_an_hour = |from: usize| {
        let until = times[from] + jiff::SignedDuration::from_hours(1);
        times[from..].iter().take_while(|at| **at < until).count()
    };
    (0..times.len()).map(within_an_hour).max().unwrap()
}

#[test]
fn r8_a_dead_service_is_asked_kindly_and_the_night_ends() {
    for operations in [&DATASYNC[..], &["start"], &["find"], &["observe"], &["latest"]] {
        for answers in [true, false] {
            let dead = Dead { operations, answers };
            let worst = calls_in_the_worst_hour(dead);
            eprintln!("{worst:>4} calls in the worst hour: {dead:?}");
            assert!(worst <= CALLS_PER_JOB_HOUR_MAX, "{worst} calls for one job in an hour: {dead:?}");
        }
    }
}
