//! The simulation's world in memory, as each suite needs it.

use std::cell::Cell;

use nightferry_domain::batch::BatchState;
use nightferry_domain::batch::new_objects::RuleFigures;
use nightferry_domain::ids::{AgentArn, AttemptId, ExecutionArn, RunId};
use nightferry_domain::job_spec::{DeployedPlan, JobSpec, Transfer, Work};
use nightferry_domain::observation::{FailedItem, TransferFailures};
use nightferry_simulation::fake::{Fake, Fault, failed, moved, replicated, spec};
use nightferry_workflow::ports::{Obstacle, TaskToken};
use serde_json::{Value, json};

use super::preflight::Lack;
use super::transfers::Break;
use super::{agent_states, batch_jobs, notices, preflight, records, run_table, things, transfers, workflows};

/// A world in which nothing has happened.
pub(crate) fn world() -> Fake {
    Fake::with_plan(vec![spec("home")])
}

impl run_table::Bench for Fake {
    type Port = Self;

    fn port(&self) -> &Self {
        self
    }

    async fn loses_the_reply_of_the_next_save(&self) {
        self.breaks("save_run", 1, Fault::LostAfter);
    }
}

/// An agent in memory.
pub(crate) struct Agent {
    world: Fake,
    arn: AgentArn,
}

pub(crate) fn agent() -> Agent {
    let world = world();
    let arn = world.agent_stands(1, "contract-tokyo", "ONLINE");
    Agent { world, arn }
}

impl agent_states::Bench for Agent {
    type Port = Fake;

    fn port(&self) -> &Fake {
        &self.world
    }

    fn arn(&self) -> &AgentArn {
        &self.arn
    }

    fn name(&self) -> &'static str {
        "contract-tokyo"
    }

    async fn is_cut_off(&self) {
        let _ = self.world.agent_stands(1, self.name(), "OFFLINE");
    }

    async fn is_deleted(&self) {
        let _ = self.world.state.borrow_mut().agents.remove(&self.arn);
    }
}

/// DataSync in memory.
pub(crate) struct Task {
    world: Fake,
    transfer: Transfer,
}

pub(crate) fn transfers() -> Task {
    let Work::DataSync(transfer) = spec("home").work else { panic!("a DataSync job") };
    Task { world: world(), transfer }
}

impl transfers::Bench for Task {
    type Port = Fake;

    fn port(&self) -> &Fake {
        &self.world
    }

    fn transfer(&self) -> &Transfer {
        &self.transfer
    }

    /// Nothing in this world ends by itself.
    async fn hold(&self) {}

    async fn let_go(&self, execution: &ExecutionArn) {
        self.world.ends(execution, moved(2));
    }

    async fn let_it_be_cancelled(&self, execution: &ExecutionArn) {
        self.world.ends(execution, failed("cancelled"));
    }

    async fn lists_are_late(&self, late: bool) {
        self.world.stale_secs.set(if late { 420 } else { 0 });
    }

    async fn starts_elsewhere(&self, tag: Option<&AttemptId>) -> ExecutionArn {
        self.world.starts_elsewhere(&self.transfer.task, tag.cloned())
    }

    async fn breaks_the_next_start(&self, how: Break) {
        self.world.breaks("start", 1, fault(how));
    }
}

/// S3 Batch Operations in memory: nothing in this world goes on by itself.
pub(crate) struct Batch {
    world: Fake,
    spec: JobSpec,
    failing: Cell<u64>,
}

pub(crate) fn batch_jobs() -> Batch {
    let spec = replicated("assets");
    Batch { world: Fake::with_plan(vec![spec.clone()]), spec, failing: Cell::new(0) }
}

impl batch_jobs::Bench for Batch {
    type Port = Fake;

    fn port(&self) -> &Fake {
        &self.world
    }

    fn spec(&self) -> &JobSpec {
        &self.spec
    }

    async fn lists(&self, job: &ExecutionArn) {
        self.world.batch_job_lists(job, 2);
        self.world.batch_manifest_tells(job, self.bytes());
    }

    async fn fails_one_object(&self) {
        self.failing.set(1);
    }

    async fn writes_what_the_rule_fails(&self) {
        let rule = self.spec.work.replication().unwrap().rule.clone();
        let figures = RuleFigures { failed: vec![(jiff::Timestamp::now(), 1)], ..RuleFigures::default() };
        let _ = self.world.state.borrow_mut().rule_figures.insert(rule, figures);
    }

