//! A copy job at work.

use std::sync::Arc;
use std::time::Duration;

use super::super::Backup;
use super::super::point::Point;
use super::{CopyJob, Status, made};

/// Carries a job out in the background.
pub(super) fn launch(backup: &Arc<Backup>, id: String) {
    let backup = Arc::clone(backup);
    drop(tokio::spawn(async move {
        let found = backup.store.open().copies.iter().find(|job| job.id == id).cloned();
        let Some(job) = found else { return };
        let (status, message, point) = carried_out(&backup, &job).await;
        backup.end_copy(&job, status, message, point);
    }));
}

async fn carried_out(backup: &Arc<Backup>, job: &CopyJob) -> (Status, Option<String>, Option<Point>) {
    let pace = backup.pace();
    backup.hang(job, Status::Created.word()).await;
    tokio::time::sleep(Duration::from_millis(pace.pending_ms)).await;
    backup.change_copy(&job.id, |job| job.status = Status::Running);
    backup.hang(job, Status::Running.word()).await;
    tokio::time::sleep(Duration::from_millis(pace.running_ms)).await;
    let struck = backup.struck(job);
    if let Some(end) = struck.end {
        return (Status::read(&end.state).unwrap_or(Status::Failed), Some(end.message), None);
    }
    match made::copied(backup, job).await {
        Ok(point) => (Status::Completed, struck.remark, Some(point)),
        Err(message) => (Status::Failed, Some(message), None),
    }
}

impl Backup {
    /// Changes a job and tells so.
    fn change_copy(&self, id: &str, change: impl FnOnce(&mut CopyJob)) {
        let changed = {
            let mut state = self.store.open();
            let Some(job) = state.copies.iter_mut().find(|job| job.id == id) else { return };
            change(job);
            job.clone()
        };
        self.store.announce();
        self.tell_copy(&changed);
    }

    fn end_copy(&self, job: &CopyJob, status: Status, message: Option<String>, point: Option<Point>) {
        let now = self.clock.now();
        let arn = point.as_ref().map(|point| point.arn.clone());
        if let Some(point) = &point {
            self.store.open().points.push(point.clone());
        }
        self.change_copy(&job.id, |job| {
            (job.status, job.message, job.copied_arn, job.ended) = (status, message, arn, Some(now));
        });
        if let Some(point) = point {
            self.tell_point(&point);
        }
    }
}
