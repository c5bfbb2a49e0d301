//! Files that cannot be read, files that change, limits, cancellation, queueing, and the faults that tests order.

use serde_json::{Value, json};

use super::super::Faults;
use super::super::faults::Failure;
use super::world::World;

fn hang(state: &str) -> Faults {
    Faults { hang_in: Some(state.to_owned()), ..Faults::default() }
}

#[tokio::test]
async fn an_unreadable_file_is_skipped_and_the_execution_ends_in_error() {
    let world = World::new().await;
    world.put("good", "x");
    world.unreadable("bad");
    let task = world.task(json!({})).await;
    let ended = world.run(&task, json!({})).await;
    let result = &ended["Result"];
    assert_eq!(
        (&ended["Status"], &result["TransferStatus"], &result["VerifyStatus"]),
        (&json!("ERROR"), &json!("ERROR"), &json!("SUCCESS"))
    );
    let detail = result["ErrorDetail"].as_str().unwrap();
    assert!(detail.starts_with(
        "Transfer and verification completed. Selected files transferred except for files skipped due to errors."
    ));
    assert_eq!((&ended["EstimatedFilesToTransfer"], &ended["FilesTransferred"]), (&json!(2), &json!(1)));
    assert_eq!(world.keys("backups"), ["home/good"]);
}

#[tokio::test]
async fn a_file_that_changes_before_it_is_verified_is_a_mismatch() {
    let world = World::new().await;
    world.put("busy", "before");
    let task = world.task(json!({})).await;
    world.sync.set_faults(hang("VERIFYING"));
    let execution = world.start(&task, json!({})).await.unwrap();
    world.reached(&execution, &["VERIFYING"]).await;
    world.put("busy", "after!");
    world.sync.set_faults(Faults::default());
    let ended = world.ended(&execution).await;
    assert_eq!((&ended["Status"], &ended["Result"]["VerifyStatus"]), (&json!("ERROR"), &json!("ERROR")));
    assert!(ended["Result"]["ErrorDetail"].as_str().unwrap().contains("Verification detected mismatches"), "{ended}");
}

#[tokio::test]
async fn a_file_that_vanishes_after_preparing_is_skipped() {
    let world = World::new().await;
    let path = world.file("here", "x");
    let task = world.task(json!({})).await;
    world.sync.set_faults(hang("TRANSFERRING"));
    let execution = world.start(&task, json!({})).await.unwrap();
    world.reached(&execution, &["TRANSFERRING"]).await;
    std::fs::remove_file(path).unwrap();
    world.sync.set_faults(Faults::default());
    let ended = world.ended(&execution).await;
    assert!(ended["Result"]["ErrorDetail"].as_str().unwrap().contains("skipped due to errors"), "{ended}");
}

#[tokio::test]
async fn a_limit_holds_bytes_back_until_it_is_lifted() {
    let world = World::new().await;
    world.put("large", vec![1; 256 * 1024]);
    let task = world.task(json!({"BytesPerSecond": 1})).await;
    let execution = world.start(&task, json!({})).await.unwrap();
    world.reached(&execution, &["TRANSFERRING"]).await;
    assert_eq!(world.describe(&execution).await["BytesTransferred"], 0);
    let update =
        |options: Value| world.call("UpdateTaskExecution", json!({"TaskExecutionArn": execution, "Options": options}));
    assert!(update(json!({"LogLevel": "OFF"})).await.unwrap_err().contains("Only BytesPerSecond"));
    let _ = update(json!({"BytesPerSecond": -1})).await.unwrap();
    let ended = world.ended(&execution).await;
    assert_eq!((&ended["Status"], &ended["BytesTransferred"]), (&json!("SUCCESS"), &json!(256 * 1024)));
}

