//! What a rehearsal proves, and that nothing that broke is a pass.

use proptest::prelude::*;
use serde_json::json;

use super::super::compare::{Compared, compare};
use super::super::drill::{CameOut, Content, Drill, Look, Verdict, verdict};
use super::super::machine::Machine;
use super::{CREATED, at, machine, restore};
use crate::job::Job;
use crate::job_spec::{JobSpec, Work};
use crate::outcome::{Cause, Judgement, Outcome, Retry, Tally};

fn settled(outcome: Outcome) -> Job {
    let mut spec: JobSpec = crate::job_spec::tests::sample();
    spec.work = Work::Restore(Box::new(super::super::Restore { drill: Some(Drill::default()), ..restore() }));
    let opened_at = at("2026-11-22T01:00:00Z");
    let mut job = Job::open("drill-1".parse().unwrap(), spec, opened_at);
    job.ready(opened_at);
    let _ = job.claim(1, opened_at);
    job.started(1, &super::job());
    let cause = Cause { id: "x".into(), what: "the cause".into(), fix: "mend it".into(), said: None };
    let cause = (!outcome.is_safe()).then_some(cause);
    let tally = Tally { files: 1, ..Tally::default() };
    let judgement = Judgement { outcome, cause, retry: Retry::Useless, tally, failed_items: vec![] };
    job.conclude(1, judgement, at("2026-11-22T01:14:00Z"), 0);
    job
}

fn right() -> Look {
    Look::At(compare(&restore(), &machine()))
}

fn wrong() -> Look {
    Look::At(compare(&restore(), &Machine { state: "stopped".into(), ..machine() }))
}

fn said(outcome: Outcome, look: &Look, content: Content) -> Verdict {
    verdict(&settled(outcome), &restore(), Some(CREATED), look, content, at("2026-11-22T01:15:00Z"))
}

#[test]
fn a_machine_that_is_right_passes_and_the_time_is_told() {
    for content in [Content::NotAsked, Content::Passed { said: "3 tables, 1,204 rows".into() }] {
        let verdict = said(Outcome::Succeeded, &right(), content);
        assert_eq!((verdict.came_out, verdict.restore_secs), (CameOut::Passed, Some(14 * 60)));
        assert!(verdict.compared.iter().all(|it| it.is_right) && verdict.compared.len() >= 9);
    }
}

#[test]
fn a_check_that_broke_is_neither_pass_nor_fail() {
    let broke = said(Outcome::Succeeded, &right(), Content::broke("Task timed out after 3.00 seconds"));
    assert_eq!(broke.came_out, CameOut::CheckBroke);
    assert!(broke.why.contains("timed out"), "{}", broke.why);
    let unseen = said(Outcome::Succeeded, &Look::Broke("EC2 refused".into()), Content::Passed { said: String::new() });
    assert_eq!(unseen.came_out, CameOut::CheckBroke);
}

#[test]
fn a_check_that_broke_hides_no_difference() {
    let both = said(Outcome::Succeeded, &wrong(), Content::broke("no answer"));
    assert_eq!(both.came_out, CameOut::Failed);
    assert!(both.why.contains("state is stopped instead of running"), "{}", both.why);
}

#[test]
fn a_check_that_says_no_fails_though_the_machine_is_well() {
    let verdict = said(Outcome::Succeeded, &right(), Content::Failed { said: "the table is empty".into() });
    assert_eq!(verdict.came_out, CameOut::Failed);
    assert_eq!(verdict.why, "the check says no: the table is empty");
}

#[test]
fn a_restore_that_failed_fails_the_drill_and_took_no_time() {
    for outcome in [Outcome::Failed, Outcome::Partial] {
        let verdict = said(outcome, &right(), Content::Passed { said: String::new() });
        assert_eq!((verdict.came_out, verdict.restore_secs), (CameOut::Failed, None));
        assert!(verdict.why.contains("the cause"), "{}", verdict.why);
    }
}

#[test]
fn only_a_plain_yes_is_a_yes() {
    assert_eq!(Content::read(&json!({"passed": true, "said": "ok"})), Content::Passed { said: "ok".into() });
    assert_eq!(Content::read(&json!({"passed": false})), Content::Failed { said: String::new() });
    for answer in [json!(null), json!("ok"), json!({}), json!({"passed": "true"}), json!({"passed": 1}), json!([true])] {
        assert!(matches!(Content::read(&answer), Content::Broke { .. }), "{answer}");
    }
    let Content::Broke { said } = Content::read(&json!("x".repeat(5_000))) else { panic!() };
    assert!(said.chars().count() <= 1_003);
}

fn any_content() -> impl Strategy<Value = Content> {
    prop_oneof![
        Just(Content::NotAsked),
        Just(Content::Passed { said: String::new() }),
        Just(Content::Failed { said: String::new() }),
        Just(Content::broke("x")),
    ]
}

proptest! {
    #[test]
    fn a_pass_needs_a_proved_restore_a_right_machine_and_no_word_against_it(
        outcome in prop::sample::select(vec![Outcome::NothingToDo, Outcome::Succeeded, Outcome::Partial, Outcome::Failed]),
        rights in prop::collection::vec(any::<bool>(), 1..5), breaks in any::<bool>(), content in any_content(),
    ) {
        let told = |is_right: &bool| Compared { what: "x".into(), wanted: "a".into(), found: "b".into(), is_right: *is_right };
        let compared: Vec<Compared> = rights.iter().map(told).collect();
        let look = if breaks { Look::Broke("x".into()) } else { Look::At(compared) };
        let is_all_right = !breaks && rights.iter().all(|it| *it);
        let is_content_right = matches!(content, Content::NotAsked | Content::Passed { .. });
        let verdict = said(outcome, &look, content);
        prop_assert_eq!(verdict.came_out == CameOut::Passed, outcome.is_safe() && is_all_right && is_content_right);
        prop_assert!(!verdict.why.is_empty());
    }
}

#[test]
fn an_unsettled_drill_is_never_a_pass() {
    let mut open = settled(Outcome::Succeeded);
    open.phase = crate::job::Phase::Opened;
    let verdict = verdict(&open, &restore(), None, &right(), Content::NotAsked, at("2026-11-22T01:15:00Z"));
    assert_eq!(verdict.came_out, CameOut::CheckBroke);
}
