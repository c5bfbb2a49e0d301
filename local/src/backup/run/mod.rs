//! A backup job at work: it waits for its resource, makes an image, and ends in one of six ways.

mod image;

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::Backup;
use super::job::Job;
use super::job::status::Status;
use super::point::Point;
use super::store::State;

/// The words for a job whose resource was busy until its start window was over.
const BUSY: &str = "Backup job failed because there was a running job for the same resource.";
/// The words for a job whose window was over.
const LATE: &str = "Backup job expired before completion.";
/// The words for a job that somebody stopped.
const STOPPED: &str = "Backup job was stopped by user.";

/// How a job ends.
enum Ending {
    /// In this state, with this remark.
    As(Status, Option<String>),
    /// Somebody stopped it.
    Stopped,
}

/// One job with what its worker needs.
struct Work {
    backup: Arc<Backup>,
    job: Job,
}

/// Carries a job out in the background.
pub(super) fn launch(backup: &Arc<Backup>, id: String) {
    let backup = Arc::clone(backup);
    drop(tokio::spawn(async move {
        let Some(job) = backup.store.job(&id) else { return };
        let work = Work { backup, job };
        let (ending, point) = work.carried_out().await;
        work.end(ending, point);
    }));
}

impl Work {
    async fn carried_out(&self) -> (Ending, Option<Point>) {
        let begun = tokio::select! {
            biased;
            () = self.stopped() => return (Ending::Stopped, None),
            begun = self.begun() => begun,
        };
        if let Err(ending) = begun {
            return (ending, None);
        }
        let limit = self.job.complete_by.unwrap_or(Timestamp::MAX);
        tokio::select! {
            biased;
            () = self.stopped() => return (Ending::Stopped, None),
            () = self.backup.clock.until(limit) => return (expired(LATE), None),
            () = self.running() => {}
        }
        let struck = self.backup.struck(&self.job);
        if let Some((status, message)) = struck.ending() {
            return (Ending::As(status, Some(message)), None);
        }
        match image::made(&self.backup, &self.job).await {
            Ok((point, remark)) => (Ending::As(Status::Completed, struck.remark.or(remark)), Some(point)),
            Err(message) => (Ending::As(Status::Failed, Some(message)), None),
        }
    }

    /// Waits for the resource. A job whose start window is over before that expires.
    async fn begun(&self) -> Result<(), Ending> {
        let held = async {
            self.backup.hang(&self.job, Status::Created.word()).await;
            self.backup.store.until(|state| claim(state, &self.job, self.backup.clock.now())).await;
        };
        tokio::select! {
            biased;
            () = held => {}
            () = self.backup.clock.until(self.job.start_by) => {
                let is_busy = is_busy(&self.backup.store.open(), &self.job);
                return Err(expired(if is_busy { BUSY } else { LATE }));
            }
        }
        self.told();
        Ok(())
    }

    /// The time that the service takes.
    async fn running(&self) {
        let pace = self.backup.pace();
        self.backup.hang(&self.job, Status::Pending.word()).await;
        tokio::time::sleep(Duration::from_millis(pace.pending_ms)).await;
        self.enter(Status::Running);
        self.backup.hang(&self.job, Status::Running.word()).await;
        tokio::time::sleep(Duration::from_millis(pace.running_ms)).await;
    }

    async fn stopped(&self) {
        let mut stop = self.job.stop.subscribe();
        if stop.wait_for(|is_stopped| *is_stopped).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    fn enter(&self, status: Status) {
        let now = self.backup.clock.now();
        if self.backup.store.change_job(&self.job.id, |job| job.enter(status, now)) == Some(true) {
            self.told();
        }
    }

    fn told(&self) {
        if let Some(job) = self.backup.store.job(&self.job.id) {
            self.backup.tell_job(&job);
        }
    }

    /// Shows the end, together with the recovery point if there is one.
    fn end(&self, ending: Ending, point: Option<Point>) {
        let (status, message) = match ending {
            Ending::Stopped => {
                self.enter(Status::Aborting);
                (Status::Aborted, Some(STOPPED.to_owned()))
            }
            Ending::As(status @ Status::Aborted, message) => {
                self.enter(Status::Aborting);
                (status, message)
            }
            Ending::As(status, message) => (status, message),
        };
        let _ = self.backup.store.change_job(&self.job.id, |job| job.message = message);
        if let Some(point) = &point {
            self.keep(point);
        }
        self.enter(status);
        if let Some(point) = point {
            self.backup.tell_point(&point);
            self.backup.copy_on(&self.job, &point);
        }
    }

    fn keep(&self, point: &Point) {
        self.backup.store.open().points.push(point.clone());
        let _ = self.backup.store.change_job(&self.job.id, |job| {
            job.point_arn = Some(point.arn.clone());
            job.size_bytes = Some(point.size_bytes());
            job.resource_name.clone_from(&point.resource_name);
        });
    }
}

fn expired(message: &str) -> Ending {
    Ending::As(Status::Expired, Some(message.to_owned()))
}

/// Takes the resource for this job, if no other one has it.
fn claim(state: &mut State, job: &Job, now: Timestamp) -> Option<()> {
    if is_busy(state, job) {
        return None;
    }
    let own = state.jobs.iter_mut().find(|other| other.id == job.id)?;
    let _ = own.enter(Status::Pending, now);
    Some(())
}

fn is_busy(state: &State, job: &Job) -> bool {
    let same = |other: &&Job| other.id != job.id && other.order.resource_arn == job.order.resource_arn;
    state.jobs.iter().filter(same).any(|other| other.status.holds_resource())
}
