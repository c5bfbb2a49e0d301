//! The same things as a Terraform configuration in its JSON syntax (`nightferry.tf.json`).

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::logical::{object, snake};
use super::servers;
use crate::plan::JobName;
use crate::provision::{
    Desired, EfsLocation, End, Location, OtherBucket, OtherSide, Replicas, S3Location, ScheduleEntry, Setup, names,
};

/// Resources by type and name.
type Resources = BTreeMap<&'static str, Map<String, Value>>;

/// Both halves: a configuration for our account, and one for each other account.
///
/// Terraform owns what it writes: the replication configuration and the bucket policies replace what is there.
#[must_use]
pub fn terraform(desired: &Desired, others: &BTreeMap<String, OtherSide>) -> Value {
    let other = |(account, side): (&String, &OtherSide)| (account.clone(), other_configuration(side));
    let both =
        json!({"ours": configuration(desired), "other_accounts": others.iter().map(other).collect::<Map<_, _>>()});
    literal(both)
}

/// In Terraform's JSON every text is a template: `${` has to be written `$${`. References are put in as `$[`.
fn literal(value: Value) -> Value {
    match value {
        Value::String(text) => {
            Value::String(text.replace("${", "$${").replace("%{", "%%{").replace("$[", "${").replace("]$", "}"))
        }
        Value::Array(items) => Value::Array(items.into_iter().map(literal).collect()),
        Value::Object(members) => {
            Value::Object(members.into_iter().map(|(name, value)| (name, literal(value))).collect())
        }
        plain @ (Value::Null | Value::Bool(_) | Value::Number(_)) => plain,
    }
}

fn reference(kind: &str, name: &str, attribute: &str) -> Value {
    format!("$[{kind}.{name}.{attribute}]$").into()
}

fn configuration(desired: &Desired) -> Value {
    let mut blocks = Map::from_iter([("resource".to_owned(), json!(resources(desired)))]);
    let (variables, secrets) = (servers::variables(desired), servers::secrets(desired));
    if !variables.is_empty() {
        let _ = blocks.insert("variable".to_owned(), variables.into());
    }
    if !secrets.is_empty() {
        let _ = blocks.insert("data".to_owned(), json!({"aws_secretsmanager_secret_version": secrets}));
    }
    blocks.into()
}

fn resources(desired: &Desired) -> Resources {
    let mut found = Resources::new();
    let mut add =
        |kind: &'static str, name: String, value: Value| drop(found.entry(kind).or_default().insert(name, value));
    let stack_tag = json!({names::STACK_TAG: desired.stack.name});
    add(
        "aws_cloudwatch_log_group",
        "transfers".to_owned(),
        json!({"name": desired.log_group.log_group_name, "retention_in_days": desired.log_group.retention_in_days,
               "tags": stack_tag}),
    );
    add(
        "aws_cloudwatch_log_resource_policy",
        "transfers".to_owned(),
        json!({"policy_name": desired.log_policy.policy_name,
               "policy_document": desired.log_policy.policy_document.to_string()}),
    );
    for (job, role) in desired.roles() {
        let name = snake(&[&role.role_name]);
        add(
            "aws_iam_role",
            name.clone(),
            json!({"name": role.role_name, "path": names::ROLE_PATH, "tags": tags(desired, job),
                   "assume_role_policy": role.assume_role_policy_document.to_string()}),
        );
        let policy = role.policy.as_ref().map(ToString::to_string);
        let of = reference("aws_iam_role", &name, "id");
        add("aws_iam_role_policy", name, json!({"name": names::ROLE_POLICY, "role": of, "policy": policy}));
    }
    for setup in &desired.setups {
        for end in [End::From, End::To] {
            let (kind, value) = location(desired, setup, end);
            add(kind, location_name(setup, end), value);
        }
        add("aws_datasync_task", task_name(&setup.job), task(desired, setup));
    }
    for entry in &desired.schedules {
        add("aws_scheduler_schedule", snake(&[&entry.name]), schedule(entry));
    }
    for (kind, name, value) in desired.replicas.iter().flat_map(replicated) {
        add(kind, name, value);
    }
    for (kind, name, value) in super::backups::terraform(desired) {
        add(kind, name, value);
    }
    found
}

