//! Preflight, workflows with their tokens, the records bucket, the topic, metrics, time and chance.

use jiff::Timestamp;
use nightferry_domain::ids::{ExecutionArn, RunId};
use nightferry_domain::job_spec::{DeployedPlan, JobSpec, Transfer};
use nightferry_domain::observation::TransferFailures;
use nightferry_domain::run::Run;
use secrecy::ExposeSecret;

use super::{Fake, News, State, Workflow, missing};
use nightferry_workflow::error::PortError;
use nightferry_workflow::ports::{
    Clock, Dice, Metrics, Notices, Obstacle, Preflight, Records, TaskToken, Woken, Workflows, World,
};

impl Preflight for Fake {
    async fn obstacles(&self, job: &JobSpec) -> Result<Vec<Obstacle>, PortError> {
        self.call("obstacles", |state| Ok(state.obstacles.get(&job.name).cloned().unwrap_or_default())).await
    }
}

impl Workflows for Fake {
    async fn start(&self, run: &Run, input: &serde_json::Value) -> Result<(), PortError> {
        self.call("start_workflow", |state| {
            if !state.workflows.contains_key(&run.id) {
                let fresh = Workflow { input: input.clone(), is_going_on: true };
                let _ = state.workflows.insert(run.id.clone(), fresh);
                state.news.push(News::WorkflowStarted(run.id.clone()));
            }
            Ok(())
        })
        .await
    }

    async fn is_going_on(&self, run: &RunId) -> Result<Option<bool>, PortError> {
        self.call("is_going_on", |state| Ok(state.workflows.get(run).map(|workflow| workflow.is_going_on))).await
    }

    async fn wake(&self, token: &TaskToken) -> Result<Woken, PortError> {
        self.call("wake", |state| Ok(wake(state, token.secret.expose_secret()))).await
    }
}

/// A token works once.
fn wake(state: &mut State, token: &str) -> Woken {
    let Some(at) = state.waiting.iter().position(|waiting| waiting == token) else { return Woken::Gone };
    let token = state.waiting.remove(at);
    state.news.push(News::Woken(token.clone()));
    state.woken.push(token);
    Woken::Yes
}

impl Records for Fake {
    async fn current_plan(&self) -> Result<(String, DeployedPlan), PortError> {
        self.call("current_plan", |state| {
            let plan = state.plan.clone().ok_or_else(|| missing("current_plan", &"a plan"))?;
            Ok((current_key(state), plan))
        })
        .await
    }

    async fn plan(&self, key: &str) -> Result<DeployedPlan, PortError> {
        self.call("plan", |state| {
            let current = state.plan.clone().filter(|_| key == current_key(state));
            let replaced = || serde_json::from_slice(state.documents.get(key)?).ok();
            current.or_else(replaced).ok_or_else(|| missing("plan", &key))
        })
        .await
    }

    async fn put(&self, key: &str, _: &str, body: Vec<u8>) -> Result<(), PortError> {
        self.call("put", |state| {
            write(state, key, body);
            Ok(())
        })
        .await
    }

    async fn put_once(&self, key: &str, _: &str, body: Vec<u8>) -> Result<bool, PortError> {
        self.call("put_once", |state| {
            let is_free = !state.documents.contains_key(key);
            if is_free {
                write(state, key, body);
            }
            Ok(is_free)
        })
        .await
    }

    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, PortError> {
        self.call("get", |state| Ok(state.documents.get(key).cloned())).await
    }

    async fn failures(&self, _: &Transfer, execution: &ExecutionArn) -> Result<Option<TransferFailures>, PortError> {
        self.call("failures", |state| Ok(state.failures.get(execution).cloned())).await
    }
}

impl Fake {
    /// A plan is applied; the one before it stays under its key.
    pub fn applies(&self, plan: DeployedPlan) {
        let mut state = self.state.borrow_mut();
        let key = current_key(&state);
        if let Some(replaced) = state.plan.replace(plan) {
            let body = serde_json::to_vec(&replaced).expect("a plan is JSON");
            let _ = state.documents.insert(key, body);
        }
    }
}

fn current_key(state: &State) -> String {
    let replaced = state.documents.keys().filter(|key| key.starts_with("plans/")).count();
    format!("plans/{}.json", replaced + 1)
}

fn write(state: &mut State, key: &str, body: Vec<u8>) {
    if key.ends_with("/report.json") && state.documents.get(key).is_some_and(|written| *written != body) {
        state.broken.push(format!("R9: {key} was written a second time, differently"));
    }
    *state.writes.entry(key.to_owned()).or_default() += 1;
    let _ = state.documents.insert(key.to_owned(), body);
}

impl Notices for Fake {
    async fn publish(&self, subject: &str, message: &str) -> Result<(), PortError> {
        self.call("publish", |state| {
            state.notices.push((subject.to_owned(), message.to_owned()));
            Ok(())
        })
        .await
    }
}

impl Metrics for Fake {
    fn emit(&self, document: &serde_json::Value) {
        self.state.borrow_mut().metrics.push(document.clone());
    }
}

impl Clock for Fake {
    fn now(&self) -> Timestamp {
        self.time()
    }
}

impl Dice for Fake {
    fn roll(&self) -> u64 {
        let drawn = self.weather.borrow_mut().roll();
        drawn.unwrap_or_else(|| self.dice.get())
    }
}

macro_rules! world {
    ($($port:ident $name:ident),+) => {
        impl World for Fake {
            $(type $port = Self; fn $name(&self) -> &Self { self })+
        }
    };
}
world!(
    Table table, Transfers transfers, AgentStates agent_states, BatchJobs batch_jobs, Backups backups, Instances instances, Restores restores, Preflight preflight, Workflows workflows, Records records, Notices notices,
    Metrics metrics, Clock clock, Dice dice
);
