//! The report: written once, told at least once.

use nightferry_domain::limits::{LEASE_SECS, LOOK_AGAIN_SECS};
use nightferry_domain::report::{Report, markdown};
use nightferry_domain::run::RunPhase;
use nightferry_simulation::fake::{Fake, Fault, at_every_await_point, crash_at, moved, overtake, run, spec};
use nightferry_workflow::open_run::open_run;
use nightferry_workflow::write_report::{Request, Written, write_report};

fn ended() -> Fake {
    let (world, execution) = Fake::running();
    world.ends(&execution, moved(3));
    let _ = world.verifies("home").unwrap();
    world
}

fn writes(world: &Fake) -> Result<Written, nightferry_workflow::WorkflowError> {
    run(write_report(world, "test", &Request { run_id: world.night() }))
}

fn key(world: &Fake) -> String {
    format!("reports/{}/report.json", world.night())
}

fn report(world: &Fake) -> Report {
    Report::read(&world.state.borrow().documents[&key(world)]).unwrap()
}

fn notices(world: &Fake) -> usize {
    world.state.borrow().notices.len()
}

#[test]
fn a_report_waits_for_every_job() {
    let (world, _) = Fake::running();
    assert_eq!(writes(&world).unwrap(), Written::Wait { wait_secs: LOOK_AGAIN_SECS, open_count: 1 });
    assert!(!world.state.borrow().documents.contains_key(&key(&world)));
    assert_eq!(notices(&world), 0);
}

#[test]
fn a_report_waits_for_a_promised_job_that_is_not_there() {
    let world = Fake::with_plan(vec![spec("home"), spec("mail")]);
    world.breaks("create_job", 2, Fault::Throttled);
    assert!(run(open_run(&world, &world.request())).is_err());
    let refused = Fault::Rejected("AccessDeniedException", "not authorized to perform datasync:Start");
    world.breaks("start", 1, refused);
    let _ = world.checks("home").unwrap();
    let _ = world.starts("home", 1).unwrap();
    assert_eq!(writes(&world).unwrap(), Written::Wait { wait_secs: LOOK_AGAIN_SECS, open_count: 1 });
}

#[test]
fn a_report_is_written_once_told_once_and_said_again() {
    let world = ended();
    for _ in 0..3 {
        assert_eq!(writes(&world).unwrap(), Written::Closed { report_key: key(&world) });
        world.pass(LEASE_SECS);
    }
    assert_eq!(world.state.borrow().writes[&key(&world)], 1);
    assert_eq!(notices(&world), 1);
    assert!(!world.state.borrow().metrics.is_empty());
    assert!(matches!(world.run_record().phase, RunPhase::Closed { .. }));
    for ending in ["html", "md", "xml"] {
        assert!(world.state.borrow().documents.contains_key(&format!("reports/{}/report.{ending}", world.night())));
    }
}

#[test]
fn a_report_names_every_job_with_the_services_own_counts() {
    let world = ended();
    let _ = writes(&world).unwrap();
    let report = report(&world);
    assert_eq!((report.counts.jobs, report.counts.succeeded, report.counts.files), (1, 1, 3));
    assert_eq!(report.jobs[0].name.to_string(), "home");
    assert_eq!(report.jobs[0].next_run.unwrap().to_string(), "2026-11-21T21:00:00Z");
}

#[test]
fn a_report_cut_off_anywhere_ends_in_one_report_and_at_least_one_message() {
    let points = at_every_await_point(|n| {
        let world = ended();
        let first = crash_at(n, write_report(&world, "test", &Request { run_id: world.night() }));
        let written_before = world.state.borrow().documents.get(&key(&world)).cloned();
        world.pass(LEASE_SECS);
        assert_eq!(writes(&world).unwrap(), Written::Closed { report_key: key(&world) });
        let written = world.state.borrow().documents[&key(&world)].clone();
        assert!(written_before.is_none_or(|before| before == written), "a written report never changes");
        assert_eq!(world.state.borrow().writes[&key(&world)], 1);
        assert!((1..=2).contains(&notices(&world)));
        first.is_none()
    });
    assert!(points > 10);
}

#[test]
fn a_message_that_is_being_sent_is_not_sent_a_second_time() {
    let world = ended();
    world.breaks("publish", 1, Fault::LostAfter);
    assert!(writes(&world).is_err());
    assert_eq!(writes(&world).unwrap(), Written::Wait { wait_secs: LOOK_AGAIN_SECS, open_count: 0 });
    assert_eq!(notices(&world), 1);
    world.pass(LEASE_SECS);
    assert!(matches!(writes(&world).unwrap(), Written::Closed { .. }));
    assert_eq!(notices(&world), 2, "whether the first arrived is not known, and never told is worse than told twice");
}

/// Two invocations made a report each, at different times: the page told another end of the night than the JSON.
#[test]
fn regression_every_form_is_made_from_the_report_that_is_kept() {
    for n in 1..40 {
        let world = ended();
        let request = Request { run_id: world.night() };
        let slow = write_report(&world, "test", &request);
        let quick = async {
            world.pass(1);
            write_report(&world, "test", &request).await
        };
        let _ = overtake(n, slow, quick);
        world.pass(LEASE_SECS);
        let _ = writes(&world).unwrap();
        let markdown = markdown::text(&report(&world)).into_bytes();
        assert_eq!(world.state.borrow().documents[&format!("reports/{}/report.md", world.night())], markdown);
    }
}
