//! The DataSync stand-in: the service's API with its constraints and messages, over executions that move real bytes.
//!
//! An EFS file system is a directory of this machine ([`FileSystems`]); buckets, roles and log groups are the emulator's.
//! Every access of DataSync is decided under the role it was given, by the product's own policy evaluator.

mod addresses;
mod agents;
mod caller;
mod constraint;
mod control;
mod counters;
mod events;
mod executions;
mod faults;
mod filter;
mod ids;
mod locations;
mod model;
mod options;
mod paging;
mod query;
mod record;
mod refusal;
mod run;
mod status;
mod store;
mod tags;
mod tasks;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;
use tokio::sync::watch;

pub use agents::{Answers, Connection, Machine};
pub use faults::Faults;
pub use refusal::Refusal;

use crate::stand_in::{Answer, Call, EventSink, Witness};
use crate::upstream::Upstream;
use store::Store;

/// Which directory of this machine stands for which EFS file system.
#[derive(Debug, Default)]
pub struct FileSystems(RwLock<BTreeMap<String, PathBuf>>);

impl FileSystems {
    /// From now on the file system `id` (`fs-...`) is this directory.
    pub fn register(&self, id: impl Into<String>, directory: impl Into<PathBuf>) {
        let _ = self.0.write().unwrap_or_else(PoisonError::into_inner).insert(id.into(), directory.into());
    }

    /// The directory of a file system.
    #[must_use]
    pub fn directory(&self, id: &str) -> Option<PathBuf> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }
}

/// How long the service takes for what is instant here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Pace {
    /// Getting network interfaces and workers.
    pub launching_ms: u64,
    /// Before the listing begins.
    pub preparing_ms: u64,
    /// Before the verification begins.
    pub verifying_ms: u64,
}

impl Default for Pace {
    fn default() -> Self {
        Self { launching_ms: 30, preparing_ms: 20, verifying_ms: 10 }
    }
}

/// Limits that AWS raises on request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quotas {
    /// Tasks in an account and Region.
    pub tasks: usize,
    /// How far activation keys' time is ahead of the machine's clock, in minutes: by it half an hour passes at once.
    #[serde(default)]
    pub minutes_ahead: i64,
}

impl Default for Quotas {
    fn default() -> Self {
        Self { tasks: 100, minutes_ahead: 0 }
    }
}

/// What a stand-in needs of the world.
pub struct Settings {
    /// The emulator that has the buckets, roles and log groups.
    pub upstream: Upstream,
    /// Where state changes go.
    pub events: Arc<dyn EventSink>,
    /// Which directory is which file system.
    pub file_systems: Arc<FileSystems>,
    /// How long the phases take at least.
    pub pace: Pace,
    /// Who keeps the record of what the roles are used for.
    pub witness: Arc<dyn Witness>,
}

/// The stand-in. It keeps everything in memory: a new one knows no tasks.
pub struct DataSync {
    upstream: Upstream,
    events: Arc<dyn EventSink>,
    file_systems: Arc<FileSystems>,
    store: Store,
    premises: agents::Premises,
    /// Counts what agents were connected or cut off.
    connections: watch::Sender<u64>,
    pace: RwLock<Pace>,
    quotas: RwLock<Quotas>,
    faults: watch::Sender<Faults>,
    witness: Arc<dyn Witness>,
}

impl DataSync {
    /// A stand-in with no locations, tasks or executions.
    #[must_use]
    pub fn new(settings: Settings) -> Arc<Self> {
        let (faults, _) = watch::channel(Faults::default());
        Arc::new(Self {
            upstream: settings.upstream,
            events: settings.events,
            file_systems: settings.file_systems,
            store: Store::default(),
            premises: agents::Premises::default(),
            connections: watch::Sender::new(0),
            pace: RwLock::new(settings.pace),
            quotas: RwLock::default(),
            faults,
            witness: settings.witness,
        })
    }

    /// Answers one call.
    pub async fn answer(self: &Arc<Self>, call: Call) -> Answer {
        match self.served(&call).await {
            Ok(body) => Answer { status: 200, content_type: refusal::JSON, body: Bytes::from(body.to_string()) },
            Err(refusal) => {
                tracing::debug!(operation = %call.operation, %refusal, "refused");
                refusal.answer()
            }
        }
    }

