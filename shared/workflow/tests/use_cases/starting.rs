//! Starting an attempt: exactly one execution, whatever happens.

use nightferry_domain::job::Phase;
use nightferry_domain::job_spec::{JobSpec, Overlap};
use nightferry_domain::limits::{LEASE_SECS, LIST_STALENESS_MAX_SECS};
use nightferry_domain::outcome::Outcome;
use nightferry_domain::state_change::Hint;
use nightferry_simulation::fake::{Fake, Fault, at_every_await_point, crash_at, moved, run, spec, task_of};
use nightferry_workflow::error::WorkflowError;
use nightferry_workflow::record_state::record_state;
use nightferry_workflow::start_job::{Started, start_job};
use nightferry_workflow::step::Next;

fn assert_runs_once(world: &Fake) {
    let executions = world.executions();
    assert_eq!(executions.len(), 1);
    assert_eq!(world.phase("home"), Phase::Running { attempt: 1, execution: executions[0].clone() });
    assert_eq!(world.state.borrow().pointers[&executions[0]].0, world.attempt("home", 1));
}

#[test]
fn an_attempt_starts_one_execution_however_often_it_is_asked() {
    let world = Fake::ready();
    for _ in 0..5 {
        assert_eq!(world.starts("home", 1).unwrap(), Started::Running(world.executions()[0].clone()));
    }
    assert_runs_once(&world);
}

#[test]
fn a_start_cut_off_anywhere_starts_one_execution_after_the_lease_at_the_latest() {
    for stale_secs in [0, LIST_STALENESS_MAX_SECS] {
        let points = at_every_await_point(|n| {
            let world = Fake::ready();
            world.stale_secs.set(stale_secs);
            let first = crash_at(n, start_job(&world, &world.waits("home", 1)));
            let second = world.starts("home", 1);
            assert!(second.is_ok() || matches!(second, Err(WorkflowError::AttemptClaimed { .. })), "{n}: {second:?}");
            assert!(world.executions().len() <= 1);
            world.pass(LEASE_SECS);
            assert!(matches!(world.starts("home", 1).unwrap(), Started::Running(_)));
            assert_runs_once(&world);
            first.is_none()
        });
        assert!(points > 10);
    }
}

#[test]
fn two_deaths_at_any_two_points_still_make_one_execution() {
    let _ = at_every_await_point(|first| {
        let mut was_cut_off = false;
        let _ = at_every_await_point(|second| {
            let world = Fake::ready();
            was_cut_off = crash_at(first, start_job(&world, &world.waits("home", 1))).is_none();
            world.pass(LEASE_SECS);
            let again = crash_at(second, start_job(&world, &world.waits("home", 1)));
            world.pass(LEASE_SECS);
            let _ = world.starts("home", 1).unwrap();
            assert_runs_once(&world);
            again.is_none()
        });
        was_cut_off
    });
}

#[test]
fn a_start_whose_reply_is_lost_is_adopted() {
    let world = Fake::ready();
    world.breaks("start", 1, Fault::LostAfter);
    assert!(matches!(world.starts("home", 1).unwrap(), Started::Running(_)));
    assert_runs_once(&world);
    assert_eq!(world.calls("start"), 1);
}

#[test]
fn a_lost_start_that_lists_do_not_show_yet_is_adopted_as_soon_as_they_do() {
    let world = Fake::ready();
    world.stale_secs.set(LIST_STALENESS_MAX_SECS);
    world.breaks("start", 1, Fault::LostAfter);
    assert_eq!(world.starts("home", 1).unwrap_err().name(), "Nightferry.Retryable");
    assert_eq!(world.starts("home", 1).unwrap_err().name(), "Nightferry.AttemptClaimed");
    world.pass(LIST_STALENESS_MAX_SECS);
    assert!(matches!(world.starts("home", 1).unwrap(), Started::Running(_)));
    assert_runs_once(&world);
}

