//! What a job says when a policy on either side is short of something.

use super::world::{Grants, World, text};

fn without(granted: &Grants, action: &str) -> Grants {
    granted.iter().filter(|(granted, _)| granted != action).cloned().collect()
}

/// Runs a job over one tagged object and gives the code of its failed task.
async fn code(world: &World, token: &str) -> String {
    let job =
        world.create(&world.request(token).replace("<ConfirmationRequired>true", "<ConfirmationRequired>false")).await;
    let _ = world.until(&job, "Complete").await;
    let rows = world.report(&job).await;
    let failed: Vec<_> = rows.iter().filter(|row| row[3] == "failed").collect();
    assert_eq!(failed.len(), 1, "{rows:?}");
    failed[0][5].clone()
}

async fn tagged(world: &World) {
    let path = format!("/{}/a", world.bucket("source"));
    let ask =
        nightferry_local::upstream::Ask::new(hyper::Method::PUT, "s3", path).header("x-amz-tagging", "k=v").body("1");
    let _ = world.own.read(ask).await.unwrap();
    world.replicate_all().await;
}

#[tokio::test]
async fn the_replication_role_given_as_the_jobs_role_cannot_be_assumed() {
    let world = World::new("swapped").await;
    tagged(&world).await;
    let request = world.request("swapped").replace(&world.role("job"), &world.role("replication"));
    let job = world.create(&request).await;
    let shown = world.until(&job, "Failed").await;
    assert_eq!(text(&shown, "FailureReason"), "Error occurred when preparing manifest: Failed to assume role.");
}

#[tokio::test]
async fn each_permission_that_the_source_is_short_of_has_its_code() {
    let world = World::new("source-side").await;
    tagged(&world).await;
    for (action, expected) in [
        ("s3:GetObjectVersionForReplication", "SrcGetObjectNotPermitted"),
        ("s3:GetObjectVersionAcl", "SrcGetAclNotPermitted"),
        ("s3:GetObjectVersionTagging", "SrcGetTaggingNotPermitted"),
        ("s3:ReplicateObject", "DstPutObjectNotPermitted"),
        ("s3:ReplicateTags", "DstPutTaggingNotPermitted"),
        ("s3:GetReplicationConfiguration", "SrcBucketReplicationConfigMissing"),
    ] {
        world.replication_role(&without(&world.replication_grants(), action)).await;
        assert_eq!(code(&world, action).await, expected, "without {action}");
    }
    world.replication_role(&world.replication_grants()).await;
    world.job_role(&without(&world.job_grants(), "s3:InitiateReplication")).await;
    assert_eq!(code(&world, "initiate").await, "InitiateReplicationNotPermitted");
}

#[tokio::test]
async fn each_permission_that_the_destinations_owner_withholds_has_its_code() {
    let world = World::new("other-side").await;
    tagged(&world).await;
    let all = world.destination_actions();
    for (action, expected) in
        [("s3:ReplicateObject", "DstPutObjectNotPermitted"), ("s3:ReplicateTags", "DstPutTaggingNotPermitted")]
    {
        let rest: Vec<String> = all.iter().filter(|allowed| *allowed != action).cloned().collect();
        world.admit(&rest).await;
        assert_eq!(code(&world, action).await, expected, "without {action}");
    }
    world.admit(&all).await;
    let controls =
        "<OwnershipControls><Rule><ObjectOwnership>BucketOwnerPreferred</ObjectOwnership></Rule></OwnershipControls>";
    world.put(&world.other, &format!("/{}?ownershipControls", world.bucket("copies")), controls).await;
    let rest: Vec<String> = all.iter().filter(|allowed| !allowed.contains("OwnerOverride")).cloned().collect();
    world.admit(&rest).await;
    assert_eq!(
        code(&world, "override").await,
        "DstPutObjectNotPermitted",
        "ownership is handed over only where both let it"
    );
    world.versioning(&world.other, &world.bucket("copies"), "Suspended").await;
    assert_eq!(code(&world, "suspended").await, "DstBucketUnversioned");
}

#[tokio::test]
async fn a_role_without_the_generators_permissions_cannot_prepare() {
    let world = World::new("generator").await;
    tagged(&world).await;
    for action in ["s3:GetReplicationConfiguration", "s3:PutInventoryConfiguration"] {
        world.job_role(&without(&world.job_grants(), action)).await;
        let job = world.create(&world.request(action)).await;
        let said = text(&world.until(&job, "Failed").await, "FailureReason");
        assert!(said.starts_with("Error occurred when preparing manifest: ") && said.contains(action), "{said}");
    }
    world.job_role(&without(&world.job_grants(), "s3:GetObject")).await;
    let job = world.create(&world.request("reading")).await;
    assert_eq!(
        text(&world.until(&job, "Failed").await, "FailureReason"),
        "Reading the manifest is forbidden: AccessDenied"
    );
}

#[tokio::test]
async fn a_report_that_cannot_be_written_fails_a_job_whose_tasks_all_went_well() {
    let world = World::new("unreported").await;
    tagged(&world).await;
    let mut granted = without(&world.job_grants(), "s3:PutObject");
    granted.push(("s3:PutObject".to_owned(), format!("arn:aws:s3:::{}/manifests/*", world.bucket("reports"))));
    world.job_role(&granted).await;
    let job = world
        .create(&world.request("unreported").replace("<ConfirmationRequired>true", "<ConfirmationRequired>false"))
        .await;
    let shown = world.until(&job, "Failed").await;
    let said = text(&shown, "FailureReason");
    assert!(said.starts_with("The job report could not be written to your report bucket"), "{said}");
    assert_eq!((text(&shown, "NumberOfTasksSucceeded"), text(&shown, "NumberOfTasksFailed")), ("1".into(), "0".into()));
    assert_eq!(world.copies("a").await, ["1"]);
}
