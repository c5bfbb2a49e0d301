//! A world in memory that keeps the services' rules, and fails, forgets or is cut off where a test, or a seed, says so.
//!
//! Every call has two await points: before the request leaves, and after it took effect but before anybody hears of it.
//! So dropping a use case at its n-th await point is a crash at the worst of moments.

mod agents;
mod backups;
mod batch;
mod machines;
mod night;
mod others;
mod points;
mod quotas;
mod restores;
mod table;
mod transfers;
mod ways;
mod weather;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use nightferry_domain::agent::standing::AgentState;
use nightferry_domain::agent::watch::AgentWatch;
use nightferry_domain::back::hold::Hold;
use nightferry_domain::backup::machine::{Image, Instance};
use nightferry_domain::backup::order::BackupOrder;
use nightferry_domain::backup::seen::{CopyObservation, RecoveryPoint};
use nightferry_domain::batch::completion::CompletionReport;
use nightferry_domain::batch::confirm::RulesNow;
use nightferry_domain::batch::order::BatchOrder;
use nightferry_domain::copy_drill::Begun;
use nightferry_domain::ids::{AgentArn, AttemptId, ExecutionArn, RunId, TaskArn};
use nightferry_domain::job::Job;
use nightferry_domain::job_spec::DeployedPlan;
use nightferry_domain::observation::{TransferFailures, TransferObservation};
use nightferry_domain::plan::{InstanceId, JobName};
use nightferry_domain::run::Run;
use nightferry_workflow::error::PortError;
use nightferry_workflow::ports::{Obstacle, TaskToken, Versioned};

use self::points::Point;

pub use agents::agent_of;
pub use backups::BackupJob;
pub use batch::{BatchJob, TOKEN_MEMORY_SECS, report_of, rules_of};
pub use machines::{backed_up, machine};
pub use night::{execution_of, failed, moved, replicated, spec, task_of};
pub use points::{at_every_await_point, crash_at, overtake, run};
pub use quotas::{Quota, Quotas};
pub use restores::{RestoreJob, Restoring, restorable};
pub use ways::FILE_SYSTEM;
pub use weather::{Fair, Weather};

/// Operations that fail whenever they are called.
#[derive(Debug, Clone, Copy)]
pub struct Dead {
    /// Which.
    pub operations: &'static [&'static str],
    /// Whether the service says that it is busy, rather than nothing.
    pub answers: bool,
}

/// DataSync's operations.
pub const DATASYNC: [&str; 7] = ["start", "find", "in_progress", "latest", "observe", "tagged_attempt", "cancel"];

/// How a call breaks.
#[derive(Debug, Clone, Copy)]
pub enum Fault {
    /// Not carried out, and the service says so.
    Throttled,
    /// Not carried out, and nobody says so.
    LostBefore,
    /// Carried out, but the reply is lost.
    LostAfter,
    /// Carried out, after so many seconds.
    Slow(i64),
    /// Refused with this code and these words.
    Rejected(&'static str, &'static str),
    /// What it is about is not there any more.
    Gone,
}

/// An execution as DataSync keeps it.
#[derive(Debug, Clone)]
pub struct Execution {
    /// The attempt that it is tagged with.
    pub tag: Option<AttemptId>,
    /// What Describe says of it.
    pub seen: TransferObservation,
    /// When the start took effect.
    pub started_at: Timestamp,
    /// From when on lists show it.
    pub listed_at: Timestamp,
    /// How often somebody asked for its end.
    pub cancel_count: usize,
    /// Its history is gone.
    pub is_gone: bool,
}

/// A start that was accepted, and takes effect later.
#[derive(Debug, Clone)]
pub struct LateStart {
    /// The task.
    pub task: TaskArn,
    /// Its tag.
    pub attempt: AttemptId,
    /// After so many seconds.
    pub after_secs: i64,
}

