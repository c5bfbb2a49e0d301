//! A night as a seed has it: its jobs, its schedules, and what people do.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};
use nightferry_domain::backup::machine::Instance;
use nightferry_domain::backup::{CopyPlace, Starter};
use nightferry_domain::ids::TaskArn;
use nightferry_domain::job_spec::{JobSpec, Overlap, ReportPlace, Transfer, Verify, Work};
use nightferry_domain::plan::{InstanceId, ScheduleName};
use nightferry_domain::replication::{DecidedBy, Unless};
use nightferry_workflow::open_run;
use nightferry_workflow::ports::Obstacle;

use crate::fake::Fake;
use crate::faults::{Chance, Kind, SeededWeather};
use crate::script::Script;

/// The account of every simulated night.
pub const ACCOUNT: &str = "123456789012";
/// Its Region.
pub const REGION: &str = "ap-northeast-1";

/// What a person does.
#[derive(Debug, Clone)]
pub enum Act {
    /// Cancels the first run.
    Cancels,
    /// Stops the first run's workflow.
    AbortsWorkflow,
    /// Starts the task of the job at this place by hand.
    StartsTask(usize),
    /// Asks for a run.
    AsksForRun(open_run::Request),
    /// Says yes or no to the batch job of the job at this place.
    Decides {
        /// Which.
        job: usize,
        /// Yes.
        is_yes: bool,
    },
    /// Lets the rule of the replicated bucket at this place copy elsewhere.
    ChangesRule(usize),
    /// Creates a batch job of their own and forgets it.
    LeavesBatchJob,
    /// Sends an event that lies.
    ForgesEvent,
}

/// A night.
#[derive(Debug, Clone)]
pub struct Night {
    /// Where everything is drawn from.
    pub seed: u64,
    /// When the first schedule fires.
    pub begins_at: Timestamp,
    /// The plan's jobs.
    pub jobs: Vec<JobSpec>,
    /// Jobs of one run at once.
    pub concurrency: u16,
    /// AWS Backup's own schedule: the place of each job that it fires for, and how many seconds after ours.
    pub plan_fires: Vec<(usize, i64)>,
    /// Places of jobs whose task may not be started.
    pub refused: Vec<usize>,
    /// Places of jobs that something stands in the way of.
    pub obstructed: Vec<usize>,
    /// When schedules fire: seconds from the beginning, and the time that they name.
    pub fires: Vec<(i64, Timestamp)>,
    /// What people do, at which second.
    pub acts: Vec<(i64, Act)>,
    /// For how many seconds faults happen.
    pub storm_secs: i64,
    /// Executions whose life is not left to chance, by tag.
    pub scripted: BTreeMap<String, Script>,
}

impl Night {
    /// A night without faults or people: so many jobs, which begins at six in Tokyo.
    #[must_use]
    pub fn quiet(job_count: usize) -> Self {
        let begins_at: Timestamp = "2026-11-20T21:00:00Z".parse().expect("a time");
        Self {
            seed: 0,
            begins_at,
            jobs: (0..job_count).map(job).collect(),
            concurrency: 40,
            plan_fires: vec![],
            refused: vec![],
            obstructed: vec![],
            fires: vec![(0, begins_at)],
            acts: vec![],
            storm_secs: 0,
            scripted: BTreeMap::new(),
        }
    }

    /// Draws the night of a seed.
    #[must_use]
    pub fn of_seed(seed: u64, chance: &mut Chance) -> Self {
        let mut rng = Rng::with_seed(seed ^ 0x6e69_6768_7466_6572);
        let mut night = Self::quiet(job_count(&mut rng));
        night.seed = seed;
        night.storm_secs = rng.i64(3_600..10_800);
        night.concurrency = rng.u16(1..41);
        for at in 0..night.jobs.len() {
            vary(&mut night.jobs[at], &mut rng);
            if chance.strikes(Kind::StartRefused) {
                night.refused.push(at);
            }
            if chance.strikes(Kind::Obstacle) {
                night.obstructed.push(at);
            }
        }
        if chance.strikes(Kind::RunOverlapping) {
            let after_secs = rng.i64(300..7_200);
            night.fires.push((after_secs, night.begins_at + SignedDuration::from_secs(after_secs)));
        }
        night.draw_acts(&mut rng, chance);
        night.draw_replicated(&mut Rng::with_seed(seed ^ 0x7265_706c_6963_6174));
        night.draw_machines(&mut Rng::with_seed(seed ^ 0x6d61_6368_696e_6573));
        night
    }

