//! The table of operations, actions and resources, request by request.

use hyper::Request;
use serde_json::json;

use super::*;

const TASK: &str = "arn:aws:datasync:ap-northeast-1:123456789012:task/task-0a1b2c3d4e5f60718";

fn place() -> Place {
    Place { account: "123456789012".to_owned(), region: "ap-northeast-1".to_owned() }
}

fn understood(service: &str, method: &str, uri: &str, target: Option<&str>, body: &str) -> Asked {
    let scope =
        format!("AWS4-HMAC-SHA256 Credential=123456789012/20261122/ap-northeast-1/{service}/aws4_request, Signature=0");
    let mut builder = Request::builder().method(method).uri(uri).header("authorization", scope);
    if let Some(target) = target {
        builder = builder.header("x-amz-target", target);
    }
    let (parts, ()) = builder.body(()).unwrap().into_parts();
    understand(&Heading::read(&parts), &parts, body.as_bytes(), &place())
}

fn json_call(service: &str, target: &str, body: &serde_json::Value) -> Vec<(String, String)> {
    pairs(understood(service, "POST", "/", Some(target), &body.to_string()))
}

fn s3_call(method: &str, uri: &str) -> (String, String, String) {
    let asked = understood("s3", method, uri, None, "");
    (asked.operation, asked.needs[0].action.clone(), asked.needs[0].resource.clone())
}

fn pairs(asked: Asked) -> Vec<(String, String)> {
    asked.needs.into_iter().map(|need| (need.action, need.resource)).collect()
}

fn pair(action: &str, resource: &str) -> (String, String) {
    (action.to_owned(), resource.to_owned())
}

#[test]
fn starting_a_task_needs_the_task_and_describing_an_execution_the_execution() {
    let execution = format!("{TASK}/execution/exec-08ef1e5ed2ea1ac5d");
    assert_eq!(
        json_call("datasync", "FmrsService.StartTaskExecution", &json!({"TaskArn": TASK})),
        [pair("datasync:StartTaskExecution", TASK)]
    );
    assert_eq!(
        json_call("datasync", "FmrsService.DescribeTaskExecution", &json!({"TaskExecutionArn": execution})),
        [pair("datasync:DescribeTaskExecution", &execution)]
    );
    assert_eq!(
        json_call("datasync", "FmrsService.ListTaskExecutions", &json!({"TaskArn": TASK})),
        [pair("datasync:ListTaskExecutions", "*")]
    );
    assert_eq!(
        json_call("datasync", "FmrsService.ListTagsForResource", &json!({"ResourceArn": execution})),
        [pair("datasync:ListTagsForResource", &execution)]
    );
}

#[test]
fn a_report_hands_its_role_to_the_service() {
    let role = "arn:aws:iam::123456789012:role/reports";
    let body = json!({"TaskArn": TASK, "TaskReportConfig": {"Destination": {"S3": {"BucketAccessRoleArn": role}}}});
    let asked = understood("datasync", "POST", "/", Some("FmrsService.StartTaskExecution"), &body.to_string());
    assert_eq!(asked.needs[1].action, "iam:PassRole");
    assert_eq!(asked.needs[1].resource, role);
    assert_eq!(asked.needs[1].context, [("iam:PassedToService".to_owned(), vec!["datasync.amazonaws.com".to_owned()])]);
}

#[test]
fn a_start_with_tags_needs_to_tag_its_task() {
    let with = |tags| json!({"TaskArn": TASK, "Tags": tags});
    let needs = |tags| {
        understood("datasync", "POST", "/", Some("FmrsService.StartTaskExecution"), &with(tags).to_string()).needs
    };
    let tagged = needs(json!([{"Key": "a", "Value": "b"}]));
    assert_eq!((tagged[1].action.as_str(), tagged[1].resource.as_str()), ("datasync:TagResource", TASK));
    assert_eq!(needs(json!([])).len(), 1);
}

#[test]
fn a_query_of_an_index_needs_the_index() {
    let table = "arn:aws:dynamodb:ap-northeast-1:123456789012:table/runs";
    assert_eq!(
        json_call("dynamodb", "DynamoDB_20120810.Query", &json!({"TableName": "runs", "IndexName": "open"})),
        [pair("dynamodb:Query", &format!("{table}/index/open"))]
    );
    assert_eq!(
        json_call("dynamodb", "DynamoDB_20120810.GetItem", &json!({"TableName": "runs"})),
        [pair("dynamodb:GetItem", table)]
    );
}