    async fn tries(&self, job: &ExecutionArn) {
        self.world.batch_job_completes(job, 2 - self.failing.get(), self.failing.get());
    }

    async fn let_it_be_cancelled(&self, job: &ExecutionArn) {
        self.world.batch_job_becomes(job, |seen| seen.state = BatchState::Cancelled);
    }

    async fn lists_are_late(&self, late: bool) {
        self.world.stale_secs.set(if late { 420 } else { 0 });
    }

    async fn breaks_the_next_creation(&self, how: Break) {
        self.world.breaks("create", 1, fault(how));
    }

    async fn plain_bucket(&self) -> String {
        "example-plain".to_owned()
    }

    fn bytes(&self) -> u64 {
        6
    }
}

pub(crate) fn fault(how: Break) -> Fault {
    match how {
        Break::Lost => Fault::LostBefore,
        Break::ReplyLost => Fault::LostAfter,
        Break::Throttled => Fault::Throttled,
    }
}

/// Step Functions in memory.
pub(crate) struct Workflows(Fake);

pub(crate) fn workflows() -> Workflows {
    Workflows(world())
}

impl workflows::Bench for Workflows {
    type Port = Fake;

    fn port(&self) -> &Fake {
        &self.0
    }

    async fn waits(&self, run: &RunId) -> TaskToken {
        self.0.state.borrow_mut().waiting.push(run.to_string());
        things::token(1, run.as_str())
    }

    async fn ends(&self, run: &RunId) {
        self.0.state.borrow_mut().workflows.get_mut(run).unwrap().is_going_on = false;
    }

    async fn input(&self, run: &RunId) -> Value {
        self.0.state.borrow().workflows[run].input.clone()
    }
}

/// The records bucket in memory.
pub(crate) struct Records(Fake);

pub(crate) fn records() -> Records {
    let world = world();
    world.state.borrow_mut().plan = None;
    Records(world)
}

impl records::Bench for Records {
    type Port = Fake;

    fn port(&self) -> &Fake {
        &self.0
    }

    async fn loses_the_reply_of_the_next_put_once(&self) {
        self.0.breaks("put_once", 1, Fault::LostAfter);
    }

    async fn applies(&self, plan: &DeployedPlan) {
        self.0.applies(plan.clone());
    }

    async fn reports(&self, _: &Transfer, execution: &ExecutionArn, failed: &[FailedItem]) {
        let failures = TransferFailures { count: u64::try_from(failed.len()).unwrap(), named: failed.to_vec() };
        let _ = self.0.state.borrow_mut().failures.insert(execution.clone(), failures);
    }
}

impl notices::Bench for Fake {
    type Port = Self;

    fn port(&self) -> &Self {
        self
    }

    async fn arrive(&self, subject: &str, count: usize) -> Vec<String> {
        let state = self.state.borrow();
        let told = state.notices.iter().filter(|(told, _)| told == subject);
        let told: Vec<String> = told.map(|(_, message)| message.clone()).collect();
        assert_eq!(told.len(), count);
        told
    }
}

/// Preflight in memory: it finds what it is told to find.
pub(crate) struct Checks {
    world: Fake,
    job: JobSpec,
}

pub(crate) fn preflight() -> Checks {
    Checks { world: world(), job: spec("home") }
}

impl preflight::Bench for Checks {
    type Port = Fake;

    fn port(&self) -> &Fake {
        &self.world
    }

    fn job(&self) -> &JobSpec {
        &self.job
    }

    async fn lacks(&self, lack: Lack) {
        let (id, patch) = match lack {
            Lack::Task => ("task-missing", None),
            Lack::Role => ("role-missing", None),
            Lack::Bucket => ("bucket-missing", None),
            Lack::Trust => ("role-not-trusting-datasync", Some(json!({"Effect": "Allow"}))),
            Lack::Permission => ("bucket-access-missing", Some(json!({"Effect": "Allow"}))),
            Lack::Denial => ("bucket-access-denied", None),
        };
        let obstacle = Obstacle { id: id.into(), what: "it is wrong".into(), fix: "mend it".into(), patch };
        let _ = self.world.state.borrow_mut().obstacles.insert(self.job.name.clone(), vec![obstacle]);
    }
}
