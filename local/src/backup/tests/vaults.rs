//! Vaults: made once, listed, locked, guarded by their own policy.

use serde_json::{Value, json};

use super::world::{DAY, VAULT, World, point_path};

#[tokio::test]
async fn a_vault_is_made_once_and_deleted_only_when_it_is_empty() {
    let world = World::new().await;
    let again = world.call("PUT", "/backup-vaults/EC2", &json!({})).await.unwrap_err();
    assert_eq!(again.0, "AlreadyExistsException");
    let token = json!({"CreatorRequestId": "t"});
    let first = world.call("PUT", "/backup-vaults/second", &token).await.unwrap();
    assert_eq!(world.call("PUT", "/backup-vaults/second", &token).await.unwrap(), first);
    assert_eq!(
        world.call("PUT", "/backup-vaults/a", &json!({})).await.unwrap_err().0,
        "InvalidParameterValueException"
    );
    assert_eq!(world.get("/backup-vaults/").await["BackupVaultList"].as_array().unwrap().len(), 2);
    let _ = world.backed_up(&json!({})).await;
    let full = world.call("DELETE", "/backup-vaults/EC2", &Value::Null).await.unwrap_err();
    assert!(full.1.contains("contains recovery points"), "{full:?}");
    let shown = world.get("/backup-vaults/EC2").await;
    assert_eq!((&shown["NumberOfRecoveryPoints"], &shown["Locked"]), (&json!(1), &json!(false)));
    let _ = world.call("DELETE", "/backup-vaults/second", &Value::Null).await.unwrap();
    assert_eq!(
        world.call("GET", "/backup-vaults/second", &Value::Null).await.unwrap_err().0,
        "ResourceNotFoundException"
    );
}

#[tokio::test]
async fn regression_a_vault_without_a_key_names_the_one_key_that_kms_has_for_the_service() {
    let world = World::new().await;
    let _ = world.call("PUT", "/backup-vaults/second", &json!({})).await.unwrap();
    for vault in ["EC2", "second"] {
        let shown = world.get(&format!("/backup-vaults/{vault}")).await;
        assert_eq!(shown["EncryptionKeyArn"], "arn:aws:kms:ap-northeast-1:123456789012:key/managed", "{shown}");
    }
    let keys = world.emulator.state().keys.clone();
    let alias = ("123456789012".to_owned(), "alias/aws/backup".to_owned());
    assert_eq!(keys.keys().collect::<Vec<_>>(), [&alias]);
    let policy: Value = serde_json::from_str(&keys[&alias]).unwrap();
    let through = &policy["Statement"][0]["Condition"]["StringEquals"];
    assert_eq!(through["kms:ViaService"], "backup.ap-northeast-1.amazonaws.com", "{policy}");
}

#[tokio::test]
async fn another_accounts_vault_is_not_seen() {
    let world = World::new().await;
    let seen = world.call_as("210987654321", None, "GET", "/backup-vaults/EC2", &Value::Null).await;
    assert_eq!(seen.unwrap_err().0, "ResourceNotFoundException");
}

#[tokio::test]
async fn a_locked_vault_lets_no_point_go_and_none_of_another_retention_in() {
    let world = World::new().await;
    let arn = world.backed_up(&json!({})).await;
    let lock = json!({"MinRetentionDays": 35, "MaxRetentionDays": 90});
    let _ = world.call("PUT", "/backup-vaults/EC2/vault-lock", &lock).await.unwrap();
    assert_eq!(world.get("/backup-vaults/EC2").await["Locked"], true);
    for (method, body) in [("DELETE", Value::Null), ("POST", json!({"Lifecycle": {"DeleteAfterDays": 40}}))] {
        let refused = world.call(method, &point_path(&arn), &body).await.unwrap_err();
        assert_eq!(refused.0, "InvalidRequestException");
        assert!(refused.1.contains("locked"), "{refused:?}");
    }
    let id = world.start(&json!({"IdempotencyToken": "short"})).await.unwrap();
    let said = world.reached(&id, "FAILED").await["StatusMessage"].clone();
    assert!(said.as_str().unwrap().starts_with("The retention specified in the job is not within the range"), "{said}");
    let _ = world.call("DELETE", "/backup-vaults/EC2/vault-lock", &Value::Null).await.unwrap();
    let _ = world.call("DELETE", &point_path(&arn), &Value::Null).await.unwrap();
}

#[tokio::test]
async fn a_lock_with_a_date_can_be_changed_until_then_and_never_after() {
    let world = World::new().await;
    let path = "/backup-vaults/EC2/vault-lock";
    let lock = |days: i64| json!({"MinRetentionDays": 1, "ChangeableForDays": days});
    assert_eq!(world.call("PUT", path, &lock(2)).await.unwrap_err().0, "InvalidParameterValueException");
    let _ = world.call("PUT", path, &lock(3)).await.unwrap();
    assert!(world.get("/backup-vaults/EC2").await["LockDate"].is_number());
    world.ahead(2 * DAY).await;
    let _ = world.call("PUT", path, &lock(4)).await.unwrap();
    world.ahead(5 * DAY).await;
    for method in ["PUT", "DELETE"] {
        let refused = world.call(method, path, &lock(3)).await.unwrap_err();
        assert_eq!(refused.0, "InvalidRequestException", "{method}");
    }
}

