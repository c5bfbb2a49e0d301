//! Copies between buckets brought back: by roles that somebody made for it, in one execution, and taken away whatever comes.

use nightferry_domain::back::{Roles, WayEnd, Wish};
use nightferry_domain::destination::BucketEnd;
use nightferry_domain::job_spec::{JobSpec, Work};
use nightferry_domain::outcome::Outcome;
use nightferry_domain::reach::{Reach, SourceBucket};
use nightferry_simulation::fake::{Fake, Fault, at_every_await_point, crash_at, moved, replicated, run, spec};
use nightferry_workflow::copy_back::{Request, open_copy_back};
use nightferry_workflow::start_job::Started;
use nightferry_workflow::step::Next;
use nightferry_workflow::tidy_restore::{self, Tidy, tidy_restore};

use super::copying_back::{comes_back, made, stack};
use super::restoring::Scene;

const WRITES: &str = "arn:aws:iam::123456789012:role/nightferry/back-write";
const READS: &str = "arn:aws:iam::123456789012:role/nightferry/back-read";
const OWN: &str = "arn:aws:iam::123456789012:role/nightferry/nightferry-home-bucket-access";

/// A job that pulls a bucket's objects into another.
fn pulling() -> JobSpec {
    let mut job = spec("pull");
    let Work::DataSync(transfer) = &mut job.work else { panic!("a transfer") };
    let source = SourceBucket {
        bucket: "partner-logs".into(),
        prefix: "2026/".into(),
        owner: None,
        bucket_access_role: READS.into(),
        key: None,
        filters: nightferry_domain::filters::Filters::default(),
    };
    let to = BucketEnd { bucket: "copies".into(), prefix: "partner/".into(), bucket_access_role: OWN.into() };
    transfer.destination = to.into();
    transfer.reach = Reach { source: Some(source), ..Reach::default() };
    job
}

fn world() -> Fake {
    Fake::with_plan(vec![pulling(), replicated("assets")])
}

fn request(world: &Fake, job: &str, read: Option<&str>) -> Request {
    let role = |arn: &str| arn.parse().unwrap();
    let roles = Roles { write: Some(role(WRITES)), read: read.map(role) };
    Request {
        job: job.parse().unwrap(),
        wish: Wish {
            to: "s3://example-back/restored".parse().unwrap(),
            only: vec![],
            over_source: vec![],
            roles,
            is_drill: false,
        },
        note: "nightferry restore".into(),
        requested_at: world.time(),
        nonce: 7,
    }
}

/// The two kinds of copies that lie in a bucket and come from one, with how many locations each asks for.
fn both(world: &Fake) -> [(Request, usize); 2] {
    [(request(world, "pull", None), 1), (request(world, "assets", Some(READS)), 2)]
}

fn opened(which: usize) -> Scene {
    let world = world();
    let (request, _) = both(&world)[which].clone();
    let opened = run(open_copy_back(&world, &world, &stack(), &request)).expect("it opens");
    Scene { world, run: opened.run_id, job: request.job }
}

fn tidies(scene: &Scene) -> Tidy {
    let asked = tidy_restore::Request { run_id: scene.run.clone(), job: scene.job.clone() };
    run(tidy_restore(&scene.world, &asked)).expect("it looks")
}

#[test]
fn objects_come_back_by_a_way_of_their_own_that_is_gone_before_it_is_told() {
    for which in [0, 1] {
        let scene = opened(which);
        let back = scene.record().spec.work.transfer().unwrap().clone();
        assert_eq!(back.to, "s3://example-back/restored/");
        let to = back.destination.bucket().unwrap();
        assert_eq!((to.bucket.as_str(), to.bucket_access_role.as_str()), ("example-back", WRITES));
        comes_back(&scene);
    }
}

#[test]
fn a_copy_is_read_where_it_is_written_and_a_replica_by_a_location_of_its_own() {
    for (which, role) in [(0, OWN), (1, READS)] {
        let scene = opened(which);
        let state = scene.world.state.borrow();
        let (_, _, [from, to]) = state.restoring.ways.tasks.values().next().unwrap();
        let at = |arn: &str| state.restoring.ways.locations.get(arn).map(|(_, end)| end);
        assert_eq!(at(to).unwrap().to_string(), "s3://example-back/restored/");
        match at(from) {
            None => assert!(which == 0 && from.ends_with("loc-pull-to"), "{from}"),
            Some(WayEnd::Bucket(read)) => {
                assert_eq!((which, read.s3_bucket_arn.as_str()), (1, "arn:aws:s3:::example-assets-dr"));
                assert_eq!(read.bucket_access_role_arn, role);
            }
            Some(WayEnd::Files(files)) => panic!("{files:?}"),
        }
        let record = scene.record();
        let source = record.spec.work.transfer().unwrap().reach.source.clone().unwrap();
        assert_eq!(source.bucket_access_role, role, "preflight looks at the role that reads");
    }
}

