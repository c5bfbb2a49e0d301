//! The listener, and its absence on order: every connection cut, the port closed, and after a while the same address again with everything it knew.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use tokio::{net::TcpListener, sync::mpsc, task::JoinSet};

use super::{FrontDoor, server::connection};

/// How long the answer to the order itself may take on its way out, in milliseconds.
const ANSWER_MILLIS: u64 = 50;
/// How often the port is tried again when somebody else holds it just then.
const REBIND_TRIES: u32 = 50;
/// Pause between two tries, in milliseconds.
const REBIND_MILLIS: u64 = 100;

/// The front door goes away and comes back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Outage {
    /// For so many milliseconds nobody answers.
    pub down_ms: u64,
}

/// Orders on their way to the listener.
pub(crate) type Outages = mpsc::UnboundedReceiver<Outage>;

/// Answers connections until its task is dropped. An error when the port is lost.
pub(crate) async fn listen(door: Arc<FrontDoor>, listener: TcpListener, mut outages: Outages) -> anyhow::Result<()> {
    let address = listener.local_addr().context("the front door has no address")?;
    let mut listener = listener;
    loop {
        let outage = until_outage(&door, listener, &mut outages).await;
        tokio::time::sleep(Duration::from_millis(outage.down_ms)).await;
        listener = rebind(address).await?;
    }
}

/// Answers until the next outage; at its return the port is closed and every connection cut.
async fn until_outage(door: &Arc<FrontDoor>, listener: TcpListener, outages: &mut Outages) -> Outage {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => drop(connections.spawn(connection(Arc::clone(door), stream, peer))),
                Err(error) => {
                    // Most likely out of file descriptors; others may become free.
                    tracing::warn!(%error, "the front door could not take a connection");
                    tokio::task::yield_now().await;
                }
            },
            Some(outage) = outages.recv() => {
                tokio::time::sleep(Duration::from_millis(ANSWER_MILLIS)).await;
                drop(listener);
                connections.shutdown().await;
                return outage;
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn rebind(address: SocketAddr) -> anyhow::Result<TcpListener> {
    let mut tries = 0;
    loop {
        tries += 1;
        match TcpListener::bind(address).await {
            Ok(listener) => return Ok(listener),
            Err(_) if tries < REBIND_TRIES => tokio::time::sleep(Duration::from_millis(REBIND_MILLIS)).await,
            Err(error) => return Err(error).with_context(|| format!("somebody else took {address} meanwhile")),
        }
    }
}
