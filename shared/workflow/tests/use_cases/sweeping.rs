//! The sweep finds what the events missed and what died on the way.

use nightferry_domain::ids::ExecutionArn;
use nightferry_domain::job::Phase;
use nightferry_domain::limits::{
    CANCEL_GRACE_SECS, CLOSING_GRACE_SECS, LEASE_SECS, LIST_STALENESS_MAX_SECS, SILENCE_MAX_SECS,
};
use nightferry_domain::outcome::Outcome;
use nightferry_domain::run::RunPhase;
use nightferry_simulation::fake::{Fake, Fault, at_every_await_point, crash_at, failed, moved, run, spec, task_of};
use nightferry_workflow::open_run::open_run;
use nightferry_workflow::start_job::Started;
use nightferry_workflow::step::Next;
use nightferry_workflow::sweep_runs::{Swept, sweep_runs};

fn sweeps(world: &Fake) -> Swept {
    run(sweep_runs(world, "test")).unwrap()
}

fn both_running() -> (Fake, [ExecutionArn; 2]) {
    let world = Fake::with_plan(vec![spec("home"), spec("mail")]);
    let _ = run(open_run(&world, &world.request())).unwrap();
    let executions = ["home", "mail"].map(|job| {
        let _ = world.checks(job).unwrap();
        let Ok(Started::Running(execution)) = world.starts(job, 1) else { panic!("{job} does not run") };
        execution
    });
    (world, executions)
}

#[test]
fn an_end_whose_event_was_lost_is_found_and_wakes_the_workflow() {
    let (world, execution) = Fake::running();
    assert_eq!(sweeps(&world), Swept { seen_count: 2, ..Swept::default() });
    world.ends(&execution, moved(1));
    assert_eq!(sweeps(&world), Swept { seen_count: 2, woken_count: 1, ..Swept::default() });
    assert_eq!(world.verifies("home").unwrap().next, Next::Settled);
}

#[test]
fn the_end_of_what_kept_a_task_busy_is_found_too() {
    let world = Fake::ready();
    let blocker = world.starts_elsewhere(&task_of("home"), None);
    let _ = world.starts("home", 1).unwrap();
    world.ends(&blocker, moved(1));
    assert_eq!(sweeps(&world).woken_count, 1);
}

#[test]
fn a_job_that_nobody_waits_for_is_carried_to_its_end() {
    let (world, execution) = Fake::running();
    world.ends(&execution, moved(1));
    world.state.borrow_mut().waiting.clear();
    assert_eq!(sweeps(&world).carried_count, 1);
    assert_eq!(world.settlement("home").outcome, Outcome::Succeeded);
}

#[test]
fn a_failed_attempt_without_a_workflow_is_the_last() {
    let (world, execution) = Fake::running();
    world.workflow_dies();
    world.ends(&execution, failed("Input/output error"));
    let _ = sweeps(&world);
    assert_eq!(world.settlement("home").outcome, Outcome::Failed);
    assert_ne!(world.cause("home"), "workflow-lost", "the attempt's own cause is told");
    assert!(world.job("home").notes.iter().any(|note| note.text.contains("no further attempt")));
}

#[test]
fn a_job_whose_workflow_ended_before_its_start_is_settled_with_that_cause() {
    let world = Fake::ready();
    world.workflow_dies();
    let _ = sweeps(&world);
    assert_eq!(world.cause("home"), "workflow-lost");
    assert!(world.executions().is_empty());
}

#[test]
fn what_a_dead_workflow_still_has_running_is_not_given_up() {
    let (world, execution) = Fake::running();
    world.workflow_dies();
    let _ = sweeps(&world);
    assert_eq!(world.phase("home"), Phase::Running { attempt: 1, execution });
}

#[test]
fn a_start_without_a_workflow_is_adopted_when_it_shows() {
    let world = Fake::ready();
    world.breaks("save_job", 2, Fault::LostBefore);
    assert!(world.starts("home", 1).is_err());
    world.workflow_dies();
    let _ = sweeps(&world);
    assert!(matches!(world.phase("home"), Phase::Running { .. }));
}

#[test]
fn a_start_without_a_workflow_that_never_shows_ends_at_the_deadline() {
    let world = Fake::ready();
    world.breaks("start", 1, Fault::LostBefore);
    assert!(world.starts("home", 1).is_err());
    world.workflow_dies();
    world.pass(28_800 + LEASE_SECS);
    let _ = sweeps(&world);
    assert_eq!(world.cause("home"), "deadline-passed");
}

#[test]
fn past_the_deadline_the_sweep_alone_brings_a_hanging_job_to_its_end() {
    let (world, execution) = Fake::running();
    world.workflow_dies();
    world.pass(28_800);
    let _ = sweeps(&world);
    assert_eq!(world.cancelled(), [execution]);
    world.pass(CANCEL_GRACE_SECS);
    let _ = sweeps(&world);
    assert_eq!(world.cause("home"), "deadline-passed");
}

