//! A copy of files that the plan's schedule rehearses: opened once a fire time, after the night that writes the copy, by a task
//! that stays.

use nightferry_domain::ids::RunId;
use nightferry_domain::job::Phase;
use nightferry_domain::job_spec::{JobSpec, Standing, Transfer, Work};
use nightferry_domain::outcome::Outcome;
use nightferry_domain::restore::drill::CameOut;
use nightferry_domain::restore::tidy::Tidied;
use nightferry_domain::run::Trigger;
use nightferry_simulation::fake::{Fake, Fault, at_every_await_point, crash_at, failed, moved, run, spec, task_of};
use nightferry_workflow::open_run::{Request, open_run};
use nightferry_workflow::start_job::Started;
use nightferry_workflow::step::Next;
use nightferry_workflow::sweep_runs::sweep_runs;
use nightferry_workflow::tidy_restore::{self, Tidy, tidy_restore};
use nightferry_workflow::write_report::Written;

use super::restoring::Scene;

const JOB: &str = "home";

fn rehearsed() -> JobSpec {
    let JobSpec { work: Work::DataSync(night), .. } = spec(JOB) else { panic!("a transfer") };
    let standing = Standing {
        schedule: "weekly".parse().unwrap(),
        task: task_of("scratch"),
        to: "efs fs-0123/scratch".into(),
        task_reports: "task-reports/home.drill/".into(),
    };
    JobSpec { work: Work::DataSync(Transfer { drill: Some(Box::new(standing)), ..night }), ..spec(JOB) }
}

fn world() -> Fake {
    Fake::with_plan(vec![rehearsed(), spec("mail")])
}

fn fired(world: &Fake) -> Request {
    Request::Drill {
        drill: JOB.parse().unwrap(),
        schedule: "weekly".parse().unwrap(),
        scheduled_time: world.state.borrow().plan.as_ref().unwrap().applied_at,
    }
}

fn opened(world: Fake) -> Scene {
    let opened = run(open_run(&world, &fired(&world))).expect("it opens");
    Scene { world, run: opened.run_id, job: JOB.parse().unwrap() }
}

fn tidies(scene: &Scene) -> Tidy {
    let request = tidy_restore::Request { run_id: scene.run.clone(), job: scene.job.clone() };
    run(tidy_restore(&scene.world, &request)).expect("it looks")
}

fn is_gone(world: &Fake) -> bool {
    world.calls("delete_task") + world.calls("delete_location") > 0
}

#[test]
fn a_fire_time_that_is_delivered_twice_opens_one_drill_by_the_task_that_stands() {
    let world = world();
    let first = run(open_run(&world, &fired(&world))).unwrap();
    let second = run(open_run(&world, &fired(&world))).unwrap();
    assert!(first.is_new && !second.is_new && first.run_id == second.run_id);
    assert_eq!(first.run_id, RunId::scheduled_drill(&JOB.parse().unwrap(), world.time()));
    let scene = Scene { world, run: first.run_id, job: JOB.parse().unwrap() };
    assert!(matches!(scene.run_record().trigger, Trigger::Schedule { .. }));
    let back = scene.record().spec.work.transfer().unwrap().clone();
    assert_eq!((&back.task, back.to.as_str()), (&task_of("scratch"), "efs fs-0123/scratch"));
    let input = scene.world.state.borrow().workflows[&scene.run].input.clone();
    assert_eq!(input["job"], JOB, "a workflow of one job");
}

#[test]
fn an_opening_cut_off_anywhere_and_repeated_opens_the_same_drill() {
    let points = at_every_await_point(|n| {
        let world = world();
        let died = crash_at(n, open_run(&world, &fired(&world))).is_none();
        let scene = opened(world);
        assert_eq!(scene.record().spec.work.transfer().unwrap().task, task_of("scratch"), "{n}");
        assert_eq!(scene.world.state.borrow().runs.len(), 1, "{n}");
        died
    });
    assert!(points > 6, "{points}");
}

