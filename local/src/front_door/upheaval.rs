//! Processes ended and started again on order, at any moment of a night.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{FrontDoor, killing};
use crate::{emulators::Standing, state_file::State};

/// An emulator that was restarted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restarted {
    /// What people call it.
    pub name: String,
    /// The process that ended.
    pub old_pid: u32,
    /// The one that answers now, at the same address.
    pub pid: u32,
}

/// A function whose processes were killed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Killed {
    /// How many processes that were: one for each call that was being answered or had been.
    pub process_count: usize,
}

/// Restarts an emulator by its name. moto forgets every execution, because it has no way to keep them; MiniStack finds everything again if the local
/// AWS is durable, and is not restarted otherwise.
pub(super) async fn restart(door: &FrontDoor, name: &str) -> anyhow::Result<Restarted> {
    let emulator = named(door, name)?;
    let is_ministack = Arc::ptr_eq(emulator, &door.ministack);
    anyhow::ensure!(
        door.is_durable || !is_ministack,
        "this local AWS is not durable: MiniStack would come back without the stack, the table and the buckets"
    );
    let (old, new) = emulator.restart().await?;
    if !is_ministack {
        door.machines.forget().await;
    }
    State::replace_child(&door.dir, old.pid, new.pid)?;
    Ok(Restarted { name: new.name.to_owned(), old_pid: old.pid, pid: new.pid })
}

fn named<'a>(door: &'a FrontDoor, name: &str) -> anyhow::Result<&'a Arc<Standing>> {
    let found = [&door.ministack, &door.moto].into_iter().find(|emulator| emulator.now().name == name);
    found.ok_or_else(|| anyhow::anyhow!("there is no emulator {name}: there are MiniStack and moto"))
}

/// Kills every process of a function, whatever it is doing.
pub(super) fn kill(door: &FrontDoor, function: &str) -> Killed {
    let caller =
        killing::Caller { peer: None, function: Some(function.to_owned()), ministack: door.ministack.now().pid };
    Killed { process_count: killing::kill(&caller) }
}
