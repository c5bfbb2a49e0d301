//! The S3 Batch Operations stand-in: the jobs of S3 Control with their states and messages, over tasks that replicate real versions.
//!
//! A job's manifest is generated and its report written under the job's role, its versions are copied under the replication role of the source
//! bucket; both are decided by the product's own policy evaluator.

mod asked;
mod clock;
mod create;
mod events;
mod faults;
mod job;
mod list;
mod quotas;
mod refusal;
pub(crate) mod route;
mod run;
mod shown;
mod status;
mod store;
mod tags;
pub(crate) mod trails;
mod update;
mod xml;

#[cfg(test)]
mod tests;

use std::sync::{Arc, PoisonError, RwLock};

use bytes::Bytes;
use tokio::sync::watch;

pub use faults::{FailingKeys, Faults};
pub use quotas::{Quotas, Trail};
pub(crate) use refusal::Refusal;

use crate::replication::Replication;
use crate::stand_in::{Answer, EventSink, Witness};
use crate::upstream::Upstream;
use store::Store;

/// The service that assumes jobs' roles.
pub(crate) const SERVICE: &str = "batchoperations.s3.amazonaws.com";

/// One call of S3 Control's jobs.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    /// The account of the caller.
    pub(crate) account: String,
    /// The region of the call's credential scope.
    pub(crate) region: String,
    /// The operation and the job that it names.
    pub(crate) route: route::Route,
    /// The query as it came, without its question mark.
    pub(crate) query: String,
    /// The header `x-amz-account-id`.
    pub(crate) account_id: Option<String>,
    /// The body as it came.
    pub(crate) body: Bytes,
}

/// What the stand-in needs of the world.
pub(crate) struct Settings {
    /// The emulator that has the buckets, roles and trails.
    pub(crate) upstream: Upstream,
    /// Where state changes go.
    pub(crate) events: Arc<dyn EventSink>,
    /// Who copies.
    pub(crate) replication: Arc<Replication>,
    /// Who keeps the record of what the roles are used for.
    pub(crate) witness: Arc<dyn Witness>,
}

/// The stand-in. It keeps everything in memory: a new one knows no jobs.
pub struct Batch {
    upstream: Upstream,
    events: Arc<dyn EventSink>,
    replication: Arc<Replication>,
    witness: Arc<dyn Witness>,
    store: Store,
    quotas: RwLock<Quotas>,
    faults: watch::Sender<Faults>,
}

impl Batch {
    /// A stand-in with no jobs.
    pub(crate) fn new(settings: Settings) -> Arc<Self> {
        let (faults, _) = watch::channel(Faults::default());
        let Settings { upstream, events, replication, witness } = settings;
        let (store, quotas) = (Store::default(), RwLock::default());
        Arc::new(Self { upstream, events, replication, witness, store, quotas, faults })
    }

    /// Answers one call.
    pub(crate) async fn answer(self: &Arc<Self>, call: Call) -> Answer {
        match self.served(&call).await {
            Ok(body) => Answer { status: 200, content_type: xml::XML, body: Bytes::from(body) },
            Err(refusal) => {
                tracing::debug!(operation = call.route.operation, %refusal, "refused");
                refusal.answer()
            }
        }
    }

    /// From now on these limits and switches hold.
    pub fn set_quotas(self: &Arc<Self>, quotas: Quotas) {
        *self.quotas.write().unwrap_or_else(PoisonError::into_inner) = quotas;
        self.reschedule();
    }

    pub(crate) fn quotas(&self) -> Quotas {
        *self.quotas.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on these faults happen; `Faults::default()` ends them and lets what hangs go on.
    pub fn set_faults(&self, faults: Faults) {
        let _ = self.faults.send_replace(faults);
    }

    fn seen_from(&self, account: &str, region: &str) -> Upstream {
        self.upstream.seen_from(account, region)
    }

    async fn served(self: &Arc<Self>, call: &Call) -> Result<String, Refusal> {
        let account = call.account_id.as_deref();
        let account = account.ok_or_else(|| Refusal::bad("The header x-amz-account-id is missing."))?;
        if account != call.account {
            return Err(Refusal::denied(call, account));
        }
        self.expire().await;
        match call.route.operation {
            "CreateJob" => create::create(self, call).await,
            "DescribeJob" => list::describe(self, call),
            "ListJobs" => list::list(self, call),
            "UpdateJobStatus" => update::status(self, call).await,
            "UpdateJobPriority" => update::priority(self, call),
            "PutJobTagging" => tags::put(self, call),
            "GetJobTagging" => tags::get(self, call),
            "DeleteJobTagging" => tags::delete(self, call),
            other => Err(Refusal::bad(format!("{other} is not served here."))),
        }
    }
}
