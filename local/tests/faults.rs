//! Faults on order, on a local AWS of their own: they would strike everybody's calls.

mod support;

use nightferry_local::{
    LocalAws,
    front_door::{CallEffect, CallFault, CallMatch, Often},
};
use serde_json::json;
use support::{invoke, is_there, start_deployed};

fn one_put(effect: CallEffect) -> CallFault {
    let matches = CallMatch {
        operation: Some("PutObject".to_owned()),
        caller: Some("nightferry-echo".to_owned()),
        service: None,
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
