//! Nights, restores and drills of machines in which something breaks: each ends with one true report, one backup job an
//! attempt, and nothing left behind.

use nightferry_domain::ids::RunId;
use nightferry_domain::job::Phase;
use nightferry_domain::outcome::Outcome;
use nightferry_domain::report::{JobReport, Report};
use nightferry_local::backup::{Faults, JobKind, Ordered};
use nightferry_local::front_door::{CallEffect, CallFault, CallMatch, EventEffect, Often};
use nightferry_workflow::World as _;
use nightferry_workflow::ports::RunTable as _;
use serde_json::json;

use crate::ask;
use crate::machines::{COPIES, JOB, Machines, OTHER, THEIRS, text};
use crate::scenario::{Scenario, assert_all_struck, break_call, break_events_of, struck};
use crate::stage::Stage;
use crate::truth;

/// Where events of AWS Backup come from.
const BACKUP: &str = "aws.backup";

/// A night in which the ordered faults strike, each machine safe by its first attempt.
fn struck_night(night: &Machines) -> Report {
    let before = night.job_ids();
    let run = night.stage.fire(1);
    night.stage.until_closed(&run);
    let report = night.assert_true(&run, &before);
    assert_safe_at_once(&report);
    assert_all_struck(&night.stage);
    report
}

fn assert_safe_at_once(report: &Report) {
    assert_eq!(report.run.outcome, Outcome::Succeeded, "{report:#?}");
    assert!(report.jobs.iter().all(|job| job.attempts.len() == 1), "{report:#?}");
}

/// Holds jobs of this kind in a state; `None` lets them go on.
fn hold(stage: &Stage, kind: JobKind, held_in: Option<&str>) {
    let faults = Faults { kind: Some(kind), hang_in: held_in.map(str::to_owned), ..Faults::default() };
    stage.wait(stage.local.admin().break_backup(&faults)).unwrap();
}

/// Waits until every job of the run is known to run.
fn until_running(stage: &Stage, run: &RunId, count: usize) {
    stage.until(&format!("every job of {run} runs"), || {
        let jobs = stage.wait(stage.world.table().jobs_of(run)).unwrap_or_default();
        jobs.len() == count && jobs.iter().all(|job| matches!(job.record.phase, Phase::Running { .. }))
    });
}

/// A person stops a workflow.
fn stop(stage: &Stage, machine: &str, run: &str) {
    let execution = format!("{}:{run}", machine.replacen(":stateMachine:", ":execution:", 1));
    let stop = json!({"executionArn": execution, "cause": "a person stopped it"});
    let _ = stage.wait(ask::json(stage, "states", "AWSStepFunctions.StopExecution", &stop));
}

pub(crate) static QUIET: Scenario<Machines> = Scenario::new("a quiet night of machines", |night| {
    let before = night.job_ids();
    let run = night.stage.fire(2);
    night.stage.until_closed(&run);
    assert_safe_at_once(&night.assert_true(&run, &before));
});

#[test]
fn a_quiet_night_of_machines_makes_a_point_of_each_machine_and_tells_them() {
    let _ = QUIET.holds();
}

pub(crate) static UNHEARD: Scenario<Machines> = Scenario::new("the answer of StartBackupJob lost", |night| {
    break_call(&night.stage, "start-job", "StartBackupJob", Often::nth(1), CallEffect::LoseReply);
    let _ = struck_night(night);
});

#[test]
fn a_start_whose_answer_was_lost_after_aws_backup_took_it_makes_no_second_job() {
    let _ = UNHEARD.holds();
}

pub(crate) static START_JOB: Scenario<Machines> = Scenario::new("start-job killed after StartBackupJob", |night| {
    break_call(&night.stage, "start-job", "StartBackupJob", Often::nth(1), CallEffect::KillCaller);
    let _ = struck_night(night);
});

#[test]
fn start_job_killed_after_its_word_to_aws_backup_makes_no_second_job() {
    let _ = START_JOB.holds();
}

