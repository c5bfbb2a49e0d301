//! What EventBridge is told of copy jobs: sizes are numbers here, and a point that isn't there yet is an empty object.

use serde_json::json;

use super::super::Backup;
use super::super::events::{Told, created_by};
use super::super::ids::iso;
use super::{CopyJob, Status};

impl Backup {
    /// A copy job has changed its state.
    pub(in crate::backup) fn tell_copy(&self, job: &CopyJob) {
        let detail = if job.status == Status::Created {
            json!({
                "creationDate": iso(job.created), "state": "CREATED", "sourceBackupVaultArn": job.point.vault_arn,
                "destinationBackupVaultArn": job.order.vault_arn,
            })
        } else {
            let copied = job.copied_arn.as_ref().map_or_else(|| json!({}), |arn| json!(arn));
            json!({
                "copyJobId": job.id, "backupSizeInBytes": job.point.size_bytes(), "creationDate": iso(job.created),
                "state": job.status.word(), "sourceBackupVaultArn": job.point.vault_arn,
                "destinationBackupVaultArn": job.order.vault_arn, "iamRoleArn": job.order.role,
                "resourceArn": job.point.resource_arn, "resourceType": "EC2", "destinationRecoveryPointArn": copied,
                "completionDate": job.ended.map(iso), "statusMessage": job.message,
                "createdBy": job.creator.as_ref().map(created_by),
            })
        };
        let resource = Some(job.point.arn.as_str());
        self.tell(Told { kind: "Copy Job State Change", home: &job.home, resource, detail });
        self.notify_copy(job);
    }
}
