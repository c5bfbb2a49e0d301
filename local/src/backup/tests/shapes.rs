//! Events against the samples that the repository keeps of AWS's own: the same members, of the same kinds.

use std::path::Path;

use serde_json::{Value, json};

use super::super::{Faults, Ordered};
use super::world::{ACCOUNT, BACKUP_ACTIONS, DAY, RESTORE_ROLE, ROLE, VAULT, World, allowed, point_path, trust};

/// Members of a sample that an event of ours may be without: retries are not counted here, a job on demand has no plan, a size is not known before its end.
const OPTIONAL: [&str; 3] = ["retryCount", "createdBy", "backupSizeInBytes"];

fn sample(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../events/backup-{name}.json"));
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "text",
        Value::Array(_) => "list",
        Value::Object(_) => "object",
    }
}

/// Holds an event of ours against a sample.
fn agrees(ours: &Value, name: &str) {
    let sample = sample(name);
    for member in ["version", "detail-type", "source", "account", "region"] {
        assert_eq!(ours[member], sample[member], "{name}: {member}");
    }
    let count = |event: &Value| event["resources"].as_array().unwrap().len();
    assert_eq!(count(ours), count(&sample), "{name}: resources");
    let (ours, sample) = (ours["detail"].as_object().unwrap(), sample["detail"].as_object().unwrap());
    for (member, value) in ours {
        let expected = sample.get(member).unwrap_or_else(|| panic!("{name} has no {member}"));
        assert_eq!(kind(value), kind(expected), "{name}: {member}");
    }
    for member in sample.keys().filter(|member| !OPTIONAL.contains(&member.as_str())) {
        assert!(ours.contains_key(member), "{name}: {member} is missing in {ours:?}");
    }
}

async fn ordered(world: &World, state: &str, message: &str) -> String {
    let end = Some(Ordered { state: state.to_owned(), message: message.to_owned() });
    world.backup.set_faults(Faults { end, ..Faults::default() });
    let id = world.start(&json!({"IdempotencyToken": message})).await.unwrap();
    let _ = world.reached(&id, state).await;
    world.backup.set_faults(Faults::default());
    id
}

#[tokio::test]
async fn backup_jobs_and_points() {
    let world = World::new().await;
    let id = world.start(&json!({})).await.unwrap();
    let job = world.reached(&id, "COMPLETED").await;
    for (state, name) in
        [("CREATED", "created"), ("PENDING", "pending"), ("RUNNING", "running"), ("COMPLETED", "completed")]
    {
        agrees(&world.told("backupJobId", &id, state).await, &format!("job-{name}"));
    }
    for (state, name) in
        [("FAILED", "failed"), ("ABORTED", "aborted"), ("EXPIRED", "expired"), ("EXPIRED", "expired-window")]
    {
        let id = ordered(&world, state, &format!("ordered {name}")).await;
        agrees(&world.told("backupJobId", &id, state).await, &format!("job-{name}"));
    }
    let arn = job["RecoveryPointArn"].as_str().unwrap();
    let of_points = |state: &'static str| {
        let events = world.events.borrow().clone();
        events
            .into_iter()
            .find(|event| event["detail-type"] == "Recovery Point State Change" && event["detail"]["status"] == state)
            .unwrap()
    };
    agrees(&of_points("COMPLETED"), "recovery-point-completed");
    world.role("backup", &trust(ACCOUNT), &allowed(&BACKUP_ACTIONS[..5], "*"));
    world.ahead(31 * DAY).await;
    assert_eq!(world.get(&point_path(arn)).await["Status"], "EXPIRED");
    agrees(&of_points("EXPIRED"), "recovery-point-expired");
}