#[test]
fn opening_cut_off_anywhere_and_repeated_makes_one_way_and_one_run() {
    for which in [0, 1] {
        let points = at_every_await_point(|n| {
            let world = world();
            let (request, locations) = both(&world)[which].clone();
            let died = crash_at(n, open_copy_back(&world, &world, &stack(), &request)).is_none();
            let opened = run(open_copy_back(&world, &world, &stack(), &request)).expect("the repetition opens it");
            assert_eq!(opened.run_id, request.run_id());
            assert_eq!(made(&world), (locations, 1), "{which} {n}");
            let state = world.state.borrow();
            assert_eq!((state.runs.len(), state.jobs.len(), state.workflows.len()), (1, 1, 1), "{which} {n}");
            died
        });
        assert!(points > 20, "{points}");
    }
}

#[test]
fn a_lost_reply_of_either_end_is_looked_for_and_the_ends_are_not_mixed_up() {
    for call in [1, 2] {
        let world = world();
        world.breaks("make_location", call, Fault::LostAfter);
        let (request, _) = both(&world)[1].clone();
        assert!(run(open_copy_back(&world, &world, &stack(), &request)).is_ok(), "{call}");
        assert_eq!(made(&world), (2, 1), "{call}");
        let state = world.state.borrow();
        let (_, _, [from, to]) = state.restoring.ways.tasks.values().next().unwrap();
        let shown = |arn: &str| state.restoring.ways.locations[arn].1.to_string();
        assert_eq!(
            (shown(from).as_str(), shown(to).as_str()),
            ("s3://example-assets-dr/", "s3://example-back/restored/")
        );
    }
}

#[test]
fn what_comes_to_nothing_leaves_neither_end() {
    for (operation, call) in [("make_location", 1), ("make_location", 2), ("make_task", 1), ("put_once", 1)] {
        let world = world();
        world.breaks(operation, call, Fault::Rejected("InvalidRequestException", "the role may not"));
        let (request, _) = both(&world)[1].clone();
        assert!(run(open_copy_back(&world, &world, &stack(), &request)).is_err(), "{operation} {call}");
        assert_eq!(made(&world), (0, 0), "{operation} {call}");
        assert!(world.state.borrow().runs.is_empty(), "{operation} {call}");
    }
}

#[test]
fn tidying_cut_off_anywhere_and_repeated_leaves_neither_end() {
    let points = at_every_await_point(|n| {
        let scene = opened(1);
        assert_eq!(scene.checks().unwrap().next, Next::Start);
        let Ok(Started::Running(execution)) = scene.starts(1) else { panic!("it does not run") };
        scene.world.ends(&execution, moved(3));
        assert_eq!(scene.verifies().unwrap().next, Next::Settled);
        let asked = tidy_restore::Request { run_id: scene.run.clone(), job: scene.job.clone() };
        let died = crash_at(n, tidy_restore(&scene.world, &asked)).is_none();
        assert_eq!(tidies(&scene), Tidy::Done, "{n}");
        assert_eq!(made(&scene.world), (0, 0), "{n}");
        died
    });
    assert!(points > 6, "{points}");
}

#[test]
fn a_restore_of_objects_that_finds_nothing_has_failed() {
    let scene = opened(1);
    assert_eq!(scene.checks().unwrap().next, Next::Start);
    let Ok(Started::Running(execution)) = scene.starts(1) else { panic!("it does not run") };
    scene.world.ends(&execution, moved(0));
    assert_eq!(scene.verifies().unwrap().next, Next::Settled);
    let end = scene.end();
    assert_eq!((end.outcome, end.cause.unwrap().id.as_str()), (Outcome::Failed, "nothing-restored"));
}

#[test]
fn no_restore_writes_where_any_jobs_copy_lies_and_none_over_a_source_that_nobody_named() {
    let world = world();
    for (to, words) in [
        ("s3://copies/partner/a", "job `pull`"),
        ("s3://example-assets-dr", "job `assets`"),
        ("s3://partner-logs", "--overwrite-source pull"),
        ("s3://example-assets", "--overwrite-source assets"),
    ] {
        for (asked, _) in both(&world) {
            let wish = Wish { to: to.parse().unwrap(), ..asked.wish.clone() };
            let told = run(open_copy_back(&world, &world, &stack(), &Request { wish, ..asked })).unwrap_err();
            assert!(told.to_string().contains(words), "{told}");
        }
    }
    assert_eq!(made(&world), (0, 0));
}
