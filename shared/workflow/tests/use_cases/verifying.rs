//! Judging an attempt.

use nightferry_domain::ids::ExecutionArn;
use nightferry_domain::job::{Cancellation, Phase};
use nightferry_domain::job_spec::JobSpec;
use nightferry_domain::limits::{
    CANCEL_GRACE_SECS, LEASE_SECS, LOOK_AGAIN_SECS, TASK_REPORT_GRACE_SECS, UNSEEN_GRACE_SECS,
};
use nightferry_domain::observation::{ExecutionState, FailedItem, ReportDelivery, TransferFailures};
use nightferry_domain::outcome::Outcome;
use nightferry_simulation::fake::{
    DATASYNC, Dead, Fake, Fault, at_every_await_point, crash_at, failed, moved, spec, task_of,
};
use nightferry_workflow::start_job::Started;
use nightferry_workflow::step::Next;
use nightferry_workflow::verify_job::{Request, verify_job};

const DEADLINE_SECS: i64 = 28_800;

/// One file could not be carried.
fn leaves_one_behind(world: &Fake, execution: &ExecutionArn) {
    let item = FailedItem {
        path: "/etc/shadow".into(),
        phase: "transfer".into(),
        code: "FileAccess".into(),
        reason: "Permission denied".into(),
    };
    world.ends(execution, moved(9));
    let failures = TransferFailures { count: 1, named: vec![item] };
    let _ = world.state.borrow_mut().failures.insert(execution.clone(), failures);
}

fn starts_next(world: &Fake, attempt: u32) -> ExecutionArn {
    match world.starts("home", attempt) {
        Ok(Started::Running(execution)) => execution,
        other => panic!("attempt {attempt} does not run: {other:?}"),
    }
}

#[test]
fn a_proved_success_settles_the_job() {
    let (world, execution) = Fake::running();
    assert_eq!(world.verifies("home").unwrap().next, Next::Start, "it is still under way");
    world.ends(&execution, moved(3));
    assert_eq!(world.verifies("home").unwrap().next, Next::Settled);
    let end = world.settlement("home");
    assert_eq!((end.outcome, end.tally.files, end.cause), (Outcome::Succeeded, 3, None));
    assert!(world.state.borrow().tokens.is_empty(), "a settled job waits for nobody");
}

#[test]
fn a_night_without_changes_has_nothing_to_do() {
    let (world, execution) = Fake::running();
    world.ends(&execution, moved(0));
    let _ = world.verifies("home").unwrap();
    assert_eq!(world.settlement("home").outcome, Outcome::NothingToDo);
}

#[test]
fn a_judgement_cut_off_anywhere_is_made_once() {
    let _ = at_every_await_point(|n| {
        let (world, execution) = Fake::running();
        leaves_one_behind(&world, &execution);
        let request = Request { run_id: world.night(), job: "home".parse().unwrap(), gives_up: false };
        let first = crash_at(n, verify_job(&world, &request));
        let step = world.verifies("home").unwrap();
        assert_eq!((step.next, step.attempt), (Next::Start, 2));
        assert_eq!(world.job("home").attempts.len(), 1);
        first.is_none()
    });
}

#[test]
fn a_partial_copy_is_tried_again_until_no_attempt_is_left() {
    let (world, mut execution) = Fake::running();
    for attempt in 2..=3 {
        leaves_one_behind(&world, &execution);
        let step = world.verifies("home").unwrap();
        assert_eq!((step.next, step.attempt), (Next::Start, attempt));
        execution = starts_next(&world, attempt);
    }
    leaves_one_behind(&world, &execution);
    assert_eq!(world.verifies("home").unwrap().next, Next::Settled);
    let end = world.settlement("home");
    assert_eq!((end.outcome, end.tally.files, end.tally.failed), (Outcome::Partial, 27, 1));
    assert_eq!(end.failed_items[0].path, "/etc/shadow");
    assert_eq!(world.executions().len(), 3);
}

#[test]
fn the_wait_before_the_next_attempt_is_told_to_the_workflow() {
    let (world, execution) = Fake::running();
    world.dice.set(17);
    leaves_one_behind(&world, &execution);
    assert_eq!(world.verifies("home").unwrap().wait_secs, 17);
    world.pass(10);
    assert_eq!(world.verifies("home").unwrap().wait_secs, 7);
}

