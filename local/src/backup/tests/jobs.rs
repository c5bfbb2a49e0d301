//! Backup jobs: what is refused, one token for one job, states, windows, what is told of them.

use serde_json::{Value, json};

use super::super::{Faults, Ordered};
use super::world::{BACKUP_ACTIONS, INSTANCE, VAULT, World, allowed, trust};

#[tokio::test]
async fn an_instance_becomes_an_image_named_after_it_and_its_job() {
    let world = World::new().await;
    let id = world.start(&json!({})).await.unwrap();
    let job = world.reached(&id, "COMPLETED").await;
    assert_eq!(job["MessageCategory"], "SUCCESS", "{job}");
    assert_eq!((&job["PercentDone"], &job["BackupSizeInBytes"]), (&json!("100.0"), &json!(8_u64 << 30)));
    let image = job["RecoveryPointArn"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    let state = world.emulator.state();
    assert_eq!(state.images[&image]["Name"], format!("AWSBackup_i-0a1b2c3d4e5f60718_{id}"));
    assert_eq!(state.images[&image]["BlockDeviceMapping.1.Ebs.SnapshotId"], state.snapshots[0]);
}

#[tokio::test]
async fn a_request_that_the_model_does_not_know_is_refused_with_what_is_wrong() {
    let world = World::new().await;
    for (changed, name, said) in [
        (json!({"BackupVaultName": null}), "MissingParameterValueException", "BackupVaultName"),
        (json!({"IamRoleArn": null}), "MissingParameterValueException", "IamRoleArn"),
        (json!({"BackupVaultName": "other"}), "ResourceNotFoundException", "Backup vault other does not exist"),
        (json!({"StartWindowMinutes": 59}), "InvalidParameterValueException", "between 60 and"),
        (json!({"CompleteWindowMinutes": 30}), "InvalidParameterValueException", "CompleteWindowMinutes"),
        (json!({"StartWindowMinutes": 600}), "InvalidParameterValueException", "completion window"),
        (json!({"ResourceArn": "i-1"}), "InvalidParameterValueException", "Invalid ARN"),
        (json!({"ResourceArn": INSTANCE.replace("1234", "9234")}), "InvalidParameterValueException", "another account"),
        (
            json!({"ResourceArn": INSTANCE.replace("instance/i", "volume/vol")}),
            "InvalidParameterValueException",
            "Unsupported",
        ),
        (json!({"IamRoleArn": "backup"}), "InvalidParameterValueException", "Invalid ARN"),
        (
            json!({"IamRoleArn": "arn:aws:iam::210987654321:role/r"}),
            "InvalidParameterValueException",
            "Cross-account pass role",
        ),
        (
            json!({"Lifecycle": {"DeleteAfterDays": 30, "MoveToColdStorageAfterDays": 1}}),
            "InvalidParameterValueException",
            "90 days",
        ),
        (json!({"BackupOptions": {"Juggle": "yes"}}), "InvalidParameterValueException", "Juggle"),
    ] {
        let (refused, message) = world.start(&changed).await.unwrap_err();
        assert_eq!(refused, name, "{changed}: {message}");
        assert!(message.contains(said), "{changed}: {message}");
    }
}

#[tokio::test]
async fn one_token_makes_one_job_however_often_it_is_sent_and_never_another() {
    let world = World::new().await;
    world.hang("CREATED");
    let first = world.start(&json!({})).await.unwrap();
    assert_eq!(world.start(&json!({})).await.unwrap(), first);
    let (name, _) = world.start(&json!({"StartWindowMinutes": 61})).await.unwrap_err();
    assert_eq!(name, "InvalidParameterValueException");
    assert_ne!(world.start(&json!({"IdempotencyToken": "attempt-2"})).await.unwrap(), first);
    assert_eq!(world.get("/backup-jobs/").await["BackupJobs"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_second_job_of_a_resource_waits_for_the_first_and_expires_with_its_window() {
    let world = World::new().await;
    world.hang("RUNNING");
    let first = world.start(&json!({"CompleteWindowMinutes": 6000})).await.unwrap();
    let _ = world.reached(&first, "RUNNING").await;
    let second = world.start(&json!({"IdempotencyToken": "attempt-2"})).await.unwrap();
    world.ahead(61 * 60).await;
    let job = world.reached(&second, "EXPIRED").await;
    assert_eq!(job["StatusMessage"], "Backup job failed because there was a running job for the same resource.");
    let third = world.start(&json!({"IdempotencyToken": "attempt-3"})).await.unwrap();
    world.backup.set_faults(Faults::default());
    let _ = world.reached(&first, "COMPLETED").await;
    let _ = world.reached(&third, "COMPLETED").await;
}

#[tokio::test]
async fn a_job_that_is_not_done_when_its_window_closes_expires() {
    let world = World::new().await;
    world.hang("RUNNING");
    let id = world.start(&json!({})).await.unwrap();
    let _ = world.reached(&id, "RUNNING").await;
    world.ahead(481 * 60).await;
    let job = world.reached(&id, "EXPIRED").await;
    assert_eq!(job["StatusMessage"], "Backup job expired before completion.");
    assert!(world.emulator.state().images.is_empty());
}

#[tokio::test]
async fn a_stopped_job_ends_aborted_and_can_not_be_stopped_again() {
    let world = World::new().await;
    world.hang("RUNNING");
    let id = world.start(&json!({})).await.unwrap();
    let _ = world.reached(&id, "RUNNING").await;
    let path = format!("/backup-jobs/{id}");
    assert_eq!(world.call("POST", &path, &Value::Null).await.unwrap(), Value::Null);
    let job = world.reached(&id, "ABORTED").await;
    assert_eq!(job["StatusMessage"], "Backup job was stopped by user.");
    assert_eq!(world.call("POST", &path, &Value::Null).await.unwrap_err().0, "InvalidRequestException");
    assert_eq!(world.call("GET", "/backup-jobs/none", &Value::Null).await.unwrap_err().0, "ResourceNotFoundException");
}

#[tokio::test]
async fn a_role_that_does_not_trust_the_service_here_fails_the_job_in_its_words() {
    let world = World::new().await;
    world.role("backup", &trust("210987654321"), &allowed(BACKUP_ACTIONS, "*"));
    let id = world.start(&json!({})).await.unwrap();
    let job = world.reached(&id, "FAILED").await;
    assert_eq!(job["StatusMessage"], "IAM Role arn:aws:iam::123456789012:role/backup cannot be assumed by AWS Backup");
    assert_eq!(job["MessageCategory"], "AccessDenied");
}

#[tokio::test]
async fn each_action_that_a_role_is_short_of_fails_the_job() {
    let world = World::new().await;
    for action in &BACKUP_ACTIONS[..5] {
        let rest: Vec<&str> = BACKUP_ACTIONS.iter().filter(|other| other != &action).copied().collect();
        world.role("backup", &trust("123456789012"), &allowed(&rest, "*"));
        let id = world.start(&json!({"IdempotencyToken": action})).await.unwrap();
        let job = world.reached(&id, "FAILED").await;
        assert_eq!(job["StatusMessage"], "You are not authorized to perform this operation.", "without {action}");
    }
    assert!(world.emulator.state().images.is_empty() && world.emulator.state().snapshots.is_empty());
}

#[tokio::test]
async fn an_instance_that_is_gone_fails_the_job() {
    let world = World::new().await;
    world.emulator.state().machines.clear();
    let id = world.start(&json!({})).await.unwrap();
    let job = world.reached(&id, "FAILED").await;
    assert_eq!(job["StatusMessage"], format!("Could not find resource {INSTANCE}"));
}

#[tokio::test]
async fn events_have_their_own_shapes() {
    let world = World::new().await;
    let id = world.start(&json!({})).await.unwrap();
    let _ = world.reached(&id, "COMPLETED").await;
    let created = world.told("backupJobId", &id, "CREATED").await;
    let members: Vec<&String> = created["detail"].as_object().unwrap().keys().collect();
    assert_eq!((members.len(), &created["resources"]), (3, &json!([])), "{created}");
    assert_eq!(world.told("backupJobId", &id, "PENDING").await["detail"]["statusMessage"], "");
    let running = world.told("backupJobId", &id, "RUNNING").await;
    let expected = running["detail"]["expectedCompletionDate"].as_str().unwrap().to_owned();
    assert!(expected.ends_with('M') && expected.contains(", 20"), "{expected}");
    let done = world.told("backupJobId", &id, "COMPLETED").await;
    assert_eq!(done["detail"]["bytesTransferred"], "8589934592");
    assert_eq!(done["detail"]["percentDone"], 100);
    assert_eq!(done["detail"]["backupVaultArn"], VAULT);
    assert_eq!(done["resources"].as_array().unwrap().len(), 1);
    let point = world.told("resourceArn", INSTANCE, "COMPLETED").await;
    assert!(
        ["Backup Job State Change", "Recovery Point State Change"].contains(&point["detail-type"].as_str().unwrap())
    );
}

#[tokio::test]
async fn a_failed_jobs_message_is_wrapped_into_quotes_in_its_event_only() {
    let world = World::new().await;
    world.emulator.state().roles.clear();
    let id = world.start(&json!({})).await.unwrap();
    let job = world.reached(&id, "FAILED").await;
    let event = world.told("backupJobId", &id, "FAILED").await;
    let (plain, quoted) = (job["StatusMessage"].as_str().unwrap(), event["detail"]["statusMessage"].as_str().unwrap());
    assert_eq!(quoted, format!("\"{plain}\""));
}

#[tokio::test]
async fn faults_on_order_end_a_job_in_every_state_that_it_can_end_in() {
    let world = World::new().await;
    for state in ["FAILED", "EXPIRED", "PARTIAL", "ABORTED"] {
        let end = Some(Ordered { state: state.to_owned(), message: "ordered".to_owned() });
        world.backup.set_faults(Faults { end, times: Some(1), ..Faults::default() });
        let id = world.start(&json!({"IdempotencyToken": state})).await.unwrap();
        assert_eq!(world.reached(&id, state).await["StatusMessage"], "ordered");
        let next = world.start(&json!({"IdempotencyToken": format!("after-{state}")})).await.unwrap();
        let _ = world.reached(&next, "COMPLETED").await;
    }
    let remark = Some("Windows VSS Backup Job Error encountered, trying for regular backup".to_owned());
    world.backup.set_faults(Faults { remark: remark.clone(), ..Faults::default() });
    let id = world.start(&json!({"IdempotencyToken": "remark"})).await.unwrap();
    let job = world.reached(&id, "COMPLETED").await;
    assert_eq!(job["StatusMessage"].as_str(), remark.as_deref());
    assert_ne!(job["MessageCategory"], "SUCCESS");
}

#[tokio::test]
async fn jobs_are_listed_newest_first_by_every_filter_and_page_by_page() {
    let world = World::new().await;
    world.hang("CREATED");
    let mut ids = Vec::new();
    for token in ["a", "b", "c"] {
        ids.insert(0, world.start(&json!({"IdempotencyToken": token})).await.unwrap());
        world.ahead(1).await;
    }
    let listed = |answer: Value| -> Vec<String> {
        let jobs = answer["BackupJobs"].as_array().unwrap();
        jobs.iter().map(|job| job["BackupJobId"].as_str().unwrap().to_owned()).collect()
    };
    let first = world.get("/backup-jobs/?maxResults=2").await;
    let token = first["NextToken"].as_str().unwrap().to_owned();
    assert_eq!(listed(first), ids[..2]);
    assert_eq!(listed(world.get(&format!("/backup-jobs/?nextToken={token}")).await), ids[2..]);
    let resource = super::world::encoded(INSTANCE);
    for (query, count) in [
        (format!("resourceArn={resource}&state=CREATED&backupVaultName=EC2&resourceType=EC2"), 3),
        ("state=COMPLETED".to_owned(), 0),
        ("createdAfter=2126-11-20T00%3A00%3A00Z".to_owned(), 0),
        ("createdBefore=2126-11-20T00%3A00%3A00Z&accountId=123456789012".to_owned(), 3),
        ("completeAfter=2016-11-20T00%3A00%3A00Z".to_owned(), 0),
    ] {
        assert_eq!(listed(world.get(&format!("/backup-jobs/?{query}")).await).len(), count, "{query}");
    }
    for wrong in ["state=LOST", "maxResults=0", "nextToken=made-up", "createdAfter=yesterday"] {
        let refused = world.call("GET", &format!("/backup-jobs/?{wrong}"), &Value::Null).await.unwrap_err();
        assert_eq!(refused.0, "InvalidParameterValueException", "{wrong}");
    }
}

#[tokio::test]
async fn a_stale_service_knows_no_new_job_and_an_odd_one_tells_an_unknown_state() {
    let world = World::new().await;
    world.hang("CREATED");
    let id = world.start(&json!({})).await.unwrap();
    world.backup.set_faults(Faults { hang_in: Some("CREATED".into()), lag_ms: 60_000, ..Faults::default() });
    assert!(world.call("GET", &format!("/backup-jobs/{id}"), &Value::Null).await.is_err());
    assert!(world.get("/backup-jobs/").await["BackupJobs"].as_array().unwrap().is_empty());
    let faults = Faults { hang_in: Some("CREATED".into()), status_text: Some("JUGGLING".into()), ..Faults::default() };
    world.backup.set_faults(faults);
    assert_eq!(world.job(&id).await["State"], "JUGGLING");
}
