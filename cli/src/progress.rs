//! How far a running execution is, in the service's own numbers: bytes of a transfer, objects of a batch job.

use nightferry_domain::batch::{BatchCounts, BatchObservation, BatchState};
use nightferry_domain::ids::{Engine, ExecutionArn};
use nightferry_domain::job::{Job, Phase};
use nightferry_domain::observation::{ExecutionState, TransferObservation};
use nightferry_workflow::World;
use nightferry_workflow::error::PortError;
use nightferry_workflow::ports::{BatchJobs as _, Clock as _, Transfers as _};

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    /// Bytes written.
    Bytes,
    /// Objects tried, copied or not.
    Objects,
}

/// How far an execution is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Progress {
    /// Its state, in one word.
    pub(crate) word: String,
    /// What the two counts count.
    pub(crate) unit: Unit,
    /// How much is done.
    pub(crate) done: u64,
    /// How much there is, as far as it is known by now.
    pub(crate) all: u64,
    /// Of what is done, how much failed; a transfer tells that at its end only.
    pub(crate) failed: u64,
}

impl Progress {
    /// In a few words, for a line.
    pub(crate) fn words(&self) -> String {
        match self.unit {
            Unit::Objects if self.all > 0 => {
                let failed = if self.failed > 0 { format!(" ({} failed)", self.failed) } else { String::new() };
                format!("{} {} of {} objects{failed}", self.word, self.done, self.all)
            }
            Unit::Bytes | Unit::Objects => self.word.clone(),
        }
    }
}

/// What a job's running execution says of itself; `None` where nothing runs, or where the service says nothing. That, or
/// a refusal, is no reason to stop watching: the record tells when the job has ended.
pub(crate) async fn of_job<W: World>(world: &W, job: &Job) -> Option<Progress> {
    let Phase::Running { attempt, execution } = &job.phase else { return None };
    if job.is_a_persons_turn(*attempt, world.clock().now()) {
        return None;
    }
    seen(world, execution).await.ok().flatten()
}

async fn seen<W: World>(world: &W, execution: &ExecutionArn) -> Result<Option<Progress>, PortError> {
    Ok(match execution.engine() {
        Engine::DataSync => Some(of_transfer(&world.transfers().observe(execution).await?)),
        Engine::Batch => Some(of_batch_job(&world.batch_jobs().observe(execution).await?)),
        // AWS Backup tells a percentage of machines that is 0 until it is 100.
        Engine::Backup | Engine::Restore => None,
    })
}

fn of_transfer(seen: &TransferObservation) -> Progress {
    let count = |n: Option<i64>| n.and_then(|n| u64::try_from(n).ok()).unwrap_or_default();
    let word = match &seen.state {
        ExecutionState::InProgress(word) | ExecutionState::Unrecognised(word) => word.to_lowercase(),
        ExecutionState::Success | ExecutionState::Error => "judging".into(),
    };
    let (done, all) = (count(seen.counts.bytes_written), count(seen.counts.bytes_estimated));
    Progress { word, unit: Unit::Bytes, done, all, failed: 0 }
}

fn of_batch_job(seen: &BatchObservation) -> Progress {
    let word = match &seen.state {
        BatchState::New | BatchState::Preparing => "listing".into(),
        BatchState::Suspended => "deciding".into(),
        BatchState::Complete | BatchState::Failed | BatchState::Cancelled => "judging".into(),
        BatchState::Ready
        | BatchState::Active
        | BatchState::Pausing
        | BatchState::Paused
        | BatchState::Completing
        | BatchState::Failing
        | BatchState::Cancelling
        | BatchState::Unrecognised(_) => seen.state.word().to_lowercase(),
    };
    let BatchCounts { total, succeeded, failed } = seen.counts;
    let failed = failed.unwrap_or_default();
    let done = succeeded.unwrap_or_default().saturating_add(failed);
    Progress { word, unit: Unit::Objects, done, all: total.unwrap_or_default(), failed }
}

#[cfg(test)]
mod tests {
    use nightferry_domain::batch::order::BatchTerms;

    use super::*;

    fn batch_job(state: BatchState, total: Option<u64>, succeeded: u64, failed: u64) -> BatchObservation {
        BatchObservation {
            execution: "arn:aws:s3:ap-northeast-1:123456789012:job/7d0f2c1e-8a4b".parse().unwrap(),
            state,
            description: None,
            terms: BatchTerms::default(),
            counts: BatchCounts { total, succeeded: total.map(|_| succeeded), failed: total.map(|_| failed) },
            failures: vec![],
            suspended_cause: None,
            update_reason: None,
            manifest: None,
            created_at: None,
            ended_at: None,
        }
    }

    #[test]
    fn a_batch_job_is_told_with_what_it_has_tried_of_what_it_listed() {
        let told = |seen: &BatchObservation| of_batch_job(seen).words();
        assert_eq!(
            told(&batch_job(BatchState::Preparing, None, 0, 0)),
            "listing",
            "how much there is, nobody knows yet"
        );
        assert_eq!(told(&batch_job(BatchState::Suspended, Some(10), 0, 0)), "deciding 0 of 10 objects");
        assert_eq!(told(&batch_job(BatchState::Active, Some(10), 3, 1)), "active 4 of 10 objects (1 failed)");
        assert_eq!(told(&batch_job(BatchState::Complete, Some(10), 10, 0)), "judging 10 of 10 objects");
        let strange = BatchState::Unrecognised("Resting".into());
        assert_eq!(told(&batch_job(strange, Some(10), 3, 0)), "resting 3 of 10 objects");
    }

    #[test]
    fn a_batch_job_grows_by_objects() {
        let progress = of_batch_job(&batch_job(BatchState::Active, Some(10), 3, 1));
        assert_eq!((progress.unit, progress.done, progress.all), (Unit::Objects, 4, 10));
    }
}