#[tokio::test]
async fn a_cancelled_execution_goes_through_cancelling_to_error() {
    let world = World::new().await;
    world.put("large", vec![1; 256 * 1024]);
    let task = world.task(json!({"BytesPerSecond": 1})).await;
    let execution = world.start(&task, json!({})).await.unwrap();
    world.reached(&execution, &["TRANSFERRING"]).await;
    let _ = world.call("CancelTaskExecution", json!({"TaskExecutionArn": execution})).await.unwrap();
    let ended = world.ended(&execution).await;
    assert_eq!(ended["Status"], "ERROR");
    let states: Vec<Value> = world.events_of(&execution).iter().map(|event| event["detail"]["State"].clone()).collect();
    assert_eq!(states, ["LAUNCHING", "PREPARING", "TRANSFERRING", "CANCELLING", "ERROR"]);
    let result = &ended["Result"];
    assert_eq!((&result["PrepareStatus"], &result["TransferStatus"]), (&json!("SUCCESS"), &json!("ERROR")));
    let again = world.call("CancelTaskExecution", json!({"TaskExecutionArn": execution})).await.unwrap_err();
    assert!(again.contains("cannot be cancelled"), "{again}");
}

#[tokio::test]
async fn a_running_task_refuses_the_same_again_and_queues_other_filters_in_order() {
    let world = World::new().await;
    world.put("a", "x");
    let task = world.task(json!({})).await;
    world.sync.set_faults(hang("PREPARING"));
    let first = world.start(&task, json!({})).await.unwrap();
    assert!(world.start(&task, json!({})).await.unwrap_err().contains("already running"));
    let other = |name: &str| json!({"Excludes": [{"FilterType": "SIMPLE_PATTERN", "Value": name}]});
    let mut disabled = other("/b");
    disabled["OverrideOptions"] = json!({"TaskQueueing": "DISABLED"});
    assert!(world.start(&task, disabled).await.unwrap_err().contains("already running"));
    let second = world.start(&task, other("/b")).await.unwrap();
    let third = world.start(&task, other("/c")).await.unwrap();
    assert_eq!(world.describe(&second).await["Status"], "QUEUED");
    let _ = world.call("CancelTaskExecution", json!({"TaskExecutionArn": third})).await.unwrap();
    assert_eq!(world.describe(&third).await["Status"], "ERROR");
    world.sync.set_faults(Faults::default());
    assert_eq!(world.ended(&first).await["Status"], "SUCCESS");
    assert_eq!(world.ended(&second).await["Status"], "SUCCESS");
    let described = world.call("DescribeTask", json!({"TaskArn": task})).await.unwrap();
    assert_eq!(described["CurrentTaskExecutionArn"], third, "the most recent one, whatever became of it");
}

#[tokio::test]
async fn the_fifty_first_queued_execution_is_refused() {
    let world = World::new().await;
    let task = world.task(json!({})).await;
    world.sync.set_faults(hang("LAUNCHING"));
    let with = |at: usize| json!({"Excludes": [{"FilterType": "SIMPLE_PATTERN", "Value": format!("/{at}")}]});
    for at in 0..51 {
        let _ = world.start(&task, with(at)).await.unwrap();
    }
    assert!(world.start(&task, with(51)).await.unwrap_err().contains("50 queued"));
}

#[tokio::test]
async fn ordered_faults_show_in_the_answers() {
    let world = World::new().await;
    world.put("a", "x");
    let task = world.task(json!({})).await;
    world.sync.set_faults(Faults {
        status_text: Some("DEFRAGMENTING".to_owned()),
        uncounted_files: 1,
        list_lag_ms: 60_000,
        ..Faults::default()
    });
    let ended = world.run(&task, json!({})).await;
    assert_eq!((&ended["Status"], &ended["FilesTransferred"]), (&json!("DEFRAGMENTING"), &json!(0)));
    let listed = world.call("ListTaskExecutions", json!({"TaskArn": task})).await.unwrap();
    assert_eq!(listed["TaskExecutions"], json!([]));
    let failure = Failure { code: "FsS3UnableToConnectToEndpoint".to_owned(), detail: "no route".to_owned() };
    world.sync.set_faults(Faults { fail_with: Some(failure), ..Faults::default() });
    let ended = world.run(&task, json!({})).await;
    assert_eq!((&ended["Status"], &ended["Result"]["ErrorDetail"]), (&json!("ERROR"), &json!("no route")));
}
