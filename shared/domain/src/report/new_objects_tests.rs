//! New objects in every form of the report.

use super::super::sample::{at, night};
use super::super::{html, junit, markdown, message};
use super::*;

fn new_objects(state: RuleState, failed: u64) -> NewObjects {
    NewObjects {
        rule: "nightferry-wiki".into(),
        since: at(-1_440),
        state,
        failed,
        carried: 2,
        operations_pending: Some(3),
        bytes_pending: Some(1_024),
        behind_secs: Some(12),
        why: None,
    }
}

/// The night of the samples, in which `wiki` had nothing to do.
fn told(new_objects: NewObjects) -> Report {
    night().with_new_objects(BTreeMap::from([("wiki".parse().unwrap(), new_objects)]))
}

fn job<'a>(report: &'a Report, name: &str) -> &'a JobReport {
    report.jobs.iter().find(|job| job.name.as_str() == name).unwrap()
}

const FAILING: &str = "FAILING: 4 operations failed since 2026-11-19 21:00 UTC; \
    2 operations failed earlier, of which the latest batch job left none behind, 3 operations (1.0 KiB) pending, 12 s behind";

#[test]
fn a_job_whose_new_objects_fail_is_partial_and_every_form_says_so() {
    let report = told(new_objects(RuleState::Failing, 4));
    let wiki = job(&report, "wiki");
    assert_eq!((wiki.outcome, wiki.cause.as_ref().unwrap().id.as_str()), (Outcome::Partial, "new-objects-failing"));
    assert_eq!((report.counts.partial, report.counts.nothing_to_do), (2, 0));
    assert_eq!(message::subject(&report), "[Nightferry] nightly 2026-11-20: 1 ok, 2 PARTIAL, 1 FAILED");
    let page = html::page(&report, &TimeZone::UTC).unwrap();
    for text in [message::message(&report), markdown::text(&report), page] {
        assert!(text.replace("&#39;", "'").contains(FAILING), "{text}");
    }
    assert!(junit::xml(&report).unwrap().contains("new-objects-failing"));
}

#[test]
fn what_the_batch_job_proved_stays_as_it_was() {
    let (before, after) = (night(), told(new_objects(RuleState::Failing, 4)));
    let (was, is) = (job(&before, "wiki"), job(&after, "wiki"));
    assert_eq!((was.files, was.bytes, was.failed, &was.attempts), (is.files, is.bytes, is.failed, &is.attempts));
    assert_eq!(was.attempts[0].outcome, Some(Outcome::NothingToDo));
}

#[test]
fn jobs_stay_sorted_by_what_they_have_become_and_the_report_can_be_read_back() {
    let report = told(new_objects(RuleState::Failing, 4));
    let order: Vec<Outcome> = report.jobs.iter().map(|job| job.outcome).collect();
    assert_eq!(order, [Outcome::Failed, Outcome::Partial, Outcome::Partial, Outcome::Succeeded]);
    assert_eq!(Report::read(report.to_json().as_bytes()).unwrap(), report);
}

#[test]
fn a_healthy_rule_and_one_that_nobody_knows_of_change_no_outcome_and_are_told() {
    for (state, carried, words) in [
        (RuleState::Healthy, 0, "healthy since"),
        (RuleState::Healthy, 2, "healthy now; 2 operations failed earlier"),
        (RuleState::Unknown, 0, "NOT KNOWN"),
    ] {
        let report = told(NewObjects { carried, ..new_objects(state, 0) });
        assert_eq!((job(&report, "wiki").outcome, &report.counts), (Outcome::NothingToDo, &night().counts));
        assert!(message::message(&report).contains(&format!("New objects: {words}")), "{}", message::message(&report));
        assert!(
            markdown::text(&report).contains(words) && html::page(&report, &TimeZone::UTC).unwrap().contains(words)
        );
    }
}

#[test]
fn a_job_that_is_not_safe_already_keeps_its_own_cause() {
    let failing = BTreeMap::from([("partner-logs".parse().unwrap(), new_objects(RuleState::Failing, 4))]);
    let report = night().with_new_objects(failing);
    let partner = job(&report, "partner-logs");
    assert_eq!(
        (partner.outcome, partner.cause.as_ref().unwrap().id.as_str()),
        (Outcome::Failed, "bucket-access-denied")
    );
    assert!(message::message(&report).contains("New objects: FAILING"));
}

#[test]
fn each_state_has_its_words_and_words_of_others_are_made_harmless() {
    let line_of = |state, why: Option<&str>| {
        let told = NewObjects { why: why.map(str::to_owned), carried: 0, ..new_objects(state, 0) };
        line(&NewObjects { operations_pending: None, bytes_pending: None, behind_secs: None, ..told }, &TimeZone::UTC)
    };
    assert_eq!(line_of(RuleState::Behind, None), "BEHIND for longer than the plan promises");
    assert_eq!(line_of(RuleState::Off, Some("it is\u{202e} off")), "NOT REPLICATED as planned: it is\\u{202e} off");
    assert_eq!(line_of(RuleState::Unknown, Some("denied")), "NOT KNOWN: denied");
    assert_eq!(line_of(RuleState::Healthy, None), "healthy since 2026-11-19 21:00 UTC");
}
