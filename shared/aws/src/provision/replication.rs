//! A replication configuration between the SDK's types and S3's own words as JSON, both ways and without loss: whatever
//! other people's rules say has to come back as it was.

use aws_sdk_s3::error::BuildError;
use aws_sdk_s3::types::{
    AccessControlTranslation, DeleteMarkerReplication, DeleteMarkerReplicationStatus, Destination,
    EncryptionConfiguration, ExistingObjectReplication, ExistingObjectReplicationStatus, Metrics, MetricsStatus,
    OwnerOverride, ReplicaModifications, ReplicaModificationsStatus, ReplicationConfiguration, ReplicationRule,
    ReplicationRuleAndOperator, ReplicationRuleFilter, ReplicationRuleStatus, ReplicationTime, ReplicationTimeStatus,
    ReplicationTimeValue, SourceSelectionCriteria, SseKmsEncryptedObjects, SseKmsEncryptedObjectsStatus, StorageClass,
    Tag,
};
use serde_json::{Map, Value, json};

/// For the SDK.
pub(crate) fn configuration(document: &Value) -> Result<ReplicationConfiguration, BuildError> {
    let rules = list(document, "Rules").iter().map(rule).collect::<Result<Vec<_>, _>>()?;
    ReplicationConfiguration::builder().set_role(text(document, "Role")).set_rules(Some(rules)).build()
}

fn rule(rule: &Value) -> Result<ReplicationRule, BuildError> {
    let existing = within(rule, "ExistingObjectReplication", |status| {
        ExistingObjectReplication::builder()
            .set_status(status.map(|s| ExistingObjectReplicationStatus::from(s.as_str())))
            .build()
    });
    let markers = part(rule, "DeleteMarkerReplication").map(|markers| {
        let status = text(markers, "Status").map(|s| DeleteMarkerReplicationStatus::from(s.as_str()));
        DeleteMarkerReplication::builder().set_status(status).build()
    });
    let base = ReplicationRule::builder()
        .set_id(text(rule, "ID"))
        .set_priority(number(rule, "Priority"))
        .set_status(text(rule, "Status").map(|status| ReplicationRuleStatus::from(status.as_str())))
        .set_filter(part(rule, "Filter").map(filter).transpose()?)
        .set_source_selection_criteria(part(rule, "SourceSelectionCriteria").map(criteria).transpose()?)
        .set_existing_object_replication(existing.transpose()?)
        .set_destination(part(rule, "Destination").map(destination).transpose()?)
        .set_delete_marker_replication(markers);
    with_prefix(base, rule).build()
}

/// The rule's own prefix is S3's first form: deprecated, and still other people's rules.
#[expect(deprecated, reason = "a rule of the first form has to come back as it was")]
fn with_prefix(
    base: aws_sdk_s3::types::builders::ReplicationRuleBuilder,
    rule: &Value,
) -> aws_sdk_s3::types::builders::ReplicationRuleBuilder {
    base.set_prefix(text(rule, "Prefix"))
}

fn filter(filter: &Value) -> Result<ReplicationRuleFilter, BuildError> {
    let and = part(filter, "And").map(|and| {
        let tags = list(and, "Tags").iter().map(tag).collect::<Result<Vec<_>, _>>()?;
        let tags = (!tags.is_empty()).then_some(tags);
        Ok::<_, BuildError>(
            ReplicationRuleAndOperator::builder().set_prefix(text(and, "Prefix")).set_tags(tags).build(),
        )
    });
    Ok(ReplicationRuleFilter::builder()
        .set_prefix(text(filter, "Prefix"))
        .set_tag(part(filter, "Tag").map(tag).transpose()?)
        .set_and(and.transpose()?)
        .build())
}

fn tag(tag: &Value) -> Result<Tag, BuildError> {
    Tag::builder().set_key(text(tag, "Key")).set_value(text(tag, "Value")).build()
}

fn criteria(criteria: &Value) -> Result<SourceSelectionCriteria, BuildError> {
    let encrypted = within(criteria, "SseKmsEncryptedObjects", |status| {
        SseKmsEncryptedObjects::builder()
            .set_status(status.map(|s| SseKmsEncryptedObjectsStatus::from(s.as_str())))
            .build()
    });
    let modified = within(criteria, "ReplicaModifications", |status| {
        ReplicaModifications::builder().set_status(status.map(|s| ReplicaModificationsStatus::from(s.as_str()))).build()
    });
    Ok(SourceSelectionCriteria::builder()
        .set_sse_kms_encrypted_objects(encrypted.transpose()?)
        .set_replica_modifications(modified.transpose()?)
        .build())
}