#[tokio::test]
async fn restores() {
    let world = World::new().await;
    world.role(
        "restore",
        &trust(ACCOUNT),
        &allowed(&["ec2:DescribeImages", "ec2:DescribeInstances", "ec2:RunInstances"], "*"),
    );
    let arn = world.backed_up(&json!({})).await;
    let started = |profile: &'static str| {
        let request = json!({"RecoveryPointArn": arn, "IamRoleArn": RESTORE_ROLE, "IdempotencyToken": profile,
            "Metadata": {"InstanceType": "t3.micro", "IamInstanceProfileName": profile}});
        let world = &world;
        async move {
            world.call("PUT", "/restore-jobs", &request).await.unwrap()["RestoreJobId"].as_str().unwrap().to_owned()
        }
    };
    let id = started("").await;
    for (state, name) in
        [("CREATED", "created"), ("PENDING", "pending"), ("RUNNING", "running"), ("COMPLETED", "completed")]
    {
        agrees(&world.told("restoreJobId", &id, state).await, &format!("restore-{name}"));
    }
    let id = started("another").await;
    let failed = world.told("restoreJobId", &id, "FAILED").await;
    agrees(&failed, "restore-failed-instance-profile");
    assert_eq!(failed["detail"]["statusMessage"], sample("restore-failed-instance-profile")["detail"]["statusMessage"]);
}

#[tokio::test]
async fn copies() {
    let world = World::new().await;
    let arn = world.backed_up(&json!({})).await;
    let _ = world.call("PUT", "/backup-vaults/offsite", &json!({})).await.unwrap();
    let copied = |token: &'static str| {
        let request = json!({"RecoveryPointArn": arn, "SourceBackupVaultName": "EC2", "IamRoleArn": ROLE, "IdempotencyToken": token,
            "DestinationBackupVaultArn": VAULT.replace(":EC2", ":offsite")});
        let world = &world;
        async move { world.call("PUT", "/copy-jobs", &request).await.unwrap()["CopyJobId"].as_str().unwrap().to_owned() }
    };
    let id = copied("denied").await;
    let failed = world.told("copyJobId", &id, "FAILED").await;
    agrees(&failed, "copy-failed");
    assert_eq!(failed["detail"]["statusMessage"], sample("copy-failed")["detail"]["statusMessage"]);
    world.role("backup", &trust(ACCOUNT), &allowed(&["ec2:*", "backup:CopyIntoBackupVault"], "*"));
    let id = copied("allowed").await;
    agrees(&world.told("sourceBackupVaultArn", VAULT, "CREATED").await, "copy-created");
    agrees(&world.told("copyJobId", &id, "RUNNING").await, "copy-running");
    agrees(&world.told("copyJobId", &id, "COMPLETED").await, "copy-completed");
}

#[tokio::test]
async fn vaults_plans_and_settings() {
    let world = World::new().await;
    let rule = json!({"RuleName": "r", "TargetBackupVaultName": "EC2"});
    let plan = json!({"BackupPlan": {"BackupPlanName": "p", "Rules": [rule]}});
    let made = world.call("PUT", "/backup/plans/", &plan).await.unwrap();
    let id = made["BackupPlanId"].as_str().unwrap();
    let _ = world.call("POST", &format!("/backup/plans/{id}"), &plan).await.unwrap();
    let _ = world.call("DELETE", &format!("/backup/plans/{id}"), &Value::Null).await.unwrap();
    let off = json!({"ResourceTypeOptInPreference": {"EC2": false}});
    let _ = world.call("PUT", "/account-settings", &off).await.unwrap();
    let _ = world.call("PUT", "/backup-vaults/EC2/vault-lock", &json!({"MinRetentionDays": 1})).await.unwrap();
    let _ = world.call("DELETE", "/backup-vaults/EC2", &Value::Null).await.unwrap();
    for (member, id, state, name) in [
        ("backupPlanId", id, "CREATED", "plan-created"),
        ("backupPlanId", id, "MODIFIED", "plan-modified"),
        ("backupPlanId", id, "DELETED", "plan-deleted"),
        ("backupVaultName", "EC2", "CREATED", "vault-created"),
        ("backupVaultName", "EC2", "MODIFIED", "vault-modified"),
        ("backupVaultName", "EC2", "DELETED", "vault-deleted"),
    ] {
        agrees(&world.told(member, id, state).await, name);
    }
    let events = world.events.borrow().clone();
    let setting = events.iter().find(|event| event["detail-type"] == "Region Setting State Change").unwrap();
    agrees(setting, "region-setting-modified");
}
