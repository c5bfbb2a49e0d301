//! Completion reports, and how batch jobs end.

use proptest::prelude::*;

use super::super::completion::{CompletionReport, SAMPLE_OBJECTS_MAX, files, index_keys};
use super::super::confirm::RulesNow;
use super::super::judge::{Evidences, judge};
use super::super::{BatchCounts, BatchObservation, BatchState, FailureReason, ReplicaState, Sample};
use super::{JOB, rules, seen};
use crate::outcome::{Judgement, Outcome, Retry};
use crate::replication::sample as plan;

const ROWS: &str = "example-assets,a+b%2Fc.txt,v1,succeeded,,200,Successful\n\
    example-assets,\"we\"\"ird,%E5%A4%9C\",v2,failed,DstKmsKeyNotFound,500,\"no key, says \"\"S3\"\"\"\n\
    example-assets,d,v3,failed,404,SrcVersionNotFound,gone\n\
    example-assets,e,,failed,DstKmsKeyNotFound,500,no key\n";

fn report(rows: &str) -> CompletionReport {
    let mut report = CompletionReport::default();
    report.add(rows.as_bytes(), true).unwrap();
    report
}

#[test]
fn a_report_is_read_in_either_order_of_its_columns() {
    let report = report(ROWS);
    assert_eq!((report.succeeded, report.failed), (1, 3));
    let causes: Vec<_> =
        report.causes_by_count().iter().map(|(name, group)| ((*name).to_owned(), group.count)).collect();
    assert_eq!(causes, [("DstKmsKeyNotFound".to_owned(), 2), ("SrcVersionNotFound".to_owned(), 1)]);
    assert_eq!(report.failed_items()[0].path, "we\"ird,夜");
    assert_eq!(report.failed_items()[0].reason, "no key, says \"S3\"");
    assert_eq!(report.sample()[0].key, "a b/c.txt");
}

#[test]
fn the_beginning_of_a_file_is_read_up_to_its_last_whole_row() {
    let mut report = CompletionReport::default();
    report.add(&ROWS.as_bytes()[..ROWS.len() - 3], false).unwrap();
    assert_eq!((report.succeeded, report.failed, report.is_cut_off), (1, 2, true));
}

#[test]
fn the_sample_is_the_same_in_whatever_order_rows_are_read() {
    let row = |n: u32| format!("b,k{n},v{n},succeeded,200,,ok\n");
    let (mut forth, mut back) = (CompletionReport::default(), CompletionReport::default());
    for n in 0..500 {
        forth.add(row(n).as_bytes(), true).unwrap();
        back.add(row(499 - n).as_bytes(), true).unwrap();
    }
    assert_eq!(forth.sample(), back.sample());
    assert_eq!(forth.sample().len(), SAMPLE_OBJECTS_MAX);
}

