//! Many jobs in a night, and many nights in a row, with the memory of every process watched.

use std::time::Instant;

use nightferry_domain::ids::RunId;
use nightferry_domain::outcome::Outcome;

use crate::memory::{Pids, Sample, Watch, growing};
use crate::program::turn;
use crate::stage::Stage;
use crate::truth;

/// Nights before memory is compared: until then processes only get going.
const WARM_UP: usize = 2;

/// What the front door may keep of a night of five hundred jobs: its record of calls has a limit, and so have the jobs.
const FRONT_DOOR_KIB_MAX: u64 = 192 << 10;

/// What a series of nights took.
struct Measured {
    secs: Vec<u64>,
    after: Vec<Sample>,
    peak: Sample,
}

/// Nights in a row, each with something new for every job, each recounted, and never more jobs at once than the plan allows.
fn nights(name: &str, jobs: usize, concurrency: u16, count: usize) -> Measured {
    let _turn = turn();
    let jobs: Vec<String> = (1..=jobs).map(|number| format!("job-{number:03}")).collect();
    let stage = Stage::up(name, &jobs, concurrency);
    let pids = Pids::of(&stage);
    let (watch, mut secs, mut after) = (Watch::start(pids), vec![], vec![]);
    for night in 1..=count {
        stage.grow();
        let began = Instant::now();
        let run = stage.fire(1);
        stage.until_closed(&run);
        secs.push(began.elapsed().as_secs());
        let report = truth::assert_true(&stage, &run);
        assert_eq!((report.run.outcome, report.jobs.len()), (Outcome::Succeeded, jobs.len()));
        let at_once = at_once(&stage, &run);
        assert!(at_once <= usize::from(concurrency), "{at_once} jobs ran at once");
        after.push(pids.sample());
        said(name, night, &secs, &after);
    }
    let peak = watch.peak();
    let line = format!("{name}: highest of all {} nights: {peak}", secs.len());
    std::fs::write(stage.folder.join("measured.txt"), format!("{line}\nseconds: {secs:?}\n")).unwrap();
    stage.down();
    Measured { secs, after, peak }
}

/// One line a night for whoever watches with `--nocapture`.
fn said(name: &str, night: usize, secs: &[u64], after: &[Sample]) {
    if let (Some(secs), Some(after)) = (secs.last(), after.last()) {
        eprintln!("{name}: night {night}: {secs} s; {after}");
    }
}

/// The most executions of a run that were under way at any one time, by DataSync's own clock.
fn at_once(stage: &Stage, run: &RunId) -> usize {
    let mut steps: Vec<(u64, i32)> = vec![];
    for one in stage.wait(truth::executions(stage, run)) {
        let total = one.described["Result"]["TotalDuration"].as_u64().unwrap_or_default();
        let launched = one.described["LaunchTime"].as_f64().unwrap_or_default();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "milliseconds of this century")]
        let launched = (launched * 1000.0) as u64;
        steps.extend([(launched, 1), (launched + total, -1)]);
    }
    // At the same millisecond ends come first: one that has just ended has made room.
    steps.sort_unstable();
    let (mut now, mut most) = (0, 0);
    for (_, step) in steps {
        now += step;
        most = most.max(now);
    }
    usize::try_from(most).unwrap_or_default()
}

fn assert_steady(measured: &Measured) {
    let grown = growing(&measured.after[WARM_UP.min(measured.after.len() - 1)..]);
    assert!(grown.is_empty(), "{grown:?}; seconds: {:?}; highest: {}", measured.secs, measured.peak);
}

#[test]
fn a_night_of_many_jobs_keeps_to_the_plans_concurrency_and_is_true_again_and_again() {
    assert_steady(&nights("some-jobs", 24, 6, 3));
}

#[test]
#[ignore = "soak: 500 jobs in one night; cargo test --workspace --test night -- --ignored --nocapture five_hundred"]
fn five_hundred_jobs_in_one_night_are_all_told_as_they_were() {
    let measured = nights("five-hundred-jobs", 500, 40, 1);
    assert!(measured.peak.front_door <= FRONT_DOOR_KIB_MAX, "{}", measured.peak);
}

#[test]
#[ignore = "soak: 20 nights in a row; cargo test -p nightferry-tests --test night -- --ignored --nocapture twenty"]
fn twenty_nights_in_a_row_leave_no_process_growing() {
    assert_steady(&nights("twenty-nights", 5, 5, 20));
}
