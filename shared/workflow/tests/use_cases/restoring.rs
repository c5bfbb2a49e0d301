//! Restores: decided before anything is done, started once, proved by the machine.

use nightferry_domain::ids::{ExecutionArn, RunId};
use nightferry_domain::job::{Job, Phase};
use nightferry_domain::job_spec::{JobSpec, Work};
use nightferry_domain::limits::MACHINE_CHECKS_GRACE_SECS;
use nightferry_domain::outcome::{Outcome, Settlement};
use nightferry_domain::plan::JobName;
use nightferry_domain::restore::Restore;
use nightferry_domain::run::{Run, RunPhase, Trigger};
use nightferry_domain::state_change::Hint;
use nightferry_simulation::fake::{
    Fake, Fault, at_every_await_point, crash_at, machine, overtake, restorable, run, spec,
};
use nightferry_workflow::WorkflowError;
use nightferry_workflow::check_job::{self, check_job};
use nightferry_workflow::open_restore::{Overrides, Request, Wanted, open_restore, prepare};
use nightferry_workflow::open_run::{self, Opened, open_run};
use nightferry_workflow::ports::{TaskToken, Woken};
use nightferry_workflow::record_state::{Recorded, record_state};
use nightferry_workflow::start_job::{self, Started, start_job};
use nightferry_workflow::step::{Next, Step};
use nightferry_workflow::sweep_runs::sweep_runs;
use nightferry_workflow::verify_job::{self, verify_job};
use nightferry_workflow::write_report::{self, Written, write_report};

pub(crate) const MADE: &str = "i-0feed0beef0cafe01";

/// A restore, or a drill, in a world with one machine that was backed up.
pub(crate) struct Scene {
    pub(crate) world: Fake,
    pub(crate) run: RunId,
    pub(crate) job: JobName,
}

pub(crate) fn request(world: &Fake, is_drill: bool) -> Request {
    Request {
        job: "servers".parse().unwrap(),
        machine: Some(machine(1)),
        wanted: Wanted::Usual,
        overrides: Overrides::default(),
        is_drill,
        note: "nightferry restore".into(),
        requested_at: world.time(),
        nonce: 7,
    }
}

pub(crate) fn world(check_function: Option<&str>) -> Fake {
    world_of(restorable("servers", check_function))
}

/// The same with a plan of one's own.
pub(crate) fn world_of(servers: JobSpec) -> Fake {
    let world = Fake::with_plan(vec![servers, spec("home")]);
    world.has_machine(&machine(1), "web-1");
    world.has_point(&machine(1), "ami-0fedcba9876543210", 1);
    world.has_point(&machine(1), "ami-00000000000000002", 9);
    world
}

impl Scene {
    pub(crate) fn open(world: Fake, is_drill: bool) -> Self {
        let opened = run(open_restore(&world, &request(&world, is_drill))).expect("it opens");
        let job = "servers".parse::<JobName>().unwrap().of_machine(&machine(1));
        Self { world, run: opened.run_id, job }
    }

    /// The same with its attempt running.
    pub(crate) fn running(world: Fake, is_drill: bool) -> (Self, ExecutionArn) {
        let scene = Self::open(world, is_drill);
        assert_eq!(scene.checks().unwrap().next, Next::Start);
        let Ok(Started::Running(execution)) = scene.starts(1) else { panic!("it does not run") };
        (scene, execution)
    }

    pub(crate) fn checks(&self) -> Result<Step, WorkflowError> {
        let request =
            check_job::Request { run_id: self.run.clone(), job: self.job.clone(), item: check_job::Item::default() };
        run(check_job(&self.world, &request))
    }

    pub(crate) fn asks(&self, attempt: u32) -> start_job::Request {
        let mut state = self.world.state.borrow_mut();
        let token = format!("{}/{attempt}/{}", self.run, state.waiting.len() + state.woken.len());
        state.waiting.push(token.clone());
        let token = TaskToken { attempt, secret: token.into() };
        start_job::Request { run_id: self.run.clone(), job: self.job.clone(), token }
    }

    pub(crate) fn starts(&self, attempt: u32) -> Result<Started, WorkflowError> {
        run(start_job(&self.world, &self.asks(attempt)))
    }

    pub(crate) fn verifies(&self) -> Result<Step, WorkflowError> {
        let request = verify_job::Request { run_id: self.run.clone(), job: self.job.clone(), gives_up: false };
        run(verify_job(&self.world, &request))
    }

