//! Locations: made after a live access test, described, listed, changed, deleted.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::paging::page;
use super::record::{Location, Place, put};
use super::refusal::Refusal;
use super::store::{own, text};
use super::{DataSync, ids, query, tags};
use crate::access::{Denied, RoleOnBucket, Source};
use crate::stand_in::Call;

/// `CreateLocationEfs`.
pub(super) async fn create_efs(sync: &Arc<DataSync>, call: &Call, request: &Value) -> Result<Value, Refusal> {
    let file_system = text(request, "EfsFilesystemArn");
    let id = ids::last_part(file_system);
    if sync.file_systems.directory(id).is_none() {
        return Err(Refusal::coded(
            "FileSystemNotFound",
            format!("File system {id} is not found: no mount target could be reached."),
        ));
    }
    let mut shown = Map::new();
    for name in ["Ec2Config", "AccessPointArn", "FileSystemAccessRoleArn", "InTransitEncryption"] {
        if let Some(value) = request.get(name) {
            let _ = shown.insert(name.to_owned(), value.clone());
        }
    }
    let _ = shown.entry("InTransitEncryption").or_insert_with(|| json!("NONE"));
    check_encryption(&shown)?;
    if let Some(role) = request.get("FileSystemAccessRoleArn").and_then(Value::as_str) {
        check_role_account(role, call)?;
        let assumed = crate::access::assumed(&sync.upstream_of(role), role, &any_location(call)).await;
        let _ = assumed.map_err(|denied| told(&denied, id))?;
    }
    let place = Place::Efs { file_system: file_system.to_owned(), shown };
    Ok(added(sync, call, request, place))
}

/// `CreateLocationS3`: with the access test under the given role.
pub(super) async fn create_s3(sync: &Arc<DataSync>, call: &Call, request: &Value) -> Result<Value, Refusal> {
    let bucket = text(request, "S3BucketArn");
    let role = request.pointer("/S3Config/BucketAccessRoleArn").and_then(Value::as_str).unwrap_or_default();
    access_test(sync, call, bucket, role).await?;
    let class = request.get("S3StorageClass").and_then(Value::as_str).unwrap_or("STANDARD").to_owned();
    let place = Place::S3 { bucket: bucket.to_owned(), role: role.to_owned(), class };
    Ok(added(sync, call, request, place))
}

pub(super) fn added(sync: &Arc<DataSync>, call: &Call, request: &Value, place: Place) -> Value {
    let arn = format!("arn:aws:datasync:{}:{}:location/{}", call.region, call.account, ids::fresh("loc"));
    let subdirectory = normal(text(request, "Subdirectory"));
    let location = Location { arn: arn.clone(), created: Timestamp::now(), subdirectory, place };
    let mut tables = sync.store.open();
    let _ = tables.locations.insert(arn.clone(), location);
    let _ = tables.tags.insert(arn.clone(), tags::given(request));
    drop(tables);
    sync.tell_location(&arn, "AVAILABLE");
    json!({"LocationArn": arn})
}

/// Assumes the role and tries what DataSync tries before it accepts a bucket.
async fn access_test(sync: &Arc<DataSync>, call: &Call, bucket: &str, role: &str) -> Result<(), Refusal> {
    check_role_account(role, call)?;
    let name = ids::bucket_of(bucket);
    let upstream = sync.upstream.seen_from(&call.account, &call.region);
    let told = |denied: Denied| told(&denied, name);
    let access = RoleOnBucket::open(&upstream, role, name, any_location(call), &sync.witness).await.map_err(told)?;
    super::caller::may_list(&upstream, access.bucket(), call).await.map_err(told)?;
    access.bucket_action("s3:ListBucket").await.map_err(told)?;
    access.bucket_action("s3:GetBucketLocation").await.map_err(told)
}

/// The location has no ARN yet when its role is first assumed.
fn any_location(call: &Call) -> Source {
    Source::datasync(format!("arn:aws:datasync:{}:{}:location/*", call.region, call.account))
}

fn check_role_account(role: &str, call: &Call) -> Result<(), Refusal> {
    if ids::account_of(role) == call.account {
        return Ok(());
    }
    Err(Refusal::coded("CrossAccountPassRole", format!("Cross-account pass role is not allowed: {role}")))
}

fn told(denied: &Denied, bucket: &str) -> Refusal {
    let failed = "DataSync location access test failed";
    let reason = match denied {
        Denied::Assume { .. } => {
            format!(
                "{failed}: could not perform s3:HeadBucket on bucket {bucket}. Unable to assume role. Reason: Access denied when calling sts:AssumeRole."
            )
        }
        Denied::Action { action: "s3:ListBucket", .. } => {
            format!(
                "{failed}: could not perform s3:HeadBucket on bucket {bucket}. Access denied. Ensure bucket access role has s3:ListBucket permission."
            )
        }
        Denied::Action { action, .. } => {
            format!(
                "{failed}: could not perform {action} on bucket {bucket}. Access denied. Ensure bucket access role has {action} permission."
            )
        }
        Denied::NoBucket { .. } => format!(
            "{failed}: could not perform s3:HeadBucket on bucket {bucket}. The specified bucket does not exist."
        ),
        Denied::Upstream(error) => return Refusal::Internal { message: error.to_string() },
    };
    Refusal::coded("LocationAccessTestFailed", reason)
}

