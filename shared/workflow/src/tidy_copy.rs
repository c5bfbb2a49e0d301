//! After a restore of a copy: the task and the location that were made for it are deleted, whatever came before.

use jiff::Timestamp;
use nightferry_domain::back::Back;
use nightferry_domain::job::Job;
use nightferry_domain::job_spec::Transfer;
use nightferry_domain::restore::tidy::{Tidied, is_given_up};

use crate::error::PortError;
use crate::ports::{Clock, Transfers, World};

/// What became of them; nothing while DataSync does not let go of them, as long as an execution goes on.
///
/// # Errors
/// When DataSync does not answer. Calling again is safe: what is gone is no error.
pub(crate) async fn tidy_copy<W: World>(
    world: &W,
    job: &Job,
    settled_at: Timestamp,
) -> Result<Option<Tidied>, PortError> {
    let now = world.clock().now();
    let work = job.spec.work.transfer().and_then(|transfer| Some((transfer, transfer.back.as_deref()?)));
    let Some((transfer, back)) = work else { return Ok(Some(Tidied::WayRemoved { at: now })) };
    if back.standing.is_some() {
        return Ok(Some(Tidied::WayStands { at: now }));
    }
    match delete(world, transfer, back).await {
        Ok(()) => Ok(Some(Tidied::WayRemoved { at: now })),
        Err(refusal @ PortError::Rejected { .. }) if is_given_up(settled_at, now) => {
            let what = format!("task {} and location {}: {refusal}", transfer.task.id(), back.locations.join(", "));
            Ok(Some(Tidied::WayKept { what, at: now }))
        }
        Err(refusal @ PortError::Rejected { .. }) => {
            tracing::info!(%refusal, "not deleted yet");
            Ok(None)
        }
        Err(refusal) => Err(refusal),
    }
}

/// The task first: DataSync keeps locations that a task uses.
async fn delete<W: World>(world: &W, transfer: &Transfer, back: &Back) -> Result<(), PortError> {
    gone(world.transfers().delete_task(&transfer.task).await)?;
    for location in &back.locations {
        gone(world.transfers().delete_location(location).await)?;
    }
    Ok(())
}

fn gone(deleted: Result<(), PortError>) -> Result<(), PortError> {
    match deleted {
        Ok(()) | Err(PortError::Missing { .. }) => Ok(()),
        Err(refusal) => Err(refusal),
    }
}
