//! The API: validation, resources and their lists, tags.

use serde_json::{Value, json};

use super::super::{Quotas, constraint, model};
use super::world::{ACCOUNT, REGION, ROLE, World};

fn broken(operation: &str, request: &Value) -> String {
    let table = model::table(operation).expect("the operation has a table");
    constraint::check(table, request).expect_err("the request is refused").to_string()
}

#[test]
fn requests_are_refused_by_the_published_constraints() {
    let s3 = |bucket: &str, class: &str| json!({"S3BucketArn": bucket, "S3StorageClass": class, "S3Config": {"BucketAccessRoleArn": ROLE}});
    let task = format!("arn:aws:datasync:{REGION}:{ACCOUNT}:task/task-0123456789abcdef0");
    let cases = [
        ("CreateLocationS3", json!({}), "'S3BucketArn' failed to satisfy constraint: Member must not be null"),
        ("CreateLocationS3", s3("backups", "STANDARD"), "regular expression"),
        ("CreateLocationS3", s3("arn:aws:s3:::backups", "COLD"), "enum value set"),
        ("CreateLocationEfs", json!({"EfsFilesystemArn": "fs-1", "Ec2Config": {}}), "'Ec2Config.SubnetArn'"),
        ("DescribeTask", json!({"TaskArn": "task-1"}), "regular expression"),
        ("StartTaskExecution", json!({"TaskArn": task, "OverrideOptions": {"BytesPerSecond": -2}}), "between -1"),
        ("StartTaskExecution", json!({"TaskArn": task, "Includes": [{}, {}]}), "between 0 and 1 entries"),
        (
            "StartTaskExecution",
            json!({"TaskArn": task, "TaskReportConfig": {"OutputType": "STANDARD"}}),
            "'TaskReportConfig.Destination'",
        ),
        ("ListTasks", json!({"MaxResults": 101}), "between 0 and 100"),
        ("UntagResource", json!({"ResourceArn": task, "Keys": []}), "between 1 and 50 entries"),
    ];
    for (operation, request, fragment) in cases {
        let said = broken(operation, &request);
        assert!(said.contains(fragment), "{operation}: {said}");
    }
}

#[test]
fn an_empty_report_configuration_clears_and_is_accepted() {
    let task = format!("arn:aws:datasync:{REGION}:{ACCOUNT}:task/task-0123456789abcdef0");
    let table = model::table("UpdateTask").unwrap();
    assert!(constraint::check(table, &json!({"TaskArn": task, "TaskReportConfig": {}})).is_ok());
}

#[tokio::test]
async fn errors_travel_as_the_service_s_exceptions() {
    let world = World::new().await;
    let call = |operation: &str, body: &'static str| crate::stand_in::Call {
        account: ACCOUNT.to_owned(),
        region: REGION.to_owned(),
        operation: operation.to_owned(),
        caller: crate::stand_in::Caller::default(),
        body: bytes::Bytes::from_static(body.as_bytes()),
    };
    for (operation, body, code) in
        [("DescribeTask", "{", "SerializationException"), ("CreateLocationHdfs", "{}", "UnknownOperation")]
    {
        let answer = world.sync.answer(call(operation, body)).await;
        let shown: Value = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!((answer.status, answer.content_type), (400, "application/x-amz-json-1.1"));
        assert_eq!((&shown["__type"], &shown["errorCode"]), (&json!("InvalidRequestException"), &json!(code)));
    }
}

#[tokio::test]
async fn a_file_system_that_is_not_there_has_no_location() {
    let world = World::new().await;
    let arn = |service: &str, rest: &str| format!("arn:aws:{service}:{REGION}:{ACCOUNT}:{rest}");
    let body = json!({
        "EfsFilesystemArn": arn("elasticfilesystem", "file-system/fs-0fffffffffffffff0"),
        "Ec2Config": {"SubnetArn": arn("ec2", "subnet/subnet-0a1b"), "SecurityGroupArns": [arn("ec2", "security-group/sg-0a1b")]},
    });
    assert!(world.call("CreateLocationEfs", body).await.unwrap_err().contains("not found"));
}

