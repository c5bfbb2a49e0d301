//! A plan of two jobs, its night, and the moves that most tests begin with.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use jiff::Timestamp;
use nightferry_domain::ids::{AttemptId, ExecutionArn, RunId, TaskArn};
use nightferry_domain::job::{Job, Phase};
use nightferry_domain::job_spec::{DeployedPlan, JobSpec, Overlap, ReportPlace, Transfer, Verify, Work};
use nightferry_domain::observation::{ExecutionState, TransferObservation};
use nightferry_domain::outcome::Settlement;
use nightferry_domain::plan::{JobName, Schedule};
use nightferry_domain::replication::{DecidedBy, Guardrails, Replication, Unless};
use nightferry_domain::run::{Run, RunPhase, Trigger};

use super::{Fair, Fake, State, run};
use nightferry_workflow::confirm_batch_job::{Confirmed, confirm_batch_job};
use nightferry_workflow::error::WorkflowError;
use nightferry_workflow::ports::{TaskToken, Versioned};
use nightferry_workflow::start_job::{self, Started, start_job};
use nightferry_workflow::step::Step;
use nightferry_workflow::{check_job, open_run, verify_job};

/// 2026-11-20 at 21:00 UTC, six in the morning of the next day in Tokyo.
fn six_in_tokyo() -> Timestamp {
    "2026-11-20T21:00:00Z".parse().expect("a time")
}

/// The task of a job: known by the first letter of the job's name.
pub fn task_of(job: &str) -> TaskArn {
    let letter = job.bytes().next().unwrap_or_default();
    format!("arn:aws:datasync:ap-northeast-1:123456789012:task/task-0a1b2c3d4e5f607{letter:02x}")
        .parse()
        .expect("a task's ARN")
}

/// The n-th execution, which is one of this task.
pub fn execution_of(task: &TaskArn, n: usize) -> ExecutionArn {
    format!("{task}/execution/exec-{n:017x}").parse().expect("an execution's ARN")
}

/// A job as the plan has it.
pub fn spec(name: &str) -> JobSpec {
    JobSpec {
        name: name.parse().expect("a job's name"),
        schedule: "nightly".parse().expect("a schedule's name"),
        attempts_max: 3,
        retry_wait_secs: 60,
        complete_within_secs: 28_800,
        overlap: Overlap::Wait,
        work: Work::DataSync(Transfer {
            task: task_of(name),
            from: "efs fs-0123/".into(),
            to: "s3://example-backups/home/".into(),
            destination: nightferry_domain::destination::BucketEnd {
                bucket: "example-backups".into(),
                prefix: "home/".into(),
                bucket_access_role: "arn:aws:iam::123456789012:role/nightferry-transfer".into(),
            }
            .into(),
            verify: Verify::Transferred,
            transfers_all: false,
            agent: None,
            is_enhanced: false,
            task_reports: ReportPlace { bucket: "records".into(), prefix: "task-reports/".into() },
            reach: nightferry_domain::reach::Reach::default(),
            drill: None,
            back: None,
        }),
    }
}

/// A replicated bucket as the plan has it: known by the job's name.
pub fn replicated(name: &str) -> JobSpec {
    let place = |folder: &str| ReportPlace { bucket: "records".into(), prefix: format!("{folder}/{name}/") };
    let role = |of: &str| format!("arn:aws:iam::123456789012:role/nightferry-{of}-{name}");
    let replication = Replication {
        from: format!("s3://example-{name}"),
        to: format!("s3://example-{name}-dr of account 222222222222"),
        bucket: format!("example-{name}"),
        prefix: String::new(),
        destination_bucket: format!("example-{name}-dr"),
        destination_account: "222222222222".into(),
        replication_role: role("replication"),
        batch_role: role("batch"),
        rule: format!("nightferry-{name}"),
        priority: 10,
        reports: place("batch-reports"),
        manifests: place("batch-manifests"),
        guardrails: Guardrails {
            objects_max: Some(1_000),
            bytes_max: None,
            decided_by: DecidedBy::Limits,
            decide_within_secs: 3_600,
            unless_decided: Unless::Cancel,
        },
    };
    JobSpec { work: Work::Replicate(replication), ..spec(name) }
}

