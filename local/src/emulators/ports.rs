//! A loopback port that nobody listens on.

use std::net::{Ipv4Addr, TcpListener};

use anyhow::Context as _;

/// A port that was free a moment ago. Somebody may take it before its user binds it, so the user has to be ready to ask again.
pub(super) fn free() -> anyhow::Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no free port on 127.0.0.1")?;
    Ok(listener.local_addr().context("a bound socket without an address")?.port())
}
