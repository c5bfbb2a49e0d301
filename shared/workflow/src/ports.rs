//! The outside world as the use cases need it: one trait for each thing that can say yes, no or nothing.
//!
//! Each trait is fulfilled three times: by the adapters of `nightferry-aws`, by the simulation, and (behind the real
//! SDK) by the local AWS. One contract suite holds all of them to the promises below.
#![expect(async_fn_in_trait, reason = "every caller runs on one thread, so no future has to be Send")]

use std::collections::BTreeMap;

use jiff::Timestamp;
use nightferry_domain::agent::standing::AgentState;
use nightferry_domain::agent::watch::AgentWatch;
use nightferry_domain::back::hold::Hold;
use nightferry_domain::backup::machine::{Image, Instance};
use nightferry_domain::backup::order::{BackupOrder, CopyOrder};
use nightferry_domain::backup::seen::{BackupObservation, CopyObservation, RecoveryPoint};
use nightferry_domain::batch::completion::{CompletionReport, ObjectVersion};
use nightferry_domain::batch::confirm::RulesNow;
use nightferry_domain::batch::new_objects::RuleFigures;
use nightferry_domain::batch::order::BatchOrder;
use nightferry_domain::batch::{BatchObservation, ListedBatchJob, ManifestPlace, ReplicaState};
use nightferry_domain::copy_drill::Begun;
use nightferry_domain::ids::{AgentArn, AttemptId, ExecutionArn, RunId, TaskArn};
use nightferry_domain::job::Job;
use nightferry_domain::job_spec::{DeployedPlan, JobSpec, ReportPlace, Transfer};
use nightferry_domain::observation::{TransferFailures, TransferObservation};
use nightferry_domain::plan::{InstanceId, JobName};
use nightferry_domain::replication::Replication;
use nightferry_domain::restore::Restore;
use nightferry_domain::restore::machine::Machine;
use nightferry_domain::restore::metadata::Metadata;
use nightferry_domain::restore::state::RestoreObservation;
use nightferry_domain::run::Run;
use secrecy::SecretString;

use crate::error::PortError;

/// A record and the version that a save has to name.
#[derive(Debug, Clone, PartialEq)]
pub struct Versioned<T> {
    /// The record.
    pub record: T,
    /// Counts the saves; 0 has never been saved.
    pub version: u64,
}

/// What became of a save.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Saved {
    /// It is stored, at this version.
    At(u64),
    /// Somebody else saved in between; nothing was stored. Or it was this very call: its first try was stored, the reply
    /// got lost, and the second try met it. Reading again tells.
    Conflict,
}