/// Ended well, with so many files copied and verified.
pub fn moved(files: i64) -> impl FnOnce(&mut TransferObservation) {
    move |seen| {
        seen.state = ExecutionState::Success;
        seen.counts.files_estimated = Some(files);
        seen.counts.files_transferred = Some(files);
        seen.counts.files_verified = Some(files);
        seen.counts.bytes_written = Some(files * 1_000);
    }
}

/// Ended in error, with these words.
pub fn failed(words: &str) -> impl FnOnce(&mut TransferObservation) {
    let words = words.to_owned();
    move |seen| {
        seen.state = ExecutionState::Error;
        seen.error_code = Some("Failure".into());
        seen.error_detail = Some(words);
    }
}

impl Fake {
    /// A world with a plan of these jobs; nothing has happened in it yet.
    pub fn with_plan(jobs: Vec<JobSpec>) -> Self {
        let schedule = Schedule { cron: "0 6 * * ? *".into(), timezone: "Asia/Tokyo".into() };
        let plan = DeployedPlan {
            version: DeployedPlan::VERSION,
            applied_at: six_in_tokyo(),
            schedules: BTreeMap::from([("nightly".parse().expect("a schedule's name"), schedule)]),
            jobs,
            keep_records_days: 90,
            concurrency: 40,
        };
        let replicated = plan.jobs.iter().filter_map(|job| job.work.replication());
        let rules = replicated.map(|it| (it.bucket.clone(), super::rules_of(it))).collect();
        Self {
            state: RefCell::new(State { plan: Some(plan), rules, ..State::default() }),
            now: Cell::new(six_in_tokyo()),
            stale_secs: Cell::new(0),
            page_records: Cell::new(2),
            quotas: RefCell::default(),
            weather: RefCell::new(Box::new(Fair)),
            dead: Cell::new(None),
            trace: RefCell::new(None),
            dice: Cell::new(0),
            faults: RefCell::default(),
            calls: RefCell::default(),
        }
    }

    /// The plan of one job, `home`, with its night open and the job ready to be started.
    pub fn ready() -> Self {
        Self::ready_with(spec("home"))
    }

    /// The same with a job of the test's own.
    pub fn ready_with(spec: JobSpec) -> Self {
        let name = spec.name.clone();
        let world = Self::with_plan(vec![spec]);
        let _ = run(open_run::open_run(&world, &world.request())).expect("it opens");
        let _ = world.checks(name.as_str()).expect("it can work");
        world
    }

    /// The same with its first attempt running.
    pub fn running() -> (Self, ExecutionArn) {
        Self::running_with(spec("home"))
    }

    /// The same with a job of the test's own.
    pub fn running_with(spec: JobSpec) -> (Self, ExecutionArn) {
        let name = spec.name.clone();
        let world = Self::ready_with(spec);
        let Ok(Started::Running(execution)) = world.starts(name.as_str(), 1) else { panic!("it does not run") };
        (world, execution)
    }

    /// The schedule's request for the night.
    pub fn request(&self) -> open_run::Request {
        let state = self.state.borrow();
        let schedule = state.plan.as_ref().and_then(|plan| plan.schedules.keys().next()).expect("a schedule").clone();
        open_run::Request::Schedule { schedule, scheduled_time: six_in_tokyo() }
    }

    /// The night.
    pub fn night(&self) -> RunId {
        self.request().run().0
    }

    /// The n-th attempt of a job of the night.
    pub fn attempt(&self, job: &str, number: u32) -> AttemptId {
        AttemptId { run: self.night(), job: name(job), number }
    }

    /// A workflow begins to wait, each time with a token of its own.
    pub fn waits(&self, job: &str, attempt: u32) -> start_job::Request {
        let run_id = self.night();
        let mut state = self.state.borrow_mut();
        let token = format!("{job}/{attempt}/{}", state.waiting.len() + state.woken.len());
        state.waiting.push(token.clone());
        let token = TaskToken { attempt, secret: token.into() };
        start_job::Request { run_id, job: name(job), token }
    }

