//! What is kept is encrypted, private, recoverable, and carries its tags.

use serde_json::{Value, json};

use crate::stack::{Findings, Stack};

/// Types that take no tags, or whose tags would say nothing.
const UNTAGGED: &[&str] = &[
    "AWS::CloudWatch::Dashboard",
    "AWS::Lambda::Permission",
    "AWS::S3::BucketPolicy",
    "AWS::SNS::Subscription",
    "AWS::SNS::TopicPolicy",
    "AWS::SQS::QueuePolicy",
];

fn everything_at_rest_is_encrypted(stack: &Stack) -> Findings {
    let tables =
        stack.of_type("AWS::DynamoDB::Table").map(|(id, table)| (id, table["SSESpecification"]["SSEEnabled"] == true));
    let buckets = stack
        .of_type("AWS::S3::Bucket")
        .map(|(id, bucket)| (id, bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"].is_array()));
    let topics = stack
        .of_type("AWS::SNS::Topic")
        .map(|(id, topic)| (id, topic["KmsMasterKeyId"] == json!({"Ref": "ReportKey"})));
    let queues = stack.of_type("AWS::SQS::Queue").map(|(id, queue)| (id, queue["SqsManagedSseEnabled"] == true));
    let all = tables.chain(buckets).chain(topics).chain(queues);
    all.filter(|(_, is_encrypted)| !is_encrypted).map(|(id, _)| format!("{id}: is not encrypted")).collect()
}

fn records_are_private_and_recoverable(stack: &Stack) -> Findings {
    let (bucket, table) = (stack.properties("RecordsBucket"), stack.properties("RunTable"));
    let block = &bucket["PublicAccessBlockConfiguration"];
    let is_blocked = ["BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"]
        .iter()
        .all(|part| block[part] == true);
    let tls = &stack.properties("RecordsBucketPolicy")["PolicyDocument"]["Statement"][0];
    let checks = [
        (is_blocked, "the bucket may become public"),
        (bucket["OwnershipControls"]["Rules"][0]["ObjectOwnership"] == "BucketOwnerEnforced", "the bucket takes ACLs"),
        (bucket["VersioningConfiguration"]["Status"] == "Enabled", "the bucket keeps no old versions"),
        (
            tls["Effect"] == "Deny" && tls["Condition"]["Bool"]["aws:SecureTransport"] == "false",
            "the bucket talks without TLS",
        ),
        (
            table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] == true,
            "the table cannot be restored",
        ),
        (
            table["DeletionProtectionEnabled"]["Fn::If"] == json!(["IsProduction", true, false]),
            "the table can be deleted",
        ),
        (table["TimeToLiveSpecification"]["AttributeName"] == "expires_at", "records never expire"),
    ];
    checks.into_iter().filter(|(is_so, _)| !is_so).map(|(_, finding)| finding.to_owned()).collect()
}

fn the_night_is_standard_logged_and_traced(stack: &Stack) -> Findings {
    let night = stack.properties("NightlyRunStateMachine");
    let checks = [
        (night["Type"] == "STANDARD", "only a standard state machine waits for a task token"),
        (night["Tracing"]["Enabled"] == true, "not traced"),
        (
            night["Logging"]["Level"] == "ERROR" && night["Logging"]["Destinations"].is_array(),
            "its failures are not logged",
        ),
        (night["Logging"]["IncludeExecutionData"] == false, "its log would hold task tokens"),
    ];
    checks.into_iter().filter(|(is_so, _)| !is_so).map(|(_, finding)| finding.to_owned()).collect()
}

fn everything_is_tagged(stack: &Stack) -> Findings {
    let taggable =
        stack.resources().filter(|(_, resource)| !UNTAGGED.contains(&resource["Type"].as_str().unwrap_or_default()));
    let bare = taggable.filter(|(id, resource)| {
        let is_function = resource["Type"] == "AWS::Serverless::Function";
        let tags = if is_function {
            stack.function_property(stack.properties(id), "Tags")
        } else {
            &resource["Properties"]["Tags"]
        };
        ["project", "stage"].iter().any(|key| !is_tagged(tags, key))
    });
    bare.map(|(id, _)| format!("{id}: lacks its tags")).collect()
}

fn is_tagged(tags: &Value, key: &str) -> bool {
    !tags[key].is_null() || tags.as_array().is_some_and(|tags| tags.iter().any(|tag| tag["Key"] == key))
}

#[test]
fn what_is_kept_is_encrypted() {
    let ours = Stack::ours();
    assert_eq!(everything_at_rest_is_encrypted(ours), Findings::new());
    assert_eq!(
        everything_at_rest_is_encrypted(
            &ours.with("/Resources/UndeliveredEventQueue/Properties/SqsManagedSseEnabled", json!(false))
        )
        .len(),
        1
    );
    assert_eq!(
        everything_at_rest_is_encrypted(&ours.with("/Resources/ReportTopic/Properties/KmsMasterKeyId", Value::Null))
            .len(),
        1
    );
}

#[test]
fn records_stay_private_and_can_be_brought_back() {
    let ours = Stack::ours();
    assert_eq!(records_are_private_and_recoverable(ours), Findings::new());
    assert_eq!(
        records_are_private_and_recoverable(
            &ours.with("/Resources/RecordsBucketPolicy/Properties/PolicyDocument/Statement/0/Condition", Value::Null)
        )
        .len(),
        1
    );
    let public =
        ours.with("/Resources/RecordsBucket/Properties/PublicAccessBlockConfiguration/BlockPublicAcls", json!(false));
    assert_eq!(records_are_private_and_recoverable(&public).len(), 1);
    assert_eq!(
        records_are_private_and_recoverable(
            &ours.with("/Resources/RunTable/Properties/DeletionProtectionEnabled", json!(false))
        )
        .len(),
        1
    );
}

#[test]
fn records_outlive_the_stack() {
    let ours = Stack::ours();
    for (id, resource) in ours.resources().filter(|(id, _)| ["RunTable", "RecordsBucket"].contains(id)) {
        assert_eq!(
            (&resource["DeletionPolicy"], &resource["UpdateReplacePolicy"]),
            (&json!("Retain"), &json!("Retain")),
            "{id}"
        );
    }
}

#[test]
fn the_night_writes_no_task_token_into_its_log() {
    let ours = Stack::ours();
    assert_eq!(the_night_is_standard_logged_and_traced(ours), Findings::new());
    assert_eq!(
        the_night_is_standard_logged_and_traced(
            &ours.with("/Resources/NightlyRunStateMachine/Properties/Logging/IncludeExecutionData", json!(true))
        )
        .len(),
        1
    );
}

#[test]
fn whatever_takes_tags_has_them() {
    let ours = Stack::ours();
    assert_eq!(everything_is_tagged(ours), Findings::new());
    assert_eq!(everything_is_tagged(&ours.with("/Resources/RunTable/Properties/Tags", json!([]))).len(), 1);
    assert_eq!(everything_is_tagged(&ours.with("/Globals/Function/Tags", json!({}))).len(), 10);
}
