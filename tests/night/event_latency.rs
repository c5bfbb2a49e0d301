//! From the event of an end to the workflow that goes on: how much of it is the product's own time.

use jiff::Timestamp;
use nightferry_local::front_door::{CallRecord, Calls};

use crate::program::turn;
use crate::stage::Stage;

/// Who hears of ends.
const HEARER: &str = "nightferry-record-state";
/// Ends that are measured: the last percent of fewer is luck.
const ENDS: usize = 120;

/// What one end took, in microseconds.
#[derive(Debug, Clone, Copy)]
struct Heard {
    /// From the first question to the answered token.
    all: i64,
    /// Without the time that the emulators took for their answers.
    own: i64,
}

/// One job at a time, so that the calls between a question about an execution and the answer to its token are of one
/// invocation.
fn heard(calls: &[CallRecord]) -> Vec<Heard> {
    let mut heard = vec![];
    let mut open: Option<(Timestamp, i64)> = None;
    for call in calls.iter().filter(|call| call.caller == HEARER) {
        let took = i64::try_from(call.took_micros).unwrap_or(i64::MAX);
        match (call.operation.as_str(), open) {
            ("DescribeTaskExecution", _) => open = Some((call.at, took)),
            ("SendTaskSuccess", Some((since, waited))) => {
                let until_asked = call.at.as_microsecond() - since.as_microsecond();
                heard.push(Heard { all: until_asked + took, own: until_asked - waited });
                open = None;
            }
            (_, Some((since, waited))) => open = Some((since, waited + took)),
            (_, None) => {}
        }
    }
    heard
}

fn percentile(mut values: Vec<i64>, percent: usize) -> i64 {
    values.sort_unstable();
    values[(values.len() * percent).div_ceil(100) - 1]
}

#[test]
#[ignore = "measurement; cargo test --workspace --test night -- --ignored --nocapture resumes_its_workflow"]
fn what_it_takes_until_an_end_resumes_its_workflow() {
    let _turn = turn();
    let jobs: Vec<String> = (1..=ENDS).map(|number| format!("job-{number:03}")).collect();
    let stage = Stage::up("event-latency", &jobs, 1);
    let run = stage.fire(1);
    stage.until_closed(&run);
    let Calls { calls, forgotten } = stage.wait(stage.local.admin().calls()).unwrap();
    assert_eq!(forgotten, 0);
    let heard = heard(&calls);
    let of = |figure: fn(&Heard) -> i64, percent| percentile(heard.iter().map(figure).collect(), percent);
    let [own, own_median] = [99, 50].map(|percent| of(|one| one.own, percent));
    let [all, all_median] = [99, 50].map(|percent| of(|one| one.all, percent));
    eprintln!(
        "{} ends heard; own time p50 {own_median} us, p99 {own} us; with the emulators' answers p50 {all_median} us, p99 {all} us",
        heard.len()
    );
    stage.down();
    assert!(heard.len() * 2 > ENDS, "only {} ends were told by events", heard.len());
}