pub(crate) static LOST: Scenario<Machines> = Scenario::new("every event of AWS Backup lost", |night| {
    break_events_of(&night.stage, BACKUP, EventEffect::Lose);
    let before = night.job_ids();
    let run = night.stage.fire(1);
    night.stage.until_swept(&run);
    assert!(struck(&night.stage) > 0, "no event was lost");
    assert_safe_at_once(&night.assert_true(&run, &before));
});

#[test]
fn with_every_event_of_aws_backup_lost_the_sweep_alone_finds_each_end() {
    let _ = LOST.holds();
}

pub(crate) static DOUBLED: Scenario<Machines> = Scenario::new("every event of AWS Backup doubled", |night| {
    break_events_of(&night.stage, BACKUP, EventEffect::Double);
    let _ = struck_night(night);
});

#[test]
fn doubled_events_of_aws_backup_make_no_second_attempt() {
    let _ = DOUBLED.holds();
}

pub(crate) static RECORD_STATE: Scenario<Machines> = Scenario::new("record-state killed over machines", |night| {
    break_call(&night.stage, "record-state", "SendTaskSuccess", Often::nth(1), CallEffect::KillCallerBefore);
    break_call(&night.stage, "record-state", "SendTaskSuccess", Often::nth(2), CallEffect::KillCaller);
    let _ = struck_night(night);
});

#[test]
fn record_state_killed_before_and_after_it_wakes_the_workflow_loses_no_machine() {
    let _ = RECORD_STATE.holds();
}

/// The next backup job ends in this state, with these words.
fn end_one(stage: &Stage, ends_as: &str, message: &str) {
    let end = Some(Ordered { state: ends_as.to_owned(), message: message.to_owned() });
    let faults = Faults { kind: Some(JobKind::Backup), times: Some(1), end, ..Faults::default() };
    stage.wait(stage.local.admin().break_backup(&faults)).unwrap();
}

/// One machine needed a second attempt, and all are safe.
fn assert_one_was_repeated(report: &Report) {
    let mut attempts: Vec<usize> = report.jobs.iter().map(|job| job.attempts.len()).collect();
    attempts.sort_unstable();
    assert_eq!((report.run.outcome, attempts), (Outcome::Succeeded, vec![1, 2]), "{report:#?}");
}

pub(crate) static EXPIRED: Scenario<Machines> = Scenario::new("a backup job whose window was over", |night| {
    end_one(&night.stage, "EXPIRED", "Backup job expired before completion.");
    let before = night.job_ids();
    let run = night.stage.fire(1);
    night.stage.until_closed(&run);
    assert_one_was_repeated(&night.assert_true(&run, &before));
});

#[test]
fn a_machine_whose_backup_expired_is_backed_up_again_on_demand() {
    let _ = EXPIRED.holds();
}

pub(crate) static PLANNED: Scenario<Machines> = Scenario::new("AWS Backup's own schedule, one window over", |night| {
    let stage = &night.stage;
    night.with("start: aws-backup", || {
        break_events_of(stage, BACKUP, EventEffect::Lose);
        let before = night.job_ids();
        let run = stage.fire(1);
        stage.until(&format!("every machine of {run} is expected"), || {
            let jobs = stage.wait(stage.world.table().jobs_of(&run)).unwrap_or_default();
            jobs.len() == night.tagged.len()
                && jobs.iter().all(|job| matches!(job.record.phase, Phase::Starting { .. }))
        });
        end_one(stage, "EXPIRED", "Backup job failed because there was a running job for the same resource.");
        night.fire_backup_plan();
        stage.until_swept(&run);
        assert_one_was_repeated(&night.assert_true(&run, &before));
    });
});

#[test]
fn jobs_of_aws_backups_own_schedule_are_adopted_and_an_expired_one_is_repeated_on_demand() {
    let _ = PLANNED.holds();
}

