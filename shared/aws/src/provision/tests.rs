//! What goes to the services comes back as the same settings: else every `apply` would find something to change.

use aws_sdk_datasync::operation::describe_location_efs::DescribeLocationEfsOutput;
use aws_sdk_datasync::operation::describe_location_s3::DescribeLocationS3Output;
use aws_sdk_datasync::operation::describe_task::DescribeTaskOutput;
use aws_sdk_datasync::types::{Ec2Config, EfsInTransitEncryption, S3Config, S3StorageClass, TaskMode};
use nightferry_domain::plan::parse;
use nightferry_domain::provision::{Location, Setup, desired};
use nightferry_domain::stack::Stack;
use serde_json::json;

use super::replication::{configuration, document as document_of};
use super::settings::{document, job_of};
use super::transfer::{efs_location, filters, options, report, s3_location, task_settings};

const PLAN: &str = r#"
version: 1
schedules:
  nightly: { cron: "0 6 * * ? *", timezone: Asia/Tokyo }
jobs:
  home:
    schedule: nightly
    datasync:
      from: { efs: fs-0123456789abcdef0, path: /a b, subnet: subnet-0a1b2c3d, security_groups: [sg-0a1b2c3d] }
      to: { s3: example-backups, prefix: /home, storage_class: GLACIER }
      exclude: ["*/.snapshot", "*.tmp"]
"#;

fn stack() -> Stack {
    Stack::in_region("123456789012", "ap-northeast-1", "nightferry")
}

fn setup() -> Setup {
    desired(&parse(PLAN).unwrap(), &stack()).setups.remove(0)
}

#[test]
fn a_task_comes_back_as_it_was_sent() {
    let task = setup().task;
    let told = DescribeTaskOutput::builder()
        .name(&task.name)
        .task_mode(TaskMode::Basic)
        .options(options(&task.options))
        .set_includes(Some(filters(task.includes.as_deref())))
        .set_excludes(Some(filters(task.excludes.as_deref())))
        .cloud_watch_log_group_arn(format!("{}:*", task.cloud_watch_log_group_arn.as_deref().unwrap()))
        .set_task_report_config(report(&task).unwrap())
        .build();
    assert_eq!(task_settings(&told), task);
}

#[test]
fn a_file_systems_location_comes_back_as_it_was_sent() {
    let Location::Efs(wanted) = setup().from else { panic!("the source is a file system") };
    let network = Ec2Config::builder().subnet_arn(&wanted.subnet_arn);
    let network = network.set_security_group_arns(Some(wanted.security_group_arns.iter().cloned().collect()));
    let told = DescribeLocationEfsOutput::builder()
        .location_uri("efs://ap-northeast-1.fs-0123456789abcdef0/a b/")
        .ec2_config(network.build().unwrap())
        .in_transit_encryption(EfsInTransitEncryption::Tls12)
        .build();
    assert_eq!(efs_location(&stack(), &told), Some(Location::Efs(wanted)));
}

#[test]
fn a_buckets_location_comes_back_as_it_was_sent() {
    let Location::S3(wanted) = setup().to else { panic!("the destination is a bucket") };
    let access = S3Config::builder().bucket_access_role_arn(&wanted.bucket_access_role_arn).build().unwrap();
    let told = DescribeLocationS3Output::builder()
        .location_uri("s3://example-backups/home/")
        .s3_storage_class(S3StorageClass::Glacier)
        .s3_config(access)
        .build();
    assert_eq!(s3_location(&stack(), &told), Some(Location::S3(wanted)));
}

#[test]
fn only_both_tags_of_this_stack_make_a_thing_ours() {
    let job = |tags: &[(&'static str, &'static str)]| job_of(&stack(), tags.iter().copied());
    assert!(job(&[("nightferry:stack", "nightferry"), ("nightferry:job", "home")]).is_some());
    assert!(job(&[("nightferry:stack", "nightferry-two"), ("nightferry:job", "home")]).is_none());
    assert!(job(&[("nightferry:stack", "nightferry")]).is_none());
    assert!(job(&[("nightferry:job", "home")]).is_none());
    assert!(job(&[]).is_none());
}

#[test]
fn a_document_is_read_plain_and_percent_encoded() {
    let wanted = json!({"Version": "2012-10-17", "Resource": "100%25"});
    assert_eq!(document(r#"{"Version":"2012-10-17","Resource":"100%25"}"#), wanted);
    let encoded = "%7B%22Version%22%3A%222012-10-17%22%2C%22Resource%22%3A%22100%2525%22%7D";
    assert_eq!(document(encoded), wanted);
}

#[test]
fn other_peoples_replication_rules_come_back_as_they_were() {
    let there = json!({"Role": "r", "Rules": [
        {"ID": "first-form", "Prefix": "", "Status": "Disabled", "Destination": {"Bucket": "b", "StorageClass": "GLACIER"}},
        {"ID": "whole", "Priority": 4, "Status": "Enabled",
         "Filter": {"And": {"Prefix": "p", "Tags": [{"Key": "k", "Value": "v"}]}},
         "SourceSelectionCriteria": {
             "SseKmsEncryptedObjects": {"Status": "Disabled"}, "ReplicaModifications": {"Status": "Enabled"}},
         "ExistingObjectReplication": {"Status": "Enabled"},
         "Destination": {
             "Bucket": "b", "Account": "1", "AccessControlTranslation": {"Owner": "Destination"},
             "EncryptionConfiguration": {"ReplicaKmsKeyID": "k"},
             "ReplicationTime": {"Status": "Enabled", "Time": {"Minutes": 15}},
             "Metrics": {"Status": "Enabled", "EventThreshold": {"Minutes": 15}}},
         "DeleteMarkerReplication": {"Status": "Enabled"}},
        {"Status": "Enabled", "Priority": 1, "Filter": {"Tag": {"Key": "k", "Value": "v"}}, "Destination": {"Bucket": "b"}},
    ]});
    assert_eq!(document_of(&configuration(&there).unwrap()), there);
}
