//! The AWS Backup stand-in: vaults, jobs and recovery points, over real instances, images and snapshots of the emulator.
//!
//! Each thing that the service does under a role it was given is decided by the product's own policy evaluator.

mod acting;
mod clock;
mod copy;
mod events;
mod faults;
mod ids;
mod job;
mod keeper;
mod lifecycle;
mod notices;
mod page;
mod plan;
mod point;
mod read;
mod refusal;
mod restore;
pub(crate) mod route;
mod run;
mod settings;
mod store;
mod tags;
mod testing;
mod vault;

#[cfg(test)]
mod tests;

use std::sync::{Arc, PoisonError, RwLock};

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::{Mutex, watch};

pub(crate) use acting::SERVICE;
pub use clock::Tick;
pub use faults::{Faults, JobKind, Ordered};
pub use plan::fire::FiredPlan;
pub use testing::fire::FiredTest;

use crate::stand_in::{Caller, EventSink, Witness};
use crate::tokens::Tokens;
use crate::upstream::Upstream;
use clock::Clock;
use read::Asked;
use refusal::Refusal;
use store::Store;

/// One call of AWS Backup.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    /// The account of the caller.
    pub(crate) account: String,
    /// The region of the call's credential scope.
    pub(crate) region: String,
    /// The operation and what the path says it is about.
    pub(crate) route: route::Route,
    /// The query as it came, without its question mark.
    pub(crate) query: String,
    /// Who calls.
    pub(crate) caller: Caller,
    /// The body as it came.
    pub(crate) body: Bytes,
}

/// What goes back to the caller.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    /// The HTTP status.
    pub(crate) status: u16,
    /// The error's name, which travels in a header.
    pub(crate) error: Option<&'static str>,
    /// JSON, or nothing.
    pub(crate) body: Bytes,
}

/// How long the service takes for what is instant here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Pace {
    /// From claiming a resource to running.
    pub pending_ms: u64,
    /// Running, before anything is there.
    pub running_ms: u64,
}

impl Default for Pace {
    fn default() -> Self {
        Self { pending_ms: 20, running_ms: 50 }
    }
}

/// What the stand-in needs of the world.
pub(crate) struct Settings {
    /// The emulator that has the instances, images, roles and topics.
    pub(crate) upstream: Upstream,
    /// Where state changes go.
    pub(crate) events: Arc<dyn EventSink>,
    /// Who keeps the record of what the roles are used for.
    pub(crate) witness: Arc<dyn Witness>,
    /// Which instances demand tokens.
    pub(crate) tokens: Arc<Tokens>,
}

/// The stand-in. It keeps everything in memory: a new one knows no vaults.
pub struct Backup {
    upstream: Upstream,
    events: Arc<dyn EventSink>,
    witness: Arc<dyn Witness>,
    tokens: Arc<Tokens>,
    store: Store,
    clock: Clock,
    pace: RwLock<Pace>,
    faults: watch::Sender<Faults>,
    /// One at a time deletes what is past its retention.
    tidying: Mutex<()>,
}

impl Backup {
    /// A stand-in with no vaults. It ends with its last owner.
    pub(crate) fn new(settings: Settings) -> Arc<Self> {
        let Settings { upstream, events, witness, tokens } = settings;
        let backup = Arc::new(Self {
            upstream,
            events,
            witness,
            tokens,
            store: Store::default(),
            clock: Clock::default(),
            pace: RwLock::default(),
            faults: watch::channel(Faults::default()).0,
            tidying: Mutex::default(),
        });
        backup.keep_time();
        backup
    }

    /// Answers one call.
    pub(crate) async fn answer(self: &Arc<Self>, call: Call) -> Reply {
        let operation = call.route.operation;
        match self.served(call).await {
            Ok(Value::Null) => Reply { status: ok_status(operation), error: None, body: Bytes::new() },
            Ok(body) => Reply { status: ok_status(operation), error: None, body: Bytes::from(body.to_string()) },
            Err(refusal) => {
                tracing::debug!(operation, %refusal, "refused");
                let body = Bytes::from(refusal.body(operation).to_string());
                Reply { status: refusal.status(), error: Some(refusal.name()), body }
            }
        }
    }

    /// From now on jobs take this long.
    pub fn set_pace(&self, pace: Pace) {
        *self.pace.write().unwrap_or_else(PoisonError::into_inner) = pace;
    }

