//! AWS Backup and EC2 in memory, with one tagged machine: nothing in this world goes on by itself.

use std::cell::Cell;

use nightferry_domain::backup::Machine as Named;
use nightferry_domain::backup::judge::image_id;
use nightferry_domain::ids::ExecutionArn;
use nightferry_domain::job_spec::{JobSpec, Work};
use nightferry_domain::plan::InstanceId;
use nightferry_domain::restore::Restore;
use nightferry_simulation::fake::{Fake, machine, restorable};
use nightferry_workflow::open_restore::{Overrides, Request, Wanted, prepare};
use nightferry_workflow::ports::Backups as _;

use super::fake::fault;
use super::transfers::Break;
use super::{backups, instances, restores};

/// The world and its machine.
pub(crate) struct Machines {
    world: Fake,
    spec: JobSpec,
    made: Cell<u32>,
}

pub(crate) fn machines() -> Machines {
    let plan_job = restorable("servers", None);
    let world = Fake::with_plan(vec![plan_job.clone()]);
    world.has_machine(&id(), "web");
    let mut spec = plan_job;
    let Work::Backup(work) = &mut spec.work else { panic!("machines") };
    let arn = format!("arn:aws:ec2:ap-northeast-1:123456789012:instance/{}", id());
    work.machine = Some(Named { id: id(), arn, name: Some("web".into()) });
    spec.name = spec.name.of_machine(&id());
    Machines { world, spec, made: Cell::new(0) }
}

fn id() -> InstanceId {
    machine(1)
}

impl backups::Bench for Machines {
    type Port = Fake;

    fn port(&self) -> &Fake {
        &self.world
    }

    fn spec(&self) -> &JobSpec {
        &self.spec
    }

    async fn completes(&self, job: &ExecutionArn) {
        self.world.backup_completes(job, 8_589_934_592, 30);
        self.world.has_image_of(job);
    }

    async fn breaks_the_next_start(&self, how: Break) {
        self.world.breaks("start_backup", 1, fault(how));
    }

    async fn other_vault(&self) -> String {
        "arn:aws:backup:ap-northeast-1:123456789012:backup-vault:Other".to_owned()
    }
}

impl instances::Bench for Machines {
    type Port = Fake;

    fn port(&self) -> &Fake {
        &self.world
    }

    fn id(&self) -> InstanceId {
        id()
    }

    fn tag(&self) -> (String, String) {
        ("AWSBackup".to_owned(), "EC2".to_owned())
    }

    async fn image(&self) -> String {
        let resource = format!("arn:aws:ec2:ap-northeast-1:123456789012:instance/{}", id());
        let job = self.world.somebody_backs_up((&resource, "EC2", "arn:aws:iam::123456789012:role/backup"));
        backups::Bench::completes(self, &job).await;
        let seen = self.world.observe(&job).await.unwrap();
        image_id(seen.recovery_point.as_deref().unwrap()).unwrap().to_owned()
    }

    async fn terminates(&self) {
        self.world.state.borrow_mut().instances.get_mut(&id()).unwrap().state = "terminated".into();
    }
}

impl restores::Bench for Machines {
    type Port = Fake;

    fn port(&self) -> &Fake {
        &self.world
    }

    async fn wants_back(&self) -> Restore {
        self.world.has_point(&id(), "ami-0fedcba9876543210", 1);
        let request = Request {
            job: "servers".parse().unwrap(),
            machine: Some(id()),
            wanted: Wanted::Usual,
            overrides: Overrides::default(),
            is_drill: false,
            note: "contract".into(),
            requested_at: self.world.time(),
            nonce: 0,
        };
        let spec = prepare(&self.world, &request).await.unwrap();
        spec.work.restore().unwrap().clone()
    }

    async fn makes(&self, job: &ExecutionArn) {
        self.made.set(self.made.get() + 1);
        self.world.restore_makes(job, &format!("i-0feed0beef0cafe{:02x}", self.made.get()));
    }
}