    /// Some nights have replicated buckets. Drawn apart, so that the other nights stay as they were.
    fn draw_replicated(&mut self, rng: &mut Rng) {
        if rng.f64() >= 0.4 {
            return;
        }
        for at in 0..self.jobs.len() {
            if rng.f64() >= 0.6 {
                continue;
            }
            replicate(&mut self.jobs[at], rng);
            for (share, act) in [
                (0.3, Act::Decides { job: at, is_yes: rng.bool() }),
                (0.1, Act::ChangesRule(at)),
                (0.1, Act::LeavesBatchJob),
            ] {
                if rng.f64() < share {
                    self.acts.push((rng.i64(1..self.storm_secs), act));
                }
            }
        }
    }

    /// Some nights have machines. Drawn apart, too.
    fn draw_machines(&mut self, rng: &mut Rng) {
        if rng.f64() >= 0.3 {
            return;
        }
        for at in 0..self.jobs.len() {
            if rng.f64() >= 0.5 || self.jobs[at].work.transfer().is_none() {
                continue;
            }
            back_up(&mut self.jobs[at], at, rng.f64() < 0.4);
            let Work::Backup(work) = &mut self.jobs[at].work else { continue };
            if rng.f64() < 0.3 {
                let vault_arn = format!("arn:aws:backup:us-west-2:{ACCOUNT}:backup-vault:DR");
                work.copies = vec![CopyPlace { vault_arn, keep_days: 30 }];
            }
            // The window has to leave time for an attempt of our own.
            work.start_within_mins = rng.u32(10..40);
            if work.start != Starter::Nightferry && rng.f64() < 0.8 {
                self.plan_fires.push((at, rng.i64(0..900)));
            }
        }
    }

    fn draw_acts(&mut self, rng: &mut Rng, chance: &mut Chance) {
        let mut draw = |kind, act: Act, rng: &mut Rng| {
            if chance.strikes(kind) {
                self.acts.push((rng.i64(1..self.storm_secs), act));
            }
        };
        draw(Kind::PersonCancels, Act::Cancels, rng);
        draw(Kind::WorkflowAborted, Act::AbortsWorkflow, rng);
        for _ in 0..3 {
            let job = rng.usize(0..self.jobs.len());
            draw(Kind::ForeignExecution, Act::StartsTask(job), rng);
            draw(Kind::EventForged, Act::ForgesEvent, rng);
        }
        if rng.f64() < 0.2 {
            let at_secs = rng.i64(1..self.storm_secs);
            let job = self.jobs[rng.usize(0..self.jobs.len())].name.clone();
            let requested_at = self.begins_at + SignedDuration::from_secs(at_secs);
            let request =
                open_run::Request::Person { jobs: vec![job], note: "again".to_owned(), requested_at, nonce: 1 };
            self.acts.push((at_secs, Act::AsksForRun(request)));
        }
    }

    /// The schedule of every job.
    #[must_use]
    pub fn schedule(&self) -> ScheduleName {
        "nightly".parse().expect("a schedule's name")
    }

    /// The world before the night.
    #[must_use]
    pub fn world(&self, chance: Rc<RefCell<Chance>>, is_traced: bool) -> Fake {
        let fake = Fake::with_plan(self.jobs.clone());
        *fake.weather.borrow_mut() = Box::new(SeededWeather(chance));
        *fake.trace.borrow_mut() = is_traced.then(Vec::new);
        {
            let mut state = fake.state.borrow_mut();
            if let Some(plan) = &mut state.plan {
                plan.concurrency = self.concurrency;
            }
            for replication in self.refused.iter().filter_map(|at| self.jobs[*at].work.replication()) {
                let words = "User: start-job is not authorized to perform: s3:CreateJob";
                let _ = state.batch_refusals.insert(replication.bucket.clone(), ("AccessDenied", words));
            }
            for (at, job) in self.jobs.iter().enumerate().filter(|(_, job)| job.work.backup().is_some()) {
                let _ = state.instances.insert(machine_of(at), instance(at, job));
            }
            for at in self.refused.iter().filter(|at| self.jobs[**at].work.backup().is_some()) {
                let words = "User: start-job is not authorized to perform: backup:StartBackupJob";
                let _ =
                    state.backup_refusals.insert(instance(*at, &self.jobs[*at]).arn, ("AccessDeniedException", words));
            }
            for at in &self.refused {
                let words = "User: start-job is not authorized to perform: datasync:StartTaskExecution";
                let _ = state.refusals.insert(task(*at), ("AccessDeniedException", words));
            }
            for at in &self.obstructed {
                let obstacle = Obstacle {
                    id: "bucket-missing".to_owned(),
                    what: "the bucket is not there".to_owned(),
                    fix: "make it".to_owned(),
                    patch: None,
                };
                let job = &self.jobs[*at];
                let is_of_machine = job.work.backup().is_some();
                let name = if is_of_machine { job.name.of_machine(&machine_of(*at)) } else { job.name.clone() };
                let _ = state.obstacles.insert(name, vec![obstacle]);
            }
        }
        fake
    }

