//! Copies brought back: a way is made for each, carried as every transfer is, and taken away whatever comes of it.

use nightferry_domain::back::{Roles, Wish};
use nightferry_domain::destination::FilesEnd;
use nightferry_domain::job::Cancellation;
use nightferry_domain::job_spec::Work;
use nightferry_domain::limits::{CANCEL_GRACE_SECS, TIDY_GRACE_SECS};
use nightferry_domain::outcome::Outcome;
use nightferry_domain::restore::tidy::Tidied;
use nightferry_domain::stack::Stack;
use nightferry_simulation::fake::{
    Fake, Fault, at_every_await_point, crash_at, moved, replicated, restorable, run, spec, task_of,
};
use nightferry_workflow::WorkflowError;
use nightferry_workflow::copy_back::{Request, open_copy_back, prepare};
use nightferry_workflow::open_run::Opened;
use nightferry_workflow::ports::Obstacle;
use nightferry_workflow::start_job::Started;
use nightferry_workflow::step::Next;
use nightferry_workflow::sweep_runs::sweep_runs;
use nightferry_workflow::tidy_restore::{self, Tidy, tidy_restore};
use nightferry_workflow::write_report::Written;

use super::restoring::Scene;

pub(crate) fn stack() -> Stack {
    Stack::in_region("123456789012", "ap-northeast-1", "nightferry")
}

pub(crate) fn request(world: &Fake) -> Request {
    Request {
        job: "home".parse().unwrap(),
        wish: Wish {
            to: "/restored".parse().unwrap(),
            only: vec!["/lost.txt".into()],
            over_source: vec![],
            roles: Roles::default(),
            is_drill: false,
        },
        note: "nightferry restore".into(),
        requested_at: world.time(),
        nonce: 7,
    }
}

pub(crate) fn world() -> Fake {
    Fake::with_plan(vec![spec("home"), replicated("assets"), restorable("servers", None)])
}

fn opens(world: &Fake, request: &Request) -> Result<Opened, WorkflowError> {
    run(open_copy_back(world, world, &stack(), request))
}

/// How many locations and tasks there are that were made for restores.
pub(crate) fn made(world: &Fake) -> (usize, usize) {
    let state = world.state.borrow();
    (state.restoring.ways.locations.len(), state.restoring.ways.tasks.len())
}

/// A restore whose run is open.
fn opened() -> Scene {
    let world = world();
    let request = request(&world);
    let opened = opens(&world, &request).expect("it opens");
    Scene { world, run: opened.run_id, job: request.job }
}

/// The same with its attempt running.
fn running() -> (Scene, nightferry_domain::ids::ExecutionArn) {
    let scene = opened();
    assert_eq!(scene.checks().unwrap().next, Next::Start);
    let Ok(Started::Running(execution)) = scene.starts(1) else { panic!("it does not run") };
    (scene, execution)
}

/// The same, settled.
fn settled() -> Scene {
    let (scene, execution) = running();
    scene.world.ends(&execution, moved(3));
    assert_eq!(scene.verifies().unwrap().next, Next::Settled);
    scene
}

fn tidy(scene: &Scene) -> tidy_restore::Request {
    tidy_restore::Request { run_id: scene.run.clone(), job: scene.job.clone() }
}

fn tidies(scene: &Scene) -> Tidy {
    run(tidy_restore(&scene.world, &tidy(scene))).expect("it looks")
}

/// Carries an opened restore by the task that was made for it: its way is gone before it is told.
pub(crate) fn comes_back(scene: &Scene) {
    let back = scene.record().spec.work.transfer().unwrap().clone();
    assert_eq!(scene.checks().unwrap().next, Next::Start);
    let Ok(Started::Running(execution)) = scene.starts(1) else { panic!("it does not run") };
    assert_eq!(execution.task().unwrap(), back.task);
    scene.world.ends(&execution, moved(3));
    assert_eq!(scene.verifies().unwrap().next, Next::Settled);
    assert_eq!(scene.end().outcome, Outcome::Succeeded);
    assert!(matches!(scene.reports(), Written::Wait { .. }), "its way is still there");
    assert_eq!(tidies(scene), Tidy::Done);
    assert_eq!(made(&scene.world), (0, 0));
    assert!(matches!(scene.record().drill.tidied, Some(Tidied::WayRemoved { .. })));
    assert!(matches!(scene.reports(), Written::Closed { .. }));
}

