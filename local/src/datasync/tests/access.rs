//! Roles, trust and bucket policies decide, at creation and at every object.

use serde_json::json;

use super::world::{ACCOUNT, OBJECT_ACTIONS, OTHER, ROLE, World, allowed, trust};

async fn refused(world: &World, bucket: &str) -> String {
    world.s3(bucket, "").await.expect_err("the access test refuses")
}

#[tokio::test]
async fn a_role_without_list_bucket_fails_the_access_test_in_the_service_s_words() {
    let world = World::new().await;
    world.role(&trust(ACCOUNT), &json!({"Version": "2012-10-17", "Statement": []}));
    let expected = "DataSync location access test failed: could not perform s3:HeadBucket on bucket backups. Access denied. \
        Ensure bucket access role has s3:ListBucket permission.";
    assert_eq!(refused(&world, "backups").await, expected);
}

#[tokio::test]
async fn a_trust_that_names_another_source_account_cannot_be_assumed() {
    let world = World::new().await;
    world.role(&trust(OTHER), &allowed("backups", OBJECT_ACTIONS));
    let said = refused(&world, "backups").await;
    assert!(said.contains("Unable to assume role. Reason: Access denied when calling sts:AssumeRole"), "{said}");
}

#[tokio::test]
async fn a_missing_bucket_is_told() {
    let world = World::new().await;
    assert!(refused(&world, "nowhere").await.contains("The specified bucket does not exist"));
}

#[tokio::test]
async fn a_role_of_another_account_is_not_passed() {
    let world = World::new().await;
    let role = format!("arn:aws:iam::{OTHER}:role/backup");
    let body = json!({"S3BucketArn": "arn:aws:s3:::backups", "S3Config": {"BucketAccessRoleArn": role}});
    let said = world.call("CreateLocationS3", body).await.unwrap_err();
    assert!(said.starts_with("Cross-account pass role is not allowed"), "{said}");
}

#[tokio::test]
async fn another_account_s_bucket_needs_its_own_policy_too() {
    let world = World::new().await;
    world.bucket("partner", OTHER);
    world.sync.upstream.learn_account(OTHER);
    world.role(&trust(ACCOUNT), &allowed("partner", OBJECT_ACTIONS));
    assert!(refused(&world, "partner").await.contains("s3:ListBucket permission"));
    let mut policy = allowed("partner", OBJECT_ACTIONS);
    for statement in policy["Statement"].as_array_mut().unwrap() {
        statement["Principal"] = json!({"AWS": ROLE});
    }
    world.emulator.state().buckets.get_mut("partner").unwrap().policy = Some(policy.clone());
    let said = refused(&world, "partner").await;
    assert!(said.contains("s3:HeadBucket on bucket partner"), "who makes the location may not list it: {said}");
    policy["Statement"].as_array_mut().unwrap().push(json!({
        "Effect": "Allow", "Principal": {"AWS": format!("arn:aws:iam::{ACCOUNT}:root")}, "Action": "s3:ListBucket",
        "Resource": "arn:aws:s3:::partner",
    }));
    world.emulator.state().buckets.get_mut("partner").unwrap().policy = Some(policy);
    assert!(world.s3("partner", "").await.is_ok());
}

#[tokio::test]
async fn a_permission_taken_away_midway_ends_the_execution_with_the_action_s_code() {
    let world = World::new().await;
    world.put("a", "x");
    let task = world.task(json!({})).await;
    let hang =
        |state: &str| super::super::Faults { hang_in: Some(state.to_owned()), ..super::super::Faults::default() };
    world.sync.set_faults(hang("TRANSFERRING"));
    let execution = world.start(&task, json!({})).await.unwrap();
    world.reached(&execution, &["TRANSFERRING"]).await;
    world.role(&trust(ACCOUNT), &allowed("backups", &["s3:GetObject"]));
    world.sync.set_faults(super::super::Faults::default());
    let ended = world.ended(&execution).await;
    assert_eq!((&ended["Status"], &ended["Result"]["ErrorCode"]), (&json!("ERROR"), &json!("FsS3PutObjectFailed")));
    assert!(world.keys("backups").is_empty());
}

#[tokio::test]
async fn a_location_whose_role_is_gone_cannot_be_opened() {
    let world = World::new().await;
    let task = world.task(json!({})).await;
    world.emulator.state().roles.clear();
    let ended = world.run(&task, json!({})).await;
    assert_eq!(
        (&ended["Status"], &ended["Result"]["ErrorCode"]),
        (&json!("ERROR"), &json!("SyncTaskErrorLocationNotAdded"))
    );
    assert_eq!(ended["Result"]["PrepareStatus"], "ERROR");
}

#[tokio::test]
async fn a_destination_role_that_may_not_read_cannot_compare_or_verify() {
    let world = World::new().await;
    world.put("a", "x");
    let task = world.task(json!({})).await;
    let _ = world.run(&task, json!({})).await;
    world.role(&trust(ACCOUNT), &allowed("backups", &["s3:PutObject"]));
    let ended = world.run(&task, json!({})).await;
    assert_eq!((&ended["Status"], &ended["Result"]["ErrorCode"]), (&json!("ERROR"), &json!("FsS3HeadObjectFailed")));
}
