//! The machines on the premises: each listens on a loopback port of its own until it is activated.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use tokio::net::TcpListener;
use tokio::task::AbortHandle;

use super::machine::{self, Answers, Keys};

/// How long a key is taken.
const KEY_LIFE: SignedDuration = SignedDuration::from_mins(30);

/// Where a machine listens.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub struct Machine {
    /// On this machine, loopback.
    pub address: String,
    /// Its port, in place of 80.
    pub port: u16,
}

/// A key that a machine gave.
#[derive(Debug, Clone)]
pub(super) struct Given {
    /// When.
    pub(super) at: Timestamp,
    /// Which machine, by its port.
    pub(super) port: u16,
    /// The VPC endpoint's address that it was asked for; nothing for the public endpoint.
    pub(super) endpoint: Option<String>,
    /// The Region that it was asked for.
    pub(super) region: String,
}

/// All machines, and the keys that they gave.
#[derive(Debug, Default)]
pub(in crate::datasync) struct Premises {
    keys: Keys,
    listening: Mutex<BTreeMap<u16, AbortHandle>>,
}

impl Premises {
    /// Sets up a machine that answers so.
    pub(in crate::datasync) async fn deploy(&self, answers: Answers) -> std::io::Result<Machine> {
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
        let address = listener.local_addr()?;
        let task = tokio::spawn(machine::serve(listener, answers, self.keys.clone()));
        let _ = self.listening().insert(address.port(), task.abort_handle());
        Ok(Machine { address: address.ip().to_string(), port: address.port() })
    }

    /// Takes a key out, for good: a key that is known makes one agent, whatever becomes of the call. `None` for one that
    /// nobody gave, that was used before, or that is too old.
    pub(super) fn spend(&self, key: &str, region: &str, now: Timestamp) -> Option<Given> {
        let given = self.keys.take(key)?;
        (given.region == region && now.duration_since(given.at) < KEY_LIFE).then_some(given)
    }

    /// An activated machine closes its port.
    pub(super) fn close(&self, port: u16) {
        if let Some(task) = self.listening().remove(&port) {
            task.abort();
        }
    }

    fn listening(&self) -> MutexGuard<'_, BTreeMap<u16, AbortHandle>> {
        self.listening.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Premises {
    fn drop(&mut self) {
        for task in self.listening().values() {
            task.abort();
        }
    }
}
