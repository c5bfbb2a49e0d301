//! Each real misconfiguration with what the service says of it, and the mend after which the same call succeeds.

use hyper::Method;
use nightferry_local::backup::{Faults, Tick};
use serde_json::{Value, json};

use super::world::{ACCOUNT, OTHER, World, text};

#[tokio::test]
async fn a_role_that_trusts_the_service_for_another_account_only_can_not_be_assumed() {
    let world = World::new("untrusted").await;
    world.trust("backup", OTHER).await;
    let id = world.start("1", &json!({})).await;
    let job = world.ended("backup-jobs", &id).await;
    assert_eq!(job["State"], "FAILED");
    assert_eq!(job["StatusMessage"], format!("IAM Role {} cannot be assumed by AWS Backup", world.role("backup")));
    world.trust("backup", ACCOUNT).await;
    let _ = world.backed_up("2").await;
}

#[tokio::test]
async fn a_missing_pass_role_is_told_in_a_message_that_sts_decodes_and_passing_mends_it() {
    let world = World::new("unpassed").await;
    let point = world.backed_up("1").await["RecoveryPointArn"].clone();
    let failed = world.restored(&point, "1", world.name).await;
    assert_eq!(failed["Status"], "FAILED");
    let said = failed["StatusMessage"].as_str().unwrap();
    let encoded = said.split("Encoded authorization failure message: ").nth(1).unwrap();
    let answer = world.form("sts", "DecodeAuthorizationMessage", &[("EncodedMessage", encoded)]).await.unwrap();
    let decoded: Value = serde_json::from_str(&text(&answer, "DecodedMessage")).unwrap();
    assert_eq!(decoded["context"]["action"], "iam:PassRole");
    assert_eq!(decoded["context"]["resource"], world.role("machine"));
    let unknown = world.form("sts", "DecodeAuthorizationMessage", &[("EncodedMessage", "AAAA")]).await.unwrap_err();
    assert!(unknown.to_string().contains("InvalidAuthorizationMessageException"), "{unknown}");
    world.let_pass().await;
    assert_eq!(world.restored(&point, "2", world.name).await["Status"], "COMPLETED");
}

#[tokio::test]
async fn a_locked_vault_takes_no_shorter_retention_and_gives_nothing_away() {
    let world = World::new("locked").await;
    let point = world.backed_up("1").await["RecoveryPointArn"].clone();
    let path = format!("/backup-vaults/{}/vault-lock", world.name);
    let _ = world.call(Method::PUT, &path, &json!({"MinRetentionDays": 60})).await.unwrap();
    let id = world.start("2", &json!({})).await;
    let job = world.ended("backup-jobs", &id).await;
    assert!(job["StatusMessage"].as_str().unwrap().starts_with("The retention specified in the job"), "{job}");
    let kept = world.call(Method::DELETE, &world.point_path(&point), &Value::Null).await.unwrap_err();
    assert!(kept.to_string().contains("locked"), "{kept}");
    let id = world.start("3", &json!({"Lifecycle": {"DeleteAfterDays": 60}})).await;
    assert_eq!(world.ended("backup-jobs", &id).await["State"], "COMPLETED");
}

#[tokio::test]
async fn a_job_that_does_not_start_within_its_window_expires() {
    let world = World::new("late").await;
    let faults = Faults { only: world.instance.clone(), hang_in: Some("CREATED".to_owned()), ..Faults::default() };
    world.local.admin().break_backup(&faults).await.unwrap();
    let id = world.start("1", &json!({"StartWindowMinutes": 60})).await;
    world.local.admin().move_backup_clock(Tick { advance_secs: 61 * 60, ..Tick::default() }).await.unwrap();
    let job = world.ended("backup-jobs", &id).await;
    assert_eq!(
        (&job["State"], &job["StatusMessage"]),
        (&json!("EXPIRED"), &json!("Backup job expired before completion."))
    );
    world.local.admin().break_backup(&Faults::default()).await.unwrap();
    let _ = world.backed_up("2").await;
}

#[tokio::test]
async fn an_instance_profile_that_is_gone_fails_the_restore_until_it_is_made_again_or_left_out() {
    let world = World::new("profileless").await;
    world.let_pass().await;
    let point = world.backed_up("1").await["RecoveryPointArn"].clone();
    let role = format!("{}-machine", world.name);
    let both = [("InstanceProfileName", world.name), ("RoleName", role.as_str())];
    let _ = world.form("iam", "RemoveRoleFromInstanceProfile", &both).await.unwrap();
    let _ = world.form("iam", "DeleteInstanceProfile", &both[..1]).await.unwrap();
    let failed = world.restored(&point, "1", world.name).await;
    assert!(failed["StatusMessage"].as_str().unwrap().contains("Invalid IAM Instance Profile name"), "{failed}");
    assert_eq!(world.restored(&point, "2", "").await["Status"], "COMPLETED");
    let other = world.restored(&point, "3", "another").await;
    assert!(
        other["StatusMessage"].as_str().unwrap().contains("does not permit attaching a new instance profile"),
        "{other}"
    );
    let _ = world.form("iam", "CreateInstanceProfile", &both[..1]).await.unwrap();
    let _ = world.form("iam", "AddRoleToInstanceProfile", &both).await.unwrap();
    assert_eq!(world.restored(&point, "4", world.name).await["Status"], "COMPLETED");
}