#[test]
fn a_transaction_needs_the_actions_of_its_items() {
    let table = "arn:aws:dynamodb:ap-northeast-1:123456789012:table/runs";
    let body = json!({"TransactItems": [{"Put": {"TableName": "runs"}}, {"Update": {"TableName": "runs"}}, {"ConditionCheck": {"TableName": "runs"}}, {"Put": {"TableName": "runs"}}]});
    assert_eq!(
        json_call("dynamodb", "DynamoDB_20120810.TransactWriteItems", &body),
        [
            pair("dynamodb:PutItem", table),
            pair("dynamodb:UpdateItem", table),
            pair("dynamodb:ConditionCheckItem", table)
        ]
    );
}

#[test]
fn step_functions_calls_name_machine_execution_or_nothing() {
    let machine = "arn:aws:states:ap-northeast-1:123456789012:stateMachine:nightly-run";
    assert_eq!(
        json_call("states", "AWSStepFunctions.StartExecution", &json!({"stateMachineArn": machine})),
        [pair("states:StartExecution", machine)]
    );
    assert_eq!(
        json_call("states", "AWSStepFunctions.SendTaskSuccess", &json!({"taskToken": "t"})),
        [pair("states:SendTaskSuccess", "*")]
    );
    assert_eq!(
        json_call("states", "AWSStepFunctions.DescribeExecution", &json!({"executionArn": "e"})),
        [pair("states:DescribeExecution", "e")]
    );
}

#[test]
fn s3_is_read_from_method_path_and_sub_resource() {
    let triple =
        |operation: &str, action: &str, resource: &str| (operation.to_owned(), action.to_owned(), resource.to_owned());
    assert_eq!(s3_call("GET", "/b/a%20key"), triple("GetObject", "s3:GetObject", "arn:aws:s3:::b/a key"));
    assert_eq!(s3_call("HEAD", "/b/k?versionId=1"), triple("HeadObject", "s3:GetObjectVersion", "arn:aws:s3:::b/k"));
    assert_eq!(s3_call("PUT", "/b/k?x-id=PutObject"), triple("PutObject", "s3:PutObject", "arn:aws:s3:::b/k"));
    assert_eq!(s3_call("GET", "/b?list-type=2&prefix=p"), triple("ListObjectsV2", "s3:ListBucket", "arn:aws:s3:::b"));
    assert_eq!(
        s3_call("GET", "/b?versioning"),
        triple("GetBucketVersioning", "s3:GetBucketVersioning", "arn:aws:s3:::b")
    );
    assert_eq!(
        s3_call("PUT", "/b/?replication"),
        triple("PutBucketReplication", "s3:PutReplicationConfiguration", "arn:aws:s3:::b")
    );
    assert_eq!(s3_call("GET", "/"), triple("ListBuckets", "s3:ListAllMyBuckets", "*"));
    assert_eq!(s3_call("PUT", "/b"), triple("CreateBucket", "s3:CreateBucket", "arn:aws:s3:::b"));
}

#[test]
fn a_form_names_its_action_and_topic() {
    let asked = understood(
        "sns",
        "POST",
        "/",
        None,
        "Action=Publish&TopicArn=arn%3Aaws%3Asns%3Aap-northeast-1%3A123456789012%3Areports&Message=m",
    );
    assert_eq!(asked.operation, "Publish");
    assert_eq!(pairs(asked), [pair("sns:Publish", "arn:aws:sns:ap-northeast-1:123456789012:reports")]);
    let asked = understood("iam", "POST", "/", None, "Action=GetRole&RoleName=copies");
    assert_eq!(pairs(asked), [pair("iam:GetRole", "arn:aws:iam::123456789012:role/copies")]);
    let asked = understood("iam", "POST", "/", None, "Action=GetInstanceProfile&InstanceProfileName=web");
    assert_eq!(pairs(asked), [pair("iam:GetInstanceProfile", "arn:aws:iam::123456789012:instance-profile/web")]);
    let asked = understood("sts", "POST", "/", None, "Action=GetCallerIdentity&Version=2011-06-15");
    assert_eq!(pairs(asked), [pair("sts:GetCallerIdentity", "*")]);
}

