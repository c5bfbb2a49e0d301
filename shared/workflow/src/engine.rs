//! What every engine has in common, as the use cases need it: looked for, started, looked at, ended.
//!
//! DataSync's start takes no token, so it is sent once and looked for. A batch job's creation takes one, so it is sent
//! again: whoever comes second gets the same job.

use nightferry_domain::backup::expected::expected_until;
use nightferry_domain::backup::{BackupState, BackupWork};
use nightferry_domain::batch::BatchState;
use nightferry_domain::batch::judge::of_job;
use nightferry_domain::batch::order::{self, BatchOrder};
use nightferry_domain::diagnosis::{Diagnosis, Evidence, Speaker, diagnose, diagnose_from};
use nightferry_domain::ids::{AttemptId, Engine, ExecutionArn};
use nightferry_domain::job::Job;
use nightferry_domain::job_spec::{Transfer, Work};
use nightferry_domain::observation::ExecutionState;
use nightferry_domain::replication::Replication;
use nightferry_domain::restore::Restore;
use nightferry_domain::restore::state::RestoreState;

use crate::backup_jobs;
use crate::error::PortError;
use crate::ports::{Backups, BatchJobs, Restores, StartRefusal, Transfers, World};

/// Where an execution stands, whatever engine it is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Nothing is to be done about it yet.
    GoesOn,
    /// It waits to be let through.
    AwaitsConfirmation,
    /// Nothing more can happen to it.
    Ended {
        /// By the service's own word.
        has_failed: bool,
    },
}

/// Asks the service. A vanished execution is `Missing`.
pub(crate) async fn stand<W: World>(world: &W, execution: &ExecutionArn) -> Result<Standing, PortError> {
    match execution.engine() {
        Engine::DataSync => {
            let state = world.transfers().observe(execution).await?.state;
            let has_failed = state == ExecutionState::Error;
            Ok(if state.is_end() { Standing::Ended { has_failed } } else { Standing::GoesOn })
        }
        Engine::Batch => Ok(standing(&world.batch_jobs().observe(execution).await?.state)),
        Engine::Backup => {
            let state = world.backups().observe(execution).await?.state;
            let has_failed = state != BackupState::Completed;
            Ok(if state.is_end() { Standing::Ended { has_failed } } else { Standing::GoesOn })
        }
        Engine::Restore => {
            let state = world.restores().restored(execution).await?.state;
            let has_failed = state != RestoreState::Completed;
            Ok(if state.is_end() { Standing::Ended { has_failed } } else { Standing::GoesOn })
        }
    }
}

fn standing(state: &BatchState) -> Standing {
    match state {
        BatchState::Suspended => Standing::AwaitsConfirmation,
        BatchState::Complete | BatchState::Failed | BatchState::Cancelled => {
            Standing::Ended { has_failed: *state != BatchState::Complete }
        }
        BatchState::New
        | BatchState::Preparing
        | BatchState::Ready
        | BatchState::Active
        | BatchState::Pausing
        | BatchState::Paused
        | BatchState::Completing
        | BatchState::Failing
        | BatchState::Cancelling
        | BatchState::Unrecognised(_) => Standing::GoesOn,
    }
}

/// Whether it has ended; what the service does not know any more has.
pub(crate) async fn has_ended<W: World>(world: &W, execution: &ExecutionArn) -> Result<bool, PortError> {
    match stand(world, execution).await {
        Ok(standing) => Ok(matches!(standing, Standing::Ended { .. })),
        Err(PortError::Missing { .. }) => Ok(true),
        Err(error) => Err(error),
    }
}

/// Whether the workflow that waits for it has something to do: it has ended, or waits to be let through.
pub(crate) async fn needs_somebody<W: World>(world: &W, execution: &ExecutionArn) -> Result<bool, PortError> {
    match stand(world, execution).await {
        Ok(standing) => Ok(standing != Standing::GoesOn),
        Err(PortError::Missing { .. }) => Ok(true),
        Err(error) => Err(error),
    }
}

/// Whether a start may be repeated with the same token while nobody knows what became of the first.
pub(crate) fn starts_repeatedly(job: &Job, number: u32) -> bool {
    match &job.spec.work {
        Work::DataSync(_) => false,
        Work::Replicate(_) | Work::Restore(_) => true,
        Work::Backup(_) => expected_until(job, number).is_none(),
    }
}

/// The attempt's execution, if there is one; lists may be stale by `LIST_STALENESS_MAX_SECS`.
pub(crate) async fn find<W: World>(world: &W, job: &Job, id: &AttemptId) -> Result<Option<ExecutionArn>, PortError> {
    match &job.spec.work {
        Work::DataSync(transfer) => world.transfers().find(&transfer.task, id).await,
        Work::Replicate(replication) => ours(world, replication, id).await,
        Work::Backup(_) => backup_jobs::find(world, job, id).await,
        // No list tells whose a restore job is: only starting it again, with the same token, gives it back.
        Work::Restore(_) => Ok(None),
    }
}

/// As [`find`], to be the attempt's from now on: a backup job, which carries no mark, is kept from every other attempt.
pub(crate) async fn adopt<W: World>(world: &W, job: &Job, id: &AttemptId) -> Result<Option<ExecutionArn>, PortError> {
    match &job.spec.work {
        Work::Backup(_) => backup_jobs::adopt(world, job, id).await,
        Work::DataSync(_) | Work::Replicate(_) | Work::Restore(_) => find(world, job, id).await,
    }
}

