//! A tagged machine with a profile, its vault and its two roles, as `apply` leaves them: backed up, and restored.

use hyper::Method;
use jiff::Timestamp;
use nightferry_aws::records::{CURRENT_PLAN_KEY, CurrentPlan};
use nightferry_domain::backup::BackupWork;
use nightferry_domain::backup::judge::{Evidences, judge};
use nightferry_domain::backup::order::BackupOrder;
use nightferry_domain::backup::seen::BackupObservation;
use nightferry_domain::diagnosis::{Evidence, Speaker, diagnose_from};
use nightferry_domain::ids::ExecutionArn;
use nightferry_domain::job::Job;
use nightferry_domain::job_spec::{JobSpec, Work};
use nightferry_domain::plan::{InstanceId, JobName};
use nightferry_domain::provision::deployed::{self, Tasks};
use nightferry_domain::provision::desired;
use nightferry_domain::restore::state::{RestoreObservation, RestoreState};
use nightferry_local::upstream::{Ask, ec2};
use nightferry_workflow::World as _;
use nightferry_workflow::open_restore::{Overrides, Request, Wanted, prepare};
use nightferry_workflow::ports::{Backups as _, Instances as _, Records as _, Restores as _};
use nightferry_workflow::provision::ports::Vaults as _;
use tokio::sync::{Mutex, MutexGuard};

use super::super::local::{look_again, stack};
use super::scene::{Scene, seen_from};
use crate::things;

/// The stand-in has one clock, and the bucket one plan in force: these checks take turns.
static TURN: Mutex<()> = Mutex::const_new(());

/// What is behind the machine's profile.
const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;

pub(crate) struct Machine {
    pub(in super::super) scene: Scene,
    /// The plan's job, as a night has it for this machine.
    pub(in super::super) job: Job,
    pub(in super::super) id: InstanceId,
    /// Also the job's name and the vault's, and the role's behind the profile.
    pub(in super::super) name: String,
    _turn: MutexGuard<'static, ()>,
}

/// All of it, with nothing wrong.
pub(crate) async fn machine() -> Machine {
    let turn = TURN.lock().await;
    let name = format!("seeds-machine-{}", things::number());
    let lines = format!(
        "backup: {{select: {{resource: ec2, tag: {{Seeds: {name}}}}}, vault: {name}, start_within: 1h, keep: 30d, restore: {{instance_roles: [{name}]}}}}"
    );
    let scene = Scene::of(&name, &lines).await;
    let wanted = desired(&scene.plan, &stack());
    let setup = &wanted.backups[0];
    for role in [&setup.role, &setup.restore_role] {
        scene.makes_role(&setup.job, role).await;
    }
    scene.own.create_vault(&stack(), &wanted.vaults[0]).await.unwrap();
    makes_profile(&name).await;
    let machine = ec2::WantedInstance {
        image_id: "ami-0abcdef1234567890".to_owned(),
        instance_type: "t3.micro".to_owned(),
        profile: Some(name.clone()),
        tags: vec![("Seeds".to_owned(), name.clone()), ("Name".to_owned(), "web".to_owned())],
        ..ec2::WantedInstance::default()
    };
    let id = ec2::run_instance(&seen_from(&stack().account).await, &machine).await.unwrap();
    let job = of_machine(&scene, scene.spec(&Tasks::new())).await;
    Machine { scene, job, id: id.parse().unwrap(), name, _turn: turn }
}

/// As the night opens it for the one machine that carries the tag.
async fn of_machine(scene: &Scene, mut spec: JobSpec) -> Job {
    let Work::Backup(work) = &mut spec.work else { panic!("machines") };
    let found = scene.world.instances().tagged(&work.tags).await.unwrap();
    let [instance] = &found[..] else { panic!("one machine: {found:?}") };
    work.machine = Some(instance.machine());
    spec.name = spec.name.of_machine(&instance.id);
    Job::open(format!("seeds-{}", things::number()).parse().unwrap(), spec, Timestamp::now())
}

async fn makes_profile(name: &str) {
    let (profile, role) = (("InstanceProfileName", name), ("RoleName", name));
    iam("CreateRole", &[role, ("AssumeRolePolicyDocument", TRUST)]).await;
    iam("CreateInstanceProfile", &[profile]).await;
    iam("AddRoleToInstanceProfile", &[profile, role]).await;
}

/// Somebody tidies up in IAM.
pub(in super::super) async fn deletes_profile(name: &str) {
    let (profile, role) = (("InstanceProfileName", name), ("RoleName", name));
    iam("RemoveRoleFromInstanceProfile", &[profile, role]).await;
    iam("DeleteInstanceProfile", &[profile]).await;
}