#[test]
fn a_copy_comes_back_by_a_way_of_its_own_that_is_gone_before_it_is_told() {
    let scene = opened();
    let back = scene.record().spec.work.transfer().unwrap().clone();
    assert_eq!(
        (back.from.as_str(), back.to.as_str()),
        ("s3://example-backups/home/", "efs fs-0123456789abcdef0/restored")
    );
    assert_ne!(back.task, task_of("home"), "the job's own task is not touched");
    assert_eq!(scene.world.state.borrow().workflows[&scene.run].input["job"], "home", "a workflow of one job");
    comes_back(&scene);
    let written = scene.world.state.borrow().documents[&format!("reports/{}/report.json", scene.run)].clone();
    let written = String::from_utf8(written).unwrap();
    assert!(written.contains("were deleted again"), "{written}");
}

#[test]
fn a_copy_of_files_is_neither_brought_back_nor_rehearsed_and_the_way_by_hand_is_told() {
    let mut job = spec("home");
    let Work::DataSync(transfer) = &mut job.work else { panic!("a transfer") };
    let files = FilesEnd {
        file_system: "arn:aws:elasticfilesystem:ap-northeast-1:123456789012:file-system/fs-0123456789abcdef0".into(),
        folder: "/copies".into(),
        access_point: None,
        subnet: "subnet-0a1b2c3d".into(),
        security_groups: vec!["sg-0a1b2c3d".into()],
    };
    (transfer.to, transfer.destination) = ("efs fs-0123456789abcdef0/copies".into(), files.into());
    let world = Fake::with_plan(vec![job]);
    for is_drill in [false, true] {
        let mut request = request(&world);
        request.wish.is_drill = is_drill;
        let refused = opens(&world, &request).unwrap_err().to_string();
        assert!(refused.contains("efs fs-0123456789abcdef0/copies") && refused.contains("rsync"), "{refused}");
    }
    assert_eq!(made(&world), (0, 0));
}

#[test]
fn regression_a_copy_is_not_brought_back_while_its_night_is_writing_it() {
    let (world, execution) = Fake::running();
    let request = request(&world);
    let refused = opens(&world, &request).unwrap_err().to_string();
    assert!(refused.contains(&format!("still open in run `{}`", world.night())), "{refused}");
    assert_eq!(made(&world), (0, 0));
    world.ends(&execution, moved(3));
    let _ = world.verifies("home").unwrap();
    assert!(opens(&world, &request).is_ok(), "once the job has ended");
}

#[test]
fn regression_a_restore_in_earnest_does_not_wait_for_a_drill_of_the_same_copy() {
    let world = world();
    let mut drill = request(&world);
    (drill.wish.is_drill, drill.nonce) = (true, 8);
    assert!(opens(&world, &drill).is_ok());
    assert!(opens(&world, &request(&world)).is_ok(), "a drill only reads it");
}

#[test]
fn the_way_leads_from_the_jobs_own_copy_to_the_named_folder() {
    let scene = opened();
    let state = scene.world.state.borrow();
    let (location, (of, place)) = state.restoring.ways.locations.iter().next().unwrap();
    assert_eq!((of, place.to_string().as_str()), (&scene.run, "efs fs-0123456789abcdef0/restored"));
    let (of, task, ends) = state.restoring.ways.tasks.values().next().unwrap();
    assert_eq!((of, task.includes.as_deref()), (&scene.run, Some("/lost.txt")));
    assert_eq!((ends[0].rsplit('/').next(), &ends[1]), (Some("loc-home-to"), location));
}

#[test]
fn opening_cut_off_anywhere_and_repeated_makes_one_way_and_one_run() {
    let points = at_every_await_point(|n| {
        let world = world();
        let request = request(&world);
        let died = crash_at(n, open_copy_back(&world, &world, &stack(), &request)).is_none();
        let opened = opens(&world, &request).expect("the repetition opens it");
        assert_eq!(opened.run_id, request.run_id());
        assert_eq!(made(&world), (1, 1), "{n}");
        let state = world.state.borrow();
        assert_eq!((state.runs.len(), state.jobs.len(), state.workflows.len()), (1, 1, 1), "{n}");
        died
    });
    assert!(points > 20, "{points}");
}

