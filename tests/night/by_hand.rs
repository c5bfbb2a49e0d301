//! What people and other programs do to a night from outside: executions of their own, a cancelling that breaks off, a file that nobody may read.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use nightferry_domain::ids::{ExecutionArn, RunId};
use nightferry_domain::job::Phase;
use nightferry_domain::outcome::Outcome;
use nightferry_local::front_door::{CallEffect, CallFault, CallMatch, Often};
use nightferry_workflow::World as _;
use nightferry_workflow::ports::RunTable as _;
use serde_json::json;

use crate::ask;
use crate::scenario::{Scenario, hold};
use crate::stage::{BUCKET, Stage};
use crate::truth;

/// Waits until every job of the run is known to run.
fn until_running(stage: &Stage, run: &RunId) {
    stage.until(&format!("every job of {run} runs"), || {
        let jobs = stage.wait(stage.world.table().jobs_of(run)).unwrap_or_default();
        jobs.len() == stage.jobs.len() && jobs.iter().all(|job| matches!(job.record.phase, Phase::Running { .. }))
    });
}

/// What was not copied is copied by the next night, and each safe job is compared with its tree. A sweep may have opened the
/// night that never was: then that one has copied it, and the next finds nothing to do.
fn made_good(stage: &Stage) {
    let run = stage.fire(1);
    stage.until_closed(&run);
    let report = truth::assert_true(stage, &run);
    assert!(report.run.outcome.is_safe(), "{report:#?}");
}

pub(crate) static FOREIGN: Scenario = Scenario::new("an execution that no run started", |stage| {
    stage.grow();
    let failure = json!({"fail_with": {"code": "NetworkDown", "detail": "The network went away."}});
    stage.wait(stage.local.admin().break_datasync(&failure)).unwrap();
    let task = stage.wait(ask::tasks(stage)).remove(0);
    let started = stage.wait(ask::datasync(stage, "StartTaskExecution", &json!({"TaskArn": task})));
    stage.until("the execution by hand has failed", || {
        stage.wait(ask::datasync(stage, "DescribeTaskExecution", &started))["Status"] == "ERROR"
    });
    hold(stage, None);
    let execution: ExecutionArn = started["TaskExecutionArn"].as_str().unwrap().parse().unwrap();
    let run = RunId::rerun_of(&execution);
    stage.until_closed(&run);
    assert_eq!(truth::assert_true_but(stage, &run, 1, 0).run.outcome, Outcome::Succeeded);
});

#[test]
fn a_failed_execution_that_somebody_started_by_hand_is_run_again() {
    let _ = FOREIGN.holds();
}

pub(crate) static DUPLICATE: Scenario = Scenario::new("a second execution of one attempt", |stage| {
    stage.grow();
    hold(stage, Some("TRANSFERRING"));
    let run = stage.fire(1);
    until_running(stage, &run);
    let first = stage.wait(truth::executions(stage, &run)).remove(0);
    let double = json!({
        "TaskArn": first.arn.split("/execution/").next().unwrap(),
        "OverrideOptions": {"TaskQueueing": "ENABLED"},
        "Includes": [{"FilterType": "SIMPLE_PATTERN", "Value": "/nothing-of-ours"}],
        "Tags": [{"Key": "nightferry:attempt", "Value": first.attempt.to_string()}],
    });
    let _ = stage.wait(ask::datasync(stage, "StartTaskExecution", &double));
    assert_eq!(ask::sweep(stage).unwrap()["duplicate_count"], 1);
    hold(stage, None);
    stage.until_closed(&run);
    let report = truth::assert_true_but(stage, &run, stage.jobs.len(), 1);
    let notes: Vec<&str> = report.jobs.iter().flat_map(|job| &job.notes).map(|note| note.text.as_str()).collect();
    assert!(notes.iter().any(|note| note.starts_with("DuplicateExecution")), "{notes:?}");
    assert_eq!(report.run.outcome, Outcome::Succeeded);
});

#[test]
fn a_second_execution_of_an_attempt_is_cancelled_and_told() {
    let _ = DUPLICATE.holds();
}

pub(crate) static CANCELLED: Scenario = Scenario::new("a cancelling that broke off", |stage| {
    stage.grow();
    hold(stage, Some("TRANSFERRING"));
    let run = stage.fire(1);
    until_running(stage, &run);
    // The wish is written down first; then the service is busy, for both tries of the person's program.
    let matches = CallMatch { operation: Some("CancelTaskExecution".to_owned()), ..CallMatch::default() };
    let busy = CallFault { matches, often: Often::times(2), effect: CallEffect::Throttle };
    let _ = stage.wait(stage.local.admin().break_calls(busy)).unwrap();
    let job = stage.jobs[0].clone();
    let answer = stage.program(&["cancel", run.as_str(), &job]);
    assert_eq!(answer.exit, 5, "{}\n{}", answer.said, answer.told);
    let _ = ask::sweep(stage).unwrap();
    stage.until("the cancelled execution has ended", || {
        let executions = stage.wait(truth::executions(stage, &run));
        executions.iter().any(|one| one.attempt.job.as_str() == job && one.described["Status"] == "ERROR")
    });
    hold(stage, None);
    stage.until_closed(&run);
    let report = truth::assert_true(stage, &run);
    let failed = report.jobs.iter().filter(|told| told.outcome == Outcome::Failed).map(|told| told.name.as_str());
    assert_eq!(failed.collect::<Vec<_>>(), [job]);
    made_good(stage);
});

#[test]
fn a_cancelling_that_broke_off_after_the_wish_was_written_down_is_carried_out() {
    let _ = CANCELLED.holds();
}

/// A file in one of the trees that a file server would refuse to everybody.
pub(crate) fn lock(stage: &Stage) -> PathBuf {
    let locked = stage.tree(&stage.jobs[1]).join("locked.db");
    std::fs::write(&locked, "wages").unwrap();
    std::fs::set_permissions(&locked, std::fs::Permissions::from_mode(0o000)).unwrap();
    locked
}

pub(crate) static LOCKED: Scenario = Scenario::new("a file that nobody may read", |stage| {
    stage.grow();
    let locked = lock(stage);
    let run = stage.fire(1);
    stage.until_closed(&run);
    let report = truth::assert_true(stage, &run);
    std::fs::remove_file(&locked).unwrap();
    let outcomes: Vec<Outcome> = report.jobs.iter().map(|job| job.outcome).collect();
    assert_eq!(outcomes, [Outcome::Partial, Outcome::Succeeded, Outcome::Succeeded]);
    assert_eq!(report.jobs[0].attempts.len(), 2);
});

#[test]
fn a_file_that_nobody_may_read_makes_its_job_partial_and_is_named_alone() {
    let _ = LOCKED.holds();
}

pub(crate) static DENIED: Scenario = Scenario::new("a bucket policy that denies the writing roles", |stage| {
    stage.grow();
    stage.wait(ask::deny_writing(stage, BUCKET));
    let run = stage.fire(1);
    stage.until_closed(&run);
    let report = truth::assert_true(stage, &run);
    stage.wait(ask::delete_policy(stage, BUCKET));
    assert_eq!((report.counts.failed, stage.wait(truth::executions(stage, &run)).len()), (3, 0));
    made_good(stage);
});

#[test]
fn a_bucket_that_denies_the_writing_roles_is_found_before_anything_is_started() {
    let _ = DENIED.holds();
}
