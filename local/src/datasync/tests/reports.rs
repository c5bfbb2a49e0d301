//! Task reports, log lines and events.

use serde_json::{Value, json};

use super::world::{ACCOUNT, REGION, ROLE, World, allowed, trust};

fn config(bucket: &str) -> Value {
    let s3 = json!({"S3BucketArn": format!("arn:aws:s3:::{bucket}"), "BucketAccessRoleArn": ROLE, "Subdirectory": "/reports"});
    json!({"Destination": {"S3": s3}, "OutputType": "STANDARD", "ReportLevel": "ERRORS_ONLY"})
}

#[tokio::test]
async fn a_report_lies_in_the_documented_folders_and_names_what_failed() {
    let world = World::new().await;
    world.put("good", "x");
    world.unreadable("bad");
    let task = world.task(json!({})).await;
    let execution = world.start(&task, json!({"TaskReportConfig": config("backups")})).await.unwrap();
    let ended = world.ended(&execution).await;
    assert_eq!(ended["ReportResult"]["Status"], "SUCCESS", "{ended}");
    let ids: Vec<&str> = execution.split('/').collect();
    let (task, execution) = (ids[1], ids[3]);
    let keys = world.keys("backups");
    let summary = format!("reports/Summary-Reports/{task}/{execution}/{execution}.json");
    let summary: Value = serde_json::from_slice(&world.object("backups", &summary).unwrap().body).unwrap();
    assert_eq!((&summary["Status"], &summary["AccountId"]), (&json!("ERROR"), &json!(ACCOUNT)));
    let folder = format!("reports/Detailed-Reports/{task}/{execution}/{execution}.files-");
    let detailed: Vec<&String> = keys.iter().filter(|key| key.starts_with(&folder)).collect();
    assert_eq!(detailed.len(), 1, "errors only: {keys:?}");
    assert!(detailed[0].starts_with(&format!("{folder}transferred-v1-00001-")), "{detailed:?}");
    let lines: Value = serde_json::from_slice(&world.object("backups", detailed[0]).unwrap().body).unwrap();
    let line = &lines["Transferred"][0];
    assert_eq!((&line["RelativePath"], &line["TransferStatus"]), (&json!("/bad"), &json!("FAILED")));
    assert_eq!(line["FailureReason"], "Failed to open source file /bad: Permission denied");
}

#[tokio::test]
async fn a_report_that_cannot_be_uploaded_says_so_and_does_not_fail_the_execution() {
    let world = World::new().await;
    world.put("good", "x");
    let task = world.task(json!({})).await;
    let ended = world.run(&task, json!({"TaskReportConfig": config("nowhere")})).await;
    assert_eq!((&ended["Status"], &ended["ReportResult"]["Status"]), (&json!("SUCCESS"), &json!("ERROR")));
    let detail = ended["ReportResult"]["ErrorDetail"].as_str().unwrap();
    assert!(
        detail.starts_with("Failed to upload Task Report(s)") && detail.contains("invalid bucket or IAM role"),
        "{detail}"
    );
}

#[tokio::test]
async fn an_execution_that_never_got_to_list_has_no_report() {
    let world = World::new().await;
    let task = world.task(json!({})).await;
    world
        .sync
        .set_faults(super::super::Faults { hang_in: Some("LAUNCHING".to_owned()), ..super::super::Faults::default() });
    let execution = world.start(&task, json!({"TaskReportConfig": config("backups")})).await.unwrap();
    let _ = world.call("CancelTaskExecution", json!({"TaskExecutionArn": execution})).await.unwrap();
    let ended = world.ended(&execution).await;
    assert_eq!(ended["ReportResult"]["ErrorDetail"], "Execution error occurred prior to generating any Task Reports");
}

async fn logged_task(world: &World, level: &str) -> String {
    let task = world.task(json!({"LogLevel": level})).await;
    let group = format!("arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/backups:*");
    let _ = world.call("UpdateTask", json!({"TaskArn": task, "CloudWatchLogGroupArn": group})).await.unwrap();
    task
}

fn may_write() -> Value {
    json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"Service": "datasync.amazonaws.com"}, "Action": ["logs:PutLogEvents", "logs:CreateLogStream"],
        "Resource": format!("arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/backups:*"),
        "Condition": {"ArnLike": {"aws:SourceArn": format!("arn:aws:datasync:{REGION}:{ACCOUNT}:task/*")}},
    }]})
}

#[tokio::test]
async fn log_lines_follow_the_log_level_and_need_the_resource_policy() {
    let world = World::new().await;
    world.put("good", "x");
    let task = logged_task(&world, "TRANSFER").await;
    let all = json!({"OverrideOptions": {"TransferMode": "ALL"}});
    let _ = world.run(&task, all.clone()).await;
    assert!(world.emulator.state().log_lines.is_empty(), "without a resource policy the log stays empty, silently");
    world.emulator.state().log_policies.push(may_write());
    let _ = world.run(&task, all.clone()).await;
    let lines = std::mem::take(&mut world.emulator.state().log_lines);
    assert!(lines.contains(&"[INFO] Transferred file /good, 1 bytes".to_owned()), "{lines:?}");
    world.unreadable("bad");
    let _ = world.run(&task, json!({"OverrideOptions": {"TransferMode": "ALL", "LogLevel": "BASIC"}})).await;
    let lines = std::mem::take(&mut world.emulator.state().log_lines);
    assert!(lines.contains(&"[ERROR] Failed to open source file /bad: Permission denied".to_owned()), "{lines:?}");
    assert!(!lines.iter().any(|line| line.contains("Transferred file")), "{lines:?}");
}

#[tokio::test]
async fn a_state_change_is_told_in_the_documented_shape() {
    let world = World::new().await;
    let task = world.task(json!({})).await;
    let execution = world.start(&task, json!({})).await.unwrap();
    let _ = world.ended(&execution).await;
    let event = world.events_of(&execution).pop().unwrap();
    assert_eq!(event["detail-type"], "DataSync Task Execution State Change");
    assert_eq!(
        (&event["source"], &event["account"], &event["region"]),
        (&json!("aws.datasync"), &json!(ACCOUNT), &json!(REGION))
    );
    assert_eq!((&event["detail"], &event["resources"]), (&json!({"State": "SUCCESS"}), &json!([execution])));
}

#[tokio::test]
async fn a_report_role_without_put_object_is_denied() {
    let world = World::new().await;
    let task = world.task(json!({})).await;
    world.role(&trust(ACCOUNT), &allowed("backups", &["s3:GetObject"]));
    let ended = world.run(&task, json!({"TaskReportConfig": config("backups")})).await;
    assert_eq!(ended["ReportResult"]["Status"], "ERROR", "{ended}");
}
