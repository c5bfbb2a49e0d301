//! Places, priorities, the half that may fail, the thirty days, and events where a trail records them.

use hyper::Method;
use nightferry_local::{
    batch::{Quotas, Trail},
    upstream::Ask,
};
use serde_json::{Value, json};

use super::world::{World, text};

#[tokio::test]
async fn limits_hold_as_they_are_set() {
    let world = World::alone("limits").await;
    for key in ["a", "b", "c", "d", "e"] {
        world.write(key, "1").await;
    }
    world.replicate_all().await;
    too_many_failures_end_a_job(&world).await;
    a_lower_priority_is_paused(&world).await;
    nobody_confirms(&world).await;
}

async fn too_many_failures_end_a_job(world: &World) {
    let quotas = Quotas { failure_floor: 2, keys_at_once: 1, ..Quotas::default() };
    world.local.admin().set_batch_quotas(quotas).await.unwrap();
    world.break_job("failing", Some("")).await;
    let job = world
        .create(&world.request("failing").replace("<ConfirmationRequired>true", "<ConfirmationRequired>false"))
        .await;
    let shown = world.until(&job, "Failed").await;
    assert!(text(&shown, "FailureReason").contains("50%"), "{shown}");
    assert_eq!((text(&shown, "NumberOfTasksFailed"), text(&shown, "TotalNumberOfTasks")), ("2".into(), "5".into()));
    assert_eq!(world.report(&job).await.len(), 2, "what was tried is reported");
}

async fn a_lower_priority_is_paused(world: &World) {
    world.local.admin().set_batch_quotas(Quotas { active_jobs: 1, ..Quotas::default() }).await.unwrap();
    world.hang_job("", "Active").await;
    let unconfirmed =
        |token: &str| world.request(token).replace("<ConfirmationRequired>true", "<ConfirmationRequired>false");
    let low = world.create(&unconfirmed("low")).await;
    let _ = world.until(&low, "Active").await;
    let high = world.create(&unconfirmed("high").replace("<Priority>10", "<Priority>20")).await;
    let _ = world.until(&high, "Active").await;
    world.hang_job("", "Paused").await;
    let _ = world.until(&high, "Complete").await;
    let _ = world.until(&low, "Paused").await;
    world.break_job("", None).await;
    let shown = world.until_any(&low, &["Complete", "Failed"]).await;
    assert_eq!(text(&shown, "NumberOfTasksSucceeded"), "5", "the paused one goes on and ends: {shown}");
}

async fn nobody_confirms(world: &World) {
    world.write("late", "1").await;
    world.admit(&[]).await;
    let job = world.create(&world.request("late").replace("<member>NONE</member><member>FAILED</member>", "")).await;
    let _ = world.until(&job, "Suspended").await;
    world.local.admin().set_batch_quotas(Quotas { days_ahead: 31, ..Quotas::default() }).await.unwrap();
    let shown = world.until(&job, "Failed").await;
    assert!(text(&shown, "FailureReason").contains("30 days"), "{shown}");
}

#[tokio::test]
async fn states_are_told_only_where_a_trail_records_them_or_the_switch_says_so() {
    let world = World::alone("trail").await;
    let emitted = async || world.local.admin().events().await.unwrap();
    let job = async |token: &str| {
        let job = world.create(&world.request(token)).await;
        let _ = world.until(&job, "Failed").await;
        job
    };
    let unheard = job("unheard").await;
    assert_eq!(emitted().await.emitted, 0);
    let trail = async |operation: &str, body: Value| {
        let ask = Ask::new(Method::POST, "cloudtrail", "/").header("content-type", "application/x-amz-json-1.1");
        let target = format!("com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.{operation}");
        let _ = world.own.read(ask.header("x-amz-target", target).body(body.to_string())).await.unwrap();
    };
    trail("CreateTrail", json!({"Name": "t", "S3BucketName": world.bucket("reports")})).await;
    trail("StartLogging", json!({"Name": "t"})).await;
    let selector = |kind: &str| json!({"TrailName": "t", "EventSelectors": [{"ReadWriteType": kind}]});
    trail("PutEventSelectors", selector("ReadOnly")).await;
    let _ = job("read").await;
    assert_eq!(emitted().await.emitted, 0, "a trail of what reads hears nothing of jobs");
    trail("PutEventSelectors", selector("WriteOnly")).await;
    let heard = job("heard").await;
    let told = async || {
        let deliveries = emitted().await.deliveries;
        let details: Vec<Value> =
            deliveries.iter().map(|told| told.event["detail"]["serviceEventDetails"].clone()).collect();
        details
    };
    while told().await.len() < 4 {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    let told = told().await;
    assert!(told.iter().all(|details| details["jobId"] == heard && details["jobId"] != unheard), "{told:?}");
    let states: Vec<&Value> = told.iter().map(|details| &details["status"]).collect();
    assert_eq!(states, ["New", "Preparing", "Failing", "Failed"]);
    let off = Quotas { trail: Trail::Off, ..Quotas::default() };
    world.local.admin().set_batch_quotas(off).await.unwrap();
    let _ = job("off").await;
    assert_eq!(emitted().await.emitted, 4);
}
