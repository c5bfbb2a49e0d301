//! What a job did, or is assumed to do, as far as it costs money.

use super::Item;
use crate::job::Job;
use crate::job_spec::Work;
use crate::plan::{Protection, TaskMode};

/// Bytes that a GB of AWS's prices has.
const GB: f64 = 1e9;

/// One job's work.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Done {
    /// Whose.
    service: Service,
    /// How many were started.
    pub attempts: u32,
    /// How many of them waited for a confirmation.
    pub confirmations: u32,
    /// Seconds during which something of it ran.
    pub secs: f64,
    /// Bytes copied.
    pub bytes: f64,
    /// Objects or files copied.
    pub objects: f64,
}

/// Who takes money for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Service {
    DataSyncBasic,
    DataSyncEnhanced,
    Batch,
    /// AWS Backup of EC2: paid as snapshots by size and month, which no run tells.
    Snapshots,
}

impl Done {
    /// What a job of a run did, up to its end or until `now`.
    #[must_use]
    pub fn of_job(job: &Job, now: jiff::Timestamp) -> Self {
        let started = job.attempts.iter().filter(|attempt| attempt.execution.is_some());
        let secs = started.clone().map(|attempt| {
            let until = attempt.ended_at.unwrap_or(now);
            until.duration_since(attempt.claimed_at).as_secs_f64().max(0.0)
        });
        let tally = job.settlement().map(|settlement| settlement.tally).unwrap_or_default();
        Self {
            attempts: counted(started.clone().count()),
            confirmations: counted(started.clone().filter(|attempt| attempt.confirmation.is_some()).count()),
            secs: secs.sum(),
            bytes: measured(tally.bytes),
            objects: measured(tally.files),
            service: match &job.spec.work {
                Work::DataSync(transfer) if transfer.is_enhanced => Service::DataSyncEnhanced,
                Work::DataSync(_) => Service::DataSyncBasic,
                Work::Replicate(_) => Service::Batch,
                Work::Backup(_) | Work::Restore(_) => Service::Snapshots,
            },
        }
    }

    /// What a night of a planned job is assumed to do: one attempt of this length that copies so much.
    #[must_use]
    pub fn assumed(protection: &Protection, secs: u32, gb: u32) -> Self {
        let (service, confirmations) = match protection {
            Protection::DataSync(datasync) if datasync.mode == TaskMode::Enhanced => (Service::DataSyncEnhanced, 0),
            Protection::DataSync(_) => (Service::DataSyncBasic, 0),
            Protection::Replicate(_) => (Service::Batch, 1),
            Protection::Backup(_) => (Service::Snapshots, 0),
        };
        let bytes = f64::from(gb) * GB;
        Self { service, attempts: 1, confirmations, secs: f64::from(secs), bytes, objects: 0.0 }
    }

    /// What the service takes for it.
    pub(super) fn service(&self) -> Vec<(Item, f64)> {
        let attempts = f64::from(self.attempts);
        match self.service {
            Service::DataSyncBasic => vec![(Item::DatasyncBasicGb, self.bytes / GB)],
            Service::DataSyncEnhanced => {
                vec![(Item::DatasyncEnhancedGb, self.bytes / GB), (Item::DatasyncEnhancedExecutions, attempts)]
            }
            Service::Snapshots => vec![],
            Service::Batch => vec![(Item::BatchJobs, attempts), (Item::BatchObjects, self.objects)],
        }
    }
}

fn counted(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[expect(clippy::cast_precision_loss, reason = "sixteen digits are enough for a price")]
fn measured(count: u64) -> f64 {
    count as f64
}