    pub(crate) fn reports(&self) -> Written {
        let request = write_report::Request { run_id: self.run.clone() };
        run(write_report(&self.world, "nightferry", &request)).expect("it is written")
    }

    pub(crate) fn record(&self) -> Job {
        let state = self.world.state.borrow();
        state.jobs[&(self.run.clone(), self.job.clone())].record.clone()
    }

    pub(crate) fn end(&self) -> Settlement {
        self.record().settlement().cloned().expect("it is settled")
    }

    pub(crate) fn run_record(&self) -> Run {
        self.world.state.borrow().runs[&self.run].record.clone()
    }

    pub(crate) fn workflow_dies(&self) {
        let mut state = self.world.state.borrow_mut();
        state.waiting.clear();
        state.workflows.get_mut(&self.run).expect("it was started").is_going_on = false;
    }
}

fn asked(world: &Fake, change: impl FnOnce(&mut Request)) -> Result<Restore, WorkflowError> {
    let mut request = request(world, false);
    change(&mut request);
    let spec = run(prepare(world, &request))?;
    let Work::Restore(restore) = spec.work else { panic!("a restore") };
    Ok(*restore)
}

fn refusal(world: &Fake, change: impl FnOnce(&mut Request)) -> String {
    asked(world, change).unwrap_err().to_string()
}

#[test]
fn a_dry_run_decides_everything_and_changes_nothing() {
    let world = world(None);
    let restore = asked(&world, |_| {}).unwrap();
    assert!(restore.recovery_point.ends_with("ami-0fedcba9876543210"), "{}", restore.recovery_point);
    assert_eq!(restore.volumes.len(), 1, "as the point's image says");
    assert!(restore.from.contains("web-1") && restore.drill.is_none() && restore.copies_tags);
    let state = world.state.borrow();
    assert_eq!((state.runs.len(), state.jobs.len(), state.restoring.jobs.len()), (0, 0, 0));
    assert!(state.documents.is_empty() && state.workflows.is_empty());
}

#[test]
fn what_is_asked_for_decides_the_point_and_the_settings() {
    let world = world(None);
    let earlier = world.time() - jiff::SignedDuration::from_hours(48);
    let old = asked(&world, |request| request.wanted = Wanted::At(earlier)).unwrap();
    assert!(old.recovery_point.ends_with("ami-00000000000000002"));
    let moved = asked(&world, |request| {
        request.overrides.subnet = Some("subnet-9".into());
        request.overrides.no_profile = true;
    });
    let moved = moved.unwrap();
    assert_eq!(moved.metadata["SubnetId"], "subnet-9");
    assert!(!moved.metadata.contains_key("IamInstanceProfileName"));
}

#[test]
fn what_can_not_be_restored_is_refused_with_what_there_is_instead() {
    let world = world(None);
    assert!(refusal(&world, |it| it.job = "home".parse().unwrap()).contains("restores only machines"));
    assert!(refusal(&world, |it| it.job = "mail".parse().unwrap()).contains("no job `mail`"));
    assert!(refusal(&world, |it| it.machine = Some(machine(2))).contains("no recovery point of i-"));
    assert!(refusal(&world, |it| it.machine = None).contains("--instance"));
    assert!(refusal(&world, |it| it.wanted = Wanted::Given("ami-9".into())).contains("ami-0fedcba9876543210 of"));
}

#[test]
fn a_restore_opens_a_run_of_its_own_with_its_own_workflow() {
    let scene = Scene::open(world(None), false);
    assert!(scene.run.is_restore() && scene.run.as_str().starts_with("restore-"));
    let input = scene.world.state.borrow().workflows[&scene.run].input.clone();
    assert_eq!(input, serde_json::json!({"run_id": scene.run, "job": scene.job}));
    assert_eq!((scene.run_record().phase, scene.run_record().job_count), (RunPhase::Open, 1));
}