#[test]
fn a_retry_that_mends_what_was_left_behind_is_a_success() {
    let (world, execution) = Fake::running();
    leaves_one_behind(&world, &execution);
    let _ = world.verifies("home").unwrap();
    let second = starts_next(&world, 2);
    world.ends(&second, moved(1));
    let _ = world.verifies("home").unwrap();
    let end = world.settlement("home");
    assert_eq!((end.outcome, end.tally.files, end.tally.failed), (Outcome::Succeeded, 10, 0));
}

#[test]
fn a_missing_permission_is_not_tried_again() {
    let (world, execution) = Fake::running();
    world.ends(&execution, failed("the role is not authorized to perform s3:PutObject"));
    assert_eq!(world.verifies("home").unwrap().next, Next::Settled);
    assert_eq!(world.settlement("home").outcome, Outcome::Failed);
    assert_eq!(world.job("home").attempts.len(), 1);
}

#[test]
fn an_unknown_state_is_never_an_end() {
    let (world, execution) = Fake::running();
    world.ends(&execution, |seen| seen.state = ExecutionState::Unrecognised("FINISHED".into()));
    assert_eq!(world.verifies("home").unwrap().next, Next::Start);
    assert!(matches!(world.phase("home"), Phase::Running { .. }));
    world.pass(DEADLINE_SECS + CANCEL_GRACE_SECS);
    assert_eq!(world.verifies("home").unwrap().next, Next::Settled);
    assert_eq!(world.cause("home"), "deadline-passed");
}

#[test]
fn the_task_report_is_awaited_before_anything_is_judged() {
    let (world, execution) = Fake::running();
    world.ends(&execution, moved(3));
    world.becomes(&execution, |seen| seen.report = ReportDelivery::Pending);
    let report = world.state.borrow_mut().failures.remove(&execution).unwrap();
    let step = world.verifies("home").unwrap();
    assert_eq!((step.next, step.attempt, step.wait_secs), (Next::Start, 1, LOOK_AGAIN_SECS));
    let _ = world.state.borrow_mut().failures.insert(execution, report);
    assert_eq!(world.verifies("home").unwrap().next, Next::Settled);
    assert_eq!(world.settlement("home").outcome, Outcome::Succeeded);
}

#[test]
fn a_task_report_that_never_comes_leaves_the_copy_unproved() {
    let (world, execution) = Fake::running();
    world.ends(&execution, moved(3));
    let _ = world.state.borrow_mut().failures.remove(&execution);
    assert_eq!(world.verifies("home").unwrap().wait_secs, LOOK_AGAIN_SECS, "lists may lag");
    world.pass(TASK_REPORT_GRACE_SECS + 1);
    assert_eq!(world.verifies("home").unwrap().next, Next::Settled);
    assert_eq!((world.settlement("home").outcome, world.cause("home").as_str()), (Outcome::Partial, "report-missing"));
}

#[test]
fn an_execution_that_vanished_proves_nothing_and_is_tried_again() {
    let (world, execution) = Fake::running_with(JobSpec { attempts_max: 2, ..spec("home") });
    world.vanishes(&execution);
    let step = world.verifies("home").unwrap();
    assert_eq!((step.next, step.attempt), (Next::Start, 2));
    let second = starts_next(&world, 2);
    world.vanishes(&second);
    assert_eq!(world.verifies("home").unwrap().next, Next::Settled);
    assert_eq!(world.cause("home"), "execution-gone");
}

#[test]
fn at_the_deadline_the_execution_is_cancelled_and_the_job_settled_when_it_has_ended() {
    let (world, execution) = Fake::running();
    world.pass(DEADLINE_SECS - 1);
    let _ = world.verifies("home").unwrap();
    assert!(world.cancelled().is_empty());
    world.pass(1);
    let step = world.verifies("home").unwrap();
    assert_eq!((step.wait_secs, step.timeout_secs), (LOOK_AGAIN_SECS, 60), "it is looked at again soon");
    assert_eq!(world.cancelled(), std::slice::from_ref(&execution));
    world.ends(&execution, failed("Task execution was cancelled"));
    assert_eq!(world.verifies("home").unwrap().next, Next::Settled);
    assert_eq!(world.cause("home"), "deadline-passed");
    assert_eq!(world.job("home").attempts.len(), 1);
}

