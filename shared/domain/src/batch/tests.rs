//! Orders, confirmations, completion reports and judgements of batch jobs.

use jiff::Timestamp;
use proptest::prelude::*;

use super::completion::{CompletionReport, SAMPLE_OBJECTS_MAX, files, index_keys};
use super::confirm::{Decision, Facts, RuleNow, RulesNow, Verdict, decide};
use super::judge::{Evidences, judge};
use super::order::{BatchOrder, TOKEN_CHARS_MAX, attempt_of, is_of};
use super::*;
use crate::job::Job;
use crate::job_spec::Work;
use crate::outcome::{Judgement, Outcome, Retry};
use crate::replication::{DecidedBy, Unless, sample as plan};

const JOB: &str = "arn:aws:s3:ap-northeast-1:123456789012:job/7d0f2c1e-8a4b";

fn at(secs: i64) -> Timestamp {
    Timestamp::from_second(1_795_000_000 + secs).unwrap()
}

fn job() -> Job {
    let mut spec = crate::job_spec::tests::plan().jobs.remove(0);
    spec.name = "assets".parse().unwrap();
    spec.work = Work::Replicate(plan());
    let mut job = Job::open("nightly-2026-11-20T21-00-00Z".parse().unwrap(), spec, at(0));
    job.ready(at(0));
    let _ = job.claim(1, at(10));
    job
}

fn order() -> BatchOrder {
    BatchOrder::of(&job(), 1).unwrap()
}

fn seen(state: BatchState, total: u64, succeeded: u64, failed: u64) -> BatchObservation {
    BatchObservation {
        execution: JOB.parse().unwrap(),
        state,
        description: Some(order().description),
        terms: order().terms,
        counts: BatchCounts { total: Some(total), succeeded: Some(succeeded), failed: Some(failed) },
        failures: vec![],
        suspended_cause: None,
        update_reason: None,
        manifest: None,
        created_at: Some(at(11)),
        ended_at: None,
    }
}

fn rules() -> RulesNow {
    let plan = plan();
    let rule = RuleNow {
        id: plan.rule,
        is_enabled: true,
        prefix: Some(plan.prefix),
        bucket: plan.destination_bucket,
        account: Some(plan.destination_account),
    };
    RulesNow { role: plan.replication_role, rules: vec![rule] }
}

#[test]
fn the_same_attempt_is_the_same_order_and_the_next_one_another() {
    let mut job = job();
    let first = BatchOrder::of(&job, 1).unwrap();
    job.note(at(50), "something happened".into());
    assert_eq!(BatchOrder::of(&job, 1).unwrap(), first);
    let _ = job.claim(1, at(5_000));
    assert_eq!(BatchOrder::of(&job, 1).unwrap(), first, "a second claim changes nothing of the order");
    assert_ne!(BatchOrder::of(&job, 2).unwrap().token, first.token);
    assert_eq!(first.account, "123456789012");
}

#[test]
fn a_token_never_exceeds_what_the_service_takes() {
    let mut job = job();
    for length in [1, 20, 80] {
        job.run = "r".repeat(length).parse().unwrap();
        let order = BatchOrder::of(&job, 1).unwrap();
        assert!((1..=TOKEN_CHARS_MAX).contains(&order.token.len()));
        assert!(order.description.len() <= super::order::DESCRIPTION_CHARS_MAX);
        assert_eq!(attempt_of(&order.description), Some(order.attempt));
    }
}

#[test]
fn a_description_tells_one_stacks_jobs_from_anothers() {
    let (order, mut other) = (order(), plan());
    assert!(is_of(&order.description, &plan()));
    other.batch_role.push_str("-staging");
    assert!(!is_of(&order.description, &other));
    assert_eq!(attempt_of("a colleague's migration"), None);
}

#[test]
fn every_documented_state_is_known_and_three_are_ends() {
    assert_eq!(BatchState::KNOWN.len(), 13);
    for state in BatchState::KNOWN {
        assert_eq!(&BatchState::of(&state.word().to_uppercase()), state);
    }
    let ends: Vec<_> = BatchState::KNOWN.iter().filter(|state| state.is_end()).map(BatchState::word).collect();
    assert_eq!(ends, ["Complete", "Failed", "Cancelled"]);
    assert!(!BatchState::of("Resting").is_end());
    assert!(!BatchState::of("Resting").is_let_through());
}