/// The run table: versioned records, saved only if nobody saved in between. Reads are strongly consistent.
pub trait RunTable {
    /// Stores a new run. `Conflict` if there is one with its id.
    async fn create_run(&self, run: &Run) -> Result<Saved, PortError>;
    /// Reads a run.
    async fn load_run(&self, run: &RunId) -> Result<Option<Versioned<Run>>, PortError>;
    /// Stores a changed run.
    async fn save_run(&self, run: &Versioned<Run>) -> Result<Saved, PortError>;
    /// Stores a new job. `Conflict` if there is one of its name in its run.
    async fn create_job(&self, job: &Job) -> Result<Saved, PortError>;
    /// Stores each of these jobs that is not there yet; what is there stays as it is. Cut off, some are stored.
    async fn create_jobs(&self, jobs: &[Job]) -> Result<(), PortError>;
    /// Reads a job.
    async fn load_job(&self, run: &RunId, job: &JobName) -> Result<Option<Versioned<Job>>, PortError>;
    /// Stores a changed job; a token given here replaces the stored one, a settled job loses it.
    async fn save_job(&self, job: &Versioned<Job>, token: Option<&TaskToken>) -> Result<Saved, PortError>;
    /// The token that waits for the job's current attempt.
    async fn task_token(&self, run: &RunId, job: &JobName) -> Result<Option<TaskToken>, PortError>;
    /// All jobs of a run, in the order of their names.
    async fn jobs_of(&self, run: &RunId) -> Result<Vec<Versioned<Job>>, PortError>;
    /// Writes down whose execution this is, so that an event finds its attempt with one read.
    async fn point(&self, execution: &ExecutionArn, attempt: &AttemptId) -> Result<(), PortError>;
    /// Writes down that this is the attempt's execution, unless it is another's; whether it is the attempt's now. Of two
    /// that claim it at once, one has it.
    async fn claim_execution(&self, execution: &ExecutionArn, attempt: &AttemptId) -> Result<bool, PortError>;
    /// Whose execution this is; the index is allowed to lag behind [`RunTable::point`].
    async fn attempt_of(&self, execution: &ExecutionArn) -> Result<Option<AttemptId>, PortError>;
    /// What was told of the agent of this name last.
    async fn load_watch(&self, agent: &str) -> Result<Option<Versioned<AgentWatch>>, PortError>;
    /// Stores what is being told of an agent, or was. `Conflict` unless the version is the stored one; 0 for none.
    async fn save_watch(&self, watch: &Versioned<AgentWatch>) -> Result<Saved, PortError>;
    /// The restore that kept the nights of this job waiting last.
    async fn load_hold(&self, held: &JobName) -> Result<Option<Versioned<Hold>>, PortError>;
    /// Stores which restore keeps them waiting. `Conflict` unless the version is the stored one; 0 for none.
    async fn save_hold(&self, hold: &Versioned<Hold>) -> Result<Saved, PortError>;
    /// A drill of a copy between buckets, as it was begun or told.
    async fn load_drill(&self, drill: &RunId) -> Result<Option<Versioned<Begun>>, PortError>;
    /// Stores it. `Conflict` unless the version is the stored one; 0 for none.
    async fn save_drill(&self, begun: &Versioned<Begun>) -> Result<Saved, PortError>;
    /// One page of what is still open, oldest first. An eventually consistent index of ids only.
    async fn open_records(&self, page: Option<String>) -> Result<OpenPage, PortError>;
}

/// One page of open records.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OpenPage {
    /// What is open.
    pub records: Vec<OpenRecord>,
    /// Asks for the next page.
    pub next: Option<String>,
}

/// Something that is still open.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum OpenRecord {
    /// A run.
    Run(RunId),
    /// A job of a run.
    Job(RunId, JobName),
    /// A drill of a copy between buckets that owes its verdict.
    CopyDrill(RunId),
}

/// The token of a waiting workflow, with the number of the attempt that it waits for. It never prints itself.
#[derive(Debug, Clone)]
pub struct TaskToken {
    /// The attempt.
    pub attempt: u32,
    /// Step Functions' opaque text.
    pub secret: SecretString,
}

/// DataSync's task executions.
pub trait Transfers {
    /// Starts an execution that carries the attempt's tag, in exactly one try. It never queues behind its own task's
    /// executions; behind those of other tasks only where both go through one agent.
    ///
    /// # Errors
    /// `Ambiguous` when no reply came: it may run. `Retryable` only when it surely does not.
    async fn start(&self, transfer: &Transfer, attempt: &AttemptId) -> Result<ExecutionArn, StartRefusal>;
    /// The attempt's execution, found by its tag; lists may be stale by `LIST_STALENESS_MAX_SECS`.
    async fn find(&self, task: &TaskArn, attempt: &AttemptId) -> Result<Option<ExecutionArn>, PortError>;
    /// Executions of the attempt that have not ended, oldest first: more than one is a duplicate.
    async fn in_progress(&self, task: &TaskArn, attempt: &AttemptId) -> Result<Vec<ExecutionArn>, PortError>;
    /// The task's most recent execution.
    async fn latest(&self, task: &TaskArn) -> Result<Option<ExecutionArn>, PortError>;
    /// What the service says of it. `Missing` when its history is gone.
    async fn observe(&self, execution: &ExecutionArn) -> Result<TransferObservation, PortError>;
    /// The attempt that an execution is tagged with.
    async fn tagged_attempt(&self, execution: &ExecutionArn) -> Result<Option<AttemptId>, PortError>;
    /// Asks the service to end it. Asking twice, or for an ended one, is no error.
    async fn cancel(&self, execution: &ExecutionArn) -> Result<(), PortError>;
    /// Deletes a task that carries the mark of a restore. `Rejected` while it runs.
    async fn delete_task(&self, task: &TaskArn) -> Result<(), PortError>;
    /// Deletes a location that carries the mark of a restore, by ARN. `Rejected` while a task uses it.
    async fn delete_location(&self, arn: &str) -> Result<(), PortError>;
}

