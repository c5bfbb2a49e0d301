//! Starting and showing restore jobs.

use std::sync::Arc;

use serde_json::{Value, json};

use super::super::Backup;
use super::super::ids::job_id;
use super::super::read::{Asked, Home, map, required, role};
use super::super::refusal::Refusal;
use super::super::vault::policy;
use super::{Order, Restore, Status, Testing, launch_metadata, work};

/// `StartRestoreJob`: the same token is answered with the job that it made.
pub(in crate::backup) fn start(backup: &Arc<Backup>, asked: &Asked) -> Result<Value, Refusal> {
    let order = read(asked)?;
    let known = {
        let state = backup.store.open();
        let point = state.points.iter().find(|point| point.home == asked.home && point.arn == order.point_arn);
        let missing = || Refusal::missing(format!("Cannot find recovery point {}.", order.point_arn));
        let point = point.ok_or_else(missing)?;
        let vault = state.vault(&asked.home, &point.vault)?;
        policy::check(asked, vault, "backup:StartRestoreJob", &point.arn)?;
        let same = |job: &&Restore| job.home == asked.home && order.token.is_some() && job.order.token == order.token;
        state.restores.iter().find(same).cloned()
    };
    match known {
        Some(job) if job.order != order => {
            Err(Refusal::value("The IdempotencyToken was used before with other parameters."))
        }
        Some(job) => Ok(json!({"RestoreJobId": job.id})),
        None => Ok(json!({"RestoreJobId": backup.restore(&asked.home, order, None)?})),
    }
}

fn read(asked: &Asked) -> Result<Order, Refusal> {
    let body = &asked.body;
    if let Some(other) = asked.text("ResourceType").filter(|kind| *kind != "EC2") {
        return Err(Refusal::value(format!("Invalid resource type: the recovery point is of EC2, not of {other}.")));
    }
    if body.get("Metadata").is_none_or(Value::is_null) {
        return Err(Refusal::absent("Metadata"));
    }
    let asked_for = map(body, "Metadata")?;
    launch_metadata::check(&asked_for)?;
    Ok(Order {
        token: asked.text("IdempotencyToken").map(str::to_owned),
        point_arn: required(body, "RecoveryPointArn")?.to_owned(),
        role: role(asked, body)?,
        metadata: asked_for,
        copies_tags: body.get("CopySourceTagsToRestoredResource").and_then(Value::as_bool).unwrap_or_default(),
    })
}

impl Backup {
    /// Makes a restore job and lets it go; its id.
    pub(in crate::backup) fn restore(
        self: &Arc<Self>,
        home: &Home,
        order: Order,
        testing: Option<Testing>,
    ) -> Result<String, Refusal> {
        let mut state = self.store.open();
        let point = state.points.iter().find(|point| point.home == *home && point.arn == order.point_arn).cloned();
        let point =
            point.ok_or_else(|| Refusal::missing(format!("Cannot find recovery point {}.", order.point_arn)))?;
        let job = Restore {
            id: job_id(),
            home: home.clone(),
            order,
            point,
            testing,
            created: self.clock.now(),
            ended: None,
            status: Status::Pending,
            message: None,
            created_arn: None,
            validation: None,
            deletion: None,
        };
        state.restores.push(job.clone());
        drop(state);
        self.tell_restore_created(&job);
        work::launch(self, job.id.clone());
        Ok(job.id)
    }

    /// A restore job of that home.
    pub(in crate::backup) fn known_restore(&self, asked: &Asked) -> Result<Restore, Refusal> {
        let id = asked.route.part("job");
        let state = self.store.open();
        let job = state.restores.iter().find(|job| job.id == id && job.home == asked.home);
        job.cloned().ok_or_else(|| Refusal::missing(format!("Could not find restore job {id}")))
    }
}

/// `DescribeRestoreJob`.
pub(in crate::backup) fn describe(backup: &Backup, asked: &Asked) -> Result<Value, Refusal> {
    let job = backup.known_restore(asked)?;
    Ok(backup.faults_of(&job).disguised(job.shown()))
}

/// `GetRestoreJobMetadata`.
pub(in crate::backup) fn asked_metadata(backup: &Backup, asked: &Asked) -> Result<Value, Refusal> {
    let job = backup.known_restore(asked)?;
    Ok(json!({"RestoreJobId": job.id, "Metadata": job.order.metadata}))
}
