//! Recovery points: shown, listed, kept for as long as was asked for, deleted with what belongs to them.

use serde_json::{Value, json};

use super::world::{BACKUP_ACTIONS, DAY, INSTANCE, ROLE, VAULT, World, allowed, encoded, point_path, trust};

#[tokio::test]
async fn a_point_shows_what_it_is_of_how_large_it_is_and_when_it_goes() {
    let world = World::new().await;
    let arn = world.backed_up(&json!({})).await;
    let point = world.get(&point_path(&arn)).await;
    assert_eq!((&point["Status"], &point["StorageClass"]), (&json!("COMPLETED"), &json!("WARM")));
    assert_eq!((&point["ResourceArn"], &point["BackupVaultArn"]), (&json!(INSTANCE), &json!(VAULT)));
    assert_eq!(point["BackupSizeInBytes"], json!(8_u64 << 30));
    let (created, deleted) =
        (point["CreationDate"].as_f64().unwrap(), point["CalculatedLifecycle"]["DeleteAt"].as_f64().unwrap());
    assert!((deleted - created - 30.0 * 86_400.0).abs() < 0.001, "{point}");
    let listed = world.get("/backup-vaults/EC2/recovery-points/").await;
    assert_eq!(listed["RecoveryPoints"][0]["RecoveryPointArn"], arn.as_str());
    let by_resource = world.get(&format!("/resources/{}/recovery-points/", encoded(INSTANCE))).await;
    assert_eq!(by_resource["RecoveryPoints"][0]["BackupSizeBytes"], json!(8_u64 << 30));
    assert_eq!(world.get("/resources").await["Results"][0]["LastRecoveryPointArn"], arn.as_str());
    let missing = world.call("GET", &point_path("arn:aws:ec2:ap-northeast-1::image/ami-0"), &Value::Null).await;
    assert_eq!(missing.unwrap_err().0, "ResourceNotFoundException");
}

#[tokio::test]
async fn restore_metadata_are_texts_and_some_of_these_are_json() {
    let world = World::new().await;
    world.machine(&[("AWSBackup", "EC2")], "web");
    let arn = world.backed_up(&json!({})).await;
    let metadata = world.get(&format!("{}/restore-metadata", point_path(&arn))).await["RestoreMetadata"].clone();
    assert!(metadata.as_object().unwrap().values().all(Value::is_string), "{metadata}");
    assert_eq!((&metadata["InstanceType"], &metadata["IamInstanceProfileName"]), (&json!("t3.micro"), &json!("web")));
    assert_eq!(metadata["SecurityGroupIds"], r#"["sg-1"]"#);
    let interfaces: Value = serde_json::from_str(metadata["NetworkInterfaces"].as_str().unwrap()).unwrap();
    assert_eq!(interfaces[0]["PrivateIpAddress"], "10.0.0.9");
}

#[tokio::test]
async fn a_deleted_point_takes_its_image_and_its_snapshots_along() {
    let world = World::new().await;
    let arn = world.backed_up(&json!({})).await;
    let _ = world.call("DELETE", &point_path(&arn), &Value::Null).await.unwrap();
    assert!(world.emulator.state().images.is_empty() && world.emulator.state().snapshots.is_empty());
    assert!(world.call("GET", &point_path(&arn), &Value::Null).await.is_err());
    assert!(world.call("DELETE", "/backup-vaults/EC2", &Value::Null).await.is_ok());
}

#[tokio::test]
async fn a_point_of_thirty_days_is_there_after_twenty_nine_and_gone_after_thirty() {
    let world = World::new().await;
    let arn = world.backed_up(&json!({})).await;
    world.ahead(29 * DAY).await;
    assert_eq!(world.get(&point_path(&arn)).await["Status"], "COMPLETED");
    world.ahead(DAY).await;
    assert!(world.call("GET", &point_path(&arn), &Value::Null).await.is_err());
    assert!(world.emulator.state().images.is_empty());
}

#[tokio::test]
async fn a_point_that_its_role_can_not_delete_any_more_expires_stays_and_goes_once_that_is_mended() {
    let world = World::new().await;
    let arn = world.backed_up(&json!({})).await;
    world.role("backup", &trust("123456789012"), &allowed(&BACKUP_ACTIONS[..5], "*"));
    world.ahead(31 * DAY).await;
    let point = world.get(&point_path(&arn)).await;
    assert_eq!(point["Status"], "EXPIRED", "{point}");
    assert_eq!(world.emulator.state().images.len(), 1);
    let event = world.told("resourceArn", INSTANCE, "EXPIRED").await;
    assert_eq!((&event["detail"]["isEncrypted"], &event["detail"]["storageClass"]), (&json!("false"), &json!("WARM")));
    assert!(event["detail"]["calculatedLifeCycle"]["deleteAt"].is_string());
    world.role("backup", &trust("123456789012"), &allowed(BACKUP_ACTIONS, "*"));
    world.ahead(DAY).await;
    assert!(world.call("GET", &point_path(&arn), &Value::Null).await.is_err());
}

#[tokio::test]
async fn a_lifecycle_can_be_changed_and_taken_away() {
    let world = World::new().await;
    let arn = world.backed_up(&json!({})).await;
    let longer = json!({"Lifecycle": {"DeleteAfterDays": 60}});
    let changed = world.call("POST", &point_path(&arn), &longer).await.unwrap();
    assert_eq!(changed["Lifecycle"]["DeleteAfterDays"], 60);
    world.ahead(59 * DAY).await;
    let _ = world.call("POST", &point_path(&arn), &json!({"Lifecycle": {"DeleteAfterDays": -1}})).await.unwrap();
    world.ahead(400 * DAY).await;
    assert_eq!(world.get(&point_path(&arn)).await["Status"], "COMPLETED");
}

#[tokio::test]
async fn a_deletion_that_the_role_may_not_do_is_refused_and_nothing_is_lost() {
    let world = World::new().await;
    let arn = world.backed_up(&json!({})).await;
    world.emulator.state().roles.clear();
    let (name, message) = world.call("DELETE", &point_path(&arn), &Value::Null).await.unwrap_err();
    assert_eq!(name, "InvalidRequestException");
    assert!(message.contains(ROLE) && message.contains("cannot be assumed"), "{message}");
    assert_eq!(world.emulator.state().images.len(), 1);
}
