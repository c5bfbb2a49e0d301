//! What AWS Backup says of a restore job, what EC2 says of the machine, and what STS says of a refusal.

use nightferry_domain::ids::ExecutionArn;
use nightferry_domain::job::Job;
use nightferry_domain::judge::Ruling;
use nightferry_domain::restore::authorization::{Refused, encoded, read};
use nightferry_domain::restore::id_of;
use nightferry_domain::restore::judge::{Evidences, judge};
use nightferry_domain::restore::state::{RestoreObservation, RestoreState};

use crate::engine::restore_of;
use crate::error::PortError;
use crate::ports::{Clock, Restores, World};

pub(crate) async fn rule_restore<W: World>(
    world: &W,
    job: &Job,
    execution: &ExecutionArn,
) -> Result<Ruling, PortError> {
    let restore = restore_of(job, execution)?;
    let seen = world.restores().restored(execution).await?;
    if let RestoreState::Unrecognised(word) = &seen.state {
        tracing::warn!(execution.arn = %execution, execution.state = %word, "unknown state: not an end");
    }
    let machine = match seen.created.as_deref().filter(|_| seen.state == RestoreState::Completed) {
        Some(created) => world.restores().machine(id_of(created)).await?,
        None => None,
    };
    let refused = refused(world, &seen).await;
    let (machine, refused, content) = (machine.as_ref(), refused.as_ref(), job.drill.content.as_ref());
    Ok(judge(&Evidences { restore, seen: &seen, machine, refused, content, now: world.clock().now() }))
}

/// STS tells what was refused. A refusal that can't be decoded is told in the service's own words.
async fn refused<W: World>(world: &W, seen: &RestoreObservation) -> Option<Refused> {
    let code = encoded(seen.message.as_deref().filter(|_| seen.state == RestoreState::Failed)?)?;
    match world.restores().decoded(code).await {
        Ok(decoded) => read(&decoded),
        Err(error) => {
            tracing::warn!(%error, "the encoded refusal could not be decoded");
            None
        }
    }
}
