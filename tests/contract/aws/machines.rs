//! A tagged machine in MiniStack's EC2 with a vault and roles of its own, made by `apply`'s adapters, and our AWS Backup.

use nightferry_aws::backups::BackupJobs;
use nightferry_aws::ec2::Ec2Instances;
use nightferry_aws::restores::BackupRestores;
use nightferry_domain::backup::judge::image_id;
use nightferry_domain::ids::ExecutionArn;
use nightferry_domain::job_spec::JobSpec;
use nightferry_domain::plan::InstanceId;
use nightferry_domain::provision::BackupVault;
use nightferry_domain::restore::Restore;
use nightferry_local::front_door::CallEffect;
use nightferry_local::upstream::ec2;
use nightferry_workflow::World as _;
use nightferry_workflow::open_restore::Overrides;
use nightferry_workflow::provision::ports::Vaults as _;

use super::local::{break_once, local, stack};
use super::seeds::machine::{Machine, machine};
use crate::transfers::Break;
use crate::{backups, instances, restores, things};

pub(crate) async fn machines() -> Machine {
    machine().await
}

impl backups::Bench for Machine {
    type Port = BackupJobs;

    fn port(&self) -> &BackupJobs {
        self.scene.world.backups()
    }

    fn spec(&self) -> &JobSpec {
        &self.job.spec
    }

    async fn completes(&self, job: &ExecutionArn) {
        let _ = self.ended(job).await;
    }

    async fn breaks_the_next_start(&self, how: Break) {
        let effect = match how {
            Break::Lost => CallEffect::Lose,
            Break::ReplyLost => CallEffect::LoseReply,
            Break::Throttled => CallEffect::Throttle,
        };
        break_once(&self.scene.caller, "StartBackupJob", effect).await;
    }

    async fn other_vault(&self) -> String {
        let name = format!("contract-other-{}", things::number());
        let vault =
            BackupVault { backup_vault_name: name.clone(), encryption_key_arn: None, lock: None, statements: vec![] };
        self.scene.own.create_vault(&stack(), &vault).await.unwrap();
        stack().arn("backup", &format!("backup-vault:{name}"))
    }
}

impl instances::Bench for Machine {
    type Port = Ec2Instances;

    fn port(&self) -> &Ec2Instances {
        self.scene.world.instances()
    }

    fn id(&self) -> InstanceId {
        self.id.clone()
    }

    fn tag(&self) -> (String, String) {
        ("Seeds".to_owned(), self.name.clone())
    }

    async fn image(&self) -> String {
        let seen = self.ended(&self.starts(1).await).await;
        image_id(seen.recovery_point.as_deref().expect("a point")).unwrap().to_owned()
    }

    async fn terminates(&self) {
        ec2::terminate(&local().await.aws(), self.id.as_str()).await.unwrap();
    }
}

impl restores::Bench for Machine {
    type Port = BackupRestores;

    fn port(&self) -> &BackupRestores {
        self.scene.world.restores()
    }

    async fn wants_back(&self) -> Restore {
        let _ = self.ended(&self.starts(1).await).await;
        let spec = self.wants_back(Overrides { no_profile: true, ..Overrides::default() }).await;
        spec.work.restore().unwrap().clone()
    }

    async fn makes(&self, job: &ExecutionArn) {
        let _ = self.restored(job).await;
    }
}
