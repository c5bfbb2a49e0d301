//! Events are hints: they change when something is known, never what.

use nightferry_domain::ids::ExecutionArn;
use nightferry_domain::run::Trigger;
use nightferry_domain::state_change::{Hint, Ignored};
use nightferry_simulation::fake::{
    Fake, Fault, at_every_await_point, crash_at, execution_of, failed, moved, run, task_of,
};
use nightferry_workflow::ports::Woken;
use nightferry_workflow::record_state::{Recorded, record_state};
use nightferry_workflow::start_job::Started;

fn told(world: &Fake, execution: &ExecutionArn) -> Recorded {
    run(record_state(world, "test", Hint::LookAt(execution.clone()))).unwrap()
}

#[test]
fn an_event_of_an_ended_execution_wakes_its_workflow_once() {
    let (world, execution) = Fake::running();
    world.ends(&execution, moved(1));
    assert_eq!(told(&world, &execution), Recorded::Woken(Woken::Yes));
    assert_eq!(told(&world, &execution), Recorded::Woken(Woken::Gone));
    assert_eq!(world.state.borrow().woken.len(), 1);
}

#[test]
fn an_event_cut_off_anywhere_wakes_when_it_is_delivered_again() {
    let _ = at_every_await_point(|n| {
        let (world, execution) = Fake::running();
        world.ends(&execution, moved(1));
        let first = crash_at(n, record_state(&world, "test", Hint::LookAt(execution.clone())));
        let _ = told(&world, &execution);
        assert_eq!(world.state.borrow().woken.len(), 1);
        first.is_none()
    });
}

#[test]
fn an_event_that_overtakes_the_pointer_finds_its_attempt_by_tag() {
    let world = Fake::ready();
    world.breaks("point", 1, Fault::LostBefore);
    assert!(world.starts("home", 1).is_err());
    let execution = world.executions()[0].clone();
    world.ends(&execution, moved(1));
    assert!(world.state.borrow().pointers.is_empty());
    assert_eq!(told(&world, &execution), Recorded::Woken(Woken::Yes));
}

#[test]
fn an_event_that_changes_nothing_changes_nothing() {
    let (world, execution) = Fake::running();
    let before = world.job("home");
    assert_eq!(told(&world, &execution), Recorded::InProgress);
    let forged = execution_of(&task_of("home"), 77);
    assert_eq!(told(&world, &forged), Recorded::Ignored(Ignored::Unknown));
    let malformed = Ignored::Malformed { field: "source", expected: "text" };
    let ignored = run(record_state(&world, "test", Hint::Ignore(malformed.clone()))).unwrap();
    assert_eq!(ignored, Recorded::Ignored(malformed));
    assert_eq!(world.job("home"), before);
    assert!(world.state.borrow().woken.is_empty());
}

#[test]
fn a_late_event_leaves_a_settled_job_alone() {
    let (world, execution) = Fake::running();
    world.ends(&execution, moved(1));
    let _ = world.verifies("home").unwrap();
    let end = world.job("home");
    assert_eq!(told(&world, &execution), Recorded::Late);
    assert_eq!(world.job("home"), end);
}

#[test]
fn an_event_of_an_earlier_attempt_does_not_wake_the_next() {
    let (world, first) = Fake::running();
    world.ends(&first, failed("Input/output error"));
    let _ = world.verifies("home").unwrap();
    let Ok(Started::Running(_)) = world.starts("home", 2) else { panic!("the second attempt does not run") };
    assert_eq!(told(&world, &first), Recorded::Late);
    assert!(world.state.borrow().woken.is_empty());
}

#[test]
fn a_foreign_execution_that_ended_well_is_nobodys_business() {
    let world = Fake::ready();
    let by_hand = world.starts_elsewhere(&task_of("home"), None);
    world.ends(&by_hand, moved(1));
    assert_eq!(told(&world, &by_hand), Recorded::Foreign);
    let unplanned = world.starts_elsewhere(&task_of("photos"), None);
    world.ends(&unplanned, failed("Input/output error"));
    assert_eq!(told(&world, &unplanned), Recorded::Foreign);
    assert_eq!(world.state.borrow().runs.len(), 1);
}

#[test]
fn a_failed_foreign_execution_opens_one_rerun_however_often_its_event_comes() {
    let world = Fake::ready();
    let by_hand = world.starts_elsewhere(&task_of("home"), None);
    world.ends(&by_hand, failed("Input/output error"));
    for is_new in [true, false, false] {
        let Recorded::Rerun(opened) = told(&world, &by_hand) else { panic!("no re-run") };
        assert_eq!((opened.is_new, opened.job_count), (is_new, 1));
    }
    let state = world.state.borrow();
    assert_eq!((state.runs.len(), state.workflows.len()), (2, 2));
    let rerun = state.runs.values().find(|run| run.record.id != world.night()).unwrap();
    assert!(matches!(&rerun.record.trigger, Trigger::ForeignFailure { execution, .. } if *execution == by_hand));
}

#[test]
fn a_rerun_whose_opening_was_cut_off_is_completed_by_the_next_event() {
    let _ = at_every_await_point(|n| {
        let world = Fake::ready();
        let by_hand = world.starts_elsewhere(&task_of("home"), None);
        world.ends(&by_hand, failed("Input/output error"));
        let first = crash_at(n, record_state(&world, "test", Hint::LookAt(by_hand.clone())));
        let _ = told(&world, &by_hand);
        let state = world.state.borrow();
        assert_eq!((state.runs.len(), state.jobs.len(), state.workflows.len()), (2, 2, 2));
        first.is_none()
    });
}

#[test]
fn regression_the_end_of_an_earlier_night_wakes_that_night_and_the_one_that_waits_for_it() {
    let world = Fake::ready();
    let (_, execution, earlier) = world.earlier_night_runs("home");
    assert_eq!(world.starts("home", 1).unwrap(), Started::Blocked(execution.clone()));
    world.ends(&execution, moved(1));
    assert_eq!(told(&world, &execution), Recorded::Woken(Woken::Yes));
    assert_eq!(world.waiting_count(), 0);
    assert!(world.state.borrow().woken.contains(&earlier));
}

#[test]
fn regression_an_earlier_night_is_woken_even_if_who_waited_for_it_is_over() {
    let world = Fake::ready();
    let (_, execution, earlier) = world.earlier_night_runs("home");
    let _ = world.starts("home", 1).unwrap();
    world.pass(28_800);
    let _ = world.verifies("home").unwrap();
    world.ends(&execution, moved(1));
    assert_eq!(told(&world, &execution), Recorded::Woken(Woken::Yes));
    assert!(world.state.borrow().woken.contains(&earlier));
}

#[test]
fn an_event_between_pointer_and_record_wakes_its_workflow_once() {
    let world = Fake::ready();
    world.breaks("save_job", 2, Fault::LostBefore);
    assert!(world.starts("home", 1).is_err());
    let execution = world.executions()[0].clone();
    world.ends(&execution, moved(1));
    assert_eq!(told(&world, &execution), Recorded::Woken(Woken::Yes));
    assert_eq!(world.calls("wake"), 1);
}

#[test]
fn an_execution_that_its_attempts_record_names_is_not_asked_for_its_tag() {
    let (world, execution) = Fake::running();
    world.ends(&execution, moved(1));
    let _ = told(&world, &execution);
    assert_eq!(world.calls("tagged_attempt"), 0);
}
