//! The demo's way back: one machine restored in earnest, and one drill of the same job.

use jiff::Timestamp;
use nightferry_domain::ids::RunId;
use nightferry_domain::plan::{InstanceId, JobName};
use nightferry_workflow::World as _;
use nightferry_workflow::open_restore::{Overrides, Request, Wanted, open_restore};
use nightferry_workflow::ports::Dice as _;
use serde::Serialize;

use super::servers::{self, MachineProof};
use crate::context::Context;
use crate::exit::Failure;
use crate::nights::Night;
use crate::output::Output;
use crate::watch;

/// A restore or a drill that has ended.
#[derive(Serialize)]
pub(crate) struct WayBack {
    /// `restore` or `drill`.
    pub(crate) what: &'static str,
    /// The machine that was brought back.
    pub(crate) instance_id: String,
    /// Its run with what became of it.
    pub(crate) night: Night,
    /// Machines that EC2 has now and had not before; a drill leaves none.
    pub(crate) left: Vec<String>,
}

impl WayBack {
    /// A restore leaves its machine, a drill leaves nothing; both came out well.
    pub(crate) fn is_as_promised(&self) -> bool {
        let is_safe = self.night.outcome().is_some_and(nightferry_domain::outcome::Outcome::is_safe);
        let machines_left = usize::from(self.what != "drill");
        is_safe && self.left.len() == machines_left
    }

    /// In words.
    pub(crate) fn words(&self) -> String {
        let outcome = self.night.outcome().map_or("not ended", nightferry_domain::outcome::Outcome::word);
        let left = if self.left.is_empty() { "nothing left behind".to_owned() } else { self.left.join(", ") };
        format!("{} of {}: {outcome}; {left} (run {})", self.what, self.instance_id, self.night.run.id)
    }
}

/// Restores a backed-up machine, then rehearses it once more.
pub(super) async fn there_and_gone(
    context: &Context,
    local: &nightferry_local::LocalAws,
    machines: &[MachineProof],
) -> Result<Vec<WayBack>, Failure> {
    let Some(machine) = machines.iter().find(|machine| machine.is_tagged) else { return Ok(vec![]) };
    let restored = bring_back(context, local, &machine.instance_id, false).await?;
    let drilled = bring_back(context, local, &machine.instance_id, true).await?;
    Ok(vec![restored, drilled])
}

async fn bring_back(
    context: &Context,
    local: &nightferry_local::LocalAws,
    instance_id: &str,
    is_drill: bool,
) -> Result<WayBack, Failure> {
    let before = servers::running(local).await?;
    let run = open(context, instance_id, is_drill).await?;
    let what = if is_drill { "drill" } else { "restore" };
    Output::say(&format!("{what} of {instance_id}: run {run}"));
    let night = watch::until_closed(context, &run).await?;
    let after = servers::running(local).await?;
    let left = after.into_iter().filter(|id| !before.contains(id)).collect();
    Ok(WayBack { what, instance_id: instance_id.to_owned(), night, left })
}

async fn open(context: &Context, instance_id: &str, is_drill: bool) -> Result<RunId, Failure> {
    let job: JobName = servers::JOB.parse().map_err(|error| Failure::usage(format!("{error}")))?;
    let machine: InstanceId = instance_id.parse().map_err(|error| Failure::usage(format!("{error}")))?;
    let [low, high, ..] = context.world.dice().roll().to_le_bytes();
    let request = Request {
        job,
        machine: Some(machine),
        wanted: Wanted::Usual,
        overrides: Overrides::default(),
        is_drill,
        note: "nightferry demo".to_owned(),
        requested_at: Timestamp::now(),
        nonce: u16::from_le_bytes([low, high]),
    };
    Ok(open_restore(&context.world, &request).await?.run_id)
}
