//! Drills: the verdict is said whatever happens, and what was made is removed, always, and nothing else.

use nightferry_domain::job_spec::Work;
use nightferry_domain::limits::TIDY_GRACE_SECS;
use nightferry_domain::outcome::Outcome;
use nightferry_domain::restore::drill::{CameOut, Content};
use nightferry_domain::restore::tidy::Tidied;
use nightferry_domain::run::RunPhase;
use nightferry_simulation::fake::{Fault, at_every_await_point, crash_at, restorable, run};
use nightferry_workflow::WorkflowError;
use nightferry_workflow::check_restore::{self, check_restore};
use nightferry_workflow::step::{Next, Step};
use nightferry_workflow::sweep_runs::sweep_runs;
use nightferry_workflow::tidy_restore::{Request, Tidy, tidy_restore};
use nightferry_workflow::write_report::Written;

use super::restoring::{MADE, Scene, world, world_of};

const FUNCTION: &str = "arn:aws:lambda:ap-northeast-1:123456789012:function:look-into-web";

fn tells(scene: &Scene, told: &serde_json::Value) -> Result<Step, WorkflowError> {
    let mut document = serde_json::json!({"run_id": scene.run, "job": scene.job});
    document.as_object_mut().unwrap().extend(told.as_object().unwrap().clone());
    let request: check_restore::Request = serde_json::from_value(document).expect("a request");
    run(check_restore(&scene.world, &request))
}

fn tidy(scene: &Scene) -> Request {
    Request { run_id: scene.run.clone(), job: scene.job.clone() }
}

fn tidies(scene: &Scene) -> Tidy {
    run(tidy_restore(&scene.world, &tidy(scene))).expect("it looks")
}

/// A drill whose machine is there and well.
fn made(check_function: Option<&str>) -> Scene {
    let (scene, execution) = Scene::running(world(check_function), true);
    scene.world.restore_makes(&execution, MADE);
    scene
}

/// A drill without a check, settled.
fn settled() -> Scene {
    let scene = made(None);
    assert_eq!(scene.verifies().unwrap().next, Next::Settled);
    scene
}

fn came_out(scene: &Scene) -> CameOut {
    scene.record().drill.verdict.expect("a verdict").came_out
}

/// Whether nothing of the drill is left, and nothing else was touched.
fn is_clean(scene: &Scene) -> bool {
    let state = scene.world.state.borrow();
    assert_eq!(state.broken, Vec::<String>::new());
    state.restoring.machines.values().all(|it| ["shutting-down", "terminated"].contains(&it.state.as_str()))
}

#[test]
fn a_good_drill_stands_apart_passes_and_leaves_nothing_behind() {
    let scene = settled();
    let restore = scene.record().spec.work.restore().unwrap().clone();
    assert_eq!(restore.metadata["SubnetId"], "subnet-0dddddddddddddddd");
    assert!(!restore.copies_tags, "the next night must not back it up");
    assert!(!restore.metadata.contains_key("IamInstanceProfileName"));
    assert!(matches!(scene.reports(), Written::Wait { .. }), "its machine is still there");
    assert!(matches!(tidies(&scene), Tidy::Wait { .. }), "it is marked");
    assert!(matches!(tidies(&scene), Tidy::Wait { .. }), "it is being removed");
    scene.world.machine_is_gone(MADE);
    assert_eq!(tidies(&scene), Tidy::Done);
    assert_eq!(came_out(&scene), CameOut::Passed);
    assert!(matches!(scene.record().drill.tidied, Some(Tidied::Removed { machines, .. }) if machines == [MADE]));
    assert!(matches!(scene.reports(), Written::Closed { .. }));
    let told = scene.world.state.borrow().notices[0].1.clone();
    assert!(told.contains("DRILL PASSED") && told.contains(MADE), "{told}");
}

