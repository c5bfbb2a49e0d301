//! Restore jobs: metadata, the roles that have to be passed, what comes of it.

use serde_json::{Value, json};

use super::super::{Faults, JobKind, Ordered};
use super::world::{ACCOUNT, RESTORE_ROLE, World, allowed, point_path, trust, with};

const ACTIONS: &[&str] = &["ec2:DescribeImages", "ec2:DescribeInstances", "ec2:RunInstances", "ec2:CreateTags"];

/// Metadata that name a network once.
fn metadata() -> Value {
    json!({"InstanceType": "t3.small", "SubnetId": "subnet-2", "SecurityGroupIds": "[\"sg-2\"]"})
}

fn passing(role: &str) -> Value {
    let mut policy = allowed(ACTIONS, "*");
    policy["Statement"].as_array_mut().unwrap().push(json!({"Effect": "Allow", "Action": "iam:PassRole",
        "Resource": format!("arn:aws:iam::{ACCOUNT}:role/{role}"),
        "Condition": {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}}));
    policy
}

/// A world with a point of an instance whose profile is `web`, and a role that may restore it.
async fn furnished() -> (World, String) {
    let world = World::new().await;
    world.machine(&[("AWSBackup", "EC2"), ("Name", "web")], "web");
    let _ = world.emulator.state().profiles.insert("web".to_owned(), "web-role".to_owned());
    world.role("restore", &trust(ACCOUNT), &passing("web-role"));
    let arn = world.backed_up(&json!({})).await;
    (world, arn)
}

async fn start(world: &World, arn: &str, changed: &Value) -> Result<String, (String, String)> {
    let request = json!({"RecoveryPointArn": arn, "IamRoleArn": RESTORE_ROLE, "ResourceType": "EC2",
        "Metadata": metadata(), "IdempotencyToken": "restore-1"});
    let answer = world.call("PUT", "/restore-jobs", &with(&request, changed)).await?;
    Ok(answer["RestoreJobId"].as_str().unwrap().to_owned())
}

async fn reached(world: &World, id: &str, status: &str) -> Value {
    let _ = world.told("restoreJobId", id, status).await;
    world.get(&format!("/restore-jobs/{id}")).await
}

