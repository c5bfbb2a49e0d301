//! S3 Batch Operations, with bugs.

use jiff::Timestamp;
use nightferry_domain::batch::completion::{CompletionReport, ObjectVersion};
use nightferry_domain::batch::confirm::RulesNow;
use nightferry_domain::batch::new_objects::RuleFigures;
use nightferry_domain::batch::order::BatchOrder;
use nightferry_domain::batch::{BatchObservation, BatchState, ListedBatchJob, ManifestPlace, ReplicaState};
use nightferry_domain::ids::ExecutionArn;
use nightferry_domain::job_spec::ReportPlace;
use nightferry_domain::replication::Replication;
use nightferry_workflow::error::PortError;
use nightferry_workflow::ports::BatchJobs;

use super::Wired;
use crate::fake::report_of;
use crate::plants::Plant;

impl BatchJobs for Wired {
    async fn create(&self, order: &BatchOrder) -> Result<ExecutionArn, PortError> {
        let mut order = order.clone();
        if self.has(Plant::NewTokenEachTime) {
            order.token = format!("{:x}", self.chance.borrow_mut().roll());
        }
        self.fake.create(&order).await
    }

    async fn listed(&self) -> Result<Vec<ListedBatchJob>, PortError> {
        let listed = self.fake.listed().await?;
        Ok(if self.has(Plant::NewTokenEachTime) { vec![] } else { listed })
    }

    async fn suspended(&self) -> Result<Vec<ListedBatchJob>, PortError> {
        self.fake.suspended().await
    }

    async fn observe(&self, job: &ExecutionArn) -> Result<BatchObservation, PortError> {
        let mut seen = BatchJobs::observe(&*self.fake, job).await?;
        if self.has(Plant::BatchCompleteIsSuccess) && seen.state == BatchState::Complete {
            seen.counts.succeeded = seen.counts.total;
            seen.counts.failed = Some(0);
        }
        if self.has(Plant::ForgetsToConfirm) && self.has_waited(job) {
            seen.state = BatchState::Preparing;
        }
        Ok(seen)
    }

    async fn confirm(&self, job: &ExecutionArn, reason: &str) -> Result<(), PortError> {
        self.fake.confirm(job, reason).await
    }

    async fn cancel(&self, job: &ExecutionArn, reason: &str) -> Result<(), PortError> {
        if self.has(Plant::ForgetsToCancel) {
            return Ok(());
        }
        BatchJobs::cancel(&*self.fake, job, reason).await
    }

    async fn rules(&self, bucket: &str) -> Result<RulesNow, PortError> {
        self.fake.rules(bucket).await
    }

    async fn listed_bytes(&self, manifest: &ManifestPlace) -> Result<Option<u64>, PortError> {
        self.fake.listed_bytes(manifest).await
    }

    async fn report(&self, place: &ReportPlace, job: &ExecutionArn) -> Result<Option<CompletionReport>, PortError> {
        let report = self.fake.report(place, job).await?;
        let is_blind = self.has(Plant::BelievesTheCounts) || self.has(Plant::BatchCompleteIsSuccess);
        Ok(if is_blind { Some(self.flawless_report(job)) } else { report })
    }

    async fn replica_state(&self, bucket: &str, object: &ObjectVersion) -> Result<ReplicaState, PortError> {
        self.fake.replica_state(bucket, object).await
    }

    async fn figures(
        &self,
        replication: &Replication,
        since: Timestamp,
        until: Timestamp,
    ) -> Result<RuleFigures, PortError> {
        self.fake.figures(replication, since, until).await
    }
}

impl Wired {
    /// A report that agrees with whatever is counted, which is what nobody who looks at none would doubt.
    fn flawless_report(&self, job: &ExecutionArn) -> CompletionReport {
        let state = self.fake.state.borrow();
        let counts = state.batch_place_of(job).map(|at| state.batch_jobs[at].seen.counts);
        report_of(counts.and_then(|counts| counts.total).unwrap_or_default(), 0)
    }

    /// Whether the list has been ready for longer than its event takes.
    fn has_waited(&self, job: &ExecutionArn) -> bool {
        let state = self.fake.state.borrow();
        let at = state.batch_place_of(job).and_then(|at| state.batch_jobs[at].suspended_at);
        at.is_some_and(|at| self.fake.time().duration_since(at) > jiff::SignedDuration::from_secs(120))
    }
}
