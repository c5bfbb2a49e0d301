//! DataSync, with bugs.

use nightferry_domain::ids::{AttemptId, ExecutionArn, TaskArn};
use nightferry_domain::job_spec::Transfer;
use nightferry_domain::observation::{ExecutionState, PhaseResults, TransferObservation};
use nightferry_workflow::error::PortError;
use nightferry_workflow::ports::{StartRefusal, Transfers};

use super::Wired;
use crate::plants::Plant;

impl Transfers for Wired {
    async fn start(&self, transfer: &Transfer, attempt: &AttemptId) -> Result<ExecutionArn, StartRefusal> {
        let mut attempt = attempt.clone();
        if self.has(Plant::TagsTheFirstAttempt) {
            attempt.number = 1;
        }
        let started = Transfers::start(&*self.fake, transfer, &attempt).await;
        match started {
            Err(StartRefusal::Port(PortError::Ambiguous { .. })) if self.has(Plant::RetriesBlindly) => {
                Transfers::start(&*self.fake, transfer, &attempt).await
            }
            Err(StartRefusal::Port(PortError::Rejected { service, operation, code, .. }))
                if self.has(Plant::RetriesPermissionErrors) =>
            {
                Err(PortError::Retryable { service, operation, code }.into())
            }
            started => started,
        }
    }

    async fn find(&self, task: &TaskArn, attempt: &AttemptId) -> Result<Option<ExecutionArn>, PortError> {
        if self.has(Plant::StartsWithoutLooking) {
            return Ok(None);
        }
        self.fake.find(task, attempt).await
    }

    async fn in_progress(&self, task: &TaskArn, attempt: &AttemptId) -> Result<Vec<ExecutionArn>, PortError> {
        self.fake.in_progress(task, attempt).await
    }

    async fn latest(&self, task: &TaskArn) -> Result<Option<ExecutionArn>, PortError> {
        self.fake.latest(task).await
    }

    async fn observe(&self, execution: &ExecutionArn) -> Result<TransferObservation, PortError> {
        let mut seen = self.fake.observe(execution).await?;
        if let Some(plant) = self.plant {
            misjudge(plant, &mut seen);
        }
        Ok(seen)
    }

    async fn tagged_attempt(&self, execution: &ExecutionArn) -> Result<Option<AttemptId>, PortError> {
        self.fake.tagged_attempt(execution).await
    }

    async fn cancel(&self, execution: &ExecutionArn) -> Result<(), PortError> {
        if self.has(Plant::ForgetsToCancel) {
            return Ok(());
        }
        self.fake.cancel(execution).await
    }

    async fn delete_task(&self, task: &TaskArn) -> Result<(), PortError> {
        Transfers::delete_task(&*self.fake, task).await
    }

    async fn delete_location(&self, arn: &str) -> Result<(), PortError> {
        Transfers::delete_location(&*self.fake, arn).await
    }
}

fn misjudge(plant: Plant, seen: &mut TransferObservation) {
    let counts = &mut seen.counts;
    if plant == Plant::AbsentIsZero {
        for count in [&mut counts.files_estimated, &mut counts.files_transferred, &mut counts.bytes_written] {
            let _ = count.get_or_insert(0);
        }
    } else if plant == Plant::CompleteIsSuccess && seen.state == ExecutionState::Success {
        counts.files_transferred = counts.files_estimated;
        counts.files_verified = counts.files_estimated;
        counts.files_failed = None;
        seen.phases = PhaseResults::default();
    } else if plant == Plant::UnknownIsSuccess && matches!(seen.state, ExecutionState::Unrecognised(_)) {
        seen.state = ExecutionState::Success;
        seen.report = nightferry_domain::observation::ReportDelivery::Delivered;
        counts.files_estimated = Some(0);
        counts.files_transferred = Some(0);
        counts.bytes_written = Some(0);
    }
}