    /// Which directory is which file system; more can be registered at any time.
    #[must_use]
    pub fn file_systems(&self) -> &FileSystems {
        &self.file_systems
    }

    /// From now on executions take this long at least.
    pub fn set_pace(&self, pace: Pace) {
        *self.pace.write().unwrap_or_else(PoisonError::into_inner) = pace;
    }

    /// From now on these quotas hold.
    pub fn set_quotas(&self, quotas: Quotas) {
        *self.quotas.write().unwrap_or_else(PoisonError::into_inner) = quotas;
    }

    fn quotas(&self) -> Quotas {
        *self.quotas.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on these faults happen; `Faults::default()` ends them and lets what hangs go on.
    pub fn set_faults(&self, faults: Faults) {
        let _ = self.faults.send_replace(faults);
    }

    fn pace(&self) -> Pace {
        *self.pace.read().unwrap_or_else(PoisonError::into_inner)
    }

    async fn pause(&self, ms: u64) {
        tokio::time::sleep(Duration::from_millis(ms)).await;
    }

    fn upstream_of(&self, arn: &str) -> Upstream {
        let region =
            arn.split(':').nth(3).filter(|region| !region.is_empty()).unwrap_or_else(|| self.upstream.region());
        self.upstream.seen_from(ids::account_of(arn), region)
    }

    async fn served(self: &Arc<Self>, call: &Call) -> Result<Value, Refusal> {
        let request = read(&call.body)?;
        let unknown =
            || Refusal::coded("UnknownOperation", format!("Operation {} is not served here.", call.operation));
        constraint::check(model::table(&call.operation).ok_or_else(unknown)?, &request)?;
        self.upstream.learn_account(&call.account);
        match call.operation.as_str() {
            "CreateAgent" => agents::create(self, call, &request).await,
            "DescribeAgent" => agents::describe(self, call, &request),
            "ListAgents" => agents::list(self, call, &request),
            "UpdateAgent" => agents::update(self, call, &request),
            "DeleteAgent" => agents::delete(self, call, &request),
            "CreateLocationEfs" => locations::create_efs(self, call, &request).await,
            "CreateLocationS3" => locations::create_s3(self, call, &request).await,
            "CreateLocationNfs" => agents::create_nfs(self, call, &request),
            "CreateLocationSmb" => agents::create_smb(self, call, &request),
            "DescribeLocationNfs" => agents::describe_shared(self, call, &request, "nfs"),
            "DescribeLocationSmb" => agents::describe_shared(self, call, &request, "smb"),
            "UpdateLocationEfs" => locations::update_efs(self, call, &request),
            "UpdateLocationS3" => locations::update_s3(self, call, &request).await,
            "DescribeLocationEfs" => locations::describe(self, call, &request, true),
            "DescribeLocationS3" => locations::describe(self, call, &request, false),
            "DeleteLocation" => locations::delete(self, call, &request),
            "ListLocations" => locations::list(self, call, &request),
            "CreateTask" => tasks::create(self, call, &request),
            "UpdateTask" => tasks::update(self, call, &request),
            "DescribeTask" => tasks::describe(self, call, &request),
            "DeleteTask" => tasks::delete(self, call, &request),
            "ListTasks" => tasks::list(self, call, &request),
            "StartTaskExecution" => executions::start(self, call, &request),
            "DescribeTaskExecution" => executions::describe(self, call, &request),
            "ListTaskExecutions" => executions::list(self, call, &request),
            "CancelTaskExecution" => executions::cancel(self, call, &request),
            "UpdateTaskExecution" => executions::update(self, call, &request),
            "TagResource" => tags::tag(self, call, &request),
            "UntagResource" => tags::untag(self, call, &request),
            "ListTagsForResource" => tags::list(self, call, &request),
            _ => Err(unknown()),
        }
    }
}

fn read(body: &[u8]) -> Result<Value, Refusal> {
    if body.is_empty() {
        return Ok(Value::Object(serde_json::Map::new()));
    }
    let unreadable =
        |error| Refusal::coded("SerializationException", format!("The request does not read as JSON: {error}"));
    serde_json::from_slice(body).map_err(unreadable)
}
