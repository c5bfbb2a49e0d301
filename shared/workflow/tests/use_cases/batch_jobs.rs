//! Batch jobs: created once, let through by decision, found by the sweep, judged by what is proved.

use nightferry_domain::batch::completion::CompletionReport;
use nightferry_domain::batch::{BatchState, FailureReason};
use nightferry_domain::ids::ExecutionArn;
use nightferry_domain::job::Phase;
use nightferry_domain::job_spec::{JobSpec, Work};
use nightferry_domain::limits::{FOREIGN_WAIT_SECS, LEASE_SECS, SUMMED_OBJECTS_MAX};
use nightferry_domain::outcome::Outcome;
use nightferry_domain::replication::{DecidedBy, Guardrails};
use nightferry_domain::state_change::Hint;
use nightferry_simulation::fake::{Fake, Fault, at_every_await_point, crash_at, replicated, run};
use nightferry_workflow::WorkflowError;
use nightferry_workflow::confirm_batch_job::{Confirmed, confirm_batch_job};
use nightferry_workflow::decide::{self, decide};
use nightferry_workflow::ports::Woken;
use nightferry_workflow::record_state::{Recorded, record_state};
use nightferry_workflow::start_job::{Started, start_job};
use nightferry_workflow::step::Next;
use nightferry_workflow::sweep_runs::sweep_runs;

fn running() -> (Fake, ExecutionArn) {
    Fake::running_with(replicated("assets"))
}

fn guarded(change: impl FnOnce(&mut Guardrails)) -> JobSpec {
    let mut spec = replicated("assets");
    let Work::Replicate(replication) = &mut spec.work else { panic!("a replicated bucket") };
    change(&mut replication.guardrails);
    spec
}

/// A job of so many objects that waits, under guardrails of the test's own.
fn waiting(objects: u64, change: impl FnOnce(&mut Guardrails)) -> (Fake, ExecutionArn) {
    let (world, job) = Fake::running_with(guarded(change));
    world.batch_job_lists(&job, objects);
    (world, job)
}

fn confirmed_count(world: &Fake) -> usize {
    world.state.borrow().batch_jobs.iter().filter(|job| job.confirmed_at.is_some()).count()
}

fn word(world: &Fake, is_yes: bool) -> Result<decide::Request, WorkflowError> {
    let (by, reason) = ("mio".to_owned(), "looked at it".to_owned());
    let request = decide::Request { run_id: world.night(), job: "assets".parse().unwrap(), is_yes, by, reason };
    run(decide(world, &request)).map(|_| request)
}

#[test]
fn a_list_within_the_limits_is_confirmed_and_what_it_copied_is_told() {
    let (world, job) = running();
    world.batch_job_lists(&job, 10);
    let step = world.verifies("assets").unwrap();
    assert_eq!((step.next, step.attempt), (Next::Confirm, 1));
    assert_eq!(world.confirms("assets", 1).unwrap(), Confirmed::Yes);
    let confirmation = world.job("assets").attempts[0].confirmation.clone().unwrap();
    assert_eq!((confirmation.objects, confirmation.refused), (Some(10), None));
    assert!(confirmation.told_at.is_some());
    world.batch_job_completes(&job, 10, 0);
    assert_eq!(world.verifies("assets").unwrap().next, Next::Settled);
    let end = world.settlement("assets");
    assert_eq!((end.outcome, end.tally.files), (Outcome::Succeeded, 10));
}

#[test]
fn the_bytes_of_a_list_that_was_copied_whole_are_told() {
    let (world, job) = waiting(10, |_| {});
    world.batch_manifest_tells(&job, 7_000);
    assert_eq!(world.confirms("assets", 1).unwrap(), Confirmed::Yes);
    world.batch_job_completes(&job, 10, 0);
    let _ = world.verifies("assets").unwrap();
    assert_eq!(world.settlement("assets").tally.bytes, 7_000);
}

#[test]
fn a_figure_for_the_report_keeps_no_list_from_being_confirmed() {
    let (world, job) = waiting(10, |_| {});
    world.batch_manifest_tells(&job, 7_000);
    world.breaks("listed_bytes", 1, Fault::LostBefore);
    assert_eq!(world.confirms("assets", 1).unwrap(), Confirmed::Yes);
    let (world, job) = waiting(SUMMED_OBJECTS_MAX + 1, |guardrails| guardrails.objects_max = None);
    world.batch_manifest_tells(&job, 7_000);
    assert_eq!(world.confirms("assets", 1).unwrap(), Confirmed::Yes);
    assert_eq!(world.calls("listed_bytes"), 0, "a list that is too long for that is not read");
}