/// The same for a batch job: a creation that was accepted, and takes effect later.
#[derive(Debug, Clone)]
pub struct LateBatch {
    /// What was ordered.
    pub order: BatchOrder,
    /// After so many seconds.
    pub after_secs: i64,
}

/// The same for a backup job: a start that was accepted, and takes effect later.
#[derive(Debug, Clone)]
pub struct LateBackup {
    /// What was ordered.
    pub order: BackupOrder,
    /// After so many seconds.
    pub after_secs: i64,
}

/// What a call set in motion: for whoever animates the world.
#[derive(Debug, Clone)]
pub enum News {
    /// The execution at this place of the list began.
    Started(usize),
    /// Somebody asked for the end of the execution at this place.
    Cancelled(usize),
    /// A start takes effect later.
    StartsLater(LateStart),
    /// The batch job at this place of the list was created.
    BatchCreated(usize),
    /// The batch job at this place was let through.
    BatchConfirmed(usize),
    /// Somebody asked for the end of the batch job at this place.
    BatchCancelled(usize),
    /// A creation takes effect later.
    CreatesLater(Box<LateBatch>),
    /// The backup job at this place of the list was made, by whomever.
    BackupStarted(usize),
    /// Somebody asked for the end of the backup job at this place.
    BackupStopped(usize),
    /// A backup's start takes effect later.
    BacksUpLater(Box<LateBackup>),
    /// The copy job at this place of the list was made.
    CopyStarted(usize),
    /// A run's workflow was started.
    WorkflowStarted(RunId),
    /// A waiter's token was answered.
    Woken(String),
}

/// A workflow as Step Functions keeps it.
#[derive(Debug, Clone)]
pub struct Workflow {
    /// Its input.
    pub input: serde_json::Value,
    /// Whether it has not ended.
    pub is_going_on: bool,
}

