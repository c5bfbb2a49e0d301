use super::*;
use crate::job_spec::tests::{plan, task};

fn run(trigger: Trigger) -> Run {
    Run {
        id: "nightly-1".parse().unwrap(),
        trigger,
        opened_at: jiff::Timestamp::UNIX_EPOCH,
        plan_key: "plans/1.json".into(),
        job_count: 2,
        phase: RunPhase::Opening,
    }
}

fn wanted(trigger: Trigger) -> Vec<String> {
    let run = run(trigger);
    plan().jobs.iter().filter(|job| run.wants(job)).map(|job| job.name.to_string()).collect()
}

fn by_person(jobs: &[&str]) -> Trigger {
    Trigger::Person { jobs: jobs.iter().map(|job| job.parse().unwrap()).collect(), note: String::new() }
}

#[test]
fn a_schedule_wants_its_own_jobs() {
    let at = jiff::Timestamp::UNIX_EPOCH;
    assert_eq!(wanted(Trigger::Schedule { schedule: "nightly".parse().unwrap(), at }), ["home", "mail"]);
}

#[test]
fn a_person_who_names_no_job_wants_all_of_them() {
    assert_eq!(wanted(by_person(&[])), ["home", "mail", "photos"]);
    assert_eq!(wanted(by_person(&["photos"])), ["photos"]);
}

#[test]
fn a_foreign_failure_wants_the_one_job_that_failed() {
    let execution = format!("{}/execution/exec-0f9e8d7c6b5a43210", task(2).as_str()).parse().unwrap();
    assert_eq!(wanted(Trigger::ForeignFailure { execution, job: "mail".parse().unwrap() }), ["mail"]);
}

#[test]
fn a_run_is_open_until_it_is_told() {
    let mut run = run(by_person(&[]));
    let (at, report_key) = (jiff::Timestamp::UNIX_EPOCH, String::new());
    for phase in [RunPhase::Opening, RunPhase::Open, RunPhase::Telling { lease_until: at, report_key: String::new() }] {
        run.phase = phase;
        assert!(run.is_open());
    }
    run.phase = RunPhase::Closed { at, report_key };
    assert!(!run.is_open());
}

#[test]
fn a_runs_documents_lie_under_its_id() {
    let run = run(by_person(&[]));
    assert_eq!(run.manifest_key(), "runs/nightly-1/manifest.json");
    assert_eq!(run.report_key("html"), "reports/nightly-1/report.html");
}