/// DataSync's agents, as far as nights depend on them.
pub trait AgentStates {
    /// An agent as it is now. `Missing` when it was deleted.
    async fn agent(&self, arn: &AgentArn) -> Result<AgentState, PortError>;
    /// All agents of the account and Region.
    async fn agents(&self) -> Result<Vec<AgentState>, PortError>;
}

/// S3 Batch Operations' jobs, and what S3 says of the replication that they carry out.
pub trait BatchJobs {
    /// Creates a job that waits for a confirmation. The same order again gives the same job.
    ///
    /// # Errors
    /// `Rejected` also when the service remembers another order under the same token.
    async fn create(&self, order: &BatchOrder) -> Result<ExecutionArn, PortError>;
    /// Every job that the service still lists: 90 days. May be stale by `LIST_STALENESS_MAX_SECS`.
    async fn listed(&self) -> Result<Vec<ListedBatchJob>, PortError>;
    /// Of these, the ones that wait for a confirmation.
    async fn suspended(&self) -> Result<Vec<ListedBatchJob>, PortError>;
    /// What the service says of it. `Missing` when it is gone.
    async fn observe(&self, job: &ExecutionArn) -> Result<BatchObservation, PortError>;
    /// Lets it through. `Rejected` when its status does not allow that any more.
    async fn confirm(&self, job: &ExecutionArn, reason: &str) -> Result<(), PortError>;
    /// Asks the service to end it. Asking twice, or for an ended one, is no error.
    async fn cancel(&self, job: &ExecutionArn, reason: &str) -> Result<(), PortError>;
    /// The bucket's replication configuration; one without any rule where it has none.
    async fn rules(&self, bucket: &str) -> Result<RulesNow, PortError>;
    /// The sum of the sizes that a manifest lists; `None` where it tells none, or is too long to be read.
    async fn listed_bytes(&self, manifest: &ManifestPlace) -> Result<Option<u64>, PortError>;
    /// What the job's completion report says; `None` when there is none (yet), or none that can be read.
    async fn report(&self, place: &ReportPlace, job: &ExecutionArn) -> Result<Option<CompletionReport>, PortError>;
    /// What S3 says of the object's replication, at its source.
    async fn replica_state(&self, bucket: &str, object: &ObjectVersion) -> Result<ReplicaState, PortError>;
    /// What CloudWatch has of the rule by which new objects go, from `since` up to `until`. Figures are minutes late.
    async fn figures(
        &self,
        replication: &Replication,
        since: Timestamp,
        until: Timestamp,
    ) -> Result<RuleFigures, PortError>;
}