pub(crate) static FOREIGN: Scenario<Machines> =
    Scenario::new("a job of the backup plan that no night expects", |night| {
        let stage = &night.stage;
        night.with("start: aws-backup", || {
            let before = night.job_ids();
            end_one(stage, "FAILED", "An internal error occurred.");
            night.fire_backup_plan();
            let failed = || {
                let mut new = night.jobs().into_iter().filter(|job| !before.contains(&text(job, "BackupJobId")));
                new.find(|job| text(job, "State") == "FAILED").map(|job| text(&job, "BackupJobId"))
            };
            stage.until("a job of the backup plan has failed", || failed().is_some());
            let (region, account, id) = (&stage.stack.region, &stage.stack.account, failed().unwrap());
            let run = RunId::rerun_of(&format!("arn:aws:backup:{region}:{account}:backup-job:{id}").parse().unwrap());
            stage.until_closed(&run);
            let report = truth::report(stage, &run);
            assert_eq!((report.jobs.len(), report.run.outcome), (1, Outcome::Succeeded), "{report:#?}");
            assert_eq!(night.job_ids().len(), before.len() + night.tagged.len() + 1, "only what failed is repeated");
            truth::assert_told_once(stage, &run);
        });
    });

#[test]
fn a_failed_job_of_the_backup_plan_that_no_night_expects_is_repeated_for_its_machine_alone() {
    let _ = FOREIGN.holds();
}

/// Every machine is safe at once, with so many copies.
fn assert_copied(report: &Report, count: usize) {
    assert_safe_at_once(report);
    let copies = |job: &JobReport| job.recovery_point.as_ref().map_or(0, |kept| kept.copies.len());
    assert!(report.jobs.iter().all(|job| copies(job) == count), "{report:#?}");
}

pub(crate) static DEAD: Scenario<Machines> = Scenario::new("a night of machines without a workflow", |night| {
    let stage = &night.stage;
    night.with(&format!("copy: {{ vault: {COPIES} }}"), || {
        let before = night.job_ids();
        hold(stage, JobKind::Backup, Some("RUNNING"));
        let run = stage.fire(1);
        until_running(stage, &run, night.tagged.len());
        stop(stage, &stage.stack.nightly_run_arn(), run.as_str());
        hold(stage, JobKind::Backup, None);
        stage.until_swept(&run);
        assert_copied(&night.assert_true(&run, &before), 1);
    });
});

#[test]
fn machines_whose_workflow_is_dead_are_proved_and_copied_by_the_sweep() {
    let _ = DEAD.holds();
}

/// A workflow looks after copies every quarter of an hour; here it is stopped as soon as it has begun them, one of them in another
/// account, which lets it in by its own half of the plan.
pub(crate) static COPIED: Scenario<Machines> = Scenario::new("a workflow that dies over its copies", |night| {
    let stage = &night.stage;
    night.their_vault();
    let theirs = format!("{{ vault: {THEIRS}, account: \"{OTHER}\" }}");
    night.with(&format!("copy: [{{ vault: {COPIES} }}, {theirs}]"), || {
        let side = ["apply", "--yes", "--side", "other", "--own-account", &stage.stack.account];
        stage.apply_as(Some(OTHER), &side);
        let (before, copies) = (night.job_ids(), night.copy_count());
        let begun = || night.copy_count() - copies;
        let run = stage.fire(1);
        stage.until("each copy is begun", || begun() == 2 * night.tagged.len());
        stop(stage, &stage.stack.nightly_run_arn(), run.as_str());
        stage.until_swept(&run);
        assert_copied(&night.assert_true(&run, &before), 2);
        assert_eq!(begun(), 2 * night.tagged.len(), "each point is copied once to each vault");
    });
});

#[test]
fn copies_that_a_dead_workflow_began_here_and_in_another_account_are_found_and_not_begun_again() {
    let _ = COPIED.holds();
}

