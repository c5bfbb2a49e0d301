//! Two invocations at once: one is overtaken by the other at each of its await points.

use nightferry_domain::job::Phase;
use nightferry_domain::limits::LEASE_SECS;
use nightferry_domain::outcome::Outcome;
use nightferry_domain::run::RunPhase;
use nightferry_domain::state_change::Hint;
use nightferry_simulation::fake::{Fake, failed, moved, overtake, run, spec, task_of};
use nightferry_workflow::WorkflowError;
use nightferry_workflow::cancel_run::{self, cancel_run};
use nightferry_workflow::open_run::open_run;
use nightferry_workflow::record_state::record_state;
use nightferry_workflow::start_job::start_job;
use nightferry_workflow::sweep_runs::sweep_runs;
use nightferry_workflow::verify_job::{Request, verify_job};
use nightferry_workflow::write_report::{self, write_report};

/// More than any use case has here.
const AWAIT_POINTS: usize = 60;

/// Losing a race is no failure: whoever called will call again.
fn assert_may_be_repeated<T: std::fmt::Debug>(answer: &Result<T, WorkflowError>) {
    let is_fine = answer
        .as_ref()
        .map_or_else(|error| ["Nightferry.Retryable", "Nightferry.AttemptClaimed"].contains(&error.name()), |_| true);
    assert!(is_fine, "{answer:?}");
}

fn request(world: &Fake) -> Request {
    Request { run_id: world.night(), job: "home".parse().unwrap(), gives_up: false }
}

#[test]
fn two_deliveries_of_a_schedule_open_one_run() {
    for n in 1..AWAIT_POINTS {
        let world = Fake::with_plan(vec![spec("home"), spec("mail")]);
        let doubled = world.request();
        let (first, second) = overtake(n, open_run(&world, &doubled), open_run(&world, &doubled));
        assert_may_be_repeated(&first);
        assert!(second.is_ok());
        assert_eq!(world.run_record().phase, RunPhase::Open);
        let state = world.state.borrow();
        assert_eq!((state.runs.len(), state.jobs.len(), state.workflows.len()), (1, 2, 1));
    }
}

#[test]
fn two_starts_of_an_attempt_start_one_execution() {
    for n in 1..AWAIT_POINTS {
        let world = Fake::ready();
        let (one, other) = (world.waits("home", 1), world.waits("home", 1));
        let (first, second) = overtake(n, start_job(&world, &one), start_job(&world, &other));
        assert_may_be_repeated(&first);
        assert_may_be_repeated(&second);
        assert!(world.executions().len() <= 1, "{n}");
        let _ = world.starts("home", 1).unwrap();
        let executions = world.executions();
        assert_eq!(executions.len(), 1, "{n}");
        assert_eq!(world.phase("home"), Phase::Running { attempt: 1, execution: executions[0].clone() });
    }
}

#[test]
fn a_start_overtaken_by_a_judgement_starts_one_execution() {
    for n in 1..AWAIT_POINTS {
        let world = Fake::ready();
        let waiting = world.waits("home", 1);
        let (first, second) = overtake(n, start_job(&world, &waiting), verify_job(&world, &request(&world)));
        assert_may_be_repeated(&first);
        assert!(second.is_ok());
        let _ = world.starts("home", 1).unwrap();
        assert_eq!(world.executions().len(), 1, "{n}");
    }
}

#[test]
fn a_start_overtaken_by_a_cancelling_ends_cancelled() {
    for n in 1..AWAIT_POINTS {
        let world = Fake::ready();
        let waiting = world.waits("home", 1);
        let wish = cancel_run::Request { run_id: world.night(), job: None, reason: "wrong bucket".into() };
        let (first, second) = overtake(n, start_job(&world, &waiting), cancel_run(&world, &wish));
        assert_may_be_repeated(&first);
        assert!(second.is_ok());
        let _ = world.starts("home", 1);
        let _ = world.verifies("home").unwrap();
        for execution in world.executions() {
            assert!(world.cancelled().contains(&execution), "{n}: what was started is asked to end");
            world.ends(&execution, failed("Task execution was cancelled"));
        }
        world.pass(LEASE_SECS);
        let _ = world.starts("home", 1);
        let _ = world.verifies("home").unwrap();
        assert_eq!(world.cause("home"), "cancelled", "{n}");
        assert!(world.executions().len() <= 1);
    }
}

