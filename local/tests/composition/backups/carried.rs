//! What works: an instance into an image, the image into an instance, a copy into another account, an end after thirty days.

use hyper::Method;
use nightferry_local::{backup::Tick, upstream::ec2};
use serde_json::{Value, json};

use super::world::{OTHER, REGION, World, call, text};

#[tokio::test]
async fn a_tagged_instance_becomes_a_real_image_and_the_image_a_real_instance() {
    let world = World::new("carried").await;
    let job = world.backed_up("1").await;
    let point = &job["RecoveryPointArn"];
    let image = point.as_str().unwrap().rsplit('/').next().unwrap();
    let shown = world.form("ec2", "DescribeImages", &[("ImageId.1", image)]).await.unwrap();
    let id = job["BackupJobId"].as_str().unwrap();
    assert_eq!(text(&shown, "name"), format!("AWSBackup_{}_{id}", world.instance));
    assert_eq!(shown.matches("<snapshotId>").count(), 2, "one of each volume: {shown}");
    assert_eq!(job["BackupSizeInBytes"], json!(28_u64 << 30));
    world.let_pass().await;
    let restored = world.restored(point, "1", world.name).await;
    assert_eq!(restored["Status"], "COMPLETED", "{restored}");
    let created = restored["CreatedResourceArn"].as_str().unwrap().rsplit('/').next().unwrap();
    let instance = ec2::instance(&world.aws, created).await.unwrap().unwrap();
    assert_eq!((instance.state.as_str(), instance.instance_type.as_str()), ("running", "t3.small"));
    assert_eq!((instance.subnet_id.as_str(), instance.key_name.as_str()), (world.subnet.as_str(), "ops"));
    assert!(instance.profile_arn.ends_with("/carried"), "{instance:?}");
    assert_eq!(instance.tag("AWSBackup"), Some("carried"));
    let volumes = ec2::attached(&world.aws, created).await.unwrap();
    let devices: Vec<&str> = volumes.iter().map(|volume| volume.device.as_str()).collect();
    assert_eq!(devices, ["/dev/sdf", "/dev/xvda"]);
}

#[tokio::test]
async fn a_point_goes_after_its_thirty_days_with_its_image_and_snapshots() {
    let world = World::alone("retention").await;
    let job = world.backed_up("1").await;
    let point = job["RecoveryPointArn"].clone();
    let image = point.as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    assert_eq!(world.get(&world.point_path(&point)).await["Status"], "COMPLETED");
    let days = |days: u64| Tick { advance_secs: days * 86_400, ..Tick::default() };
    world.local.admin().move_backup_clock(days(31)).await.unwrap();
    assert!(world.call(Method::GET, &world.point_path(&point), &Value::Null).await.is_err());
    assert!(!ec2::has_image(&world.aws, &image).await.unwrap());
    let snapshots = world.form("ec2", "DescribeSnapshots", &[]).await.unwrap();
    assert!(!snapshots.contains(job["BackupJobId"].as_str().unwrap()), "{snapshots}");
}

#[tokio::test]
async fn a_copy_in_another_accounts_vault_is_an_image_of_that_account() {
    let world = World::new("offsite").await;
    let other = world.aws.seen_from(OTHER, REGION);
    let key = json!({"EncryptionKeyArn": format!("arn:aws:kms:{REGION}:{OTHER}:key/k")});
    let vault = call(&other, Method::PUT, "/backup-vaults/offsite", &key).await.unwrap()["BackupVaultArn"].clone();
    let policy = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Resource": "*",
        "Action": "backup:CopyIntoBackupVault", "Principal": {"AWS": "arn:aws:iam::123456789012:root"}}]});
    let admitted = json!({"Policy": policy.to_string()});
    let _ = call(&other, Method::PUT, "/backup-vaults/offsite/access-policy", &admitted).await.unwrap();
    let job = world.backed_up("1").await;
    let request = json!({"RecoveryPointArn": job["RecoveryPointArn"], "SourceBackupVaultName": world.name,
        "DestinationBackupVaultArn": vault, "IamRoleArn": world.role("backup"), "IdempotencyToken": "1"});
    let started = world.call(Method::PUT, "/copy-jobs", &request).await.unwrap();
    let copy = world.ended("copy-jobs", started["CopyJobId"].as_str().unwrap()).await;
    assert_eq!(copy["State"], "COMPLETED", "{copy}");
    let image = copy["DestinationRecoveryPointArn"].as_str().unwrap().rsplit('/').next().unwrap();
    assert!(ec2::has_image(&other, image).await.unwrap() && !ec2::has_image(&world.aws, image).await.unwrap());
}

#[tokio::test]
async fn a_plans_rule_backs_up_what_carries_the_tag_and_nothing_else() {
    let world = World::new("planned").await;
    let untagged = ec2::WantedInstance { instance_type: "t3.micro".to_owned(), ..ec2::WantedInstance::default() };
    let _ = ec2::run_instance(&world.aws, &untagged).await.unwrap();
    let rule = json!({"RuleName": "nightly", "TargetBackupVaultName": world.name, "ScheduleExpression": "cron(0 6 * * ? 2190)"});
    let plan = json!({"BackupPlan": {"BackupPlanName": world.name, "Rules": [rule]}});
    let made = world.call(Method::PUT, "/backup/plans/", &plan).await.unwrap();
    let id = made["BackupPlanId"].as_str().unwrap();
    let tag = json!({"ConditionType": "STRINGEQUALS", "ConditionKey": "AWSBackup", "ConditionValue": world.name});
    let selection =
        json!({"BackupSelection": {"SelectionName": "s", "IamRoleArn": world.role("backup"), "ListOfTags": [tag]}});
    let _ = world.call(Method::PUT, &format!("/backup/plans/{id}/selections/"), &selection).await.unwrap();
    let fired = world.local.admin().fire_backup_plan(id).await.unwrap();
    assert_eq!(fired.jobs.len(), 1);
    let job = world.ended("backup-jobs", &fired.jobs[0]).await;
    assert_eq!((&job["State"], &job["ResourceArn"]), (&json!("COMPLETED"), &json!(world.instance_arn())));
}

#[tokio::test]
async fn calls_are_recorded_with_the_permissions_that_they_need() {
    let world = World::new("recorded").await;
    let job = world.backed_up("1").await;
    let _ = world.get(&world.point_path(&job["RecoveryPointArn"])).await;
    let calls = world.local.admin().calls().await.unwrap().calls;
    let vault = format!("arn:aws:backup:{REGION}:123456789012:backup-vault:recorded");
    let started = calls.iter().find(|call| call.operation == "StartBackupJob" && call.resource == vault).unwrap();
    assert_eq!(started.iam_action, "backup:StartBackupJob");
    assert_eq!((started.needs[1].action.as_str(), &started.needs[1].resource), ("iam:PassRole", &world.role("backup")));
    let passed = ("iam:PassedToService".to_owned(), vec!["backup.amazonaws.com".to_owned()]);
    assert_eq!(started.needs[1].context, [passed]);
    let point = job["RecoveryPointArn"].as_str().unwrap();
    assert!(calls.iter().any(|call| call.iam_action == "backup:DescribeRecoveryPoint" && call.resource == point));
    let used = world.local.admin().accesses().await.unwrap();
    assert!(
        used.iter()
            .any(|used| used.role == world.role("backup") && used.action == "ec2:CreateImage" && used.is_allowed)
    );
}