    /// The life of an execution, by its tag or its ARN.
    pub fn script(&self, name: &str, chance: &mut Chance) -> Script {
        self.scripted.get(name).cloned().unwrap_or_else(|| Script::draw(self.seed, name, chance))
    }

    /// When everything must be over, however bad it was.
    #[must_use]
    pub fn limit_ms(&self) -> i64 {
        let longest = self.jobs.iter().map(|job| i64::from(job.complete_within_secs)).max().unwrap_or_default();
        let last_fire = self.fires.iter().map(|(at_secs, _)| *at_secs).max().unwrap_or_default();
        (self.storm_secs.max(last_fire + 3_600) + longest + 4 * 3_600) * 1_000
    }
}

/// Most nights are small: that is where interleavings are found fastest. Some have thirty jobs.
fn job_count(rng: &mut Rng) -> usize {
    match rng.u32(0..20) {
        0..13 => rng.usize(1..4),
        13..19 => rng.usize(4..9),
        _ => rng.usize(9..31),
    }
}

fn vary(job: &mut JobSpec, rng: &mut Rng) {
    job.attempts_max = rng.u32(1..4);
    job.retry_wait_secs = rng.u32(1..121);
    job.complete_within_secs = rng.u32(3_600..14_400);
    job.overlap = if rng.f64() < 0.3 { Overlap::Skip } else { Overlap::Wait };
    let Work::DataSync(transfer) = &mut job.work else { return };
    transfer.verify = match rng.u32(0..10) {
        0 => Verify::None,
        1..3 => Verify::PointInTime,
        _ => Verify::Transferred,
    };
}

/// Makes the job one of a replicated bucket, with guardrails that many nights exceed.
fn replicate(job: &mut JobSpec, rng: &mut Rng) {
    let Work::Replicate(mut replication) = crate::fake::replicated(job.name.as_str()).work else { return };
    let guardrails = &mut replication.guardrails;
    guardrails.objects_max = (rng.f64() < 0.7).then(|| rng.u64(300..1_200));
    guardrails.bytes_max = (rng.f64() < 0.1).then_some(1 << 40);
    guardrails.decided_by = if rng.f64() < 0.2 { DecidedBy::Person } else { DecidedBy::Limits };
    guardrails.decide_within_secs = rng.u32(300..5_000);
    guardrails.unless_decided = if rng.bool() { Unless::Cancel } else { Unless::Confirm };
    job.work = Work::Replicate(replication);
}

/// Makes the job one of machines with a tag of its own, begun by us or by AWS Backup's own schedule.
pub fn back_up(job: &mut JobSpec, at: usize, is_by_plan: bool) {
    let Work::Backup(mut work) = crate::fake::backed_up(job.name.as_str()).work else { return };
    work.tags = [("AWSBackup".to_owned(), job.name.to_string())].into();
    if is_by_plan {
        work.start = Starter::AwsBackup { plan_id: format!("plan-{at}") };
    }
    job.work = Work::Backup(work);
}

/// The one machine of the job at this place.
#[must_use]
pub fn machine_of(at: usize) -> InstanceId {
    crate::fake::machine(u32::try_from(at).unwrap_or_default() + 1)
}

fn instance(at: usize, job: &JobSpec) -> Instance {
    let id = machine_of(at);
    Instance {
        arn: format!("arn:aws:ec2:{REGION}:{ACCOUNT}:instance/{id}"),
        id,
        state: "running".into(),
        tags: job.work.backup().map(|work| work.tags.clone()).unwrap_or_default(),
        image: None,
        instance_type: None,
        profile: None,
        subnet: None,
        volumes: BTreeMap::new(),
    }
}

/// The task of the job at this place.
#[must_use]
pub fn task(at: usize) -> TaskArn {
    let text = format!("arn:aws:datasync:{REGION}:{ACCOUNT}:task/task-0a1b2c3d4e5f6{at:04x}");
    text.parse().expect("a task's ARN")
}

/// The job at this place.
#[must_use]
pub fn job(at: usize) -> JobSpec {
    let mut spec = crate::fake::spec(&format!("job-{at:02}"));
    spec.complete_within_secs = 7_200;
    let Work::DataSync(transfer) = &mut spec.work else { panic!("a DataSync job") };
    *transfer = Transfer {
        task: task(at),
        task_reports: ReportPlace { bucket: "records".into(), prefix: "task-reports/".into() },
        ..transfer.clone()
    };
    spec
}
