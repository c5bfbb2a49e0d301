//! Nights that begin while a copy is brought back: they wait for it, and never copy what is half restored over the copy.

use nightferry_domain::back::Wish;
use nightferry_domain::job::Phase;
use nightferry_domain::job_spec::{JobSpec, Overlap};
use nightferry_domain::limits::HOLD_OPENS_SECS;
use nightferry_domain::plan::JobName;
use nightferry_simulation::fake::{Fake, Fault, at_every_await_point, crash_at, overtake, replicated, run, spec};
use nightferry_workflow::WorkflowError;
use nightferry_workflow::check_job::{self, check_job};
use nightferry_workflow::copy_back::{Request, open_copy_back};
use nightferry_workflow::open_run::{Opened, open_run};
use nightferry_workflow::start_job::{Started, start_job};

use super::copying_back::{comes_back, made, request, stack};
use super::restoring::Scene;

fn name(job: &str) -> JobName {
    job.parse().unwrap()
}

fn world() -> Fake {
    Fake::with_plan(vec![spec("home"), spec("mail"), spec("docs")])
}

/// The copy of `home`, over the live files of a job.
fn over(world: &Fake, live: &str) -> Request {
    let wish = Wish { to: format!("/{live}").parse().unwrap(), over_source: vec![name(live)], ..request(world).wish };
    Request { wish, ..request(world) }
}

async fn asks(world: &Fake, request: &Request) -> Result<Opened, WorkflowError> {
    open_copy_back(world, world, &stack(), request).await
}

fn opened(world: Fake, request: &Request) -> Scene {
    let opened = run(asks(&world, request)).expect("it opens");
    Scene { world, run: opened.run_id, job: request.job.clone() }
}

/// The night comes as far as the start of this job.
async fn night(world: &Fake, job: &str) -> Result<Started, WorkflowError> {
    let start = world.waits(job, 1);
    let _ = open_run(world, &world.request()).await?;
    let _ = check_job(
        world,
        &check_job::Request { run_id: world.night(), job: name(job), item: check_job::Item::default() },
    )
    .await?;
    start_job(world, &start).await
}

fn waits(world: &Fake, job: &str) -> bool {
    run(night(world, job)) == Ok(Started::Over) && matches!(world.phase(job), Phase::Ready { .. })
}

fn copies(world: &Fake, job: &str) -> bool {
    matches!(run(night(world, job)), Ok(Started::Running(_)))
}

#[test]
fn a_night_that_begins_while_its_copy_comes_back_waits_for_the_end_and_then_copies() {
    let world = world();
    let scene = opened(world, &over(&self::world(), "home"));
    assert!(waits(&scene.world, "home"));
    let told = scene.world.job("home").notes;
    assert!(told.iter().any(|note| note.text.contains(scene.run.as_str())), "{told:?}");
    assert_eq!(scene.world.executions(), [], "nothing was copied");
    comes_back(&scene);
    scene.world.pass(900);
    assert!(matches!(scene.world.starts("home", 1), Ok(Started::Running(_))));
}

#[test]
fn a_copy_that_comes_back_beside_its_source_is_read_all_the_same_so_its_night_waits() {
    let world = world();
    let beside = request(&world);
    assert!(waits(&opened(world, &beside).world, "home"));
}

#[test]
fn a_night_that_a_restore_outlasts_ends_with_that_cause_before_its_own_deadline() {
    let world = world();
    let scene = opened(world, &request(&self::world()));
    assert!(waits(&scene.world, "home"));
    for _ in 0..200 {
        let Phase::Ready { not_before, .. } = scene.world.phase("home") else { break };
        scene.world.set_time(not_before);
        assert_eq!(scene.world.starts("home", 1), Ok(Started::Over));
    }
    assert_eq!(scene.world.cause("home"), "restore-under-way");
    let cause = scene.world.settlement("home").cause.unwrap();
    assert!(cause.what.contains(scene.run.as_str()), "{}", cause.what);
    assert!(scene.world.time() < scene.world.job("home").deadline);
    assert_eq!(scene.world.executions(), []);
}

#[test]
fn a_job_that_skips_overlaps_is_left_out_at_once() {
    let world = Fake::with_plan(vec![JobSpec { overlap: Overlap::Skip, ..spec("home") }]);
    let request = request(&world);
    let scene = opened(world, &request);
    assert_eq!(run(night(&scene.world, "home")), Ok(Started::Over));
    assert_eq!(scene.world.cause("home"), "restore-under-way");
}

#[test]
fn what_is_written_over_waits_too_and_what_is_not_touched_does_not() {
    let world = world();
    let request = over(&world, "mail");
    let scene = opened(world, &request);
    assert!(waits(&scene.world, "home") && waits(&scene.world, "mail"));
    assert!(copies(&scene.world, "docs"));
}

