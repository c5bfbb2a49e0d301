use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::Value;

use super::sample::{any_night, at, jobs, next_runs, night, run};
use super::{NotAllSettled, Report, ReportError};
use crate::job::{Job, Phase};
use crate::outcome::Outcome;

fn built(jobs: &[Job]) -> Result<Report, NotAllSettled> {
    Report::build(&run(), jobs, &next_runs(jobs), at(313))
}

#[test]
fn the_worst_job_comes_first_and_names_the_night() {
    let report = night();
    let outcomes: Vec<_> = report.jobs.iter().map(|job| job.outcome).collect();
    assert_eq!(outcomes, [Outcome::Failed, Outcome::Partial, Outcome::Succeeded, Outcome::NothingToDo]);
    assert_eq!(report.run.outcome, Outcome::Failed);
}

#[test]
fn a_night_has_nothing_to_do_only_if_every_job_had_nothing_to_do() {
    let idle: Vec<_> =
        jobs().into_iter().filter(|job| job.settlement().unwrap().outcome == Outcome::NothingToDo).collect();
    let run = crate::run::Run { job_count: 1, ..run() };
    let report = Report::build(&run, &idle, &BTreeMap::new(), at(313)).unwrap();
    assert_eq!(report.run.outcome, Outcome::NothingToDo);
}

#[test]
fn a_missing_job_is_refused() {
    let mut jobs = jobs();
    jobs.truncate(3);
    assert!(matches!(built(&jobs), Err(NotAllSettled::Miscounted { promised: 4, found: 3, .. })));
}

#[test]
fn a_doubled_record_does_not_make_up_for_a_missing_one() {
    let mut jobs = jobs();
    jobs[3] = jobs[0].clone();
    let error = built(&jobs).unwrap_err();
    assert_eq!(
        error.to_string(),
        "job `home-directories` of run nightly-2026-11-20T21-00-00Z was read more than once, so another one is \
         missing; read the run's jobs again"
    );
}

#[test]
fn a_job_of_another_night_is_refused() {
    let mut jobs = jobs();
    jobs[0].run = "nightly-2026-11-19T21-00-00Z".parse().unwrap();
    assert!(matches!(built(&jobs), Err(NotAllSettled::Foreign { .. })));
}

#[test]
fn a_job_that_has_not_ended_is_refused_by_name() {
    let mut jobs = jobs();
    jobs[1].phase = Phase::Opened;
    jobs[3].phase = Phase::Opened;
    let error = built(&jobs).unwrap_err();
    assert_eq!(
        error.to_string(),
        "2 job(s) of run nightly-2026-11-20T21-00-00Z have not ended, the first is `video-archive`; they settle by \
         their deadlines"
    );
}

#[test]
fn a_job_that_never_came_to_an_attempt_is_told_all_the_same() {
    let mut jobs = jobs();
    jobs[2].attempts.clear();
    let report = built(&jobs).unwrap();
    let job = report.jobs.iter().find(|job| job.name.as_str() == "partner-logs").unwrap();
    assert_eq!((job.started_at, job.duration_secs, job.attempts.len()), (None, 0, 0));
}

#[test]
fn an_unknown_schema_is_refused_before_anything_else() {
    let json = night().to_json().replace("nightferry.report/1", "nightferry.report/2");
    assert_eq!(Report::read(json.as_bytes()), Err(ReportError::UnknownSchema { found: "nightferry.report/2".into() }));
}

#[test]
fn what_is_not_json_is_unreadable() {
    assert!(matches!(Report::read(b"<html>"), Err(ReportError::Unreadable { .. })));
}

#[test]
fn sums_that_do_not_follow_from_the_jobs_are_refused_even_under_a_right_digest() {
    let mut report = night();
    report.counts.failed = 0;
    report.digest = report.digest_of_content();
    assert_eq!(Report::read(report.to_json().as_bytes()), Err(ReportError::Contradictory { what: "counts" }));
    let mut report = night();
    report.run.outcome = Outcome::Succeeded;
    report.digest = report.digest_of_content();
    assert_eq!(Report::read(report.to_json().as_bytes()), Err(ReportError::Contradictory { what: "outcome" }));
}