#[tokio::test]
async fn locations_are_described_changed_listed_and_kept_while_in_use() {
    let world = World::new().await;
    let (from, to) = (world.efs().await, world.s3("backups", "a//b/").await.unwrap());
    let shown = world.call("DescribeLocationS3", json!({"LocationArn": to})).await.unwrap();
    assert_eq!(shown["LocationUri"], "s3://backups/a/b/");
    assert!(world.call("DescribeLocationEfs", json!({"LocationArn": to})).await.is_err());
    let access_point = format!("arn:aws:elasticfilesystem:{REGION}:{ACCOUNT}:access-point/fsap-0123456789abcdef0");
    let unencrypted = json!({"LocationArn": from, "AccessPointArn": access_point});
    assert!(world.call("UpdateLocationEfs", unencrypted).await.unwrap_err().contains("TLS1_2"));
    let _ = world.call("UpdateLocationS3", json!({"LocationArn": to, "Subdirectory": "/c"})).await.unwrap();
    let only_s3 = json!({"Filters": [{"Name": "LocationType", "Values": ["S3"], "Operator": "Equals"}]});
    let listed = world.call("ListLocations", only_s3).await.unwrap();
    assert_eq!(listed["Locations"], json!([{"LocationArn": to, "LocationUri": "s3://backups/c/"}]));
    let task = world.task_between(&from, &to, json!({})).await;
    assert!(world.call("DeleteLocation", json!({"LocationArn": to})).await.unwrap_err().contains("in use"));
    let _ = world.call("DeleteTask", json!({"TaskArn": task})).await.unwrap();
    let _ = world.call("DeleteLocation", json!({"LocationArn": to})).await.unwrap();
    assert!(world.call("DescribeLocationS3", json!({"LocationArn": to})).await.unwrap_err().contains("not found"));
}

#[tokio::test]
async fn tasks_are_described_changed_and_listed_page_by_page() {
    let world = World::new().await;
    let task = world.task(json!({})).await;
    let _ = world.task(json!({})).await;
    let _ = world
        .call("UpdateTask", json!({"TaskArn": task, "Name": "nightly", "Options": {"LogLevel": "BASIC"}}))
        .await
        .unwrap();
    let shown = world.call("DescribeTask", json!({"TaskArn": task})).await.unwrap();
    assert_eq!(
        (&shown["Name"], &shown["Status"], &shown["Options"]["LogLevel"]),
        (&json!("nightly"), &json!("AVAILABLE"), &json!("BASIC"))
    );
    let first = world.call("ListTasks", json!({"MaxResults": 1})).await.unwrap();
    let second = world.call("ListTasks", json!({"MaxResults": 1, "NextToken": first["NextToken"]})).await.unwrap();
    assert_ne!(first["Tasks"][0]["TaskArn"], second["Tasks"][0]["TaskArn"]);
    assert_eq!(second.get("NextToken"), None);
}

#[tokio::test]
async fn an_execution_keeps_the_tags_it_was_started_with() {
    let world = World::new().await;
    let task = world.task(json!({})).await;
    let execution = world.start(&task, json!({"Tags": [{"Key": "attempt", "Value": "a-1"}]})).await.unwrap();
    let _ = world
        .call("TagResource", json!({"ResourceArn": execution, "Tags": [{"Key": "more", "Value": "x"}]}))
        .await
        .unwrap();
    let _ = world.call("UntagResource", json!({"ResourceArn": execution, "Keys": ["more", "never"]})).await.unwrap();
    let tags = world.call("ListTagsForResource", json!({"ResourceArn": execution})).await.unwrap();
    assert_eq!(tags["Tags"], json!([{"Key": "attempt", "Value": "a-1"}]));
    let _ = world.ended(&execution).await;
}

#[tokio::test]
async fn a_task_beyond_the_quota_is_refused_until_the_quota_is_raised() {
    let world = World::new().await;
    let (from, to) = (world.efs().await, world.s3("backups", "/home").await.unwrap());
    let body = json!({"SourceLocationArn": from, "DestinationLocationArn": to});
    world.sync.set_quotas(Quotas { tasks: 0, ..Quotas::default() });
    let refused = world.call("CreateTask", body.clone()).await.unwrap_err();
    assert!(refused.contains("limit of 0 tasks"), "{refused}");
    world.sync.set_quotas(Quotas::default());
    let _ = world.call("CreateTask", body).await.unwrap();
}
