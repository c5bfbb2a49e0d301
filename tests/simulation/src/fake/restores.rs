//! Restore jobs with tokens, and the machines that they make.

use std::collections::BTreeMap;

use jiff::Timestamp;
use nightferry_domain::backup::PointStatus;
use nightferry_domain::backup::machine::{Image, ImageDevice};
use nightferry_domain::backup::seen::RecoveryPoint;
use nightferry_domain::ids::{AttemptId, ExecutionArn, RunId};
use nightferry_domain::job_spec::{JobSpec, Work};
use nightferry_domain::plan::InstanceId;
use nightferry_domain::restore::Restore;
use nightferry_domain::restore::machine::{Machine, Volume};
use nightferry_domain::restore::metadata::{Metadata, profile_of};
use nightferry_domain::restore::place::{DrillPlace, RestorePlace};
use nightferry_domain::restore::state::{RestoreObservation, RestoreState};
use nightferry_workflow::error::PortError;
use nightferry_workflow::ports::Restores;

use super::{Fake, State, backed_up, missing};

/// A restore job as the service keeps it.
#[derive(Debug, Clone)]
pub struct RestoreJob {
    /// What it was asked for.
    pub asked: Restore,
    /// What Describe says of it.
    pub seen: RestoreObservation,
}

/// What AWS Backup, EC2 and STS hold of restores.
#[derive(Debug, Default)]
pub struct Restoring {
    /// Restore jobs, oldest first.
    pub jobs: Vec<RestoreJob>,
    /// The restore job of each token.
    pub tokens: BTreeMap<String, ExecutionArn>,
    /// Machines that restores made.
    pub machines: BTreeMap<String, Machine>,
    /// What AWS Backup proposes for every point.
    pub proposed: Metadata,
    /// What STS decodes.
    pub decoded: BTreeMap<String, String>,
    /// What was made in DataSync to bring copies back.
    pub ways: super::ways::Ways,
}

impl Restores for Fake {
    async fn proposed(&self, _vault: &str, recovery_point: &str) -> Result<Metadata, PortError> {
        self.call("proposed", |state| {
            let is_there = state.points.contains_key(recovery_point);
            if is_there {
                Ok(state.restoring.proposed.clone())
            } else {
                Err(missing("proposed", &"what was asked for"))
            }
        })
        .await
    }

    async fn restore(&self, restore: &Restore, attempt: &AttemptId) -> Result<ExecutionArn, PortError> {
        let now = self.time();
        self.call("restore", |state| Ok(begin(state, restore, attempt, now))).await
    }

    async fn restored(&self, job: &ExecutionArn) -> Result<RestoreObservation, PortError> {
        self.call("restored", |state| {
            let found = state.restoring.jobs.iter().find(|it| &it.seen.execution == job);
            found.map(|it| it.seen.clone()).ok_or_else(|| missing("restored", &"what was asked for"))
        })
        .await
    }

    async fn begun_since(&self, since: Timestamp) -> Result<Vec<RestoreObservation>, PortError> {
        self.call("begun_since", |state| {
            let seen = state.restoring.jobs.iter().map(|it| it.seen.clone());
            Ok(seen.filter(|it| it.created_at.is_some_and(|at| at >= since)).collect())
        })
        .await
    }

    async fn decoded(&self, encoded: &str) -> Result<String, PortError> {
        self.call("decoded", |state| {
            state.restoring.decoded.get(encoded).cloned().ok_or_else(|| missing("decoded", &"what was asked for"))
        })
        .await
    }

    async fn machine(&self, id: &str) -> Result<Option<Machine>, PortError> {
        self.call("machine", |state| Ok(state.restoring.machines.get(id).cloned())).await
    }

    async fn mark(&self, id: &str, run: &RunId) -> Result<(), PortError> {
        self.call("mark", |state| {
            let machine = state.restoring.machines.get_mut(id).ok_or_else(|| missing("mark", &"what was asked for"))?;
            machine.drill_tag = Some(run.to_string());
            Ok(())
        })
        .await
    }

    async fn remove(&self, id: &str) -> Result<(), PortError> {
        self.call("remove", |state| {
            let machine =
                state.restoring.machines.get_mut(id).ok_or_else(|| missing("remove", &"what was asked for"))?;
            if machine.drill_tag.is_none() {
                state.broken.push(format!("{id} was to be removed though no drill had marked it"));
            }
            machine.state = "shutting-down".into();
            Ok(())
        })
        .await
    }
}

/// The same token again is the same job.
fn begin(state: &mut State, restore: &Restore, attempt: &AttemptId, now: Timestamp) -> ExecutionArn {
    if let Some(known) = state.restoring.tokens.get(&attempt.to_string()) {
        return known.clone();
    }
    let count = state.restoring.jobs.len() + 1;
    let text = format!("arn:aws:backup:ap-northeast-1:123456789012:restore-job:9A8B7C6D-5E4F-3021-1234-{count:012X}");
    let execution: ExecutionArn = text.parse().expect("a restore job's ARN");
    let seen = RestoreObservation {
        execution: execution.clone(),
        state: RestoreState::of("PENDING"),
        message: None,
        created: None,
        recovery_point: Some(restore.recovery_point.clone()),
        bytes: None,
        created_at: Some(now),
        ended_at: None,
    };
    state.restoring.jobs.push(RestoreJob { asked: restore.clone(), seen });
    let _ = state.restoring.tokens.insert(attempt.to_string(), execution.clone());
    execution
}

