//! The other functions' inputs: what makes no sense is rejected by name, and nothing has happened.

use lambda_runtime::{Context, Diagnostic, LambdaEvent};
use nightferry_domain::printable::is_treacherous;
use nightferry_lambda::answer;
use nightferry_simulation::fake::run;
use nightferry_workflow::check_job::check_job;
use nightferry_workflow::open_run::open_run;
use nightferry_workflow::start_job::start_job;
use nightferry_workflow::verify_job::verify_job;
use nightferry_workflow::write_report::write_report;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::lines::Lines;
use crate::mutation::{Path, any_damage, damage, damage_again, every_damage, paths};
use crate::world::Night;

/// Longest message of a refusal, in characters: Step Functions keeps it, and people read it.
const MESSAGE_CHARS_MAX: usize = 400;

#[derive(Debug, Clone, Copy)]
enum Function {
    OpenRun,
    CheckJob,
    StartJob,
    VerifyJob,
    WriteReport,
}

/// As long as Step Functions makes them.
fn token() -> String {
    "AQCEAAAAKgAAAAMAAAAAAAAAAd".repeat(26)
}

/// One good request of each shape.
fn requests() -> Vec<(Function, Value)> {
    let run_id = "nightly-2026-11-20T21-00-00Z";
    vec![
        (Function::OpenRun, json!({"schedule": "nightly", "scheduled_time": "2026-11-21T21:00:00Z"})),
        (
            Function::OpenRun,
            json!({"jobs": ["home"], "note": "again", "requested_at": "2026-11-21T08:00:00Z", "nonce": 7}),
        ),
        (Function::CheckJob, json!({"run_id": run_id, "job": "docs"})),
        (Function::StartJob, json!({"run_id": run_id, "job": "home", "attempt": 1, "task_token": token()})),
        (Function::VerifyJob, json!({"run_id": run_id, "job": "home"})),
        (Function::WriteReport, json!({"run_id": run_id})),
    ]
}

/// The way of the function, from its payload.
fn asked(function: Function, night: &Night, payload: Value) -> Result<(), Diagnostic> {
    let world = &night.world;
    let event = LambdaEvent::new(payload, Context::default());
    let answered = match function {
        Function::OpenRun => run(answer(event, async |request| open_run(world, &request).await.map(drop))),
        Function::CheckJob => run(answer(event, async |request| check_job(world, &request).await.map(drop))),
        Function::StartJob => run(answer(event, async |request| start_job(world, &request).await.map(drop))),
        Function::VerifyJob => run(answer(event, async |request| verify_job(world, &request).await.map(drop))),
        Function::WriteReport => {
            run(answer(event, async |request| write_report(world, "nightferry", &request).await.map(drop)))
        }
    };
    answered.map_err(Diagnostic::from)
}

/// Rejected, with a short message in one line, one log line that says the same, and nothing changed.
fn rejected(function: Function, night: &Night, lines: &Lines, payload: Value) -> String {
    let shown = format!("{function:?} {:.200}", payload.to_string());
    let before = night.snapshot();
    let refusal = asked(function, night, payload).expect_err(&shown);
    assert_eq!(refusal.error_type, "Nightferry.Rejected", "{shown}: {}", refusal.error_message);
    assert_eq!(before, night.snapshot(), "{shown}");
    assert_short(&refusal, &shown);
    let said = lines.take(&[token()]);
    let [line] = said.as_slice() else { panic!("{shown}: {said:?}") };
    assert_eq!((&line["level"], &line["error.name"]), (&json!("ERROR"), &json!("Nightferry.Rejected")), "{shown}");
    refusal.error_message
}

fn assert_short(refusal: &Diagnostic, shown: &str) {
    let message = &refusal.error_message;
    assert!(message.chars().count() <= MESSAGE_CHARS_MAX && !message.contains(is_treacherous), "{shown}: {message}");
    assert!(!message.contains(&token()), "{shown}: {message}");
}

#[test]
fn good_requests_are_taken() {
    for (function, request) in requests() {
        let (night, _lines) = (Night::under_way(), Lines::catch());
        assert!(asked(function, &night, request.clone()).is_ok(), "{function:?} {request}");
    }
}

#[test]
fn a_request_without_one_of_its_fields_is_rejected_with_the_fields_name() {
    let (night, lines) = (Night::under_way(), Lines::catch());
    for (function, request) in requests() {
        for field in request.as_object().unwrap().keys() {
            let mut broken = request.clone();
            let _ = broken.as_object_mut().unwrap().remove(field);
            let message = rejected(function, &night, &lines, broken);
            assert!(message.contains(&format!("`{field}`")), "{function:?}: {message}");
        }
    }
}

#[test]
fn a_request_with_a_value_that_does_not_fit_is_rejected_with_the_fields_name() {
    let (night, lines) = (Night::under_way(), Lines::catch());
    let wrong = [
        json!(null),
        json!(true),
        json!(-1),
        json!(1.5),
        json!(u64::MAX),
        json!({"a": 1}),
        json!([[7]]),
        json!(""),
        json!("no such\u{1b}[2J\u{202e}thing"),
        json!("<aws.scheduler.scheduled-time>"),
        json!("Z".repeat(300_000)),
        json!(token()),
    ];
    for (function, request) in requests() {
        for field in request.as_object().unwrap().keys() {
            let takes_any_text = ["note", "task_token"].contains(&field.as_str());
            for value in wrong.iter().filter(|value| !(takes_any_text && value.is_string())) {
                let mut broken = request.clone();
                broken[field] = value.clone();
                let message = rejected(function, &night, &lines, broken);
                assert!(message.contains(&format!("`{field}")), "{function:?} {field}: {message}");
            }
        }
    }
}