#[test]
fn an_opening_cut_off_anywhere_and_repeated_is_one_run_with_one_promise() {
    let points = at_every_await_point(|n| {
        let world = world(None);
        let request = request(&world, false);
        let died = crash_at(n, open_restore(&world, &request)).is_none();
        // In between a younger point is made: what was promised stays.
        let promised = world.state.borrow().documents.keys().any(|key| key.ends_with("/restore.json"));
        if died && promised {
            world.has_point(&machine(1), "ami-00000000000000009", 0);
        }
        let _: Opened = run(open_restore(&world, &request)).expect("it opens");
        let state = world.state.borrow();
        assert_eq!((state.runs.len(), state.jobs.len(), state.workflows.len()), (1, 1, 1));
        let job = &state.jobs.values().next().unwrap().record;
        assert!(job.spec.work.restore().unwrap().recovery_point.ends_with("ami-0fedcba9876543210"));
        died
    });
    assert!(points > 10, "{points}");
}

#[test]
fn a_machine_that_came_back_settles_the_restore_and_its_run_is_told() {
    let (scene, execution) = Scene::running(world(None), false);
    assert_eq!(scene.verifies().unwrap().next, Next::Start, "it is still under way");
    scene.world.restore_makes(&execution, MADE);
    assert_eq!(scene.verifies().unwrap().next, Next::Settled);
    assert_eq!((scene.end().outcome, scene.end().cause), (Outcome::Succeeded, None));
    assert!(matches!(scene.reports(), Written::Closed { .. }), "nothing is to be removed");
    assert_eq!(scene.world.state.borrow().restoring.machines[MADE].state, "running");
}

#[test]
fn an_event_wakes_the_workflow_and_the_sweep_finds_what_no_event_told() {
    let (scene, execution) = Scene::running(world(None), false);
    scene.world.restore_makes(&execution, MADE);
    let recorded = run(record_state(&scene.world, "test", Hint::LookAt(execution.clone()))).unwrap();
    assert_eq!(recorded, Recorded::Woken(Woken::Yes));
    let (scene, execution) = Scene::running(world(None), false);
    scene.world.restore_makes(&execution, MADE);
    assert_eq!(run(sweep_runs(&scene.world, "nightferry")).unwrap().woken_count, 1);
}

#[test]
fn the_sweep_closes_a_restore_whose_workflow_is_gone() {
    let (scene, execution) = Scene::running(world(None), false);
    scene.workflow_dies();
    scene.world.restore_makes(&execution, MADE);
    for _ in 0..3 {
        scene.world.pass(300);
        let _ = run(sweep_runs(&scene.world, "nightferry")).unwrap();
    }
    assert_eq!(scene.end().outcome, Outcome::Succeeded);
    assert!(matches!(scene.run_record().phase, RunPhase::Closed { .. }));
}

#[test]
fn a_start_cut_off_anywhere_makes_one_restore_job() {
    let points = at_every_await_point(|n| {
        let scene = Scene::open(world(None), false);
        let _ = scene.checks().unwrap();
        let died = crash_at(n, start_job(&scene.world, &scene.asks(1))).is_none();
        let _ = scene.starts(1).expect("it starts");
        assert_eq!(scene.world.state.borrow().restoring.jobs.len(), 1, "{n}");
        assert!(matches!(scene.record().phase, Phase::Running { attempt: 1, .. }));
        died
    });
    assert!(points > 5, "{points}");
}

#[test]
fn a_lost_reply_and_two_starts_at_once_make_one_restore_job() {
    for fault in [Fault::LostAfter, Fault::LostBefore, Fault::Throttled] {
        let scene = Scene::open(world(None), false);
        let _ = scene.checks().unwrap();
        scene.world.breaks("restore", 1, fault);
        let _ = scene.starts(1);
        scene.world.pass(10);
        let _ = scene.starts(1).expect("it starts");
        assert_eq!(scene.world.state.borrow().restoring.jobs.len(), 1, "{fault:?}");
    }
    for n in 1..40 {
        let scene = Scene::open(world(None), false);
        let _ = scene.checks().unwrap();
        let (one, other) = (scene.asks(1), scene.asks(1));
        let _ = overtake(n, start_job(&scene.world, &one), start_job(&scene.world, &other));
        assert!(scene.world.state.borrow().restoring.jobs.len() <= 1, "{n}");
    }
}

