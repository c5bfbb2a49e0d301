//! Opening a night.

use nightferry_domain::limits::{JOBS_PER_RUN_MAX, OPENING_GRACE_SECS};
use nightferry_domain::run::RunPhase;
use nightferry_simulation::fake::{Fake, Fault, at_every_await_point, crash_at, run, spec};
use nightferry_workflow::error::WorkflowError;
use nightferry_workflow::open_run::{Request, open_run};
use nightferry_workflow::sweep_runs::sweep_runs;

fn two_jobs() -> Fake {
    Fake::with_plan(vec![spec("home"), spec("mail")])
}

fn assert_open(world: &Fake) {
    let run = world.run_record();
    assert_eq!((run.phase, run.job_count), (RunPhase::Open, 2));
    let state = world.state.borrow();
    assert_eq!((state.runs.len(), state.jobs.len(), state.workflows.len()), (1, 2, 1));
    let manifest = &state.documents[&format!("runs/{}/manifest.json", world.night())];
    let items: serde_json::Value = serde_json::from_slice(manifest).unwrap();
    assert_eq!(items.as_array().map(Vec::len), Some(2));
    assert_eq!(state.workflows[&world.night()].input["run_id"], world.night().as_str());
}

#[test]
fn a_doubled_schedule_opens_one_run() {
    let world = two_jobs();
    let first = run(open_run(&world, &world.request())).unwrap();
    let second = run(open_run(&world, &world.request())).unwrap();
    assert!(first.is_new && !second.is_new);
    assert_eq!((first.run_id, first.job_count), (second.run_id, second.job_count));
    assert_open(&world);
}

#[test]
fn an_opening_cut_off_anywhere_is_completed_by_the_next_call() {
    let points = at_every_await_point(|n| {
        let world = two_jobs();
        let first = crash_at(n, open_run(&world, &world.request()));
        let _ = run(open_run(&world, &world.request())).unwrap();
        assert_open(&world);
        first.is_none()
    });
    assert!(points > 10);
}

#[test]
fn an_opening_cut_off_after_its_record_was_written_is_completed_by_the_sweep() {
    let _ = at_every_await_point(|n| {
        let world = two_jobs();
        let first = crash_at(n, open_run(&world, &world.request()));
        world.pass(OPENING_GRACE_SECS + 1);
        let _ = run(sweep_runs(&world, "test")).unwrap();
        if world.state.borrow().runs.is_empty() {
            assert!(world.state.borrow().jobs.is_empty(), "died before it promised anything");
        } else {
            assert_open(&world);
        }
        first.is_none()
    });
}

#[test]
fn a_fresh_opening_is_left_to_the_call_that_is_at_it() {
    let world = two_jobs();
    world.breaks("create_job", 1, Fault::Throttled);
    assert!(run(open_run(&world, &world.request())).is_err());
    let _ = run(sweep_runs(&world, "test")).unwrap();
    assert_eq!(world.run_record().phase, RunPhase::Opening);
}

#[test]
fn a_failed_call_while_opening_is_made_good_by_the_next_whether_or_not_it_took_effect() {
    for operation in ["create_run", "create_job", "put", "start_workflow", "save_run"] {
        for fault in [Fault::Throttled, Fault::LostBefore, Fault::LostAfter] {
            let world = two_jobs();
            world.breaks(operation, 1, fault);
            let failed = run(open_run(&world, &world.request())).unwrap_err();
            assert_eq!(failed.name(), "Nightferry.Retryable", "{operation}");
            let _ = run(open_run(&world, &world.request())).unwrap();
            assert_open(&world);
        }
    }
}

#[test]
fn a_person_who_names_an_unknown_job_is_told_so_and_nothing_is_opened() {
    let world = two_jobs();
    let request = Request::Person {
        jobs: vec!["photos".parse().unwrap()],
        note: "again".into(),
        requested_at: world.time(),
        nonce: 7,
    };
    let refused = run(open_run(&world, &request)).unwrap_err();
    assert!(matches!(&refused, WorkflowError::Invalid { what } if what.contains("`photos`")), "{refused}");
    assert!(world.state.borrow().runs.is_empty());
}

fn asks_for(world: &Fake, jobs: &[&str]) -> Request {
    let jobs = jobs.iter().map(|job| job.parse().unwrap()).collect();
    Request::Person { jobs, note: "again".into(), requested_at: world.time(), nonce: 7 }
}

#[test]
fn a_person_gets_the_jobs_that_they_name_or_all() {
    for (jobs, count) in [(&["mail"][..], 1), (&["mail", "home"], 2), (&[], 2)] {
        let world = two_jobs();
        let opened = run(open_run(&world, &asks_for(&world, jobs))).unwrap();
        assert_eq!((opened.job_count, opened.is_new), (count, true));
        assert!(opened.run_id.as_str().starts_with("manual-"));
    }
}

#[test]
fn a_night_has_ten_thousand_jobs_and_not_one_more() {
    let jobs = |count: usize| Fake::with_plan((0..count).map(|n| spec(&format!("job-{n}"))).collect());
    let world = jobs(JOBS_PER_RUN_MAX);
    assert_eq!(run(open_run(&world, &world.request())).unwrap().job_count, 10_000);
    let world = jobs(JOBS_PER_RUN_MAX + 1);
    let refused = run(open_run(&world, &world.request())).unwrap_err();
    assert!(refused.to_string().contains("10001 jobs in one run; the limit is 10000"), "{refused}");
}

#[test]
fn the_sweep_leaves_an_opening_alone_until_its_grace_is_over() {
    let world = two_jobs();
    world.breaks("create_job", 1, Fault::Throttled);
    assert!(run(open_run(&world, &world.request())).is_err());
    world.pass(OPENING_GRACE_SECS);
    assert_eq!(run(sweep_runs(&world, "test")).unwrap().carried_count, 0);
    world.pass(1);
    assert_eq!(run(sweep_runs(&world, "test")).unwrap().carried_count, 1);
    assert_open(&world);
}

#[test]
fn a_request_whose_names_do_not_fit_a_record_is_refused_with_what_to_ask_instead() {
    let names: Vec<String> = (0..8_000).map(|n| format!("a-job-of-a-name-as-long-as-allowed-{n:05}")).collect();
    let world = Fake::with_plan(names.iter().map(|name| spec(name)).collect());
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let refused = run(open_run(&world, &asks_for(&world, &names))).unwrap_err();
    assert!(refused.to_string().contains("ask for fewer, or for all by naming none"), "{refused}");
    assert!(world.state.borrow().runs.is_empty());
}

#[test]
fn the_manifest_gives_the_jobs_that_begin_at_once_their_turns() {
    let world = Fake::with_plan((0..12).map(|n| spec(&format!("job-{n:02}"))).collect());
    let _ = run(open_run(&world, &world.request())).unwrap();
    let manifest = world.state.borrow().documents[&format!("runs/{}/manifest.json", world.night())].clone();
    let items: Vec<serde_json::Value> = serde_json::from_slice(&manifest).unwrap();
    let turns: Vec<u64> = items.iter().map(|item| item["turn_secs"].as_u64().unwrap()).collect();
    assert_eq!(turns, [0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2]);
}