#[test]
fn a_start_that_perhaps_happened_is_made_again_only_after_the_lease() {
    let world = Fake::ready();
    world.breaks("start", 1, Fault::LostBefore);
    assert_eq!(world.starts("home", 1).unwrap_err().name(), "Nightferry.Retryable");
    world.pass(LEASE_SECS - 1);
    assert_eq!(world.starts("home", 1).unwrap_err().name(), "Nightferry.AttemptClaimed");
    assert_eq!(world.calls("start"), 1);
    world.pass(1);
    assert!(matches!(world.starts("home", 1).unwrap(), Started::Running(_)));
    assert_runs_once(&world);
}

#[test]
fn a_throttled_start_is_given_back_and_made_again_after_a_wait() {
    let world = Fake::ready();
    world.breaks("start", 1, Fault::Throttled);
    assert_eq!(world.starts("home", 1).unwrap(), Started::Over);
    assert!(matches!(world.phase("home"), Phase::Ready { attempt: 1, .. }));
    assert!(matches!(world.starts("home", 1).unwrap(), Started::Running(_)));
    assert_runs_once(&world);
}

/// A service that refused every start for now was asked 760 times an hour for each job: by the state machine's own quick
/// retries, each round of them half a minute after the last.
#[test]
fn regression_a_service_that_stays_busy_is_left_alone_for_longer_each_time() {
    let world = Fake::ready();
    let waits: Vec<i64> = (1..=9)
        .map(|_| {
            world.breaks("start", 1, Fault::Throttled);
            assert_eq!(world.starts("home", 1).unwrap(), Started::Over);
            assert_eq!(world.waiting_count(), 0, "the workflow goes on to its wait");
            world.verifies("home").unwrap().wait_secs
        })
        .collect();
    assert_eq!(waits, [5, 10, 20, 40, 80, 160, 320, 640, 900]);
    assert_eq!(world.job("home").attempts.len(), 1, "a start that began nothing is no attempt");
}

#[test]
fn a_start_that_is_not_permitted_settles_the_job_without_a_retry() {
    let world = Fake::ready();
    world.breaks("start", 1, Fault::Rejected("AccessDeniedException", "not authorized to perform datasync:Start"));
    assert_eq!(world.starts("home", 1).unwrap(), Started::Over);
    assert_eq!((world.settlement("home").outcome, world.cause("home").as_str()), (Outcome::Failed, "datasync-denied"));
    assert_eq!(world.waiting_count(), 0);
    assert_eq!(world.starts("home", 1).unwrap(), Started::Over);
    assert_eq!(world.calls("start"), 1);
}

#[test]
fn a_refusal_that_passes_makes_the_next_attempt_ready() {
    let world = Fake::ready();
    world.breaks("start", 1, Fault::Rejected("InternalException", "internal error"));
    assert_eq!(world.starts("home", 1).unwrap(), Started::Over);
    let step = world.verifies("home").unwrap();
    assert_eq!((step.next, step.attempt), (Next::Start, 2));
}

#[test]
fn a_busy_task_blocks_the_job_and_its_end_lets_the_same_attempt_start() {
    let world = Fake::ready();
    let blocker = world.starts_elsewhere(&task_of("home"), None);
    assert_eq!(world.starts("home", 1).unwrap(), Started::Blocked(blocker.clone()));
    assert_eq!(world.phase("home"), Phase::Blocked { attempt: 1, by: blocker.clone() });
    world.ends(&blocker, moved(1));
    let _ = run(record_state(&world, "test", Hint::LookAt(blocker))).unwrap();
    assert_eq!(world.waiting_count(), 0);
    let step = world.verifies("home").unwrap();
    assert_eq!((step.next, step.attempt, step.wait_secs), (Next::Start, 1, 0));
    assert!(matches!(world.starts("home", 1).unwrap(), Started::Running(_)));
    let notes = world.job("home").notes;
    assert!(notes.iter().any(|note| note.text.contains("its task is busy")), "{notes:?}");
}

#[test]
fn a_start_that_meets_a_busy_task_may_be_cut_off_anywhere() {
    let _ = at_every_await_point(|n| {
        let world = Fake::ready();
        let blocker = world.starts_elsewhere(&task_of("home"), None);
        let first = crash_at(n, start_job(&world, &world.waits("home", 1)));
        world.pass(LEASE_SECS);
        assert_eq!(world.starts("home", 1).unwrap(), Started::Blocked(blocker.clone()));
        world.ends(&blocker, moved(1));
        let _ = world.verifies("home").unwrap();
        assert!(matches!(world.starts("home", 1).unwrap(), Started::Running(_)));
        assert_eq!(world.executions().len(), 2);
        first.is_none()
    });
}

