//! S3 Replication: new objects as they are written and existing ones when a batch job asks, by the same rules and the same decisions.
//!
//! The emulator would replicate by itself, but asks only the destination's policy. So it is given each configuration with its rules switched off,
//! and what the rules say is done here: under the replication role, with a role policy on one side and a bucket policy on the other.

mod config;
mod configured;
mod copy;
mod failure;
mod figures;
mod lane;
mod ledger;
mod live;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::mpsc;

pub(crate) use config::{Config, Rule};
pub(crate) use copy::is_taken;
pub(crate) use failure::Failure;
pub(crate) use lane::Lane;
pub(crate) use ledger::{Copied, Entry, Ledger};

use crate::stand_in::Witness;
use crate::upstream::Upstream;

/// The replication of every bucket.
pub(crate) struct Replication {
    upstream: Upstream,
    witness: Arc<dyn Witness>,
    /// What is known of each version's replication.
    pub(crate) ledger: Ledger,
    /// The configurations as their owners wrote them, as XML, by bucket.
    configs: Mutex<BTreeMap<String, String>>,
    /// What CloudWatch is to be told.
    figures: figures::Figures,
    writes: mpsc::UnboundedSender<live::Waiting>,
}

impl Replication {
    /// Without any configuration. What is written is replicated in the background, in order.
    pub(crate) fn start(upstream: Upstream, witness: Arc<dyn Witness>) -> Arc<Self> {
        let (writes, queue) = mpsc::unbounded_channel();
        let (ledger, configs) = (Ledger::default(), Mutex::default());
        let replication =
            Arc::new(Self { upstream, witness, ledger, configs, figures: figures::Figures::default(), writes });
        let heard = Arc::downgrade(&replication);
        replication.upstream.on_write(move |write| {
            if let Some(replication) = heard.upgrade() {
                replication.wrote(write);
            }
        });
        let _worker = tokio::spawn(live::work(Arc::downgrade(&replication), queue));
        replication
    }

    fn kept(&self, bucket: &str) -> Option<String> {
        self.configs.lock().unwrap_or_else(PoisonError::into_inner).get(bucket).cloned()
    }
}
