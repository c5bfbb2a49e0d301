//! What a function's role may ask of AWS Backup and EC2.

use std::sync::Arc;

use hyper::Method;
use nightferry_local::upstream::{Ask, UpstreamError, ec2};
use serde_json::{Value, json};

use super::world::{ACCOUNT, REGION, World};
use crate::support::{STACK, start_deployed};

/// A world in which somebody is a function whose role may do this.
async fn world(name: &'static str) -> World {
    World::furnished(name, Arc::new(start_deployed(name).await)).await
}

async fn grant(world: &World, statements: Value) {
    let policy = json!({"Version": "2012-10-17", "Statement": statements}).to_string();
    let role = format!("{STACK}-echo");
    let fields = [("RoleName", role.as_str()), ("PolicyName", "backups"), ("PolicyDocument", &policy)];
    let _ = world.form("iam", "PutRolePolicy", &fields).await.unwrap();
}

/// A call in the name of the fixture's function.
async fn called(world: &World, ask: Ask) -> Result<(), UpstreamError> {
    world.aws.read(ask.header("user-agent", "test app/nightferry-echo")).await.map(drop)
}

fn form(action: &str, instance: &str) -> Ask {
    let body = format!("Action={action}&Version=2016-11-15&InstanceId.1={instance}");
    Ask::new(Method::POST, "ec2", "/").header("content-type", "application/x-www-form-urlencoded").body(body)
}

fn code(answer: Result<(), UpstreamError>) -> String {
    match answer {
        Err(UpstreamError::Refused { code, message, .. }) => format!("{code} {message}"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_function_sees_and_ends_only_the_instances_that_its_role_names() {
    let world = world("callers").await;
    let denied = code(called(&world, form("DescribeInstances", &world.instance)).await);
    assert!(denied.contains("UnauthorizedOperation") && denied.contains("ec2:DescribeInstances"), "{denied}");
    let ends = json!({"Effect": "Allow", "Action": "ec2:TerminateInstances", "Resource": "*",
        "Condition": {"StringEquals": {"aws:ResourceTag/drill": "yes"}}});
    grant(&world, json!([{"Effect": "Allow", "Action": "ec2:DescribeInstances", "Resource": "*"}, ends])).await;
    called(&world, form("DescribeInstances", &world.instance)).await.unwrap();
    let denied = code(called(&world, form("TerminateInstances", &world.instance)).await);
    assert!(denied.contains(&format!("arn:aws:ec2:{REGION}:{ACCOUNT}:instance/{}", world.instance)), "{denied}");
    let tags = vec![("drill".to_owned(), "yes".to_owned())];
    let scratch = ec2::WantedInstance { tags, instance_type: "t3.nano".to_owned(), ..ec2::WantedInstance::default() };
    let scratch = ec2::run_instance(&world.aws, &scratch).await.unwrap();
    called(&world, form("TerminateInstances", &scratch)).await.unwrap();
    let state = |instance: Option<ec2::Instance>| instance.map(|instance| instance.state).unwrap_or_default();
    assert_ne!(state(ec2::instance(&world.aws, &scratch).await.unwrap()), "running");
    assert_eq!(state(ec2::instance(&world.aws, &world.instance).await.unwrap()), "running");

    let order =
        json!({"BackupVaultName": world.name, "ResourceArn": world.instance_arn(), "IamRoleArn": world.role("backup")});
    let start = || Ask::new(Method::PUT, "backup", "/backup-jobs").body(order.to_string());
    let starts = json!({"Effect": "Allow", "Action": "backup:StartBackupJob",
        "Resource": format!("arn:aws:backup:{REGION}:{ACCOUNT}:backup-vault:{}", world.name)});
    let passes = |service: &str| {
        json!({"Effect": "Allow", "Action": "iam:PassRole", "Resource": world.role("backup"),
            "Condition": {"StringEquals": {"iam:PassedToService": service}}})
    };
    grant(&world, json!([starts, passes("ec2.amazonaws.com")])).await;
    let denied = code(called(&world, start()).await);
    assert!(denied.contains("iam:PassRole") && denied.contains(&world.role("backup")), "{denied}");
    grant(&world, json!([starts, passes("backup.amazonaws.com")])).await;
    called(&world, start()).await.unwrap();
}