/// What everything outside holds.
#[derive(Debug, Default)]
pub struct State {
    /// The run table's runs.
    pub runs: BTreeMap<RunId, Versioned<Run>>,
    /// The run table's jobs.
    pub jobs: BTreeMap<(RunId, JobName), Versioned<Job>>,
    /// The run table's task tokens.
    pub tokens: BTreeMap<(RunId, JobName), TaskToken>,
    /// The run table's pointers, each with the time from which on the index shows it.
    pub pointers: BTreeMap<ExecutionArn, (AttemptId, Timestamp)>,
    /// DataSync's executions, oldest first.
    pub executions: Vec<Execution>,
    /// Where in that list each task's executions are.
    pub executions_of: BTreeMap<TaskArn, Vec<usize>>,
    /// S3's batch jobs, oldest first.
    pub batch_jobs: Vec<BatchJob>,
    /// What each token was used for, and when.
    pub batch_tokens: BTreeMap<String, (Timestamp, BatchOrder, ExecutionArn)>,
    /// Completion reports.
    pub batch_reports: BTreeMap<ExecutionArn, CompletionReport>,
    /// What the sizes in a generated list add up to, by the list's key.
    pub manifest_bytes: BTreeMap<String, u64>,
    /// Buckets of which no job may be created: code and words of the refusal.
    pub batch_refusals: BTreeMap<String, (&'static str, &'static str)>,
    /// When a job for each bucket was asked for.
    pub create_calls: BTreeMap<String, Vec<Timestamp>>,
    /// AWS Backup's backup jobs, oldest first.
    pub backups: Vec<BackupJob>,
    /// What each token was used for, and when.
    pub backup_tokens: BTreeMap<String, (Timestamp, BackupOrder, ExecutionArn)>,
    /// Machines that nobody may back up: code and words of the refusal.
    pub backup_refusals: BTreeMap<String, (&'static str, &'static str)>,
    /// When a backup of each machine was asked for.
    pub backup_calls: BTreeMap<String, Vec<Timestamp>>,
    /// Recovery points by ARN.
    pub points: BTreeMap<String, RecoveryPoint>,
    /// Copy jobs, oldest first.
    pub copies: Vec<CopyObservation>,
    /// The copy job of each token.
    pub copy_tokens: BTreeMap<String, String>,
    /// EC2's instances.
    pub instances: BTreeMap<InstanceId, Instance>,
    /// EC2's images.
    pub images: BTreeMap<String, Image>,
    /// Restore jobs, and what they made.
    pub restoring: Restoring,
    /// DataSync's agents.
    pub agents: BTreeMap<AgentArn, AgentState>,
    /// What was told of each agent last, by its name.
    pub watches: BTreeMap<String, Versioned<AgentWatch>>,
    /// Which restore kept the nights of each job waiting last.
    pub holds: BTreeMap<JobName, Versioned<Hold>>,
    /// Drills of copies between buckets.
    pub drills: BTreeMap<RunId, Versioned<Begun>>,
    /// Each bucket's replication configuration.
    pub rules: BTreeMap<String, RulesNow>,
    /// What CloudWatch has of each rule, by its id.
    pub rule_figures: BTreeMap<String, nightferry_domain::batch::new_objects::RuleFigures>,
    /// When a bucket's replication configuration was changed by a person.
    pub rules_changed_at: BTreeMap<String, Timestamp>,
    /// Tasks that nobody may start: code and words of the refusal.
    pub refusals: BTreeMap<TaskArn, (&'static str, &'static str)>,
    /// When DataSync was called.
    pub datasync_calls: Vec<Timestamp>,
    /// When each task's start was asked for.
    pub start_calls: BTreeMap<TaskArn, Vec<Timestamp>>,
    /// What stands in the way of jobs.
    pub obstacles: BTreeMap<JobName, Vec<Obstacle>>,
    /// Step Functions' executions.
    pub workflows: BTreeMap<RunId, Workflow>,
    /// Tokens that somebody waits with.
    pub waiting: Vec<String>,
    /// Tokens that were answered.
    pub woken: Vec<String>,
    /// The applied plan.
    pub plan: Option<DeployedPlan>,
    /// The records bucket.
    pub documents: BTreeMap<String, Vec<u8>>,
    /// How often each key was written.
    pub writes: BTreeMap<String, usize>,
    /// Task reports.
    pub failures: BTreeMap<ExecutionArn, TransferFailures>,
    /// Subject and text of every message.
    pub notices: Vec<(String, String)>,
    /// Every metric document.
    pub metrics: Vec<serde_json::Value>,
    /// What calls set in motion since somebody last took it from here.
    pub news: Vec<News>,
    /// What must never happen to stored records, and did.
    pub broken: Vec<String>,
}

/// The world of a test.
#[derive(Debug)]
pub struct Fake {
    /// What everything outside holds.
    pub state: RefCell<State>,
    now: Cell<Timestamp>,
    /// What becomes of calls that no test has named.
    pub weather: RefCell<Box<dyn Weather>>,
    /// What is carried out no more, whoever asks.
    pub dead: Cell<Option<Dead>>,
    /// One line for each call, where somebody wants to read them.
    pub trace: RefCell<Option<Vec<String>>>,
    /// Seconds for which a new execution is missing from lists.
    pub stale_secs: Cell<i64>,
    /// Open records on one page of the index.
    pub page_records: Cell<usize>,
    /// What the account may ask of the services, where a test wants to know.
    pub quotas: RefCell<Option<Quotas>>,
    /// What [`nightferry_workflow::ports::Dice`] shows in fair weather.
    pub dice: Cell<u64>,
    faults: RefCell<BTreeMap<(&'static str, usize), Fault>>,
    calls: RefCell<BTreeMap<&'static str, usize>>,
}

impl Fake {
    /// The k-th call of the operation, counted from 1 and from now, breaks.
    pub fn breaks(&self, operation: &'static str, k: usize, fault: Fault) {
        let _ = self.faults.borrow_mut().insert((operation, self.calls(operation) + k), fault);
    }