#[test]
fn a_run_whose_workflow_died_is_closed_with_a_report() {
    let (world, execution) = Fake::running();
    world.ends(&execution, moved(1));
    let _ = world.verifies("home").unwrap();
    world.workflow_dies();
    let _ = sweeps(&world);
    assert_eq!(world.run_record().phase, RunPhase::Open, "the workflow's own last step may be at it");
    world.pass(CLOSING_GRACE_SECS + 1);
    assert_eq!(sweeps(&world).carried_count, 1);
    assert!(matches!(world.run_record().phase, RunPhase::Closed { .. }));
    assert_eq!(world.state.borrow().notices.len(), 1);
    assert_eq!(sweeps(&world), Swept::default(), "nothing is open any more");
}

#[test]
fn a_message_whose_sender_died_is_sent_by_the_sweep() {
    let (world, execution) = Fake::running();
    world.ends(&execution, moved(1));
    let _ = world.verifies("home").unwrap();
    world.workflow_dies();
    world.pass(CLOSING_GRACE_SECS + 1);
    world.breaks("publish", 1, Fault::LostBefore);
    assert_eq!(sweeps(&world).failed_count, 1);
    world.pass(LEASE_SECS);
    assert_eq!(sweeps(&world).failed_count, 0);
    assert_eq!(world.state.borrow().notices.len(), 1);
}

#[test]
fn one_bad_record_does_not_keep_the_sweep_from_the_others() {
    let (world, executions) = both_running();
    for execution in &executions {
        world.ends(execution, moved(1));
    }
    world.breaks("observe", 1, Fault::Throttled);
    let swept = sweeps(&world);
    assert_eq!((swept.seen_count, swept.failed_count, swept.woken_count), (3, 1, 1));
    assert_eq!(sweeps(&world).woken_count, 1, "the next sweep finds the one that was left");
}

/// The workflow's own look either sees more, or ends the job with the refusal as its cause.
#[test]
fn an_execution_that_the_sweep_is_not_allowed_to_see_is_left_to_the_workflow() {
    let (world, _) = Fake::running();
    world.breaks("observe", 1, Fault::Rejected("AccessDenied", "no"));
    let swept = sweeps(&world);
    assert_eq!((swept.failed_count, swept.woken_count), (0, 1));
}

#[test]
fn a_duplicate_execution_is_cancelled_and_reported() {
    let (world, execution) = Fake::running();
    let duplicate = world.starts_elsewhere(&task_of("home"), Some(world.attempt("home", 1)));
    let by_hand = world.starts_elsewhere(&task_of("home"), None);
    assert_eq!(sweeps(&world).duplicate_count, 1);
    assert_eq!(world.cancelled(), std::slice::from_ref(&duplicate));
    assert!(!world.cancelled().contains(&execution) && !world.cancelled().contains(&by_hand));
    let notes = world.job("home").notes;
    assert!(notes.iter().any(|note| note.text.contains("DuplicateExecution") && note.text.contains(duplicate.id())));
}

#[test]
fn a_sweep_cut_off_anywhere_leaves_the_rest_to_the_next() {
    let points = at_every_await_point(|n| {
        let (world, executions) = both_running();
        world.ends(&executions[0], moved(1));
        world.ends(&executions[1], failed("Input/output error"));
        world.workflow_dies();
        world.pass(CLOSING_GRACE_SECS + 1);
        let first = crash_at(n, sweep_runs(&world, "test"));
        for _ in 0..3 {
            world.pass(LEASE_SECS);
            let _ = sweeps(&world);
        }
        assert_eq!(world.settlement("home").outcome, Outcome::Succeeded);
        assert_eq!(world.settlement("mail").outcome, Outcome::Failed);
        assert!(matches!(world.run_record().phase, RunPhase::Closed { .. }));
        assert!((1..=2).contains(&world.state.borrow().notices.len()));
        first.is_none()
    });
    assert!(points > 20);
}

#[test]
fn regression_a_duplicate_is_reported_wherever_its_cancelling_was_cut_off() {
    let _ = at_every_await_point(|n| {
        let (world, _) = Fake::running();
        let duplicate = world.starts_elsewhere(&task_of("home"), Some(world.attempt("home", 1)));
        let first = crash_at(n, sweep_runs(&world, "test"));
        if world.cancelled().contains(&duplicate) {
            world.ends(&duplicate, failed("Task execution was cancelled"));
        }
        let _ = sweeps(&world);
        assert!(world.cancelled().contains(&duplicate));
        let notes = world.job("home").notes;
        assert_eq!(notes.iter().filter(|note| note.text.contains(duplicate.id())).count(), 1, "{n}");
        first.is_none()
    });
}

#[test]
fn regression_a_refused_list_does_not_keep_a_job_from_its_end() {
    let (world, execution) = Fake::running();
    world.ends(&execution, moved(1));
    world.workflow_dies();
    world.breaks("in_progress", 1, Fault::Rejected("AccessDeniedException", "not authorized"));
    let swept = sweeps(&world);
    assert_eq!((swept.carried_count, swept.failed_count), (1, 1), "the failure is counted all the same");
    assert_eq!(world.settlement("home").outcome, Outcome::Succeeded);
}

