//! States: cancelling, failing, expiring, and what is told of it.

use serde_json::json;

use super::super::{Faults, Quotas, Trail};
use super::world::{World, request, text};

#[tokio::test]
async fn a_cancelled_job_goes_through_cancelling_and_stays_cancelled() {
    let world = World::hanging_in("Preparing");
    let job = world.create(&request("", "")).await.unwrap();
    world.reached(&job, "Preparing").await;
    assert_eq!(world.update(&job, "Ready").await.unwrap_err().0, "JobStatusException", "nobody confirms what prepares");
    assert_eq!(world.update(&job, "Cancelled").await.unwrap(), "Cancelling");
    world.reached(&job, "Cancelled").await;
    let shown = world.describe(&job).await;
    assert_eq!((text(&shown, "Status"), text(&shown, "StatusUpdateReason")), ("Cancelled".into(), "by hand".into()));
    assert!(!text(&shown, "TerminationDate").is_empty());
    for status in ["Cancelled", "Ready"] {
        assert_eq!(world.update(&job, status).await.unwrap_err().0, "JobStatusException");
    }
    assert_eq!(world.update(&job, "Paused").await.unwrap_err().0, "BadRequestException");
}

#[tokio::test]
async fn a_job_that_cannot_be_prepared_fails_with_its_reason() {
    let world = World::hanging_in("Preparing");
    let faults = Faults { fail_preparing: Some("ordered".to_owned()), ..Faults::default() };
    world.batch.set_faults(faults);
    let job = world.create(&request("", "")).await.unwrap();
    world.reached(&job, "Failed").await;
    let shown = world.describe(&job).await;
    assert_eq!((text(&shown, "Status"), text(&shown, "FailureReason")), ("Failed".into(), "ordered".into()));
}

#[tokio::test]
async fn the_states_are_told_as_cloudtrail_tells_them() {
    let world = World::hanging_in("Preparing");
    world.batch.set_faults(Faults { fail_preparing: Some("ordered".to_owned()), ..Faults::default() });
    let job = world.create(&request("", "")).await.unwrap();
    world.reached(&job, "Failed").await;
    let events = world.events.borrow().clone();
    let told: Vec<_> = events
        .iter()
        .map(|event| (&event["detail"]["eventName"], &event["detail"]["serviceEventDetails"]["status"]))
        .collect();
    let expected = [
        ("JobCreated", "New"),
        ("JobStatusChanged", "Preparing"),
        ("JobStatusChanged", "Failing"),
        ("JobStatusChanged", "Failed"),
    ];
    assert_eq!(
        told,
        expected.map(|(name, status)| (json!(name), json!(status))).iter().map(|(a, b)| (a, b)).collect::<Vec<_>>()
    );
    let failed = &events[3];
    assert_eq!(
        (&failed["source"], &failed["detail-type"]),
        (&json!("aws.s3"), &json!("AWS Service Event via CloudTrail"))
    );
    assert_eq!(failed["detail"]["serviceEventDetails"]["failureCodes"], json!(["ManifestGenerationFailed"]));
    assert_eq!(failed["resources"], json!([]));
}

#[tokio::test]
async fn without_a_trail_nobody_is_told() {
    let world = World::hanging_in("Preparing");
    world.batch.set_quotas(Quotas { trail: Trail::Off, ..Quotas::default() });
    let _ = world.create(&request("", "")).await.unwrap();
    assert!(world.events.borrow().is_empty());
}

#[tokio::test]
async fn an_ended_job_is_forgotten_after_ninety_days() {
    let world = World::hanging_in("Preparing");
    let job = world.create(&request("", "")).await.unwrap();
    world.reached(&job, "Preparing").await;
    let _ = world.update(&job, "Cancelled").await.unwrap();
    world.reached(&job, "Cancelled").await;
    let ahead = |days_ahead| Quotas { trail: Trail::On, days_ahead, ..Quotas::default() };
    world.batch.set_quotas(ahead(89));
    assert_eq!(text(&world.describe(&job).await, "Status"), "Cancelled");
    world.batch.set_quotas(ahead(91));
    assert_eq!(world.update(&job, "Ready").await.unwrap_err().0, "NotFoundException");
}
