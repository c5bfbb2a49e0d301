//! A stage for many nights: a local AWS that may lose its processes, the deployed template, an applied plan over small trees, and an inbox.

use std::collections::BTreeMap;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use nightferry_aws::{AwsWorld, connect};
use nightferry_domain::ids::RunId;
use nightferry_domain::place::Place;
use nightferry_domain::provision::names::bucket_access_role;
use nightferry_domain::run::RunPhase;
use nightferry_domain::stack::Stack;
use nightferry_local::LocalAws;
use nightferry_local::datasync::Quotas;
use nightferry_local::deploy::{Deployment, deploy};
use nightferry_local::front_door::Firing;
use nightferry_local::upstream::s3;
use nightferry_workflow::World as _;
use nightferry_workflow::ports::RunTable as _;
use tokio::runtime::Runtime;

use crate::ask;
use crate::program::{Answer, program, root, run};
use crate::scenery;

/// Where copies go.
pub(crate) const BUCKET: &str = "night-copies";
/// How long one night may take, in seconds: a night that hangs must end the test.
const NIGHT_SECS: u64 = 900;
/// What each of its jobs adds to that: a night of hundreds takes its time.
const JOB_SECS: u64 = 3;
/// Pause between two sweeps of a night that needs them.
const SWEEP_EVERY: Duration = Duration::from_secs(5);
/// Pause between two looks.
const LOOK: Duration = Duration::from_millis(150);
/// The second for which the last schedule stood: each firing gets one of its own, so that each opens a run.
static LAST_FIRED: AtomicI64 = AtomicI64::new(0);

/// The stage.
pub(crate) struct Stage {
    runtime: Runtime,
    pub(crate) local: LocalAws,
    pub(crate) world: AwsWorld,
    pub(crate) stack: Stack,
    pub(crate) folder: PathBuf,
    pub(crate) jobs: Vec<String>,
    letters: Mutex<Vec<String>>,
}

impl Stage {
    /// Everything up, with these jobs applied, at most `concurrency` of them at once. It ends with this process.
    pub(crate) fn up(name: &str, jobs: &[String], concurrency: u16) -> Self {
        let stage = Self::bare(name, jobs);
        let files = stage.wait(stage.local.admin().file_system(stage.folder.join("files"))).unwrap();
        stage
            .wait(stage.local.admin().set_datasync_quotas(Quotas { tasks: jobs.len().max(100), ..Quotas::default() }))
            .unwrap();
        stage.grow();
        stage.write_plan(&scenery::plan(jobs, &files, concurrency));
        stage.apply_as(None, &["apply", "--yes"]);
        stage.wait(ask::attach_policies(&stage, &stage.first_role()));
        stage
    }

