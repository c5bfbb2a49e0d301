//! Plans: rules, versions, selections, and what they start.

use serde_json::{Value, json};

use super::world::{ACCOUNT, BACKUP_ACTIONS, DAY, INSTANCE, ROLE, World, allowed, trust, with};

fn rule() -> Value {
    json!({"RuleName": "nightly", "TargetBackupVaultName": "EC2", "ScheduleExpression": "cron(0 6 * * ? *)",
        "ScheduleExpressionTimezone": "Asia/Tokyo", "StartWindowMinutes": 60, "CompletionWindowMinutes": 480,
        "Lifecycle": {"DeleteAfterDays": 30}})
}

fn plan(changed: &Value) -> Value {
    json!({"BackupPlan": {"BackupPlanName": "servers", "Rules": [with(&rule(), changed)]}})
}

fn by_tag() -> Value {
    json!({"BackupSelection": {"SelectionName": "tagged", "IamRoleArn": ROLE, "ListOfTags": [
        {"ConditionType": "STRINGEQUALS", "ConditionKey": "AWSBackup", "ConditionValue": "EC2"}]}})
}

/// A world with a plan over what carries the tag, and a second instance without it.
async fn furnished(rule: &Value) -> (World, String) {
    let world = World::new().await;
    let all: Vec<&str> = BACKUP_ACTIONS
        .iter()
        .chain(&["tag:GetResources", "ec2:DescribeTags", "ec2:CopyImage", "backup:CopyIntoBackupVault"])
        .copied()
        .collect();
    world.role("backup", &trust(ACCOUNT), &allowed(&all, "*"));
    world.named_machine("i-untagged", &[("Name", "scratch")], "");
    let made = world.call("PUT", "/backup/plans/", &plan(rule)).await.unwrap();
    let id = made["BackupPlanId"].as_str().unwrap().to_owned();
    let _ = world.call("PUT", &format!("/backup/plans/{id}/selections/"), &by_tag()).await.unwrap();
    (world, id)
}

#[tokio::test]
async fn a_plan_starts_a_job_of_each_selected_instance_and_says_which_rule_did() {
    let (world, id) = furnished(&json!({})).await;
    let fired = world.backup.fire_plan(&id).await.unwrap();
    assert_eq!(fired.jobs.len(), 1, "only one instance carries the tag");
    let job = world.reached(&fired.jobs[0], "COMPLETED").await;
    assert_eq!(job["ResourceArn"], INSTANCE);
    let (by, shown) = (&job["CreatedBy"], world.get(&format!("/backup/plans/{id}")).await);
    assert_eq!((by["BackupPlanId"].as_str(), &by["BackupRuleName"]), (Some(id.as_str()), &json!("nightly")));
    assert_eq!(by["BackupRuleId"], shown["BackupPlan"]["Rules"][0]["RuleId"]);
    assert_eq!(by["BackupRuleTimezone"], "Asia/Tokyo");
    let event = world.told("backupJobId", &fired.jobs[0], "COMPLETED").await;
    assert_eq!(event["detail"]["createdBy"]["backupPlanRuleId"], by["BackupRuleId"], "events name it otherwise");
    assert!(shown["LastExecutionDate"].is_number());
    let listed = world.get(&format!("/backup-vaults/EC2/recovery-points/?backupPlanId={id}")).await;
    assert_eq!(listed["RecoveryPoints"].as_array().unwrap().len(), 1);
    assert!(world.backup.fire_plan("no-such-plan").await.is_err());
}

#[tokio::test]
async fn a_rule_fires_by_its_clock_once_for_all_that_was_missed_together() {
    let (world, _) = furnished(&json!({})).await;
    let jobs = || async { world.get("/backup-jobs/").await["BackupJobs"].as_array().unwrap().len() };
    assert_eq!(jobs().await, 0);
    world.ahead(DAY).await;
    assert_eq!(jobs().await, 1);
    world.ahead(2 * DAY).await;
    assert_eq!(jobs().await, 2);
}