fn check_encryption(shown: &Map<String, Value>) -> Result<(), Refusal> {
    let given = |name: &str| shown.get(name).and_then(Value::as_str).is_some_and(|value| !value.is_empty());
    let guarded = given("AccessPointArn") || given("FileSystemAccessRoleArn");
    if guarded && shown.get("InTransitEncryption") != Some(&json!("TLS1_2")) {
        let message = "InTransitEncryption must be TLS1_2 when AccessPointArn or FileSystemAccessRoleArn is given.";
        return Err(Refusal::coded("InvalidInTransitEncryption", message));
    }
    Ok(())
}

/// A subdirectory with one slash at each end.
fn normal(subdirectory: &str) -> String {
    let inner: Vec<&str> = subdirectory.split('/').filter(|part| !part.is_empty()).collect();
    if inner.is_empty() { "/".to_owned() } else { format!("/{}/", inner.join("/")) }
}

/// `UpdateLocationEfs`; an empty access point or role takes it away.
pub(super) fn update_efs(sync: &Arc<DataSync>, call: &Call, request: &Value) -> Result<Value, Refusal> {
    let arn = own(call, request, "LocationArn")?;
    let mut tables = sync.store.open();
    let mut location = tables.location(arn)?.clone();
    let Place::Efs { shown, .. } = &mut location.place else { return Err(wrong_kind(arn)) };
    for name in ["AccessPointArn", "FileSystemAccessRoleArn", "InTransitEncryption"] {
        match request.get(name).and_then(Value::as_str) {
            None => {}
            Some("") => drop(shown.remove(name)),
            Some(value) => drop(shown.insert(name.to_owned(), json!(value))),
        }
    }
    check_encryption(shown)?;
    set_subdirectory(&mut location, request);
    let _ = tables.locations.insert(arn.to_owned(), location);
    Ok(json!({}))
}

/// `UpdateLocationS3`: a new role is tested as at creation.
pub(super) async fn update_s3(sync: &Arc<DataSync>, call: &Call, request: &Value) -> Result<Value, Refusal> {
    let arn = own(call, request, "LocationArn")?;
    let mut location = sync.store.open().location(arn)?.clone();
    let Place::S3 { bucket, role, class } = &mut location.place else { return Err(wrong_kind(arn)) };
    if let Some(new) = request.pointer("/S3Config/BucketAccessRoleArn").and_then(Value::as_str) {
        access_test(sync, call, bucket, new).await?;
        new.clone_into(role);
    }
    if let Some(new) = request.get("S3StorageClass").and_then(Value::as_str) {
        new.clone_into(class);
    }
    set_subdirectory(&mut location, request);
    let _ = sync.store.open().locations.insert(arn.to_owned(), location);
    Ok(json!({}))
}

fn set_subdirectory(location: &mut Location, request: &Value) {
    if let Some(subdirectory) = request.get("Subdirectory").and_then(Value::as_str) {
        location.subdirectory = normal(subdirectory);
    }
}

pub(super) fn wrong_kind(arn: &str) -> Refusal {
    Refusal::coded(
        "InvalidLocationType",
        format!("Location {} is of another type than the operation asks for.", ids::last_part(arn)),
    )
}

/// `DescribeLocationEfs` and `DescribeLocationS3`.
pub(super) fn describe(sync: &Arc<DataSync>, call: &Call, request: &Value, efs: bool) -> Result<Value, Refusal> {
    let arn = own(call, request, "LocationArn")?;
    let tables = sync.store.open();
    let location = tables.location(arn)?;
    if location.kind() == if efs { "EFS" } else { "S3" } { Ok(location.described()) } else { Err(wrong_kind(arn)) }
}

/// `DeleteLocation`; one that a task uses stays.
pub(super) fn delete(sync: &Arc<DataSync>, call: &Call, request: &Value) -> Result<Value, Refusal> {
    let arn = own(call, request, "LocationArn")?;
    let mut tables = sync.store.open();
    let _ = tables.location(arn)?;
    if tables.tasks.values().any(|task| task.source == arn || task.destination == arn) {
        let id = ids::last_part(arn);
        return Err(Refusal::coded(
            "LocationInUse",
            format!("Location {id} is in use by one or more tasks and cannot be deleted."),
        ));
    }
    let _ = (tables.locations.remove(arn), tables.tags.remove(arn));
    Ok(json!({}))
}

/// `ListLocations`.
pub(super) fn list(sync: &Arc<DataSync>, call: &Call, request: &Value) -> Result<Value, Refusal> {
    let tables = sync.store.open();
    let home = format!("arn:aws:datasync:{}:{}:", call.region, call.account);
    let mine = tables.locations.values().filter(|location| location.arn.starts_with(&home));
    let listed = mine.filter(|location| query::passes(request, |name| filtered_by(location, name)));
    let listed = listed.map(|location| json!({"LocationArn": location.arn, "LocationUri": location.uri()})).collect();
    let (listed, next) = page(listed, request)?;
    let mut answer = json!({"Locations": listed});
    if let Some(next) = next {
        put(&mut answer, "NextToken", json!(next));
    }
    Ok(answer)
}

fn filtered_by(location: &Location, name: &str) -> Vec<String> {
    vec![match name {
        "LocationUri" => location.uri(),
        "LocationType" => location.kind(),
        _ => location.created.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
    }]
}
