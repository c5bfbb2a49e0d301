//! What a sweep reads: next to nothing of an idle stack, and of a run of many jobs only what is under way.

use std::collections::BTreeMap;

use nightferry_domain::limits::{JOBS_SWEPT_SINGLY_MAX, SILENCE_MAX_SECS};
use nightferry_domain::outcome::Outcome;
use nightferry_simulation::fake::{Fake, moved, run, spec};
use nightferry_workflow::open_run::open_run;
use nightferry_workflow::start_job::Started;
use nightferry_workflow::sweep_runs::{Swept, sweep_runs};

/// Sweeps once; says what became of it, and how often it called what.
fn sweeps(world: &Fake) -> (Swept, BTreeMap<&'static str, usize>) {
    let before = world.all_calls();
    let swept = run(sweep_runs(world, "test")).unwrap();
    let since = |(operation, count): (&'static str, usize)| {
        (operation, count - before.get(operation).copied().unwrap_or_default())
    };
    (swept, world.all_calls().into_iter().map(since).filter(|(_, count)| *count > 0).collect())
}

fn many() -> Vec<String> {
    (0..JOBS_SWEPT_SINGLY_MAX + 20).map(|number| format!("job-{number:02}")).collect()
}

/// A run of many jobs, each with a task of its own by the first letter of its name, of which some are under way.
fn opened(names: &[String]) -> Fake {
    let world = Fake::with_plan(names.iter().map(|name| spec(name)).collect());
    world.page_records.set(100);
    let _ = run(open_run(&world, &world.request())).unwrap();
    world
}

#[test]
fn an_idle_sweep_reads_one_empty_page_and_nothing_else() {
    let world = Fake::with_plan(vec![spec("home"), spec("mail")]);
    assert_eq!(sweeps(&world), (Swept::default(), [("open_records", 1)].into()));
}

#[test]
fn after_a_night_the_stack_is_idle_again() {
    let (world, execution) = Fake::running();
    world.ends(&execution, moved(1));
    world.state.borrow_mut().waiting.clear();
    world.workflow_dies();
    world.pass(200);
    let _ = sweeps(&world);
    let _ = sweeps(&world);
    assert!(!world.run_record().is_open());
    assert_eq!(sweeps(&world), (Swept::default(), [("open_records", 1)].into()));
}

#[test]
fn regression_of_many_jobs_that_wait_their_turn_none_is_read_by_itself_and_their_workflow_is_asked_about_once() {
    let world = opened(&many());
    let (swept, calls) = sweeps(&world);
    assert_eq!((swept.failed_count, swept.carried_count), (0, 0));
    let expected = [("open_records", 1), ("jobs_of", 1), ("is_going_on", 1), ("load_run", 1)];
    assert_eq!(calls, expected.into());
}

#[test]
fn of_many_jobs_those_under_way_are_looked_at() {
    let world = opened(&many());
    let _ = world.checks("job-03").unwrap();
    let Ok(Started::Running(execution)) = world.starts("job-03", 1) else { panic!("it does not run") };
    world.ends(&execution, moved(1));
    let (swept, calls) = sweeps(&world);
    assert_eq!((swept.woken_count, calls["load_job"]), (1, 1));
    let _ = world.verifies("job-03").unwrap();
    assert_eq!(world.settlement("job-03").outcome, Outcome::Succeeded);
}

#[test]
fn of_many_jobs_those_that_nobody_claims_are_looked_at_when_they_are_late() {
    let world = opened(&many());
    let _ = world.checks("job-03").unwrap();
    world.pass(SILENCE_MAX_SECS - 1);
    assert_eq!(sweeps(&world).0.carried_count, 0);
    world.pass(1);
    assert_eq!(sweeps(&world).0.carried_count, 1);
    assert_eq!(world.cause("job-03"), "workflow-lost");
}

#[test]
fn of_many_jobs_whose_workflow_is_gone_all_are_ended_and_it_is_asked_about_once() {
    let world = opened(&many());
    world.workflow_dies();
    let (swept, calls) = sweeps(&world);
    assert_eq!((swept.failed_count, calls["is_going_on"]), (0, 1));
    assert!(many().iter().all(|name| world.cause(name) == "workflow-lost"));
}

#[test]
fn a_run_of_many_that_cannot_be_read_is_left_to_the_next_sweep_and_keeps_it_from_no_other() {
    let world = opened(&many());
    let (_, execution, token) = world.earlier_night_runs("home");
    world.ends(&execution, moved(1));
    world.breaks("jobs_of", 1, nightferry_simulation::fake::Fault::Throttled);
    let (swept, _) = sweeps(&world);
    assert_eq!((swept.failed_count, swept.woken_count), (1, 1));
    assert!(world.state.borrow().woken.contains(&token));
}
