//! Runs of up to ten thousand jobs, in virtual time and within an account's quotas. Counts are compared, never seconds of
//! a machine.

use nightferry_domain::outcome::Outcome;
use nightferry_simulation::fake::Quota;
use nightferry_simulation::oracle::violations;
use nightferry_simulation::scale::{Lived, QUOTAS, STARTS_PER_SEC, live};

/// What Step Functions and SNS take, in bytes, and DynamoDB in one item.
const PAYLOAD_BYTES_MAX: usize = 256 * 1024;
const ITEM_BYTES_MAX: usize = 400_000;
/// Events in the history of one execution, and how many a transition writes at most: entered, scheduled, started, submitted,
/// succeeded, exited.
const HISTORY_EVENTS_MAX: u64 = 25_000;
const EVENTS_OF_A_TRANSITION: u64 = 6;

/// What each job cost.
#[derive(Debug, Clone, Copy)]
struct Figures {
    transitions: f64,
    invocations: f64,
    calls: f64,
    report_bytes: f64,
}

#[expect(clippy::cast_precision_loss, reason = "some millions")]
fn figures(lived: &Lived) -> Figures {
    let state = lived.simulation.fake.state.borrow();
    let jobs = state.jobs.len() as f64;
    let reports = state.documents.iter().filter(|(key, _)| key.starts_with("reports/"));
    let report_bytes: usize = reports.map(|(_, body)| body.len()).sum();
    Figures {
        transitions: lived.transitions().0 as f64 / jobs,
        invocations: lived.invocations().0 as f64 / jobs,
        calls: lived.calls() as f64 / jobs,
        report_bytes: report_bytes as f64 / jobs,
    }
}

/// Lives through a night, says what it came to, and holds what has to be so at any size.
fn night(jobs: usize, concurrency: u16) -> Figures {
    let lived = live(jobs, concurrency, &QUOTAS);
    let (makespan, bound) = (lived.makespan_secs(), lived.bound_secs());
    let found = figures(&lived);
    let (invocations, sweeps) = lived.invocations();
    eprintln!(
        "{jobs} jobs, {concurrency} at once: {makespan} s, bound {bound} s; {} transitions, {invocations} calls of functions, \
         {sweeps} sweeps, {} calls of services; {found:?}",
        lived.transitions().0,
        lived.calls()
    );
    assert_eq!(violations(&lived.simulation, lived.is_closed), Vec::<String>::new());
    assert_eq!(lived.refused(), [].into(), "calls beyond a quota");
    assert!(lived.at_once() <= i64::from(concurrency), "{} at once", lived.at_once());
    assert!(makespan >= bound && makespan * 10 <= bound * 11, "{makespan} s, and the quotas give {bound} s");
    assert_every_job_ran_once_and_well(&lived, jobs);
    assert_everything_fits(&lived);
    found
}

fn assert_every_job_ran_once_and_well(lived: &Lived, jobs: usize) {
    let state = lived.simulation.fake.state.borrow();
    assert_eq!((state.runs.len(), state.jobs.len(), state.executions.len()), (1, jobs, jobs));
    let is_well = |end: &nightferry_domain::outcome::Settlement| end.outcome == Outcome::Succeeded;
    assert!(state.jobs.values().all(|job| job.record.settlement().is_some_and(is_well)));
}

/// Whatever has a limit of its own stays below it.
fn assert_everything_fits(lived: &Lived) {
    let state = lived.simulation.fake.state.borrow();
    let (_, longest) = lived.transitions();
    assert!(longest * EVENTS_OF_A_TRANSITION < HISTORY_EVENTS_MAX, "a workflow of {longest} transitions");
    // The map gathers an empty object and a comma from each of its items.
    assert!(state.jobs.len() * "{},".len() < PAYLOAD_BYTES_MAX);
    let inputs = state.workflows.values().map(|workflow| workflow.input.to_string().len());
    let messages = state.notices.iter().map(|(subject, text)| subject.len() + text.len());
    let metrics = state.metrics.iter().map(|document| document.to_string().len());
    assert!(inputs.chain(messages).chain(metrics).all(|bytes| bytes < PAYLOAD_BYTES_MAX));
    let runs = state.runs.values().map(|run| serde_json::to_string(&run.record).unwrap().len());
    let jobs = state.jobs.values().map(|job| serde_json::to_string(&job.record).unwrap().len());
    assert!(runs.chain(jobs).all(|bytes| bytes < ITEM_BYTES_MAX));
}

/// No figure of a large run is more than a tenth above that of a small one.
fn assert_flat(small: Figures, large: Figures) {
    let pairs = [
        (small.transitions, large.transitions),
        (small.invocations, large.invocations),
        (small.calls, large.calls),
        (small.report_bytes, large.report_bytes),
    ];
    assert!(pairs.iter().all(|(small, large)| *large <= small * 1.1), "{small:?} became {large:?}");
}

#[test]
fn a_job_of_a_thousand_costs_what_one_of_ten_costs_and_no_quota_is_exceeded() {
    let small = night(10, 40);
    assert_flat(small, night(100, 5));
    assert_flat(small, night(1_000, 40));
}

#[test]
#[ignore = "ten thousand jobs; cargo test --workspace --test simulation -- --ignored --nocapture ten_thousand"]
fn ten_thousand_jobs_end_within_a_tenth_of_what_the_quotas_allow() {
    assert_flat(night(10, 40), night(10_000, 100));
}

#[test]
fn a_start_that_a_quota_refuses_is_made_later_and_never_dropped() {
    let meagre = QUOTAS.map(|quota| match quota.operation {
        "start" => Quota { bucket: 1, per_sec: 1, ..quota },
        _ => quota,
    });
    let lived = live(100, 40, &meagre);
    assert_eq!(violations(&lived.simulation, lived.is_closed), Vec::<String>::new());
    assert!(lived.refused()["start"] > 0, "{STARTS_PER_SEC} starts a second are more than one");
    assert_every_job_ran_once_and_well(&lived, 100);
    assert!(lived.makespan_secs() * 10 <= lived.bound_secs() * 15, "{} s", lived.makespan_secs());
}
