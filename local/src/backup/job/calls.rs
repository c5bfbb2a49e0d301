//! Starting, showing and stopping backup jobs.

use std::sync::Arc;

use serde_json::{Value, json};
use tokio::sync::watch;

use super::super::ids::{epoch, job_id};
use super::super::read::{Asked, Home};
use super::super::refusal::Refusal;
use super::super::{Backup, run, vault};
use super::Job;
use super::order::Order;
use super::status::Status;

/// `StartBackupJob`: the same token is answered with the job that it made.
pub(in crate::backup) fn start(backup: &Arc<Backup>, asked: &Asked) -> Result<Value, Refusal> {
    let order = Order::read(asked)?;
    let mut state = backup.store.open();
    let vault = state.vault(&asked.home, &order.vault)?;
    vault::policy::check(asked, vault, "backup:StartBackupJob", &vault.arn())?;
    let same = |job: &&Job| job.home == asked.home && order.token.is_some() && job.order.token == order.token;
    if let Some(job) = state.jobs.iter().find(same) {
        if job.order != order {
            return Err(Refusal::value("The IdempotencyToken was used before with other parameters."));
        }
        return Ok(started(job));
    }
    let job = fresh(backup, asked.home.clone(), order);
    let answer = started(&job);
    state.jobs.push(job.clone());
    drop(state);
    backup.launch(&job);
    Ok(answer)
}

fn started(job: &Job) -> Value {
    json!({"BackupJobId": job.id, "CreationDate": epoch(job.created), "IsParent": false})
}

/// A job that nobody has begun.
pub(in crate::backup) fn fresh(backup: &Backup, home: Home, order: Order) -> Job {
    let created = backup.clock.now();
    Job {
        id: job_id(),
        home,
        created,
        start_by: order.windows.start_by(created),
        complete_by: order.windows.complete_by(created),
        order,
        status: Status::Created,
        message: None,
        started: None,
        ended: None,
        percent: 0,
        size_bytes: None,
        point_arn: None,
        resource_name: None,
        stop: watch::channel(false).0,
    }
}

impl Backup {
    /// Tells that a job is there and lets it go.
    pub(in crate::backup) fn launch(self: &Arc<Self>, job: &Job) {
        self.tell_job(job);
        run::launch(self, job.id.clone());
    }
}

/// `DescribeBackupJob`.
pub(in crate::backup) fn describe(backup: &Backup, asked: &Asked) -> Result<Value, Refusal> {
    let job = known(backup, asked)?;
    Ok(backup.faults_of(&job).disguised(job.shown()))
}

/// `StopBackupJob`.
pub(in crate::backup) fn stop(backup: &Backup, asked: &Asked) -> Result<Value, Refusal> {
    let job = known(backup, asked)?;
    if !job.status.may_become(Status::Aborting) {
        let message = format!("The backup job {} is in state {} and can't be stopped.", job.id, job.status.word());
        return Err(Refusal::request(message));
    }
    let _ = job.stop.send_replace(true);
    Ok(Value::Null)
}

fn known(backup: &Backup, asked: &Asked) -> Result<Job, Refusal> {
    let id = asked.route.part("job");
    let job = backup.store.job(id).filter(|job| job.home == asked.home);
    job.filter(|job| !backup.is_too_new(job)).ok_or_else(|| Refusal::missing(format!("Could not find backup job {id}")))
}