#[test]
fn a_lost_reply_is_looked_for_and_what_came_to_nothing_leaves_nothing() {
    for operation in ["make_location", "make_task"] {
        let after = world();
        after.breaks(operation, 1, Fault::LostAfter);
        assert!(opens(&after, &request(&after)).is_ok(), "{operation}: it is found by its mark");
        assert_eq!(made(&after), (1, 1), "{operation}");
        for fault in [Fault::LostBefore, Fault::Throttled, Fault::Rejected("InvalidRequestException", "no such subnet")]
        {
            let world = world();
            world.breaks(operation, 1, fault);
            assert!(opens(&world, &request(&world)).is_err(), "{operation}: {fault:?}");
            assert_eq!(made(&world), (0, 0), "{operation}: {fault:?}");
            assert!(world.state.borrow().runs.is_empty(), "{operation}: {fault:?}");
        }
    }
}

#[test]
fn what_was_made_for_a_run_that_does_not_come_about_is_taken_away() {
    for (operation, fault) in [("put_once", Fault::Throttled), ("create_run", Fault::LostBefore)] {
        let world = world();
        world.breaks(operation, 1, fault);
        assert!(opens(&world, &request(&world)).is_err(), "{operation}");
        assert_eq!(made(&world), (0, 0), "{operation}");
    }
    let world = world();
    world.breaks("create_run", 1, Fault::LostAfter);
    let _ = opens(&world, &request(&world));
    assert_eq!((made(&world), world.state.borrow().runs.len()), ((1, 1), 1), "the run is there, and needs it");
}

#[test]
fn a_task_that_is_still_in_the_making_is_waited_for() {
    let world = world();
    world.state.borrow_mut().restoring.ways.looks_in_the_making = 3;
    let began = world.time();
    assert!(opens(&world, &request(&world)).is_ok());
    assert_eq!(world.time().duration_since(began).as_secs(), 6);
    let never = self::world();
    never.state.borrow_mut().restoring.ways.looks_in_the_making = u32::MAX;
    assert!(opens(&never, &request(&never)).is_err());
    assert_eq!(made(&never), (0, 0));
}

#[test]
fn what_can_not_be_brought_back_so_is_refused_before_anything_is_made() {
    let world = world();
    let asked = |job: &str, to: &str| {
        let wish = Wish { to: to.parse().unwrap(), ..request(&world).wish };
        Request { job: job.parse().unwrap(), wish, ..request(&world) }
    };
    for (request, words) in [
        (asked("hime", "/restored"), "no job `hime`"),
        (asked("assets", "/restored"), "s3://BUCKET/PREFIX"),
        (asked("assets", "s3://example-assets/back"), "--read-role"),
        (asked("home", "s3://example-assets/back"), "--to PATH"),
        (asked("servers", "/restored"), "is a backup job"),
        (asked("home", "/home"), "--overwrite-source home"),
        (asked("home", "/"), "--overwrite-source home"),
    ] {
        let told = opens(&world, &request).unwrap_err().to_string();
        assert!(told.contains(words), "{told}");
        assert_eq!(run(prepare(&world, &world, &stack(), &request)).map(drop).unwrap_err().to_string(), told);
    }
    assert_eq!(made(&world), (0, 0));
    assert!(world.state.borrow().runs.is_empty());
}

#[test]
fn a_dry_run_decides_and_makes_nothing() {
    let world = world();
    let prepared = run(prepare(&world, &world, &stack(), &request(&world))).unwrap();
    assert_eq!(prepared.order.to_shown(), "efs fs-0123456789abcdef0/restored");
    assert_eq!(made(&world), (0, 0));
    assert!(world.state.borrow().documents.keys().all(|key| !key.ends_with("restore.json")));
}

#[test]
fn a_restore_that_finds_nothing_has_failed_and_is_tidied_up_all_the_same() {
    let (scene, execution) = running();
    scene.world.ends(&execution, moved(0));
    assert_eq!(scene.verifies().unwrap().next, Next::Settled);
    let end = scene.end();
    assert_eq!((end.outcome, end.cause.unwrap().id.as_str()), (Outcome::Failed, "nothing-restored"));
    assert_eq!(tidies(&scene), Tidy::Done);
    assert_eq!(made(&scene.world), (0, 0));
}

/// After a first attempt that left one of four files behind.
fn second_attempt() -> (Scene, nightferry_domain::ids::ExecutionArn) {
    let (scene, execution) = running();
    scene.world.ends(&execution, |seen| {
        moved(3)(seen);
        seen.counts.files_estimated = Some(4);
    });
    assert_eq!(scene.verifies().unwrap().next, Next::Start, "one file was left behind");
    scene.world.pass(3_600);
    let Ok(Started::Running(second)) = scene.starts(2) else { panic!("it does not run again") };
    (scene, second)
}

