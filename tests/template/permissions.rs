//! Who may do what: one action at a time, on named things, for named callers.

use serde_json::json;

use crate::{
    policies::{Kind, Statement, statements},
    stack::{Findings, Stack, items},
};

/// Actions that IAM grants only on `*`, with what makes each harmless here.
const STAR_RESOURCES: &[(&str, &str)] = &[
    ("backup:DescribeRegionSettings", "reads the account's own switches; IAM knows no resource for it"),
    ("backup:ListBackupVaults", "lists names of vaults; IAM knows no resource for it"),
    ("ec2:DescribeInstances", "looks at machines; IAM knows no resource for it"),
    ("cloudwatch:GetMetricData", "reads figures; IAM knows no resource for it"),
    ("datasync:ListAgents", "lists names and states of agents; IAM knows no resource for it"),
    ("datasync:ListTaskExecutions", "lists ids of one task named in the call; IAM knows no resource for it"),
    ("backup:DescribeBackupJob", "reads one job by its id; IAM knows no resource for it"),
    ("backup:ListBackupJobs", "lists jobs of one machine named in the call; IAM knows no resource for it"),
    ("backup:ListCopyJobs", "lists copies of one recovery point named in the call; IAM knows no resource for it"),
    ("backup:StopBackupJob", "ends one job by its id; IAM knows no resource for it"),
    ("ec2:DescribeImages", "reads what images are called and whether they are there; IAM knows no resource for it"),
    ("ec2:DescribeInstances", "reads tags and states of instances; IAM knows no resource for it"),
    ("s3:CreateJob", "a job is nowhere before it is created; IAM knows no resource for it"),
    ("s3:ListJobs", "lists ids and descriptions; IAM knows no resource for it"),
    ("backup:DescribeRestoreJob", "tells how one restore job stands; IAM knows no resource for it"),
    ("ec2:DescribeInstanceStatus", "tells of machines; IAM knows no resource for it"),
    ("ec2:DescribeInstances", "as above"),
    ("ec2:DescribeSubnets", "tells of subnets; IAM knows no resource for it"),
    ("ec2:DescribeSnapshots", "tells of snapshots; IAM knows no resource for it"),
    ("backup:ListRestoreJobs", "tells of restore jobs; IAM knows no resource for it"),
    ("ec2:DescribeVolumes", "tells of volumes; IAM knows no resource for it"),
    ("sts:DecodeAuthorizationMessage", "reads a refusal that the caller holds already; IAM knows no resource for it"),
    (
        "states:SendTaskSuccess",
        "answers only who holds a task token, and the token is the secret; IAM knows no resource for it",
    ),
    ("logs:CreateLogDelivery", "Step Functions' own way to write a state machine's log; IAM knows no resource for it"),
    ("logs:DeleteLogDelivery", "as above"),
    ("logs:DescribeLogGroups", "as above"),
    ("logs:DescribeResourcePolicies", "as above"),
    ("logs:GetLogDelivery", "as above"),
    ("logs:ListLogDeliveries", "as above"),
    ("logs:PutResourcePolicy", "as above"),
    ("logs:UpdateLogDelivery", "as above"),
    ("xray:GetSamplingRules", "a trace has no resource before it is written; IAM knows none"),
    ("xray:GetSamplingTargets", "as above"),
    ("xray:PutTelemetryRecords", "as above"),
    ("xray:PutTraceSegments", "as above"),
];

fn service_trust_names_its_source(stack: &Stack) -> Findings {
    let services = statements(stack)
        .into_iter()
        .filter(|statement| statement.is_allow() && statement.body["Principal"]["Service"].is_string());
    // Lambda sends neither aws:SourceAccount nor aws:SourceArn when it takes a function's role; iam:PassRole guards that door.
    let checked = services.filter(|statement| statement.body["Principal"]["Service"] != "lambda.amazonaws.com");
    let nameless = checked.filter(|statement| {
        statement.body["Condition"]["StringEquals"]["aws:SourceAccount"] != json!({"Ref": "AWS::AccountId"})
    });
    nameless.map(|statement| format!("{}: admits its service on behalf of any account", statement.name())).collect()
}