async fn refused(world: &World, arn: &str, changed: &Value) -> String {
    let id = start(world, arn, changed).await.unwrap();
    reached(world, &id, "FAILED").await["StatusMessage"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_point_becomes_a_new_instance_as_it_was_asked_for() {
    let (world, arn) = furnished().await;
    let wanted = with(&metadata(), &json!({"IamInstanceProfileName": "web", "KeyName": "another"}));
    let changed = json!({"Metadata": wanted, "CopySourceTagsToRestoredResource": true});
    let id = start(&world, &arn, &changed).await.unwrap();
    assert_eq!(start(&world, &arn, &changed).await.unwrap(), id, "one token, one restore");
    let job = reached(&world, &id, "COMPLETED").await;
    let instance = job["CreatedResourceArn"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    let machine = world.emulator.state().machines[&instance].clone();
    assert_eq!((machine.form["InstanceType"].as_str(), machine.form["SubnetId"].as_str()), ("t3.small", "subnet-2"));
    assert_eq!((machine.form["SecurityGroupId.1"].as_str(), machine.profile.as_str()), ("sg-2", "web"));
    assert_eq!(machine.form["KeyName"], "ops", "the key pair is the original's");
    assert!(machine.tags.contains(&("Name".to_owned(), "web".to_owned())), "{machine:?}");
    assert!(machine.tags.iter().all(|(key, _)| !key.starts_with("aws:")), "{machine:?}");
    assert_eq!(job["PercentDone"], "100.00%");
    assert_eq!(world.get(&format!("/restore-jobs/{id}/metadata")).await["Metadata"]["KeyName"], "another");
    assert!(world.get(&point_path(&arn)).await["LastRestoreTime"].is_number());
}

#[tokio::test]
async fn regression_a_machine_that_was_restored_to_demand_tokens_does_and_so_does_what_is_made_of_it() {
    let (world, arn) = furnished().await;
    let id =
        start(&world, &arn, &json!({"Metadata": with(&metadata(), &json!({"RequireIMDSv2": "true"}))})).await.unwrap();
    let created = reached(&world, &id, "COMPLETED").await["CreatedResourceArn"].as_str().unwrap().to_owned();
    let machine = world.emulator.state().machines[created.rsplit('/').next().unwrap()].clone();
    assert_eq!(machine.form["MetadataOptions.HttpTokens"], "required");
    let again = world.backed_up(&json!({"ResourceArn": created, "IdempotencyToken": "of the restored one"})).await;
    for (point, demands) in [(arn, "false"), (again, "true")] {
        let told = world.get(&format!("{}/restore-metadata", point_path(&point))).await;
        assert_eq!(told["RestoreMetadata"]["RequireIMDSv2"], demands, "{told}");
    }
}

#[tokio::test]
async fn a_request_that_the_model_does_not_know_is_refused_with_what_is_wrong() {
    let (world, arn) = furnished().await;
    for (changed, name, said) in [
        (json!({"Metadata": null}), "MissingParameterValueException", "Metadata"),
        (json!({"IamRoleArn": null}), "MissingParameterValueException", "IamRoleArn"),
        (
            json!({"RecoveryPointArn": "arn:aws:ec2:ap-northeast-1::image/ami-0"}),
            "ResourceNotFoundException",
            "Cannot find recovery point",
        ),
        (json!({"ResourceType": "EBS"}), "InvalidParameterValueException", "EBS"),
        (json!({"Metadata": {"Juggle": "1"}}), "InvalidParameterValueException", "Unrecognized key : Juggle"),
        (json!({"Metadata": {"Placement": "here"}}), "InvalidParameterValueException", "Placement is no JSON"),
        (json!({"Metadata": {"InstanceType": 3}}), "InvalidParameterValueException", "InstanceType has to be a string"),
    ] {
        let (refused, message) = start(&world, &arn, &changed).await.unwrap_err();
        assert_eq!(refused, name, "{changed}: {message}");
        assert!(message.contains(said), "{changed}: {message}");
    }
}

#[tokio::test]
async fn the_metadata_as_they_are_name_the_network_twice() {
    let (world, arn) = furnished().await;
    let original = world.get(&format!("{}/restore-metadata", point_path(&arn))).await["RestoreMetadata"].clone();
    let said = refused(&world, &arn, &json!({"Metadata": original})).await;
    assert!(said.contains("instance-level subnet ID may not be specified"), "{said}");
    let twice = json!({"Metadata": with(&original, &json!({"SubnetId": null, "SecurityGroupIds": null})), "IdempotencyToken": "2"});
    assert_eq!(refused(&world, &arn, &twice).await, "Address 10.0.0.9 is in use.");
}

#[tokio::test]
async fn a_role_that_may_not_pass_the_instances_role_is_told_in_a_message_that_sts_decodes() {
    let (world, arn) = furnished().await;
    world.role("restore", &trust(ACCOUNT), &passing("another-role"));
    let changed = json!({"Metadata": with(&metadata(), &json!({"IamInstanceProfileName": "web"}))});
    let said = refused(&world, &arn, &changed).await;
    assert!(said.starts_with("You are not authorized to perform this operation. Please consult"), "{said}");
    let encoded = said.split("Encoded authorization failure message: ").nth(1).unwrap();
    let decoded: Value = serde_json::from_str(&world.backup.decode(ACCOUNT, encoded).unwrap()).unwrap();
    assert_eq!(decoded["context"]["action"], "iam:PassRole");
    assert_eq!(decoded["context"]["resource"], "arn:aws:iam::123456789012:role/web-role");
    assert_eq!(decoded["context"]["conditions"]["items"][0]["key"], "iam:PassedToService");
    assert!(world.backup.decode("210987654321", encoded).is_none() && world.backup.decode(ACCOUNT, "AAAA").is_none());
}

#[tokio::test]
async fn each_action_that_a_restore_role_is_short_of_fails_the_job() {
    let (world, arn) = furnished().await;
    for action in ACTIONS {
        let rest: Vec<&str> = ACTIONS.iter().filter(|other| other != &action).copied().collect();
        world.role("restore", &trust(ACCOUNT), &allowed(&rest, "*"));
        let changed = json!({"IdempotencyToken": action, "CopySourceTagsToRestoredResource": true});
        let said = refused(&world, &arn, &changed).await;
        let encoded = said.split("failure message: ").nth(1).unwrap_or_else(|| panic!("without {action}: {said}"));
        assert!(world.backup.decode(ACCOUNT, encoded).unwrap().contains(action));
    }
    world.role("restore", &trust("210987654321"), &passing("web-role"));
    let said = refused(&world, &arn, &json!({"IdempotencyToken": "trust"})).await;
    assert_eq!(said, "IAM Role arn:aws:iam::123456789012:role/restore cannot be assumed by AWS Backup");
}

#[tokio::test]
async fn only_the_original_instance_profile_is_attached_and_only_while_it_is_there() {
    let (world, arn) = furnished().await;
    let with_profile = |name: &str, token: &str| json!({"Metadata": with(&metadata(), &json!({"IamInstanceProfileName": name})), "IdempotencyToken": token});
    let said = refused(&world, &arn, &with_profile("other", "1")).await;
    assert!(said.starts_with("AWS Backup does not permit attaching a new instance profile"), "{said}");
    world.emulator.state().profiles.clear();
    let said = refused(&world, &arn, &with_profile("web", "2")).await;
    assert!(said.contains("Invalid IAM Instance Profile name"), "{said}");
    let id = start(&world, &arn, &with_profile("", "3")).await.unwrap();
    let _ = reached(&world, &id, "COMPLETED").await;
}

#[tokio::test]
async fn what_is_not_there_is_told_by_its_name() {
    let (world, arn) = furnished().await;
    for (changed, said) in [
        (json!({"SubnetId": "subnet-missing"}), "The subnet ID 'subnet-missing' does not exist"),
        (json!({"SecurityGroupIds": "[\"sg-missing\"]"}), "The security group 'sg-missing' does not exist"),
    ] {
        let changed = json!({"Metadata": with(&metadata(), &changed), "IdempotencyToken": said});
        assert_eq!(refused(&world, &arn, &changed).await, said);
    }
    world.emulator.state().images.clear();
    let said = refused(&world, &arn, &json!({"IdempotencyToken": "image"})).await;
    assert!(said.contains("does not exist"), "{said}");
}

#[tokio::test]
async fn the_first_event_says_state_and_every_later_one_status() {
    let (world, arn) = furnished().await;
    let id = start(&world, &arn, &json!({})).await.unwrap();
    let _ = reached(&world, &id, "COMPLETED").await;
    let events = world.events.borrow().clone();
    let told: Vec<&Value> = events.iter().filter(|event| event["detail"]["restoreJobId"] == id.as_str()).collect();
    let words: Vec<_> =
        told.iter().map(|event| (event["detail"]["state"].as_str(), event["detail"]["status"].as_str())).collect();
    assert_eq!(
        words,
        [(Some("CREATED"), None), (None, Some("PENDING")), (None, Some("RUNNING")), (None, Some("COMPLETED"))]
    );
    assert!(
        told.iter()
            .all(|event| event["resources"] == json!([arn]) && event["detail-type"] == "Restore Job State Change")
    );
    let done = &told[3]["detail"];
    assert_eq!(done["backupSizeInBytes"], "8589934592");
    assert!(done["createdResourceArn"].is_string() && done["completionDate"].is_string());
}

#[tokio::test]
async fn a_verdict_is_kept_once_the_instance_is_there() {
    let (world, arn) = furnished().await;
    world.hang("RUNNING");
    let id = start(&world, &arn, &json!({})).await.unwrap();
    let _ = world.told("restoreJobId", &id, "RUNNING").await;
    let path = format!("/restore-jobs/{id}/validations");
    let verdict = json!({"ValidationStatus": "FAILED", "ValidationStatusMessage": "no boot"});
    assert_eq!(world.call("PUT", &path, &verdict).await.unwrap_err().0, "InvalidRequestException");
    world.backup.set_faults(Faults::default());
    let _ = reached(&world, &id, "COMPLETED").await;
    assert_eq!(
        world.call("PUT", &path, &json!({"ValidationStatus": "GOOD"})).await.unwrap_err().0,
        "InvalidParameterValueException"
    );
    let _ = world.call("PUT", &path, &verdict).await.unwrap();
    let job = world.get(&format!("/restore-jobs/{id}")).await;
    assert_eq!((&job["ValidationStatus"], &job["ValidationStatusMessage"]), (&json!("FAILED"), &json!("no boot")));
    assert!(job["DeletionStatus"].is_null(), "only what a test restored is deleted: {job}");
}

#[tokio::test]
async fn restores_are_listed_by_state_and_by_resource_and_break_on_order() {
    let (world, arn) = furnished().await;
    let end = Some(Ordered { state: "ABORTED".to_owned(), message: "ordered".to_owned() });
    world.backup.set_faults(Faults { kind: Some(JobKind::Restore), times: Some(1), end, ..Faults::default() });
    let first = start(&world, &arn, &json!({})).await.unwrap();
    assert_eq!(reached(&world, &first, "ABORTED").await["StatusMessage"], "ordered");
    let second = start(&world, &arn, &json!({"IdempotencyToken": "2"})).await.unwrap();
    let _ = reached(&world, &second, "COMPLETED").await;
    let count = |answer: Value| answer["RestoreJobs"].as_array().unwrap().len();
    assert_eq!(count(world.get("/restore-jobs/?status=ABORTED").await), 1);
    assert_eq!(count(world.get("/restore-jobs/").await), 2);
    let resource = super::world::encoded(super::world::INSTANCE);
    assert_eq!(count(world.get(&format!("/resources/{resource}/restore-jobs/?status=COMPLETED")).await), 1);
    assert!(world.call("GET", "/restore-jobs/?status=LOST", &Value::Null).await.is_err());
}