/// AWS Backup's backup jobs, and what they leave behind.
pub trait Backups {
    /// Starts a backup job. The same order again gives the same job.
    async fn start(&self, order: &BackupOrder) -> Result<ExecutionArn, PortError>;
    /// Backup jobs of a resource, whoever made them, created at or after `since`, oldest first. May be stale by
    /// `LIST_STALENESS_MAX_SECS`.
    async fn jobs_of(&self, resource: &str, since: Timestamp) -> Result<Vec<BackupObservation>, PortError>;
    /// What the service says of it. `Missing` when it is gone.
    async fn observe(&self, job: &ExecutionArn) -> Result<BackupObservation, PortError>;
    /// Asks the service to end it. Asking twice, or for an ended one, is no error.
    async fn stop(&self, job: &ExecutionArn) -> Result<(), PortError>;
    /// A recovery point in a vault. `Missing` when it is not there.
    async fn point(&self, vault: &str, recovery_point: &str) -> Result<RecoveryPoint, PortError>;
    /// All recovery points of machines in a vault.
    async fn points_in(&self, vault: &str) -> Result<Vec<RecoveryPoint>, PortError>;
    /// Copy jobs of a recovery point, whoever made them.
    async fn copies_of(&self, recovery_point: &str) -> Result<Vec<CopyObservation>, PortError>;
    /// Starts a copy job, and returns its id. The same order again gives the same job.
    async fn copy(&self, order: &CopyOrder) -> Result<String, PortError>;
}

/// EC2, as far as backups of machines need it.
pub trait Instances {
    /// Instances that carry each of the tags, without terminated ones.
    async fn tagged(&self, tags: &BTreeMap<String, String>) -> Result<Vec<Instance>, PortError>;
    /// Those of these instances that EC2 still knows.
    async fn described(&self, ids: &[InstanceId]) -> Result<Vec<Instance>, PortError>;
    /// Those of these images (`ami-...`) that EC2 still knows.
    async fn images(&self, ids: &[String]) -> Result<Vec<Image>, PortError>;
}

/// AWS Backup's restore jobs, and the machines that they make.
pub trait Restores {
    /// The settings that AWS Backup proposes for a machine made from this point.
    async fn proposed(&self, vault: &str, recovery_point: &str) -> Result<Metadata, PortError>;
    /// Starts a restore job. The same attempt again gives the same job.
    async fn restore(&self, restore: &Restore, attempt: &AttemptId) -> Result<ExecutionArn, PortError>;
    /// What the service says of it. `Missing` when it is gone.
    async fn restored(&self, job: &ExecutionArn) -> Result<RestoreObservation, PortError>;
    /// Restore jobs of machines that were created since then, whoever asked for them.
    async fn begun_since(&self, since: Timestamp) -> Result<Vec<RestoreObservation>, PortError>;
    /// The document in the encoded part of a refusal.
    async fn decoded(&self, encoded: &str) -> Result<String, PortError>;
    /// What EC2 says of a machine, its checks and its volumes; `None` if it knows none of this id (any more, or yet).
    async fn machine(&self, id: &str) -> Result<Option<Machine>, PortError>;
    /// Marks a machine as made by the drill of this run. Marking twice is no error.
    async fn mark(&self, id: &str, run: &RunId) -> Result<(), PortError>;
    /// Terminates a machine that carries the mark of a drill. One that is gone is no error.
    async fn remove(&self, id: &str) -> Result<(), PortError>;
}

/// Why nothing was started, or perhaps something was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StartRefusal {
    /// The task runs already.
    #[error("the task is busy with another execution")]
    Busy,
    /// Anything else.
    #[error(transparent)]
    Port(#[from] PortError),
}

/// What proves or disproves that tonight can work.
pub trait Preflight {
    /// Every reason why the job can't work tonight; none if it can.
    async fn obstacles(&self, job: &JobSpec) -> Result<Vec<Obstacle>, PortError>;
}

/// A reason why a job can't work.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Obstacle {
    /// Id of the entry in `docs/errors.md`.
    pub id: String,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub fix: String,
    /// The missing statement, where one statement would mend it.
    pub patch: Option<serde_json::Value>,
}

/// The workflows: Step Functions executions of `nightly-run`.
pub trait Workflows {
    /// Starts the run's workflow; one that runs or ran already is no error.
    async fn start(&self, run: &Run, input: &serde_json::Value) -> Result<(), PortError>;
    /// Whether the run's workflow is still going on; `None` if there is none.
    async fn is_going_on(&self, run: &RunId) -> Result<Option<bool>, PortError>;
    /// Wakes the waiter. `Gone` when nobody waits with that token any more.
    async fn wake(&self, token: &TaskToken) -> Result<Woken, PortError>;
}

