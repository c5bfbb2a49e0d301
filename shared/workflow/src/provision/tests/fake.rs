//! An account in memory that keeps the services' rules, and breaks at the call that a test names. The contract suite
//! (`tests/contract`) holds this very file and the real adapters to the same promises.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use nightferry_domain::backup::Starter;
use nightferry_domain::ids::TaskArn;
use nightferry_domain::job_spec::DeployedPlan;
use nightferry_domain::plan::JobName;
use nightferry_domain::provision::deployed::PlanPointer;
use nightferry_domain::provision::{
    BucketOf, Location, LogGroup, LogPolicy, ObservedBucket, ObservedPlan, ObservedVault, Role, ScheduleEntry, Task,
    VaultOf, names,
};
use nightferry_workflow::error::PortError;

/// How a call breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Break {
    /// The service refuses it.
    Refused,
    /// The service does it, and the reply gets lost.
    ReplyLost,
}

/// Whose a thing is: stack and job, or nobody's that we know.
pub(crate) type Owner = Option<(String, JobName)>;

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct FakeTask {
    pub(crate) owner: Owner,
    pub(crate) task: Task,
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) is_busy: bool,
}

/// What the account holds.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct State {
    pub(crate) roles: BTreeMap<String, (Owner, Role)>,
    pub(crate) log_groups: BTreeMap<String, (Option<String>, LogGroup)>,
    pub(crate) log_policies: BTreeMap<String, LogPolicy>,
    pub(crate) locations: BTreeMap<String, (Owner, Location)>,
    pub(crate) tasks: BTreeMap<TaskArn, FakeTask>,
    pub(crate) schedules: BTreeMap<String, ScheduleEntry>,
    pub(crate) documents: BTreeMap<String, Vec<u8>>,
    /// By owner and name.
    pub(crate) buckets: BTreeMap<BucketOf, ObservedBucket>,
    pub(crate) vaults: BTreeMap<VaultOf, ObservedVault>,
    pub(crate) backup_plans: BTreeMap<String, (Owner, ObservedPlan)>,
    /// Names of activated agents.
    pub(crate) agents: BTreeSet<String>,
    pub(crate) made: u64,
}

/// The account.
#[derive(Default)]
pub(crate) struct Fake {
    pub(crate) state: RefCell<State>,
    /// Changing calls so far.
    pub(crate) calls: Cell<usize>,
    pub(crate) breaks: Cell<Option<(usize, Break)>>,
    /// Calls of `CreateLocationS3` that a new role stays unseen for.
    pub(crate) unseen_for: Cell<usize>,
    /// Calls of `CreateBackupSelection` that a new role stays unseen for.
    pub(crate) unassumable_for: Cell<usize>,
    pub(crate) paused_secs: Cell<u64>,
    pub(crate) lacks_bucket: Cell<bool>,
}

pub(crate) fn rejected(code: &str, message: &str) -> PortError {
    PortError::Rejected { service: "Fake", operation: "Call", code: code.to_owned(), message: message.to_owned() }
}

pub(crate) fn missing(what: &str) -> PortError {
    PortError::Missing { service: "Fake", operation: "Call", message: what.to_owned() }
}

impl Fake {
    /// One changing call: counted, broken if it is its turn, and checked for what must hold after every one.
    pub(crate) fn change<T>(&self, effect: impl FnOnce(&mut State) -> Result<T, PortError>) -> Result<T, PortError> {
        let number = self.calls.replace(self.calls.get() + 1);
        let broken = self.breaks.get().filter(|(at, _)| *at == number).map(|(_, how)| how);
        if broken == Some(Break::Refused) {
            return Err(rejected("Broken", "on order"));
        }
        let outcome = effect(&mut self.state.borrow_mut());
        self.state.borrow().plan_in_force_names_only_tasks_that_are_there();
        if broken == Some(Break::ReplyLost) {
            return Err(PortError::Ambiguous { service: "Fake", operation: "Call", code: "lost".to_owned() });
        }
        outcome
    }

    pub(crate) fn break_at(&self, number: usize, how: Break) {
        self.breaks.set(Some((self.calls.get() + number, how)));
    }

    pub(crate) fn mend(&self) {
        self.breaks.set(None);
    }
}

impl State {
    pub(crate) fn next_id(&mut self) -> u64 {
        self.made += 1;
        self.made
    }

    pub(crate) fn deployed(&self) -> Option<DeployedPlan> {
        let pointer: PlanPointer = serde_json::from_slice(self.documents.get(names::CURRENT_PLAN_KEY)?).unwrap();
        Some(serde_json::from_slice(&self.documents[&pointer.key]).unwrap())
    }

    fn plan_in_force_names_only_tasks_that_are_there(&self) {
        for job in self.deployed().iter().flat_map(|plan| &plan.jobs) {
            if let Some(Starter::AwsBackup { plan_id }) = job.work.backup().map(|work| &work.start) {
                assert!(
                    self.backup_plans.contains_key(plan_id),
                    "the plan in force names a backup plan that is not there"
                );
            }
            let Some(transfer) = job.work.transfer() else { continue };
            assert!(self.tasks.contains_key(&transfer.task), "the plan in force names a task that is not there");
        }
    }
}
