//! What a job does when it may.

use hyper::Method;
use nightferry_local::upstream::Ask;

use super::world::{World, text};

#[tokio::test]
async fn a_confirmed_job_copies_every_version_to_the_other_account_with_all_that_travels_with_it() {
    let world = World::new("carried").await;
    let source = world.bucket("source");
    for body in ["first", "second"] {
        let ask = Ask::new(Method::PUT, "s3", format!("/{source}/logs/a%20b%2Cc.txt")).body(body);
        let ask = ask
            .header("x-amz-meta-color", "blue")
            .header("x-amz-tagging", "team=ops")
            .header("content-type", "text/plain");
        let _ = world.own.read(ask).await.unwrap();
    }
    world.write("gone", "was here").await;
    let _ = world.own.read(Ask::new(Method::DELETE, "s3", format!("/{source}/gone"))).await.unwrap();
    world.replicate_all().await;
    let job = world.create(&world.request("carried")).await;
    let shown = world.until(&job, "Suspended").await;
    assert_eq!(
        (text(&shown, "TotalNumberOfTasks"), text(&shown, "SuspendedCause")),
        ("4".into(), "AWAITING_CONFIRMATION".into())
    );
    assert!(world.copies("logs/a%20b%2Cc.txt").await.is_empty(), "nothing runs before it is confirmed");
    world.confirm(&job).await;
    let shown = world.until(&job, "Complete").await;
    assert_eq!((text(&shown, "NumberOfTasksSucceeded"), text(&shown, "NumberOfTasksFailed")), ("4".into(), "0".into()));
    assert_eq!(world.copies("logs/a%20b%2Cc.txt").await, ["first", "second"], "oldest first");
    let replica = format!("/{}/logs/a%20b%2Cc.txt", world.bucket("copies"));
    for (name, value) in
        [("x-amz-meta-color", "blue"), ("content-type", "text/plain"), ("x-amz-replication-status", "REPLICA")]
    {
        assert_eq!(world.header(&world.other, &replica, name).await, value);
    }
    assert!(world.get(&world.other, &format!("{replica}?tagging")).await.unwrap().contains("<Value>ops</Value>"));
    assert_eq!(world.get(&world.other, &format!("/{}/gone", world.bucket("copies"))).await, Err(404), "the marker too");
    let original = format!("/{source}/logs/a%20b%2Cc.txt");
    assert_eq!(world.header(&world.own, &original, "x-amz-replication-status").await, "COMPLETED");
}

#[tokio::test]
async fn the_report_tells_each_task_and_the_list_is_kept_where_it_was_asked_for() {
    let world = World::new("reported").await;
    world.write("fine", "1").await;
    world.write("bad", "2").await;
    world.replicate_all().await;
    world.break_job("reported", Some("bad")).await;
    let job = world
        .create(&world.request("reported").replace("<ConfirmationRequired>true", "<ConfirmationRequired>false"))
        .await;
    let shown = world.until(&job, "Complete").await;
    world.break_job("reported", None).await;
    assert_eq!(text(&shown, "NumberOfTasksFailed"), "1", "{shown}");
    let arn = format!("arn:aws:s3:::{}/manifests/job-{job}/manifest.json", world.bucket("reports"));
    assert_eq!(text(&shown, "ObjectArn"), arn);
    let rows = world.report(&job).await;
    let told: Vec<[&str; 5]> = rows.iter().map(|row| [&*row[1], &*row[3], &*row[4], &*row[5], &*row[6]]).collect();
    assert_eq!(
        told,
        [
            ["fine", "succeeded", "200", "", "Successful"],
            ["bad", "failed", "403", "DstPutObjectNotPermitted", "this failure was ordered"]
        ]
    );
}

#[tokio::test]
async fn a_second_job_finds_nothing_left_and_a_later_one_only_what_failed() {
    let world = World::new("again").await;
    world.write("a", "1").await;
    world.replicate_all().await;
    world.run("again-1").await;
    let job = world.create(&world.request("again-2")).await;
    let shown = world.until(&job, "Failed").await;
    assert_eq!(text(&shown, "FailureReason"), "Manifest generation found no keys matching the filter criteria.");
    assert_eq!(text(&shown, "NumberOfTasksFailed"), "0");
    world.admit(&["s3:ReplicateDelete".to_owned()]).await;
    world.write("b", "2").await;
    world.copied("b", "FAILED").await;
    world.admit(&world.destination_actions()).await;
    world.run("again-3").await;
    assert_eq!((world.copies("a").await, world.copies("b").await), (vec!["1".to_owned()], vec!["2".to_owned()]));
}

#[tokio::test]
async fn only_what_a_rule_takes_is_listed() {
    let world = World::new("ruled").await;
    world.write("logs/a", "1").await;
    world.write("other", "2").await;
    let archived = Ask::new(Method::PUT, "s3", format!("/{}/logs/cold", world.bucket("source")))
        .header("x-amz-storage-class", "GLACIER");
    let _ = world.own.read(archived.body("3")).await.unwrap();
    let rule = "<DeleteMarkerReplication><Status>Disabled</Status></DeleteMarkerReplication><Filter><Prefix>logs/</Prefix></Filter>";
    world.replicate(rule).await;
    let _ =
        world.own.read(Ask::new(Method::DELETE, "s3", format!("/{}/logs/a", world.bucket("source")))).await.unwrap();
    let job = world.create(&world.request("ruled")).await;
    let shown = world.until(&job, "Suspended").await;
    assert_eq!(text(&shown, "TotalNumberOfTasks"), "1", "no other prefix, nothing archived, no marker: {shown}");
}