#[test]
fn tidying_cut_off_anywhere_and_repeated_says_one_verdict_and_leaves_nothing_behind() {
    let points = at_every_await_point(|n| {
        let scene = settled();
        let mut died = crash_at(n, tidy_restore(&scene.world, &tidy(&scene))).is_none();
        for k in 0..6 {
            scene.world.pass(60);
            died |= crash_at(n, tidy_restore(&scene.world, &tidy(&scene))).is_none();
            if k == 3 && is_clean(&scene) {
                scene.world.machine_is_gone(MADE);
            }
        }
        while tidies(&scene) != Tidy::Done {
            if is_clean(&scene) {
                scene.world.machine_is_gone(MADE);
            }
        }
        assert!(is_clean(&scene), "{n}");
        assert_eq!(came_out(&scene), CameOut::Passed, "{n}");
        died
    });
    assert!(points > 10, "{points}");
}

#[test]
fn a_refused_or_lost_removal_is_repeated_until_it_is_done() {
    for operation in ["restored", "machine", "mark", "remove", "save_job"] {
        for fault in [Fault::Throttled, Fault::LostBefore, Fault::LostAfter] {
            let scene = settled();
            scene.world.breaks(operation, 1, fault);
            for _ in 0..5 {
                let _ = run(tidy_restore(&scene.world, &tidy(&scene)));
            }
            assert!(is_clean(&scene), "{operation} {fault:?}");
        }
    }
}

#[test]
fn the_sweep_tidies_up_when_the_workflow_is_gone_and_tells_the_run() {
    let scene = settled();
    scene.workflow_dies();
    for _ in 0..5 {
        scene.world.pass(300);
        let _ = run(sweep_runs(&scene.world, "nightferry")).unwrap();
        if is_clean(&scene) {
            scene.world.machine_is_gone(MADE);
        }
    }
    assert!(is_clean(&scene));
    assert!(matches!(scene.run_record().phase, RunPhase::Closed { .. }), "{:?}", scene.run_record().phase);
}

#[test]
fn a_machine_is_checked_by_the_users_function_and_its_word_decides() {
    for (told, outcome, verdict) in [
        (serde_json::json!({"answer": {"passed": true, "said": "3 tables"}}), Outcome::Succeeded, CameOut::Passed),
        (serde_json::json!({"answer": {"passed": false, "said": "empty"}}), Outcome::Partial, CameOut::Failed),
        (serde_json::json!({"answer": "fine"}), Outcome::Partial, CameOut::CheckBroke),
        (serde_json::json!({"error": {"Error": "Sandbox.Timedout"}}), Outcome::Partial, CameOut::CheckBroke),
    ] {
        let scene = made(Some(FUNCTION));
        let step = scene.verifies().unwrap();
        let order = step.check.expect("what to check");
        assert_eq!((step.next, order.function.as_str(), order.machine.as_str()), (Next::Check, FUNCTION, MADE));
        assert_eq!(tells(&scene, &told).unwrap().next, Next::Settled);
        assert_eq!(scene.end().outcome, outcome, "{told}");
        let _ = tidies(&scene);
        assert_eq!(came_out(&scene), verdict, "{told}");
        assert!(scene.world.state.borrow().restoring.machines[MADE].drill_tag.is_some());
    }
}

#[test]
fn the_first_word_of_a_check_counts() {
    let scene = made(Some(FUNCTION));
    let _ = scene.verifies().unwrap();
    let _ = tells(&scene, &serde_json::json!({"answer": {"passed": false, "said": "empty"}})).unwrap();
    let _ = tells(&scene, &serde_json::json!({"answer": {"passed": true}})).unwrap();
    assert_eq!(scene.record().drill.content, Some(Content::Failed { said: "empty".into() }));
    assert_eq!(scene.end().outcome, Outcome::Partial);
}

#[test]
fn a_check_told_of_and_cut_off_anywhere_is_kept_once() {
    let _ = at_every_await_point(|n| {
        let scene = made(Some(FUNCTION));
        let _ = scene.verifies().unwrap();
        let document = serde_json::json!({"run_id": scene.run, "job": scene.job, "answer": {"passed": true}});
        let request: check_restore::Request = serde_json::from_value(document).unwrap();
        let died = crash_at(n, check_restore(&scene.world, &request)).is_none();
        let _ = run(check_restore(&scene.world, &request)).unwrap();
        assert_eq!(scene.end().outcome, Outcome::Succeeded, "{n}");
        died
    });
}