#[test]
fn lambda_and_scheduler_are_read_from_their_paths() {
    let asked = understood("lambda", "POST", "/2015-03-31/functions/nightferry-start-job/invocations", None, "{}");
    assert_eq!(asked.operation, "Invoke");
    assert_eq!(
        pairs(asked),
        [pair("lambda:InvokeFunction", "arn:aws:lambda:ap-northeast-1:123456789012:function:nightferry-start-job")]
    );
    let asked = understood("scheduler", "GET", "/schedules/nightly?groupName=nightferry", None, "");
    assert_eq!(
        pairs(asked),
        [pair("scheduler:GetSchedule", "arn:aws:scheduler:ap-northeast-1:123456789012:schedule/nightferry/nightly")]
    );
}

#[test]
fn an_operation_without_a_rule_needs_its_own_name_on_everything() {
    let asked =
        understood("monitoring", "POST", "/service/GraniteServiceVersion20100801/operation/PutMetricData", None, "");
    assert_eq!(pairs(asked), [pair("cloudwatch:PutMetricData", "*")]);
}

#[test]
fn a_job_hands_its_role_to_batch_operations_and_its_tags_are_a_permission_of_their_own() {
    let body = "<CreateJobRequest><Operation><S3ReplicateObject/></Operation><Priority>7</Priority>\
        <RoleArn>arn:aws:iam::123456789012:role/batch</RoleArn><Tags><member><Key>k</Key><Value>v</Value></member></Tags></CreateJobRequest>";
    let asked = understood("s3", "POST", "/v20180820/jobs", None, body);
    assert_eq!(asked.operation, "CreateJob");
    let context = |place: usize| asked.needs[place].context.clone();
    let one = |key: &str, value: &str| (key.to_owned(), vec![value.to_owned()]);
    assert_eq!(context(0), [one("s3:RequestJobPriority", "7"), one("s3:RequestJobOperation", "S3ReplicateObject")]);
    assert_eq!(context(1), [one("iam:PassedToService", "batchoperations.s3.amazonaws.com")]);
    assert_eq!(
        pairs(asked),
        [
            pair("s3:CreateJob", "*"),
            pair("iam:PassRole", "arn:aws:iam::123456789012:role/batch"),
            pair("s3:PutJobTagging", "arn:aws:s3:ap-northeast-1:123456789012:job/*"),
        ]
    );
}

#[test]
fn calls_about_a_job_name_it_by_its_arn_and_listing_names_none() {
    let job = "arn:aws:s3:ap-northeast-1:123456789012:job/j-1";
    for (method, uri, action, resource) in [
        ("GET", "/v20180820/jobs/j-1", "s3:DescribeJob", job),
        ("POST", "/v20180820/jobs/j-1/status?requestedJobStatus=Ready", "s3:UpdateJobStatus", job),
        ("POST", "/v20180820/jobs/j-1/priority?priority=1", "s3:UpdateJobPriority", job),
        ("PUT", "/v20180820/jobs/j-1/tagging", "s3:PutJobTagging", job),
        ("GET", "/v20180820/jobs/j-1/tagging", "s3:GetJobTagging", job),
        ("DELETE", "/v20180820/jobs/j-1/tagging", "s3:DeleteJobTagging", job),
        ("GET", "/v20180820/jobs?jobStatuses=Active", "s3:ListJobs", "*"),
    ] {
        assert_eq!(pairs(understood("s3", method, uri, None, "")), [pair(action, resource)], "{method} {uri}");
    }
}

#[test]
fn a_replication_configuration_hands_its_role_to_s3() {
    let body =
        "<ReplicationConfiguration><Role>arn:aws:iam::123456789012:role/replicate</Role></ReplicationConfiguration>";
    let asked = understood("s3", "PUT", "/source?replication", None, body);
    assert_eq!(asked.needs[1].context, [("iam:PassedToService".to_owned(), vec!["s3.amazonaws.com".to_owned()])]);
    assert_eq!(
        pairs(asked),
        [
            pair("s3:PutReplicationConfiguration", "arn:aws:s3:::source"),
            pair("iam:PassRole", "arn:aws:iam::123456789012:role/replicate"),
        ]
    );
}
