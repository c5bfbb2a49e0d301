//! Restore testing: plans, selections, what they restore, the verdict, and the end of it.

use serde_json::{Value, json};

use super::world::{ACCOUNT, INSTANCE, RESTORE_ROLE, VAULT, World, allowed, encoded, trust, with};

fn plan(changed: &Value) -> Value {
    let plan = json!({"RestoreTestingPlanName": "weekly", "ScheduleExpression": "cron(0 5 ? * SUN *)",
        "RecoveryPointSelection": {"Algorithm": "LATEST_WITHIN_WINDOW", "IncludeVaults": ["*"], "RecoveryPointTypes": ["SNAPSHOT"]}});
    json!({"RestoreTestingPlan": with(&plan, changed)})
}

fn selection(changed: &Value) -> Value {
    let selection = json!({"RestoreTestingSelectionName": "servers", "IamRoleArn": RESTORE_ROLE,
        "ProtectedResourceType": "EC2", "ProtectedResourceArns": ["*"], "ValidationWindowHours": 2,
        "RestoreMetadataOverrides": {"instancetype": "t3.nano", "SubnetId": "subnet-scratch"}});
    json!({"RestoreTestingSelection": with(&selection, changed)})
}

/// A world with two points of one instance and a plan that restores one of them; the latest point.
async fn furnished(chosen: &Value) -> (World, String) {
    let world = World::new().await;
    world.role(
        "restore",
        &trust(ACCOUNT),
        &allowed(&["ec2:DescribeImages", "ec2:DescribeInstances", "ec2:RunInstances"], "*"),
    );
    let _ = world.backed_up(&json!({})).await;
    world.ahead(60).await;
    let latest = world.backed_up(&json!({"IdempotencyToken": "2"})).await;
    let _ = world.call("PUT", "/restore-testing/plans", &plan(&json!({}))).await.unwrap();
    let _ = world.call("PUT", "/restore-testing/plans/weekly/selections", &selection(chosen)).await.unwrap();
    (world, latest)
}

async fn fired(world: &World) -> (String, Value) {
    let fired = world.backup.fire_test_plan("weekly").unwrap();
    assert_eq!(fired.jobs.len(), 1, "one restore for one resource");
    let event = world.told("restoreJobId", &fired.jobs[0], "COMPLETED").await;
    (fired.jobs[0].clone(), event)
}

/// The job once what it restored has been deleted.
async fn cleaned(world: &World, id: &str) -> Value {
    loop {
        let job = world.get(&format!("/restore-jobs/{id}")).await;
        if job["DeletionStatus"] == "SUCCESSFUL" {
            return job;
        }
        tokio::task::yield_now().await;
    }
}

fn machine(job: &Value) -> String {
    job["CreatedResourceArn"].as_str().unwrap().rsplit('/').next().unwrap().to_owned()
}