#[test]
fn an_execution_that_does_not_end_when_cancelled_is_settled_without_after_the_grace() {
    let (world, _) = Fake::running();
    world.pass(DEADLINE_SECS + CANCEL_GRACE_SECS - 1);
    assert_eq!(world.verifies("home").unwrap().next, Next::Start);
    world.pass(1);
    assert_eq!(world.verifies("home").unwrap().next, Next::Settled);
    let cause = world.settlement("home").cause.unwrap();
    assert!(cause.said.unwrap().contains("had not ended"));
}

#[test]
fn a_success_past_the_deadline_is_still_a_success() {
    let (world, execution) = Fake::running();
    world.pass(DEADLINE_SECS + 1);
    world.ends(&execution, moved(3));
    let _ = world.verifies("home").unwrap();
    assert_eq!(world.settlement("home").outcome, Outcome::Succeeded);
}

#[test]
fn a_cancelled_job_names_the_persons_reason() {
    let (world, execution) = Fake::running();
    let wish = Cancellation { at: world.time(), reason: "the disk is full".into() };
    let key = (world.night(), "home".parse().unwrap());
    world.state.borrow_mut().jobs.get_mut(&key).unwrap().record.cancel = Some(wish);
    let _ = world.verifies("home").unwrap();
    assert_eq!(world.cancelled(), std::slice::from_ref(&execution));
    world.ends(&execution, failed("Task execution was cancelled"));
    let _ = world.verifies("home").unwrap();
    let cause = world.settlement("home").cause.unwrap();
    assert_eq!((cause.id.as_str(), cause.what.as_str()), ("cancelled", "Cancelled: the disk is full"));
}

#[test]
fn a_start_that_was_cut_off_is_adopted_by_whoever_judges() {
    let world = Fake::ready();
    world.breaks("save_job", 2, Fault::LostBefore);
    assert!(world.starts("home", 1).is_err(), "started, but not written down");
    let execution = world.executions()[0].clone();
    assert_eq!(world.verifies("home").unwrap().next, Next::Start);
    assert_eq!(world.phase("home"), Phase::Running { attempt: 1, execution });
}

#[test]
fn a_start_that_may_still_appear_is_waited_for_as_long_as_its_lease() {
    let world = Fake::ready();
    world.breaks("start", 1, Fault::LostBefore);
    let _ = world.starts("home", 1);
    assert_eq!(world.verifies("home").unwrap().wait_secs, LEASE_SECS);
    world.pass(LEASE_SECS);
    assert_eq!(world.verifies("home").unwrap().wait_secs, 0);
    let _ = starts_next(&world, 1);
}

#[test]
fn an_answer_that_does_not_come_decides_nothing() {
    for operation in ["observe", "failures", "save_job"] {
        let (world, execution) = Fake::running();
        world.ends(&execution, moved(3));
        let before = world.job("home");
        world.breaks(operation, 1, Fault::LostBefore);
        assert_eq!(world.verifies("home").unwrap_err().name(), "Nightferry.Retryable");
        assert_eq!(world.job("home"), before);
    }
}

#[test]
fn a_settled_job_stays_as_it_is_whatever_the_service_says_later() {
    let (world, execution) = Fake::running();
    world.ends(&execution, moved(3));
    let _ = world.verifies("home").unwrap();
    let end = world.job("home");
    world.ends(&execution, failed("Input/output error"));
    world.pass(DEADLINE_SECS * 2);
    assert_eq!(world.verifies("home").unwrap().next, Next::Settled);
    assert_eq!(world.job("home"), end);
}

/// Refuses the next calls of the operation for good.
pub(crate) fn refuses(world: &Fake, operation: &'static str) {
    for k in 1..=9 {
        world.breaks(operation, k, Fault::Rejected("AccessDeniedException", "not authorized"));
    }
}

#[test]
fn regression_a_job_ends_after_the_grace_even_if_the_service_refuses_to_cancel() {
    let (world, _) = Fake::running();
    refuses(&world, "cancel");
    world.pass(DEADLINE_SECS);
    assert_eq!(world.verifies("home").unwrap_err().name(), "Nightferry.Rejected");
    world.pass(CANCEL_GRACE_SECS);
    assert_eq!(world.verifies("home").unwrap().next, Next::Settled);
    let cause = world.settlement("home").cause.unwrap();
    assert_eq!(cause.id, "deadline-passed");
    assert!(cause.said.unwrap().contains("AccessDeniedException"));
}