#[test]
fn a_limit_of_bytes_waits_for_the_list_however_long_it_is() {
    let (world, job) = waiting(SUMMED_OBJECTS_MAX + 1, |guardrails| {
        (guardrails.objects_max, guardrails.bytes_max) = (None, Some(7_000));
    });
    world.batch_manifest_tells(&job, 7_001);
    world.breaks("listed_bytes", 1, Fault::LostBefore);
    assert!(world.confirms("assets", 1).is_err());
    let Confirmed::No(cause) = world.confirms("assets", 1).unwrap() else { panic!("it was let through") };
    assert_eq!(cause.id, "batch-above-limit");
}

#[test]
fn regression_a_report_that_tells_of_too_few_objects_stays_in_doubt_though_nothing_is_left_to_copy() {
    let (world, job) = waiting(10, |_| {});
    let _ = world.confirms("assets", 1).unwrap();
    world.batch_job_completes(&job, 10, 0);
    let _ = world.state.borrow_mut().batch_reports.insert(job, CompletionReport::default());
    let step = world.verifies("assets").unwrap();
    assert_eq!((step.next, step.attempt), (Next::Start, 2));
    world.pass(3_600);
    let Started::Running(second) = world.starts("assets", 2).unwrap() else { panic!("it was not started") };
    world.batch_job_becomes(&second, |seen| {
        seen.state = BatchState::Failed;
        let reason = "Manifest generation found no keys matching the filter criteria.".to_owned();
        seen.failures = vec![FailureReason { code: "ManifestError".into(), reason }];
    });
    let _ = world.verifies("assets").unwrap();
    assert_eq!(world.settlement("assets").outcome, Outcome::Partial);
}

#[test]
fn a_list_beyond_the_limits_is_cancelled_with_the_cause() {
    let (world, job) = waiting(11, |guardrails| guardrails.objects_max = Some(10));
    let Confirmed::No(cause) = world.confirms("assets", 1).unwrap() else { panic!("it was let through") };
    assert_eq!(cause.id, "batch-above-limit");
    world.batch_job_becomes(&job, |seen| seen.state = nightferry_domain::batch::BatchState::Cancelled);
    let _ = world.verifies("assets").unwrap();
    assert_eq!(
        (world.settlement("assets").outcome, world.cause("assets").as_str()),
        (Outcome::Failed, "batch-above-limit")
    );
    assert_eq!(confirmed_count(&world), 0);
}

#[test]
fn a_lost_reply_is_repeated_with_the_same_token_and_makes_one_job() {
    for fault in [Fault::LostAfter, Fault::LostBefore, Fault::Throttled] {
        let world = Fake::ready_with(replicated("assets"));
        world.stale_secs.set(600);
        world.breaks("create", 1, fault);
        let _ = world.starts("assets", 1);
        let again = (0..3).find_map(|_| {
            world.pass(20);
            world.starts("assets", 1).ok().filter(|started| *started != Started::Over)
        });
        assert!(matches!(again, Some(Started::Running(_))), "{fault:?}");
        assert_eq!(world.batch_jobs_made().len(), 1, "{fault:?}");
    }
}

#[test]
fn a_death_at_any_point_of_a_start_makes_one_job_in_seconds() {
    let points = at_every_await_point(|n| {
        let world = Fake::ready_with(replicated("assets"));
        let has_died = crash_at(n, start_job(&world, &world.waits("assets", 1))).is_none();
        world.pass(5);
        let _ = world.starts("assets", 1).unwrap();
        assert_eq!(world.batch_jobs_made().len(), 1, "died at {n}");
        assert!(matches!(world.phase("assets"), Phase::Running { .. }), "died at {n}");
        has_died
    });
    assert!(points > 8);
}

#[test]
fn a_death_at_any_point_of_a_confirmation_confirms_once_and_only_what_is_allowed() {
    for (objects, expected) in [(10, 1), (2_000, 0)] {
        let _ = at_every_await_point(|n| {
            let (world, _) = waiting(objects, |_| {});
            let has_died = crash_at(n, confirm_batch_job(&world, &world.waits("assets", 1))).is_none();
            let _ = world.confirms("assets", 1).unwrap();
            assert_eq!(confirmed_count(&world), expected, "died at {n}");
            let confirmation = world.job("assets").attempts[0].confirmation.clone().unwrap();
            assert_eq!(confirmation.refused.is_none(), expected == 1, "died at {n}");
            has_died
        });
    }
}

#[test]
fn a_confirmation_whose_reply_was_lost_is_found_to_have_been_taken() {
    let (world, _) = waiting(10, |_| {});
    world.breaks("confirm", 1, Fault::LostAfter);
    assert!(world.confirms("assets", 1).is_err());
    assert_eq!(world.confirms("assets", 1).unwrap(), Confirmed::NotWaiting);
    assert_eq!(confirmed_count(&world), 1);
}

