//! Nights whose workflow dies: only the sweep is left to end them, and it waits two minutes before it believes that nobody else will.

use nightferry_domain::ids::RunId;
use nightferry_local::front_door::{CallEffect, Often};
use serde_json::json;

use crate::ask;
use crate::by_hand::lock;
use crate::scenario::{break_call, hold, struck};
use crate::stage::Stage;
use crate::truth;

/// The nights that nobody carries.
pub(crate) struct DeadNights {
    /// The interpreter of the state machine was killed and forgot it.
    forgotten: RunId,
    /// Its execution was stopped by hand, after starts whose functions could not save what they had started.
    stopped: RunId,
    /// open-run was killed on every try, before the workflow was started.
    never_opened: RunId,
}

impl DeadNights {
    /// Lets three nights die.
    pub(crate) fn begin(stage: &Stage) -> Self {
        let forgotten = forgotten(stage);
        let stopped = stopped(stage);
        let never_opened = never_opened(stage);
        Self { forgotten, stopped, never_opened }
    }

    /// A scenario that sweeps late enough opens the night that never was: its jobs end before anything else is played, or
    /// the next scenario's faults would strike them instead of its own.
    pub(crate) fn rest(&self, stage: &Stage) {
        if !stage.is_opening(&self.never_opened) {
            stage.until_closed(&self.never_opened);
        }
    }

    /// Sweeps until each has its one true report.
    pub(crate) fn end(&self, stage: &Stage) {
        // What has grown since the first of them is copied by the second: both are over before either is held against the files.
        let two = [&self.stopped, &self.never_opened];
        for run in two {
            stage.until_swept(run);
        }
        for run in two {
            let _ = truth::assert_true(stage, run);
        }
        // The first of them met a locked file, and nobody was left to start a second attempt.
        stage.until_swept(&self.forgotten);
        let locked = lock(stage);
        let report = truth::assert_true(stage, &self.forgotten);
        std::fs::remove_file(locked).unwrap();
        assert_eq!((report.counts.partial, report.jobs[0].attempts.len()), (1, 1));
    }
}

fn forgotten(stage: &Stage) -> RunId {
    let locked = lock(stage);
    hold(stage, Some("TRANSFERRING"));
    let run = stage.fire(1);
    until_started(stage, &run);
    let _ = stage.wait(stage.local.admin().restart("moto")).unwrap();
    hold(stage, None);
    until_ended(stage, &run);
    let _ = ask::sweep(stage).unwrap();
    std::fs::remove_file(locked).unwrap();
    run
}

fn stopped(stage: &Stage) -> RunId {
    stage.grow();
    break_call(stage, "start-job", "PutItem", Often::default(), CallEffect::Throttle);
    let run = stage.fire(1);
    until_started(stage, &run);
    let execution = format!("{}:{run}", stage.stack.nightly_run_arn().replacen(":stateMachine:", ":execution:", 1));
    let stop = json!({"executionArn": execution, "cause": "a person stopped it"});
    let _ = stage.wait(ask::json(stage, "states", "AWSStepFunctions.StopExecution", &stop));
    until_ended(stage, &run);
    let _ = ask::sweep(stage).unwrap();
    stage.wait(stage.local.admin().clear_faults()).unwrap();
    run
}

fn never_opened(stage: &Stage) -> RunId {
    stage.grow();
    break_call(stage, "open-run", "PutObject", Often::default(), CallEffect::KillCallerBefore);
    let run = stage.fire(1);
    // Lambda tries an event three times.
    stage.until("open-run was killed three times", || struck(stage) >= 3);
    stage.wait(stage.local.admin().clear_faults()).unwrap();
    run
}

/// Waits until every job's execution has been started.
pub(crate) fn until_started(stage: &Stage, run: &RunId) {
    let all = stage.jobs.len();
    stage.until(&format!("every job of {run} is started"), || stage.wait(truth::executions(stage, run)).len() >= all);
}

/// Waits until every execution has ended.
pub(crate) fn until_ended(stage: &Stage, run: &RunId) {
    stage.until(&format!("every execution of {run} has ended"), || {
        let executions = stage.wait(truth::executions(stage, run));
        executions.iter().all(|one| one.described["Status"] == "SUCCESS" || one.described["Status"] == "ERROR")
    });
}