#[test]
fn an_encoded_refusal_is_decoded_and_named() {
    let (scene, execution) = Scene::running(world(None), false);
    let code = "A".repeat(60);
    let decoded = r#"{"context":{"action":"iam:PassRole","resource":"arn:aws:iam::123456789012:role/Web","conditions":{"items":[]}}}"#;
    let _ = scene.world.state.borrow_mut().restoring.decoded.insert(code.clone(), decoded.into());
    let words =
        format!("You are not authorized to perform this operation. Encoded authorization failure message: {code}");
    scene.world.restore_fails(&execution, &words);
    assert_eq!(scene.verifies().unwrap().next, Next::Settled, "the same would happen again");
    let cause = scene.end().cause.unwrap();
    assert_eq!(cause.id, "restore-may-not-pass-role");
    assert!(cause.fix.contains("arn:aws:iam::123456789012:role/Web"), "{}", cause.fix);
    assert_eq!(cause.said.unwrap(), words);
}

#[test]
fn a_refusal_that_can_not_be_decoded_is_told_in_the_services_words() {
    for fault in [Fault::Throttled, Fault::LostAfter, Fault::Rejected("AccessDenied", "no")] {
        let (scene, execution) = Scene::running(world(None), false);
        scene.world.restore_fails(&execution, &format!("Encoded authorization failure message: {}", "A".repeat(60)));
        scene.world.breaks("decoded", 1, fault);
        let _ = scene.verifies().unwrap();
        assert_eq!(scene.end().cause.unwrap().id, "restore-may-not-pass-role");
    }
}

#[test]
fn a_passing_failure_is_tried_again_as_another_job() {
    let (scene, execution) = Scene::running(world(None), false);
    scene.world.restore_fails(&execution, "An internal error occurred");
    let step = scene.verifies().unwrap();
    assert_eq!((step.next, step.attempt), (Next::Start, 2));
    scene.world.pass(step.wait_secs);
    let Ok(Started::Running(second)) = scene.starts(2) else { panic!("it does not run") };
    assert_ne!(second, execution);
}

#[test]
fn a_machine_that_is_never_well_is_partial_and_stays() {
    let (scene, execution) = Scene::running(world(None), false);
    scene.world.restore_makes(&execution, MADE);
    scene.world.machine_becomes(MADE, |it| it.instance_status = Some("initializing".into()));
    assert_eq!(scene.verifies().unwrap().next, Next::Start, "it is waited for");
    scene.world.pass(MACHINE_CHECKS_GRACE_SECS + 1);
    assert_eq!(scene.verifies().unwrap().next, Next::Settled);
    assert_eq!(
        (scene.end().outcome, scene.end().cause.unwrap().id.as_str()),
        (Outcome::Partial, "restored-machine-differs")
    );
    assert_eq!(scene.world.calls("remove"), 0);
}

/// What EventBridge Scheduler hands over for a drill.
fn fired() -> open_run::Request {
    let told = serde_json::json!({
        "schedule_arn": "arn:aws:scheduler:ap-northeast-1:123456789012:schedule/nightferry/drill.servers",
        "scheduled_time": "2026-11-22T21:00:00Z", "execution_id": "e", "attempt_number": "1",
        "schedule": "weekly", "drill": "servers",
    });
    serde_json::from_value(told).expect("a request")
}

#[test]
fn a_schedule_opens_its_drill_once_however_often_it_is_delivered() {
    let world = world(None);
    let first = run(open_run(&world, &fired())).unwrap();
    assert_eq!((first.run_id.as_str(), first.is_new), ("drill-2026-11-22T21-00-00Z-servers", true));
    let second = run(open_run(&world, &fired())).unwrap();
    assert_eq!((second.run_id, second.is_new), (first.run_id.clone(), false));
    let state = world.state.borrow();
    let opened = &state.runs[&first.run_id].record;
    assert!(matches!(&opened.trigger, Trigger::Schedule { schedule, .. } if schedule.as_str() == "weekly"));
    assert_eq!((state.runs.len(), state.jobs.len(), state.workflows.len()), (1, 1, 1));
    let restore = state.jobs.values().next().unwrap().record.spec.work.restore().unwrap();
    assert!(restore.is_drill(), "it is what `nightferry drill` opens");
}

#[test]
fn a_scheduled_drill_cut_off_anywhere_and_delivered_again_is_one_run_with_one_promise() {
    let _ = at_every_await_point(|n| {
        let world = world(None);
        let died = crash_at(n, open_run(&world, &fired())).is_none();
        let opened = run(open_run(&world, &fired())).unwrap();
        let state = world.state.borrow();
        assert_eq!((state.runs.len(), state.jobs.len(), state.workflows.len()), (1, 1, 1), "{n}");
        assert!(matches!(state.runs[&opened.run_id].record.phase, RunPhase::Open), "{n}");
        died
    });
}