    fn pace(&self) -> Pace {
        *self.pace.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on these faults happen; `Faults::default()` ends them and lets what hangs go on.
    pub fn set_faults(&self, faults: Faults) {
        let _ = self.faults.send_replace(faults);
    }

    /// Moves the time that the stand-in lives in.
    pub async fn set_clock(self: &Arc<Self>, tick: Tick) {
        self.clock.set(tick);
        self.come_due().await;
    }

    async fn served(self: &Arc<Self>, call: Call) -> Result<Value, Refusal> {
        let asked = Asked::read(call)?;
        match asked.route.operation {
            "CreateBackupVault" => vault::crud::create(self, &asked).await,
            "DescribeBackupVault" => vault::crud::describe(self, &asked),
            "ListBackupVaults" => vault::crud::list(self, &asked),
            "DeleteBackupVault" => vault::crud::delete(self, &asked),
            "PutBackupVaultAccessPolicy" => vault::policy::put(self, &asked),
            "GetBackupVaultAccessPolicy" => vault::policy::get(self, &asked),
            "DeleteBackupVaultAccessPolicy" => vault::policy::delete(self, &asked),
            "PutBackupVaultLockConfiguration" => vault::lock::put(self, &asked),
            "DeleteBackupVaultLockConfiguration" => vault::lock::delete(self, &asked),
            "PutBackupVaultNotifications" => vault::notify::put(self, &asked),
            "GetBackupVaultNotifications" => vault::notify::get(self, &asked),
            "DeleteBackupVaultNotifications" => vault::notify::delete(self, &asked),
            "DescribeRegionSettings" => Ok(settings::describe(self, &asked)),
            "UpdateRegionSettings" => settings::update(self, &asked),
            "TagResource" => tags::tag(self, &asked),
            "UntagResource" => tags::untag(self, &asked),
            "ListTags" => tags::list(self, &asked),
            tests if tests.contains("RestoreTesting") => self.served_tests(&asked),
            plans if plans.contains("Plan") || plans.contains("Selection") => self.served_plans(&asked),
            _ => self.served_jobs(&asked).await,
        }
    }

    fn served_tests(&self, asked: &Asked) -> Result<Value, Refusal> {
        match asked.route.operation {
            "CreateRestoreTestingPlan" => testing::calls::create(self, asked),
            "UpdateRestoreTestingPlan" => testing::calls::update(self, asked),
            "GetRestoreTestingPlan" => testing::calls::get(self, asked),
            "DeleteRestoreTestingPlan" => testing::calls::delete(self, asked),
            "ListRestoreTestingPlans" => testing::calls::list(self, asked),
            "CreateRestoreTestingSelection" => testing::selections::create(self, asked),
            "UpdateRestoreTestingSelection" => testing::selections::update(self, asked),
            "GetRestoreTestingSelection" => testing::selections::get(self, asked),
            "DeleteRestoreTestingSelection" => testing::selections::delete(self, asked),
            "ListRestoreTestingSelections" => testing::selections::list(self, asked),
            "GetRestoreTestingInferredMetadata" => testing::calls::inferred(self, asked),
            other => Err(Refusal::request(format!("{other} is not carried by the local AWS."))),
        }
    }

    fn served_plans(&self, asked: &Asked) -> Result<Value, Refusal> {
        match asked.route.operation {
            "CreateBackupPlan" => plan::calls::create(self, asked),
            "UpdateBackupPlan" => plan::calls::update(self, asked),
            "GetBackupPlan" => plan::calls::get(self, asked),
            "DeleteBackupPlan" => plan::calls::delete(self, asked),
            "ListBackupPlans" => plan::calls::list(self, asked),
            "ListBackupPlanVersions" => plan::calls::versions(self, asked),
            "CreateBackupSelection" => plan::selections::create(self, asked),
            "GetBackupSelection" => plan::selections::get(self, asked),
            "DeleteBackupSelection" => plan::selections::delete(self, asked),
            "ListBackupSelections" => plan::selections::list(self, asked),
            other => Err(Refusal::request(format!("{other} is not carried by the local AWS."))),
        }
    }

    async fn served_jobs(self: &Arc<Self>, asked: &Asked) -> Result<Value, Refusal> {
        match asked.route.operation {
            "StartBackupJob" => job::calls::start(self, asked),
            "DescribeBackupJob" => job::calls::describe(self, asked),
            "ListBackupJobs" => job::listing::list(self, asked),
            "StopBackupJob" => job::calls::stop(self, asked),
            "DescribeRecoveryPoint" => point::calls::describe(self, asked),
            "UpdateRecoveryPointLifecycle" => point::calls::update(self, asked),
            "DeleteRecoveryPoint" => point::calls::delete(self, asked).await,
            "GetRecoveryPointRestoreMetadata" => point::calls::metadata(self, asked),
            "ListRecoveryPointsByBackupVault" => point::listing::by_vault(self, asked),
            "ListRecoveryPointsByResource" => point::listing::by_resource(self, asked),
            "ListProtectedResources" => point::listing::resources(self, asked),
            "StartCopyJob" => copy::calls::start(self, asked),
            "DescribeCopyJob" => copy::calls::describe(self, asked),
            "ListCopyJobs" => copy::calls::list(self, asked),
            "StartRestoreJob" => restore::calls::start(self, asked),
            "DescribeRestoreJob" => restore::calls::describe(self, asked),
            "GetRestoreJobMetadata" => restore::calls::asked_metadata(self, asked),
            "ListRestoreJobs" => restore::listing::list(self, asked),
            "ListRestoreJobsByProtectedResource" => restore::listing::by_resource(self, asked),
            "PutRestoreValidationResult" => restore::validation::put(self, asked),
            other => Err(Refusal::request(format!("{other} is not carried by the local AWS."))),
        }
    }
}

fn ok_status(operation: &str) -> u16 {
    match operation {
        "CreateRestoreTestingPlan" | "CreateRestoreTestingSelection" => 201,
        "PutRestoreValidationResult" | "DeleteRestoreTestingPlan" | "DeleteRestoreTestingSelection" => 204,
        _ => 200,
    }
}