#[test]
fn regression_a_job_ends_after_the_grace_even_if_the_service_refuses_every_look() {
    for operation in ["observe", "failures"] {
        let (world, execution) = Fake::running();
        world.ends(&execution, moved(3));
        refuses(&world, operation);
        world.pass(DEADLINE_SECS + CANCEL_GRACE_SECS - 1);
        assert_eq!(world.verifies("home").unwrap_err().name(), "Nightferry.Rejected");
        world.pass(1);
        assert_eq!(world.verifies("home").unwrap().next, Next::Settled);
        let cause = world.settlement("home").cause.unwrap();
        assert!(cause.said.unwrap().contains("AccessDeniedException"), "{operation}");
    }
}

#[test]
fn a_look_that_may_succeed_next_time_is_repeated_whatever_the_hour() {
    let (world, execution) = Fake::running();
    world.ends(&execution, moved(3));
    world.pass(DEADLINE_SECS + CANCEL_GRACE_SECS);
    world.breaks("observe", 1, Fault::Throttled);
    assert_eq!(world.verifies("home").unwrap_err().name(), "Nightferry.Retryable");
    assert_eq!(world.verifies("home").unwrap().next, Next::Settled);
    assert_eq!(world.settlement("home").outcome, Outcome::Succeeded);
}

/// What a vanished attempt copied was taken for verified by an attempt that copied nothing of it.
#[test]
fn regression_what_an_attempt_copied_before_it_vanished_is_never_green() {
    let (world, execution) = Fake::running();
    world.vanishes(&execution);
    assert_eq!(world.verifies("home").unwrap().attempt, 2);
    world.pass(3_600);
    let Ok(Started::Running(second)) = world.starts("home", 2) else { panic!("it does not run") };
    world.ends(&second, moved(3));
    let _ = world.verifies("home").unwrap();
    assert_eq!(
        (world.settlement("home").outcome, world.cause("home").as_str()),
        (Outcome::Partial, "files-unverified")
    );
}

/// A service that was gone for good kept the night open for ever, and its report away.
#[test]
fn regression_a_service_that_never_answers_keeps_no_job_open_for_ever() {
    let (world, _) = Fake::running();
    world.dead.set(Some(Dead { operations: &DATASYNC, answers: false }));
    world.pass(DEADLINE_SECS + UNSEEN_GRACE_SECS - 1);
    assert_eq!(world.verifies("home").unwrap_err().name(), "Nightferry.Retryable");
    world.pass(1);
    assert_eq!(world.verifies("home").unwrap().next, Next::Settled);
    assert_eq!(world.cause("home"), "deadline-passed");
    let cause = world.settlement("home").cause.unwrap();
    assert!(cause.said.unwrap().contains("gave no reply"));
    assert!(cause.what.contains("may still run"), "nobody knows that it was cancelled: {}", cause.what);
}

#[test]
fn regression_a_blocked_job_ends_at_its_deadline_even_if_its_blocker_cannot_be_looked_at() {
    let world = Fake::ready();
    let _ = world.starts_elsewhere(&task_of("home"), None);
    let _ = world.starts("home", 1).unwrap();
    refuses(&world, "observe");
    world.pass(DEADLINE_SECS);
    assert_eq!(world.verifies("home").unwrap().next, Next::Settled);
    assert_eq!(world.cause("home"), "deadline-passed");
}

#[test]
fn regression_a_lost_start_ends_at_its_deadline_even_if_lists_are_refused() {
    let world = Fake::ready();
    world.breaks("start", 1, Fault::LostBefore);
    let _ = world.starts("home", 1);
    refuses(&world, "find");
    world.pass(DEADLINE_SECS);
    assert_eq!(world.verifies("home").unwrap_err().name(), "Nightferry.Rejected");
    world.pass(CANCEL_GRACE_SECS);
    assert_eq!(world.verifies("home").unwrap().next, Next::Settled);
}

#[test]
fn a_task_report_may_take_five_minutes_and_not_a_second_more() {
    let (world, execution) = Fake::running();
    world.ends(&execution, moved(3));
    world.becomes(&execution, |seen| seen.report = ReportDelivery::Pending);
    let _ = world.state.borrow_mut().failures.remove(&execution);
    world.pass(TASK_REPORT_GRACE_SECS);
    assert_eq!(world.verifies("home").unwrap().next, Next::Start);
    world.pass(1);
    assert_eq!(world.verifies("home").unwrap().next, Next::Settled);
    let cause = world.settlement("home").cause.unwrap();
    assert!(cause.id == "report-missing" && cause.what.contains("within five minutes"), "{}", cause.what);
}
