//! AWS Backup and EC2, with bugs.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use nightferry_domain::backup::machine::{Image, Instance};
use nightferry_domain::backup::order::{BackupOrder, CopyOrder};
use nightferry_domain::backup::seen::{BackupObservation, CopyObservation, RecoveryPoint};
use nightferry_domain::backup::{CopyState, PointStatus};
use nightferry_domain::ids::ExecutionArn;
use nightferry_domain::plan::InstanceId;
use nightferry_workflow::error::PortError;
use nightferry_workflow::ports::{Backups, Instances};

use super::Wired;
use crate::plants::Plant;

impl Backups for Wired {
    async fn start(&self, order: &BackupOrder) -> Result<ExecutionArn, PortError> {
        let mut order = order.clone();
        if self.has(Plant::NewTokenEachTime) {
            order.token = format!("{:x}", self.chance.borrow_mut().roll());
        }
        Backups::start(&*self.fake, &order).await
    }

    async fn jobs_of(&self, resource: &str, since: Timestamp) -> Result<Vec<BackupObservation>, PortError> {
        let mut listed = self.fake.jobs_of(resource, since).await?;
        listed.retain(|seen| seen.plan_id.is_none() || !self.has(Plant::MissesTheExpected));
        Ok(if self.has(Plant::NewTokenEachTime) { vec![] } else { listed })
    }

    async fn observe(&self, job: &ExecutionArn) -> Result<BackupObservation, PortError> {
        Backups::observe(&*self.fake, job).await
    }

    async fn stop(&self, job: &ExecutionArn) -> Result<(), PortError> {
        if self.has(Plant::ForgetsToCancel) {
            return Ok(());
        }
        self.fake.stop(job).await
    }

    async fn point(&self, vault: &str, recovery_point: &str) -> Result<RecoveryPoint, PortError> {
        let mut point = self.fake.point(vault, recovery_point).await?;
        if self.has(Plant::BelievesBackups) {
            point.status = PointStatus::Completed;
            let _ = point.bytes.get_or_insert(1);
            let in_time = point.created_at.map(|at| at + SignedDuration::from_hours(30 * 24));
            point.delete_at = in_time;
        }
        Ok(point)
    }

    async fn points_in(&self, vault: &str) -> Result<Vec<RecoveryPoint>, PortError> {
        self.fake.points_in(vault).await
    }

    async fn copies_of(&self, recovery_point: &str) -> Result<Vec<CopyObservation>, PortError> {
        let mut copies = self.fake.copies_of(recovery_point).await?;
        if self.has(Plant::BelievesInCopies) {
            for copy in &mut copies {
                copy.state = CopyState::Completed;
                let _ = copy.copy.get_or_insert_with(|| "arn:believed".to_owned());
            }
        }
        Ok(copies)
    }

    async fn copy(&self, order: &CopyOrder) -> Result<String, PortError> {
        self.fake.copy(order).await
    }
}

impl Instances for Wired {
    async fn tagged(&self, tags: &BTreeMap<String, String>) -> Result<Vec<Instance>, PortError> {
        self.fake.tagged(tags).await
    }

    async fn described(&self, ids: &[InstanceId]) -> Result<Vec<Instance>, PortError> {
        self.fake.described(ids).await
    }

    async fn images(&self, ids: &[String]) -> Result<Vec<Image>, PortError> {
        let mut images = self.fake.images(ids).await?;
        if self.has(Plant::BelievesBackups) && images.is_empty() {
            images.extend(ids.iter().map(|id| Image {
                id: id.clone(),
                name: None,
                state: "available".into(),
                devices: vec![],
            }));
        }
        Ok(images)
    }
}