#[test]
fn a_busy_task_that_lists_show_as_ended_is_tried_again_rather_than_waited_for() {
    let world = Fake::ready();
    let earlier = world.starts_elsewhere(&task_of("home"), None);
    world.ends(&earlier, moved(1));
    world.pass(60);
    world.stale_secs.set(30);
    let _ = world.starts_elsewhere(&task_of("home"), None);
    assert_eq!(world.starts("home", 1).unwrap(), Started::Over);
    assert!(matches!(world.phase("home"), Phase::Ready { attempt: 1, .. }));
}

#[test]
fn a_job_that_skips_overlaps_says_so() {
    let world = Fake::ready_with(JobSpec { overlap: Overlap::Skip, ..spec("home") });
    let blocker = world.starts_elsewhere(&task_of("home"), None);
    assert_eq!(world.starts("home", 1).unwrap(), Started::Over);
    assert_eq!(world.cause("home"), "skipped-by-overlap");
    assert!(world.settlement("home").cause.unwrap().what.contains(blocker.id()));
    assert_eq!(world.verifies("home").unwrap().next, Next::Settled);
}

#[test]
fn an_execution_that_ended_before_its_token_was_stored_wakes_the_workflow_at_once() {
    let world = Fake::ready();
    world.breaks("start", 1, Fault::LostBefore);
    assert!(world.starts("home", 1).is_err());
    let short = world.starts_elsewhere(&task_of("home"), Some(world.attempt("home", 1)));
    world.ends(&short, moved(1));
    assert_eq!(world.starts("home", 1).unwrap(), Started::Over);
    assert_eq!(world.state.borrow().woken.len(), 1);
}

#[test]
fn a_job_that_must_end_is_not_started() {
    let world = Fake::ready();
    world.pass(28_800);
    assert_eq!(world.starts("home", 1).unwrap(), Started::Over);
    assert!(world.executions().is_empty());
    assert_eq!(world.verifies("home").unwrap().next, Next::Settled);
    assert_eq!(world.cause("home"), "deadline-passed");
}

#[test]
fn an_attempt_that_is_over_only_wakes() {
    let (world, execution) = Fake::running();
    world.ends(&execution, moved(1));
    let _ = world.verifies("home").unwrap();
    assert_eq!(world.starts("home", 1).unwrap(), Started::Over);
    assert_eq!(world.executions().len(), 1);
}

#[test]
fn regression_a_claim_that_outlived_the_deadline_starts_nothing() {
    let world = Fake::ready();
    world.breaks("start", 1, Fault::LostBefore);
    assert!(world.starts("home", 1).is_err());
    world.pass(28_800);
    assert_eq!(world.starts("home", 1).unwrap(), Started::Over);
    assert!(world.executions().is_empty());
    assert_eq!(world.waiting_count(), 1, "only the first, cut-off start still waits");
    assert_eq!(world.verifies("home").unwrap().next, Next::Settled);
    assert_eq!(world.cause("home"), "deadline-passed");
}

#[test]
fn a_lost_start_whose_execution_has_ended_meanwhile_is_adopted_and_not_repeated() {
    let _ = at_every_await_point(|n| {
        let world = Fake::ready();
        let first = crash_at(n, start_job(&world, &world.waits("home", 1)));
        for execution in world.executions() {
            world.ends(&execution, moved(1));
        }
        world.pass(LEASE_SECS);
        let _ = world.starts("home", 1).unwrap();
        assert_eq!(world.executions().len(), 1, "{n}");
        first.is_none()
    });
}

#[test]
fn a_blocked_job_stays_blocked_while_its_blocker_runs() {
    let world = Fake::ready();
    let by = world.starts_elsewhere(&task_of("home"), None);
    let _ = world.starts("home", 1).unwrap();
    world.pass(3_600);
    assert_eq!(world.verifies("home").unwrap().next, Next::Start);
    assert_eq!(world.phase("home"), Phase::Blocked { attempt: 1, by });
}
