//! A night under way, in which an event can name an execution in every state that one can be in.

use lambda_runtime::{Context, Diagnostic, LambdaEvent};
use std::collections::BTreeMap;

use nightferry_domain::ids::{ExecutionArn, RunId};
use nightferry_domain::job::Job;
use nightferry_domain::observation::TransferObservation;
use nightferry_domain::plan::JobName;
use nightferry_domain::run::Run;
use nightferry_domain::state_change;
use nightferry_lambda::answer;
use nightferry_simulation::fake::{Fake, failed, moved, run, spec, task_of};
use nightferry_workflow::ports::Versioned;
use nightferry_workflow::record_state::record_state;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

pub(crate) const ACCOUNT: &str = "123456789012";
pub(crate) const REGION: &str = "ap-northeast-1";

/// The world, and the executions that an event may be made to name.
pub(crate) struct Night {
    pub(crate) world: Fake,
    pub(crate) executions: Vec<ExecutionArn>,
}

/// All that an event alone must leave as it is.
#[derive(Debug, PartialEq)]
pub(crate) struct Snapshot {
    jobs: BTreeMap<(RunId, JobName), Versioned<Job>>,
    runs: BTreeMap<RunId, Versioned<Run>>,
    executions: Vec<(TransferObservation, usize)>,
    workflows: Vec<(RunId, bool)>,
    tokens: Vec<(RunId, JobName)>,
    documents: BTreeMap<String, Vec<u8>>,
    notices: Vec<(String, String)>,
}

/// What the runtime answers.
pub(crate) enum Heard {
    /// The payload is not JSON: the Lambda runtime refuses it before any function of ours sees it.
    NotJson,
    Answered(Result<Value, Diagnostic>),
}

impl Night {
    /// One job runs, one has ended and is not judged yet, one is settled, one has an attempt to come and its task is
    /// kept busy by hand; somebody's execution of another task has ended well, and one is forgotten.
    pub(crate) fn under_way() -> Self {
        let world = Fake::with_plan(["home", "mail", "photos", "docs"].map(spec).into());
        let _ = run(nightferry_workflow::open_run::open_run(&world, &world.request())).unwrap();
        let _ = ["home", "mail", "photos", "docs"].map(|job| world.checks(job).unwrap());
        let _ = ["home", "mail", "photos"].map(|job| world.starts(job, 1).unwrap());
        let [running, ended, settled] = world.executions().try_into().unwrap();
        world.ends(&ended, failed("Input/output error"));
        world.ends(&settled, moved(3));
        let _ = world.verifies("photos").unwrap();
        let by_hand = world.starts_elsewhere(&task_of("docs"), None);
        let elsewhere = world.starts_elsewhere(&task_of("unplanned"), None);
        world.ends(&elsewhere, failed("Input/output error"));
        let forgotten = world.starts_elsewhere(&task_of("zoo"), None);
        world.vanishes(&forgotten);
        Self { world, executions: vec![running, ended, settled, by_hand, elsewhere, forgotten] }
    }

    pub(crate) fn snapshot(&self) -> Snapshot {
        let state = self.world.state.borrow();
        Snapshot {
            jobs: state.jobs.clone(),
            runs: state.runs.clone(),
            executions: state.executions.iter().map(|known| (known.seen.clone(), known.cancel_count)).collect(),
            workflows: state.workflows.iter().map(|(run, known)| (run.clone(), known.is_going_on)).collect(),
            tokens: state.tokens.keys().cloned().collect(),
            documents: state.documents.clone(),
            notices: state.notices.clone(),
        }
    }

    /// Every token that a workflow waits with, or has waited with.
    pub(crate) fn secrets(&self) -> Vec<String> {
        let state = self.world.state.borrow();
        let stored = state.tokens.values().map(|token| token.secret.expose_secret().to_owned());
        stored.chain(state.waiting.iter().cloned()).chain(state.woken.iter().cloned()).collect()
    }

    /// The way of `functions/record-state`, from the bytes that Lambda delivers.
    pub(crate) fn hears(&self, payload: &[u8]) -> Heard {
        let Ok(payload) = serde_json::from_slice(payload) else { return Heard::NotJson };
        let use_case = async |event: Value| {
            let recorded = record_state(&self.world, "nightferry", state_change::read(&event, ACCOUNT, REGION)).await?;
            Ok(json!({ "recorded": format!("{recorded:?}") }))
        };
        let answered = run(answer(LambdaEvent::new(payload, Context::default()), use_case));
        Heard::Answered(answered.map_err(Diagnostic::from))
    }
}