#[test]
fn a_rule_that_changed_between_the_intent_and_the_call_still_stops_it() {
    let (world, _) = waiting(10, |_| {});
    world.breaks("confirm", 1, Fault::LostBefore);
    assert!(world.confirms("assets", 1).is_err());
    world.state.borrow_mut().rules.clear();
    let Confirmed::No(cause) = world.confirms("assets", 1).unwrap() else { panic!("it was let through") };
    assert_eq!(cause.id, "replication-rule-differs");
    assert_eq!(confirmed_count(&world), 0);
}

#[test]
fn what_was_refused_stays_refused_when_the_rule_comes_back() {
    let (world, _) = waiting(10, |_| {});
    let rules = std::mem::take(&mut world.state.borrow_mut().rules);
    world.breaks("cancel_batch", 1, Fault::LostBefore);
    assert!(world.confirms("assets", 1).is_err());
    world.state.borrow_mut().rules = rules;
    assert!(matches!(world.confirms("assets", 1).unwrap(), Confirmed::No(_)));
    assert_eq!(confirmed_count(&world), 0);
}

#[test]
fn a_list_whose_event_was_lost_is_found_by_the_sweep() {
    let (world, job) = running();
    world.batch_job_lists(&job, 10);
    assert_eq!(run(sweep_runs(&world, "test")).unwrap().woken_count, 1);
    assert_eq!(world.verifies("assets").unwrap().next, Next::Confirm);
}

#[test]
fn a_list_that_no_workflow_waits_for_is_confirmed_and_judged_by_the_sweep_alone() {
    let (world, job) = running();
    world.workflow_dies();
    world.batch_job_lists(&job, 10);
    let _ = run(sweep_runs(&world, "test")).unwrap();
    assert_eq!(confirmed_count(&world), 1);
    world.batch_job_completes(&job, 10, 0);
    let _ = run(sweep_runs(&world, "test")).unwrap();
    assert_eq!(world.settlement("assets").outcome, Outcome::Succeeded);
}

#[test]
fn an_event_of_a_list_wakes_the_workflow_and_a_foreign_jobs_does_nothing() {
    let (world, job) = running();
    assert_eq!(run(record_state(&world, "test", Hint::LookAt(job.clone()))).unwrap(), Recorded::InProgress);
    world.batch_job_lists(&job, 10);
    assert_eq!(run(record_state(&world, "test", Hint::LookAt(job))).unwrap(), Recorded::Woken(Woken::Yes));
    let foreign = world.batch_job_of_somebody_else();
    assert_eq!(run(record_state(&world, "test", Hint::LookAt(foreign))).unwrap(), Recorded::Foreign);
}

#[test]
fn a_person_is_waited_for_without_being_woken_every_sweep_and_heard_at_once() {
    let (world, _) = waiting(10, |guardrails| guardrails.decided_by = DecidedBy::Person);
    assert!(matches!(world.confirms("assets", 1).unwrap(), Confirmed::AwaitsPerson(_)));
    assert_eq!(run(sweep_runs(&world, "test")).unwrap().woken_count, 0);
    let woken = world.calls("wake");
    let _ = word(&world, true).unwrap();
    assert_eq!(world.calls("wake"), woken + 1);
    assert_eq!(world.verifies("assets").unwrap().next, Next::Confirm);
    assert_eq!(world.confirms("assets", 1).unwrap(), Confirmed::Yes);
    let job = world.job("assets");
    assert_eq!(job.attempts[0].confirmation.as_ref().unwrap().by, "mio");
    assert!(word(&world, false).is_err(), "what was told to the service is not decided again");
}

#[test]
fn a_persons_no_cancels_and_nobodys_word_is_the_plans_default() {
    let by_person = |guardrails: &mut Guardrails| guardrails.decided_by = DecidedBy::Person;
    let (world, _) = waiting(10, by_person);
    let _ = word(&world, false).unwrap();
    let Confirmed::No(cause) = world.confirms("assets", 1).unwrap() else { panic!("it was let through") };
    assert_eq!(cause.id, "batch-job-declined");
    let (world, _) = waiting(10, by_person);
    let _ = world.confirms("assets", 1).unwrap();
    world.pass(3_700);
    assert_eq!(run(sweep_runs(&world, "test")).unwrap().woken_count, 1);
    let Confirmed::No(cause) = world.confirms("assets", 1).unwrap() else { panic!("it was let through") };
    assert_eq!(cause.id, "batch-job-undecided");
}