#[tokio::test]
async fn a_rules_copy_follows_its_backup() {
    let vault = "arn:aws:backup:ap-northeast-1:123456789012:backup-vault:offsite";
    let copies = json!({"CopyActions": [{"DestinationBackupVaultArn": vault, "Lifecycle": {"DeleteAfterDays": 90}}]});
    let (world, id) = furnished(&copies).await;
    let _ = world.call("PUT", "/backup-vaults/offsite", &json!({})).await.unwrap();
    let fired = world.backup.fire_plan(&id).await.unwrap();
    let done = world.told("destinationBackupVaultArn", vault, "COMPLETED").await;
    let copy =
        world.get(&format!("/copy-jobs/{}", done["detail"]["copyJobId"].as_str().unwrap())).await["CopyJob"].clone();
    assert_eq!(
        (copy["CreatedByBackupJobId"].as_str(), copy["CreatedBy"]["BackupPlanId"].as_str()),
        (Some(fired.jobs[0].as_str()), Some(id.as_str()))
    );
}

#[tokio::test]
async fn what_the_service_may_not_see_or_is_switched_off_is_skipped_without_a_word() {
    let (world, id) = furnished(&json!({})).await;
    let off = |is_on: bool| json!({"ResourceTypeOptInPreference": {"EC2": is_on}});
    let _ = world.call("PUT", "/account-settings", &off(false)).await.unwrap();
    assert!(world.backup.fire_plan(&id).await.unwrap().jobs.is_empty());
    let _ = world.call("PUT", "/account-settings", &off(true)).await.unwrap();
    world.role("backup", &trust(ACCOUNT), &allowed(BACKUP_ACTIONS, "*"));
    assert!(world.backup.fire_plan(&id).await.unwrap().jobs.is_empty());
}

