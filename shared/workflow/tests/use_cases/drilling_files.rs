//! A copy of files, rehearsed: a verdict is said whatever happens, once, and the way by which it came is taken away.

use nightferry_domain::back::Wish;
use nightferry_domain::outcome::Outcome;
use nightferry_domain::restore::drill::{CameOut, Verdict};
use nightferry_simulation::fake::{Fault, at_every_await_point, crash_at, moved, run};
use nightferry_workflow::copy_back::{Request, open_copy_back};
use nightferry_workflow::ports::Obstacle;
use nightferry_workflow::start_job::Started;
use nightferry_workflow::step::Next;
use nightferry_workflow::sweep_runs::sweep_runs;
use nightferry_workflow::tidy_restore::{self, Tidy, tidy_restore};
use nightferry_workflow::write_report::Written;

use super::copying_back::{made, request, stack, world};
use super::restoring::Scene;

fn opened() -> Scene {
    let world = world();
    let asked = request(&world);
    let wish = Wish { to: "/scratch".parse().unwrap(), only: vec![], is_drill: true, ..asked.wish };
    let asked = Request { wish, ..asked };
    let opened = run(open_copy_back(&world, &world, &stack(), &asked)).expect("it opens");
    Scene { world, run: opened.run_id, job: asked.job }
}

/// A drill whose execution ended so.
fn ended(end: impl FnOnce(&mut nightferry_domain::observation::TransferObservation)) -> Scene {
    let scene = opened();
    assert_eq!(scene.checks().unwrap().next, Next::Start);
    let Ok(Started::Running(execution)) = scene.starts(1) else { panic!("it does not run") };
    scene.world.pass(90);
    scene.world.ends(&execution, end);
    assert_eq!(scene.verifies().unwrap().next, Next::Settled);
    scene
}

fn asked(scene: &Scene) -> tidy_restore::Request {
    tidy_restore::Request { run_id: scene.run.clone(), job: scene.job.clone() }
}

/// Tidies up, and reads what was said.
fn said(scene: &Scene) -> Verdict {
    assert_eq!(run(tidy_restore(&scene.world, &asked(scene))).expect("it looks"), Tidy::Done);
    scene.record().drill.verdict.expect("a verdict")
}

#[test]
fn a_drill_that_brought_all_of_it_back_passes_and_tells_how_long_it_took_and_what_stays() {
    let scene = ended(moved(3));
    assert!(scene.run.as_str().starts_with("drill-"), "{}", scene.run);
    assert!(matches!(scene.reports(), Written::Wait { .. }), "nothing is told before the verdict is said");
    let verdict = said(&scene);
    assert_eq!((verdict.came_out, verdict.restore_secs), (CameOut::Passed, Some(90)));
    assert!(
        verdict.why.contains("3 file(s)") && verdict.why.contains("fs-0123456789abcdef0/scratch"),
        "{}",
        verdict.why
    );
    assert!(verdict.compared.iter().all(|it| it.is_right && it.is_known), "{:?}", verdict.compared);
    assert_eq!(made(&scene.world), (0, 0));
    assert!(matches!(scene.reports(), Written::Closed { .. }));
    let written = scene.world.state.borrow().documents[&format!("reports/{}/report.json", scene.run)].clone();
    let written = String::from_utf8(written).unwrap();
    assert!(written.contains("DRILL PASSED") && written.contains("remove it by hand"), "{written}");
}

#[test]
fn a_drill_that_brought_nothing_back_has_failed_and_says_so() {
    let nothing = ended(moved(0));
    assert_eq!(nothing.end().cause.unwrap().id, "nothing-restored");
    assert_eq!(said(&nothing).came_out, CameOut::Failed);
}

