//! What EventBridge is told of restore jobs: the first event says `state`, every later one `status`.

use serde_json::json;

use super::super::Backup;
use super::super::events::Told;
use super::super::ids::iso;
use super::{Restore, Status};

const KIND: &str = "Restore Job State Change";

impl Backup {
    /// A restore job is there.
    pub(in crate::backup) fn tell_restore_created(&self, job: &Restore) {
        let detail = json!({"restoreJobId": job.id, "creationDate": iso(job.created), "state": "CREATED"});
        self.tell(Told { kind: KIND, home: &job.home, resource: Some(&job.point.arn), detail });
        self.tell_restore(job);
    }

    /// A restore job has changed its state.
    pub(in crate::backup) fn tell_restore(&self, job: &Restore) {
        let is_done = job.status == Status::Completed;
        let done = |text: &str| is_done.then(|| text.to_owned());
        let detail = json!({
            "restoreJobId": job.id, "backupSizeInBytes": job.point.size_bytes().to_string(),
            "creationDate": iso(job.created), "iamRoleArn": job.order.role, "percentDone": 0, "resourceType": "EC2",
            "status": job.status.word(), "statusMessage": job.message, "completionDate": job.ended.map(iso),
            "backupVaultArn": done(&job.point.vault_arn), "recoveryPointArn": done(&job.point.arn),
            "sourceResourceArn": done(&job.point.resource_arn), "createdResourceArn": job.created_arn,
            "restoreTestingPlanArn": job.testing.as_ref().filter(|_| is_done).map(|testing| testing.plan_arn.clone()),
        });
        self.tell(Told { kind: KIND, home: &job.home, resource: Some(&job.point.arn), detail });
        self.notify_restore(job);
    }
}