/// A drill whose machine is there, and is to be looked into by a person's command.
fn commanded() -> Scene {
    let mut spec = restorable("servers", None);
    let Work::Backup(work) = &mut spec.work else { panic!("machines that are backed up") };
    work.restore.as_mut().unwrap().drill.as_mut().unwrap().check_command = vec!["./look".into()];
    let (scene, execution) = Scene::running(world_of(spec), true);
    scene.world.restore_makes(&execution, MADE);
    scene
}

#[test]
fn a_command_is_waited_for_and_its_word_decides() {
    for (content, outcome) in [
        (Content::Passed { said: "3 tables".into() }, Outcome::Succeeded),
        (Content::Failed { said: "it ended with 1; empty".into() }, Outcome::Partial),
    ] {
        let scene = commanded();
        let step = scene.verifies().unwrap();
        assert_eq!((step.next, step.wait_secs > 0, step.check), (Next::Start, true, None), "nothing in AWS runs it");
        assert_eq!(scene.record().drill.awaited.unwrap().machine, MADE);
        let checked = check_restore::Checked::Answer(content.clone());
        let request = check_restore::Request { run_id: scene.run.clone(), job: scene.job.clone(), checked };
        assert_eq!(run(check_restore(&scene.world, &request)).unwrap().next, Next::Settled);
        assert_eq!((scene.end().outcome, scene.record().drill.content), (outcome, Some(content)));
    }
}

#[test]
fn a_command_of_somebody_who_went_away_is_no_pass() {
    let scene = commanded();
    let _ = scene.verifies().unwrap();
    scene.world.pass(1_019);
    assert_eq!(scene.verifies().unwrap().next, Next::Start, "it may still be at it");
    scene.world.pass(1);
    assert_eq!(scene.verifies().unwrap().next, Next::Settled);
    let _ = tidies(&scene);
    assert_eq!(came_out(&scene), CameOut::CheckBroke);
}

#[test]
fn a_check_that_nobody_is_left_to_make_is_said_to_be_broken() {
    let scene = made(Some(FUNCTION));
    let _ = scene.verifies().unwrap();
    scene.workflow_dies();
    for _ in 0..6 {
        scene.world.pass(300);
        let _ = run(sweep_runs(&scene.world, "nightferry")).unwrap();
        if is_clean(&scene) {
            scene.world.machine_is_gone(MADE);
        }
    }
    assert_eq!(came_out(&scene), CameOut::CheckBroke);
    assert!(is_clean(&scene) && matches!(scene.run_record().phase, RunPhase::Closed { .. }));
}

#[test]
fn a_drill_that_must_end_before_its_check_is_no_pass() {
    let scene = made(Some(FUNCTION));
    scene.world.pass(12 * 3_600 + 1);
    assert_eq!(scene.verifies().unwrap().next, Next::Settled);
    let _ = tidies(&scene);
    assert_ne!(came_out(&scene), CameOut::Passed);
}

#[test]
fn a_restore_that_fails_has_a_verdict_and_nothing_to_remove() {
    let (scene, execution) = Scene::running(world(None), true);
    scene.world.restore_fails(&execution, "AWS Backup does not permit attaching a new instance profile");
    assert_eq!(scene.verifies().unwrap().next, Next::Settled);
    assert_eq!(tidies(&scene), Tidy::Done);
    assert_eq!(came_out(&scene), CameOut::Failed);
    assert!(matches!(scene.record().drill.tidied, Some(Tidied::NothingMade { .. })));
    assert_eq!((scene.world.calls("mark"), scene.world.calls("remove")), (0, 0));
}