#[tokio::test]
async fn a_changed_plan_is_a_new_version_and_its_rule_keeps_its_id() {
    let (world, id) = furnished(&json!({})).await;
    let path = format!("/backup/plans/{id}");
    let before = world.get(&path).await;
    let changed = world.call("POST", &path, &plan(&json!({"StartWindowMinutes": 120}))).await.unwrap();
    let after = world.get(&path).await;
    assert_eq!(after["VersionId"], changed["VersionId"]);
    assert_ne!(after["VersionId"], before["VersionId"]);
    assert_eq!(after["BackupPlan"]["Rules"][0]["RuleId"], before["BackupPlan"]["Rules"][0]["RuleId"]);
    assert_eq!(after["BackupPlan"]["Rules"][0]["StartWindowMinutes"], 120);
    let old = world.get(&format!("{path}?versionId={}", before["VersionId"].as_str().unwrap())).await;
    assert_eq!(old["BackupPlan"], before["BackupPlan"]);
    assert_eq!(world.get(&format!("{path}/versions/")).await["BackupPlanVersionsList"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_plan_goes_only_after_its_selections() {
    let (world, id) = furnished(&json!({})).await;
    let path = format!("/backup/plans/{id}");
    assert_eq!(world.call("DELETE", &path, &Value::Null).await.unwrap_err().0, "InvalidRequestException");
    let selections = world.get(&format!("{path}/selections/")).await;
    let selection = selections["BackupSelectionsList"][0]["SelectionId"].as_str().unwrap().to_owned();
    let shown = world.get(&format!("{path}/selections/{selection}")).await;
    assert_eq!(shown["BackupSelection"], by_tag()["BackupSelection"]);
    let _ = world.call("DELETE", &format!("{path}/selections/{selection}"), &Value::Null).await.unwrap();
    assert!(world.call("DELETE", &format!("{path}/selections/{selection}"), &Value::Null).await.is_err());
    let _ = world.call("DELETE", &path, &Value::Null).await.unwrap();
    let listed = |query: &'static str| {
        let world = &world;
        async move { world.get(&format!("/backup/plans/{query}")).await["BackupPlansList"].as_array().unwrap().len() }
    };
    assert_eq!((listed("").await, listed("?includeDeleted=true").await), (0, 1));
}

#[tokio::test]
async fn a_plan_that_can_not_work_is_refused_with_what_is_wrong() {
    let (world, id) = furnished(&json!({})).await;
    for (changed, said) in [
        (json!({"TargetBackupVaultName": "nowhere"}), "Backup vault nowhere does not exist"),
        (json!({"ScheduleExpression": "0 6 * * ? *"}), "Invalid schedule expression"),
        (json!({"ScheduleExpression": "cron(0 6 * * * *)"}), "Invalid schedule expression"),
        (json!({"ScheduleExpressionTimezone": "Asia/Nowhere"}), "Invalid schedule expression"),
        (json!({"StartWindowMinutes": 10}), "between 60 and"),
        (json!({"Lifecycle": {"MoveToColdStorageAfterDays": 10, "DeleteAfterDays": 99}}), "90 days apart"),
        (json!({"RuleName": null}), "RuleName"),
    ] {
        let (_, message) = world.call("PUT", "/backup/plans/", &plan(&changed)).await.unwrap_err();
        assert!(message.contains(said), "{changed}: {message}");
    }
    assert_eq!(world.call("PUT", "/backup/plans/", &plan(&json!({}))).await.unwrap_err().0, "AlreadyExistsException");
    let path = format!("/backup/plans/{id}/selections/");
    for (changed, said) in [
        (json!({"ListOfTags": [{"ConditionType": "LIKE", "ConditionKey": "a", "ConditionValue": "b"}]}), "ListOfTags"),
        (json!({"Conditions": {"StringIs": []}}), "StringIs"),
        (json!({"Conditions": {"StringEquals": [{"ConditionKey": "a", "ConditionValue": "b"}]}}), "aws:ResourceTag/"),
        (json!({"Resources": vec!["arn:aws:ec2:*:*:instance/*"; 31]}), "30 with wildcards"),
        (json!({"IamRoleArn": null}), "IamRoleArn"),
    ] {
        let selection = with(&by_tag()["BackupSelection"], &with(&changed, &json!({"SelectionName": "another"})));
        let selection = if changed.get("IamRoleArn").is_some() { with(&selection, &changed) } else { selection };
        let (_, message) = world.call("PUT", &path, &json!({"BackupSelection": selection})).await.unwrap_err();
        assert!(message.contains(said), "{changed}: {message}");
    }
}

#[tokio::test]
async fn vaults_plans_and_points_carry_tags() {
    let (world, id) = furnished(&json!({})).await;
    let plan = format!("arn:aws:backup:ap-northeast-1:{ACCOUNT}:backup-plan:{id}");
    let point = world.backed_up(&json!({"RecoveryPointTags": {"made": "by-us"}})).await;
    let path = |arn: &str| super::world::encoded(arn);
    assert_eq!(world.get(&format!("/tags/{}/", path(&point))).await["Tags"]["made"], "by-us");
    for arn in [super::world::VAULT, &plan, &point] {
        let _ =
            world.call("POST", &format!("/tags/{}", path(arn)), &json!({"Tags": {"a": "1", "b": "2"}})).await.unwrap();
        let _ = world.call("POST", &format!("/untag/{}", path(arn)), &json!({"TagKeyList": ["a"]})).await.unwrap();
        let tags = world.get(&format!("/tags/{}/", path(arn))).await["Tags"].clone();
        assert_eq!((&tags["a"], &tags["b"]), (&Value::Null, &json!("2")), "{arn}");
    }
    let own = world.call("POST", &format!("/tags/{}", path(&plan)), &json!({"Tags": {"aws:own": "1"}})).await;
    assert_eq!(own.unwrap_err().0, "InvalidParameterValueException");
    assert!(world.call("GET", "/tags/nothing", &Value::Null).await.is_err());
}
