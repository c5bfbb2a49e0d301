//! Restores, as they are.

use jiff::Timestamp;
use nightferry_domain::ids::{AttemptId, ExecutionArn, RunId};
use nightferry_domain::restore::Restore;
use nightferry_domain::restore::machine::Machine;
use nightferry_domain::restore::metadata::Metadata;
use nightferry_domain::restore::state::RestoreObservation;
use nightferry_workflow::error::PortError;
use nightferry_workflow::ports::Restores;

use super::Wired;

impl Restores for Wired {
    async fn proposed(&self, vault: &str, recovery_point: &str) -> Result<Metadata, PortError> {
        self.fake.proposed(vault, recovery_point).await
    }

    async fn restore(&self, restore: &Restore, attempt: &AttemptId) -> Result<ExecutionArn, PortError> {
        self.fake.restore(restore, attempt).await
    }

    async fn restored(&self, job: &ExecutionArn) -> Result<RestoreObservation, PortError> {
        self.fake.restored(job).await
    }

    async fn begun_since(&self, since: Timestamp) -> Result<Vec<RestoreObservation>, PortError> {
        self.fake.begun_since(since).await
    }

    async fn decoded(&self, encoded: &str) -> Result<String, PortError> {
        self.fake.decoded(encoded).await
    }

    async fn machine(&self, id: &str) -> Result<Option<Machine>, PortError> {
        self.fake.machine(id).await
    }

    async fn mark(&self, id: &str, run: &RunId) -> Result<(), PortError> {
        self.fake.mark(id, run).await
    }

    async fn remove(&self, id: &str) -> Result<(), PortError> {
        self.fake.remove(id).await
    }
}
