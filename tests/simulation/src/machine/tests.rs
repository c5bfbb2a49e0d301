//! The interpreter against the state machine that it is for.

use std::rc::Rc;

use serde_json::{Value, json};

use super::{Answer, Ask, Function, Machine, Walker};

fn item() -> Walker {
    let mut night = Walker::new(
        Rc::new(Machine::nightly_run()),
        json!({
            "run_id": "nightly", "manifest": {"key": "m.json"}, "concurrency": 40
        }),
    );
    let Ask::Map { key, concurrency, machine } = go(&mut night, Answer::GoOn) else { panic!("it maps first") };
    assert_eq!((key.as_str(), concurrency), ("m.json", 40));
    Walker::new(machine, json!({"run_id": "nightly", "job": "home"}))
}

fn go(walker: &mut Walker, answer: Answer) -> Ask {
    walker.go_on(answer, || "token-1".to_owned(), || 0.5)
}

fn invoked(ask: Ask) -> (Function, Value, Option<String>, i64) {
    let Ask::Invoke { function, payload, token, timeout_secs } = ask else { panic!("{ask:?} calls nobody") };
    (function, payload, token, timeout_secs)
}

fn start(wait_secs: i64) -> Answer {
    Answer::Told(json!({"next": "start", "attempt": 2, "wait_secs": wait_secs, "timeout_secs": 500}))
}

#[test]
fn an_item_is_checked_started_with_a_token_and_verified() {
    let mut item = item();
    let (function, payload, token, timeout_secs) = invoked(go(&mut item, Answer::GoOn));
    assert_eq!((function, token, timeout_secs), (Function::CheckJob, None, 60));
    let told = json!({"run_id": "nightly", "job": "home"});
    assert_eq!(payload, json!({"run_id": "nightly", "job": "home", "item": told}));
    let (function, payload, token, timeout_secs) = invoked(go(&mut item, start(0)));
    assert_eq!((function, token.as_deref(), timeout_secs), (Function::StartJob, Some("token-1"), 500));
    assert_eq!((&payload["attempt"], &payload["task_token"]), (&json!(2), &json!("token-1")));
    let (function, payload, ..) = invoked(go(&mut item, Answer::Told(Value::Null)));
    assert_eq!((function, &payload["ended"]), (Function::VerifyJob, &json!("observed")));
    assert!(matches!(go(&mut item, Answer::Told(json!({"next": "settled"}))), Ask::End(None)));
}

#[test]
fn a_wait_comes_before_the_start_that_asks_for_it() {
    let mut item = item();
    let _ = go(&mut item, Answer::GoOn);
    assert!(matches!(go(&mut item, start(7)), Ask::Sleep { millis: 7_000 }));
    assert_eq!(invoked(go(&mut item, Answer::GoOn)).0, Function::StartJob);
}

#[test]
fn a_failing_function_is_tried_as_often_as_its_retriers_say_and_then_caught() {
    let mut item = item();
    let _ = go(&mut item, Answer::GoOn);
    let waits: Vec<i64> = (0..4)
        .map(|_| {
            let Ask::Sleep { millis } = go(&mut item, Answer::Failed("Lambda.Unknown".into())) else {
                panic!("no retry")
            };
            assert_eq!(invoked(go(&mut item, Answer::GoOn)).0, Function::CheckJob);
            millis
        })
        .collect();
    assert_eq!(waits, [1_000, 2_000, 4_000, 8_000], "half of the full jitter's span");
    assert!(matches!(go(&mut item, Answer::Failed("Lambda.Unknown".into())), Ask::End(None)));
    assert_eq!(item.state(), "LeftOpen");
}

#[test]
fn a_refused_start_is_not_tried_again_but_verified() {
    let mut item = item();
    let _ = go(&mut item, Answer::GoOn);
    let _ = go(&mut item, start(0));
    let (function, payload, ..) = invoked(go(&mut item, Answer::Failed("Nightferry.Rejected".into())));
    assert_eq!((function, &payload["ended"]), (Function::VerifyJob, &json!("start_failed")));
    assert_eq!(payload["error"]["Error"], "Nightferry.Rejected");
}

#[test]
fn a_look_that_stays_refused_is_followed_by_one_that_gives_up() {
    let mut item = item();
    let _ = go(&mut item, Answer::GoOn);
    let _ = go(&mut item, start(0));
    let refused = || Answer::Failed("Nightferry.Rejected".into());
    assert_eq!(invoked(go(&mut item, Answer::Told(Value::Null))).0, Function::VerifyJob);
    assert!(matches!(go(&mut item, refused()), Ask::Sleep { millis: 60_000 }));
    let (_, payload, ..) = invoked(go(&mut item, Answer::GoOn));
    assert!(payload.get("gives_up").is_none(), "the second look is like the first: {payload}");
    let (function, payload, ..) = invoked(go(&mut item, refused()));
    assert_eq!((function, &payload["gives_up"]), (Function::VerifyJob, &json!(true)));
    assert!(matches!(go(&mut item, Answer::Told(json!({"next": "settled"}))), Ask::End(None)));
}