/// A decision about a list of so many objects, after a change of what it depends on.
fn decided(total: u64, change: impl FnOnce(&mut Replication, &mut BatchObservation, &mut RulesNow)) -> Verdict {
    let (mut plan, mut seen, mut rules) = (plan(), seen(BatchState::Suspended, total, 0, 0), rules());
    change(&mut plan, &mut seen, &mut rules);
    decide(&facts(&plan, &order(), &seen, &rules))
}

use crate::replication::Replication;

fn facts<'a>(
    replication: &'a Replication,
    order: &'a BatchOrder,
    seen: &'a BatchObservation,
    rules: &'a RulesNow,
) -> Facts<'a> {
    Facts {
        replication,
        order,
        seen,
        rules,
        bytes: None,
        largest: None,
        decision: None,
        asked_until: None,
        now: at(100),
    }
}

fn refusal(verdict: &Verdict) -> &str {
    match verdict {
        Verdict::Cancel { cause, .. } => &cause.id,
        Verdict::NotWaiting | Verdict::Confirm { .. } | Verdict::AwaitPerson { .. } => panic!("{verdict:?}"),
    }
}

#[test]
fn what_the_plan_allows_is_confirmed_up_to_the_limit_and_not_beyond() {
    assert_eq!(decided(1_000, |_, _, _| {}), Verdict::Confirm { by: "guardrails".into() });
    assert_eq!(refusal(&decided(1_001, |_, _, _| {})), "batch-above-limit");
    assert_eq!(
        decided(5_000, |plan, _, _| plan.guardrails.objects_max = None),
        Verdict::Confirm { by: "guardrails".into() }
    );
}

#[test]
fn only_a_job_that_waits_is_decided_about() {
    for state in BatchState::KNOWN.iter().filter(|state| **state != BatchState::Suspended) {
        assert_eq!(decided(9_999, |_, seen, _| seen.state = state.clone()), Verdict::NotWaiting, "{state:?}");
    }
}

#[test]
fn what_was_listed_for_other_settings_is_cancelled() {
    let others: [fn(&mut BatchObservation); 8] = [
        |seen| seen.terms.role = Some("arn:aws:iam::123456789012:role/admin".into()),
        |seen| seen.terms.is_replication = Some(false),
        |seen| seen.terms.source_bucket = Some("payroll".into()),
        |seen| seen.terms.is_eligible_only = None,
        |seen| seen.terms.prefix = Some("logs/".into()),
        |seen| seen.terms.report = None,
        |seen| seen.description = Some("nightferry other/assets/1 0".into()),
        |seen| seen.created_at = Some(at(-100_000)),
    ];
    for (at, change) in others.into_iter().enumerate() {
        assert_eq!(refusal(&decided(1, |_, seen, _| change(seen))), "batch-job-differs", "{at}");
    }
}

#[test]
fn a_rule_that_is_not_the_plans_any_more_cancels_and_says_how() {
    let others: [fn(&mut RulesNow); 6] = [
        |now| now.rules.clear(),
        |now| now.rules[0].is_enabled = false,
        |now| now.rules[0].bucket = "elsewhere".into(),
        |now| now.rules[0].account = Some("999999999999".into()),
        |now| now.rules[0].prefix = None,
        |now| now.role = "arn:aws:iam::123456789012:role/other".into(),
    ];
    for (at, change) in others.into_iter().enumerate() {
        assert_eq!(refusal(&decided(1, |_, _, rules| change(rules))), "replication-rule-differs", "{at}");
    }
}

#[test]
fn objects_that_nobody_counted_are_never_confirmed() {
    let verdict = decided(1, |plan, seen, _| {
        plan.guardrails.objects_max = None;
        seen.counts.total = None;
    });
    assert_eq!(refusal(&verdict), "batch-objects-uncounted");
}

