//! Ports through which few bugs can be planted.

use jiff::Timestamp;
use nightferry_domain::agent::standing::AgentState;
use nightferry_domain::ids::{AgentArn, ExecutionArn, RunId};
use nightferry_domain::job_spec::{DeployedPlan, JobSpec, Transfer};
use nightferry_domain::observation::TransferFailures;
use nightferry_domain::run::Run;
use nightferry_workflow::error::PortError;
use nightferry_workflow::ports::{
    AgentStates, Clock, Dice, Metrics, Notices, Obstacle, Preflight, Records, TaskToken, Woken, Workflows,
};

use super::Wired;
use crate::plants::Plant;

impl Preflight for Wired {
    async fn obstacles(&self, job: &JobSpec) -> Result<Vec<Obstacle>, PortError> {
        let found = self.fake.obstacles(job).await?;
        Ok(if self.has(Plant::SkipsPreflight) { vec![] } else { found })
    }
}

impl Workflows for Wired {
    async fn start(&self, run: &Run, input: &serde_json::Value) -> Result<(), PortError> {
        Workflows::start(&*self.fake, run, input).await
    }

    async fn is_going_on(&self, run: &RunId) -> Result<Option<bool>, PortError> {
        self.fake.is_going_on(run).await
    }

    async fn wake(&self, token: &TaskToken) -> Result<Woken, PortError> {
        self.fake.wake(token).await
    }
}

impl AgentStates for Wired {
    async fn agent(&self, arn: &AgentArn) -> Result<AgentState, PortError> {
        self.fake.agent(arn).await
    }

    async fn agents(&self) -> Result<Vec<AgentState>, PortError> {
        self.fake.agents().await
    }
}

impl Records for Wired {
    async fn current_plan(&self) -> Result<(String, DeployedPlan), PortError> {
        self.fake.current_plan().await
    }

    async fn plan(&self, key: &str) -> Result<DeployedPlan, PortError> {
        self.fake.plan(key).await
    }

    async fn put(&self, key: &str, media_type: &str, body: Vec<u8>) -> Result<(), PortError> {
        self.fake.put(key, media_type, body).await
    }

    async fn put_once(&self, key: &str, media_type: &str, body: Vec<u8>) -> Result<bool, PortError> {
        if self.has(Plant::OverwritesTheReport) {
            return self.fake.put(key, media_type, body).await.map(|()| true);
        }
        self.fake.put_once(key, media_type, body).await
    }

    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, PortError> {
        self.fake.get(key).await
    }

    async fn failures(
        &self,
        transfer: &Transfer,
        execution: &ExecutionArn,
    ) -> Result<Option<TransferFailures>, PortError> {
        let named = self.fake.failures(transfer, execution).await?;
        Ok(if self.has(Plant::IgnoresTaskReport) { Some(TransferFailures::default()) } else { named })
    }
}

impl Notices for Wired {
    async fn publish(&self, subject: &str, message: &str) -> Result<(), PortError> {
        if self.has(Plant::ForgetsTheMessage) {
            return Ok(());
        }
        self.fake.publish(subject, message).await
    }
}

impl Metrics for Wired {
    fn emit(&self, document: &serde_json::Value) {
        self.fake.emit(document);
    }
}

impl Clock for Wired {
    fn now(&self) -> Timestamp {
        self.fake.now()
    }
}

impl Dice for Wired {
    fn roll(&self) -> u64 {
        self.fake.roll()
    }
}
