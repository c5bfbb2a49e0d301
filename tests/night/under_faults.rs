//! The real stack loses its processes in the middle of nights: each night ends with one true report, and one execution an attempt.

use nightferry_domain::outcome::Outcome;
use nightferry_domain::report::Report;
use nightferry_local::front_door::{CallEffect, EventEffect, Often, Outage};

use serde_json::json;

use crate::ask;
use crate::dead_nights::{until_ended, until_started};
use crate::scenario::{
    Scenario, assert_all_struck, break_call, break_call_about, break_events, dead_nights, hold, struck_calls,
};
use crate::stage::Stage;
use crate::truth;

/// How long the front door is away, in milliseconds: long enough for calls and retries to find nobody.
const OUTAGE_MILLIS: u64 = 1_500;

/// How long a slow answer takes, in milliseconds: less than a client waits for it.
const SLOW_MILLIS: u64 = 4_000;

/// A night with something new for each job, in which the ordered fault strikes.
fn struck_night(stage: &Stage) -> Report {
    stage.grow();
    let run = stage.fire(1);
    stage.until_closed(&run);
    let report = truth::assert_true(stage, &run);
    assert_eq!(report.run.outcome, Outcome::Succeeded);
    assert_all_struck(stage);
    report
}

fn attempts(report: &Report) -> usize {
    report.jobs.iter().map(|job| job.attempts.len()).sum()
}

pub(crate) static QUIET: Scenario = Scenario::new("a quiet night", |stage| {
    stage.grow();
    let run = stage.fire(2);
    stage.until_closed(&run);
    assert_eq!(attempts(&truth::assert_true(stage, &run)), stage.jobs.len());
    let run = stage.fire(1);
    stage.until_closed(&run);
    assert_eq!(truth::assert_true(stage, &run).run.outcome, Outcome::NothingToDo);
});

#[test]
fn a_quiet_night_is_told_as_it_was_and_a_second_one_finds_nothing_to_do() {
    let _ = QUIET.holds();
}

pub(crate) static DOUBLED: Scenario = Scenario::new("every event doubled", |stage| {
    break_events(stage, EventEffect::Double);
    assert_eq!(attempts(&struck_night(stage)), stage.jobs.len());
});

#[test]
fn doubled_events_make_no_second_attempt() {
    let _ = DOUBLED.holds();
}

pub(crate) static THROTTLED: Scenario = Scenario::new("starts throttled", |stage| {
    break_call(stage, "start-job", "StartTaskExecution", Often::times(2), CallEffect::Throttle);
    assert_eq!(attempts(&struck_night(stage)), stage.jobs.len());
});

#[test]
fn a_throttled_start_is_tried_again_in_the_same_attempt() {
    let _ = THROTTLED.holds();
}

pub(crate) static START_JOB: Scenario = Scenario::new("start-job killed after its start", |stage| {
    break_call(stage, "start-job", "StartTaskExecution", Often::times(2), CallEffect::KillCaller);
    assert_eq!(attempts(&struck_night(stage)), stage.jobs.len());
});

#[test]
fn start_job_killed_after_its_start_took_effect_starts_no_second_execution() {
    let _ = START_JOB.holds();
}

pub(crate) static START_JOB_AGAIN: Scenario = Scenario::new("start-job unable to save", |stage| {
    stage.grow();
    break_call(stage, "start-job", "PutItem", Often::default(), CallEffect::Throttle);
    break_call(stage, "verify-job", "DescribeTask", Often::times(3), CallEffect::DelayMs(SLOW_MILLIS));
    let run = stage.fire(1);
    until_started(stage, &run);
    until_ended(stage, &run);
    // Somebody's own execution hides what start-job began: the task's latest is another one.
    let task = stage.wait(ask::tasks(stage)).remove(0);
    let _ = stage.wait(ask::datasync(stage, "StartTaskExecution", &json!({"TaskArn": task})));
    stage.until_closed(&run);
    let report = truth::assert_true(stage, &run);
    assert_eq!((report.run.outcome, attempts(&report)), (Outcome::Succeeded, stage.jobs.len()));
});

#[test]
fn an_execution_that_start_job_could_never_save_is_adopted_by_verify_job() {
    let _ = START_JOB_AGAIN.holds();
}

pub(crate) static VERIFY_JOB: Scenario = Scenario::new("verify-job killed before its save", |stage| {
    break_call(stage, "verify-job", "UpdateItem", Often::times(2), CallEffect::KillCallerBefore);
    assert_eq!(attempts(&struck_night(stage)), stage.jobs.len());
});

#[test]
fn verify_job_killed_before_its_save_judges_again() {
    let _ = VERIFY_JOB.holds();
}