    /// How often the operation was called.
    pub fn calls(&self, operation: &'static str) -> usize {
        self.calls.borrow().get(operation).copied().unwrap_or_default()
    }

    /// How often each operation was called.
    pub fn all_calls(&self) -> BTreeMap<&'static str, usize> {
        self.calls.borrow().clone()
    }

    /// Lets time go by.
    pub fn pass(&self, secs: i64) {
        self.now.set(self.now.get() + SignedDuration::from_secs(secs));
    }

    /// Sets the time.
    pub fn set_time(&self, now: Timestamp) {
        self.now.set(now);
    }

    /// Now.
    pub fn time(&self) -> Timestamp {
        self.now.get()
    }

    async fn call<T>(
        &self,
        operation: &'static str,
        effect: impl FnOnce(&mut State) -> Result<T, PortError>,
    ) -> Result<T, PortError> {
        Point::default().await;
        let points_more = self.quotas.borrow().as_ref().map_or(0, |quotas| quotas.points_more(operation));
        for _ in 0..points_more {
            Point::default().await;
        }
        let answer = self.answer(operation, effect);
        Point::default().await;
        answer
    }

    fn answer<T>(
        &self,
        operation: &'static str,
        effect: impl FnOnce(&mut State) -> Result<T, PortError>,
    ) -> Result<T, PortError> {
        let k = self.calls(operation) + 1;
        let _ = self.calls.borrow_mut().insert(operation, k);
        let scripted = self.faults.borrow_mut().remove(&(operation, k));
        if DATASYNC.contains(&operation) {
            let now = self.time();
            self.state.borrow_mut().datasync_calls.push(now);
        }
        let dead = self.dead.get().filter(|dead| dead.operations.contains(&operation));
        let dead = dead.map(|dead| if dead.answers { Fault::Throttled } else { Fault::LostBefore });
        let now = self.time();
        let is_refused = self.quotas.borrow_mut().as_mut().is_some_and(|quotas| quotas.refuse(operation, now));
        let dead = dead.or_else(|| is_refused.then_some(Fault::Throttled));
        let fault = scripted.or(dead).or_else(|| self.weather.borrow_mut().strikes(operation));
        let answer = self.struck(operation, fault, effect);
        if let Some(lines) = self.trace.borrow_mut().as_mut() {
            let strike = fault.map(|fault| format!(" [{fault:?}]")).unwrap_or_default();
            let told = answer.as_ref().err().map(|error| format!(": {error}")).unwrap_or_default();
            lines.push(format!("    {operation}{strike}{told}"));
        }
        answer
    }

    fn struck<T>(
        &self,
        operation: &'static str,
        fault: Option<Fault>,
        effect: impl FnOnce(&mut State) -> Result<T, PortError>,
    ) -> Result<T, PortError> {
        match fault {
            None => effect(&mut self.state.borrow_mut()),
            Some(Fault::Throttled) => {
                Err(PortError::Retryable { service: "Fake", operation, code: "ThrottlingException".into() })
            }
            Some(Fault::LostBefore) => Err(no_reply(operation)),
            Some(Fault::Slow(secs)) => {
                self.pass(secs);
                effect(&mut self.state.borrow_mut())
            }
            Some(Fault::LostAfter) => {
                let _ = effect(&mut self.state.borrow_mut());
                Err(no_reply(operation))
            }
            Some(Fault::Rejected(code, message)) => {
                Err(PortError::Rejected { service: "Fake", operation, code: code.into(), message: message.into() })
            }
            Some(Fault::Gone) => Err(missing(operation, &"it")),
        }
    }
}

fn no_reply(operation: &'static str) -> PortError {
    PortError::Ambiguous { service: "Fake", operation, code: "Timeout".into() }
}

fn missing(operation: &'static str, what: &impl ToString) -> PortError {
    PortError::Missing { service: "Fake", operation, message: format!("{} not found", what.to_string()) }
}
