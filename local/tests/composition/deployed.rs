//! The whole local AWS at work: a stack deployed from its template, a real bootstrap, a real state machine, real events.

use super::support::{
    FUNCTION_ARN, deploy_fixture, event, invoke, is_there, puts, run_machine, shared, start_deployed, transfer,
};
use nightferry_local::{
    deploy::{Deployment, deploy},
    front_door::{Decision, Firing},
};
use serde_json::json;

#[tokio::test]
async fn a_deployed_function_runs_its_own_bootstrap_with_its_own_environment() {
    let answer = invoke(shared().await, &json!({"hello": "night"})).await;
    assert_eq!(answer, json!({"event": {"hello": "night"}, "stage": "local", "status": null}));
}

#[tokio::test]
async fn a_function_may_do_what_its_role_allows_and_nothing_else() {
    let local = shared().await;
    assert_eq!(invoke(local, &json!({"put": "allowed/a"})).await["status"], 200);
    assert_eq!(invoke(local, &json!({"put": "elsewhere/a"})).await["status"], 403);
    let [allowed, denied] =
        [puts(local, "allowed/a", 1).await.remove(0), puts(local, "elsewhere/a", 1).await.remove(0)];
    assert_eq!(
        (allowed.caller.as_str(), allowed.decision, allowed.status),
        ("nightferry-echo", Decision::Allowed, 200)
    );
    assert_eq!((denied.iam_action.as_str(), denied.decision, denied.status), ("s3:PutObject", Decision::Denied, 403));
    assert!(is_there(local, "allowed/a").await && !is_there(local, "elsewhere/a").await);
}

#[tokio::test]
async fn a_state_machine_calls_what_its_role_allows_and_fails_on_the_rest() {
    let local = shared().await;
    let execution = run_machine(local, "allowed", &json!({"n": 1})).await;
    assert_eq!(execution["status"], "SUCCEEDED", "{execution}");
    assert!(execution["output"].as_str().unwrap().contains("\"n\""), "{execution}");
    let execution = run_machine(local, "denied", &json!({"other": "fixture-other"})).await;
    assert_eq!(execution["status"], "FAILED");
    assert!(
        execution["cause"].as_str().unwrap().contains("assumed-role/fixture-machine/fixture-machine is not authorized"),
        "{execution}"
    );
}

#[tokio::test]
async fn an_event_reaches_the_functions_of_the_rules_that_match_it() {
    let local = shared().await;
    let delivery = local.admin().deliver(&event("SUCCESS", "allowed/event")).await.unwrap();
    let rules: Vec<&str> = delivery.targets.iter().map(|target| target.rule.as_str()).collect();
    assert_eq!(rules, ["fixture-admitted", "fixture-shut-out"]);
    assert_eq!((delivery.targets[0].target.as_str(), &delivery.targets[0].error), (FUNCTION_ARN, &None));
    assert_eq!(puts(local, "allowed/event", 1).await[0].status, 200);
    let delivery = local.admin().deliver(&event("LAUNCHING", "allowed/never")).await.unwrap();
    assert!(delivery.targets.is_empty());
}

#[tokio::test]
async fn a_rule_that_the_functions_own_policy_does_not_admit_delivers_nothing() {
    let local = shared().await;
    let delivery = local.admin().deliver(&event("SUCCESS", "allowed/admitted")).await.unwrap();
    let shut_out = delivery.targets[1].error.as_deref().unwrap();
    assert!(shut_out.contains("lambda:InvokeFunction") && shut_out.contains("rule/fixture-shut-out"), "{shut_out}");
    assert_eq!(delivery.targets[1].tries, 0);
}

#[tokio::test]
async fn a_schedule_fires_on_order_and_twice_with_the_same_time() {
    let local = shared().await;
    let firing = Firing { scheduled_time: Some("2026-11-20T21:00:00Z".parse().unwrap()), times: Some(2) };
    let fired = local.admin().fire("default", "nightly", &firing).await.unwrap();
    assert_eq!(fired.inputs, [r#"{"put": "allowed/night-2026-11-20T21:00:00Z"}"#; 2]);
    assert_eq!(puts(local, "allowed/night-2026-11-20T21:00:00Z", 2).await.len(), 2);
    let refused = local.admin().fire("default", "weekly", &firing).await.unwrap_err();
    assert!(refused.to_string().contains("no schedule default/weekly"), "{refused}");
}

#[tokio::test]
async fn regression_a_schedule_with_a_dot_in_its_name_is_asked_for_by_that_name() {
    let refused = shared().await.admin().fire("default", "drill.servers", &Firing::default()).await.unwrap_err();
    assert!(refused.to_string().contains("no schedule default/drill.servers"), "{refused}");
}

#[tokio::test]
async fn a_directory_becomes_a_file_system_with_everything_a_plan_names_beside_it() {
    let local = shared().await;
    let dir = tempfile::tempdir().unwrap();
    let made = local.admin().file_system(dir.path()).await.unwrap();
    assert!(
        made.file_system_id.starts_with("fs-")
            && made.subnet_id.starts_with("subnet-")
            && made.security_group_id.starts_with("sg-"),
        "{made:?}"
    );
    let refused = local.admin().file_system("/no/such/directory").await.unwrap_err();
    assert!(refused.to_string().contains("not a directory"), "{refused}");
}

#[tokio::test]
async fn a_transfer_moves_the_files_and_its_end_reaches_the_function() {
    let local = shared().await;
    let files = tempfile::tempdir().unwrap();
    std::fs::write(files.path().join("a.txt"), "bytes").unwrap();
    let execution = transfer(local, files.path(), "/copies").await;
    assert_eq!(execution["Status"], "SUCCESS", "{execution}");
    assert!(is_there(local, "copies/a.txt").await);
    let arn = &execution["TaskExecutionArn"];
    let told = loop {
        let told = local.admin().events().await.unwrap();
        let end = told
            .deliveries
            .into_iter()
            .find(|one| &one.event["resources"][0] == arn && one.event["detail"]["State"] == "SUCCESS");
        match end {
            Some(end) => break end,
            None => tokio::time::sleep(std::time::Duration::from_millis(50)).await,
        }
    };
    assert_eq!((told.targets[0].rule.as_str(), &told.targets[0].error), ("fixture-admitted", &None));
}

#[tokio::test]
async fn the_same_stack_can_be_deployed_again() {
    let local = start_deployed("again").await;
    deploy_fixture(&local).await.unwrap();
    assert_eq!(invoke(&local, &json!({})).await["stage"], "local");
    local.down().await.unwrap();
}

#[tokio::test]
async fn a_stack_that_cannot_be_made_names_the_resource_and_can_be_deployed_once_it_is_mended() {
    let local = shared().await;
    let dir = tempfile::tempdir().unwrap();
    let template = dir.path().join("template.yaml");
    let deployment = Deployment {
        template: template.clone(),
        bootstraps: [].into(),
        stack: "mended".to_owned(),
        parameters: [].into(),
    };
    let text = "Resources: {Things: {Type: 'AWS::S3::Bucket', Properties: {BucketName: NAME}}}";
    std::fs::write(&template, text.replace("NAME", "fixture-things")).unwrap();
    let failed = deploy(&local.aws(), &deployment, |_| ()).await.unwrap_err().to_string();
    assert!(failed.contains("Things (AWS::S3::Bucket)"), "{failed}");
    std::fs::write(&template, text.replace("NAME", "mended-things")).unwrap();
    let _outputs = deploy(&local.aws(), &deployment, |_| ()).await.unwrap();
}
