//! A loopback port that nobody listens on.

use std::net::{Ipv4Addr, TcpListener};

use anyhow::Context as _;

/// The port that is asked for, or any free one.
pub(super) fn this_or_free(port: Option<u16>) -> anyhow::Result<u16> {
    port.map_or_else(free, Ok)
}

/// A port that was free a moment ago. Somebody may take it before its user binds it, so the user has to be ready to ask again.
fn free() -> anyhow::Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no free port on 127.0.0.1")?;
    Ok(listener.local_addr().context("a bound socket without an address")?.port())
}
