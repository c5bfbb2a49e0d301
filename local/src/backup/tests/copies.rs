//! Copy jobs: into another vault, also another account's, when both sides let it.

use serde_json::{Value, json};

use super::super::{Faults, JobKind, Ordered};
use super::world::{ACCOUNT, BACKUP_ACTIONS, ROLE, World, allowed, trust};

const OTHER: &str = "210987654321";
const COPY_ACTIONS: &[&str] =
    &["ec2:DescribeTags", "ec2:CopyImage", "ec2:CreateTags", "ec2:ModifyImageAttribute", "backup:CopyIntoBackupVault"];

fn target(account: &str) -> String {
    format!("arn:aws:backup:ap-northeast-1:{account}:backup-vault:offsite")
}

/// A world with a vault of another account that lets nobody in, and one of our own.
async fn furnished() -> (World, String) {
    let world = World::new().await;
    let all: Vec<&str> = BACKUP_ACTIONS.iter().chain(COPY_ACTIONS).copied().collect();
    world.role("backup", &trust(ACCOUNT), &allowed(&all, "*"));
    let key = json!({"EncryptionKeyArn": "arn:aws:kms:ap-northeast-1:210987654321:key/k"});
    let _ = world.call_as(OTHER, None, "PUT", "/backup-vaults/offsite", &key).await.unwrap();
    let _ = world.call("PUT", "/backup-vaults/offsite", &json!({})).await.unwrap();
    let arn = world.backed_up(&json!({})).await;
    (world, arn)
}

async fn copied(world: &World, arn: &str, vault: &str, token: &str) -> Value {
    let request = json!({"RecoveryPointArn": arn, "SourceBackupVaultName": "EC2", "DestinationBackupVaultArn": vault,
        "IamRoleArn": ROLE, "IdempotencyToken": token, "Lifecycle": {"DeleteAfterDays": 90}});
    let started = world.call("PUT", "/copy-jobs", &request).await.unwrap();
    assert_eq!(world.call("PUT", "/copy-jobs", &request).await.unwrap(), started, "one token, one copy");
    let id = started["CopyJobId"].as_str().unwrap().to_owned();
    ended(world, &id).await
}

async fn ended(world: &World, id: &str) -> Value {
    let mut events = world.events.clone();
    let is_end = |event: &Value| event["detail"]["copyJobId"] == id && event["detail"]["completionDate"].is_string();
    let _ = events.wait_for(|events| events.iter().any(is_end)).await.unwrap();
    world.get(&format!("/copy-jobs/{id}")).await["CopyJob"].clone()
}

#[tokio::test]
async fn a_copy_is_a_point_of_its_own_with_its_own_lifecycle() {
    let (world, arn) = furnished().await;
    let job = copied(&world, &arn, &target(ACCOUNT), "1").await;
    assert_eq!((&job["State"], &job["MessageCategory"]), (&json!("COMPLETED"), &json!("SUCCESS")), "{job}");
    let copy = &world.get("/backup-vaults/offsite/recovery-points/").await["RecoveryPoints"][0].clone();
    assert_eq!(copy["RecoveryPointArn"], job["DestinationRecoveryPointArn"]);
    assert_eq!(copy["Lifecycle"]["DeleteAfterDays"], 90);
    assert!(copy["SourceBackupVaultArn"].as_str().unwrap().ends_with(":EC2"));
    assert_eq!(world.emulator.state().images.len(), 2);
    let listed = |query: String| {
        let world = &world;
        async move { world.get(&format!("/copy-jobs/?{query}")).await["CopyJobs"].as_array().unwrap().len() }
    };
    assert_eq!(listed(format!("sourceRecoveryPointArn={}&state=COMPLETED", super::world::encoded(&arn))).await, 1);
    assert_eq!(listed(format!("destinationVaultArn={}", super::world::encoded(&target(OTHER)))).await, 0);
}

