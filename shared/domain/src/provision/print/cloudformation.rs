//! The same things as a CloudFormation template in JSON, for who deploys everything that way.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::logical::{object, pascal};
use super::servers;
use crate::plan::JobName;
use crate::provision::{
    Desired, EfsLocation, End, Location, OtherSide, Role, S3Location, ScheduleEntry, Setup, Task, names,
};

/// Both halves: a template for our account, and one for each other account.
///
/// CloudFormation can't add rules to a bucket that it did not make, nor statements to a policy that is there: the
/// replication rules stand as metadata, and a bucket policy of the template replaces the whole one.
#[must_use]
pub fn cloudformation(desired: &Desired, others: &BTreeMap<String, OtherSide>) -> Value {
    let other = |(account, side): (&String, &OtherSide)| (account.clone(), other_template(side));
    json!({"ours": template(desired), "other_accounts": others.iter().map(other).collect::<Map<_, _>>()})
}

fn template(desired: &Desired) -> Value {
    let mut resources = Map::new();
    let mut add = |id: String, kind: &str, properties: Value| {
        let _ = resources.insert(id, json!({"Type": kind, "Properties": properties}));
    };
    add(
        "LogGroup".to_owned(),
        "AWS::Logs::LogGroup",
        json!({"LogGroupName": desired.log_group.log_group_name, "RetentionInDays": desired.log_group.retention_in_days,
               "Tags": [stack_tag(desired)]}),
    );
    add(
        "LogPolicy".to_owned(),
        "AWS::Logs::ResourcePolicy",
        json!({"PolicyName": desired.log_policy.policy_name,
               "PolicyDocument": desired.log_policy.policy_document.to_string()}),
    );
    for (job, role) in desired.roles() {
        add(pascal(&["Role", &role.role_name]), "AWS::IAM::Role", role_properties(desired, job, role));
    }
    for setup in &desired.setups {
        for end in [End::From, End::To] {
            let (kind, properties) = location(desired, setup, end);
            add(location_id(setup, end), kind, properties);
        }
        let id = pascal(&[drill_word(&setup.job), "Task", setup.job.plan_job()]);
        add(id, "AWS::DataSync::Task", task(desired, setup));
    }
    for entry in &desired.schedules {
        add(pascal(&["Schedule", &entry.name]), "AWS::Scheduler::Schedule", schedule(entry));
    }
    for (id, kind, properties) in super::backups::cloudformation(desired) {
        add(id, kind, properties);
    }
    let by_hand = desired.replicas.iter().map(|replicas| {
        let rules: Vec<&Value> = replicas.rules.iter().map(|(_, rule)| rule).collect();
        let role = names::role_arn(&desired.stack, &replicas.role.role_name);
        (replicas.bucket.clone(), json!({"Versioning": "Enabled", "Role": role, "Rules": rules}))
    });
    let parameters = servers::parameters(desired);
    object([
        ("AWSTemplateFormatVersion", "2010-09-09".into()),
        ("Metadata", json!({"ReplicationByHand": by_hand.collect::<Map<_, _>>()})),
        ("Parameters", if parameters.is_empty() { Value::Null } else { parameters.into() }),
        ("Resources", resources.into()),
    ])
}

fn stack_tag(desired: &Desired) -> Value {
    json!({"Key": names::STACK_TAG, "Value": desired.stack.name})
}

/// By these tags `apply` knows them as its own afterwards.
fn tags(desired: &Desired, job: &JobName) -> Value {
    json!([stack_tag(desired), {"Key": names::JOB_TAG, "Value": job.as_str()}])
}

fn role_properties(desired: &Desired, job: &JobName, role: &Role) -> Value {
    json!({
        "RoleName": role.role_name,
        "Path": names::ROLE_PATH,
        "AssumeRolePolicyDocument": role.assume_role_policy_document,
        "Policies": [{"PolicyName": names::ROLE_POLICY, "PolicyDocument": role.policy}],
        "Tags": tags(desired, job),
    })
}

/// In front, where no job's name can put it: a job may well be called as another one and its drill.
fn drill_word(job: &JobName) -> &'static str {
    if job.is_of_drill() { "Drill" } else { "" }
}

fn location_id(setup: &Setup, end: End) -> String {
    let word = match end {
        End::From => "From",
        End::To => "To",
    };
    pascal(&[drill_word(&setup.job), "Location", setup.job.plan_job(), word])
}

fn location(desired: &Desired, setup: &Setup, end: End) -> (&'static str, Value) {
    match setup.end(end) {
        Location::Efs(efs) => ("AWS::DataSync::LocationEFS", efs_location(desired, &setup.job, efs)),
        Location::S3(s3) => ("AWS::DataSync::LocationS3", s3_location(desired, &setup.job, s3)),
        Location::Nfs(nfs) => {
            ("AWS::DataSync::LocationNFS", servers::nfs_cloudformation(nfs, &tags(desired, &setup.job)))
        }
        Location::Smb(smb) => {
            ("AWS::DataSync::LocationSMB", servers::smb_cloudformation(smb, &tags(desired, &setup.job)))
        }
    }
}