fn replicated(replicas: &Replicas) -> Vec<(&'static str, String, Value)> {
    let versioned = replicas.buckets().map(|bucket| ("aws_s3_bucket_versioning", snake(&[bucket]), versioning(bucket)));
    let role = reference("aws_iam_role", &snake(&[&replicas.role.role_name]), "arn");
    let rules: Vec<Value> = (1..).zip(&replicas.rules).map(|(at, (_, wanted))| rule(at, wanted)).collect();
    let after = format!("aws_s3_bucket_versioning.{}", snake(&[&replicas.bucket]));
    let value = json!({"bucket": replicas.bucket, "role": role, "rule": rules, "depends_on": [after]});
    let rules = ("aws_s3_bucket_replication_configuration", snake(&[&replicas.bucket]), value);
    versioned.chain([rules]).collect()
}

fn tags(desired: &Desired, job: &JobName) -> Value {
    json!({names::STACK_TAG: desired.stack.name, names::JOB_TAG: job.as_str()})
}

fn location_name(setup: &Setup, end: End) -> String {
    let word = match end {
        End::From => "from",
        End::To => "to",
    };
    snake(&[&task_name(&setup.job), word])
}

/// The underscore in front keeps what drills are made with apart from every job: no job's name begins so.
fn task_name(job: &JobName) -> String {
    if job.is_of_drill() { snake(&["_drill", job.plan_job()]) } else { snake(&[job.as_str()]) }
}

fn location(desired: &Desired, setup: &Setup, end: End) -> (&'static str, Value) {
    match setup.end(end) {
        Location::Efs(efs) => ("aws_datasync_location_efs", efs_location(desired, &setup.job, efs)),
        Location::S3(s3) => ("aws_datasync_location_s3", s3_location(desired, &setup.job, s3)),
        Location::Nfs(nfs) => ("aws_datasync_location_nfs", servers::nfs_terraform(nfs, &tags(desired, &setup.job))),
        Location::Smb(smb) => ("aws_datasync_location_smb", servers::smb_terraform(smb, &tags(desired, &setup.job))),
    }
}

fn efs_location(desired: &Desired, job: &JobName, efs: &EfsLocation) -> Value {
    object([
        ("efs_file_system_arn", efs.efs_filesystem_arn.clone().into()),
        ("subdirectory", efs.subdirectory.clone().into()),
        ("ec2_config", json!({"subnet_arn": efs.subnet_arn, "security_group_arns": efs.security_group_arns})),
        ("access_point_arn", json!(efs.access_point_arn)),
        ("in_transit_encryption", efs.in_transit_encryption.clone().into()),
        ("tags", tags(desired, job)),
    ])
}

fn s3_location(desired: &Desired, job: &JobName, s3: &S3Location) -> Value {
    let role = snake(&[s3.bucket_access_role_arn.rsplit('/').next().unwrap_or_default()]);
    json!({
        "s3_bucket_arn": s3.s3_bucket_arn,
        "subdirectory": s3.subdirectory,
        "s3_storage_class": s3.s3_storage_class,
        "s3_config": {"bucket_access_role_arn": reference("aws_iam_role", &role, "arn")},
        "tags": tags(desired, job),
        "depends_on": [format!("aws_iam_role_policy.{role}")],
    })
}

fn task(desired: &Desired, setup: &Setup) -> Value {
    let task = &setup.task;
    let options = serde_json::to_value(&task.options).unwrap_or_default();
    let options = options.as_object().map(|all| all.iter().map(|(name, value)| (underscored(name), value.clone())));
    let filter = |patterns: &Option<String>| {
        patterns.as_ref().map_or(Value::Null, |value| json!({"filter_type": "SIMPLE_PATTERN", "value": value}))
    };
    let end = |end: End| {
        let (kind, _) = location(desired, setup, end);
        reference(kind, &location_name(setup, end), "arn")
    };
    let report = task.task_report_config.as_ref().map(|report| {
        let to = &report.destination;
        json!({"s3_destination": {"s3_bucket_arn": to.s3_bucket_arn, "subdirectory": to.subdirectory,
                                  "bucket_access_role_arn": to.bucket_access_role_arn},
               "output_type": report.output_type, "report_level": report.report_level})
    });
    object([
        ("name", task.name.clone().into()),
        ("source_location_arn", end(End::From)),
        ("destination_location_arn", end(End::To)),
        ("task_mode", task.task_mode.clone().into()),
        ("options", options.map_or(Value::Null, |options| Value::Object(options.collect()))),
        ("includes", filter(&task.includes)),
        ("excludes", filter(&task.excludes)),
        ("cloudwatch_log_group_arn", json!(task.cloud_watch_log_group_arn)),
        ("task_report_config", report.unwrap_or_default()),
        ("tags", tags(desired, &setup.job)),
    ])
}

