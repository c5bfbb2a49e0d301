//! What a rehearsal proves, and that nothing that broke is a pass.

use proptest::prelude::*;
use serde_json::json;

use super::super::Restore;
use super::super::compare::compare;
use super::super::drill::{CameOut, Content, Drill, Verdict, verdict};
use super::super::judge::{Evidences, judge};
use super::super::machine::Machine;
use super::{CREATED, at, completed, machine, restore};
use crate::job::Job;
use crate::job_spec::Work;
use crate::judge::Ruling;
use crate::outcome::{Judgement, Outcome};

const FUNCTION: &str = "arn:aws:lambda:ap-northeast-1:123456789012:function:look-into-web";

fn drill(checks: bool) -> Restore {
    Restore {
        drill: Some(Drill { check_function: checks.then(|| FUNCTION.to_owned()), check_command: vec![] }),
        ..restore()
    }
}

fn ruled(checks: bool, machine: &Machine, content: Option<&Content>) -> Ruling {
    let (restore, seen) = (drill(checks), completed());
    let now = at("2026-11-22T01:50:00Z");
    judge(&Evidences { restore: &restore, seen: &seen, machine: Some(machine), refused: None, content, now })
}

/// The drill's job after its one attempt was judged so, and its verdict.
fn said(checks: bool, judgement: Judgement, content: Option<Content>) -> Verdict {
    let mut spec = crate::job_spec::tests::plan().jobs.remove(0);
    spec.work = Work::Restore(Box::new(drill(checks)));
    let opened_at = at("2026-11-22T01:00:00Z");
    let mut job = Job::open("drill-1".parse().unwrap(), spec, opened_at);
    job.ready(opened_at);
    let _ = job.claim(1, opened_at);
    job.started(1, &super::job());
    job.drill.content = content;
    job.conclude(1, judgement, at("2026-11-22T01:14:00Z"), 0);
    assert!(job.is_untidy(), "its machine is still there");
    let compared = compare(&restore(), &machine());
    verdict(&job, &restore(), Some(CREATED), compared, at("2026-11-22T01:15:00Z"))
}

fn comes_out(checks: bool, machine: &Machine, content: Option<Content>) -> Verdict {
    let Ruling::Ended(judgement) = ruled(checks, machine, content.as_ref()) else { panic!("it has not ended") };
    said(checks, judgement, content)
}

fn stopped() -> Machine {
    Machine { state: "stopped".into(), ..machine() }
}

#[test]
fn a_machine_that_is_right_passes_and_the_time_is_told() {
    for (checks, content) in [(false, None), (true, Some(Content::Passed { said: "3 tables".into() }))] {
        let verdict = comes_out(checks, &machine(), content);
        assert_eq!((verdict.came_out, verdict.restore_secs), (CameOut::Passed, Some(14 * 60)));
        assert!(verdict.compared.iter().all(|it| it.is_right) && verdict.compared.len() >= 9);
        assert!(verdict.shown().contains("DRILL PASSED") && verdict.shown().contains("840 s"), "{}", verdict.shown());
    }
}

#[test]
fn nothing_is_said_before_the_check_was_made() {
    assert_eq!(ruled(true, &machine(), None), Ruling::AwaitsCheck { machine: "i-0feed0beef0cafe01".into() });
}

#[test]
fn a_machine_that_is_wrong_needs_no_check() {
    let verdict = comes_out(true, &stopped(), None);
    assert_eq!((verdict.came_out, verdict.content), (CameOut::Failed, Content::NotAsked));
    assert!(verdict.why.contains("state is stopped instead of running"), "{}", verdict.why);
}

#[test]
fn a_check_that_broke_is_neither_pass_nor_fail() {
    let broke = comes_out(true, &machine(), Some(Content::broke("Task timed out after 3.00 seconds")));
    assert_eq!((broke.came_out, broke.restore_secs), (CameOut::CheckBroke, None));
    assert!(broke.why.contains("timed out"), "{}", broke.why);
}

#[test]
fn a_check_that_broke_hides_no_difference() {
    assert_eq!(comes_out(true, &stopped(), Some(Content::broke("no answer"))).came_out, CameOut::Failed);
}

#[test]
fn a_check_that_says_no_fails_though_the_machine_is_well() {
    let verdict = comes_out(true, &machine(), Some(Content::Failed { said: "the table is empty".into() }));
    assert_eq!(verdict.came_out, CameOut::Failed);
    assert!(verdict.why.ends_with("its check says no: the table is empty"), "{}", verdict.why);
}

#[test]
fn only_a_plain_yes_is_a_yes() {
    assert_eq!(Content::read(&json!({"passed": true, "said": "ok"})), Content::Passed { said: "ok".into() });
    assert_eq!(Content::read(&json!({"passed": false})), Content::Failed { said: String::new() });
    for answer in [json!(null), json!("ok"), json!({}), json!({"passed": "true"}), json!({"passed": 1}), json!([true])]
    {
        assert!(matches!(Content::read(&answer), Content::Broke { .. }), "{answer}");
    }
    let Content::Broke { said } = Content::read(&json!("x".repeat(5_000))) else { panic!("it is no answer") };
    assert!(said.chars().count() <= 1_003);
}

fn any_content() -> impl Strategy<Value = Option<Content>> {
    prop_oneof![
        Just(None),
        Just(Some(Content::Passed { said: String::new() })),
        Just(Some(Content::Failed { said: String::new() })),
        Just(Some(Content::broke("x"))),
    ]
}

proptest! {
    #[test]
    fn a_pass_needs_a_right_machine_and_every_check_that_was_asked_for(
        checks in any::<bool>(), is_right in any::<bool>(), content in any_content(),
    ) {
        let machine = if is_right { machine() } else { stopped() };
        let has_passed = matches!(content, Some(Content::Passed { .. })) || (!checks && content.is_none());
        match ruled(checks, &machine, content.as_ref()) {
            Ruling::Ended(judgement) => {
                prop_assert_eq!(judgement.outcome == Outcome::Succeeded, is_right && has_passed);
                let came_out = said(checks, judgement, content).came_out;
                prop_assert_eq!(came_out == CameOut::Passed, is_right && has_passed);
            }
            Ruling::AwaitsCheck { .. } => prop_assert!(checks && is_right && content.is_none()),
            Ruling::InProgress
            | Ruling::AwaitsConfirmation
            | Ruling::AwaitsReport
            | Ruling::AwaitsReplicas
            | Ruling::AwaitsCopies => prop_assert!(false, "an ended restore is judged"),
        }
    }
}

#[test]
fn regression_a_command_that_broke_is_not_mended_in_a_function_that_there_is_not() {
    let by_command = Drill { check_command: vec!["./look".to_owned()], check_function: None };
    let (restore, seen) = (Restore { drill: Some(by_command), ..restore() }, completed());
    let (content, now) = (Content::broke("it was stopped"), at("2026-11-22T01:50:00Z"));
    let (machine, content) = (machine(), Some(&content));
    let ruling =
        judge(&Evidences { restore: &restore, seen: &seen, machine: Some(&machine), refused: None, content, now });
    let Ruling::Ended(judgement) = ruling else { panic!("not judged") };
    let cause = judgement.cause.unwrap();
    assert_eq!(cause.id, "drill-check-broke");
    assert!(cause.fix.contains("by hand") && !cause.fix.contains("function"), "{}", cause.fix);
}