#[test]
fn nobody_decides_about_what_does_not_wait() {
    let world = Fake::ready_with(replicated("assets"));
    assert!(matches!(word(&world, true), Err(WorkflowError::Invalid { .. })));
}

#[test]
fn a_job_past_its_deadline_is_never_let_through() {
    let (world, _) = waiting(10, |_| {});
    world.pass(40_000);
    assert!(matches!(world.confirms("assets", 1).unwrap(), Confirmed::No(_)));
    assert_eq!(confirmed_count(&world), 0);
}

#[test]
fn only_what_is_left_is_copied_again_and_the_sum_is_told() {
    let (world, first) = running();
    world.batch_job_lists(&first, 10);
    let _ = world.confirms("assets", 1).unwrap();
    world.batch_job_completes(&first, 8, 2);
    let step = world.verifies("assets").unwrap();
    assert_eq!((step.next, step.attempt), (Next::Start, 2));
    world.pass(step.wait_secs);
    let Ok(Started::Running(second)) = world.starts("assets", 2) else { panic!("it does not run") };
    world.batch_job_lists(&second, 2);
    let _ = world.confirms("assets", 2).unwrap();
    world.batch_job_completes(&second, 2, 0);
    let _ = world.verifies("assets").unwrap();
    let end = world.settlement("assets");
    assert_eq!((end.outcome, end.tally.files, end.tally.failed), (Outcome::Succeeded, 10, 0));
}

#[test]
fn a_job_that_was_left_behind_is_ended_and_a_forgotten_one_is_reported() {
    let (world, job) = running();
    world.batch_job_lists(&job, 10);
    let forgotten = world.batch_job_of_somebody_else();
    world.pass(60);
    assert_eq!(run(sweep_runs(&world, "test")).unwrap().foreign_waiting_count, 0);
    world.state.borrow_mut().batch_jobs[1].seen.created_at =
        Some(world.time() - jiff::SignedDuration::from_secs(FOREIGN_WAIT_SECS + 60));
    assert_eq!(run(sweep_runs(&world, "test")).unwrap().foreign_waiting_count, 1);
    let notes = world.job("assets").notes;
    assert!(notes.iter().any(|note| note.text.contains(forgotten.id())), "{notes:?}");
    assert_eq!(world.state.borrow().batch_jobs[1].cancel_count, 0, "somebody else's job is none of ours to end");
}

#[test]
fn an_earlier_nights_job_for_the_bucket_is_waited_for() {
    let (world, job) = running();
    let order = world.state.borrow().batch_jobs[0].order.clone().unwrap();
    world.batch_job_becomes(&job, |seen| {
        seen.description = Some(order.description.replace("2026-11-20", "2026-11-19"));
    });
    let later = Fake::ready_with(replicated("assets"));
    later.state.borrow_mut().batch_jobs = world.state.borrow().batch_jobs.clone();
    assert_eq!(later.starts("assets", 1).unwrap(), Started::Blocked(job));
    later.pass(LEASE_SECS);
}

#[test]
fn what_was_refused_is_ended_even_if_somebody_else_let_it_through() {
    let (world, job) = waiting(2_000, |_| {});
    world.breaks("cancel_batch", 1, Fault::LostBefore);
    assert!(world.confirms("assets", 1).is_err());
    world.batch_job_becomes(&job, |seen| seen.state = nightferry_domain::batch::BatchState::Active);
    assert!(matches!(world.confirms("assets", 1).unwrap(), Confirmed::No(_)));
    assert_eq!(world.state.borrow().batch_jobs[0].cancel_count, 1);
}

#[test]
fn a_job_that_ended_under_the_confirmation_is_not_called_confirmed() {
    let (world, job) = waiting(10, |_| {});
    world.breaks("confirm", 1, Fault::Rejected("JobStatusException", "not now"));
    let _ = at_every_await_point(|n| {
        // The job is cancelled by somebody at each moment of the confirmation.
        let (world, job) = waiting(10, |_| {});
        let request = world.waits("assets", 1);
        let cancel = async {
            world.batch_job_becomes(&job, |seen| seen.state = nightferry_domain::batch::BatchState::Cancelled);
        };
        let (confirmed, ()) = nightferry_simulation::fake::overtake(n, confirm_batch_job(&world, &request), cancel);
        let is_yes = confirmed == Ok(Confirmed::Yes);
        assert_eq!(is_yes, confirmed_count(&world) == 1, "overtaken at {n}: {confirmed:?}");
        n < 30
    });
    world.batch_job_becomes(&job, |seen| seen.state = nightferry_domain::batch::BatchState::Cancelling);
    assert_eq!(world.confirms("assets", 1).unwrap(), Confirmed::NotWaiting);
}
