//! Vaults and backup plans over the wire: in the right Region, with the stack's mark, sent once where once is meant.

use nightferry_domain::plan::parse;
use nightferry_domain::provision::{Desired, ObservedVault, VaultOf, desired};
use nightferry_domain::stack::Stack;
use nightferry_workflow::error::PortError;
use nightferry_workflow::provision::ports::{BackupPlans as _, Vaults as _};
use serde_json::{Value, json};

use super::AwsAccount;
use crate::test_service::{Reply, TestService, ok};

const PLAN: &str = r#"
version: 1
schedules:
  nightly: { cron: "0 6 * * ? *", timezone: Asia/Tokyo }
jobs:
  servers:
    schedule: nightly
    backup:
      start: aws-backup
      select: { resource: ec2, tag: { AWSBackup: EC2 }, conditions: { not_like: { Name: "tmp*" } } }
      vault: EC2
      keep: 120d
      cold_after: 30d
      copy: { vault: far, region: us-west-2 }
"#;

fn stack() -> Stack {
    Stack::in_region("123456789012", "ap-northeast-1", "nightferry")
}

fn wanted() -> Desired {
    desired(&parse(PLAN).unwrap(), &stack())
}

fn account(service: &TestService) -> AwsAccount {
    AwsAccount::new(&service.config())
}

fn vault_arn(name: &str, region: &str, owner: &str) -> String {
    format!("arn:aws:backup:{region}:{owner}:backup-vault:{name}")
}

fn no_policy() -> Reply {
    Reply::Answer(
        400,
        json!({"Code": "ERROR_2601", "Message": "none", "__type": "ResourceNotFoundException"}).to_string(),
    )
}

#[tokio::test]
async fn a_vault_is_ours_by_its_tag_and_others_are_looked_at_only_when_named() {
    let listed = |name: &str| {
        json!({"BackupVaultName": name, "BackupVaultArn": vault_arn(name, "ap-northeast-1", "123456789012"),
                                     "NumberOfRecoveryPoints": 2, "Locked": false})
    };
    let service = TestService::new([
        ok(&json!({"BackupVaultList": [listed("EC2"), listed("Default"), listed("named")]})),
        ok(&json!({"Tags": {"nightferry:stack": "nightferry"}})),
        ok(&json!({"Policy": "{\"Statement\":[]}"})),
        ok(&json!({"Tags": {"nightferry:stack": "another"}})),
        ok(&json!({"Tags": {}})),
        no_policy(),
    ]);
    let found = account(&service).vaults(&stack(), &["named".to_owned()].into()).await.unwrap();
    let told = |name: &str, is_ours, policy: Option<&str>| ObservedVault {
        name: name.into(),
        is_ours,
        key: None,
        lock: None,
        policy: policy.map(str::to_owned),
        recovery_points: 2,
    };
    assert_eq!(found, [told("EC2", true, Some("{\"Statement\":[]}")), told("named", false, None)]);
}

#[tokio::test]
async fn a_vault_of_another_region_is_asked_for_there() {
    let of = VaultOf { vault: "far".into(), region: "us-west-2".into(), owner: "222222222222".into() };
    let listed = |owner: &str| json!({"BackupVaultList": [{"BackupVaultName": "far", "BackupVaultArn": vault_arn("far", "us-west-2", owner)}]});
    let service = TestService::new([ok(&listed("222222222222")), no_policy(), ok(&json!({}))]);
    assert!(account(&service).vault(&of).await.unwrap().is_some());
    account(&service).put_vault_policy(&of, "{}").await.unwrap();
    assert!(service.asked().iter().all(|asked| asked.uri.contains("us-west-2")), "{:?}", service.asked());
    let others = TestService::new([ok(&listed("333333333333"))]);
    assert_eq!(account(&others).vault(&of).await.unwrap(), None);
}

#[tokio::test]
async fn a_vault_is_made_with_the_stacks_mark_and_may_be_made_again() {
    let service = TestService::new([Reply::BrokenConnection, ok(&json!({}))]);
    account(&service).create_vault(&stack(), &wanted().vaults[0]).await.unwrap();
    let asked: Vec<Value> = service.asked().iter().map(crate::test_service::Asked::json).collect();
    assert_eq!(asked[0], asked[1]);
    assert_eq!(asked[0]["CreatorRequestId"], "nightferry-EC2");
    assert_eq!(asked[0]["BackupVaultTags"], json!({"nightferry:stack": "nightferry"}));
}

#[tokio::test]
async fn a_backup_plan_is_sent_once_and_a_lost_reply_leaves_a_doubt() {
    let plan = wanted().backups.remove(0).plan.unwrap();
    let job = "servers".parse().unwrap();
    let service = TestService::new([Reply::BrokenConnection]);
    let lost = account(&service).create_backup_plan(&stack(), &job, &plan).await.unwrap_err();
    assert!(matches!(lost, PortError::Ambiguous { .. }), "{lost:?}");
    let service = TestService::new([ok(&json!({"BackupPlanId": "id-1"}))]);
    assert_eq!(account(&service).create_backup_plan(&stack(), &job, &plan).await.unwrap(), "id-1");
    let mut asked = service.asked()[0].json();
    let _ = asked.as_object_mut().unwrap().remove("CreatorRequestId");
    // The SDK keeps tags without an order.
    asked.sort_all_objects();
    insta::assert_json_snapshot!(asked);
}

#[tokio::test]
async fn a_backup_plan_comes_back_as_it_was_sent() {
    let wanted = wanted().backups.remove(0).plan.unwrap();
    let sent = TestService::new([ok(&json!({"BackupPlanId": "id-1"})), ok(&json!({}))]);
    let _ = account(&sent).create_backup_plan(&stack(), &"servers".parse().unwrap(), &wanted).await.unwrap();
    account(&sent).create_selection("id-1", &wanted.selection).await.unwrap();
    let (plan, selection) =
        (sent.asked()[0].json()["BackupPlan"].clone(), sent.asked()[1].json()["BackupSelection"].clone());
    let service = TestService::new([
        ok(
            &json!({"BackupPlansList": [{"BackupPlanId": "id-1", "BackupPlanArn": "arn:plan"}, {"BackupPlanId": "id-2", "BackupPlanArn": "arn:other"}]}),
        ),
        ok(&json!({"Tags": {"nightferry:stack": "nightferry", "nightferry:job": "servers"}})),
        ok(&json!({"BackupPlan": plan})),
        ok(&json!({"BackupSelectionsList": [{"SelectionId": "s-1"}]})),
        ok(&json!({"BackupSelection": selection, "SelectionId": "s-1"})),
        ok(&json!({"Tags": {}})),
    ]);
    let found = account(&service).backup_plans(&stack()).await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].rules, [wanted.rule]);
    assert_eq!(found[0].selections, [("s-1".to_owned(), wanted.selection)]);
}