fn underscored(name: &str) -> String {
    let mut text = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !text.is_empty() {
            text.push('_');
        }
        text.push(letter.to_ascii_lowercase());
    }
    text
}

fn schedule(entry: &ScheduleEntry) -> Value {
    json!({
        "name": entry.name,
        "group_name": entry.group_name,
        "schedule_expression": entry.schedule_expression,
        "schedule_expression_timezone": entry.schedule_expression_timezone,
        "state": entry.state,
        "description": entry.description,
        "flexible_time_window": {"mode": entry.flexible_time_window},
        "target": {
            "arn": entry.target.arn,
            "role_arn": entry.target.role_arn,
            "input": entry.target.input,
            "dead_letter_config": {"arn": entry.target.dead_letter_arn},
            "retry_policy": {
                "maximum_event_age_in_seconds": entry.target.maximum_event_age_in_seconds,
                "maximum_retry_attempts": entry.target.maximum_retry_attempts,
            },
        },
    })
}

fn versioning(bucket: &str) -> Value {
    json!({"bucket": bucket, "versioning_configuration": {"status": "Enabled"}})
}

fn rule(priority: i32, wanted: &Value) -> Value {
    let at = |path: &str| wanted.pointer(path).cloned().unwrap_or_default();
    let status = |path: &str| wanted.pointer(path).map_or(Value::Null, |status| json!({"status": status}));
    let encrypted = wanted.pointer("/SourceSelectionCriteria/SseKmsEncryptedObjects/Status");
    let minutes = |path: &str| wanted.pointer(path).map_or(Value::Null, |minutes| json!({"minutes": minutes}));
    let time = wanted
        .pointer("/Destination/ReplicationTime")
        .map(|_| json!({"status": "Enabled", "time": minutes("/Destination/ReplicationTime/Time/Minutes")}));
    let metrics = object([
        ("status", "Enabled".into()),
        ("event_threshold", minutes("/Destination/Metrics/EventThreshold/Minutes")),
    ]);
    let part = |path: &str, name: &str| wanted.pointer(path).map_or(Value::Null, |value| json!({name: value}));
    let destination = object([
        ("bucket", at("/Destination/Bucket")),
        ("account", at("/Destination/Account")),
        ("storage_class", at("/Destination/StorageClass")),
        ("access_control_translation", part("/Destination/AccessControlTranslation/Owner", "owner")),
        (
            "encryption_configuration",
            part("/Destination/EncryptionConfiguration/ReplicaKmsKeyID", "replica_kms_key_id"),
        ),
        ("replication_time", time.unwrap_or_default()),
        ("metrics", metrics),
    ]);
    object([
        ("id", at("/ID")),
        ("priority", priority.into()),
        ("status", at("/Status")),
        ("filter", json!({"prefix": at("/Filter/Prefix")})),
        ("delete_marker_replication", status("/DeleteMarkerReplication/Status")),
        (
            "source_selection_criteria",
            encrypted.map_or(Value::Null, |status| json!({"sse_kms_encrypted_objects": {"status": status}})),
        ),
        ("destination", destination),
    ])
}

fn other_configuration(side: &OtherSide) -> Value {
    let mut found = Resources::new();
    for (bucket, wanted) in &side.buckets {
        other_bucket(&mut found, bucket, wanted);
    }
    json!({"resource": found, "locals": {"key_policies_by_hand": side.keys}})
}

fn other_bucket(found: &mut Resources, bucket: &str, wanted: &OtherBucket) {
    let name = snake(&[bucket]);
    let mut add = |kind: &'static str, value: Value| drop(found.entry(kind).or_default().insert(name.clone(), value));
    let policy = json!({"Version": "2012-10-17", "Statement": wanted.statements});
    add("aws_s3_bucket_policy", json!({"bucket": bucket, "policy": policy.to_string()}));
    if wanted.is_written {
        let owned = json!({"bucket": bucket, "rule": {"object_ownership": "BucketOwnerEnforced"}});
        add("aws_s3_bucket_ownership_controls", owned);
    }
    if wanted.is_versioned {
        add("aws_s3_bucket_versioning", versioning(bucket));
    }
}