    /// The local AWS, the deployed template and the inbox, for a plan of these jobs that is still to be applied.
    pub(crate) fn bare(name: &str, jobs: &[String]) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let folder = scenery::fresh_folder(&root().join("target/night").join(name));
        let local = runtime.block_on(start(&folder.join("aws")));
        runtime.block_on(deployed(&local));
        let (stack, world) = connected(&local);
        runtime.block_on(s3::create_bucket(&local.aws(), BUCKET)).unwrap();
        let stage = Self { runtime, local, world, stack, folder, jobs: jobs.to_vec(), letters: Mutex::default() };
        stage.wait(ask::open_inbox(&stage));
        stage
    }

    /// Runs a future of the test's to its end.
    pub(crate) fn wait<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    /// The program, pointed at this stage.
    pub(crate) fn program(&self, arguments: &[&str]) -> Answer {
        self.program_of(None, arguments)
    }

    fn program_of(&self, account: Option<&str>, arguments: &[&str]) -> Answer {
        let account = account.map(|account| ("AWS_ACCESS_KEY_ID".to_owned(), account.to_owned()));
        self.program_with(account.as_slice(), arguments)
    }

    /// The same, with something more in its environment.
    pub(crate) fn program_with(&self, more: &[(String, String)], arguments: &[&str]) -> Answer {
        let plan = self.folder.join("nightferry.yaml");
        let mut variables = self.local.environment();
        variables.extend(more.iter().cloned());
        run(&[&["--output", "json", "--file", plan.to_str().unwrap()], arguments].concat(), &variables)
    }

    /// The role by which DataSync reaches the first job's bucket.
    pub(crate) fn first_role(&self) -> String {
        bucket_access_role(&self.stack, &self.jobs[0].parse().unwrap())
    }

    /// Gives each job something new to copy.
    pub(crate) fn grow(&self) {
        for job in &self.jobs {
            scenery::grow(&self.tree(job));
        }
    }

    /// The folder that a job protects.
    pub(crate) fn tree(&self, job: &str) -> PathBuf {
        self.folder.join("files").join(job)
    }

    /// Writes the plan that the program reads.
    pub(crate) fn write_plan(&self, plan: &str) {
        std::fs::write(self.folder.join("nightferry.yaml"), plan).unwrap();
    }

    /// Applies it, as a user of the stack's own account or of another one would.
    pub(crate) fn apply_as(&self, account: Option<&str>, arguments: &[&str]) {
        let applied = self.program_of(account, arguments);
        assert_eq!(applied.exit, 0, "{}\n{}", applied.said, applied.told);
    }

    /// Fires the schedule, as often as asked for the same time, and says which run that opens.
    pub(crate) fn fire(&self, times: u32) -> RunId {
        RunId::scheduled(&scenery::SCHEDULE.parse().unwrap(), self.fire_entry(scenery::SCHEDULE, times))
    }

    /// Fires what EventBridge Scheduler has under this name; the time for which it stands.
    pub(crate) fn fire_entry(&self, name: &str, times: u32) -> Timestamp {
        let now = Timestamp::now().as_second();
        let at = Timestamp::from_second(LAST_FIRED.fetch_max(now, Ordering::SeqCst).max(now)).unwrap();
        let _ = LAST_FIRED.fetch_add(1, Ordering::SeqCst);
        let firing = Firing { scheduled_time: Some(at), times: Some(times) };
        let group = self.stack.schedule_group();
        let _ = self.wait(self.local.admin().fire(&group, name, &firing)).unwrap();
        at
    }

    /// Waits until the run is told and closed.
    pub(crate) fn until_closed(&self, run: &RunId) {
        self.until(&format!("{run} is closed"), || self.is_closed(run));
    }

    /// The same, with the sweep at work meanwhile: what was under way when a process ended may have been told to nobody.
    pub(crate) fn until_swept(&self, run: &RunId) {
        let swept = Mutex::new(Instant::now());
        self.until(&format!("{run} is closed, with sweeps"), || {
            let mut last = swept.lock().unwrap_or_else(PoisonError::into_inner);
            if last.elapsed() > SWEEP_EVERY {
                let _ = ask::sweep(self);
                *last = Instant::now();
            }
            self.is_closed(run)
        });
    }

    fn is_closed(&self, run: &RunId) -> bool {
        let found = self.wait(self.world.table().load_run(run)).ok().flatten();
        found.is_some_and(|run| matches!(run.record.phase, RunPhase::Closed { .. }))
    }

    /// Whether the run's jobs and workflow are still to be made.
    pub(crate) fn is_opening(&self, run: &RunId) -> bool {
        let found = self.wait(self.world.table().load_run(run)).ok().flatten();
        found.is_some_and(|run| matches!(run.record.phase, RunPhase::Opening))
    }

    /// Waits until something is so, and fails with its name and what is open if it never is.
    pub(crate) fn until(&self, what: &str, is_so: impl Fn() -> bool) {
        let of_jobs = JOB_SECS * u64::try_from(self.jobs.len()).unwrap_or_default();
        let limit = Instant::now() + Duration::from_secs(NIGHT_SECS + of_jobs);
        while !is_so() {
            assert!(Instant::now() < limit, "never so: {what}; open: {:#?}", self.wait(ask::open_records(self)));
            std::thread::sleep(LOOK);
        }
    }

    /// Ends the local AWS.
    pub(crate) fn down(self) {
        let Self { runtime, local, .. } = self;
        runtime.block_on(local.down()).unwrap();
    }

    /// Whether people have got a message with these words so far.
    pub(crate) fn has_told(&self, words: &str) -> bool {
        let mut letters = self.letters.lock().unwrap_or_else(PoisonError::into_inner);
        letters.extend(self.wait(ask::messages(self)));
        letters.iter().any(|letter| letter.contains(words))
    }

    /// How many messages about a run people have got so far.
    pub(crate) fn letters_about(&self, run: &RunId) -> usize {
        let mut letters = self.letters.lock().unwrap_or_else(PoisonError::into_inner);
        letters.extend(self.wait(ask::messages(self)));
        letters.iter().filter(|letter| letter.contains(run.as_str())).count()
    }
}

async fn start(dir: &Path) -> LocalAws {
    let arguments = ["local", "serve", "--lifeline", "--durable", "--dir", dir.to_str().unwrap()].map(str::to_owned);
    LocalAws::start_detached(program(), &arguments, dir, true).await.unwrap()
}

/// Where the functions are: built beside this test, or where `NIGHTFERRY_FUNCTIONS` says, to measure those that ship.
fn functions_folder() -> PathBuf {
    std::env::var_os("NIGHTFERRY_FUNCTIONS").map_or_else(|| program().parent().unwrap().to_owned(), PathBuf::from)
}

async fn deployed(local: &LocalAws) {
    let folder = functions_folder();
    let functions = std::fs::read_dir(root().join("functions")).unwrap();
    let names = functions.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let architecture = if cfg!(target_arch = "aarch64") { "arm64" } else { "x86_64" };
    // Sweeps come from the tests alone: no night may be saved by one that just happened to run.
    let parameters = [("Stage", "local"), ("Architecture", architecture), ("SweepRate", "rate(1 day)")];
    let deployment = Deployment {
        template: root().join("template.yaml"),
        bootstraps: names.map(|name| (name.clone(), folder.join(name))).collect(),
        stack: "nightferry".to_owned(),
        parameters: parameters.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
    };
    let _ = deploy(&local.aws(), &deployment, |_| ()).await.unwrap();
}

/// The run table and the records, read with the product's own adapters.
fn connected(local: &LocalAws) -> (Stack, AwsWorld) {
    let mut variables: BTreeMap<String, String> = local.environment().into_iter().collect();
    let _ = variables.insert("STAGE".to_owned(), "local".to_owned());
    let state = local.state();
    let stack = Stack::in_region(&state.account, &state.region, &state.stack);
    let world = AwsWorld::connect(&connect::for_function(&variables).unwrap(), Place::of(stack.clone()));
    (stack, world)
}
