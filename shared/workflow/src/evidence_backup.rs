//! What AWS Backup says of a backup job, what it left in the vault and in EC2, and what became of the declared copies.

use nightferry_domain::backup::expected::{created_since, expected_until};
use nightferry_domain::backup::judge::{CopyFound, Evidences, image_id, judge};
use nightferry_domain::backup::machine::Image;
use nightferry_domain::backup::order::CopyOrder;
use nightferry_domain::backup::seen::{BackupObservation, CopyObservation, RecoveryPoint};
use nightferry_domain::backup::{BackupState, BackupWork, CopyPlace, PointStatus};
use nightferry_domain::ids::ExecutionArn;
use nightferry_domain::job::Job;
use nightferry_domain::judge::Ruling;
use nightferry_domain::limits::{COPY_APPEARS_SECS, POINT_GRACE_SECS};

use crate::engine::backup_of;
use crate::error::PortError;
use crate::evidence::is_overdue;
use crate::ports::{Backups, Clock, Instances, World};

pub(crate) async fn rule_backup_job<W: World>(
    world: &W,
    job: &Job,
    execution: &ExecutionArn,
) -> Result<Ruling, PortError> {
    let seen = world.backups().observe(execution).await?;
    if !seen.state.is_end() {
        warn_of_unknown(&seen);
        return Ok(Ruling::InProgress);
    }
    let work = backup_of(job, execution)?;
    let point = point(world, work, &seen).await?;
    let image = image(world, point.as_ref()).await?;
    if is_still_to_show(&seen, point.as_ref(), image.as_ref(), world.clock().now()) {
        return Ok(Ruling::AwaitsReport);
    }
    let number = number_of(job, execution);
    let copies = copies(world, job, number, &seen, point.as_ref()).await?;
    if copies.iter().any(CopyFound::is_under_way) && !job.must_end(world.clock().now()) {
        return Ok(Ruling::AwaitsCopies);
    }
    let since = created_since(job, number);
    let (point, image, copies) = (point.as_ref(), image.as_ref(), copies.as_slice());
    let judgement = judge(&Evidences { work, seen: &seen, point, image, copies, since });
    Ok(judgement.map_or(Ruling::InProgress, Ruling::Ended))
}

/// The attempt that the execution is of; the first for one that no attempt has.
fn number_of(job: &Job, execution: &ExecutionArn) -> u32 {
    let of_it = job.attempts.iter().find(|attempt| attempt.execution.as_ref() == Some(execution));
    of_it.map_or(1, |attempt| attempt.number)
}

async fn point<W: World>(
    world: &W,
    work: &BackupWork,
    seen: &BackupObservation,
) -> Result<Option<RecoveryPoint>, PortError> {
    let has_one = matches!(seen.state, BackupState::Completed | BackupState::Partial);
    let Some(arn) = seen.recovery_point.as_deref().filter(|_| has_one) else { return Ok(None) };
    match world.backups().point(&work.vault, arn).await {
        Ok(point) => Ok(Some(point)),
        Err(PortError::Missing { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

async fn image<W: World>(world: &W, point: Option<&RecoveryPoint>) -> Result<Option<Image>, PortError> {
    let Some(id) = point.and_then(|point| image_id(&point.arn)) else { return Ok(None) };
    Ok(world.instances().images(&[id.to_owned()]).await?.into_iter().next())
}

/// Vault and EC2 may lag behind the job: what is missing right after its end is looked for again before it is doubted.
fn is_still_to_show(
    seen: &BackupObservation,
    point: Option<&RecoveryPoint>,
    image: Option<&Image>,
    now: jiff::Timestamp,
) -> bool {
    if seen.state != BackupState::Completed || is_overdue(seen.ended_at, POINT_GRACE_SECS, now) {
        return false;
    }
    let Some(point) = point else { return true };
    let is_image_there = image_id(&point.arn).is_none() || image.is_some_and(|image| image.state != "pending");
    point.status == PointStatus::Creating || !is_image_there
}

/// Each declared copy. AWS Backup's own rule makes the copies of its own jobs; of ours, and where it makes none, we begin
/// them, with a token of the attempt's own.
async fn copies<W: World>(
    world: &W,
    job: &Job,
    number: u32,
    seen: &BackupObservation,
    point: Option<&RecoveryPoint>,
) -> Result<Vec<CopyFound>, PortError> {
    let places = job.spec.work.backup().map(|work| work.copies.as_slice()).unwrap_or_default();
    let whole = point.filter(|point| point.status == PointStatus::Completed && seen.state == BackupState::Completed);
    let Some(point) = whole.filter(|_| !places.is_empty()) else { return Ok(vec![]) };
    let known = world.backups().copies_of(&point.arn).await?;
    let is_theirs = expected_until(job, number).is_some();
    let may_appear = is_theirs && !is_overdue(seen.ended_at, COPY_APPEARS_SECS, world.clock().now());
    let mut found = vec![];
    for place in places {
        let latest = latest(&known, place).cloned();
        let mut copy = CopyFound { place: place.clone(), job: latest, refusal: None };
        if copy.job.is_none() && !may_appear && !job.must_end(world.clock().now()) {
            copy.refusal = begin(world, job, number, point, place).await?;
        }
        found.push(copy);
    }
    Ok(found)
}

fn latest<'a>(known: &'a [CopyObservation], place: &CopyPlace) -> Option<&'a CopyObservation> {
    let to_it = known.iter().filter(|copy| copy.vault_arn.as_ref() == Some(&place.vault_arn));
    to_it.max_by_key(|copy| copy.created_at)
}

/// Code and words of a refusal; a service that is busy is asked again with the next look.
async fn begin<W: World>(
    world: &W,
    job: &Job,
    number: u32,
    point: &RecoveryPoint,
    place: &CopyPlace,
) -> Result<Option<(String, String)>, PortError> {
    let attempt = job.attempt_id(number);
    let Some(order) = CopyOrder::of(job, &attempt, &point.arn, place) else { return Ok(None) };
    match world.backups().copy(&order).await {
        Ok(id) => {
            tracing::info!(copy.id = %id, vault.arn = %place.vault_arn, "began a copy of the recovery point");
            Ok(None)
        }
        Err(PortError::Rejected { code, message, .. }) => Ok(Some((code, message))),
        Err(PortError::Missing { message, .. }) => Ok(Some(("ResourceNotFoundException".to_owned(), message))),
        Err(error @ (PortError::Retryable { .. } | PortError::Ambiguous { .. })) => Err(error),
    }
}

fn warn_of_unknown(seen: &BackupObservation) {
    if let BackupState::Unrecognised(word) = &seen.state {
        tracing::warn!(execution.arn = %seen.execution, execution.state = %word, "unknown state: not an end");
    }
}