pub(crate) static RECORD_STATE: Scenario = Scenario::new("record-state killed", |stage| {
    break_call(stage, "record-state", "SendTaskSuccess", Often::nth(1), CallEffect::KillCallerBefore);
    break_call(stage, "record-state", "SendTaskSuccess", Often::nth(2), CallEffect::KillCaller);
    let _ = struck_night(stage);
});

#[test]
fn record_state_killed_before_and_after_it_wakes_the_workflow_loses_no_night() {
    let _ = RECORD_STATE.holds();
}

pub(crate) static SWEEP_RUNS: Scenario = Scenario::new("sweep-runs killed", |stage| {
    stage.grow();
    break_events(stage, EventEffect::Lose);
    break_call(stage, "sweep-runs", "SendTaskSuccess", Often::nth(1), CallEffect::KillCallerBefore);
    break_call(stage, "sweep-runs", "SendTaskSuccess", Often::nth(3), CallEffect::KillCaller);
    let run = stage.fire(1);
    until_started(stage, &run);
    until_ended(stage, &run);
    stage.until_swept(&run);
    assert!(struck_calls(stage) > 0, "the sweep was never killed");
    let _ = truth::assert_true(stage, &run);
});

#[test]
fn a_sweep_that_is_killed_over_a_night_without_events_leaves_the_rest_to_the_next() {
    let _ = SWEEP_RUNS.holds();
}

pub(crate) static WRITE_REPORT: Scenario = Scenario::new("write-report killed between report and message", |stage| {
    break_call_about(stage, "write-report", "/report.html", Often::nth(1), CallEffect::KillCallerBefore);
    break_call_about(stage, "write-report", "/report.json", Often::nth(3), CallEffect::KillCaller);
    let _ = struck_night(stage);
});

#[test]
fn write_report_killed_between_report_and_message_writes_one_report_and_sends_one_message() {
    let _ = WRITE_REPORT.holds();
}

pub(crate) static EVERYTHING: Scenario = Scenario::new("every function's processes killed mid-night", |stage| {
    stage.grow();
    hold(stage, Some("TRANSFERRING"));
    let run = stage.fire(1);
    until_started(stage, &run);
    let kill = |verb: &str| stage.wait(stage.local.admin().kill_function(&format!("nightferry-{verb}"))).unwrap();
    let verbs = ["open-run", "check-job", "start-job", "record-state", "sweep-runs", "verify-job", "write-report"];
    let killed: usize = verbs.map(|verb| kill(verb).process_count).iter().sum();
    assert!(killed > 3, "only {killed} processes were there to be killed");
    hold(stage, None);
    stage.until_swept(&run);
    let _ = truth::assert_true(stage, &run);
});

#[test]
fn killing_every_process_of_every_function_mid_night_changes_no_outcome() {
    let _ = EVERYTHING.holds();
}

pub(crate) static FRONT_DOOR: Scenario = Scenario::new("the front door restarted", |stage| {
    stage.grow();
    hold(stage, Some("TRANSFERRING"));
    let run = stage.fire(1);
    until_started(stage, &run);
    hold(stage, None);
    // Their ends, the events of them and every call that these make meet an address where nobody is.
    stage.wait(stage.local.admin().cut_off(Outage { down_ms: OUTAGE_MILLIS })).unwrap();
    stage.until("the front door is back", || stage.wait(stage.local.admin().status()).is_ok());
    stage.until_swept(&run);
    let report = truth::assert_true(stage, &run);
    assert_eq!(report.run.outcome, Outcome::Succeeded);
});

#[test]
fn a_front_door_that_is_away_in_the_middle_of_a_night_loses_nothing() {
    let _ = FRONT_DOOR.holds();
}

pub(crate) static MINISTACK: Scenario = Scenario::new("MiniStack restarted", |stage| {
    stage.grow();
    hold(stage, Some("TRANSFERRING"));
    let run = stage.fire(1);
    until_started(stage, &run);
    let restarted = stage.wait(stage.local.admin().restart("MiniStack")).unwrap();
    assert_ne!(restarted.old_pid, restarted.pid);
    hold(stage, None);
    stage.until_swept(&run);
    let report = truth::assert_true(stage, &run);
    assert_eq!(report.run.outcome, Outcome::Succeeded);
});

#[test]
fn a_night_outlives_a_restart_of_everything_that_holds_its_records() {
    let _ = MINISTACK.holds();
}

pub(crate) static DEAD: Scenario = Scenario::new("nights without a workflow", |stage| match dead_nights() {
    Ok(nights) => nights.end(stage),
    Err(why) => panic!("{why}"),
});

#[test]
fn nights_whose_workflow_died_are_ended_and_told_by_the_sweep() {
    let _ = DEAD.holds();
}
