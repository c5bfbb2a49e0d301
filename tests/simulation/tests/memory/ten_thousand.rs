//! Ten thousand jobs, each of which fails.

use nightferry_domain::limits::JOBS_PER_RUN_MAX;
use nightferry_domain::outcome::{Cause, Judgement, Retry};
use nightferry_simulation::fake::{Fake, run, spec};
use nightferry_workflow::open_run::open_run;
use nightferry_workflow::write_report::{Request, Written, write_report};

/// Half of what `template.yaml` gives to `open-run` and to `write-report`, in KiB: the other half is the program's, its
/// clients' and the allocator's.
const OPENING_KIB_MAX: u64 = 128 << 10;
const TELLING_KIB_MAX: u64 = 256 << 10;

/// A line of the process's own status, in KiB.
fn status_kib(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    line.trim_matches([':', '\t', ' ']).trim_end_matches(" kB").trim().parse().unwrap()
}

/// By how much the process was larger at its largest than it was before, in KiB.
fn grows_by_kib(what: impl FnOnce()) -> u64 {
    std::fs::write("/proc/self/clear_refs", "5").unwrap();
    let before = status_kib("VmRSS");
    what();
    status_kib("VmHWM") - before
}

/// Every job fails, which makes the longest report.
fn fail_all(world: &Fake) {
    let now = world.time();
    for job in world.state.borrow_mut().jobs.values_mut() {
        let cause = Cause {
            id: "bucket-access-denied".into(),
            what: "DataSync could not read what it was to copy: its role may not list the bucket".into(),
            fix: "Let the role list the bucket: `nightferry policy explain` names the statement.".into(),
            said: Some("Task failed to access location: Access Denied (Service: S3, Status Code: 403)".into()),
        };
        job.record.settle(Judgement::failed(cause, Retry::Useless), now);
    }
}

#[test]
fn ten_thousand_jobs_are_opened_and_told_in_half_of_a_functions_memory() {
    let world = Fake::with_plan((0..JOBS_PER_RUN_MAX).map(|n| spec(&format!("job-{n:05}"))).collect());
    let opening = grows_by_kib(|| drop(run(open_run(&world, &world.request())).unwrap()));
    fail_all(&world);
    let request = Request { run_id: world.night() };
    let telling = grows_by_kib(|| {
        let written = run(write_report(&world, "nightferry", &request)).unwrap();
        assert!(matches!(written, Written::Closed { .. }));
    });
    let documents: Vec<(String, usize)> =
        world.state.borrow().documents.iter().map(|(key, body)| (key.clone(), body.len())).collect();
    eprintln!("opening {opening} KiB, telling {telling} KiB; {documents:?}");
    assert!(opening < OPENING_KIB_MAX, "opening took {opening} KiB");
    assert!(telling < TELLING_KIB_MAX, "telling took {telling} KiB");
}
