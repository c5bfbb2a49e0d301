//! State changes in the shapes in which EventBridge delivers AWS Backup's, which are not those of its API, nor of each other.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::Backup;
use super::ids::{iso, lean, uuid};
use super::job::Job;
use super::job::order::Creator;
use super::job::status::Status;
use super::lifecycle::Lifecycle;
use super::point::Point;
use super::read::Home;
use super::vault::Vault;

/// One event.
pub(super) struct Told<'a> {
    pub(super) kind: &'a str,
    pub(super) home: &'a Home,
    /// What it is about; nothing until a recovery point is there.
    pub(super) resource: Option<&'a str>,
    pub(super) detail: Value,
}

impl Backup {
    /// Emits an event.
    pub(super) fn tell(&self, told: Told<'_>) {
        let resources: Vec<&str> = told.resource.into_iter().collect();
        self.events.emit(json!({
            "version": "0", "id": uuid(), "detail-type": told.kind, "source": "aws.backup",
            "account": told.home.account, "time": self.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            "region": told.home.region, "resources": resources, "detail": lean(told.detail),
        }));
    }

    /// A backup job has changed its state.
    pub(super) fn tell_job(&self, job: &Job) {
        let detail = if job.status == Status::Created {
            json!({"backupJobId": job.id, "state": "CREATED", "creationDate": iso(job.created)})
        } else {
            job_detail(job)
        };
        let resource = job.point_arn.as_deref();
        self.tell(Told { kind: "Backup Job State Change", home: &job.home, resource, detail });
        self.notify_backup(job);
    }

    /// A recovery point has changed its state.
    pub(super) fn tell_point(&self, point: &Point) {
        let detail = json!({
            "backupVaultName": point.vault, "backupVaultArn": point.vault_arn, "creationDate": iso(point.created),
            "iamRoleArn": point.role, "resourceType": "EC2", "resourceArn": point.resource_arn, "status": point.status,
            "isEncrypted": "false", "storageClass": "WARM",
            "completionDate": iso(point.completed), "createdBy": point.creator.as_ref().map(created_by),
            "lifecycle": lifecycle(&point.lifecycle), "calculatedLifeCycle": calculated(&point.lifecycle, point.created),
        });
        let resource = Some(point.arn.as_str());
        self.tell(Told { kind: "Recovery Point State Change", home: &point.home, resource, detail });
    }

    /// A vault has been made, changed or deleted.
    pub(super) fn tell_vault(&self, vault: &Vault, state: &str) {
        let is_locked = (state == "MODIFIED").then(|| vault.lock.is_some().to_string());
        let detail = json!({"backupVaultName": vault.name, "state": state, "isLocked": is_locked});
        let arn = vault.arn();
        self.tell(Told { kind: "Backup Vault State Change", home: &vault.home, resource: Some(&arn), detail });
    }
}

fn job_detail(job: &Job) -> Value {
    let order = &job.order;
    let is_over = job.status == Status::Completed;
    let moved = if is_over { job.size_bytes.unwrap_or_default() } else { 0 };
    let is_quiet = matches!(job.status, Status::Pending);
    // The service wraps its messages into one more pair of quotes, and gives an empty one while a job waits.
    let message = job.message.as_ref().map(|message| format!("\"{message}\"")).or_else(|| is_quiet.then(String::new));
    json!({
        "backupJobId": job.id, "backupVaultArn": job.vault_arn(), "backupVaultName": order.vault,
        "bytesTransferred": moved.to_string(), "creationDate": iso(job.created), "iamRoleArn": order.role,
        "resourceArn": order.resource_arn, "resourceType": "EC2", "state": job.status.word(),
        "startBy": job.start_by.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(), "percentDone": job.percent,
        "backupSizeInBytes": job.size_bytes.map(|size| size.to_string()),
        "expectedCompletionDate": (job.status == Status::Running).then(|| spoken(job)),
        "completionDate": job.ended.map(iso), "statusMessage": message,
        "createdBy": order.creator.as_ref().map(created_by),
    })
}

/// `Nov 20, 2026 9:33:07 PM`
fn spoken(job: &Job) -> String {
    let expected = job.started.unwrap_or(job.created);
    expected.strftime("%b %-d, %Y %-I:%M:%S %p").to_string()
}

/// Which rule made it, where the rule's id has another name than in the API.
pub(super) fn created_by(creator: &Creator) -> Value {
    json!({
        "backupPlanId": creator.plan_id, "backupPlanArn": creator.plan_arn,
        "backupPlanVersion": creator.version, "backupPlanRuleId": creator.rule_id,
    })
}

fn lifecycle(lifecycle: &Lifecycle) -> Value {
    let days = json!({
        "deleteAfterDays": lifecycle.delete_after_days, "moveToColdStorageAfterDays": lifecycle.cold_after_days,
    });
    filled(days)
}

fn calculated(lifecycle: &Lifecycle, created: Timestamp) -> Value {
    filled(json!({
        "deleteAt": lifecycle.delete_at(created).map(iso), "moveToColdStorageAt": lifecycle.cold_at(created).map(iso),
    }))
}

fn filled(document: Value) -> Value {
    let document = lean(document);
    if document.as_object().is_some_and(serde_json::Map::is_empty) { Value::Null } else { document }
}
