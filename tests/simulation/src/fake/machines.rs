//! EC2: instances with tags, and the images that backups make of them.

use std::collections::BTreeMap;

use nightferry_domain::backup::machine::{Image, Instance};
use nightferry_domain::backup::{BackupWork, Starter};
use nightferry_domain::job_spec::{JobSpec, Work};
use nightferry_domain::plan::InstanceId;
use nightferry_workflow::error::PortError;
use nightferry_workflow::ports::Instances;

use super::{Fake, spec};

impl Instances for Fake {
    async fn tagged(&self, tags: &BTreeMap<String, String>) -> Result<Vec<Instance>, PortError> {
        self.call("tagged", |state| {
            let alive = state.instances.values().filter(|instance| !instance.is_terminated());
            let carries = |it: &&Instance| tags.iter().all(|(key, value)| it.tags.get(key) == Some(value));
            Ok(alive.filter(carries).cloned().collect())
        })
        .await
    }

    async fn described(&self, ids: &[InstanceId]) -> Result<Vec<Instance>, PortError> {
        self.call("described", |state| Ok(ids.iter().filter_map(|id| state.instances.get(id)).cloned().collect())).await
    }

    async fn images(&self, ids: &[String]) -> Result<Vec<Image>, PortError> {
        self.call("images", |state| Ok(ids.iter().filter_map(|id| state.images.get(id)).cloned().collect())).await
    }
}

/// The n-th machine of a test.
pub fn machine(n: u32) -> InstanceId {
    format!("i-{n:017x}").parse().expect("an instance's id")
}

/// A plan's tagged machines, which this run backs up itself.
pub fn backed_up(name: &str) -> JobSpec {
    let work = BackupWork {
        from: "EC2 instances with AWSBackup=EC2".into(),
        to: "vault EC2".into(),
        machine: None,
        unlisted: None,
        tags: BTreeMap::from([("AWSBackup".to_owned(), "EC2".to_owned())]),
        vault: "EC2".into(),
        role: format!("arn:aws:iam::123456789012:role/nightferry-backup-{name}"),
        start: Starter::Nightferry,
        start_within_mins: 60,
        complete_within_mins: 480,
        keep_days: 30,
        cold_after_days: None,
        copies: vec![],
        restore: None,
    };
    JobSpec { work: Work::Backup(work), ..spec(name) }
}

impl Fake {
    /// A machine that carries the tag of [`backed_up`], with a name.
    pub fn has_machine(&self, id: &InstanceId, name: &str) {
        let pairs = [("AWSBackup", "EC2"), ("Name", name)];
        let instance = Instance {
            id: id.clone(),
            arn: format!("arn:aws:ec2:ap-northeast-1:123456789012:instance/{id}"),
            state: "running".into(),
            tags: pairs.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect(),
            image: Some("ami-0".into()),
            instance_type: Some("t3.micro".into()),
            profile: None,
            subnet: Some("subnet-0a1b2c3d".into()),
            volumes: BTreeMap::from([("/dev/xvda".to_owned(), format!("vol-{id}"))]),
        };
        let _ = self.state.borrow_mut().instances.insert(id.clone(), instance);
    }
}