#[tokio::test]
async fn the_latest_point_is_restored_judged_and_deleted() {
    let (world, latest) = furnished(&json!({})).await;
    let (id, event) = fired(&world).await;
    let job = world.get(&format!("/restore-jobs/{id}")).await;
    assert_eq!((&job["RecoveryPointArn"], &job["ValidationStatus"]), (&json!(latest), &json!("VALIDATING")));
    assert_eq!(job["CreatedBy"]["RestoreTestingPlanArn"], event["detail"]["restoreTestingPlanArn"]);
    let restored = world.emulator.state().machines[&machine(&job)].clone();
    assert_eq!(
        (restored.form["InstanceType"].as_str(), restored.form["SubnetId"].as_str()),
        ("t3.nano", "subnet-scratch")
    );
    assert!(restored.tags.iter().any(|(key, _)| key == "awsbackup-restore-test"), "{restored:?}");
    let verdict = json!({"ValidationStatus": "SUCCESSFUL"});
    let _ = world.call("PUT", &format!("/restore-jobs/{id}/validations"), &verdict).await.unwrap();
    let job = cleaned(&world, &id).await;
    assert_eq!(job["ValidationStatus"], "SUCCESSFUL");
    assert_eq!(world.emulator.state().machines[&machine(&job)].state, "terminated");
    let late = world.call("PUT", &format!("/restore-jobs/{id}/validations"), &verdict).await.unwrap_err();
    assert_eq!(late.0, "InvalidRequestException");
    let plan_arn = event["detail"]["restoreTestingPlanArn"].as_str().unwrap();
    let listed = world.get(&format!("/restore-jobs/?restoreTestingPlanArn={}", encoded(plan_arn))).await;
    assert_eq!(listed["RestoreJobs"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_verdict_that_nobody_gives_times_out_and_what_was_restored_goes_all_the_same() {
    let (world, _) = furnished(&json!({})).await;
    let (id, _) = fired(&world).await;
    world.ahead(3 * 3600).await;
    assert_eq!(cleaned(&world, &id).await["ValidationStatus"], "TIMED_OUT");
}

#[tokio::test]
async fn without_a_window_it_goes_at_once() {
    let (world, _) = furnished(&json!({"ValidationWindowHours": 0})).await;
    let (id, _) = fired(&world).await;
    assert!(cleaned(&world, &id).await["ValidationStatus"].is_null());
}

#[tokio::test]
async fn only_points_in_the_window_of_named_vaults_and_resources_are_restored() {
    let (world, _) = furnished(&json!({})).await;
    let jobs = |world: &World| world.backup.fire_test_plan("weekly").unwrap().jobs.len();
    let points = |include: Value, exclude: Value| {
        plan(&json!({"RecoveryPointSelection": {"Algorithm": "RANDOM_WITHIN_WINDOW", "IncludeVaults": include,
            "ExcludeVaults": exclude, "RecoveryPointTypes": ["SNAPSHOT"], "SelectionWindowDays": 7}}))
    };
    for (include, exclude, count) in
        [(json!([VAULT]), json!([]), 1), (json!(["*"]), json!([VAULT]), 0), (json!(["arn:other"]), json!([]), 0)]
    {
        let _ = world.call("PUT", "/restore-testing/plans/weekly", &points(include, exclude)).await.unwrap();
        assert_eq!(jobs(&world), count);
    }
    let _ = world.call("PUT", "/restore-testing/plans/weekly", &points(json!(["*"]), json!([]))).await.unwrap();
    for (changed, count) in [
        (json!({"ProtectedResourceArns": [INSTANCE]}), 1),
        (json!({"ProtectedResourceArns": ["arn:other"]}), 0),
        (
            json!({"ProtectedResourceArns": ["*"], "ProtectedResourceConditions": {"StringEquals": [{"Key": "aws:ResourceTag/AWSBackup", "Value": "EC2"}]}}),
            1,
        ),
        (
            json!({"ProtectedResourceConditions": {"StringNotEquals": [{"Key": "aws:ResourceTag/AWSBackup", "Value": "EC2"}]}}),
            0,
        ),
    ] {
        let changed = json!({"RestoreTestingSelection": changed});
        let _ = world.call("PUT", "/restore-testing/plans/weekly/selections/servers", &changed).await.unwrap();
        assert_eq!(jobs(&world), count, "{changed}");
    }
}

#[tokio::test]
async fn plans_and_selections_are_shown_changed_refused_and_deleted() {
    let (world, latest) = furnished(&json!({})).await;
    let path = "/restore-testing/plans/weekly";
    assert_eq!(
        world.call("PUT", "/restore-testing/plans", &plan(&json!({}))).await.unwrap_err().0,
        "AlreadyExistsException"
    );
    for (changed, said) in [
        (json!({"RestoreTestingPlanName": "with-dash"}), "letters, digits"),
        (json!({"RestoreTestingPlanName": "other", "ScheduleExpression": "weekly"}), "schedule"),
        (json!({"RestoreTestingPlanName": "other", "StartWindowHours": 200}), "between 1 and 168"),
        (json!({"RestoreTestingPlanName": "other", "RecoveryPointSelection": {"Algorithm": "BEST"}}), "BEST"),
    ] {
        let refused = world.call("PUT", "/restore-testing/plans", &plan(&changed)).await.unwrap_err();
        assert!(refused.1.contains(said), "{refused:?}");
    }
    let shown = world.get(path).await["RestoreTestingPlan"].clone();
    assert_eq!((&shown["StartWindowHours"], &shown["ScheduleExpressionTimezone"]), (&json!(24), &json!("Etc/UTC")));
    assert_eq!(world.get("/restore-testing/plans").await["RestoreTestingPlans"][0]["RestoreTestingPlanName"], "weekly");
    for (changed, said) in [
        (json!({"ProtectedResourceType": "RDS"}), "RDS"),
        (json!({"ValidationWindowHours": 200}), "between 0 and 168"),
        (json!({"RestoreMetadataOverrides": {"juggle": "1"}}), "Unrecognized key"),
        (json!({"ProtectedResourceArns": ["*", INSTANCE]}), "star"),
    ] {
        let changed = with(&changed, &json!({"RestoreTestingSelectionName": "another"}));
        let refused = world.call("PUT", &format!("{path}/selections"), &selection(&changed)).await.unwrap_err();
        assert!(refused.1.contains(said), "{refused:?}");
    }
    let kept = world.get(&format!("{path}/selections/servers")).await["RestoreTestingSelection"].clone();
    assert_eq!(kept["RestoreMetadataOverrides"]["InstanceType"], "t3.nano", "spelled as restores know it");
    assert_eq!(world.get(&format!("{path}/selections")).await["RestoreTestingSelections"].as_array().unwrap().len(), 1);
    let inferred =
        format!("/restore-testing/inferred-metadata?BackupVaultName=EC2&RecoveryPointArn={}", encoded(&latest));
    assert_eq!(world.get(&inferred).await["InferredMetadata"]["SubnetId"], "subnet-1");
    assert_eq!(world.call("DELETE", path, &Value::Null).await.unwrap_err().0, "InvalidRequestException");
    let _ = world.call("DELETE", &format!("{path}/selections/servers"), &Value::Null).await.unwrap();
    let _ = world.call("DELETE", path, &Value::Null).await.unwrap();
    assert_eq!(world.call("GET", path, &Value::Null).await.unwrap_err().0, "ResourceNotFoundException");
}