#[tokio::test]
async fn a_vaults_policy_denies_even_its_own_accounts_root() {
    let world = World::new().await;
    let arn = world.backed_up(&json!({})).await;
    let path = "/backup-vaults/EC2/access-policy";
    assert_eq!(world.call("GET", path, &Value::Null).await.unwrap_err().0, "ResourceNotFoundException");
    let breaker = "arn:aws:iam::123456789012:role/break-glass";
    let policy = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*",
        "Action": ["backup:DeleteRecoveryPoint"], "Resource": "*",
        "Condition": {"ArnNotLike": {"aws:PrincipalArn": breaker}}}]});
    let _ = world.call("PUT", path, &json!({"Policy": policy.to_string()})).await.unwrap();
    assert_eq!(world.get(path).await["BackupVaultArn"], VAULT);
    let refused = world.call("DELETE", &point_path(&arn), &Value::Null).await.unwrap_err();
    assert_eq!(refused.0, "AccessDeniedException", "{refused:?}");
    let by_breaker = world.call_as("123456789012", Some(breaker), "DELETE", &point_path(&arn), &Value::Null).await;
    assert!(by_breaker.is_ok(), "{by_breaker:?}");
    let wrong = world.call("PUT", path, &json!({"Policy": "{"})).await.unwrap_err();
    assert_eq!(wrong.0, "InvalidParameterValueException");
}

#[tokio::test]
async fn notifications_name_a_topic_and_known_events() {
    let world = World::new().await;
    let path = "/backup-vaults/EC2/notification-configuration";
    let topic = "arn:aws:sns:ap-northeast-1:123456789012:backups";
    let put = |events: Value| json!({"SNSTopicArn": topic, "BackupVaultEvents": events});
    assert_eq!(
        world.call("PUT", path, &put(json!(["JUGGLED"]))).await.unwrap_err().0,
        "InvalidParameterValueException"
    );
    let _ = world.call("PUT", path, &put(json!(["BACKUP_JOB_FAILED"]))).await.unwrap();
    assert_eq!(world.get(path).await["BackupVaultEvents"], json!(["BACKUP_JOB_FAILED"]));
    let _ = world.call("DELETE", path, &Value::Null).await.unwrap();
    assert!(world.call("GET", path, &Value::Null).await.is_err());
}

#[tokio::test]
async fn what_a_vault_asks_for_is_published_where_the_topic_admits_the_service() {
    let world = World::new().await;
    let topic = "arn:aws:sns:ap-northeast-1:123456789012:backups";
    let asked = json!({"SNSTopicArn": topic, "BackupVaultEvents": ["BACKUP_JOB_SUCCESSFUL"]});
    let _ = world.call("PUT", "/backup-vaults/EC2/notification-configuration", &asked).await.unwrap();
    world.emulator.state().topic_policy = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
        "Principal": {"Service": "backup.amazonaws.com"}, "Action": "sns:Publish", "Resource": topic,
        "Condition": {"ArnEquals": {"aws:SourceArn": VAULT}}}]});
    let id = world.start(&json!({})).await.unwrap();
    let _ = world.reached(&id, "COMPLETED").await;
    let published = loop {
        if let Some(published) = world.emulator.state().published.first() {
            break published.clone();
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(
        (published["TopicArn"].as_str(), published["Subject"].as_str()),
        (topic, "Notification from AWS Backup")
    );
    assert!(published["Message"].contains(&id), "{published:?}");
    let attributes: Vec<_> =
        (1..=5).map(|n| published[&format!("MessageAttributes.entry.{n}.Value.StringValue")].as_str()).collect();
    assert_eq!(attributes[..4], ["BACKUP_JOB", "COMPLETED", "123456789012", &id]);
    assert_eq!(world.emulator.state().published.len(), 1, "nobody asked to hear of the start");
}

#[tokio::test]
async fn a_type_that_is_switched_off_is_told() {
    let world = World::new().await;
    let on = world.get("/account-settings").await;
    assert_eq!(on["ResourceTypeOptInPreference"]["EC2"], true);
    let off = json!({"ResourceTypeOptInPreference": {"EC2": false}});
    let _ = world.call("PUT", "/account-settings", &off).await.unwrap();
    let now = world.get("/account-settings").await;
    assert_eq!(
        (&now["ResourceTypeOptInPreference"]["EC2"], &now["ResourceTypeOptInPreference"]["EFS"]),
        (&json!(false), &json!(true))
    );
}
