//! New objects, replicated under the same decisions as existing ones.

use hyper::Method;
use nightferry_local::upstream::Ask;

use super::world::World;

#[tokio::test]
async fn a_new_object_is_copied_when_both_sides_allow_and_fails_when_one_does_not() {
    let world = World::new("live").await;
    world.replicate_all().await;
    world.write("fine", "1").await;
    world.copied("fine", "COMPLETED").await;
    assert_eq!(world.copies("fine").await, ["1"]);
    let mut granted = world.replication_grants();
    granted.retain(|(action, _)| action != "s3:ReplicateObject");
    world.replication_role(&granted).await;
    world.write("denied", "2").await;
    world.copied("denied", "FAILED").await;
    assert!(
        world.copies("denied").await.is_empty(),
        "the emulator alone would have copied it: it asks only the bucket"
    );
}

#[tokio::test]
async fn a_configuration_is_shown_as_it_was_written() {
    let world = World::new("shown").await;
    world.replicate_all().await;
    let path = format!("/{}?replication", world.bucket("source"));
    let shown = world.get(&world.own, &path).await.unwrap();
    assert!(
        shown.contains("<Status>Enabled</Status><Destination>") || shown.contains("<Status>Enabled</Status>"),
        "{shown}"
    );
    assert!(!shown.contains("<Status>Disabled</Status>"), "{shown}");
    let _ = world.own.read(Ask::new(Method::DELETE, "s3", &path)).await.unwrap();
    assert_eq!(world.get(&world.own, &path).await, Err(404));
    world.write("after", "1").await;
    assert!(world.copies("after").await.is_empty());
}

#[tokio::test]
async fn a_replica_that_was_not_handed_over_is_its_writers_and_not_the_bucket_owners() {
    let world = World::new("owned").await;
    let copies = world.bucket("copies");
    let controls =
        "<OwnershipControls><Rule><ObjectOwnership>ObjectWriter</ObjectOwnership></Rule></OwnershipControls>";
    world.put(&world.other, &format!("/{copies}?ownershipControls"), controls).await;
    let xml = format!(
        "<ReplicationConfiguration><Role>{}</Role><Rule><Priority>1</Priority><Status>Enabled</Status><Filter><Prefix></Prefix></Filter>\
         <DeleteMarkerReplication><Status>Disabled</Status></DeleteMarkerReplication><Destination><Bucket>arn:aws:s3:::{copies}</Bucket></Destination></Rule></ReplicationConfiguration>",
        world.role("replication")
    );
    world.put(&world.own, &format!("/{}?replication", world.bucket("source")), xml).await;
    world.write("kept", "1").await;
    world.copied("kept", "COMPLETED").await;
    assert_eq!(world.get(&world.other, &format!("/{copies}/kept")).await, Err(403));
    world.replicate_all().await;
    world.write("given", "2").await;
    world.copied("given", "COMPLETED").await;
    assert_eq!(world.get(&world.other, &format!("/{copies}/given")).await.unwrap(), "2");
}

#[tokio::test]
async fn what_a_stand_in_writes_past_the_front_door_is_replicated_too() {
    let world = World::new("inside").await;
    let mut granted = world.job_grants();
    granted.push(("s3:PutObject".to_owned(), format!("arn:aws:s3:::{}/*", world.bucket("source"))));
    world.job_role(&granted).await;
    world.write("a", "1").await;
    world.replicate_all().await;
    let report = format!("<Report><Bucket>arn:aws:s3:::{}", world.bucket("source"));
    let request =
        world.request("inside").replace(&format!("<Report><Bucket>arn:aws:s3:::{}", world.bucket("reports")), &report);
    let job = world.create(&request).await;
    let _ = world.until(&job, "Suspended").await;
    world.confirm(&job).await;
    let _ = world.until(&job, "Complete").await;
    let key = format!("reports/job-{job}/manifest.json.md5");
    world.copied(&key, "COMPLETED").await;
    assert_eq!(world.copies(&key).await.len(), 1);
}
