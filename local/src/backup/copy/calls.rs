//! Starting, showing and listing copy jobs.

use std::cmp::Reverse;
use std::sync::Arc;

use serde_json::{Value, json};

use super::super::Backup;
use super::super::ids::{epoch, job_id};
use super::super::job::Job;
use super::super::job::listing::is_within;
use super::super::job::order::Creator;
use super::super::lifecycle::Lifecycle;
use super::super::page::page;
use super::super::point::Point;
use super::super::read::{Asked, required, role};
use super::super::refusal::Refusal;
use super::{CopyJob, Order, Status, work};

/// `StartCopyJob`: the same token is answered with the job that it made.
pub(in crate::backup) fn start(backup: &Arc<Backup>, asked: &Asked) -> Result<Value, Refusal> {
    let order = read(asked)?;
    let source = required(&asked.body, "SourceBackupVaultName")?;
    let (point, known) = {
        let state = backup.store.open();
        let vault_arn = state.vault(&asked.home, source)?.arn();
        let mut points = state.points_in(&vault_arn);
        let point = points.find(|point| point.arn == order.point_arn).cloned();
        let same = |job: &&CopyJob| job.home == asked.home && order.token.is_some() && job.order.token == order.token;
        (point, state.copies.iter().find(same).cloned())
    };
    let point = point.ok_or_else(|| Refusal::missing(format!("Cannot find recovery point {}.", order.point_arn)))?;
    if order.vault_arn == point.vault_arn {
        return Err(Refusal::value("The destination backup vault cannot be the source backup vault."));
    }
    let job = match known {
        Some(job) if job.order != order => {
            return Err(Refusal::value("The IdempotencyToken was used before with other parameters."));
        }
        Some(job) => job,
        None => backup.copy(&point, order, None, None),
    };
    Ok(json!({"CopyJobId": job.id, "CreationDate": epoch(job.created), "IsParent": false}))
}

fn read(asked: &Asked) -> Result<Order, Refusal> {
    let vault_arn = required(&asked.body, "DestinationBackupVaultArn")?;
    if !vault_arn.starts_with("arn:") || !vault_arn.contains(":backup-vault:") {
        return Err(Refusal::value(format!("Invalid ARN: {vault_arn} is not the ARN of a backup vault.")));
    }
    Ok(Order {
        token: asked.text("IdempotencyToken").map(str::to_owned),
        point_arn: required(&asked.body, "RecoveryPointArn")?.to_owned(),
        vault_arn: vault_arn.to_owned(),
        role: role(asked, &asked.body)?,
        lifecycle: Lifecycle::read(&asked.body)?,
    })
}

impl Backup {
    fn copy(
        self: &Arc<Self>,
        point: &Point,
        order: Order,
        creator: Option<Creator>,
        by_job: Option<String>,
    ) -> CopyJob {
        let job = CopyJob {
            id: job_id(),
            home: point.home.clone(),
            order,
            point: point.clone(),
            by_job,
            creator,
            created: self.clock.now(),
            ended: None,
            status: Status::Created,
            message: None,
            copied_arn: None,
        };
        self.store.open().copies.push(job.clone());
        self.tell_copy(&job);
        work::launch(self, job.id.clone());
        job
    }

    /// Makes the copies that the rule behind a backup job wants of its point.
    pub(in crate::backup) fn copy_on(self: &Arc<Self>, job: &Job, point: &Point) {
        for wanted in &job.order.copies {
            let order = Order {
                token: None,
                point_arn: point.arn.clone(),
                vault_arn: wanted.vault_arn.clone(),
                role: job.order.role.clone(),
                lifecycle: wanted.lifecycle,
            };
            let _ = self.copy(point, order, job.order.creator.clone(), Some(job.id.clone()));
        }
    }
}

/// `DescribeCopyJob`.
pub(in crate::backup) fn describe(backup: &Backup, asked: &Asked) -> Result<Value, Refusal> {
    let id = asked.route.part("job");
    let found = backup.store.open().copies.iter().find(|job| job.id == id && job.home == asked.home).cloned();
    let job = found.ok_or_else(|| Refusal::missing(format!("Could not find copy job {id}")))?;
    Ok(json!({"CopyJob": backup.faults_of(&job).disguised(job.shown())}))
}

/// `ListCopyJobs`: newest first.
pub(in crate::backup) fn list(backup: &Backup, asked: &Asked) -> Result<Value, Refusal> {
    if let Some(wrong) = asked.queried("state").filter(|word| Status::read(word).is_none()) {
        return Err(Refusal::value(format!("Invalid copy job state: {wrong}")));
    }
    let created = (asked.queried_time("createdAfter")?, asked.queried_time("createdBefore")?);
    let ended = (asked.queried_time("completeAfter")?, asked.queried_time("completeBefore")?);
    let state = backup.store.open();
    let own = state.copies.iter().filter(|job| job.home == asked.home && passes(asked, job));
    let mut jobs: Vec<&CopyJob> =
        own.filter(|job| is_within(Some(job.created), created) && is_within(job.ended, ended)).collect();
    jobs.sort_by_key(|job| Reverse(job.created));
    page(asked, "CopyJobs", jobs.into_iter().map(|job| backup.faults_of(job).disguised(job.shown())).collect())
}

fn passes(asked: &Asked, job: &CopyJob) -> bool {
    let shown = job.shown();
    let filters = [
        ("resourceArn", "ResourceArn"),
        ("state", "State"),
        ("resourceType", "ResourceType"),
        ("destinationVaultArn", "DestinationBackupVaultArn"),
        ("accountId", "AccountId"),
        ("messageCategory", "MessageCategory"),
        ("sourceRecoveryPointArn", "SourceRecoveryPointArn"),
        ("parentJobId", "ParentJobId"),
    ];
    filters.into_iter().all(|(asked_for, member)| {
        asked.queried(asked_for).is_none_or(|wanted| {
            wanted == "*" || shown.get(member).and_then(Value::as_str).is_some_and(|found| found == wanted)
        })
    })
}