#[test]
fn a_drill_keeps_no_night_waiting() {
    let world = world();
    let wish = Wish { to: "/scratch".parse().unwrap(), is_drill: true, ..request(&world).wish };
    let request = Request { wish, ..request(&world) };
    assert!(copies(&opened(world, &request).world, "home"));
}

#[test]
fn a_restore_that_came_to_nothing_keeps_nobody_waiting() {
    for operation in ["make_location", "make_task", "put_once", "create_run"] {
        let world = world();
        world.breaks(operation, 1, Fault::Rejected("InvalidRequestException", "no such subnet"));
        assert!(run(asks(&world, &over(&world, "mail"))).is_err(), "{operation}");
        assert!(copies(&world, "home") && copies(&world, "mail"), "{operation}");
    }
}

#[test]
fn a_restore_that_was_killed_before_its_run_was_there_holds_its_job_for_a_quarter_of_an_hour() {
    let (mut without_run, mut with_run) = (0, 0);
    let points = at_every_await_point(|n| {
        let world = world();
        let request = over(&world, "home");
        let died = crash_at(n, asks(&world, &request)).is_none();
        let is_open = world.state.borrow().runs.contains_key(&request.run_id());
        world.pass(HOLD_OPENS_SECS);
        if is_open {
            with_run += 1;
            assert!(waits(&world, "home"), "{n}: it will be carried on");
        } else {
            without_run += 1;
            assert!(copies(&world, "home"), "{n}: nobody carries it on");
        }
        died
    });
    assert!(points > 20 && without_run > 5 && with_run > 5, "{points} {without_run} {with_run}");
}

/// Of a restore and a night at once: whether the night copies, and whether the restore was opened.
fn both(first_is_the_restore: bool, n: usize) -> (bool, bool) {
    let world = world();
    let request = over(&world, "home");
    let (restore, night) = if first_is_the_restore {
        overtake(n, asks(&world, &request), night(&world, "home"))
    } else {
        let (night, restore) = overtake(n, night(&world, "home"), asks(&world, &request));
        (restore, night)
    };
    if restore.is_err() {
        assert_eq!(made(&world), (0, 0), "{n}");
        // The night comes first, and if it saw the restore's hold it waits for a moment only.
        world.pass(900);
        let goes_on =
            matches!(night, Ok(Started::Running(_))) || matches!(world.starts("home", 1), Ok(Started::Running(_)));
        assert!(goes_on, "{n}: {night:?}");
    }
    (matches!(night, Ok(Started::Running(_))), restore.is_ok())
}

#[test]
fn of_a_restore_and_a_night_that_begin_at_once_one_comes_first_and_never_both() {
    for first_is_the_restore in [true, false] {
        let came_out: Vec<(bool, bool)> = (1..80).map(|n| both(first_is_the_restore, n)).collect();
        assert!(!came_out.contains(&(true, true)), "{first_is_the_restore}: {came_out:?}");
        assert!(came_out.contains(&(true, false)) && came_out.contains(&(false, true)), "{came_out:?}");
    }
}

#[test]
fn a_start_that_is_cut_off_while_it_waits_and_repeated_copies_nothing() {
    let points = at_every_await_point(|n| {
        let world = world();
        let request = over(&world, "home");
        let scene = opened(world, &request);
        let died = crash_at(n, night(&scene.world, "home")).is_none();
        assert!(!copies(&scene.world, "home"), "{n}");
        assert_eq!(scene.world.executions(), [], "{n}");
        died
    });
    assert!(points > 10, "{points}");
}

#[test]
fn two_restores_never_touch_one_job_at_once() {
    let world = world();
    let over_mail = over(&world, "mail");
    let scene = opened(world, &over_mail);
    let of_mail = Request { job: name("mail"), nonce: 8, ..request(&scene.world) };
    let told = run(asks(&scene.world, &of_mail)).unwrap_err().to_string();
    assert!(told.contains(scene.run.as_str()) && told.contains("`mail`"), "{told}");
    comes_back(&scene);
    assert!(run(asks(&scene.world, &of_mail)).is_ok(), "once it has ended");
}

#[test]
fn a_bucket_that_comes_back_keeps_its_replication_job_waiting() {
    let world = Fake::with_plan(vec![replicated("assets")]);
    let role = Some("arn:aws:iam::123456789012:role/back".parse().unwrap());
    let roles = nightferry_domain::back::Roles { write: role.clone(), read: role };
    let wish = Wish { to: "s3://restored/assets".parse().unwrap(), only: vec![], roles, ..request(&world).wish };
    let request = Request { job: name("assets"), wish, ..request(&world) };
    let scene = opened(world, &request);
    assert!(waits(&scene.world, "assets"));
    assert!(scene.world.batch_jobs_made().is_empty());
}