#[tokio::test]
async fn another_accounts_vault_has_to_let_the_copy_in() {
    let (world, arn) = furnished().await;
    let job = copied(&world, &arn, &target(OTHER), "1").await;
    assert_eq!(job["State"], "FAILED");
    assert!(
        job["StatusMessage"].as_str().unwrap().starts_with("Access Denied trying to call AWS Backup service"),
        "{job}"
    );
    let policy = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "backup:CopyIntoBackupVault",
        "Principal": {"AWS": format!("arn:aws:iam::{ACCOUNT}:root")}, "Resource": "*"}]});
    let path = "/backup-vaults/offsite/access-policy";
    let _ = world.call_as(OTHER, None, "PUT", path, &json!({"Policy": policy.to_string()})).await.unwrap();
    let job = copied(&world, &arn, &target(OTHER), "2").await;
    assert_eq!(job["State"], "COMPLETED", "{job}");
    let there =
        world.call_as(OTHER, None, "GET", "/backup-vaults/offsite/recovery-points/", &Value::Null).await.unwrap();
    assert_eq!(there["RecoveryPoints"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn another_accounts_vault_has_to_have_a_key_of_its_owner() {
    let (world, arn) = furnished().await;
    let _ = world.call_as(OTHER, None, "PUT", "/backup-vaults/keyless", &json!({})).await.unwrap();
    let vault = target(OTHER).replace("offsite", "keyless");
    let job = copied(&world, &arn, &vault, "1").await;
    assert!(job["StatusMessage"].as_str().unwrap().contains("default Backup service managed key"), "{job}");
}

#[tokio::test]
async fn each_thing_that_stands_in_the_way_is_told() {
    let (world, arn) = furnished().await;
    for (missing, said) in [
        ("ec2:DescribeTags", "Access denied exception while trying to list tags"),
        ("ec2:CopyImage", "You are not authorized to perform this operation."),
        ("ec2:CreateTags", "You are not authorized to perform this operation."),
        ("backup:CopyIntoBackupVault", "Access Denied trying to call AWS Backup service"),
    ] {
        let rest: Vec<&str> = COPY_ACTIONS.iter().filter(|action| **action != missing).copied().collect();
        world.role("backup", &trust(ACCOUNT), &allowed(&rest, "*"));
        let job = copied(&world, &arn, &target(ACCOUNT), missing).await;
        assert!(job["StatusMessage"].as_str().unwrap().starts_with(said), "without {missing}: {job}");
    }
    let nowhere = target(ACCOUNT).replace("offsite", "nowhere");
    let job = copied(&world, &arn, &nowhere, "nowhere").await;
    assert_eq!(job["StatusMessage"], "Backup vault nowhere does not exist.");
    let lock = json!({"MinRetentionDays": 365});
    let _ = world.call("PUT", "/backup-vaults/offsite/vault-lock", &lock).await.unwrap();
    let job = copied(&world, &arn, &target(ACCOUNT), "locked").await;
    assert!(job["StatusMessage"].as_str().unwrap().starts_with("The retention specified in the job"), "{job}");
}

#[tokio::test]
async fn events_give_sizes_as_numbers_and_an_empty_object_for_a_point_that_is_not_there_yet() {
    let (world, arn) = furnished().await;
    let job = copied(&world, &arn, &target(ACCOUNT), "1").await;
    let id = job["CopyJobId"].as_str().unwrap();
    let running = world.told("copyJobId", id, "RUNNING").await;
    assert_eq!(running["detail"]["destinationRecoveryPointArn"], json!({}));
    let done = world.told("copyJobId", id, "COMPLETED").await;
    assert_eq!(done["detail"]["backupSizeInBytes"], json!(8_u64 << 30));
    assert!(done["detail"]["destinationRecoveryPointArn"].is_string());
    let created = world.told("sourceBackupVaultArn", super::world::VAULT, "CREATED").await;
    assert!(created["detail"]["copyJobId"].is_null(), "{created}");
}

#[tokio::test]
async fn a_copy_breaks_on_order_and_nothing_else_does() {
    let (world, arn) = furnished().await;
    let end = Some(Ordered { state: "FAILED".to_owned(), message: "An internal error occurred".to_owned() });
    world.backup.set_faults(Faults { kind: Some(JobKind::Copy), times: Some(1), end, ..Faults::default() });
    let _ = world.backed_up(&json!({"IdempotencyToken": "other"})).await;
    assert_eq!(copied(&world, &arn, &target(ACCOUNT), "1").await["StatusMessage"], "An internal error occurred");
    assert_eq!(copied(&world, &arn, &target(ACCOUNT), "2").await["State"], "COMPLETED");
}
