//! A person ends a night.

use nightferry_domain::limits::LEASE_SECS;
use nightferry_simulation::fake::{Fake, Fault, at_every_await_point, crash_at, failed, moved, run, spec, task_of};
use nightferry_workflow::cancel_run::{Request, cancel_run};
use nightferry_workflow::open_run::open_run;
use nightferry_workflow::start_job::Started;
use nightferry_workflow::step::Next;

fn request(world: &Fake, job: Option<&str>) -> Request {
    Request { run_id: world.night(), job: job.map(|job| job.parse().unwrap()), reason: "wrong bucket".into() }
}

#[test]
fn cancelling_asks_the_service_to_end_what_runs() {
    let (world, execution) = Fake::running();
    let ended = run(cancel_run(&world, &request(&world, None))).unwrap();
    assert_eq!(ended, ["home".parse().unwrap()]);
    assert_eq!(world.cancelled(), std::slice::from_ref(&execution));
    world.ends(&execution, failed("Task execution was cancelled"));
    assert_eq!(world.verifies("home").unwrap().next, Next::Settled);
    assert_eq!(world.settlement("home").cause.unwrap().what, "Cancelled: wrong bucket");
}

#[test]
fn cancelling_cut_off_anywhere_is_completed_by_asking_again() {
    let _ = at_every_await_point(|n| {
        let (world, execution) = Fake::running();
        let first = crash_at(n, cancel_run(&world, &request(&world, None)));
        let _ = run(cancel_run(&world, &request(&world, None))).unwrap();
        assert!(world.cancelled().contains(&execution));
        assert_eq!(world.job("home").cancel.unwrap().reason, "wrong bucket");
        first.is_none()
    });
}

#[test]
fn cancelling_wakes_a_job_that_waits_for_a_busy_task() {
    let world = Fake::ready();
    let blocker = world.starts_elsewhere(&task_of("home"), None);
    assert!(matches!(world.starts("home", 1).unwrap(), Started::Blocked(_)));
    let _ = run(cancel_run(&world, &request(&world, None))).unwrap();
    assert_eq!(world.waiting_count(), 0);
    assert_eq!(world.verifies("home").unwrap().next, Next::Settled);
    assert_eq!(world.cause("home"), "cancelled");
    assert!(!world.cancelled().contains(&blocker), "somebody else's execution is not ours to end");
}

#[test]
fn a_job_that_was_cancelled_before_its_start_is_never_started() {
    let world = Fake::ready();
    let _ = run(cancel_run(&world, &request(&world, None))).unwrap();
    assert_eq!(world.starts("home", 1).unwrap(), Started::Over);
    assert!(world.job("home").attempts.is_empty(), "nor is an attempt claimed that never was");
    assert_eq!(world.verifies("home").unwrap().next, Next::Settled);
    assert!(world.executions().is_empty());
}

#[test]
fn only_the_named_job_is_cancelled_and_a_settled_one_never() {
    let world = Fake::with_plan(vec![spec("home"), spec("mail")]);
    let _ = run(open_run(&world, &world.request())).unwrap();
    let _ = run(cancel_run(&world, &request(&world, Some("mail")))).unwrap();
    assert!(world.job("home").cancel.is_none() && world.job("mail").cancel.is_some());
    let _ = world.verifies("mail").unwrap();
    let end = world.job("mail");
    let ended = run(cancel_run(&world, &request(&world, None))).unwrap();
    assert_eq!(ended, ["home".parse().unwrap()]);
    assert_eq!(world.job("mail"), end);
}

#[test]
fn the_first_reason_stays() {
    let (world, execution) = Fake::running();
    let _ = run(cancel_run(&world, &request(&world, None))).unwrap();
    let second = Request { reason: "once more".into(), ..request(&world, None) };
    let _ = run(cancel_run(&world, &second)).unwrap();
    assert_eq!(world.job("home").cancel.unwrap().reason, "wrong bucket");
    world.ends(&execution, moved(1));
    let _ = world.verifies("home").unwrap();
    assert!(world.settlement("home").outcome.is_safe(), "it had succeeded before it could be ended");
}

#[test]
fn a_run_that_is_not_there_cannot_be_cancelled() {
    let world = Fake::with_plan(vec![spec("home")]);
    let refused = run(cancel_run(&world, &request(&world, None))).unwrap_err();
    assert_eq!(refused.name(), "Nightferry.NotFound");
}

#[test]
fn regression_a_job_cancelled_after_its_start_got_lost_is_never_started() {
    let world = Fake::ready();
    world.breaks("start", 1, Fault::LostBefore);
    assert!(world.starts("home", 1).is_err());
    let _ = run(cancel_run(&world, &request(&world, None))).unwrap();
    world.pass(LEASE_SECS);
    assert_eq!(world.starts("home", 1).unwrap(), Started::Over);
    assert!(world.executions().is_empty());
    assert_eq!(world.verifies("home").unwrap().next, Next::Settled);
    assert_eq!(world.cause("home"), "cancelled");
}