#[test]
fn a_file_that_nobody_verified_is_no_pass() {
    let scene = opened();
    assert_eq!(scene.checks().unwrap().next, Next::Start);
    for number in 1..=3 {
        let Ok(Started::Running(execution)) = scene.starts(number) else { panic!("attempt {number} does not run") };
        scene.world.ends(&execution, |seen| {
            moved(3)(seen);
            seen.counts.files_verified = Some(2);
        });
        let step = scene.verifies().unwrap();
        if step.next == Next::Settled {
            break;
        }
        scene.world.pass(7_200);
    }
    assert_eq!(scene.end().outcome, Outcome::Partial);
    let verdict = said(&scene);
    assert_eq!((verdict.came_out, verdict.restore_secs), (CameOut::Failed, None));
}

#[test]
fn what_stands_in_the_way_is_a_failed_drill_with_its_cause() {
    let scene = opened();
    let obstacle =
        Obstacle { id: "bucket-missing".into(), what: "it is gone".into(), fix: "make it".into(), patch: None };
    let _ = scene.world.state.borrow_mut().obstacles.insert(scene.job.clone(), vec![obstacle]);
    assert_eq!(scene.checks().unwrap().next, Next::Settled);
    let verdict = said(&scene);
    assert_eq!(verdict.came_out, CameOut::Failed);
    assert!(verdict.why.contains("it is gone") && verdict.compared.iter().all(|it| !it.is_known), "{verdict:?}");
    assert_eq!(made(&scene.world), (0, 0));
}

#[test]
fn a_verdict_is_said_once_wherever_saying_it_is_cut_off_and_nothing_is_left_behind() {
    let points = at_every_await_point(|n| {
        let scene = ended(moved(3));
        let died = crash_at(n, tidy_restore(&scene.world, &asked(&scene))).is_none();
        let before = scene.record().drill.verdict;
        scene.world.pass(60);
        let after = said(&scene);
        assert!(before.is_none_or(|before| before == after), "{n}: said twice");
        assert_eq!(made(&scene.world), (0, 0), "{n}");
        died
    });
    assert!(points > 6, "{points}");
}

#[test]
fn a_way_that_can_not_be_taken_away_yet_keeps_no_verdict_back() {
    let scene = ended(moved(3));
    scene.world.breaks("delete_task", 1, Fault::Rejected("InvalidRequestException", "busy"));
    let first = run(tidy_restore(&scene.world, &asked(&scene))).expect("it looks");
    assert!(matches!(first, Tidy::Wait { .. }));
    let before = scene.record().drill.verdict.expect("a verdict");
    assert_eq!(said(&scene), before);
}

#[test]
fn the_sweep_says_the_verdict_of_a_drill_whose_workflow_died() {
    let scene = opened();
    assert_eq!(scene.checks().unwrap().next, Next::Start);
    let Ok(Started::Running(execution)) = scene.starts(1) else { panic!("it does not run") };
    scene.workflow_dies();
    scene.world.ends(&execution, moved(3));
    for _ in 0..4 {
        scene.world.pass(600);
        let _ = run(sweep_runs(&scene.world, "nightferry"));
    }
    assert_eq!(scene.record().drill.verdict.expect("a verdict").came_out, CameOut::Passed);
    assert_eq!(made(&scene.world), (0, 0));
    assert!(matches!(scene.reports(), Written::Closed { .. }));
}

#[test]
fn a_restore_in_earnest_has_no_verdict() {
    let world = world();
    let asked_for = request(&world);
    let opened = run(open_copy_back(&world, &world, &stack(), &asked_for)).expect("it opens");
    let scene = Scene { world, run: opened.run_id, job: asked_for.job };
    assert_eq!(scene.checks().unwrap().next, Next::Start);
    let Ok(Started::Running(execution)) = scene.starts(1) else { panic!("it does not run") };
    scene.world.ends(&execution, moved(3));
    assert_eq!(scene.verifies().unwrap().next, Next::Settled);
    assert_eq!(run(tidy_restore(&scene.world, &asked(&scene))).expect("it looks"), Tidy::Done);
    assert_eq!(scene.record().drill.verdict, None);
}