    /// The workflow's first step for a job.
    pub fn checks(&self, job: &str) -> Result<Step, WorkflowError> {
        run(check_job::check_job(
            self,
            &check_job::Request { run_id: self.night(), job: name(job), item: check_job::Item::default() },
        ))
    }

    /// The workflow's step that starts an attempt.
    pub fn starts(&self, job: &str, attempt: u32) -> Result<Started, WorkflowError> {
        run(start_job(self, &self.waits(job, attempt)))
    }

    /// The workflow's step that lets a batch job through.
    pub fn confirms(&self, job: &str, attempt: u32) -> Result<Confirmed, WorkflowError> {
        run(confirm_batch_job(self, &self.waits(job, attempt)))
    }

    /// The workflow's step that judges.
    pub fn verifies(&self, job: &str) -> Result<Step, WorkflowError> {
        self.asks_verify_job(job, false)
    }

    /// The workflow's last look at an attempt after two that were refused.
    pub fn gives_up(&self, job: &str) -> Result<Step, WorkflowError> {
        self.asks_verify_job(job, true)
    }

    fn asks_verify_job(&self, job: &str, gives_up: bool) -> Result<Step, WorkflowError> {
        run(verify_job::verify_job(self, &verify_job::Request { run_id: self.night(), job: name(job), gives_up }))
    }

    /// A job's record.
    pub fn job(&self, job: &str) -> Job {
        let key = (self.night(), name(job));
        self.state.borrow().jobs[&key].record.clone()
    }

    /// Where a job stands.
    pub fn phase(&self, job: &str) -> Phase {
        self.job(job).phase
    }

    /// A job's end.
    pub fn settlement(&self, job: &str) -> Settlement {
        self.job(job).settlement().cloned().expect("it is settled")
    }

    /// The id of the cause of a job's end.
    pub fn cause(&self, job: &str) -> String {
        self.settlement(job).cause.expect("it has a cause").id
    }

    /// The night's own record.
    pub fn run_record(&self) -> Run {
        let night = self.night();
        self.state.borrow().runs[&night].record.clone()
    }

    /// The night's workflow ends, whatever it was at; nobody waits with its tokens any more.
    pub fn workflow_dies(&self) {
        let night = self.night();
        let mut state = self.state.borrow_mut();
        state.waiting.clear();
        state.workflows.get_mut(&night).expect("it was started").is_going_on = false;
    }

    /// How many workflows wait now.
    pub fn waiting_count(&self) -> usize {
        self.state.borrow().waiting.len()
    }

    /// Another night of the same job that is under way, begun before this one; returns its execution and its token.
    pub fn earlier_night_runs(&self, job: &str) -> (AttemptId, ExecutionArn, String) {
        let schedule = "nightly".parse().expect("a schedule's name");
        let at = "2026-11-19T21:00:00Z".parse().expect("a time");
        let id = RunId::scheduled(&schedule, at);
        let attempt = AttemptId { run: id.clone(), job: name(job), number: 1 };
        let execution = self.starts_elsewhere(&task_of(job), Some(attempt.clone()));
        let mut record = Job::open(id.clone(), spec(job), self.time());
        record.ready(at);
        let _ = record.claim(1, at);
        record.started(1, &execution);
        let night = Run {
            id: id.clone(),
            trigger: Trigger::Schedule { schedule, at },
            opened_at: self.time(),
            plan_key: "plans/1.json".into(),
            job_count: 1,
            phase: RunPhase::Open,
        };
        let token = format!("{attempt}/earlier");
        let mut state = self.state.borrow_mut();
        let _ = state.runs.insert(id.clone(), Versioned { record: night, version: 1 });
        let _ = state.jobs.insert((id.clone(), name(job)), Versioned { record, version: 1 });
        let _ = state.pointers.insert(execution.clone(), (attempt.clone(), self.time()));
        let _ = state.tokens.insert((id, name(job)), TaskToken { attempt: 1, secret: token.clone().into() });
        state.waiting.push(token.clone());
        (attempt, execution, token)
    }
}

fn name(job: &str) -> JobName {
    job.parse().expect("a job's name")
}