fn pass_role_is_pinned(stack: &Stack) -> Findings {
    let passes = statements(stack).into_iter().filter(|statement| statement.actions().contains(&"iam:PassRole"));
    let loose = passes.filter(|statement| {
        let resource = statement.body["Resource"].to_string();
        let is_named = [":role/${AWS::StackName}-", ":role/nightferry/${AWS::StackName}-"]
            .iter()
            .any(|name| resource.contains(name));
        !is_named || !statement.body["Condition"]["StringEquals"]["iam:PassedToService"].is_string()
    });
    loose
        .map(|statement| format!("{}: passes roles that it does not name, or to any service", statement.name()))
        .collect()
}

fn actions_are_listed_one_by_one(stack: &Stack) -> Findings {
    let allowed = statements(stack).into_iter().filter(|statement| statement.is_allow() && !is_key_owner(statement));
    let wide = allowed.filter(|statement| {
        statement.actions().iter().any(|action| action.contains('*')) || !statement.body["NotAction"].is_null()
    });
    wide.map(|statement| format!("{}: {:?}", statement.name(), statement.actions())).collect()
}

/// The account itself in the policy of its own key: without it nobody could ever change the key again.
fn is_key_owner(statement: &Statement<'_>) -> bool {
    let root = json!({"AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}});
    statement.owner == "ReportKey" && statement.body["Principal"] == root
}

fn star_resources_are_on_the_list(stack: &Stack) -> Findings {
    let starred = statements(stack).into_iter().filter(|statement| {
        statement.kind == Kind::Identity
            && items(&statement.body["Resource"]).into_iter().any(|resource| resource == "*")
    });
    let unlisted = |statement: Statement<'_>| {
        let name = statement.name();
        let actions: Vec<String> = statement.actions().into_iter().map(str::to_owned).collect();
        actions
            .into_iter()
            .filter(|action| STAR_RESOURCES.iter().all(|(listed, _)| listed != action))
            .map(move |action| format!("{name}: {action} on everything"))
    };
    starred.flat_map(unlisted).collect()
}

#[test]
fn a_service_takes_a_role_or_a_queue_only_on_behalf_of_this_account() {
    let ours = Stack::ours();
    assert_eq!(service_trust_names_its_source(ours), Findings::new());
    for door in [
        "SchedulerRole/Properties/AssumeRolePolicyDocument",
        "UndeliveredEventQueuePolicy/Properties/PolicyDocument",
        "TaskReportRole/Properties/AssumeRolePolicyDocument",
    ] {
        let open = ours.with(&format!("/Resources/{door}/Statement/0/Condition"), json!(null));
        assert_eq!(service_trust_names_its_source(&open).len(), 1, "{door}");
    }
}

#[test]
fn a_role_is_passed_only_by_name_and_to_one_service() {
    let ours = Stack::ours();
    assert_eq!(pass_role_is_pinned(ours), Findings::new());
    let any = json!({"Sid": "Pass", "Effect": "Allow", "Action": "iam:PassRole", "Resource": "*"});
    let open = ours.with("/Resources/StartJobRole/Properties/Policies/0/PolicyDocument/Statement/0", any);
    assert_eq!(pass_role_is_pinned(&open).len(), 1);
}

#[test]
fn every_action_is_listed_one_by_one() {
    let ours = Stack::ours();
    assert_eq!(actions_are_listed_one_by_one(ours), Findings::new());
    let wide = ours
        .with("/Resources/StartJobRole/Properties/Policies/0/PolicyDocument/Statement/0/Action", json!(["datasync:*"]));
    assert_eq!(actions_are_listed_one_by_one(&wide).len(), 1);
}

#[test]
fn every_action_on_everything_has_its_reason() {
    let ours = Stack::ours();
    assert_eq!(star_resources_are_on_the_list(ours), Findings::new());
    let wide =
        ours.with("/Resources/OpenRunRole/Properties/Policies/0/PolicyDocument/Statement/0/Resource", json!("*"));
    assert_eq!(star_resources_are_on_the_list(&wide).len(), 2);
    assert!(STAR_RESOURCES.iter().all(|(_, reason)| !reason.is_empty()));
}

#[test]
fn regression_start_job_may_wake_its_own_workflow() {
    let of_start_job = |statement: &Statement<'_>| statement.owner == "start-job" && statement.kind == Kind::Identity;
    let statements = statements(Stack::ours());
    let own = statements.iter().filter(|statement| of_start_job(statement));
    assert!(own.flat_map(Statement::actions).any(|action| action == "states:SendTaskSuccess"));
}
