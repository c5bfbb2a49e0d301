//! Time: jobs that nobody confirms expire, old ones vanish.

use std::sync::Arc;

use jiff::{Timestamp, ToSpan as _};

use super::Batch;
use super::job::Why;
use super::status::Status;

/// How long a job waits for its confirmation.
const CONFIRM_DAYS: i64 = 30;
/// How long an ended job is remembered.
const KEPT_DAYS: i64 = 90;
const HOURS: i64 = 24;

impl Batch {
    /// The time that the stand-in lives in.
    pub(super) fn now(&self) -> Timestamp {
        let now = Timestamp::now();
        now.checked_add((self.quotas().days_ahead * HOURS).hours()).unwrap_or(now)
    }

    /// Ends what nobody confirmed in time and forgets what ended long ago.
    pub(super) async fn expire(self: &Arc<Self>) {
        let now = self.now();
        let is_past = |since: Option<Timestamp>, days: i64| {
            since.is_some_and(|since| now.as_second() - since.as_second() > days * HOURS * 3600)
        };
        let expired: Vec<String> = {
            let mut jobs = self.store.open();
            jobs.retain(|job| !is_past(job.ended, KEPT_DAYS));
            let late =
                jobs.iter().filter(|job| job.status == Status::Suspended && is_past(job.suspended, CONFIRM_DAYS));
            late.map(|job| job.id.clone()).collect()
        };
        for id in expired {
            let reason = "The job was not confirmed within 30 days.";
            self.fail(&id, Why::new("ConfirmationExpired", reason)).await;
            let _ = self.store.change(&id, |job| job.orders.send_modify(|orders| orders.is_over = true));
        }
    }

    /// Ends a job as failed.
    pub(super) async fn fail(self: &Arc<Self>, id: &str, why: Why) {
        let _ = self.store.change(id, |job| job.failures.push(why));
        if self.enter(id, Status::Failing).await {
            let _ = self.enter(id, Status::Failed).await;
        }
    }
}