fn destination(to: &Value) -> Result<Destination, BuildError> {
    let translation = part(to, "AccessControlTranslation").map(|translation| {
        let owner = text(translation, "Owner").map(|owner| OwnerOverride::from(owner.as_str()));
        AccessControlTranslation::builder().set_owner(owner).build()
    });
    let encryption = part(to, "EncryptionConfiguration").map(|encryption| {
        EncryptionConfiguration::builder().set_replica_kms_key_id(text(encryption, "ReplicaKmsKeyID")).build()
    });
    let time = part(to, "ReplicationTime").map(|time| {
        let status = text(time, "Status").map(|status| ReplicationTimeStatus::from(status.as_str()));
        ReplicationTime::builder().set_status(status).set_time(minutes(time, "Time")).build()
    });
    let metrics = part(to, "Metrics").map(|metrics| {
        let status = text(metrics, "Status").map(|status| MetricsStatus::from(status.as_str()));
        Metrics::builder().set_status(status).set_event_threshold(minutes(metrics, "EventThreshold")).build()
    });
    Destination::builder()
        .set_bucket(text(to, "Bucket"))
        .set_account(text(to, "Account"))
        .set_storage_class(text(to, "StorageClass").map(|class| StorageClass::from(class.as_str())))
        .set_access_control_translation(translation.transpose()?)
        .set_encryption_configuration(encryption)
        .set_replication_time(time.transpose()?)
        .set_metrics(metrics.transpose()?)
        .build()
}

fn minutes(of: &Value, name: &str) -> Option<ReplicationTimeValue> {
    part(of, name).map(|value| ReplicationTimeValue::builder().set_minutes(number(value, "Minutes")).build())
}

fn part<'a>(of: &'a Value, name: &str) -> Option<&'a Value> {
    of.get(name).filter(|value| !value.is_null())
}

fn text(of: &Value, name: &str) -> Option<String> {
    of.get(name)?.as_str().map(str::to_owned)
}

fn number(of: &Value, name: &str) -> Option<i32> {
    of.get(name)?.as_i64().and_then(|number| i32::try_from(number).ok())
}

fn list<'a>(of: &'a Value, name: &str) -> &'a [Value] {
    of.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// A part that consists of its status.
fn within<T>(of: &Value, name: &str, build: impl FnOnce(Option<String>) -> T) -> Option<T> {
    part(of, name).map(|part| build(text(part, "Status")))
}

/// From the SDK.
pub(crate) fn document(there: &ReplicationConfiguration) -> Value {
    json!({"Role": there.role(), "Rules": there.rules().iter().map(told_rule).collect::<Vec<_>>()})
}

/// Members that are there.
fn members<const N: usize>(of: [(&str, Option<Value>); N]) -> Value {
    let told = of.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Value::Object(told.collect::<Map<_, _>>())
}

fn status(status: &str) -> Value {
    json!({"Status": status})
}

#[expect(deprecated, reason = "a rule of the first form has to come back as it was")]
fn told_rule(rule: &ReplicationRule) -> Value {
    let markers = rule
        .delete_marker_replication()
        .map(|markers| members([("Status", markers.status().map(|status| status.as_str().into()))]));
    members([
        ("ID", rule.id().map(Value::from)),
        ("Priority", rule.priority().map(Value::from)),
        ("Prefix", rule.prefix().map(Value::from)),
        ("Filter", rule.filter().map(told_filter)),
        ("Status", Some(rule.status().as_str().into())),
        ("SourceSelectionCriteria", rule.source_selection_criteria().map(told_criteria)),
        ("ExistingObjectReplication", rule.existing_object_replication().map(|e| status(e.status().as_str()))),
        ("Destination", rule.destination().map(told_destination)),
        ("DeleteMarkerReplication", markers),
    ])
}

fn told_filter(filter: &ReplicationRuleFilter) -> Value {
    let and = filter.and().map(|and| {
        let tags: Vec<Value> = and.tags().iter().map(told_tag).collect();
        members([("Prefix", and.prefix().map(Value::from)), ("Tags", (!tags.is_empty()).then(|| tags.into()))])
    });
    members([("Prefix", filter.prefix().map(Value::from)), ("Tag", filter.tag().map(told_tag)), ("And", and)])
}

fn told_tag(tag: &Tag) -> Value {
    json!({"Key": tag.key(), "Value": tag.value()})
}

fn told_criteria(criteria: &SourceSelectionCriteria) -> Value {
    members([
        ("SseKmsEncryptedObjects", criteria.sse_kms_encrypted_objects().map(|e| status(e.status().as_str()))),
        ("ReplicaModifications", criteria.replica_modifications().map(|e| status(e.status().as_str()))),
    ])
}

fn told_destination(to: &Destination) -> Value {
    members([
        ("Bucket", Some(to.bucket().into())),
        ("Account", to.account().map(Value::from)),
        ("StorageClass", to.storage_class().map(|class| class.as_str().into())),
        ("AccessControlTranslation", to.access_control_translation().map(|t| json!({"Owner": t.owner().as_str()}))),
        ("EncryptionConfiguration", to.encryption_configuration().map(told_encryption)),
        (
            "ReplicationTime",
            to.replication_time()
                .map(|t| members([("Status", Some(t.status().as_str().into())), ("Time", t.time().map(told_minutes))])),
        ),
        (
            "Metrics",
            to.metrics().map(|m| {
                let threshold = m.event_threshold().map(told_minutes);
                members([("Status", Some(m.status().as_str().into())), ("EventThreshold", threshold)])
            }),
        ),
    ])
}

fn told_encryption(encryption: &EncryptionConfiguration) -> Value {
    members([("ReplicaKmsKeyID", encryption.replica_kms_key_id().map(Value::from))])
}

fn told_minutes(value: &ReplicationTimeValue) -> Value {
    members([("Minutes", value.minutes().map(Value::from))])
}