#[test]
fn a_start_that_may_still_appear_is_not_given_up_with_its_workflow() {
    let world = Fake::ready();
    world.stale_secs.set(LIST_STALENESS_MAX_SECS);
    world.breaks("start", 1, Fault::LostAfter);
    assert!(world.starts("home", 1).is_err());
    world.workflow_dies();
    let _ = sweeps(&world);
    assert!(matches!(world.phase("home"), Phase::Starting { attempt: 1, .. }));
    world.pass(LIST_STALENESS_MAX_SECS);
    let _ = sweeps(&world);
    assert_eq!(world.phase("home"), Phase::Running { attempt: 1, execution: world.executions()[0].clone() });
}

#[test]
fn a_lost_token_does_not_end_a_job_whose_workflow_goes_on() {
    let (world, execution) = Fake::running();
    world.ends(&execution, failed("Input/output error"));
    world.state.borrow_mut().waiting.clear();
    assert_eq!(sweeps(&world).carried_count, 1);
    assert!(matches!(world.phase("home"), Phase::Ready { attempt: 2, .. }));
}

#[test]
fn a_job_that_ended_by_its_own_judgement_is_not_said_to_have_lacked_an_attempt() {
    let (world, execution) = Fake::running();
    world.workflow_dies();
    world.ends(&execution, moved(1));
    let _ = sweeps(&world);
    assert_eq!(world.settlement("home").outcome, Outcome::Succeeded);
    assert!(world.job("home").notes.is_empty());
}

/// Its start was cut off and its branch of the workflow gave up, while other jobs kept the workflow going: the job
/// stayed open until its deadline, though its execution had long ended.
#[test]
fn regression_a_cut_off_start_is_adopted_by_the_sweep_though_the_workflow_goes_on() {
    let world = Fake::ready();
    world.breaks("point", 1, Fault::Throttled);
    assert!(world.starts("home", 1).is_err());
    let started = world.executions();
    world.state.borrow_mut().waiting.clear();
    world.ends(&started[0], moved(2));
    assert_eq!(sweeps(&world).carried_count, 0, "within the lease whoever claimed it may still be at it");
    world.pass(LEASE_SECS);
    assert_eq!(sweeps(&world).carried_count, 1);
    assert_eq!(world.settlement("home").outcome, Outcome::Succeeded);
}

/// The same where nothing was started: nobody will start it any more.
#[test]
fn regression_a_job_whose_branch_gave_up_does_not_wait_for_its_deadline() {
    let world = Fake::ready();
    world.breaks("start", 1, Fault::LostBefore);
    assert!(world.starts("home", 1).is_err());
    world.state.borrow_mut().waiting.clear();
    world.pass(LEASE_SECS);
    let _ = sweeps(&world);
    assert!(world.job("home").settlement().is_none(), "a branch that lives would try again within half an hour");
    world.pass(SILENCE_MAX_SECS);
    let _ = sweeps(&world);
    assert_eq!(world.cause("home"), "workflow-lost");
}

/// A doubled start had put its older token in the newer one's place: the sweep settled the job, and the report waited
/// for a branch that nobody could wake any more, until the job's deadline.
#[test]
fn regression_a_report_does_not_wait_for_a_branch_that_nobody_wakes() {
    let (world, [home, mail]) = both_running();
    world.pass(CLOSING_GRACE_SECS + 1);
    world.ends(&home, moved(1));
    let _ = world.verifies("home").unwrap();
    let _ = sweeps(&world);
    assert_eq!(world.run_record().phase, RunPhase::Open, "one job is still at work");
    world.ends(&mail, moved(1));
    let _ = world.verifies("mail").unwrap();
    assert_eq!(sweeps(&world).carried_count, 1);
    assert!(matches!(world.run_record().phase, RunPhase::Closed { .. }), "though the workflow goes on");
}

#[test]
fn regression_a_run_whose_workflow_is_not_there_any_more_is_ended_and_told() {
    let (world, executions) = both_running();
    world.ends(&executions[0], moved(1));
    world.ends(&executions[1], failed("Input/output error"));
    world.workflow_dies();
    world.state.borrow_mut().workflows.clear();
    let _ = sweeps(&world);
    assert!(matches!(world.run_record().phase, RunPhase::Open), "a workflow may be slow to show");
    world.pass(CLOSING_GRACE_SECS + 1);
    for _ in 0..2 {
        let _ = sweeps(&world);
    }
    assert_eq!(world.settlement("home").outcome, Outcome::Succeeded);
    assert_eq!(world.settlement("mail").outcome, Outcome::Failed, "nobody starts its next attempt");
    assert!(matches!(world.run_record().phase, RunPhase::Closed { .. }));
}

#[test]
fn an_attempt_that_is_due_is_left_to_its_branch_until_that_must_have_ended() {
    let world = Fake::ready();
    world.pass(SILENCE_MAX_SECS - 1);
    assert_eq!(sweeps(&world).carried_count, 0);
    world.pass(1);
    assert_eq!(sweeps(&world).carried_count, 1);
    assert_eq!(world.cause("home"), "workflow-lost");
}