#[test]
fn a_second_attempt_that_brings_all_of_it_is_success() {
    let (scene, second) = second_attempt();
    scene.world.ends(&second, moved(4));
    assert_eq!(scene.verifies().unwrap().next, Next::Settled);
    assert_eq!(scene.end().outcome, Outcome::Succeeded);
}

#[test]
fn regression_a_second_attempt_that_passed_over_what_is_there_proves_nothing() {
    let (scene, second) = second_attempt();
    scene.world.ends(&second, |seen| {
        moved(0)(seen);
        seen.counts.files_skipped = Some(4);
    });
    assert_eq!(scene.verifies().unwrap().next, Next::Settled);
    assert!(!scene.end().outcome.is_safe(), "a spoiled file of the same size and time is passed over, too");
}

#[test]
fn what_stands_in_the_way_ends_it_and_leaves_no_way_behind() {
    let scene = opened();
    let obstacle = Obstacle { id: "bucket-missing".into(), what: "gone".into(), fix: "make it".into(), patch: None };
    let _ = scene.world.state.borrow_mut().obstacles.insert(scene.job.clone(), vec![obstacle]);
    assert_eq!(scene.checks().unwrap().next, Next::Settled);
    assert_eq!(tidies(&scene), Tidy::Done);
    assert_eq!(made(&scene.world), (0, 0));
}

#[test]
fn tidying_cut_off_anywhere_and_repeated_leaves_nothing_behind() {
    let points = at_every_await_point(|n| {
        let scene = settled();
        let died = crash_at(n, tidy_restore(&scene.world, &tidy(&scene))).is_none();
        assert_eq!(tidies(&scene), Tidy::Done, "{n}");
        assert_eq!(made(&scene.world), (0, 0), "{n}");
        died
    });
    assert!(points > 6, "{points}");
}

#[test]
fn a_refused_or_lost_deletion_is_repeated_until_it_is_done() {
    for operation in ["delete_task", "delete_location", "save_job"] {
        for fault in
            [Fault::Throttled, Fault::LostBefore, Fault::LostAfter, Fault::Rejected("InvalidRequestException", "busy")]
        {
            let scene = settled();
            scene.world.breaks(operation, 1, fault);
            let _ = run(tidy_restore(&scene.world, &tidy(&scene)));
            assert_eq!(tidies(&scene), Tidy::Done, "{operation}: {fault:?}");
            assert_eq!(made(&scene.world), (0, 0), "{operation}: {fault:?}");
        }
    }
}

/// A restore that was cancelled and given up, while its execution still goes on.
fn outlived() -> (Scene, nightferry_domain::ids::ExecutionArn) {
    let (scene, execution) = running();
    let now = scene.world.time();
    let key = (scene.run.clone(), scene.job.clone());
    scene.world.state.borrow_mut().jobs.get_mut(&key).unwrap().record.cancel =
        Some(Cancellation { at: now, reason: "wrong folder".into() });
    scene.world.pass(CANCEL_GRACE_SECS);
    assert_eq!(scene.verifies().unwrap().next, Next::Settled);
    (scene, execution)
}

#[test]
fn a_way_that_is_still_in_use_is_waited_for_and_then_taken_away() {
    let (scene, execution) = outlived();
    assert!(matches!(tidies(&scene), Tidy::Wait { .. }));
    scene.world.ends(&execution, moved(1));
    assert_eq!(tidies(&scene), Tidy::Done);
    assert_eq!(made(&scene.world), (0, 0));
}

#[test]
fn a_way_that_is_in_use_for_a_day_is_a_persons_and_is_named() {
    let (scene, _) = outlived();
    scene.world.pass(TIDY_GRACE_SECS + 1);
    assert_eq!(tidies(&scene), Tidy::Done);
    let Some(tidied @ Tidied::WayKept { .. }) = scene.record().drill.tidied else { panic!("not told") };
    assert!(tidied.shown().contains("task-0b1b2c3d4e5f607"), "{}", tidied.shown());
    assert!(matches!(scene.reports(), Written::Closed { .. }));
}

#[test]
fn the_sweep_carries_a_restore_whose_workflow_died_to_its_end_and_takes_its_way_away() {
    let (scene, execution) = running();
    scene.workflow_dies();
    scene.world.ends(&execution, moved(3));
    for _ in 0..4 {
        scene.world.pass(600);
        let _ = run(sweep_runs(&scene.world, "nightferry"));
    }
    assert_eq!(scene.end().outcome, Outcome::Succeeded);
    assert_eq!(made(&scene.world), (0, 0));
    assert!(matches!(scene.reports(), Written::Closed { .. }));
}