async fn iam(action: &str, fields: &[(&str, &str)]) {
    let encoded = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<Vec<_>>().concat();
    let pairs = fields.iter().map(|(key, value)| format!("&{key}={}", encoded(value))).collect::<Vec<_>>().concat();
    let ask = Ask::new(Method::POST, "iam", "/").header("content-type", "application/x-www-form-urlencoded");
    let form = format!("Action={action}&Version=2010-05-08{pairs}");
    let _ = seen_from(&stack().account).await.read(ask.body(form)).await.unwrap();
}

impl Machine {
    pub(in super::super) fn work(&mut self) -> &mut BackupWork {
        let Work::Backup(work) = &mut self.job.spec.work else { panic!("machines") };
        work
    }

    pub(in super::super) async fn starts(&self, attempt: u32) -> ExecutionArn {
        let order = BackupOrder::of(&self.job, attempt).unwrap();
        self.scene.world.backups().start(&order).await.unwrap()
    }

    /// Backs it up as an attempt does; where that failed, the id of the cause and its fix.
    pub(in super::super) async fn backs_up(&self, attempt: u32) -> Result<(), (String, String)> {
        let execution = self.starts(attempt).await;
        self.came_of(&execution).await
    }

    /// What a night would say of the job's end.
    pub(in super::super) async fn came_of(&self, execution: &ExecutionArn) -> Result<(), (String, String)> {
        let seen = self.ended(execution).await;
        let work = self.job.spec.work.backup().unwrap();
        let point = match &seen.recovery_point {
            Some(arn) => self.scene.world.backups().point(&work.vault, arn).await.ok(),
            None => None,
        };
        let since = seen.created_at.unwrap();
        let evidences = Evidences { work, seen: &seen, point: point.as_ref(), image: None, copies: &[], since };
        let judged = judge(&evidences).unwrap();
        // The image's name is the nights' matter.
        match judged.cause.filter(|_| !judged.outcome.is_safe() && seen.recovery_point.is_none()) {
            Some(cause) => Err((cause.id, cause.fix)),
            None => Ok(()),
        }
    }

    pub(in super::super) async fn ended(&self, execution: &ExecutionArn) -> BackupObservation {
        loop {
            let seen = self.scene.world.backups().observe(execution).await.unwrap();
            if seen.state.is_end() {
                return seen;
            }
            look_again().await;
        }
    }

    /// What `nightferry restore` would ask for.
    pub(in super::super) async fn wants_back(&self, overrides: Overrides) -> JobSpec {
        let plan = deployed::assemble(&self.scene.plan, &stack(), &Tasks::new(), Timestamp::now());
        let key = deployed::key(&plan);
        let records = self.scene.world.records();
        let body = |document: &serde_json::Value| document.to_string().into_bytes();
        let plan = serde_json::to_value(&plan).unwrap();
        records.put(&key, "application/json", body(&plan)).await.unwrap();
        let pointer = serde_json::to_value(CurrentPlan { key }).unwrap();
        records.put(CURRENT_PLAN_KEY, "application/json", body(&pointer)).await.unwrap();
        let request = Request {
            job: self.name.parse::<JobName>().unwrap(),
            machine: Some(self.id.clone()),
            wanted: Wanted::Usual,
            overrides,
            is_drill: false,
            note: "seeds".to_owned(),
            requested_at: Timestamp::now(),
            nonce: 0,
        };
        prepare(&*self.scene.world, &request).await.unwrap()
    }

    /// Restores it as an attempt does; where that failed, the catalogue's row for what was said, and the words.
    pub(in super::super) async fn restores(&self, spec: &JobSpec, attempt: u32) -> Result<(), (&'static str, String)> {
        let Work::Restore(restore) = &spec.work else { panic!("a restore") };
        let id = Job::open(self.job.run.clone(), spec.clone(), Timestamp::now()).attempt_id(attempt);
        let execution = self.scene.world.restores().restore(restore, &id).await.unwrap();
        let seen = self.restored(&execution).await;
        if seen.state == RestoreState::Completed {
            assert!(seen.created.is_some(), "{seen:?}");
            return Ok(());
        }
        let message = seen.message.unwrap_or_default();
        Err((diagnose_from(Speaker::Backup, &Evidence { code: "", message: &message }).id, message))
    }

    pub(in super::super) async fn restored(&self, execution: &ExecutionArn) -> RestoreObservation {
        loop {
            let seen = self.scene.world.restores().restored(execution).await.unwrap();
            if seen.state.is_end() {
                return seen;
            }
            look_again().await;
        }
    }
}