#[test]
fn a_drill_by_schedule_says_its_verdict_and_leaves_its_task_for_the_next() {
    let scene = opened(world());
    assert_eq!(scene.checks().unwrap().next, Next::Start);
    let Ok(Started::Running(execution)) = scene.starts(1) else { panic!("it does not run") };
    assert_eq!(execution.task().unwrap(), task_of("scratch"));
    scene.world.pass(90);
    scene.world.ends(&execution, moved(3));
    assert_eq!(scene.verifies().unwrap().next, Next::Settled);
    assert!(matches!(scene.reports(), Written::Wait { .. }), "nothing is told before the verdict is said");
    assert_eq!(tidies(&scene), Tidy::Done);
    let drill = scene.record().drill;
    let verdict = drill.verdict.unwrap();
    assert_eq!((verdict.came_out, verdict.restore_secs), (CameOut::Passed, Some(90)));
    assert!(verdict.why.contains("stays in efs fs-0123/scratch"), "{}", verdict.why);
    assert!(matches!(drill.tidied, Some(Tidied::WayStands { .. })) && !is_gone(&scene.world));
    assert!(matches!(scene.reports(), Written::Closed { .. }));
}

#[test]
fn a_copy_that_does_not_come_back_is_a_failed_drill_and_its_task_stays_all_the_same() {
    let scene = opened(world());
    assert_eq!(scene.checks().unwrap().next, Next::Start);
    for number in 1..=3 {
        let Ok(Started::Running(execution)) = scene.starts(number) else { panic!("attempt {number} does not run") };
        scene.world.ends(&execution, failed("Task failed to access location loc-1: x40016: Permission denied"));
        if scene.verifies().unwrap().next == Next::Settled {
            break;
        }
        scene.world.pass(7_200);
    }
    assert_eq!(scene.end().outcome, Outcome::Failed);
    assert_eq!(tidies(&scene), Tidy::Done);
    assert_eq!(scene.record().drill.verdict.unwrap().came_out, CameOut::Failed);
    assert!(!is_gone(&scene.world));
}

#[test]
fn a_drill_waits_for_the_night_that_still_writes_the_copy_and_uses_up_no_attempt() {
    let world = world();
    let _ = run(open_run(&world, &world.request())).unwrap();
    let _ = world.checks(JOB).unwrap();
    let Ok(Started::Running(night)) = world.starts(JOB, 1) else { panic!("the night does not run") };
    let scene = opened(world);
    assert_eq!(scene.checks().unwrap().next, Next::Start);
    assert_eq!(scene.starts(1).unwrap(), Started::Over);
    assert!(matches!(scene.record().phase, Phase::Ready { attempt: 1, .. }), "{:?}", scene.record().phase);
    let notes = scene.record().notes;
    assert!(notes.iter().any(|note| note.text.contains(night.id())), "{notes:?}");
    scene.world.ends(&night, moved(3));
    scene.world.pass(900);
    let Ok(Started::Running(drill)) = scene.starts(1) else { panic!("it does not run") };
    assert_eq!(drill.task().unwrap(), task_of("scratch"));
}

#[test]
fn the_sweep_carries_a_scheduled_drill_whose_workflow_died_to_its_verdict() {
    let scene = opened(world());
    assert_eq!(scene.checks().unwrap().next, Next::Start);
    let Ok(Started::Running(execution)) = scene.starts(1) else { panic!("it does not run") };
    scene.workflow_dies();
    scene.world.ends(&execution, moved(3));
    for _ in 0..4 {
        scene.world.pass(600);
        let _ = run(sweep_runs(&scene.world, "nightferry"));
    }
    assert_eq!(scene.record().drill.verdict.expect("a verdict").came_out, CameOut::Passed);
    assert!(matches!(scene.reports(), Written::Closed { .. }) && !is_gone(&scene.world));
}

#[test]
fn a_schedule_of_a_job_that_is_not_rehearsed_any_more_opens_nothing() {
    let world = Fake::with_plan(vec![spec(JOB)]);
    assert!(run(open_run(&world, &fired(&world))).is_err());
    assert!(world.state.borrow().runs.is_empty());
}

#[test]
fn regression_a_drill_whose_task_is_gone_fails_at_once_and_does_not_wait_for_its_last_hour() {
    let scene = opened(world());
    assert_eq!(scene.checks().unwrap().next, Next::Start);
    scene.world.breaks("find", 1, Fault::Gone);
    assert_eq!(scene.starts(1).unwrap(), Started::Over);
    let end = scene.end();
    assert_eq!(end.outcome, Outcome::Failed);
    assert!(end.cause.unwrap().said.unwrap().contains("not found"));
    assert_eq!(tidies(&scene), Tidy::Done);
    assert!(matches!(scene.reports(), Written::Closed { .. }));
}

#[test]
fn regression_a_drill_whose_nights_task_was_replaced_waits_for_nobody() {
    let scene = opened(world());
    assert_eq!(scene.checks().unwrap().next, Next::Start);
    scene.world.breaks("latest", 1, Fault::Gone);
    assert!(matches!(scene.starts(1), Ok(Started::Running(_))));
}