/// What became of a wake-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Woken {
    /// The workflow goes on.
    Yes,
    /// Nobody waits with that token any more.
    Gone,
}

/// The records bucket: plans, manifests, task reports, reports.
pub trait Records {
    /// The plan that was applied last, with the key under which this very version stays.
    async fn current_plan(&self) -> Result<(String, DeployedPlan), PortError>;
    /// A plan that was applied once.
    async fn plan(&self, key: &str) -> Result<DeployedPlan, PortError>;
    /// Stores a document, replacing one of that key.
    async fn put(&self, key: &str, media_type: &str, body: Vec<u8>) -> Result<(), PortError>;
    /// Stores a document unless there is one of that key; says whether this call surely stored it. `false` is also the
    /// answer when the reply to its first try got lost.
    async fn put_once(&self, key: &str, media_type: &str, body: Vec<u8>) -> Result<bool, PortError>;
    /// Reads a document.
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, PortError>;
    /// What the task reports of an execution name; `None` when there are none (yet).
    async fn failures(
        &self,
        transfer: &Transfer,
        execution: &ExecutionArn,
    ) -> Result<Option<TransferFailures>, PortError>;
}

/// The morning message, and those about agents.
pub trait Notices {
    /// Publishes it. The subject has at most 99 characters and no line breaks.
    async fn publish(&self, subject: &str, message: &str) -> Result<(), PortError>;
}

/// Metrics in CloudWatch's embedded format.
pub trait Metrics {
    /// Writes one metric document.
    fn emit(&self, document: &serde_json::Value);
}

/// Time.
pub trait Clock {
    /// Now.
    fn now(&self) -> Timestamp;
}

/// Chance.
pub trait Dice {
    /// A number, uniform over all of `u64`.
    fn roll(&self) -> u64;
}

/// Everything outside, in one place: what a use case is given.
pub trait World {
    /// See [`RunTable`].
    type Table: RunTable;
    /// See [`Transfers`].
    type Transfers: Transfers;
    /// See [`AgentStates`].
    type AgentStates: AgentStates;
    /// See [`BatchJobs`].
    type BatchJobs: BatchJobs;
    /// See [`Backups`].
    type Backups: Backups;
    /// See [`Instances`].
    type Instances: Instances;
    /// See [`Restores`].
    type Restores: Restores;
    /// See [`Preflight`].
    type Preflight: Preflight;
    /// See [`Workflows`].
    type Workflows: Workflows;
    /// See [`Records`].
    type Records: Records;
    /// See [`Notices`].
    type Notices: Notices;
    /// See [`Metrics`].
    type Metrics: Metrics;
    /// See [`Clock`].
    type Clock: Clock;
    /// See [`Dice`].
    type Dice: Dice;

    /// The run table.
    fn table(&self) -> &Self::Table;
    /// DataSync.
    fn transfers(&self) -> &Self::Transfers;
    /// DataSync's agents.
    fn agent_states(&self) -> &Self::AgentStates;
    /// S3 Batch Operations.
    fn batch_jobs(&self) -> &Self::BatchJobs;
    /// AWS Backup.
    fn backups(&self) -> &Self::Backups;
    /// EC2.
    fn instances(&self) -> &Self::Instances;
    /// Restores.
    fn restores(&self) -> &Self::Restores;
    /// Preflight.
    fn preflight(&self) -> &Self::Preflight;
    /// Step Functions.
    fn workflows(&self) -> &Self::Workflows;
    /// The records bucket.
    fn records(&self) -> &Self::Records;
    /// The topic.
    fn notices(&self) -> &Self::Notices;
    /// Metrics.
    fn metrics(&self) -> &Self::Metrics;
    /// Time.
    fn clock(&self) -> &Self::Clock;
    /// Chance.
    fn dice(&self) -> &Self::Dice;
}
