//! What somebody found of a restored resource, and the end of what a test restored.

use std::sync::Arc;

use jiff::SignedDuration;
use serde_json::Value;

use super::super::Backup;
use super::super::job::instance_id;
use super::super::read::Asked;
use super::super::refusal::Refusal;
use super::{Restore, Status};
use crate::upstream::ec2;

/// What can be found.
const VERDICTS: [&str; 4] = ["FAILED", "SUCCESSFUL", "TIMED_OUT", "VALIDATING"];

/// What was found so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::backup) struct Validation {
    pub(in crate::backup) status: &'static str,
    pub(in crate::backup) message: Option<String>,
}

/// How far the deletion is of what a test restored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::backup) struct Deletion {
    pub(in crate::backup) status: &'static str,
    pub(in crate::backup) message: Option<String>,
}

/// A test that gives time for it waits for somebody's verdict.
pub(super) fn begun(job: &Restore) -> Option<Validation> {
    let waits = job.testing.as_ref().is_some_and(|testing| testing.validation_hours > 0);
    (waits && job.status == Status::Completed).then_some(Validation { status: "VALIDATING", message: None })
}

/// What follows a test's restore: its window, and the deletion.
pub(super) fn followed(backup: &Arc<Backup>, job: &Restore) {
    let (Some(testing), Some(ended)) = (&job.testing, job.ended) else { return };
    if job.status != Status::Completed {
        return;
    }
    let over = ended.checked_add(SignedDuration::from_hours(testing.validation_hours)).unwrap_or(ended);
    let (backup, id) = (Arc::clone(backup), job.id.clone());
    drop(tokio::spawn(async move {
        let judged = backup.store.until(|state| {
            let job = state.restores.iter().find(|job| job.id == id)?;
            job.validation.as_ref().is_none_or(|found| found.status != "VALIDATING").then_some(())
        });
        tokio::select! {
            biased;
            () = judged => {}
            () = backup.clock.until(over) => backup.timed_out(&id),
        }
        backup.clean_up(&id).await;
    }));
}

impl Backup {
    fn timed_out(&self, id: &str) {
        self.set_restore(id, |job| job.validation = Some(Validation { status: "TIMED_OUT", message: None }));
    }

    /// Deletes what a test restored. The service does so under its own role.
    async fn clean_up(&self, id: &str) {
        self.set_restore(id, |job| job.deletion = Some(Deletion { status: "DELETING", message: None }));
        let found = self.store.open().restores.iter().find(|job| job.id == id).cloned();
        let Some((job, arn)) = found.and_then(|job| job.created_arn.clone().map(|arn| (job, arn))) else { return };
        let aws = self.upstream.seen_from(&job.home.account, &job.home.region);
        let deletion = match ec2::terminate(&aws, instance_id(&arn)).await {
            Ok(()) => Deletion { status: "SUCCESSFUL", message: None },
            Err(error) => Deletion { status: "FAILED", message: Some(error.to_string()) },
        };
        self.set_restore(id, |job| job.deletion = Some(deletion));
    }

    /// Changes a job without an event: none is documented for verdicts and deletions.
    fn set_restore(&self, id: &str, change: impl FnOnce(&mut Restore)) {
        let mut state = self.store.open();
        if let Some(job) = state.restores.iter_mut().find(|job| job.id == id) {
            change(job);
        }
        drop(state);
        self.store.announce();
    }
}

/// `PutRestoreValidationResult`.
pub(in crate::backup) fn put(backup: &Backup, asked: &Asked) -> Result<Value, Refusal> {
    let job = backup.known_restore(asked)?;
    let given = asked.required("ValidationStatus")?;
    let status = VERDICTS.into_iter().find(|verdict| *verdict == given);
    let status = status.ok_or_else(|| Refusal::value(format!("Invalid validation status: {given}")))?;
    if job.status != Status::Completed {
        let message = format!("The restore job {} is in state {} and can't be validated.", job.id, job.status.word());
        return Err(Refusal::request(message));
    }
    if job.deletion.is_some() {
        return Err(Refusal::request(format!("The validation window of restore job {} is over.", job.id)));
    }
    let message = asked.text("ValidationStatusMessage").map(str::to_owned);
    backup.set_restore(&job.id, |job| job.validation = Some(Validation { status, message }));
    Ok(Value::Null)
}