#[test]
fn members_are_sorted_at_every_depth_and_nothing_is_spaced() {
    let json = night().to_json();
    assert!(json.starts_with(r#"{"counts":{"bytes":"#), "{json}");
    assert!(json.contains(r#""cause":{"fix":"#));
    assert!(!json.contains('\n'));
    insta::assert_snapshot!(json);
}

#[test]
fn every_value_of_a_report_is_under_its_digest() {
    let report: Value = serde_json::from_str(&night().to_json()).unwrap();
    let mut paths = vec![];
    leaves(&report, String::new(), &mut paths);
    assert!(paths.len() > 80, "{paths:?}");
    for path in paths {
        let mut changed = report.clone();
        *changed.pointer_mut(&path).unwrap() = Value::from("changed");
        let error = Report::read(changed.to_string().as_bytes()).unwrap_err();
        let is_seen = match error {
            ReportError::DigestDiffers { .. } => true,
            ReportError::UnknownSchema { .. } => path == "/schema",
            ReportError::TooLong { .. } | ReportError::Unreadable { .. } | ReportError::Contradictory { .. } => false,
        };
        assert!(is_seen, "{path}: {error}");
    }
}

fn leaves(value: &Value, path: String, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => members.iter().for_each(|(name, v)| leaves(v, format!("{path}/{name}"), found)),
        Value::Array(items) => items.iter().enumerate().for_each(|(n, v)| leaves(v, format!("{path}/{n}"), found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => found.push(path),
    }
}

proptest! {
    #[test]
    fn counts_can_be_recounted_from_the_records((run, jobs) in any_night()) {
        let report = Report::build(&run, &jobs, &BTreeMap::new(), at(2_000)).unwrap();
        let ended = |outcome| jobs.iter().filter(|job| job.settlement().unwrap().outcome == outcome).count() as u64;
        prop_assert_eq!(report.counts.jobs, jobs.len() as u64);
        prop_assert_eq!(report.counts.succeeded, ended(Outcome::Succeeded));
        prop_assert_eq!(report.counts.nothing_to_do, ended(Outcome::NothingToDo));
        prop_assert_eq!(report.counts.partial, ended(Outcome::Partial));
        prop_assert_eq!(report.counts.failed, ended(Outcome::Failed));
        let sum = |count: fn(&crate::outcome::Tally) -> u64| {
            jobs.iter().fold(0u64, |sum, job| sum.saturating_add(count(&job.settlement().unwrap().tally)))
        };
        prop_assert_eq!(report.counts.files, sum(|tally| tally.files));
        prop_assert_eq!(report.counts.bytes, sum(|tally| tally.bytes));
        prop_assert_eq!(report.counts.failed_items, sum(|tally| tally.failed));
    }

    #[test]
    fn what_was_written_is_read_back((run, jobs) in any_night()) {
        let report = Report::build(&run, &jobs, &BTreeMap::new(), at(2_000)).unwrap();
        prop_assert_eq!(Report::read(report.to_json().as_bytes()), Ok(report));
    }

    #[test]
    fn the_order_of_the_records_makes_no_difference((run, jobs) in any_night(), turn in 0usize..8) {
        let mut turned = jobs.clone();
        turned.rotate_left(turn.checked_rem(jobs.len()).unwrap_or(0));
        let [one, other] = [jobs, turned].map(|j| Report::build(&run, &j, &BTreeMap::new(), at(2_000)).unwrap());
        prop_assert_eq!(one.to_json(), other.to_json());
    }

    #[test]
    fn no_job_can_be_left_out((run, mut jobs) in any_night(), lost in 0usize..8) {
        prop_assume!(!jobs.is_empty());
        let lost = lost % jobs.len();
        let _ = jobs.remove(lost);
        prop_assert!(Report::build(&run, &jobs, &BTreeMap::new(), at(2_000)).is_err());
    }
}

#[test]
fn a_document_is_too_long_beyond_its_limit_and_not_at_it() {
    let mut long = vec![b'x'; 64 * 1_024 * 1_024 + 1];
    assert!(matches!(Report::read(&long), Err(ReportError::TooLong { .. })));
    let _ = long.pop();
    assert!(matches!(Report::read(&long), Err(ReportError::Unreadable { .. })));
}