#[test]
fn a_restore_that_outlives_its_drill_is_waited_for_and_what_it_makes_is_removed() {
    let (scene, execution) = Scene::running(world(None), true);
    scene.world.pass(13 * 3_600);
    assert_eq!(scene.verifies().unwrap().next, Next::Settled, "it can't be stopped, but must end");
    assert!(matches!(tidies(&scene), Tidy::Wait { .. }));
    scene.world.restore_makes(&execution, MADE);
    for _ in 0..3 {
        let _ = tidies(&scene);
    }
    assert!(is_clean(&scene));
    assert_eq!(came_out(&scene), CameOut::Failed, "the verdict was said before");
}

#[test]
fn a_restore_that_never_ends_is_left_to_a_person_after_a_day() {
    let (scene, _) = Scene::running(world(None), true);
    scene.world.pass(13 * 3_600);
    let _ = scene.verifies().unwrap();
    scene.world.pass(TIDY_GRACE_SECS + 1);
    assert_eq!(tidies(&scene), Tidy::Done);
    assert!(matches!(scene.record().drill.tidied, Some(Tidied::LeftBehind { .. })));
    assert!(matches!(scene.reports(), Written::Closed { .. }));
    let told = scene.world.state.borrow().notices[0].1.clone();
    assert!(told.contains("LEFT BEHIND"), "{told}");
}

/// A drill whose start came through, and whose reply never did, until the job had to end.
fn lost() -> Scene {
    let scene = Scene::open(world(None), true);
    assert_eq!(scene.checks().unwrap().next, Next::Start);
    scene.world.breaks("restore", 1, Fault::LostAfter);
    let _ = scene.starts(1);
    scene.world.pass(13 * 3_600);
    assert_eq!(scene.verifies().unwrap().next, Next::Settled);
    assert!(scene.record().attempts[0].execution.is_none(), "nobody learned of the job");
    scene
}

#[test]
fn regression_a_start_whose_reply_was_lost_is_never_told_as_nothing_made() {
    let scene = lost();
    assert!(matches!(tidies(&scene), Tidy::Wait { .. }), "it goes on, and may be the drill's");
    let job = scene.world.state.borrow().restoring.jobs[0].seen.execution.clone();
    scene.world.restore_makes(&job, MADE);
    assert_eq!(tidies(&scene), Tidy::Done);
    let Some(Tidied::LeftBehind { what, .. }) = scene.record().drill.tidied else { panic!("it is told as tidied") };
    assert!(what.contains("may have been started") && what.contains(MADE), "{what}");
    assert_eq!((scene.world.calls("mark"), scene.world.calls("remove")), (0, 0), "a list tells no token");
}

#[test]
fn a_start_that_never_came_through_made_nothing() {
    let scene = Scene::open(world(None), true);
    let _ = scene.checks().unwrap();
    scene.world.breaks("restore", 1, Fault::LostBefore);
    let _ = scene.starts(1);
    scene.world.pass(13 * 3_600);
    assert_eq!(scene.verifies().unwrap().next, Next::Settled);
    assert_eq!(tidies(&scene), Tidy::Done);
    assert!(matches!(scene.record().drill.tidied, Some(Tidied::NothingMade { .. })));
}

#[test]
fn a_passed_drill_that_leaves_something_behind_is_not_told_green() {
    let scene = settled();
    scene.world.machine_becomes(MADE, |it| it.drill_tag = Some("drill-of-somebody-else".into()));
    assert_eq!(tidies(&scene), Tidy::Done);
    assert_eq!((came_out(&scene), scene.world.calls("remove")), (CameOut::Passed, 0));
    assert!(matches!(scene.reports(), Written::Closed { .. }));
    let (subject, told) = scene.world.state.borrow().notices[0].clone();
    assert!(subject.contains("PARTIAL") && told.contains("drill-left-behind"), "{subject}\n{told}");
}

#[test]
fn a_drill_may_leave_the_machine_to_chance() {
    let world = world(None);
    let request =
        nightferry_workflow::open_restore::Request { machine: None, ..super::restoring::request(&world, true) };
    for dice in [0, 7, u64::MAX] {
        world.dice.set(dice);
        assert!(run(nightferry_workflow::open_restore::prepare(&world, &request)).is_ok());
    }
}
