//! Processes that end in the middle of it, and what is still there afterwards.

use super::support::{FUNCTION_ARN, deploy_fixture, invoke, is_there, run_machine, shared, start_durable};
use nightferry_local::{LocalAws, front_door::Outage};
use serde_json::json;

#[tokio::test]
async fn a_durable_local_aws_loses_processes_and_nothing_else() {
    let (local, dir) = start_durable("restarts").await;
    deploy_fixture(&local).await.unwrap();
    assert_eq!(invoke(&local, &json!({"put": "allowed/kept"})).await["status"], 200);
    ministack_comes_back_with_everything(&local, &dir).await;
    the_front_door_comes_back_with_its_record(&local).await;
    a_killed_function_is_started_again(&local).await;
    the_interpreter_forgets_its_executions_and_knows_its_machines(&local).await;
    local.down().await.unwrap();
}

async fn ministack_comes_back_with_everything(local: &LocalAws, dir: &std::path::Path) {
    let restarted = local.admin().restart("MiniStack").await.unwrap();
    assert_ne!(restarted.old_pid, restarted.pid);
    let state = LocalAws::attach(dir).unwrap().unwrap();
    assert_eq!(state.state().children[0].pid, restarted.pid, "the next start has to find it");
    assert!(is_there(local, "allowed/kept").await);
    assert_eq!(invoke(local, &json!({"put": "allowed/after"})).await["status"], 200);
}

async fn the_front_door_comes_back_with_its_record(local: &LocalAws) {
    let admin = local.admin();
    let before = admin.calls().await.unwrap().calls.len();
    admin.cut_off(Outage { down_ms: 500 }).await.unwrap();
    let mut missed = 0;
    loop {
        let is_back = admin.status().await.is_ok();
        missed += u32::from(!is_back);
        if is_back && missed > 0 {
            break;
        }
    }
    assert!(admin.calls().await.unwrap().calls.len() >= before);
}

/// Needs /proc to find the process.
async fn a_killed_function_is_started_again(local: &LocalAws) {
    if !cfg!(target_os = "linux") {
        return;
    }
    let name = FUNCTION_ARN.rsplit(':').next().unwrap();
    assert_eq!(local.admin().kill_function(name).await.unwrap().process_count, 1);
    assert_eq!(local.admin().kill_function("fixture-nobody").await.unwrap().process_count, 0);
    // The first call after it may still be given to the dead one.
    while invoke(local, &json!({})).await.get("errorMessage").is_some() {}
    assert_eq!(invoke(local, &json!({})).await["stage"], "local");
}

async fn the_interpreter_forgets_its_executions_and_knows_its_machines(local: &LocalAws) {
    assert_eq!(run_machine(local, "again", &json!({"n": 1})).await["status"], "SUCCEEDED");
    let _ = local.admin().restart("moto").await.unwrap();
    assert_eq!(run_machine(local, "again", &json!({"n": 1})).await["status"], "SUCCEEDED");
}

#[tokio::test]
async fn what_would_come_back_empty_is_not_restarted() {
    let refused = shared().await.admin().restart("MiniStack").await.unwrap_err().to_string();
    assert!(refused.contains("not durable"), "{refused}");
    let refused = shared().await.admin().restart("moon").await.unwrap_err().to_string();
    assert!(refused.contains("no emulator moon"), "{refused}");
}
