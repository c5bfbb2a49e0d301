//! Faults on order, on a local AWS of their own: they would strike everybody's calls.

use super::support::{event, invoke, is_there, start_deployed};
use nightferry_local::{
    LocalAws,
    front_door::{CallEffect, CallFault, CallMatch, EventEffect, EventFault, EventMatch, Often},
};
use serde_json::json;

fn one_put(effect: CallEffect) -> CallFault {
    let matches = CallMatch {
        operation: Some("PutObject".to_owned()),
        caller: Some("nightferry-echo".to_owned()),
        ..CallMatch::default()
    };
    CallFault { matches, often: Often::times(1), effect }
}

#[tokio::test]
async fn calls_are_lost_refused_or_take_effect_unheard_as_ordered() {
    let local = start_deployed("faults").await;
    let admin = local.admin();
    let _ = admin.break_calls(one_put(CallEffect::Lose)).await.unwrap();
    assert_eq!(invoke(&local, &json!({"put": "allowed/lost"})).await["status"], 0);
    assert!(!is_there(&local, "allowed/lost").await);
    let _ = admin.break_calls(one_put(CallEffect::LoseReply)).await.unwrap();
    assert_eq!(invoke(&local, &json!({"put": "allowed/unheard"})).await["status"], 0);
    assert!(is_there(&local, "allowed/unheard").await);
    let _ = admin.break_calls(one_put(CallEffect::Throttle)).await.unwrap();
    assert_eq!(invoke(&local, &json!({"put": "allowed/slow"})).await["status"], 503);
    let injected: Vec<u64> = admin.faults().await.unwrap().iter().map(|fault| fault.injected).collect();
    assert_eq!(injected, [1, 1, 1]);
    admin.clear_faults().await.unwrap();
    assert_eq!(invoke(&local, &json!({"put": "allowed/well"})).await["status"], 200);
    dies_after_its_call(&local).await;
    local.down().await.unwrap();
}

/// Needs /proc to find the process.
async fn dies_after_its_call(local: &LocalAws) {
    if !cfg!(target_os = "linux") {
        return;
    }
    let _ = local.admin().break_calls(one_put(CallEffect::KillCaller)).await.unwrap();
    let answer = invoke(local, &json!({"put": "allowed/last-words"})).await;
    assert!(answer.get("errorMessage").is_some(), "the function must have died: {answer}");
    assert!(is_there(local, "allowed/last-words").await);
    assert_eq!(invoke(local, &json!({})).await["stage"], "local", "the next call must find a new process");
}

#[tokio::test]
async fn events_are_lost_doubled_and_swapped_as_ordered() {
    let local = start_deployed("event-faults").await;
    let admin = local.admin();
    for (state, effect) in
        [("LOST", EventEffect::Lose), ("TWICE", EventEffect::Double), ("LATER", EventEffect::Reorder)]
    {
        let matches = EventMatch { state: Some(state.to_owned()), ..EventMatch::default() };
        let _ = admin.break_events(EventFault { matches, often: Often::default(), effect }).await.unwrap();
    }
    for state in ["LOST", "LATER", "TWICE", "LAST"] {
        admin.emit(&event(state, "allowed/event")).await.unwrap();
    }
    let told = loop {
        let told = admin.events().await.unwrap();
        if told.deliveries.len() >= 5 {
            break told;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    };
    let states: Vec<&str> =
        told.deliveries.iter().filter_map(|one| one.event.pointer("/detail/State")?.as_str()).collect();
    assert_eq!(states, ["LOST", "TWICE", "TWICE", "LATER", "LAST"]);
    assert_eq!((told.emitted, told.lost, told.doubled, told.late, told.delivered, told.failed), (4, 1, 1, 1, 4, 0));
    local.down().await.unwrap();
}