#[test]
fn bytes_that_nobody_summed_up_are_a_persons_to_decide_and_too_many_are_nobodys() {
    let (mut plan, seen, rules, order) = (plan(), seen(BatchState::Suspended, 10, 0, 0), rules(), order());
    plan.guardrails.bytes_max = Some(1_000);
    let facts = facts(&plan, &order, &seen, &rules);
    assert!(matches!(decide(&facts), Verdict::AwaitPerson { .. }));
    assert!(matches!(decide(&Facts { bytes: Some(1_000), ..facts }), Verdict::Confirm { .. }));
    assert_eq!(refusal(&decide(&Facts { bytes: Some(1_001), ..facts })), "batch-above-limit");
}

#[test]
fn a_night_much_larger_than_the_last_ones_asks_a_person() {
    let mut plan = plan();
    plan.guardrails.objects_max = None;
    let (rules, order) = (rules(), order());
    let decide_of = |listed, largest| {
        let seen = seen(BatchState::Suspended, listed, 0, 0);
        decide(&Facts { largest, ..facts(&plan, &order, &seen, &rules) })
    };
    assert!(matches!(decide_of(20_001, Some(2_000)), Verdict::AwaitPerson { .. }));
    assert!(matches!(decide_of(20_000, Some(2_000)), Verdict::Confirm { .. }));
    assert!(matches!(decide_of(9_000, Some(1)), Verdict::Confirm { .. }), "small nights vary");
    assert!(matches!(decide_of(9_000_000, None), Verdict::Confirm { .. }), "the first night has everything to copy");
}

#[test]
fn a_person_is_asked_decides_and_is_not_waited_for_forever() {
    let (mut plan, seen, rules, order) = (plan(), seen(BatchState::Suspended, 10, 0, 0), rules(), order());
    plan.guardrails.decided_by = DecidedBy::Person;
    let asked = facts(&plan, &order, &seen, &rules);
    assert!(matches!(decide(&asked), Verdict::AwaitPerson { until, .. } if until == at(100 + 3_600)));
    let word = |is_yes| Decision { attempt: 1, is_yes, by: "mio".into(), at: at(90), reason: "checked".into() };
    let (yes, no) = (word(true), word(false));
    assert_eq!(decide(&Facts { decision: Some(&yes), ..asked }), Verdict::Confirm { by: "mio".into() });
    assert_eq!(refusal(&decide(&Facts { decision: Some(&no), ..asked })), "batch-job-declined");
    let late = Facts { asked_until: Some(at(50)), ..asked };
    assert_eq!(refusal(&decide(&late)), "batch-job-undecided");
    let mut plan = plan.clone();
    plan.guardrails.unless_decided = Unless::Confirm;
    assert_eq!(decide(&Facts { replication: &plan, ..late }), Verdict::Confirm { by: "nobody in time".into() });
    plan.guardrails.objects_max = Some(9);
    let too_large = Facts { replication: &plan, decision: Some(&yes), ..asked };
    assert_eq!(refusal(&decide(&too_large)), "batch-above-limit", "limits stand above a person");
}

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
    let evidences = Evidences { replication: &plan(), seen, report, sample, rules: Some(&rules()), refused: None };
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
        judge(&Evidences { replication: &plan, seen: &empty, report: None, sample: &none, rules, refused: None })
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
        judge(&Evidences { replication: &plan, seen: &seen, report: None, sample: &none, rules: None, refused })
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
        total in 0_u64..20, succeeded in proptest::option::of(0_u64..20), failed in proptest::option::of(0_u64..20),
        good in 0_u32..20, bad in 0_u32..3, state in 0_usize..13,
    ) {
        let mut seen = seen(BatchState::KNOWN[state].clone(), total, 0, 0);
        seen.counts = BatchCounts { total: Some(total), succeeded, failed };
        let rows = |n: u32, word: &str| (0..n).map(|k| format!("b,{word}{k},v,{word},1,,m\n")).collect::<String>();
        let report = report(&(rows(good, "succeeded") + &rows(bad, "failed")));
        let evidences = Evidences {
            replication: &plan(), seen: &seen, report: Some(&report), sample: &Sample::default(), rules: Some(&rules()), refused: None,
        };
        let is_proved = seen.state == BatchState::Complete && succeeded == Some(total) && failed == Some(0) && bad == 0;
        let judgement = judge(&evidences);
        prop_assert_eq!(judgement.is_some_and(|judgement| judgement.outcome.is_safe()), is_proved);
    }
}