/// A plan's tagged machines that can be restored, and rehearsed with a check of the user's.
pub fn restorable(name: &str, check_function: Option<&str>) -> JobSpec {
    let mut spec = backed_up(name);
    let Work::Backup(work) = &mut spec.work else { panic!("machines that are backed up") };
    work.restore = Some(RestorePlace {
        role: format!("arn:aws:iam::123456789012:role/nightferry-restore-{name}"),
        subnet: None,
        security_groups: vec![],
        drill: Some(DrillPlace {
            subnet: "subnet-0dddddddddddddddd".into(),
            security_group: "sg-0dddddddddddddddd".into(),
            instance_type: None,
            picks_randomly: false,
            check_function: check_function.map(str::to_owned),
            check_command: vec![],
            schedule: Some("weekly".parse().expect("a schedule's name")),
        }),
    });
    spec
}

impl Fake {
    /// A whole recovery point of a machine, made `days` days ago, with its image.
    pub fn has_point(&self, machine: &InstanceId, ami: &str, days: i64) {
        let created_at = self.time() - jiff::SignedDuration::from_hours(24 * days);
        let arn = format!("arn:aws:ec2:ap-northeast-1::image/{ami}");
        let point = RecoveryPoint {
            arn: arn.clone(),
            resource: Some(format!("arn:aws:ec2:ap-northeast-1:123456789012:instance/{machine}")),
            vault: Some("EC2".into()),
            status: PointStatus::Completed,
            message: None,
            bytes: Some(8_589_934_592),
            created_at: Some(created_at),
            completed_at: Some(created_at),
            delete_at: None,
            cold_at: None,
        };
        let device = ImageDevice { device: "/dev/xvda".into(), snapshot: Some("snap-1".into()), gib: Some(8) };
        let image = Image { id: ami.into(), name: None, state: "available".into(), devices: vec![device] };
        let mut state = self.state.borrow_mut();
        let _ = state.points.insert(arn, point);
        let _ = state.images.insert(ami.into(), image);
        let usual = [
            ("InstanceType", "t3.micro"),
            ("SubnetId", "subnet-0a1b2c3d"),
            ("SecurityGroupIds", r#"["sg-0a1b2c3d"]"#),
            ("IamInstanceProfileName", "Web"),
        ];
        state.restoring.proposed = usual.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
    }

    /// The restore job makes its machine, exactly as it was asked to, and ends well.
    pub fn restore_makes(&self, job: &ExecutionArn, id: &str) {
        let now = self.time();
        let mut state = self.state.borrow_mut();
        let found = state.restoring.jobs.iter_mut().find(|it| &it.seen.execution == job).expect("a restore job");
        found.seen.state = RestoreState::Completed;
        found.seen.created = Some(format!("arn:aws:ec2:ap-northeast-1:123456789012:instance/{id}"));
        found.seen.bytes = Some(8_589_934_592);
        found.seen.ended_at = Some(now);
        let machine = made_as_asked(&found.asked, id, now);
        let _ = state.restoring.machines.insert(id.to_owned(), machine);
    }

    /// The restore job ends in failure, with these words.
    pub fn restore_fails(&self, job: &ExecutionArn, words: &str) {
        let now = self.time();
        let mut state = self.state.borrow_mut();
        let found = state.restoring.jobs.iter_mut().find(|it| &it.seen.execution == job).expect("a restore job");
        found.seen.state = RestoreState::Failed;
        found.seen.message = Some(words.to_owned());
        found.seen.ended_at = Some(now);
    }

    /// EC2 is done with removing the machine.
    pub fn machine_is_gone(&self, id: &str) {
        self.machine_becomes(id, |machine| machine.state = "terminated".into());
    }

    /// EC2 says something else of the machine.
    pub fn machine_becomes(&self, id: &str, change: impl FnOnce(&mut Machine)) {
        change(self.state.borrow_mut().restoring.machines.get_mut(id).expect("a machine"));
    }
}

fn made_as_asked(asked: &Restore, id: &str, now: Timestamp) -> Machine {
    let value = |key: &str| asked.metadata.get(key).cloned();
    let groups = value("SecurityGroupIds").map(|text| serde_json::from_str(&text).expect("a list of groups"));
    Machine {
        id: id.to_owned(),
        state: "running".into(),
        instance_status: Some("ok".into()),
        system_status: Some("ok".into()),
        instance_type: value("InstanceType").unwrap_or_default(),
        subnet: value("SubnetId"),
        profile: profile_of(&asked.metadata).map(|name| format!("arn:aws:iam::123456789012:instance-profile/{name}")),
        security_groups: groups.unwrap_or_default(),
        requires_imdsv2: Some(asked.metadata.contains_key("RequireIMDSv2")),
        volumes: asked.volumes.iter().map(|it| Volume { device: it.device.clone(), size_gib: it.size_gib }).collect(),
        launched_at: Some(now),
        drill_tag: None,
    }
}
