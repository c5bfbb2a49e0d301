//! Nights of a replicated bucket in which something breaks: each ends with one true report, and one batch job an attempt.

use nightferry_domain::ids::RunId;
use nightferry_domain::outcome::Outcome;
use nightferry_domain::report::Report;
use nightferry_local::batch::Faults;
use nightferry_local::front_door::{CallEffect, EventEffect, Often};
use serde_json::json;

use crate::ask;
use crate::replicated::Replicated;
use crate::scenario::{Scenario, assert_all_struck, break_call, break_events_of, struck};

/// Where events of batch jobs come from.
const S3: &str = "aws.s3";

/// A night with something new to copy, in which the ordered faults strike.
fn struck_night(night: &Replicated) -> Report {
    night.grow();
    let run = night.stage.fire(1);
    night.stage.until_closed(&run);
    let report = assert_good(night, &run);
    assert_all_struck(&night.stage);
    report
}

/// One attempt, and everything copied.
fn assert_good(night: &Replicated, run: &RunId) -> Report {
    let report = night.assert_true(run);
    assert_at_once(&report);
    report
}

fn assert_at_once(report: &Report) {
    let told = &report.jobs[0];
    assert_eq!((report.run.outcome, told.attempts.len()), (Outcome::Succeeded, 1), "{}: {told:#?}", report.run.id);
}

pub(crate) static QUIET: Scenario<Replicated> = Scenario::new("a quiet batch night", |night| {
    night.grow();
    let run = night.stage.fire(2);
    night.stage.until_closed(&run);
    let _ = assert_good(night, &run);
    let run = night.stage.fire(1);
    night.stage.until_closed(&run);
    assert_eq!(night.assert_true(&run).run.outcome, Outcome::NothingToDo);
});

#[test]
fn a_quiet_batch_night_is_told_as_it_was_and_a_second_one_finds_nothing_to_do() {
    let _ = QUIET.holds();
}

pub(crate) static LOST: Scenario<Replicated> = Scenario::new("every event of batch jobs lost", |night| {
    break_events_of(&night.stage, S3, EventEffect::Lose);
    night.grow();
    let run = night.stage.fire(1);
    night.stage.until_swept(&run);
    assert!(struck(&night.stage) > 0, "no event was lost");
    let _ = assert_good(night, &run);
});

#[test]
fn with_every_event_of_batch_jobs_lost_the_sweep_finds_the_list_and_the_end() {
    let _ = LOST.holds();
}

pub(crate) static DOUBLED: Scenario<Replicated> = Scenario::new("every event of batch jobs doubled", |night| {
    break_events_of(&night.stage, S3, EventEffect::Double);
    let _ = struck_night(night);
});

#[test]
fn doubled_events_confirm_a_batch_job_once_and_judge_it_once() {
    let _ = DOUBLED.holds();
}

pub(crate) static START_JOB: Scenario<Replicated> = Scenario::new("start-job killed after CreateJob", |night| {
    break_call(&night.stage, "start-job", "CreateJob", Often::nth(1), CallEffect::KillCaller);
    let _ = struck_night(night);
});

#[test]
fn start_job_killed_after_its_batch_job_was_created_creates_no_second_one() {
    let _ = START_JOB.holds();
}

pub(crate) static CONFIRM: Scenario<Replicated> = Scenario::new("confirm-batch-job killed after its word", |night| {
    break_call(&night.stage, "confirm-batch-job", "UpdateJobStatus", Often::nth(1), CallEffect::KillCaller);
    let _ = struck_night(night);
});

#[test]
fn confirm_batch_job_killed_after_its_confirmation_finds_that_it_was_taken() {
    let _ = CONFIRM.holds();
}

pub(crate) static UNSAID: Scenario<Replicated> = Scenario::new("confirm-batch-job killed before its word", |night| {
    break_call(&night.stage, "confirm-batch-job", "UpdateJobStatus", Often::nth(1), CallEffect::KillCallerBefore);
    let _ = struck_night(night);
});

#[test]
fn confirm_batch_job_killed_before_its_confirmation_says_it_again() {
    let _ = UNSAID.holds();
}

pub(crate) static THROTTLED: Scenario<Replicated> = Scenario::new("S3 Control throttled", |night| {
    let stage = &night.stage;
    break_call(stage, "start-job", "CreateJob", Often::times(2), CallEffect::Throttle);
    break_call(stage, "confirm-batch-job", "UpdateJobStatus", Often::times(2), CallEffect::Throttle);
    break_call(stage, "verify-job", "DescribeJob", Often::times(2), CallEffect::Throttle);
    let _ = struck_night(night);
});

#[test]
fn a_throttled_s3_control_is_asked_again_in_the_same_attempt() {
    let _ = THROTTLED.holds();
}

pub(crate) static DEAD: Scenario<Replicated> = Scenario::new("a batch night without a workflow", |night| {
    let stage = &night.stage;
    night.grow();
    let holds = |state: Option<&str>| {
        let faults = Faults { hang_in: state.map(str::to_owned), ..Faults::default() };
        stage.wait(stage.local.admin().break_batch(&faults)).unwrap();
    };
    holds(Some("Preparing"));
    let run = stage.fire(1);
    stage.until(&format!("{run} has its batch job"), || night.batch_jobs(&run).len() == 1);
    stop(night, &run);
    holds(None);
    stage.until(&format!("the batch job of {run} has listed"), || night.batch_jobs(&run)[0].status == "Suspended");
    stage.until_swept(&run);
    let _ = assert_good(night, &run);
});

/// A person stops the workflow.
fn stop(night: &Replicated, run: &RunId) {
    let stage = &night.stage;
    let execution = format!("{}:{run}", stage.stack.nightly_run_arn().replacen(":stateMachine:", ":execution:", 1));
    let stop = json!({"executionArn": execution, "cause": "a person stopped it"});
    let _ = stage.wait(ask::json(stage, "states", "AWSStepFunctions.StopExecution", &stop));
}

#[test]
fn a_list_that_waits_when_its_workflow_is_dead_is_let_through_and_judged_by_the_sweep() {
    let _ = DEAD.holds();
}