#[test]
fn an_index_names_failed_files_first_and_none_elsewhere() {
    let place = plan().reports;
    let [key, other] = index_keys(&place, &JOB.parse().unwrap());
    assert_eq!(key, "batch-reports/assets/job-7d0f2c1e-8a4b/manifest.json");
    assert!(other.ends_with("report.json"));
    let entry = |status: &str, key: &str| {
        format!(r#"{{"TaskExecutionStatus":"{status}","Bucket":"records","MD5Checksum":"x","Key":"{key}"}}"#)
    };
    let index =
        |first: &str, second: &str| format!(r#"{{"Format":"Report_CSV_20180820","Results":[{first},{second}]}}"#);
    let (good, bad) =
        (entry("succeeded", "batch-reports/assets/job-1/a.csv"), entry("failed", "batch-reports/assets/job-1/b.csv"));
    let read = files(index(&good, &bad).as_bytes(), &place).unwrap();
    assert_eq!(read[0].task_execution_status, "failed");
    assert!(files(index(&good, &entry("failed", "secrets/x.csv")).as_bytes(), &place).is_err());
    assert!(files(b"{}", &place).is_err());
}

fn judged(seen: &BatchObservation, report: Option<&CompletionReport>, sample: &Sample) -> Judgement {
    let evidences = Evidences {
        replication: &plan(),
        seen,
        report,
        sample,
        rules: Some(&rules()),
        refused: None,
        listed_bytes: None,
    };
    judge(&evidences).unwrap()
}

fn cause(judgement: &Judgement) -> &str {
    &judgement.cause.as_ref().unwrap().id
}

#[test]
fn complete_is_success_only_when_every_object_was_copied_and_the_report_says_so_too() {
    let good = report("b,k,v,succeeded,200,,ok\n");
    let none = Sample::default();
    let judgement = judged(&seen(BatchState::Complete, 1, 1, 0), Some(&good), &none);
    assert_eq!((judgement.outcome, judgement.tally.files), (Outcome::Succeeded, 1));
    let failed = judged(&seen(BatchState::Complete, 4, 1, 3), Some(&report(ROWS)), &none);
    assert_eq!((failed.outcome, failed.tally.failed, failed.failed_items.len()), (Outcome::Partial, 3, 3));
    assert!(
        failed
            .cause
            .unwrap()
            .what
            .starts_with("3 of 4 objects were not copied: 2 DstKmsKeyNotFound, 1 SrcVersionNotFound")
    );
    let hidden = judged(&seen(BatchState::Complete, 4, 4, 0), Some(&report(ROWS)), &none);
    assert_eq!(hidden.outcome, Outcome::Partial, "the report names what the counts hide");
    let all_failed = judged(&seen(BatchState::Complete, 3, 0, 3), None, &none);
    assert_eq!((all_failed.outcome, cause(&all_failed)), (Outcome::Failed, "batch-report-missing"));
    let unread = judged(&seen(BatchState::Complete, 2, 2, 0), None, &none);
    assert_eq!(
        (unread.outcome, cause(&unread), unread.retry),
        (Outcome::Partial, "batch-report-missing", Retry::Useless)
    );
}

#[test]
fn counts_that_are_missing_or_do_not_add_up_are_doubt() {
    let good = report("b,k,v,succeeded,200,,ok\n");
    let mut missing = seen(BatchState::Complete, 1, 1, 0);
    missing.counts.succeeded = None;
    let judgement = judged(&missing, Some(&good), &Sample::default());
    assert_eq!(
        (judgement.outcome, cause(&judgement), judgement.tally.uncounted_attempts),
        (Outcome::Partial, "batch-counts-doubtful", 1)
    );
    let short = judged(&seen(BatchState::Complete, 5, 4, 0), Some(&good), &Sample::default());
    assert_eq!((short.outcome, cause(&short)), (Outcome::Partial, "batch-counts-doubtful"));
}

#[test]
fn regression_a_report_that_does_not_tell_of_every_counted_object_is_doubt() {
    let all_counted = seen(BatchState::Complete, 2, 2, 0);
    let row = "b,k,v,succeeded,200,,ok\n";
    for (rows, what) in [("", "an empty one"), (row, "a short one"), (&*row.repeat(3), "a long one")] {
        let judgement = judged(&all_counted, Some(&report(rows)), &Sample::default());
        assert_eq!((judgement.outcome, cause(&judgement)), (Outcome::Partial, "batch-report-differs"), "{what}");
        assert_eq!(judgement.retry, Retry::Sensible, "{what}");
        assert!(judgement.tally.unverified > 0, "{what}: a later attempt with nothing to do must not make it green");
    }
    assert_eq!(judged(&all_counted, Some(&report(&row.repeat(2))), &Sample::default()).outcome, Outcome::Succeeded);
}

#[test]
fn a_report_that_was_not_read_to_its_end_may_tell_of_fewer_objects() {
    let mut beginning = report("b,k,v,succeeded,200,,ok\n");
    beginning.is_cut_off = true;
    let judgement = judged(&seen(BatchState::Complete, 2, 2, 0), Some(&beginning), &Sample::default());
    assert_eq!(judgement.outcome, Outcome::Succeeded);
}

#[test]
fn the_bytes_that_were_listed_are_told_once_all_of_it_was_copied() {
    let bytes = |seen: &BatchObservation, listed_bytes: Option<u64>| {
        let (plan, rules, report) = (plan(), rules(), report("b,k,v,succeeded,200,,ok\n"));
        let (report, rules, sample) = (Some(&report), Some(&rules), &Sample::default());
        let evidences = Evidences { replication: &plan, seen, report, sample, rules, refused: None, listed_bytes };
        judge(&evidences).unwrap().tally.bytes
    };
    assert_eq!(bytes(&seen(BatchState::Complete, 1, 1, 0), Some(700)), 700);
    assert_eq!(bytes(&seen(BatchState::Complete, 1, 1, 0), None), 0, "nobody knows them");
    assert_eq!(bytes(&seen(BatchState::Complete, 2, 1, 1), Some(700)), 0, "which of them were copied is not known");
}

#[test]
fn a_copied_object_that_is_not_there_is_doubt() {
    let good = report("b,k,v,succeeded,200,,ok\n");
    let looked =
        |state| Sample { looked_at: good.sample().into_iter().map(|object| (object, Clone::clone(&state))).collect() };
    let outcome =
        |state: ReplicaState| judged(&seen(BatchState::Complete, 1, 1, 0), Some(&good), &looked(state)).outcome;
    for state in [ReplicaState::Failed, ReplicaState::Pending, ReplicaState::Unproved("X".into())] {
        assert_eq!(outcome(state.clone()), Outcome::Partial, "{state:?}");
    }
    assert_eq!(outcome(ReplicaState::Completed), Outcome::Succeeded);
    assert_eq!(outcome(ReplicaState::Gone), Outcome::Succeeded, "deleted since, at its owner's wish");
    assert_eq!(outcome(ReplicaState::Marker), Outcome::Succeeded, "S3 tells nothing of a marker");
}

fn failing(reason: &str, succeeded: u64) -> BatchObservation {
    let mut seen = seen(BatchState::Failed, 10, succeeded, 0);
    seen.failures = vec![FailureReason { code: "X".into(), reason: reason.into() }];
    seen
}

#[test]
fn an_empty_list_is_nothing_to_do_only_under_the_plans_own_rule() {
    let empty = failing("Manifest generation found no keys matching the filter criteria.", 0);
    let (plan, none, mut rules) = (plan(), Sample::default(), rules());
    let judged = |rules: Option<&RulesNow>| {
        judge(&Evidences {
            replication: &plan,
            seen: &empty,
            report: None,
            sample: &none,
            rules,
            refused: None,
            listed_bytes: None,
        })
        .unwrap()
    };
    assert_eq!(judged(Some(&rules)).outcome, Outcome::NothingToDo);
    assert_eq!(judged(None).outcome, Outcome::Failed);
    rules.rules[0].prefix = Some("/Tax/".into());
    assert_eq!(
        (judged(Some(&rules)).outcome, cause(&judged(Some(&rules)))),
        (Outcome::Failed, "replication-rule-differs")
    );
}

#[test]
fn a_failed_job_is_partial_where_it_copied_something() {
    let none = Sample::default();
    assert_eq!(judged(&failing("more than 50% of the tasks failed", 4), None, &none).outcome, Outcome::Partial);
    assert_eq!(judged(&failing("more than 50% of the tasks failed", 0), None, &none).outcome, Outcome::Failed);
    let unwritten = judged(&failing("The job report could not be written to your report bucket", 10), None, &none);
    assert_eq!(
        (unwritten.outcome, cause(&unwritten), unwritten.retry),
        (Outcome::Partial, "batch-report-unwritten", Retry::Useless)
    );
}

#[test]
fn a_cancelled_job_says_whether_it_was_us() {
    let (plan, none) = (plan(), Sample::default());
    let seen = seen(BatchState::Cancelled, 10, 0, 0);
    let ours =
        crate::outcome::Cause { id: "batch-above-limit".into(), what: "too much".into(), fix: "x".into(), said: None };
    let judged = |refused| {
        judge(&Evidences {
            replication: &plan,
            seen: &seen,
            report: None,
            sample: &none,
            rules: None,
            refused,
            listed_bytes: None,
        })
        .unwrap()
    };
    assert_eq!((judged(None).outcome, cause(&judged(None))), (Outcome::Failed, "batch-job-cancelled"));
    assert_eq!(cause(&judged(Some(&ours))), "batch-above-limit");
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..400), is_whole: bool) {
        let _ = CompletionReport::default().add(&bytes, is_whole);
        let _ = files(&bytes, &plan().reports);
    }

    #[test]
    fn green_is_never_said_over_an_object_that_was_not_copied(
        total in 0_u64..6, succeeded in proptest::option::of(0_u64..6), failed in proptest::option::of(0_u64..2),
        good in 0_u32..6, bad in 0_u32..2, state in 0_usize..13,
    ) {
        let mut seen = seen(BatchState::KNOWN[state].clone(), total, 0, 0);
        seen.counts = BatchCounts { total: Some(total), succeeded, failed };
        let row = |word: &str, k: u32| format!("b,{word}{k},v,{word},1,,m\n");
        let rows = |n: u32, word: &str| (0..n).map(|k| row(word, k)).collect::<Vec<_>>().concat();
        let report = report(&(rows(good, "succeeded") + &rows(bad, "failed")));
        let evidences = Evidences {
            replication: &plan(), seen: &seen, report: Some(&report), sample: &Sample::default(), rules: Some(&rules()), refused: None, listed_bytes: None,
        };
        let is_proved = seen.state == BatchState::Complete && succeeded == Some(total) && failed == Some(0) && bad == 0
            && u64::from(good) == total;
        let judgement = judge(&evidences);
        prop_assert_eq!(judgement.is_some_and(|judgement| judgement.outcome.is_safe()), is_proved);
    }
}