fn efs_location(desired: &Desired, job: &JobName, efs: &EfsLocation) -> Value {
    object([
        ("EfsFilesystemArn", efs.efs_filesystem_arn.clone().into()),
        ("Subdirectory", efs.subdirectory.clone().into()),
        ("Ec2Config", json!({"SubnetArn": efs.subnet_arn, "SecurityGroupArns": efs.security_group_arns})),
        ("AccessPointArn", json!(efs.access_point_arn)),
        ("InTransitEncryption", efs.in_transit_encryption.clone().into()),
        ("Tags", tags(desired, job)),
    ])
}

fn s3_location(desired: &Desired, job: &JobName, s3: &S3Location) -> Value {
    let role = s3.bucket_access_role_arn.rsplit('/').next().unwrap_or_default();
    json!({
        "S3BucketArn": s3.s3_bucket_arn,
        "Subdirectory": s3.subdirectory,
        "S3StorageClass": s3.s3_storage_class,
        "S3Config": {"BucketAccessRoleArn": {"Fn::GetAtt": [pascal(&["Role", role]), "Arn"]}},
        "Tags": tags(desired, job),
    })
}

fn task(desired: &Desired, setup: &Setup) -> Value {
    let Task { name, task_mode, options, includes, excludes, cloud_watch_log_group_arn, task_report_config } =
        &setup.task;
    let filter = |patterns: &Option<String>| {
        patterns.as_ref().map_or(Value::Null, |value| json!([{"FilterType": "SIMPLE_PATTERN", "Value": value}]))
    };
    let report = task_report_config.as_ref().map(|report| {
        let destination = &report.destination;
        json!({"Destination": {"S3": {"S3BucketArn": destination.s3_bucket_arn, "Subdirectory": destination.subdirectory,
                                      "BucketAccessRoleArn": destination.bucket_access_role_arn}},
               "OutputType": report.output_type, "ReportLevel": report.report_level})
    });
    object([
        ("Name", name.clone().into()),
        ("SourceLocationArn", json!({"Ref": location_id(setup, End::From)})),
        ("DestinationLocationArn", json!({"Ref": location_id(setup, End::To)})),
        ("TaskMode", task_mode.clone().into()),
        ("Options", serde_json::to_value(options).unwrap_or_default()),
        ("Includes", filter(includes)),
        ("Excludes", filter(excludes)),
        ("CloudWatchLogGroupArn", json!(cloud_watch_log_group_arn)),
        ("TaskReportConfig", report.unwrap_or_default()),
        ("Tags", tags(desired, &setup.job)),
    ])
}

fn schedule(entry: &ScheduleEntry) -> Value {
    json!({
        "Name": entry.name,
        "GroupName": entry.group_name,
        "ScheduleExpression": entry.schedule_expression,
        "ScheduleExpressionTimezone": entry.schedule_expression_timezone,
        "State": entry.state,
        "FlexibleTimeWindow": {"Mode": entry.flexible_time_window},
        "Description": entry.description,
        "Target": {
            "Arn": entry.target.arn,
            "RoleArn": entry.target.role_arn,
            "Input": entry.target.input,
            "DeadLetterConfig": {"Arn": entry.target.dead_letter_arn},
            "RetryPolicy": {
                "MaximumEventAgeInSeconds": entry.target.maximum_event_age_in_seconds,
                "MaximumRetryAttempts": entry.target.maximum_retry_attempts,
            },
        },
    })
}

fn other_template(side: &OtherSide) -> Value {
    let policy = |(bucket, wanted): (&String, &crate::provision::OtherBucket)| {
        let document = json!({"Version": "2012-10-17", "Statement": wanted.statements});
        let properties = json!({"Bucket": bucket, "PolicyDocument": document});
        let note = "replaces the bucket's whole policy: add the statements that are there already";
        (
            pascal(&["Policy", bucket]),
            json!({"Type": "AWS::S3::BucketPolicy", "Metadata": {"Note": note}, "Properties": properties}),
        )
    };
    let settings = |(bucket, wanted): (&String, &crate::provision::OtherBucket)| {
        let owned = if wanted.is_written { json!("BucketOwnerEnforced") } else { Value::Null };
        let versioned = if wanted.is_versioned { json!("Enabled") } else { Value::Null };
        (bucket.clone(), object([("ObjectOwnership", owned), ("Versioning", versioned)]))
    };
    json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Metadata": {
            "SettingsByHand": side.buckets.iter().map(settings).collect::<Map<_, _>>(),
            "KeyPoliciesByHand": side.keys,
        },
        "Resources": side.buckets.iter().map(policy).collect::<Map<_, _>>(),
    })
}