pub(crate) static CANCELLED: Scenario<Machines> = Scenario::new("a cancelling of a machine that broke off", |night| {
    let stage = &night.stage;
    let before = night.job_ids();
    hold(stage, JobKind::Backup, Some("RUNNING"));
    let run = stage.fire(1);
    until_running(stage, &run, night.tagged.len());
    // The wish is written down first; then the service is busy, for both tries of the person's program.
    let matches = CallMatch { operation: Some("StopBackupJob".to_owned()), ..CallMatch::default() };
    let busy = CallFault { matches, often: Often::times(2), effect: CallEffect::Throttle };
    let _ = stage.wait(stage.local.admin().break_calls(busy)).unwrap();
    let answer = stage.program(&["cancel", run.as_str(), &format!("{JOB}.{}", night.tagged[1])]);
    assert_eq!(answer.exit, 5, "{}\n{}", answer.said, answer.told);
    stage.until("the sweep has stopped it", || {
        let _ = ask::sweep(stage);
        night.jobs().iter().any(|job| !before.contains(&text(job, "BackupJobId")) && text(job, "State") == "ABORTED")
    });
    hold(stage, JobKind::Backup, None);
    stage.until_closed(&run);
    let report = night.assert_true(&run, &before);
    let outcomes: Vec<Outcome> = report.jobs.iter().map(|job| job.outcome).collect();
    assert_eq!(outcomes, [Outcome::Failed, Outcome::Succeeded], "{report:#?}");
});

#[test]
fn a_cancelled_backup_that_could_not_be_stopped_at_once_is_stopped_by_the_sweep() {
    let _ = CANCELLED.holds();
}

/// A recovery point to start from, whichever scenario is played first.
pub(crate) fn with_a_point(night: &Machines) {
    if night.job_ids().is_empty() {
        let run = night.stage.fire(1);
        night.stage.until_closed(&run);
    }
}

pub(crate) static RESTORED: Scenario<Machines> = Scenario::new("a machine restored in earnest", |night| {
    with_a_point(night);
    break_call(&night.stage, "start-job", "StartRestoreJob", Often::nth(1), CallEffect::KillCaller);
    let (exit, job, made) = night.brought_back("restore");
    assert_eq!((exit, job["phase"]["outcome"].as_str()), (0, Some("succeeded")), "{job:#}");
    assert_all_struck(&night.stage);
    assert_eq!(made.len(), 1, "one restore makes one machine: {made:?}");
    night.end(&made[0]);
});

#[test]
fn a_restore_whose_start_job_was_killed_makes_one_machine_as_it_was_asked_for() {
    let _ = RESTORED.holds();
}

pub(crate) static DRILLED: Scenario<Machines> = Scenario::new("a drill whose check and tidying die once", |night| {
    with_a_point(night);
    let stage = &night.stage;
    break_call(stage, "check-restore", "UpdateItem", Often::nth(1), CallEffect::KillCallerBefore);
    break_call(stage, "tidy-restore", "TerminateInstances", Often::nth(1), CallEffect::KillCaller);
    let (exit, job, left) = night.brought_back("drill");
    assert_all_struck(stage);
    let drill = &job["drill"];
    assert_eq!((exit, drill["verdict"]["came_out"].as_str()), (0, Some("passed")), "{job:#}");
    assert_eq!(drill["content"], json!({"is": "passed", "said": "it was looked into"}), "{job:#}");
    assert_eq!(left, Vec::<String>::new(), "a drill leaves nothing: {job:#}");
});

#[test]
fn a_drill_whose_check_restore_and_tidy_restore_die_once_passes_and_leaves_nothing() {
    let _ = DRILLED.holds();
}

pub(crate) static ORPHANED: Scenario<Machines> = Scenario::new("a drill without a workflow", |night| {
    with_a_point(night);
    let stage = &night.stage;
    let (before, known) = (night.running(), night.restores().len());
    hold(stage, JobKind::Restore, Some("RUNNING"));
    let opened = stage.program(&["drill", JOB, "--instance", &night.tagged[0]]);
    let run = opened.json()["run_id"].as_str().unwrap().to_owned();
    let run: RunId = run.parse().unwrap();
    until_running(stage, &run, 1);
    stop(stage, &stage.stack.restore_arn(), run.as_str());
    hold(stage, JobKind::Restore, None);
    stage.until_swept(&run);
    assert_eq!(night.restores().len(), known + 1, "one drill, one restore job: {:#?}", night.restores());
    assert_eq!(night.running(), before, "the sweep removes what a drill made");
    assert_eq!(truth::report(stage, &run).jobs[0].cause.as_ref().unwrap().id, "drill-check-broke");
    truth::assert_told_once(stage, &run);
});

#[test]
fn a_drill_whose_workflow_is_dead_is_judged_and_tidied_by_the_sweep() {
    let _ = ORPHANED.holds();
}
