//! DataSync's creations for a restore. None takes a token: each is sent once, and looked for by its mark.

use nightferry_domain::back::WayEnd;
use nightferry_domain::back::order::{Order, Reads};
use nightferry_domain::ids::{RunId, TaskArn};

use super::ports::{Made, WaysBack};
use crate::error::PortError;
use crate::provision::ports::{Pause, TransferTasks};

/// Looks at a task that DataSync is still making, and the pause between them in seconds.
const LOOKS_MAX: u32 = 60;
const LOOK_SECS: u64 = 2;

/// Locations and task of the restore: those that carry its mark already, or new ones.
pub(super) async fn make<A: TransferTasks + WaysBack + Pause>(
    account: &A,
    run: &RunId,
    order: &Order,
) -> Result<(Vec<String>, TaskArn), PortError> {
    let there = account.made_for(run).await?;
    let (from, mut locations) = match &order.from {
        Reads::Own(arn) => (arn.clone(), vec![]),
        Reads::Made(end) => {
            let arn = location(account, run, end, &there).await?;
            (arn.clone(), vec![arn])
        }
    };
    let to = location(account, run, &order.to, &there).await?;
    let task = if let Some(task) = there.tasks.into_iter().next() {
        task
    } else {
        let made = account.make_task(run, &order.task, (&from, &to)).await;
        unless_lost(made, || async { Ok(account.made_for(run).await?.tasks.into_iter().next()) }).await?
    };
    await_made(account, &task).await?;
    locations.push(to);
    Ok((locations, task))
}

async fn location<A: WaysBack>(account: &A, run: &RunId, end: &WayEnd, there: &Made) -> Result<String, PortError> {
    if let Some(arn) = there.location(end) {
        return Ok(arn);
    }
    let made = account.make_location(run, end).await;
    unless_lost(made, || async { Ok(account.made_for(run).await?.location(end)) }).await
}

/// A reply that got lost says nothing of what was done.
async fn unless_lost<T, F: Future<Output = Result<Option<T>, PortError>>>(
    made: Result<T, PortError>,
    look: impl FnOnce() -> F,
) -> Result<T, PortError> {
    match made {
        Err(lost @ PortError::Ambiguous { .. }) => look().await?.ok_or(lost),
        made => made,
    }
}

/// A task that is still being made would be taken for a broken one.
async fn await_made<A: WaysBack + Pause>(account: &A, task: &TaskArn) -> Result<(), PortError> {
    for _ in 0..LOOKS_MAX {
        if !account.is_in_the_making(task).await? {
            return Ok(());
        }
        account.pause(LOOK_SECS).await;
    }
    Err(PortError::Retryable { service: "DataSync", operation: "CreateTask", code: "StillCreating".to_owned() })
}

/// Takes away what carries the run's mark, the task before its locations. What can't be taken away is told, and costs nothing.
pub(super) async fn take_away<A: TransferTasks + WaysBack>(account: &A, run: &RunId) {
    if let Err(error) = try_to_take_away(account, run).await {
        tracing::warn!(%error, run.id = %run, "left in DataSync, with the tag `nightferry:restore`");
    }
}

async fn try_to_take_away<A: TransferTasks + WaysBack>(account: &A, run: &RunId) -> Result<(), PortError> {
    let made = account.made_for(run).await?;
    for task in &made.tasks {
        account.delete_task(task).await?;
    }
    for location in &made.locations {
        account.delete_location(&location.arn).await?;
    }
    Ok(())
}
