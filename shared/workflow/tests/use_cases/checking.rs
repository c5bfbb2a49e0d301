//! Preflight.

use nightferry_domain::job::Phase;
use nightferry_domain::outcome::Outcome;
use nightferry_simulation::fake::{Fake, Fault, at_every_await_point, crash_at, run, spec};
use nightferry_workflow::ports::Obstacle;
use nightferry_workflow::start_job::Started;
use nightferry_workflow::step::Next;
use nightferry_workflow::{check_job, open_run};

fn obstacle(id: &str, what: &str) -> Obstacle {
    Obstacle { id: id.into(), what: what.into(), fix: "`nightferry apply`".into(), patch: None }
}

fn blocked_by(obstacles: Vec<Obstacle>) -> Fake {
    let world = Fake::with_plan(vec![spec("home")]);
    let _ = world.state.borrow_mut().obstacles.insert("home".parse().unwrap(), obstacles);
    let _ = run(open_run::open_run(&world, &world.request())).unwrap();
    world
}

#[test]
fn a_job_that_cannot_work_is_settled_with_its_obstacles_and_nothing_is_started() {
    let world = blocked_by(vec![obstacle("role-missing", "The role is gone"), obstacle("bucket-missing", "No bucket")]);
    let step = world.checks("home").unwrap();
    assert_eq!(step.next, Next::Settled);
    let end = world.settlement("home");
    let cause = end.cause.unwrap();
    assert_eq!((end.outcome, cause.id.as_str()), (Outcome::Failed, "role-missing"));
    assert_eq!(cause.what, "The role is gone. Also: No bucket");
    assert_eq!(world.starts("home", 1).unwrap(), Started::Over);
    assert_eq!(world.waiting_count(), 0);
    assert!(world.executions().is_empty());
}

#[test]
fn a_job_that_can_work_is_ready_wherever_the_first_check_was_cut_off() {
    let _ = at_every_await_point(|n| {
        let world = blocked_by(vec![]);
        let request = check_job::Request {
            run_id: world.night(),
            job: "home".parse().unwrap(),
            item: check_job::Item::default(),
        };
        let first = crash_at(n, check_job::check_job(&world, &request));
        let step = world.checks("home").unwrap();
        assert_eq!((step.next, step.attempt, step.wait_secs, step.timeout_secs), (Next::Start, 1, 0, 28_800));
        assert!(matches!(world.phase("home"), Phase::Ready { attempt: 1, .. }));
        first.is_none()
    });
}

#[test]
fn a_preflight_without_an_answer_decides_nothing() {
    let world = blocked_by(vec![obstacle("role-missing", "The role is gone")]);
    world.breaks("obstacles", 1, Fault::LostBefore);
    assert_eq!(world.checks("home").unwrap_err().name(), "Nightferry.Retryable");
    assert_eq!(world.phase("home"), Phase::Opened);
}

#[test]
fn a_job_whose_preflight_failed_for_good_is_started_all_the_same_with_a_note() {
    let world = blocked_by(vec![]);
    world.breaks("obstacles", 1, Fault::Rejected("AccessDenied", "no"));
    assert_eq!(world.checks("home").unwrap_err().name(), "Nightferry.Rejected");
    assert_eq!(world.verifies("home").unwrap().next, Next::Start);
    assert!(matches!(world.starts("home", 1).unwrap(), Started::Running(_)));
    assert_eq!(world.job("home").notes[0].text, "the preflight could not be carried out");
}

#[test]
fn a_single_obstacle_is_told_in_its_own_words_alone() {
    let world = blocked_by(vec![obstacle("role-missing", "The role is gone")]);
    let _ = world.checks("home").unwrap();
    assert_eq!(world.settlement("home").cause.unwrap().what, "The role is gone");
}

#[test]
fn a_job_whose_turn_is_later_backs_off_until_then() {
    let world = Fake::with_plan(vec![spec("home")]);
    let _ = run(open_run::open_run(&world, &world.request())).unwrap();
    let asked = serde_json::json!({"run_id": world.night(), "job": "home", "item": {"job": "home", "turn_secs": 7}});
    let request: check_job::Request = serde_json::from_value(asked).unwrap();
    assert_eq!(run(check_job::check_job(&world, &request)).unwrap().wait_secs, 7);
    world.pass(7);
    assert_eq!(run(check_job::check_job(&world, &request)).unwrap().wait_secs, 0);
}

#[test]
fn a_manifest_of_an_earlier_version_says_nothing_of_turns() {
    let asked = serde_json::json!({"run_id": "nightly-2026-11-20T21-00-00Z", "job": "home", "item": {"job": "home"}});
    let request: check_job::Request = serde_json::from_value(asked).unwrap();
    assert_eq!(request.item, check_job::Item::default());
}
