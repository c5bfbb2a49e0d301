//! The trail that the parameter makes: of this Region's management events that write, into a bucket that is `CloudTrail`'s alone.

use serde_json::{Value, json};

use crate::stack::{Findings, Stack};

/// Logical ids of everything that the parameter makes.
const PARTS: [&str; 3] = ["Trail", "TrailBucket", "TrailBucketPolicy"];
/// The trail's ARN, which is made of its name: trail and policy name each other.
const ARN: &str =
    "arn:${AWS::Partition}:cloudtrail:${AWS::Region}:${AWS::AccountId}:trail/${AWS::StackName}-management-events";

fn told(checks: &[(bool, &str)]) -> Findings {
    checks.iter().filter(|(is_so, _)| !is_so).map(|(_, finding)| (*finding).to_owned()).collect()
}

fn the_trail_logs_what_writes_and_no_more(stack: &Stack) -> Findings {
    let trail = stack.properties(PARTS[0]);
    told(&[
        (trail["IsLogging"] == true, "the trail is off"),
        (trail["IsMultiRegionTrail"] == false, "it logs other Regions too"),
        (trail["IncludeGlobalServiceEvents"] == false, "it logs global services"),
        (trail["EnableLogFileValidation"] == true, "nobody could tell a log that was changed"),
        (
            trail["EventSelectors"] == json!([{"IncludeManagementEvents": true, "ReadWriteType": "WriteOnly"}]),
            "it logs something else than management events that write",
        ),
        (trail["S3BucketName"] == json!({"Ref": "TrailBucket"}), "it writes into another bucket"),
        (
            trail["TrailName"] == json!({"Fn::Sub": "${AWS::StackName}-management-events"}),
            "its policy names another one",
        ),
        (stack.resource(PARTS[0])["DependsOn"] == "TrailBucketPolicy", "it is made before it may write"),
    ])
}

fn its_bucket_is_private_and_forgets(stack: &Stack) -> Findings {
    let bucket = stack.properties("TrailBucket");
    let block = &bucket["PublicAccessBlockConfiguration"];
    let switches = ["BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"];
    let expires = |rule: &Value| rule["ExpirationInDays"] == json!({"Ref": "LogRetentionDays"});
    told(&[
        (switches.iter().all(|switch| block[switch] == true), "the bucket may become public"),
        (bucket["OwnershipControls"]["Rules"][0]["ObjectOwnership"] == "BucketOwnerEnforced", "the bucket takes ACLs"),
        (bucket["VersioningConfiguration"]["Status"] == "Enabled", "the bucket keeps no old versions"),
        (
            bucket["LifecycleConfiguration"]["Rules"].as_array().is_some_and(|all| all.iter().any(expires)),
            "logs stay for ever",
        ),
    ])
}

fn only_this_trail_writes_into_it(stack: &Stack) -> Findings {
    let statements = stack.properties("TrailBucketPolicy")["PolicyDocument"]["Statement"].as_array().unwrap();
    let (denied, allowed): (Vec<_>, Vec<_>) = statements.iter().partition(|statement| statement["Effect"] == "Deny");
    let is_trails = |statement: &&Value| {
        let condition = &statement["Condition"]["StringEquals"];
        statement["Principal"] == json!({"Service": "cloudtrail.amazonaws.com"})
            && condition["aws:SourceArn"] == json!({"Fn::Sub": ARN})
            && condition["aws:SourceAccount"] == json!({"Ref": "AWS::AccountId"})
    };
    let tls = denied.iter().any(|statement| statement["Condition"]["Bool"]["aws:SecureTransport"] == "false");
    told(&[
        (tls, "the bucket talks without TLS"),
        (allowed.iter().all(is_trails), "somebody else than this trail may use the bucket"),
        (allowed.len() == 2, "the trail needs GetBucketAcl and PutObject, and nothing else"),
    ])
}

#[test]
fn without_the_parameter_there_is_no_trail() {
    let ours = Stack::ours();
    assert_eq!(ours.parameter("ManagementEventsTrail")["Default"], "none");
    for part in PARTS {
        assert_eq!(ours.resource(part)["Condition"], "MakesTrail", "{part}");
    }
    assert_eq!(ours.condition("MakesTrail"), &json!({"Fn::Equals": [{"Ref": "ManagementEventsTrail"}, "create"]}));
}

#[test]
fn the_trail_logs_this_regions_management_events_that_write() {
    let ours = Stack::ours();
    assert_eq!(the_trail_logs_what_writes_and_no_more(ours), Findings::new());
    let of = |pointer: &str, value: Value| ours.with(&format!("/Resources/{}/{pointer}", PARTS[0]), value);
    for broken in [
        of("Properties/IsLogging", json!(false)),
        of("Properties/IsMultiRegionTrail", json!(true)),
        of("Properties/EnableLogFileValidation", json!(false)),
        of("Properties/EventSelectors", json!([{"IncludeManagementEvents": true, "ReadWriteType": "ReadOnly"}])),
        of("Properties/TrailName", json!("audit")),
        of("DependsOn", Value::Null),
    ] {
        assert_eq!(the_trail_logs_what_writes_and_no_more(&broken).len(), 1);
    }
}

#[test]
fn the_trails_bucket_is_private_and_keeps_logs_for_as_long_as_the_other_logs() {
    let ours = Stack::ours();
    assert_eq!(its_bucket_is_private_and_forgets(ours), Findings::new());
    let of = |pointer: &str, value: Value| ours.with(&format!("/Resources/TrailBucket/Properties/{pointer}"), value);
    for broken in [
        of("PublicAccessBlockConfiguration/BlockPublicPolicy", json!(false)),
        of("VersioningConfiguration", Value::Null),
        of("LifecycleConfiguration/Rules/0", json!({"Id": "logs", "Status": "Enabled"})),
    ] {
        assert_eq!(its_bucket_is_private_and_forgets(&broken).len(), 1);
    }
    let kept = ours.resource("TrailBucket");
    assert_eq!((&kept["DeletionPolicy"], &kept["UpdateReplacePolicy"]), (&json!("Retain"), &json!("Retain")));
}

#[test]
fn only_this_one_trail_of_this_account_may_write_into_its_bucket() {
    let ours = Stack::ours();
    assert_eq!(only_this_trail_writes_into_it(ours), Findings::new());
    let statements = "/Resources/TrailBucketPolicy/Properties/PolicyDocument/Statement";
    for (place, value) in [
        ("0/Condition", Value::Null),
        ("1/Condition/StringEquals/aws:SourceArn", Value::Null),
        ("2/Condition/StringEquals/aws:SourceAccount", json!("111111111111")),
        ("2/Principal", json!("*")),
    ] {
        assert_eq!(
            only_this_trail_writes_into_it(&ours.with(&format!("{statements}/{place}"), value)).len(),
            1,
            "{place}"
        );
    }
}