#[test]
fn regression_a_huge_or_secret_value_is_not_repeated_in_the_refusal() {
    let (night, lines) = (Night::under_way(), Lines::catch());
    let request = json!({"run_id": "n", "job": "home", "attempt": "Z".repeat(300_000), "task_token": token()});
    let message = rejected(Function::StartJob, &night, &lines, request);
    assert!(message.starts_with("the input can't be read: `attempt`: invalid type: string \"ZZZ"), "{message}");
    assert!(message.ends_with("ZZZ\", expected u32"), "{message}");
    let swapped = json!({"run_id": "n", "job": token(), "attempt": 1, "task_token": "home"});
    let message = rejected(Function::StartJob, &night, &lines, swapped);
    assert!(message.contains("`job`: `AQCE") && message.contains("is not a job name"), "{message}");
}

#[test]
fn regression_a_request_to_open_a_run_names_the_field_that_is_missing_or_wrong() {
    let (night, lines) = (Night::under_way(), Lines::catch());
    let rows = [
        (json!({}), "the input can't be read: missing fields `schedule` and `scheduled_time`"),
        (json!({"schedule": "nightly"}), "the input can't be read: missing field `scheduled_time`"),
        (json!({"jobs": [], "note": "", "requested_at": "2026-11-21T08:00:00Z"}), "missing field `nonce`"),
        (json!({"jobs": ["home", 7]}), "`jobs[1]`: invalid type: integer `7`, expected a string"),
        (json!({"schedule": "nightly", "scheduled_time": "<aws.scheduler.scheduled-time>"}), "`scheduled_time`: "),
    ];
    for (request, words) in rows {
        let message = rejected(Function::OpenRun, &night, &lines, request);
        assert!(message.contains(words), "{message}");
    }
}

#[test]
fn a_request_that_is_no_object_is_rejected() {
    let (night, lines) = (Night::under_way(), Lines::catch());
    for (function, _) in requests() {
        for payload in [json!(null), json!("nightly"), json!(7), json!(true), json!("x".repeat(300_000))] {
            let message = rejected(function, &night, &lines, payload);
            assert!(message.starts_with("the input can't be read: "), "{message}");
        }
    }
}

#[test]
fn an_attempt_that_is_not_due_starts_nothing() {
    for attempt in [0, 2, 99, u32::MAX] {
        let (night, lines) = (Night::under_way(), Lines::catch());
        let before = night.snapshot();
        let run_id = night.world.night();
        let request = json!({"run_id": run_id, "job": "docs", "attempt": attempt, "task_token": token()});
        let _ = asked(Function::StartJob, &night, request);
        assert_eq!(before, night.snapshot(), "attempt {attempt}");
        let _ = lines.take(&[token()]);
    }
}

#[test]
fn what_is_not_there_is_not_found_and_not_made() {
    let (night, lines) = (Night::under_way(), Lines::catch());
    for (function, request) in requests().into_iter().skip(2) {
        for (field, other) in [("run_id", "nightly-1999-01-01T00-00-00Z"), ("job", "nobody")] {
            if request.get(field).is_some() {
                let mut request = request.clone();
                request[field] = json!(other);
                let before = night.snapshot();
                let refusal = asked(function, &night, request).unwrap_err();
                assert_eq!(refusal.error_type, "Nightferry.NotFound", "{function:?} {field}");
                assert!(refusal.error_message.contains(other), "{}", refusal.error_message);
                assert_eq!(before, night.snapshot());
                let _ = lines.take(&[token()]);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    /// Some broken requests still make sense (another schedule's time, say); what is rejected has changed nothing.
    #[test]
    fn a_request_broken_several_times_is_answered_and_a_rejected_one_changes_nothing(
        pick in any::<prop::sample::Index>(),
        damages in prop::collection::vec((any::<prop::sample::Index>(), any_damage()), 1..4),
    ) {
        let (night, lines) = (Night::under_way(), Lines::catch());
        let (function, mut request) = pick.get(&requests()).clone();
        for (at, how) in &damages {
            let paths = paths(&request);
            damage_again(&mut request, at.get::<Path>(&paths), how);
        }
        let before = night.snapshot();
        let shown = format!("{function:?} {:.200}", request.to_string());
        if let Err(refusal) = asked(function, &night, request) {
            assert_short(&refusal, &shown);
            prop_assert_eq!(before, night.snapshot(), "{}", shown);
        }
        let _ = lines.take(&[token()]);
    }
}

#[test]
fn every_request_with_one_thing_broken_is_answered() {
    let (night, lines) = (Night::under_way(), Lines::catch());
    for (function, request) in requests() {
        for path in paths(&request) {
            for how in every_damage() {
                let mut broken = request.clone();
                damage(&mut broken, &path, &how);
                let shown = format!("{function:?} {path:?} {:.80}", format!("{how:?}"));
                if let Err(refusal) = asked(function, &night, broken) {
                    assert_short(&refusal, &shown);
                }
                let _ = lines.take(&[token()]);
            }
        }
    }
}