#[test]
fn two_judgements_of_an_attempt_count_it_once() {
    for n in 1..AWAIT_POINTS {
        let (world, execution) = Fake::running();
        world.ends(&execution, failed("Input/output error"));
        let asked = request(&world);
        let (first, second) = overtake(n, verify_job(&world, &asked), verify_job(&world, &asked));
        assert_may_be_repeated(&first);
        assert_eq!(second.unwrap().attempt, 2);
        assert!(matches!(world.phase("home"), Phase::Ready { attempt: 2, .. }));
        assert_eq!(world.job("home").attempts.len(), 1);
    }
}

#[test]
fn an_event_overtaken_by_a_sweep_wakes_once() {
    for n in 1..AWAIT_POINTS {
        let (world, execution) = Fake::running();
        world.ends(&execution, moved(1));
        let hint = Hint::LookAt(execution);
        let (first, second) = overtake(n, record_state(&world, "test", hint), sweep_runs(&world, "test"));
        assert!(first.is_ok() && second.is_ok());
        assert_eq!(world.state.borrow().woken.len(), 1);
        let _ = world.verifies("home");
        assert_eq!(world.settlement("home").outcome, Outcome::Succeeded);
    }
}

#[test]
fn two_writers_write_one_report_and_send_one_message() {
    for n in 1..AWAIT_POINTS {
        let (world, execution) = Fake::running();
        world.ends(&execution, moved(1));
        let _ = world.verifies("home").unwrap();
        let asked = write_report::Request { run_id: world.night() };
        let (first, second) = overtake(n, write_report(&world, "a", &asked), write_report(&world, "b", &asked));
        assert_may_be_repeated(&first);
        assert_may_be_repeated(&second);
        let _ = run(write_report(&world, "test", &asked)).unwrap();
        let state = world.state.borrow();
        assert_eq!(state.writes[&format!("reports/{}/report.json", world.night())], 1);
        assert_eq!(state.notices.len(), 1, "{n}");
    }
}

/// Everything that runs ends now, and its events come at once.
async fn everything_ends(world: &Fake) {
    for execution in world.executions() {
        world.ends(&execution, moved(1));
        let _ = record_state(world, "test", Hint::LookAt(execution)).await;
    }
}

#[test]
fn an_end_that_comes_while_the_attempt_is_being_started_leaves_nobody_waiting() {
    for n in 1..AWAIT_POINTS {
        let world = Fake::ready();
        let waiting = world.waits("home", 1);
        let (started, ()) = overtake(n, start_job(&world, &waiting), everything_ends(&world));
        assert_may_be_repeated(&started);
        let has_ended = world.state.borrow().executions.iter().any(|e| e.seen.state.is_end());
        assert!(!has_ended || world.waiting_count() == 0 || started.is_err(), "{n}: {started:?}");
    }
}

#[test]
fn a_blocker_that_ends_while_the_job_is_being_blocked_leaves_nobody_waiting() {
    for n in 1..AWAIT_POINTS {
        let world = Fake::ready();
        let blocker = world.starts_elsewhere(&task_of("home"), None);
        let waiting = world.waits("home", 1);
        let (started, ()) = overtake(n, start_job(&world, &waiting), everything_ends(&world));
        assert_may_be_repeated(&started);
        if world.phase("home") == (Phase::Blocked { attempt: 1, by: blocker }) {
            assert!(world.waiting_count() == 0 || started.is_err(), "{n}: {started:?}");
        }
    }
}
