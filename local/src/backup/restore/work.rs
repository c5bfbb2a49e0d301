//! A restore job at work.

use std::sync::Arc;
use std::time::Duration;

use super::super::Backup;
use super::super::acting::Refused;
use super::{Restore, Status, launch, validation};

/// How the service tells a refusal of EC2's: whoever may ask STS learns the rest.
const REFUSED: &str = "You are not authorized to perform this operation. Please consult the permissions associated with \
    your AWS Backup role(s), and refer to the AWS Backup documentation for more details. Encoded authorization failure message: ";

/// Why a restore didn't happen.
pub(super) enum Failed {
    /// The role may not do something.
    Refused(Refused),
    /// In the service's or EC2's words.
    Said(String),
}

impl From<Refused> for Failed {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

impl Failed {
    fn message(self, backup: &Backup, account: &str) -> String {
        match self {
            Self::Refused(Refused::Action(attempt)) => format!("{REFUSED}{}", backup.encoded(account, &attempt)),
            Self::Refused(refused @ (Refused::Assume { .. } | Refused::Upstream(_))) => refused.message(),
            Self::Said(words) => words,
        }
    }
}

/// Carries a job out in the background.
pub(in crate::backup) fn launch(backup: &Arc<Backup>, id: String) {
    let backup = Arc::clone(backup);
    drop(tokio::spawn(async move {
        let found = backup.store.open().restores.iter().find(|job| job.id == id).cloned();
        let Some(job) = found else { return };
        let (status, message, created) = carried_out(&backup, &job).await;
        backup.end_restore(&job, status, message, created);
    }));
}

async fn carried_out(backup: &Arc<Backup>, job: &Restore) -> (Status, Option<String>, Option<String>) {
    let pace = backup.pace();
    backup.hang(job, Status::Pending.word()).await;
    tokio::time::sleep(Duration::from_millis(pace.pending_ms)).await;
    let _ = backup.change_restore(&job.id, |job| job.status = Status::Running);
    backup.hang(job, Status::Running.word()).await;
    tokio::time::sleep(Duration::from_millis(pace.running_ms)).await;
    let struck = backup.struck(job);
    if let Some(end) = struck.end {
        return (Status::read(&end.state).unwrap_or(Status::Failed), Some(end.message), None);
    }
    match launch::instance(backup, job).await {
        Ok(arn) => (Status::Completed, struck.remark, Some(arn)),
        Err(failed) => (Status::Failed, Some(failed.message(backup, &job.home.account)), None),
    }
}

impl Backup {
    /// Changes a job and tells so.
    pub(super) fn change_restore(&self, id: &str, change: impl FnOnce(&mut Restore)) -> Option<Restore> {
        let mut state = self.store.open();
        let job = state.restores.iter_mut().find(|job| job.id == id)?;
        change(job);
        let job = job.clone();
        drop(state);
        self.store.announce();
        self.tell_restore(&job);
        Some(job)
    }

    fn end_restore(self: &Arc<Self>, job: &Restore, status: Status, message: Option<String>, created: Option<String>) {
        let now = self.clock.now();
        if status == Status::Completed {
            let mut state = self.store.open();
            if let Some(point) = state.points.iter_mut().find(|point| point.arn == job.point.arn) {
                point.last_restored = Some(now);
            }
        }
        let ended = self.change_restore(&job.id, |job| {
            (job.status, job.message, job.created_arn, job.ended) = (status, message, created, Some(now));
            job.validation = validation::begun(job);
        });
        if let Some(job) = ended {
            validation::followed(self, &job);
        }
    }
}