/// The attempt's batch job; the oldest, should there be more.
async fn ours<W: World>(
    world: &W,
    replication: &Replication,
    id: &AttemptId,
) -> Result<Option<ExecutionArn>, PortError> {
    let description = order::description(id, replication);
    let listed = world.batch_jobs().listed().await?;
    let ours = listed.into_iter().filter(|job| job.description.as_deref() == Some(&description));
    Ok(ours.min_by_key(|job| job.created_at).map(|job| job.execution))
}

/// What the engine's refusal of a start means.
pub(crate) fn explain(job: &Job, evidence: &Evidence<'_>) -> Diagnosis {
    match &job.spec.work {
        Work::DataSync(_) => diagnose(evidence),
        Work::Replicate(_) => of_job(evidence),
        Work::Backup(_) | Work::Restore(_) => diagnose_from(Speaker::Backup, evidence),
    }
}

/// Starts it. The attempt was claimed, and looked for, before.
pub(crate) async fn start<W: World>(world: &W, job: &Job, id: &AttemptId) -> Result<ExecutionArn, StartRefusal> {
    match &job.spec.work {
        Work::DataSync(transfer) => world.transfers().start(transfer, id).await,
        Work::Replicate(replication) => {
            if blocker(world, replication, id).await?.is_some() {
                return Err(StartRefusal::Busy);
            }
            let order = BatchOrder::of(job, id.number).ok_or_else(|| not_an_order(id))?;
            Ok(world.batch_jobs().create(&order).await?)
        }
        Work::Backup(_) => backup_jobs::start(world, job, id).await,
        Work::Restore(restore) => Ok(world.restores().restore(restore, id).await?),
    }
}

fn not_an_order(id: &AttemptId) -> PortError {
    PortError::Rejected {
        service: "Nightferry",
        operation: "CreateJob",
        code: "NotAnOrder".to_owned(),
        message: format!("attempt {id} replicates nothing"),
    }
}

/// The execution that keeps a start from being made: a task's latest, an earlier night's batch job for the bucket, or
/// another backup of the machine.
pub(crate) async fn latest<W: World>(world: &W, job: &Job, id: &AttemptId) -> Result<Option<ExecutionArn>, PortError> {
    match &job.spec.work {
        Work::DataSync(transfer) => world.transfers().latest(&transfer.task).await,
        Work::Replicate(replication) => blocker(world, replication, id).await,
        Work::Backup(_) => backup_jobs::blocker(world, job, id).await,
        Work::Restore(_) => Ok(None),
    }
}

/// S3 runs any number of jobs over one bucket at once; two of ours would copy the same objects twice.
async fn blocker<W: World>(
    world: &W,
    replication: &Replication,
    id: &AttemptId,
) -> Result<Option<ExecutionArn>, PortError> {
    let own = order::description(id, replication);
    let is_other = |description: &str| order::is_of(description, replication) && description != own;
    let listed = world.batch_jobs().listed().await?;
    let mut others = listed.into_iter().filter(|job| job.description.as_deref().is_some_and(is_other));
    Ok(others.find(|job| !job.state.is_end()).map(|job| job.execution))
}

/// Asks the service to end it. Asking twice, or for an ended one, is no error.
pub(crate) async fn cancel<W: World>(world: &W, execution: &ExecutionArn, why: &str) -> Result<(), PortError> {
    match execution.engine() {
        Engine::DataSync => world.transfers().cancel(execution).await,
        Engine::Batch => world.batch_jobs().cancel(execution, why).await,
        Engine::Backup => world.backups().stop(execution).await,
        // AWS Backup has no way to stop a restore: what it makes, a drill removes afterwards.
        Engine::Restore => Ok(()),
    }
}

/// The attempt that an execution says it belongs to.
pub(crate) async fn tagged_attempt<W: World>(
    world: &W,
    execution: &ExecutionArn,
) -> Result<Option<AttemptId>, PortError> {
    match execution.engine() {
        Engine::DataSync => world.transfers().tagged_attempt(execution).await,
        Engine::Batch => {
            let seen = world.batch_jobs().observe(execution).await?;
            Ok(seen.description.as_deref().and_then(order::attempt_of))
        }
        // AWS Backup tells neither token nor tag of a job.
        Engine::Backup | Engine::Restore => Ok(None),
    }
}

/// A DataSync execution is judged by its task; an execution of another engine under such a job is a broken record.
pub(crate) fn transfer_of<'a>(job: &'a Job, execution: &ExecutionArn) -> Result<&'a Transfer, PortError> {
    job.spec.work.transfer().ok_or_else(|| not_its_own(job, execution))
}

/// The same for a batch job.
pub(crate) fn replication_of<'a>(job: &'a Job, execution: &ExecutionArn) -> Result<&'a Replication, PortError> {
    job.spec.work.replication().ok_or_else(|| not_its_own(job, execution))
}

/// The same for a backup job.
pub(crate) fn backup_of<'a>(job: &'a Job, execution: &ExecutionArn) -> Result<&'a BackupWork, PortError> {
    job.spec.work.backup().ok_or_else(|| not_its_own(job, execution))
}

/// The same for a restore job.
pub(crate) fn restore_of<'a>(job: &'a Job, execution: &ExecutionArn) -> Result<&'a Restore, PortError> {
    job.spec.work.restore().ok_or_else(|| not_its_own(job, execution))
}

fn not_its_own(job: &Job, execution: &ExecutionArn) -> PortError {
    PortError::Rejected {
        service: "Nightferry",
        operation: "VerifyJob",
        code: "WrongEngine".to_owned(),
        message: format!("{execution} can't be an execution of job `{}`", job.spec.name),
    }
}
